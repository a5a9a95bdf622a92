"""Other law over exported weeks, premium by law in the batch and over a year: two people of 42 hours each."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from etl import steps
from etl.errors import EtlError, RefusedError, SettingsError
from etl.law.breaks import break_library
from etl.law.holiday_weeks import holiday_library
from etl.law.replay import begun_on, header
from etl.law.rounding import library as rounding_library
from etl.law.rows import library
from etl.sql.run import Engine
from etl.steps.examples import read_examples, shipped_examples
from etl.steps.rules_check import compute
from etl.store import audit_log, batches
from etl.store.batches import Batch
from etl.tables import PREMIUMS_BY_LAW
from etl.workspace import Workspace
from tests.faults import tiny

FEDERAL = (
    "us_flsa_40,US-FED,United States federal law,,,,,{tiers},,none,,,weekly_only,all_hours,regular_rate,workweek,,"
    "{first},{last},29 U.S.C. 207(a)(1),29 U.S.C. 207(a)(1),confirmed,2026-11-24,P01"
)
SPAN = ("2026-11-02", "2026-11-09")


def law(folder: Path, tiers: str = "38:1.5", first: str = "1940-10-24", last: str = "", *more: str) -> steps.Change:
    """A file with the federal row as it might have been."""
    path = folder / "law.csv"
    path.write_text("\n".join([header(), FEDERAL.format(tiers=tiers, first=first, last=last), *more]) + "\n")
    return steps.Change(law=path)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("replay")
    tiny.make_company(root, weeks=2)
    for turn in range(2):
        tiny.week(root, tiny.PERIOD_END + timedelta(weeks=turn))
    return root


@pytest.mark.capability("M4", "M12")
@pytest.mark.capability("C133")
def test_what_a_lower_limit_would_have_cost_each_person(exported: Path, tmp_path: Path) -> None:
    """Over 38 instead of 40 hours: 2 h more at half of 40.00 and of 31.75, in each of two weeks."""
    before = tiny.times(exported)
    output = tmp_path / "cost.csv"
    outcome = steps.replay(tiny.COMPANY, SPAN, law(tmp_path), output=output, workspace=exported)
    assert outcome.title == (
        "2 exported batch(es) under the changed law: 2 person(s) in 4 workweek(s) affected, +143.50 USD in all; "
        "nothing was recorded"
    )
    assert outcome.facts == (), "today's library gives the exported lines"
    assert [row for row in outcome.rows if row[2] == "2026-11-02"] == [
        ("E1", "Ann", "2026-11-02", "2:00:00", "4:00:00", "0:00:00", "0:00:00", "1,720.00 USD", "1,760.00 USD",
         "+40.00 USD"),
        ("E2", "Bob", "2026-11-02", "2:00:00", "4:00:00", "0:00:00", "0:00:00", "1,365.25 USD", "1,397.00 USD",
         "+31.75 USD"),
    ]  # fmt: skip
    with output.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sum(Decimal(row["difference"]) for row in rows) == Decimal("143.50")
    assert tiny.times(exported) == before, "nothing is written into the workspace"


@pytest.mark.capability("C133")
def test_only_the_weeks_asked_for_and_only_the_days_of_the_version(exported: Path, tmp_path: Path) -> None:
    one = steps.replay(tiny.COMPANY, ("2026-11-09", "2026-11-09"), law(tmp_path), workspace=exported)
    assert {row[2] for row in one.rows} == {"2026-11-09"}
    same = steps.replay(tiny.COMPANY, SPAN, law(tmp_path, "40:1.5"), workspace=exported)
    assert "0 person(s) in 0 workweek(s) affected, 0.00 USD" in same.title
    less = steps.replay(tiny.COMPANY, SPAN, law(tmp_path, "40:1.25"), workspace=exported)
    assert "-71.74 USD in all" in less.title, "31.75 an hour: 15.87 less in each week, each line rounded"
    assert less.next_step == ""


@pytest.mark.parametrize(
    ("change", "span", "code"),
    [
        (steps.Change(), SPAN, "LAW_CHANGE"),
        (steps.Change(rule="us_flsa_40", effective_from="2026-11-04"), SPAN, "LAW_CHANGE"),
        (steps.Change(rule="us_flsa_40", effective_from="soon"), SPAN, "DATE_UNREADABLE"),
        (steps.Change(rule="mx_8_week_2_3", effective_from="2029-06-01"), ("2020-01-01", "2020-02-01"), "REPLAY_EMPTY"),
    ],
)
def test_a_change_or_a_span_that_says_nothing(exported, change, span, code):
    with pytest.raises(EtlError) as caught:
        steps.replay(tiny.COMPANY, span, change, workspace=exported)
    assert caught.value.code == code


def test_a_law_that_leaves_a_day_open_stops_the_replay(exported, tmp_path):
    with pytest.raises(EtlError) as caught:
        steps.replay(tiny.COMPANY, SPAN, law(tmp_path, first="2026-11-05"), workspace=exported)
    assert "no overtime rule of US-FED is in force on 2026-11-02" in caught.value.what
    (tmp_path / "law.csv").write_text("rule_id\n")
    with pytest.raises(SettingsError) as other:
        steps.replay(tiny.COMPANY, SPAN, steps.Change(law=tmp_path / "law.csv"), workspace=exported)
    assert other.value.code == "LAW_CHANGE"


def test_a_rule_begun_on_another_day_ends_the_version_before_it():
    rows = begun_on("mx_8_week_2_3", date(2029, 6, 1))
    assert [(str(row.effective_from), str(row.effective_to)) for row in rows[-2:]] == [
        ("2029-01-01", "2029-05-31"),
        ("2029-06-01", "9999-12-31"),
    ]


@pytest.mark.capability("C157")
def test_the_batch_tells_premium_by_law_with_its_pay_date(exported: Path) -> None:
    place = Workspace(exported)
    batch = batches.find_batch(place, tiny.COMPANY, tiny.PERIOD_END, audit_log.read_log(place, tiny.COMPANY))
    assert batch is not None
    table = batch.table("premiums_by_law")
    assert table.schema.equals(PREMIUMS_BY_LAW)
    told = [(row["employee_id"], row["paid_on"], row["flsa_seconds"], row["flsa_premium_amount"], row["premium_amount"])
            for row in table.to_pylist()]  # fmt: skip
    assert told == [
        ("E1", date(2026, 11, 13), 7200, Decimal("40.000"), Decimal("40.000")),
        ("E2", date(2026, 11, 13), 7200, Decimal("31.750"), Decimal("31.750")),
    ]


@pytest.mark.capability("C157")
def test_a_year_of_qualified_overtime_by_person(exported: Path, tmp_path: Path) -> None:
    output = tmp_path / "tt.csv"
    outcome = steps.qualified_overtime(tiny.COMPANY, 2026, output=output, workspace=exported)
    assert outcome.exit_code == 0
    assert outcome.rows == (
        ("E1", "Ann", "80.00 USD", "0.00 USD", "0.00 USD", "4:00:00", "2"),
        ("E2", "Bob", "63.50 USD", "0.00 USD", "0.00 USD", "4:00:00", "2"),
    )
    with output.open(encoding="utf-8-sig", newline="") as file:
        assert [(row["box_12_code"], row["qualified_overtime_premium"]) for row in csv.DictReader(file)] == [
            ("TT", "80.000"),
            ("TT", "63.500"),
        ]
    assert steps.qualified_overtime(tiny.COMPANY, 2027, workspace=exported).rows == ()
    with pytest.raises(SettingsError) as caught:
        steps.qualified_overtime(tiny.COMPANY, 2024, workspace=exported)
    assert caught.value.code == "YEAR_OUTSIDE"


def test_premium_that_an_earlier_version_did_not_tell_is_named_and_not_guessed(exported, monkeypatch):
    monkeypatch.setattr(Batch, "has_table", lambda _, name: name != "premiums_by_law")  # as batches before it were
    outcome = steps.qualified_overtime(tiny.COMPANY, 2026, workspace=exported)
    assert outcome.exit_code == 1
    assert [name for name, _ in outcome.facts] == ["batch 0001, 2026-11-08", "batch 0002, 2026-11-15"]


@pytest.mark.capability("C157")
def test_a_week_of_december_paid_in_january_is_the_next_years(tmp_path: Path) -> None:
    week = {"employee_id": "E1", "employee_name": "Ann", "premium_seconds": 3600, "flsa_seconds": 3600}
    paid = [(date(2026, 12, 21), date(2026, 12, 31), "10.00"), (date(2026, 12, 28), date(2027, 1, 8), "7.00")]
    rows = [
        week | {"workweek_start": start, "paid_on": day}
        | {name: Decimal(amount) for name in ("premium_amount", "flsa_premium_amount")}
        | {"state_premium_amount": Decimal(0), "contract_premium_amount": Decimal(0), "currency": "USD"}
        for start, day, amount in paid
    ]  # fmt: skip
    found = {}
    with Engine(None, tmp_path, [tmp_path]) as engine:
        engine.put("exported_premiums", pa.Table.from_pylist(rows, schema=PREMIUMS_BY_LAW))
        for year in (2026, 2027):
            engine.put("report_year", pa.table({"year": pa.array([year], pa.int64())}))
            engine.run(("qualified_overtime",))
            found[year] = engine.fetch("qualified_overtime")["flsa_premium_amount"].to_pylist()
    assert found == {2026: [Decimal("10.000")], 2027: [Decimal("7.000")]}


B7 = {"K01": ("87.50", "100.00"), "K02": ("20.00", "60.00"), "K03": ("140.00", "140.00"), "K05": ("40.00", "50.00"),
      "K06": ("80.00", "80.00"), "K07": ("0.00", "15.00"), "K09": ("40.00", "40.00")}  # fmt: skip


@pytest.mark.capability("C157")
def test_the_worked_cases_of_the_flsa_premium() -> None:
    """FLSA premium and all premium paid, as labor rules B.7 has them; what is left is the state's."""
    examples = [one for one in read_examples(*shipped_examples()) if one.example_id in B7]
    assert {one.example_id for one in examples} == set(B7)
    answers = compute(examples)
    for name, (flsa, premium) in B7.items():
        [week] = answers[name].weeks.values()
        assert (week.flsa_premium or 0, week.premium) == (Decimal(flsa), Decimal(premium)), name


@pytest.mark.capability("C61")
def test_a_confirmation_is_a_record_bound_to_what_the_row_says(tmp_path: Path) -> None:
    tiny.make_company(tmp_path)
    text = tmp_path / "statute.txt"
    text.write_text("as read")
    arguments = (tiny.COMPANY, "us_tx_flsa", "R. Ortiz", "read 29 U.S.C. 207 and the state code")
    first = steps.confirm_rule(*arguments, text, workspace=tmp_path)
    assert first.exit_code == 0
    assert "nothing was recorded" in steps.confirm_rule(*arguments, workspace=tmp_path).title
    [record] = [one for one in audit_log.read_log(Workspace(tmp_path), tiny.COMPANY) if one.type == "confirm_rule"]
    [row] = [rule for rule in library() if rule.rule_id == "us_tx_flsa"]
    assert list(record.body["rows"]) == [row.digest]
    assert record.body["source"]["name"] == "statute.txt"
    [shown] = steps.show_rules("US-TX", "2026-11-22", tiny.COMPANY, workspace=tmp_path).rows
    assert "confirmed by R. Ortiz" in str(shown[7])
    assert "read 29 U.S.C. 207" in str(shown[7])
    [other] = steps.show_rules("US-TX", "2026-11-22").rows
    assert "stops a run" in str(other[7])
    for ready in ("us_flsa_40", "us_ca_exact", "us_ca_meal_1", "us_co_meal"):
        assert "nothing was recorded" in steps.confirm_rule(tiny.COMPANY, ready, "A", "x", workspace=tmp_path).title


@pytest.mark.capability("C133")
@pytest.mark.parametrize(
    ("rule", "place", "about"), [("us_co_rest", "US-CO", "breaks"), ("us_or_exact", "US-OR", "rounding")]
)
def test_rows_of_breaks_and_rounding_are_confirmed_the_same_way(tmp_path, rule, place, about):
    tiny.make_company(tmp_path)
    question = (place, "2026-11-22", tiny.COMPANY)

    def standing() -> str:
        rows = steps.show_rules(*question, about=about, workspace=tmp_path).rows
        return next(str(row[-1]) for row in rows if row[0] == rule)

    assert "stops a run that pays by it or acts against it" in standing()
    assert "1 version(s)" in steps.confirm_rule(tiny.COMPANY, rule, "R. Ortiz", "read", workspace=tmp_path).title
    assert standing().startswith("confirmed by R. Ortiz")


def test_no_two_tables_of_law_name_a_row_alike():
    tables = (library(), break_library(), rounding_library(), holiday_library())
    names = [{row.rule_id for row in rows} for rows in tables]
    assert len(set.union(*names)) == sum(map(len, names))


@pytest.mark.parametrize(
    ("rule", "reason", "code"), [("us_xx", "read", "RULE_UNKNOWN"), ("us_tx_flsa", " ", "REASON_MISSING")]
)
def test_a_confirmation_of_nothing_is_refused(tmp_path, rule, reason, code):
    tiny.make_company(tmp_path)
    with pytest.raises(SettingsError) as caught:
        steps.confirm_rule(tiny.COMPANY, rule, "A", reason, workspace=tmp_path)
    assert caught.value.code == code


def test_nothing_exported_is_refused(tmp_path):
    tiny.make_company(tmp_path)
    with pytest.raises(RefusedError) as caught:
        steps.replay(tiny.COMPANY, SPAN, law(tmp_path), workspace=tmp_path)
    assert caught.value.code == "REPLAY_EMPTY"
