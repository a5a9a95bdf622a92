"""The books' own reports against the batches: every planted difference has its cause, and nothing is left over."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from etl import steps
from etl.errors import DamageError, EtlError, RefusedError
from tests.books.ledger import DECLARED, BookPast, Ledger, Line, bring, codes, found, week_of
from tests.steps.corrected import COMPANY, sunday
from tests.workbooks.readback import cells, opened, recomputed

WORK = """
    a1 ann web 0 8:00
    a2 ann shop 1 7:30
    a3 ann web 2 6:15 no
    b1 bob web 0 5:45
    b2 bob shop 3 9:10
    c1 ann web 7 8:00
    c2 bob shop 8 4:20
    d1 ann shop 14 6:00
    d2 bob web 15 3:30
    e1 ann web 21 7:00
    e2 bob shop 22 2:15"""


@pytest.fixture(name="past")
def _past(tmp_path: Path) -> BookPast:
    past = BookPast(tmp_path, books=DECLARED)
    past.work(WORK)
    past.publish_first()
    return past


def imported(past: BookPast, *weeks: int) -> Ledger:
    ledger = Ledger()
    for week in weeks:
        for path in past.uploads(week, ".csv"):
            if "journal" in path.name:
                ledger.take(path)
    return ledger


def close(past: BookPast, week: int) -> steps.Outcome:
    run = steps.start(COMPANY, sunday(week), past.root, person="ada", in_memory=True)
    try:
        steps.reconcile(run)
        return steps.close(run)
    finally:
        run.end()


@pytest.mark.parametrize("form", ["journal report", "declared"])
def test_books_that_have_the_batch_as_it_is_leave_nothing(past: BookPast, form: str) -> None:
    ledger = imported(past, 0)
    outcome = bring(past, ledger.journal_report(*week_of(0)) if form == "journal report" else ledger.plain())
    assert codes(outcome) == []
    assert outcome.exit_code == 0
    assert dict(outcome.facts)["unreconciled"] == "0"
    assert "closed" in close(past, 0).title


def test_a_changed_amount_keeps_the_period_open(past: BookPast) -> None:
    ledger = imported(past, 0)
    ledger.edit(0, amount=ledger.lines[0].amount + 1)
    outcome = bring(past, ledger.plain())
    assert codes(outcome) == ["TE214"]
    assert outcome.exit_code == 1
    with pytest.raises(RefusedError, match="TE214 Amount changed") as refused:
        close(past, 0)
    assert refused.value.code == "BOOKS_OPEN"


def planted(kind: str, ledger: Ledger, past: BookPast) -> None:
    """One thing that goes wrong in books: by an import, or by hand."""
    journal = next(path for path in past.uploads(0, ".csv") if "journal" in path.name and "LR" not in path.name)
    own = [at for at, line in enumerate(ledger.lines) if line.number == "SB0001L"]
    match kind:
        case "half imported":
            del ledger.lines[own[2]:own[-1] + 1]
        case "imported twice":
            ledger.take(journal)
        case "deleted":
            del ledger.lines[own[0]]
        case "amount":
            ledger.edit(own[0], amount=ledger.lines[own[0]].amount + Decimal("0.01"))
        case "account":
            ledger.edit(own[1], account="Office Supplies")
        case "day":
            ledger.edit(own[1], day=sunday(0) - timedelta(days=2))
        case "period":
            ledger.edit(own[1], day=sunday(0) + timedelta(days=3))
        case "job":
            ledger.edit(own[0], job="Mill:Elsewhere")
        case "posting":
            ledger.lines.append(Line(sunday(0), "ADJ-9", "Job Costs:Labor", "Mill:Web", "by hand", Decimal("12.34")))


CAUSES = {
    "imported twice": "TE212", "deleted": "TE213", "amount": "TE214", "account": "TE215", "day": "TE217",
    "period": "TE221", "job": "TE218", "posting": "TE220", "half imported": "TE211",
}
WHOLE = (date(2026, 11, 2), date(2026, 11, 30))


@pytest.mark.capability("C105")
@pytest.mark.capability("M2", "C95", "C96")
@pytest.mark.parametrize("kind", CAUSES)
def test_each_thing_that_goes_wrong_has_its_cause(past: BookPast, kind: str) -> None:
    ledger = imported(past, 0)
    planted(kind, ledger, past)
    outcome = bring(past, ledger.journal_report(*WHOLE))
    assert set(codes(outcome)) == {CAUSES[kind]}, outcome.text()
    assert dict(outcome.facts)["unreconciled"] == "0"
    assert outcome.exit_code == 1


def test_nothing_imported_is_timing_and_does_not_keep_the_period_open(past: BookPast) -> None:
    outcome = bring(past, Ledger().journal_report(*WHOLE))
    assert set(codes(outcome)) == {"TE210"}
    assert {row[1] for row in found(outcome)} == {"timing"}
    assert outcome.exit_code == 0
    assert "closed" in close(past, 0).title


def test_rent_and_coffee_are_nobodys_difference(past: BookPast) -> None:
    ledger = imported(past, 0)
    ledger.lines.append(Line(sunday(0), "RENT", "Rent", "", "November", Decimal("900.00")))
    assert codes(bring(past, ledger.journal_report(*WHOLE))) == []


@pytest.mark.capability("C156")
def test_items_are_carried_from_week_to_week_until_they_clear(past: BookPast) -> None:
    def today(day: date) -> Callable[[steps.Run], object]:
        from datetime import UTC, datetime

        return lambda _run: datetime(day.year, day.month, day.day, 12, tzinfo=UTC)

    patch = pytest.MonkeyPatch()
    try:
        ledger = imported(past, 0)
        planted("amount", ledger, past)
        planted("posting", ledger, past)
        for week in range(1, 4):
            patch.setattr(steps.Run, "now", today(sunday(week - 1) + timedelta(days=1)))
            outcome = bring(past, ledger.journal_report(date(2026, 11, 2), sunday(week - 1)))
            assert dict(outcome.facts)["unreconciled"] == "0"
            assert codes(outcome).count("TE214") == codes(outcome).count("TE220") == 1, outcome.text()
            past.publish(week)
            if week != 2:   # the second week is forgotten
                for path in past.uploads(week, ".csv"):
                    if "journal" in path.name:
                        ledger.take(path)
        patch.setattr(steps.Run, "now", today(sunday(3) + timedelta(days=1)))
        outcome = bring(past, ledger.journal_report(date(2026, 11, 2), sunday(3) + timedelta(days=7)))
        assert set(codes(outcome)) == {"TE210", "TE214", "TE220"}, outcome.text()
        ages = {str(row[1]): str(row[-1]) for row in outcome.rows}
        assert (ages["TE210"], ages["TE214"], ages["TE220"]) == ("0 d", "21 d", "21 d")
        ledger.lines.pop(next(at for at, line in enumerate(ledger.lines) if line.number == "ADJ-9"))
        outcome = bring(past, ledger.journal_report(date(2026, 11, 2), sunday(3) + timedelta(days=7)))
        assert set(codes(outcome)) == {"TE210", "TE214"}
        item = next(str(row[0]) for row in outcome.rows if row[1] == "TE214")
        with pytest.raises(RefusedError, match="needs a reason"):
            steps.decide_item(past.root, COMPANY, steps.Decision(item, "accepted"), person="ada")
        outcome = steps.decide_item(
            past.root, COMPANY, steps.Decision(item, "accepted", "ada", "a cent"), person="ada")
        assert outcome.exit_code == 0
        assert {row[1] for row in found(outcome)} == {"timing", "accepted"}
    finally:
        patch.undo()


def test_everything_at_once_is_told_apart(past: BookPast) -> None:
    past.publish(1)
    ledger = imported(past, 0, 1)
    for path in past.uploads(1, ".csv"):
        if "journal" in path.name:
            ledger.take(path, 1)   # a second import of the next week that broke off
    for kind in ("posting", "job", "day"):
        planted(kind, ledger, past)
    outcome = bring(past, ledger.journal_report(*WHOLE))
    expected = {CAUSES[kind] for kind in ("posting", "job", "day", "imported twice")}
    assert set(codes(outcome)) == expected, outcome.text()
    assert dict(outcome.facts)["unreconciled"] == "0"


def test_a_company_that_wants_the_books_does_not_close_without_them(past: BookPast) -> None:
    past.books = "[books]\nreport_to_close = true\n" + DECLARED
    past.write()
    with pytest.raises(RefusedError) as refused:
        close(past, 0)
    assert refused.value.code == "BOOKS_MISSING"
    bring(past, imported(past, 0).journal_report(*week_of(0)))
    assert "closed" in close(past, 0).title


def test_held_time_is_told_beside_the_books(tmp_path: Path) -> None:
    past = BookPast(tmp_path, books=DECLARED)
    past.work(WORK + "\n    h1 ann web 4 25:00")
    past.publish(0)
    outcome = bring(past, imported(past, 0).journal_report(*WHOLE))
    assert {row[:2] for row in found(outcome)} == {("TE223", "timing")}, outcome.text()
    assert {row[2] for row in found(outcome)} == {"25:00:00"}
    assert outcome.exit_code == 0


HOSTILE = ('=HYPERLINK("http://x")', "@SUM(A1)", "+1;2\t3", "\u202eabc", "x" * 5000, "Mill\u200b:Web",
           "'; drop table entries; --")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_texts(past: BookPast, text: str) -> None:
    ledger = imported(past, 0)
    ledger.edit(0, job=text)
    ledger.lines.append(Line(sunday(0), text[:40], "Job Costs:Labor", text, text, Decimal("1.00")))
    outcome = bring(past, ledger.journal_report(*WHOLE))
    assert codes(outcome) == ["TE218", "TE220"], outcome.text()
    workbook = sorted((past.root / "reports" / COMPANY).glob("*/evidence/*-books-reconciliation.xlsx"))[-1].read_bytes()
    book = load_workbook(io.BytesIO(workbook))
    formulas = {str(cell.value) for row in book["Items"].iter_rows() for cell in row if cell.data_type == "f"}
    assert not formulas, formulas


@pytest.mark.capability("C155")
def test_hostile_texts_stay_texts_in_libreoffice(past: BookPast, tmp_path: Path) -> None:
    """The books' workbook opened and computed by LibreOffice: no cell evaluates but our own formulas."""
    ledger = imported(past, 0)
    ledger.lines += [Line(sunday(0), f"X{at}", "Job Costs:Labor", text, text, Decimal(at + 1))
                     for at, text in enumerate(HOSTILE)]
    bring(past, ledger.journal_report(*WHOLE))
    made = sorted((past.root / "reports" / COMPANY).glob("*/evidence/*-books-reconciliation.xlsx"))[-1].read_bytes()
    again = recomputed(made, tmp_path)
    given, taken, computed = cells(made), cells(again), opened(again, computed=True)
    assert {cell[:2] for cell in given if cell[3] == "f"} == {cell[:2] for cell in taken if cell[3] == "f"}
    texts = {cell[:2]: str(cell[2]).replace("_x005F_", "_") for cell in taken}
    lost = {cell[:2]: (cell[2], texts.get(cell[:2])) for cell in given
            if cell[3] != "f" and str(cell[2]).replace("_x005F_", "_") != texts.get(cell[:2])}
    assert not lost
    said = [cell.value for cell in computed["Control"]["H"] if cell.value]
    assert said
    assert set(said) == {"agreed"}
    balances = [row for row in computed["Balances"].iter_rows(min_row=6, values_only=True) if row[0] == "Postings"]
    assert balances
    assert all(row[5] == 0 == round(row[3] - row[2] - row[4], 3) for row in balances)
    total = next(row for row in computed["Roll-forward"].iter_rows(values_only=True) if row[0] == "Total")
    assert total[5] == len([cell for cell in computed["Items"]["B"] if str(cell.value).startswith("TE")])


@pytest.mark.parametrize(("content", "code"), [
    (b"", "FILE_EMPTY"), (b"PK\x03\x04 no zip", "XLSX_DAMAGED"), (b"a,b\r\n1,2\r\n", "BOOKS_FORM"),
    (b'Date,Num,Name,Memo/Description,Account,Debit,Credit\r\n"11/08/2026,x', "CSV_QUOTES"),
    (b"Date,Num,Name,Memo/Description,Account,Debit,Credit\r\n11/31/2026,1,,,Rent,5.00,\r\n", "BOOKS_CELLS"),
    (b'Date,Num,Name,Memo/Description,Account,Debit,Credit\r\n11/08/2026,1,,,Rent,"1.234,00",\r\n', "BOOKS_CELLS"),
    (b"Date,Num,Name,Memo/Description,Account,Debit,Credit\r\n11/08/2026,1,,,Rent,1e3,\r\n", "BOOKS_CELLS"),
    (b"Date,Num,Name,Memo/Description,Account,Debit,Debit,Credit\r\n11/08/2026,1,,,Rent,1,1,\r\n", "BOOKS_FORM"),
    (b"Date,Num,Name,Memo/Description,Account,Debit,Credit\r\n11/08/2026,1,,,Rent,5.00,\r\nTOTAL,,,,,6.00,\r\n",
     "BOOKS_FOOTING"),
    (b"Employee,Pay Item,Hours,Gross\r\nAnn,Regular,1.00,20.00\r\n", "BOOKS_SPAN")])
def test_a_report_that_cannot_be_read_leaves_nothing_behind(past: BookPast, content: bytes, code: str) -> None:
    before = sorted(path for path in past.root.rglob("*") if path.is_file() and "scratch" not in path.parts)
    with pytest.raises(EtlError) as refused:
        bring(past, content, name="nothing.csv")
    assert refused.value.code == code, refused.value
    after = sorted(path for path in past.root.rglob("*") if path.is_file() and "scratch" not in path.parts)
    assert {path.name for path in set(after) - set(before)} <= {"nothing.csv"}


def test_an_unknown_item_cannot_be_decided(past: BookPast) -> None:
    with pytest.raises(RefusedError) as refused:
        steps.decide_item(past.root, COMPANY, steps.Decision("0000000000", "accepted", "", "x"), person="ada")
    assert refused.value.code == "BOOKS_ITEM"


def test_the_same_report_twice_is_one(past: BookPast) -> None:
    text = imported(past, 0).journal_report(*week_of(0))
    bring(past, text)
    count = len(list((past.root / "reports" / COMPANY).glob("*/evidence/*")))
    assert dict(bring(past, text).facts)["reports of the books"] == "1"
    assert len(list((past.root / "reports" / COMPANY).glob("*/evidence/*"))) == count
    kept = next((past.root / "reports" / COMPANY).glob("*/evidence/*-books-report.csv"))
    kept.chmod(0o600)
    kept.write_bytes(kept.read_bytes().replace(b"2026", b"2025", 1))
    with pytest.raises(DamageError):
        bring(past, text)
