"""Corrections as text: what happened after the export, and the lines of the next batch that put it right."""

from __future__ import annotations

import csv
import shutil
from copy import deepcopy
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from etl import steps
from etl.errors import ConservationError, RefusedError
from etl.sql.order import AUDITS, CORRECTIONS
from tests.sql.text import records, shown
from tests.steps.corrected import COMPANY, MONDAY, Past, sunday

FIVE_DAYS = "\n".join(f"a{day} ann web {day} {'6' if day == 4 else '8'}:00" for day in range(5))


def past(root: Path, *confirmed: str, **choices: object) -> Past:
    """A company whose first week is exported: Ann worked 38 hours at 20.00. `confirmed`: rules somebody has read."""
    company = Past(root, **choices)  # type: ignore[arg-type]
    company.work(FIVE_DAYS)
    company.write()
    for rule in confirmed:
        steps.confirm_rule(COMPANY, rule, "counsel", "read at its source", workspace=root)
    company.publish(0) if confirmed else company.publish_first()
    return company


def must_show(company: Past, week: int, table: str, expected: str, **where: str) -> None:
    """Assert that a published table holds exactly these rows in this order; the header names the columns."""
    columns = expected.split("\n")[1].split()
    rows = [[shown(name, row[name]) for name in columns] for row in company.rows(week, table)
            if all(row[name] == value for name, value in where.items())]
    assert rows == [list(row.values()) for row in records(expected)]


def file(company: Path | Past, week: int, pattern: str) -> list[dict[str, str]]:
    """The rows of the one published CSV of that name."""
    (path,) = company.folder(week).glob(f"**/SANDBOX_{pattern}")
    with path.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


@pytest.mark.capability("C154", "M3")
@pytest.mark.capability("C143")
def test_four_late_hours_are_paid_in_their_own_workweek(tmp_path):
    """Labor rules B.8: 38 h were paid, 4 h more turn up: 100.00, not 110.00 as in a week of 39 h, nor 80.00 of 30 h."""
    company = past(tmp_path)
    company.work("late ann web 5 4:00\n" + "\n".join(f"n{day} ann web {7 + day} 7:48" for day in range(5)))
    company.publish(1)
    must_show(company, 1, "corrections", """
        line_id     corrects    cause       employee_id  pay_item  workweek_start  seconds  amount
        0002-W-001  0001-P-001  late entry  E1           Overtime  2026-11-02      2:00:00  60.00
        0002-W-002  0001-P-001  late entry  E1           Regular   2026-11-02      2:00:00  40.00""", stream="pay")
    must_show(company, 1, "payroll_hours", """
        line_id     pay_item  workweek_start  pay_seconds  exported_seconds  amount
        0002-P-001  Regular   2026-11-09      39:00:00     39:00:00          780.00
        0002-W-001  Overtime  2026-11-02      2:00:00      2:00:00           60.00
        0002-W-002  Regular   2026-11-02      2:00:00      2:00:00           40.00""")
    hours = [(row["workweek_start"], row["pay_item"], row["hours"], row["amount"])
             for row in file(company, 1, "hours_2026-11-15.csv")]
    assert hours == [("2026-11-09", "Regular", "39.00", "780.00"), ("2026-11-02", "Overtime", "2.00", "60.00"),
                     ("2026-11-02", "Regular", "2.00", "40.00")]
    must_show(company, 1, "corrections", """
        line_id     corrects    document_number  account          customer_job  amount
        0002-C-001  0001-L-001  SB0002D01        Job Costs:Labor  Mill:Web      100.00
        0002-C-002  0001-L-002  SB0002D01        Accrued Wages    -             -100.00""", stream="cost")
    must_show(company, 1, "exceptions", """
        severity  employee_ref  worked_on   found
        note      E1            2026-11-02  100.000 and 4 h are owed for this workweek (0001-P-001, late entry)""",
              code="TE161")
    billed = [(row["customer_job"], row["hours"], row["amount"], row["corrects"], row["cause"])
              for row in file(company, 1, "billing_2026-11-15_corrections.csv")]
    assert billed == [("Mill:Web", "4.00000", "480.00", "0001-B-001", "late entry")]


@pytest.mark.capability("C143")
def test_overpaid_wages_are_referred_and_never_become_negative_hours(tmp_path):
    """3 hours less: 60.00 overpaid wait with the rule of the place, batch after batch, until somebody settles them."""
    company = past(tmp_path, "us_ny_40", places={"ann": "US-NY"})
    company.entries["a4"] = ("ann", "web", company.entries["a4"][2], "3:00", "yes")
    for week in (1, 2):
        company.work(f"n{week} ann web {7 * week} 8:00")
        company.publish(week)
        must_show(company, week, "corrections", f"""
            line_id     state     corrects    cause   pay_item  seconds   amount
            000{week + 1}-O-001  referred  0001-P-001  edited  Regular   -3:00:00  -60.00""", stream="pay")
        assert all(row["exported_seconds"] > 0 for row in company.rows(week, "payroll_hours"))
        must_show(company, week, "exceptions", """
            code   severity  streams  employee_ref  worked_on   seconds
            TE160  hold      pay      E1            2026-11-02  3:00:00""", code="TE160")
    [line] = [row for row in company.rows(2, "corrections") if row["stream"] == "pay"]
    assert "12.5 %" in line["recovery_rule"]
    assert line["citation"] == "Labor Law 193(1)(c), 12 NYCRR 195-5.1"
    reversed_once = [row["stream"] for row in company.rows(1, "corrections") if row["state"] == "exported"]
    assert reversed_once == ["cost", "cost", "bill"]
    assert [row["stream"] for row in company.rows(2, "corrections")] == ["pay"], "cost and billing were reversed once"
    company.tables["private/overpayments.csv"] = [
        ("E1", MONDAY, "60.00", "USD", "repaid", date(2026, 11, 30), "check 1042")]
    for week, state in ((3, ["settled"]), (4, [])):
        company.work(f"n{week} ann web {7 * week} 8:00")
        company.publish(week)
        assert [row["state"] for row in company.rows(week, "corrections")] == state
    company.work("late ann web 5 1:00")
    company.publish(5)
    must_show(company, 5, "corrections", """
        line_id     state     pay_item  seconds  amount
        0006-W-001  exported  Regular   1:00:00  20.00""", stream="pay")


def test_the_rule_of_each_place(tmp_path):
    company = Past(tmp_path, places={"ann": "US-CA", "bob": "US-WA"})
    company.work("a ann web 0 8:00\nb bob web 0 8:00")
    company.publish_first()
    company.work("a ann web 0 7:00\nb bob web 0 7:00")
    company.publish(1)
    rules = {row["employee_id"]: (row["recovery_rule"], row["citation"])
             for row in company.rows(1, "corrections") if row["stream"] == "pay"}
    assert rules["E1"][0].startswith("Only with the employee's voluntary written authorization")
    assert rules["E2"] == ("No rule of this place is on record: refer, do not deduct", None)


def test_hours_that_changed_class_are_owed_as_an_amount(tmp_path):
    """In California an edit makes two regular hours overtime: 20.00 is owed, and no line for payroll is negative."""
    company = Past(tmp_path, places={"ann": "US-CA"})
    company.work("a ann web 0 8:00\nb ann web 1 8:00")
    company.publish_first()
    company.work("a ann web 0 10:00\nb ann web 1 6:00")
    company.publish(1)
    must_show(company, 1, "corrections", """
        line_id     pay_item  seconds   amount
        0002-W-001  Overtime  2:00:00   60.00
        0002-W-002  Regular   -2:00:00  -40.00""", stream="pay")
    must_show(company, 1, "payroll_hours", """
        line_id     pay_item  workweek_start  exported_seconds  amount
        0002-W-001  Overtime  2026-11-02      0:00:00           20.00""")
    assert [row["code"] for row in company.rows(1, "exceptions")] == ["TE136", "TE136", "TE162"], "nobody worked since"


@pytest.mark.capability("C37")
@pytest.mark.parametrize("posting", ["accrue", "distribution"])
def test_suspense_clears_itself_once_the_work_is_mapped(tmp_path, posting):
    company = Past(tmp_path, posting=posting)
    company.work("a ann new 0 8:00")
    company.publish_first()
    suspense = ("Suspense:Labor", None)
    if posting == "accrue":
        assert company.exported([0])["journals", suspense] == 160
    company.tables["projects.csv"].append(("tracker", "*", "new", "Mill:New", "time_and_materials", MONDAY, ""))
    company.publish(1)
    totals = company.exported([0, 1])
    assert ("journals", suspense) not in totals
    assert totals["journals", ("Job Costs:Labor", "Mill:New")] == 160
    causes = {row["stream"]: row["cause"] for row in company.rows(1, "corrections")}
    assert causes == {"cost": "suspense cleared" if posting == "accrue" else causes["cost"], "bill": "released hold"}


@pytest.mark.capability("M3", "C147")
def test_a_correction_leaves_the_accrual_of_a_months_end_as_it_is(tmp_path):
    """November's last day is worked in a week that is posted in December: its accrual came and went with it."""
    company = Past(tmp_path, posting='accrue"\nmonth_end = "accrue')
    company.work("a ann web 28 8:00\nb ann web 30 8:00")
    company.publish(4)
    before = [row for row in company.rows(4, "postings") if row["line_id"].split("-")[1] in ("M", "MR")]
    assert {str(row["posted_on"]): row["amount"] for row in before if row["account"] == "Job Costs:Labor"} == {
        "2026-11-30": 160, "2026-12-01": -160}
    company.work("a ann web 28 6:00")
    company.publish(5)
    posted = [row for week in (4, 5) for row in company.rows(week, "postings")
              if row["account"] == "Job Costs:Labor" and row["line_id"].split("-")[1] in ("L", "C", "M", "MR")]
    assert sum(row["amount"] for row in posted) == 280
    assert [(row["cause"], row["corrects"]) for row in company.rows(5, "corrections") if row["stream"] == "cost"] == [
        ("edited", "0001-L-001"), ("edited", "0001-L-002")], "the journal's own lines, debit and credit"
    assert not [row for row in company.rows(5, "postings") if row["line_id"].split("-")[1] in ("M", "MR")]


@pytest.mark.capability("M3")
@pytest.mark.parametrize(("what", "cause"), [
    ("late", "late entry"), ("edit", "edited"), ("withdraw", "withdrawn"), ("map", "re-mapped"), ("bill rate", "rate"),
    ("pay rate", "rate"), ("place", "rule"), ("hold", "released hold"),
])
def test_each_correction_tells_its_cause(tmp_path, what, cause):
    company = Past(tmp_path, unmapped="hold")
    company.work("a ann web 0 9:00\nb ann new 1 8:00\nc bob shop 1 9:00")
    company.publish_first()
    tables = company.tables
    if what == "late":
        company.work("late bob web 2 1:00")
    elif what == "edit":
        company.work("a ann web 0 9:30")
    elif what == "withdraw":
        del company.entries["c"]
    elif what == "map":
        tables["projects.csv"] = [(*row[:3], "Loom:Web", *row[4:]) for row in tables["projects.csv"]]
    elif what == "bill rate":
        tables["rates.csv"] = [("*", "*", "*", "130.00", "USD", MONDAY, "")]
    elif what == "pay rate":
        tables["private/pay_rates.csv"][0] = ("E1", "21.00", "USD", MONDAY, "")
    elif what == "place":
        tables["employees.csv"][0] = (*tables["employees.csv"][0][:7], "US-CA", *tables["employees.csv"][0][8:])
    else:
        tables["projects.csv"].append(("tracker", "*", "new", "Mill:New", "time_and_materials", MONDAY, ""))
    company.publish(1)
    lines = company.rows(1, "corrections")
    assert lines
    assert {line["cause"] for line in lines} == {cause}
    parts = company.rows(1, "correction_parts")
    assert {part["cause"] for part in parts} == {cause}


@pytest.mark.capability("C151")
def test_a_correction_is_dated_where_the_books_are_open(tmp_path):
    """A week over a month's end is split there; each part keeps its month where the books are open, else moves on."""
    exported = Past(tmp_path / "exported")
    exported.work("x ann web 28 8:00\ny ann web 30 8:00")  # Monday 2026-11-30 and Wednesday 2026-12-02
    for week in range(5):
        exported.publish(week)
    exported.work("x ann web 28 9:00\ny ann web 30 9:00")
    for name, locked, days in (
        ("none", "", ["2026-12-13"]), ("early", "2026-11-20", ["2026-11-30", "2026-12-06"]),
        ("november", "2026-11-30", ["2026-12-06", "2026-12-13"]), ("late", "2026-12-20", ["2026-12-21"] * 2)):
        company = deepcopy(exported)
        company.root = tmp_path / name
        company.more = f"[books]\nlocked_through = {locked}" if locked else ""
        shutil.copytree(exported.root, company.root)
        company.publish(5)
        found = sorted({(row["document_number"], str(row["posted_on"])) for row in company.rows(5, "postings")
                        if "D" in row["document_number"] and not row["document_number"].endswith("R")})
        assert [day for _, day in sorted(found, key=lambda pair: pair[1])] == days, name
        lines = [row for row in company.rows(5, "postings") if "D" in row["document_number"]]
        assert sum(row["amount"] for row in lines) == 0


def test_equal_inputs_cost_nothing_and_add_nothing(tmp_path, monkeypatch):
    """A new row of a cross-reference for the new week alone: no earlier period is computed again."""
    company = past(tmp_path)
    company.tables["projects.csv"].append(
        ("tracker", "*", "later", "Mill:Later", "time_and_materials", date(2026, 11, 9), ""))
    company.work("n ann later 7 8:00")

    def never(*_: object) -> None:
        raise AssertionError("an unchanged period was computed again")

    monkeypatch.setattr("etl.steps.corrections.correct", never)
    company.publish(1)
    assert not (company.folder(1) / "data" / "corrections.parquet").exists()
    assert not list(company.folder(1).rglob("*corrections_*"))


@pytest.mark.capability("C143")
def test_an_exported_week_run_again_tells_what_waits_and_keeps_every_byte(tmp_path):
    company = past(tmp_path)
    company.run(1)
    company.work("late ann web 5 4:00")
    before = company.digests()
    told = company.draft(0)
    assert told.exit_code == 0
    assert "is corrected in the next open period" in told.title
    assert [row[:3] for row in told.rows] == [
        ("pay", "0001-P-001", "late entry"), ("pay", "0001-P-001", "late entry"), ("cost", "0001-L-001", "late entry"),
        ("cost", "0001-L-002", "late entry"), ("bill", "0001-B-001", "late entry")]
    assert "--period-end 2026-11-22" in told.next_step
    assert dict(company.run(0).facts)["unreconciled"] == "0", "the batch still is what it was made from"
    assert company.digests() == before
    company.draft(2)
    status = steps.status(tmp_path, today=sunday(2))
    waiting = dict(status.facts)[f"{COMPANY}: corrections waiting"]
    assert waiting.startswith("5 line(s) in draft 0003; pay 1 | 4:00:00 | 100.00 USD")
    company.run(2)
    assert "is corrected by batch 0003" in company.draft(0).title
    assert steps.verify(tmp_path).exit_code == 0
    standing = dict(steps.standing(steps.start(COMPANY, sunday(2), tmp_path)).facts)
    assert standing["still to correct"].startswith("nothing")


@pytest.mark.capability("M1")
def test_explain_follows_a_correcting_line_to_its_origin(tmp_path):
    company = past(tmp_path)
    company.work("late ann web 5 4:00")
    company.publish(1)
    line = steps.explain("0002-C-001", tmp_path)
    assert "corrects 0001-L-001" in line.title
    assert [(row[0], row[3], row[5]) for row in line.rows] == [
        ("tracker:late", "2:00:00", "late entry"), ("tracker:late", "2:00:00", "late entry")]
    assert line.next_step == "timebooks explain 0001-L-001"
    assert "corrects 0001-L-001" in steps.explain("0002-CR-001", tmp_path).title
    entry = steps.explain("tracker:late", tmp_path)
    assert {row[0] for row in entry.rows} == {"0002-W-001", "0002-W-002", "0002-C-001", "0002-D-001"}


def test_two_drafts_never_correct_the_same_twice(tmp_path):
    company = past(tmp_path)
    company.work("late ann web 5 4:00")
    company.draft(1)
    company.draft(2)
    company.publish(1)
    run = steps.start(COMPANY, sunday(2), tmp_path)
    steps.approve_batch(run)
    with pytest.raises(RefusedError) as refused:
        steps.export(run)
    assert refused.value.code == "CORRECTIONS_STALE"
    company.publish(2)
    assert company.rows(2, "corrections") == []


def test_the_calendar_must_keep_exported_periods(tmp_path):
    company = past(tmp_path)
    company.work("late ann web 5 4:00")
    company.tables["pay_calendar.csv"] = company.tables["pay_calendar.csv"][1:]
    with pytest.raises(RefusedError) as refused:
        company.publish(1)
    assert refused.value.code == "EARLIER_PERIOD"


def test_another_balancing_account_moves_the_balance_alone(tmp_path):
    """No entry stands behind such a correction; the batch has it, and the next one finds nothing left."""
    company = past(tmp_path)
    rows = company.tables["accounts.csv"]
    rows[3] = (rows[3][0], "Wages Clearing", rows[3][2])
    company.publish(1)
    must_show(company, 1, "corrections", """
        line_id     corrects    account         amount
        0002-C-001  0001-L-002  Accrued Wages   760.00
        0002-C-002  0001-L-002  Wages Clearing  -760.00""")
    assert company.rows(1, "correction_parts") == []
    company.publish(2)
    assert company.rows(2, "corrections") == []
    assert steps.verify(tmp_path).exit_code == 0


SPOILED = (  # audit, table, column, what happens to its first row, why
    ("corrections_incomplete", "corrections", "amount", lambda amount: amount + 1, "a unit too much is paid"),
    ("corrections_incomplete", "corrections", "seconds", lambda seconds: seconds - 1, "a second is not paid"),
    ("corrections_incomplete", "side_postings", "amount", lambda amount: amount + 1, "a line was posted otherwise"),
    ("corrections_without_entry", "correction_parts", "seconds", lambda seconds: seconds + 1, "a second of no entry"),
    ("corrections_without_entry", "correction_parts", "line_id", lambda _: "0002-W-999", "an entry of no line"),
)


def test_the_audits_of_corrections_find_what_was_spoiled(tmp_path):
    assert {audit for audit, *_ in SPOILED} == {audit for audit, table in AUDITS.items() if table in CORRECTIONS}
    company = past(tmp_path)
    company.work("late ann web 5 4:00")
    run = company.rules(1)
    with run.engine() as engine:
        for audit, table, column, change, why in SPOILED:
            engine.audit(audit)
            sound = engine.fetch(table)
            rows = sound.to_pylist()
            rows[0][column] = change(rows[0][column])
            engine.put(table, pa.Table.from_pylist(rows, schema=sound.schema))
            with pytest.raises(ConservationError) as caught:
                engine.audit(audit)
            assert caught.value.code == "AUDIT_FAILED", why
            engine.put(table, sound)
    run.end()
