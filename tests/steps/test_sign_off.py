"""The reconciliation workbook's way to who signs it and back: kept as evidence, or refused with every cell named."""

from __future__ import annotations

import io
import re
import shutil
import stat
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from etl import steps
from etl.errors import EtlError, RefusedError
from etl.store import audit_log
from etl.store.records import Record
from etl.workspace import Workspace
from tests.books.ledger import BookPast
from tests.steps.corrected import COMPANY, sunday
from tests.workbooks.readback import recomputed

pytestmark = pytest.mark.capability("C95")
WORK = """
    a1 ann web 0 8:00
    a2 ann shop 1 7:30
    b1 bob web 0 5:45
    c1 ann web 7 8:00"""
TODAY = date(2026, 11, 9)
Edit = Callable[[Workbook], None]


@pytest.fixture(scope="module", name="made")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    past = BookPast(tmp_path_factory.mktemp("signed") / "made")
    past.work(WORK)
    past.publish(0)
    past.publish(1)
    return past.root


@pytest.fixture(name="root")
def _root(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "company")


def published(root: Path, week: int = 0) -> bytes:
    (path,) = (root / "reports" / COMPANY / str(sunday(week))).glob("batch-*/*reconciliation.xlsx")
    return path.read_bytes()


def line_of(sheet: Worksheet, role: str) -> int:
    return next(cell.row for cell in sheet["A"] if cell.value == role)


def signing(
    name: object = "Rita Okafor", day: object = TODAY, word: object = "agree", remark: object = None,
    role: str = "Reviewed by",
) -> Edit:
    def sign(book: Workbook) -> None:
        sheet = book["Summary"]
        for letter, value in zip("BCDE", (name, day, word, remark), strict=True):
            sheet[f"{letter}{line_of(sheet, role)}"].value = value
    return sign


def typed(content: bytes, *edits: Edit) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(content))
    for edit in edits:
        edit(book)
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def taken_in(root: Path, content: bytes, person: str = "rita", week: int = 0) -> steps.Outcome:
    (root / "signed.xlsx").write_bytes(content)
    return steps.take_in_sign_off(steps.start(COMPANY, sunday(week), root), root / "signed.xlsx", person)


def records(root: Path) -> list[Record]:
    return [record for record in audit_log.read_log(Workspace(root), COMPANY) if record.type == "sign_off"]


def refused(root: Path, content: bytes, code: str, person: str = "rita") -> str:
    with pytest.raises(EtlError) as error:
        taken_in(root, content, person)
    assert error.value.code == code, error.value
    assert not records(root)
    assert not list((root / "reports").rglob("evidence/*sign-off*"))
    return str(error.value)


def test_what_was_signed_is_kept_once_with_who_when_and_the_file(root: Path) -> None:
    content = typed(published(root), signing(remark="all ticked"), signing("Ann", role="Prepared by"))
    outcome = taken_in(root, content)
    assert "signed by rita, as Rita Okafor: agree" in outcome.title
    [record] = records(root)
    assert (record.person, record.body["word"], record.body["batch"]) == ("rita", "agree", 1)
    assert record.body["lines"] == [
        {"role": "Prepared by", "name": "Ann", "day": "2026-11-09", "word": "agree", "remark": ""},
        {"role": "Reviewed by", "name": "Rita Okafor", "day": "2026-11-09", "word": "agree", "remark": "all ticked"}]
    (kept,) = (root / "reports" / COMPANY / str(sunday(0)) / "evidence").glob("*-sign-off.xlsx")
    assert kept.read_bytes() == content
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    for person in ("rita", "max"):
        assert "taken in already, by rita" in taken_in(root, content, person).title
    assert records(root) == [record]
    assert steps.verify(root).exit_code == 0


def test_the_entries_of_a_published_batch_add_up_to_their_lines(root: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(published(root)))
    sums: dict[object, int] = {}
    for row in rows_of(book["Entries"]):
        sums[row["Line"]] = sums.get(row["Line"], 0) + round(row["Amount"] * 100)
    posted = {row["Line"]: round(row["Amount"] * 100) for title in ("Lines", "Billable lines")
              for row in rows_of(book[title]) if row["Line"] in sums}
    assert posted == sums
    assert {str(line)[5] for line in sums} == {"L", "B"}


def rows_of(sheet: Worksheet) -> list[dict[object, Any]]:
    found = list(sheet.iter_rows(values_only=True))
    start = next(at for at, row in enumerate(found) if row[0] == "Line")
    return [dict(zip(found[start], row, strict=True)) for row in found[start + 1:]]


@pytest.mark.parametrize(("edit", "says"), [
    (signing(name=None), "the name is missing"), (signing(day=None), "the date is missing"),
    (signing(day="soon"), "the date is missing or none"), (signing(word=None), "neither agree nor disagree"),
    (signing(word="perhaps"), "'perhaps' is neither"), (signing(word="disagree"), "who disagrees says why"),
    (signing(name='=HYPERLINK("http://x")'), "holds a formula"), (signing(remark="x" * 1001), "is longer than"),
    (signing(day=date(2100, 1, 1)), "lies in the future"), (signing(role="Approved by"), "nobody signed as reviewed"),
    (lambda book: None, "nobody signed as reviewed by"),
    (lambda book: book.remove(book["Summary"]), "no sheet 'Summary'"),
])
def test_what_is_not_signed_rightly_is_refused_by_cell(root: Path, edit: Edit, says: str) -> None:
    assert says in refused(root, typed(published(root), edit), "SIGN_OFF_INVALID")


def test_a_day_typed_as_text_and_a_word_in_capitals_are_read(root: Path) -> None:
    taken_in(root, typed(published(root), signing(day="2026-11-09", word=" AGREE ")))
    assert [line["word"] for record in records(root) for line in record.body["lines"]] == ["agree"]


@pytest.mark.parametrize(("edit", "says"), [
    (lambda book: _set(book, "Lines", "G", 1.25), r"Lines!G\d+ was changed from \S+ to 1\.25"),
    (lambda book: _set(book, "Lines", "D", "=1+1"), r"Lines!D\d+ was changed from .* to =1\+1"),
    (lambda book: _set(book, "Lines", "I", 0), r"Lines!I\d+ was changed from =ROUND\(.* to 0"),
    (lambda book: _set(book, "Lines", "D", None), r"Lines!D\d+: .* is gone"),
    (lambda book: book["By project"].__setitem__("Z99", "x"), r"By project!Z99: x stands where nothing was"),
    (lambda book: book.remove(book["Exceptions"]), r"the sheet Exceptions is missing"),
    (lambda book: book.create_sheet("More"), r"the sheet More is not of this workbook"),
    (lambda book: book["Summary"].__setitem__(f"A{line_of(book['Summary'], 'Reviewed by')}", "Seen by"),
     r"Summary!A\d+ was changed from Reviewed by to Seen by"),
])
def test_every_change_outside_of_the_lines_is_named(root: Path, edit: Edit, says: str) -> None:
    told = refused(root, typed(published(root), signing(), edit), "SIGN_OFF_CHANGED")
    assert re.search(says, told), told


def _set(book: Workbook, title: str, letter: str, value: object) -> None:
    sheet = book[title]
    head = next(cell.row for cell in sheet["A"] if cell.value == "Line")
    sheet[f"{letter}{head + 1}"].value = value


def test_a_workbook_of_another_batch_is_refused(root: Path) -> None:
    told = refused(root, typed(published(root, week=1), signing()), "SIGN_OFF_STALE")
    assert "Batch: batch 0002 instead of batch 0001" in told


def test_damage_and_what_is_no_workbook_are_refused(root: Path) -> None:
    content = typed(published(root), signing())
    for given in (content[:-400], b"", b"PK\x03\x04" + b"x" * 100):
        with pytest.raises(EtlError) as error:
            taken_in(root, given)
        assert error.value.code == "XLSX_DAMAGED"
    assert not records(root)
    book, saved = Workbook(), io.BytesIO()
    book.save(saved)
    refused(root, saved.getvalue(), "SIGN_OFF_INVALID")


def test_a_workbook_larger_than_people_make_them_is_refused(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("etl.steps.returned.MOST_BYTES", 1000)
    assert "larger than" in refused(root, published(root), "SIGN_OFF_INVALID")


def test_who_prepared_the_batch_does_not_review_it(root: Path) -> None:
    drafted = next(record.person for record in audit_log.read_log(Workspace(root), COMPANY) if record.type == "draft")
    refused(root, typed(published(root), signing()), "SAME_PERSON", person=drafted)
    refused(root, typed(published(root), signing(name=drafted.upper())), "SAME_PERSON")


def test_nothing_is_signed_before_the_export(root: Path) -> None:
    (root / "signed.xlsx").write_bytes(published(root))
    with pytest.raises(RefusedError) as error:
        steps.take_in_sign_off(steps.start(COMPANY, sunday(2), root), root / "signed.xlsx", "rita")
    assert error.value.code == "NOT_EXPORTED"


def closed(root: Path) -> steps.Outcome:
    run = steps.start(COMPANY, sunday(0), root, person="ada", in_memory=True)
    try:
        steps.reconcile(run)
        return steps.close(run)
    finally:
        run.end()


def first_row(root: Path) -> tuple[str, ...]:
    return next(row for row in steps.status(root, COMPANY, today=TODAY).rows if row[1] == str(sunday(0)))


def test_a_company_that_wants_it_signed_does_not_close_without_an_agreement(root: Path) -> None:
    settings = root / "mappings" / COMPANY / "company.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(f"{text}\n[books]\nsign_off_to_close = true\n", encoding="utf-8")
    with pytest.raises(RefusedError) as error:
        closed(root)
    assert error.value.code == "SIGN_OFF_MISSING"
    assert first_row(root)[5:] == (
        "the reviewer", f"timebooks approve reconciliation FILE --company {COMPANY} --period-end {sunday(0)}")
    taken_in(root, typed(published(root), signing()), "max")
    taken_in(root, typed(published(root), signing(word="disagree", remark="line 3")), "rita")
    with pytest.raises(RefusedError, match="rita disagrees: line 3") as error:
        closed(root)
    assert error.value.code == "SIGN_OFF_DISAGREES"
    assert "signed by max, rita disagrees" in first_row(root)[3]
    taken_in(root, typed(published(root), signing(remark="cleared up")), "rita")
    assert "closed" in closed(root).title
    (sheet,) = (root / "reports" / COMPANY / str(sunday(0)) / "evidence").glob("*-close.json")
    assert '"word": "agree"' in sheet.read_text(encoding="utf-8")


def test_who_changes_their_mind_twice_is_heard_each_time(root: Path) -> None:
    agreed = typed(published(root), signing())
    for content in (agreed, typed(published(root), signing(word="disagree", remark="line 3")), agreed, agreed):
        taken_in(root, content)
    assert [record.body["word"] for record in records(root)] == ["agree", "disagree", "agree"]


def test_a_company_that_does_not_ask_closes_as_before(root: Path) -> None:
    taken_in(root, typed(published(root), signing(word="disagree", remark="line 3")))
    assert "closed" in closed(root).title


def test_libreoffice_saves_a_signed_workbook_that_is_taken_in(root: Path, tmp_path: Path) -> None:
    """Opened, typed into and saved by another program, in which every other cell holds what it held."""
    saved = recomputed(typed(published(root), signing(remark="seen in LibreOffice")), tmp_path)
    assert "agree" in taken_in(root, saved).title
