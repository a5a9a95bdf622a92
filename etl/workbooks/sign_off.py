"""The lines of the reconciliation workbook that people sign, and what stands in them when the workbook comes back."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import openpyxl
from openpyxl.cell import Cell as OneCell
from openpyxl.cell import MergedCell
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from etl.workbooks.returned import DAMAGE
from etl.workbooks.sheets import Cell
from etl.workbooks.text import from_cell, shown
from etl.workbooks.words import PageRows, heads

SUMMARY, HEADING = "Summary", "Sign-off"
REVIEWED = "Reviewed by"
ROLES = ("Prepared by", "Approved by", "Uploaded to the books by", REVIEWED)
WORDS = ("agree", "disagree")
_HEADS = ("Name", "Date", "Agree or disagree", "Remark")
_FACTS = ("Company", "Period", "Batch", "Mappings in force (digest)")
_MOST_CHARACTERS = 1000
_PLACE = re.compile(r"([A-Z]+)([0-9]+)")
_QUOTED_SHEET = re.compile(r"'((?:[^']|'')+)'!")
_TEXT_OR_SPACE = re.compile(r'("[^"]*")|\s+')
Cells = dict[str, str]
SheetCell = OneCell | MergedCell


@dataclass(frozen=True)
class SignedLine:
    """One line that somebody signed. `word`: agree or disagree."""

    role: str
    name: str
    day: date
    word: str
    remark: str


@dataclass(frozen=True)
class Signed:
    """A workbook that came back: which facts of its batch differ, what else was changed, its lines, their faults."""

    other_facts: tuple[str, ...]
    changed: tuple[str, ...]
    lines: tuple[SignedLine, ...]
    findings: tuple[str, ...]


class NotOursError(Exception):
    """The workbook is none to sign; the message says why."""


def sign_off(page: PageRows) -> None:
    """The lines to sign, on paper or in the cells; the record itself stands in the audit log."""
    page.add()
    page.add(Cell(HEADING, look="heading"))
    page.add(Cell("The approval on record stands in the audit log and names the digest of this batch.", look="note"))
    page.add(Cell("Type into a copy and take it in: timebooks approve reconciliation FILE", look="note"))
    page.add(*heads("", *_HEADS, "", "", ""))
    remark = Cell(kind="typed", look="sign")
    for role in ROLES:
        page.add()
        page.add(Cell(role), Cell(kind="typed", look="sign", is_wrapped=True), Cell(kind="date", look="sign"),
                 Cell(kind="typed", look="sign", choices=WORDS), *(remark,) * 4)


def read_signed(content: bytes, published: bytes) -> Signed:
    """What came back against the workbook as it was published, cell by cell: texts, numbers and formulas.

    Raises NotOursError where it is no such workbook or the published one has no lines to take in.
    """
    ours = openpyxl.load_workbook(io.BytesIO(published))
    block = _block(ours[SUMMARY])
    if not block:
        raise NotOursError("the workbook of this batch was written before signed ones were taken in")
    try:
        theirs = openpyxl.load_workbook(io.BytesIO(content))
        if SUMMARY not in theirs.sheetnames:
            raise NotOursError(f"it has no sheet {SUMMARY!r}")
        to_sign = {cell.coordinate for cells in block.values() for cell in cells}
        facts, findings = _facts(ours[SUMMARY]), list[str]()
        found = _facts(theirs[SUMMARY])
        lines = [line for role, cells in block.items()
                 if (line := _line(role, [theirs[SUMMARY][cell.coordinate] for cell in cells], findings))]
        if not findings and not any(line.role == REVIEWED for line in lines):
            findings.append(f"{SUMMARY}!{block[REVIEWED][0].coordinate}: nobody signed as {REVIEWED.lower()}")
        return Signed(
            tuple(f"{name}: {found.get(name, 'nothing')} instead of {facts[name]}" for name in facts
                  if found.get(name) != facts[name]),
            tuple(_changed(ours, theirs, to_sign)), tuple(lines), tuple(findings))
    except DAMAGE as error:
        raise NotOursError(f"it cannot be read as a workbook ({type(error).__name__})") from None


def _block(sheet: Worksheet) -> dict[str, list[SheetCell]]:
    """By role the cells to type into: name, date, word, and the remark's; empty where there are no such lines."""
    rows = list(sheet.iter_rows())
    heads_at = [at for at, row in enumerate(rows) if tuple(cell.value for cell in row[1:5]) == _HEADS]
    found = {} if not heads_at else {
        str(row[0].value): [cell for cell in row if not cell.protection.locked]
        for row in rows[heads_at[0] + 1:] if row[0].value in ROLES}
    return found if set(found) == set(ROLES) else {}


def _facts(sheet: Worksheet) -> dict[str, str]:
    """Whose workbook it is, as its first lines say."""
    rows = sheet.iter_rows(max_row=20, max_col=2, values_only=True)
    return {str(row[0]): from_cell(str(row[1] or "")) for row in rows if row[0] in _FACTS}


def _line(role: str, cells: list[SheetCell], findings: list[str]) -> SignedLine | None:
    """What somebody signed; None where nothing is typed, and where something is wrong, which is a finding by cell."""
    typed = [cell for cell in cells if cell.value not in (None, "")]
    if not typed:
        return None
    wrong: list[tuple[SheetCell, str]] = [
        (cell, "holds a formula; type the value") for cell in typed if cell.data_type == "f"]
    wrong += [(cell, f"is longer than {_MOST_CHARACTERS:,} characters") for cell in typed
              if len(str(cell.value)) > _MOST_CHARACTERS]
    name, day, word, *remarks = cells
    signed_on, said = _day(day.value), _text(word).lower()
    remark = " ".join(filter(None, map(_text, remarks)))
    if not wrong:
        wrong += [(name, f"{role}: the name is missing")] if not _text(name) else []
        wrong += [(day, f"{role}: the date is missing or none, as in 2026-11-16")] if signed_on is None else []
        wrong += [(word, f"{role}: {said!r} is neither agree nor disagree")] if said not in WORDS else []
        wrong += [(remarks[0], f"{role}: who disagrees says why")] if said == "disagree" and not remark else []
    findings += [f"{SUMMARY}!{cell.coordinate}: {what}" for cell, what in wrong]
    if wrong or signed_on is None:
        return None
    return SignedLine(role, _text(name), signed_on, said, remark)


def _text(cell: SheetCell) -> str:
    return "" if cell.value is None else shown(" ".join(str(cell.value).split()))


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value).strip())
    except ValueError:
        return None


def _changed(ours: Workbook, theirs: Workbook, to_sign: set[str]) -> Iterator[str]:
    """One sentence for every sheet and cell that is not as it was published; the cells to sign are not looked at."""
    for title in theirs.sheetnames:
        if title not in ours.sheetnames:
            yield f"the sheet {shown(title)} is not of this workbook"
    for title in ours.sheetnames:
        if title not in theirs.sheetnames:
            yield f"the sheet {title} is missing"
            continue
        but = to_sign if title == SUMMARY else set[str]()
        was, now = _cells(ours[title], but), _cells(theirs[title], but)
        if was != now:
            yield from _differing(title, was, now)


def _differing(title: str, was: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for place in sorted({place for place, _ in was.items() ^ now.items()}, key=_by_row):
        if place not in now:
            yield f"{title}!{place}: {_short(was[place])} is gone"
        elif place not in was:
            yield f"{title}!{place}: {_short(now[place])} stands where nothing was"
        else:
            yield f"{title}!{place} was changed from {_short(was[place])} to {_short(now[place])}"


def _cells(sheet: Any, but: set[str]) -> Cells:
    """What the cells hold, by place, in one form for every program that saves them."""
    if not isinstance(sheet, Worksheet):
        raise NotOursError(f"{shown(sheet.title)} is no sheet of cells")
    return {cell.coordinate: _plain(cell) for row in sheet.iter_rows() for cell in row
            if cell.value not in (None, "") and cell.coordinate not in but}


def _plain(cell: Any) -> str:
    value = cell.value
    if cell.data_type == "f":   # an array formula is an object of its own
        return "=" + _formula(str(getattr(value, "text", value)).removeprefix("="))
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return f"{value:.15g}"
    return value.isoformat() if isinstance(value, date) else from_cell(str(value))


def _formula(text: str) -> str:
    """A formula without what programs write differently: quotes around a sheet's name, space outside of texts."""
    return _TEXT_OR_SPACE.sub(lambda found: found[1] or "", _QUOTED_SHEET.sub(r"\1!", text))


def _by_row(place: str) -> tuple[int, int, str]:
    found = _PLACE.fullmatch(place)
    return (0, 0, place) if found is None else (int(found[2]), len(found[1]), found[1])


def _short(text: str) -> str:
    return shown(text if len(text) <= 60 else f"{text[:57]}...")
