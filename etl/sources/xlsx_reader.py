"""Workbook exports: the declared sheet's cells as text, each kind in one form, or refused by cell address."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from etl.settings import Drop
from etl.sources.dialects import fitted
from etl.sources.findings import KEPT, LIMITS, Finding, Limits, counted, no_rows, refuse_if, refused, visible
from etl.sources.headers import check_header
from etl.sources.numbers import plain_number
from etl.sources.xlsx_package import Sheet, scan, sheets_of
from etl.sources.xlsx_sheet import column_letters
from etl.tables import TEXT

_FIRST_DAY = date(1900, 3, 1)   # before it, Excel's calendar has a day that never was, and a clock that ran past 24 h
_FIGURES = 15   # digits a spreadsheet keeps of a number


def read_xlsx(content: bytes, file_name: str, drop: Drop, limits: Limits = LIMITS) -> pa.Table:
    """The rows of the declared sheet (or the only one): one text column per heading in row 1; empty is null.

    Whole numbers without ".0", other numbers with all their digits, dates YYYY-MM-DD, with time
    YYYY-MM-DD HH:MM:SS, times HH:MM:SS, durations H:MM:SS, truth true or false. Raises FileRefusedError with every
    finding; the package is searched before anything is parsed (X01-X10).
    """
    sheet, cells = _sheet_cells(content, file_name, drop, limits)
    if not cells:
        raise refused(file_name, "FILE_EMPTY", f"The sheet {sheet.name!r} is empty",
                      "Export again, or correct the name of the sheet.")
    names = [cell if isinstance(cell, str) else str(cell) for cell in cells[0]]
    drop = fitted(drop, names)
    refuse_if(file_name, check_header(names, drop, unit="row"))
    if len(cells) == 1:
        raise no_rows(file_name)
    return _table(names, list(zip(*cells[1:], strict=True)), file_name, drop)


def xlsx_cells(content: bytes, file_name: str, sheet_name: str = "", limits: Limits = LIMITS) -> list[tuple[str, ...]]:
    """Every row of the named sheet, or of the only one, each cell in its fixed form: reports have titles and totals.

    Raises FileRefusedError as `read_xlsx` does.
    """
    drop = Drop.model_construct(sheet=sheet_name)
    _, cells = _sheet_cells(content, file_name, drop, limits)
    rows = [tuple(_text(cell, is_instant=False) for cell in row) for row in cells]
    wrong = [(row, column, text) for row, texts in enumerate(rows, 1) for column, text in enumerate(texts, 1)
             if isinstance(text, _Unfit)]
    refuse_if(file_name, counted([_told(text, column_letters(column), row) for row, column, text in wrong[:KEPT]],
                                 len(wrong)))
    return rows


def hidden_sheets(content: bytes, limits: Limits = LIMITS) -> list[Finding]:
    """A remark for each hidden sheet of a workbook; a hidden sheet is never read unless the drop names it (X09)."""
    return [Finding(0, "", "XLSX_HIDDEN_SHEET", f"The workbook has a hidden sheet {visible(sheet.name)!r}",
                    "Look at it in the spreadsheet program, and delete it if it is not needed.")
            for sheet in sheets_of(content, "the workbook", limits) if sheet.is_hidden]


def _sheet_cells(
    content: bytes, file_name: str, drop: Drop, limits: Limits,
) -> tuple[Sheet, list[list[Any]]]:
    """The sheet to read and its cells as calamine gives them; the package is searched first."""
    sheet = _chosen(sheets_of(content, file_name, limits), file_name, drop)
    scan(content, file_name, sheet, limits)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            return sheet, workbook.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise refused(file_name, "XLSX_DAMAGED", f"The workbook cannot be read: {error}",
                      "Save it again in the spreadsheet program.") from None


def _chosen(sheets: Sequence[Sheet], file_name: str, drop: Drop) -> Sheet:
    """The sheet the drop names, or the only one there is."""
    named = [sheet for sheet in sheets if sheet.name == drop.sheet] if drop.sheet else list(sheets)
    if len(named) == 1:
        return named[0]
    there = ", ".join(f"{visible(sheet.name)!r}{' (hidden)' if sheet.is_hidden else ''}" for sheet in sheets)
    what = f"There is no single sheet {drop.sheet!r}" if drop.sheet else f"The workbook has {len(sheets)} sheets"
    raise refused(file_name, "XLSX_SHEET", f"{what}; the workbook has: {there or 'none'}",
                  "Declare the one to read as sheet of this drop.")


def _table(names: list[str], columns: list[tuple[Any, ...]], file_name: str, drop: Drop) -> pa.Table:
    """The cells as text, column by column."""
    findings: list[Finding] = []
    texts = {}
    for number, (name, cells) in enumerate(zip(names, columns, strict=True), start=1):
        is_instant = _is_instant(drop, name)
        found = [_text(cell, is_instant=is_instant) for cell in cells]
        wrong = [row for row, text in enumerate(found, start=2) if isinstance(text, _Unfit)]
        findings += counted([_told(found[row - 2], column_letters(number), row) for row in wrong[:KEPT]], len(wrong))
        nulls = {"", drop.null_text}
        texts[name] = pa.array([None if isinstance(text, _Unfit) or text in nulls else text for text in found], TEXT)
    refuse_if(file_name, findings)
    return pa.table(texts)


class _Unfit(str):
    """Why a cell has no text of its own; its code stands before the colon."""

    __slots__ = ()


def _told(text: str, letters: str, row: int) -> Finding:
    code, _, what = text.partition(":")
    fix = {"XLSX_DATE": "Format durations as [h]:mm:ss and dates as dates.",
           "XLSX_NUMBER": "Format the column as text and enter the value again, or round it to what was meant."}[code]
    return Finding(row, letters, code, f"Cell {letters}{row} holds {what}", fix, "row")


def _is_instant(drop: Drop, name: str) -> bool:
    """Whether a column alone is the start or end of an entry, so that midnight must keep its clock."""
    return any(
        [heading for heading, feeds in drop.columns.items() if canonical in feeds.split()] == [name]
        for canonical in ("start_text", "end_text"))


def _text(cell: Any, *, is_instant: bool) -> str:
    """One cell in its fixed form.

    Spreadsheets keep clock and duration as binary fractions of a day; calamine made whole milliseconds of them.
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, date) and not is_instant and not isinstance(cell, datetime):
        return cell.isoformat() if cell >= _FIRST_DAY else _old_date(cell)
    kind = _KINDS.get(type(cell))
    return kind(cell) if kind else _Unfit(f"XLSX_NUMBER:a value of an unknown kind, {type(cell).__name__}")


def _number(value: float) -> str:
    text = plain_number(value, _FIGURES)
    return text or _Unfit(f"XLSX_NUMBER:the number {value!r}, which is no plain decimal of up to {_FIGURES} digits")


def _instant(value: datetime) -> str:
    return value.isoformat(" ", _grain(value.microsecond)) if value.date() >= _FIRST_DAY else _old_date(value)


def _old_date(value: date) -> str:
    return _Unfit(f"XLSX_DATE:the date {value.isoformat()}: a duration over 24 hours shown as a clock time?")


def _duration(value: timedelta) -> str:
    seconds, microseconds = divmod(abs(value) // timedelta(microseconds=1), 1_000_000)
    fraction = f".{microseconds // 1000:03d}" if microseconds else ""
    sign = "-" if value < timedelta(0) else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{fraction}"


def _grain(microseconds: int) -> str:
    return "milliseconds" if microseconds else "seconds"


_KINDS: dict[type, Callable[[Any], str]] = {
    bool: lambda value: "true" if value else "false",
    int: _number, float: _number, datetime: _instant, timedelta: _duration,
    date: lambda value: f"{value.isoformat()} 00:00:00" if value >= _FIRST_DAY else _old_date(value),
    time: lambda value: value.isoformat(_grain(value.microsecond)),
}
