"""A company's cross-references as a workbook to edit: text cells, drop-downs, what waits first; and its way back."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from typing import Any, Literal

import openpyxl

from etl.workbooks.returned import DAMAGE
from etl.workbooks.sheets import Cell, Column, Marks, Page, Sheet
from etl.workbooks.text import from_cell
from etl.workbooks.words import BANNER, PageRows, heads
from etl.workbooks.writer import render_workbook

Shape = Literal["text", "date", "instant", "number"]
Shapes = Mapping[str, Mapping[str, Shape]]
"""What a cell of a file's column may be besides text, where a spreadsheet made a number or a date of it."""

HOW, LISTS = "Read me", "Lists"
MARK, NUMBER = "To do", "No."
_FROM = re.compile(r"Madefrom([a-z_0-9/]+\.csv),([0-9]+)rows,sha256([0-9a-f]{64})")   # in lines as wide as the sheet
_MOST_ROWS, _MOST_COLUMNS, _SPARE = 200_000, 60, 30
_WIDEST, _NARROWEST = 56, 8
_STEPS = (
    "Each sheet is one file of cross-references. Rows marked in the column To do come first: work that waits for them.",
    "Fill in the empty cells of such a row, or leave it as it is for later. New rows go into the empty lines below.",
    "To take a row out, empty its cells. Do not delete lines, and leave the numbers in No. as they are.",
    "All cells are text: 007 stays 007, a date is written 2026-11-16. A name from the books' lists can be chosen.",
    "Save as a workbook (.xlsx) and take it back. What changes is shown row by row before it counts:",
)


class NotOursError(Exception):
    """The workbook is not a mapping workbook of ours; the message says why."""


@dataclass(frozen=True)
class Field:
    """One column of a file. `choices`: all that may stand there; `offered`: the name of the list to choose from."""

    name: str
    choices: tuple[str, ...] = ()
    offered: str = ""


@dataclass(frozen=True)
class MappingTable:
    """One file to edit. `rows` as they stand, `todo` the rows that are missing, each with why and its known cells."""

    file: str
    digest: str
    fields: tuple[Field, ...]
    rows: Sequence[Sequence[str]]
    todo: Sequence[tuple[str, Sequence[str]]] = ()


@dataclass(frozen=True)
class ReturnedRow:
    """One row as it came back: its place on the sheet, the line it had (0: new), its mark, its cells as text."""

    place: int
    number: int
    is_todo: bool
    cells: Mapping[str, str]


@dataclass(frozen=True)
class ReturnedTable:
    """One file as it came back, with the digest and number of rows it was made from, and faults of single cells."""

    file: str
    sheet: str
    digest: str
    count: int
    headings: tuple[str, ...]
    rows: tuple[ReturnedRow, ...]
    findings: tuple[str, ...]


def title_of(file: str) -> str:
    """The sheet of a file."""
    return file.rsplit("/", 1)[-1].removesuffix(".csv")


def render_mapping(
    tables: Sequence[MappingTable], lists: Mapping[str, Sequence[str]], *, company: str, command: str, is_sandbox: bool,
) -> bytes:
    """The workbook: how to use it, a sheet a file, and the lists behind the drop-downs."""
    filled = {name: list(values) for name, values in lists.items() if values}
    longest = max((len(values) for values in filled.values()), default=0)
    offered = Sheet(
        LISTS, tuple(Column(name, "text", 34) for name in filled),
        [tuple(values[at] if at < len(values) else None for values in filled.values()) for at in range(longest)],
        notes=("What the drop-downs of the sheets offer: names of the books' lists and of the cross-references.",))
    ranges = {name: f"{offered.range_of(name).rsplit('$', 1)[0]}${offered.first_row + len(values) - 1}"
              for name, values in filled.items()}
    sheets: list[Sheet | Page] = [_how(tables, company, command, is_sandbox=is_sandbox)]
    sheets += [_sheet(table, ranges) for table in tables]
    if filled:
        sheets.append(offered)
    return render_workbook(
        sheets, title="Cross-references", subject=company,
        marks=Marks(company, "Cross-references", "", BANNER if is_sandbox else ""))


def _how(tables: Sequence[MappingTable], company: str, command: str, *, is_sandbox: bool) -> Page:
    page = PageRows()
    page.add(Cell("Cross-references", look="title"))
    page.add(Cell(company, look="note"))
    if is_sandbox:
        page.add(Cell(BANNER, look="banner"))
    page.add()
    for number, step in enumerate(_STEPS, 1):
        page.add(Cell(str(number)), Cell(step, is_wrapped=True))
    page.add(None, Cell(command, look="label", is_wrapped=True))
    page.add()
    page.add(*heads("", "Sheet", "Rows", "To do", numbers=(2, 3)))
    for table in tables:
        page.add(None, Cell(title_of(table.file)), Cell(len(table.rows), "count"), Cell(len(table.todo), "count"))
    return page.page(HOW, (4, 84, 9, 9), is_upright=True)


def _sheet(table: MappingTable, ranges: Mapping[str, str]) -> Sheet:
    values = [[MARK, *(why for why, _ in table.todo)]] + [
        [field.name, *(row[at] for row in (*table.rows, *(cells for _, cells in table.todo)))]
        for at, field in enumerate(table.fields)]
    why, *cells = [_width(column) for column in values]
    columns = (
        Column(MARK, "text", min(why, 36)), Column(NUMBER, "count", 6),
        *(Column(field.name, "typed", width, is_input=True, choices=_inline(field.choices),
                 choices_in=ranges.get(field.offered, "")) for field, width in zip(table.fields, cells, strict=True)))
    rows: list[tuple[str | int | None, ...]] = [(why, None, *(cell or None for cell in row)) for why, row in table.todo]
    rows += [(None, number, *(cell or None for cell in row)) for number, row in enumerate(table.rows, 1)]
    rows += [(None, None, *(None for _ in table.fields))] * _SPARE
    left = f"{len(table.todo)} row(s) to do, marked in the first column." if table.todo else "Nothing is waiting here."
    made = f"Made from {table.file}, {len(table.rows)} rows, sha256 {table.digest}"
    return Sheet(title_of(table.file), columns, rows, notes=(left, made))


def _inline(choices: Sequence[str]) -> tuple[str, ...]:
    """The choices a cell's own list can hold: 255 signs at most, none of them empty."""
    named = tuple(choice for choice in choices if choice)
    return named if len(",".join(named)) <= 255 else ()   # ECMA-376 18.3.1.32


def _width(texts: Iterable[str]) -> int:
    return max(_NARROWEST, min(_WIDEST, max(round(1.1 * len(text or "")) for text in texts) + 3))


def read_mapping(content: bytes, shapes: Shapes) -> tuple[ReturnedTable, ...]:
    """What came back, a table a sheet of ours; sheets of somebody else are left alone. Raises NotOursError."""
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
        found = [table for name in book.sheetnames
                 if (table := _returned(name, book[name].iter_rows(max_row=_MOST_ROWS, max_col=_MOST_COLUMNS), shapes))]
    except DAMAGE as error:
        raise NotOursError(f"it cannot be read as a workbook ({type(error).__name__})") from None
    if not found:
        raise NotOursError("no sheet of it says which file it was made from")
    return tuple(found)


def _returned(sheet: str, rows: Any, shapes: Shapes) -> ReturnedTable | None:
    file = digest = above = ""
    count = 0
    headings: list[str] = []
    found: list[ReturnedRow] = []
    findings: list[str] = []
    for place, cells in enumerate(rows, 1):
        if not headings:
            texts = [cell.value.strip() for cell in cells if isinstance(cell.value, str)]
            above += re.sub(r"\s", "", "".join(texts))
            if match := _FROM.search(above):
                file, count, digest = match[1], int(match[2]), match[3]
            headings = [str(cell.value or "").strip() for cell in cells] if file and NUMBER in texts else []
            continue
        by_name = {name: cell for name, cell in zip(headings, cells, strict=False) if name}
        texts_of = {name: _text(name, cell, shapes.get(file, {}).get(name, "text"), (f"{sheet}, row {place}", findings))
                    for name, cell in by_name.items() if name not in (MARK, NUMBER)}
        number = _number(by_name[NUMBER].value, f"{sheet}, row {place}", findings)
        if number or any(texts_of.values()):
            found.append(ReturnedRow(place, number, bool(by_name[MARK].value) if MARK in by_name else False, texts_of))
    if not headings and sheet in map(title_of, shapes):
        raise NotOursError(f"sheet {sheet} has lost its headings, or the line that begins with Made from")
    if not headings:
        return None
    return ReturnedTable(file, sheet, digest, count, tuple(name for name in headings if name not in (MARK, NUMBER, "")),
                         tuple(found), tuple(findings))


def _number(value: object, where: str, findings: list[str]) -> int:
    if value is None or value == "":
        return 0
    if isinstance(value, int | float) and not isinstance(value, bool) and value == int(value) and value > 0:
        return int(value)
    findings.append(f"{where}: No. {value!r} is none of the numbers written; put it back")
    return 0


def _text(name: str, cell: Any, shape: Shape, told: tuple[str, list[str]]) -> str:
    """The cell as the CSV would have it. A number where a name belongs may have lost its zeros: it is not taken."""
    value, (where, findings) = cell.value, told
    if value is None:
        return ""
    if cell.data_type in ("f", "e"):
        findings.append(f"{where}: {name} holds a formula or an error; type the value")
        return ""
    if isinstance(value, str):
        return from_cell(value)
    if isinstance(value, datetime) and shape == "date" and value.time() == time():
        return f"{value:%Y-%m-%d}"
    if isinstance(value, datetime) and shape == "instant":
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, int | float) and not isinstance(value, bool) and shape == "number":
        return f"{Decimal(repr(value)).normalize():f}"
    findings.append(f"{where}: {name} is no text but {value}; format the cell as text and type it again, so that "
                    "nothing of it (zeros in front, the order of a date) is lost")
    return ""
