"""Cells as spreadsheet XML: exact numbers, marked text, live formulas; a text too long for its cell is put aside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa
from openpyxl.utils import get_column_letter

from etl.workbooks.looks import Looks, number_text
from etl.workbooks.sheets import Cell, Kind, Page
from etl.workbooks.text import count_lines, is_too_long, parts, shown, xml_text

_CONTINUED = " … (cut here; the whole text is on the sheet of long texts)"
_LINE_HEIGHT, _TALLEST = 12.75, 409.5   # points; a spreadsheet has no higher row
_TITLE_LINES = 1.5
_DAY_0 = date(1970, 1, 1)
_SERIAL_0 = 25_569   # a spreadsheet's number of 1970-01-01
_FIRST_DAY, _LAST_DAY = -25_508, 2_932_896   # 1900-03-01 (spreadsheets disagree on earlier days) to 9999-12-31


@dataclass
class LongTexts:
    """Texts too long for a cell, in the order met: sheet, cell, part, text."""

    rows: list[tuple[str, str, int, str]] = field(default_factory=list)

    def put_aside(self, title: str, place: str, text: str) -> str:
        """Keep the whole text in parts; what the cell itself shows comes back."""
        pieces = parts(text)
        self.rows.extend((title, place, number, piece) for number, piece in enumerate(pieces, 1))
        return shown(pieces[0]) + _CONTINUED


@dataclass(frozen=True)
class Ink:
    """What writing one sheet needs: its name, the workbook's styles, the place for long texts."""

    title: str
    looks: Looks
    long_texts: LongTexts


def page_xml(page: Page, ink: Ink) -> str:
    """All rows of a page."""
    return "".join(cells_xml(ink, row, cells, page.widths) for row, cells in enumerate(page.rows, 1) if any(cells))


def cells_xml(ink: Ink, row: int, cells: Sequence[Cell | None], widths: Sequence[int]) -> str:
    """One row of single cells, as high as its longest wrapped text."""
    lines = max((count_lines(str(cell.value or ""), width) for cell, width in zip(cells, widths, strict=False)
                 if cell and cell.is_wrapped), default=1)
    has_title = any(cell and cell.look == "title" for cell in cells)
    return row_xml(row, (
        _cell_xml(ink, f"{get_column_letter(at)}{row}", cell, is_indented=at > 1)
        for at, cell in enumerate(cells, 1) if cell), _TITLE_LINES if has_title else lines)


def row_xml(row: int, cells: Iterable[str], lines: float = 1) -> str:
    """One row, with room for so many lines of text."""
    height = f' ht="{min(lines * _LINE_HEIGHT + 2, _TALLEST):g}" customHeight="1"' if lines > 1 else ""
    return f'<row r="{row}"{height}>{"".join(cells)}</row>'


def _cell_xml(ink: Ink, place: str, cell: Cell, *, is_indented: bool) -> str:
    """One cell of a page, or around a table; an empty one still shows its border."""
    style = ink.looks.style(cell, is_indented=is_indented)
    if cell.formula:
        return formula_xml(place, style, cell.formula)
    if cell.value is None or cell.value == "":
        return f'<c r="{place}" s="{style}"/>'
    return value_xml(ink, place, style, cell.kind, cell.value)


def formula_xml(place: str, style: int, formula: str) -> str:
    """One cell with a live formula of ours; without a stored result, so whoever opens the file computes it."""
    return f'<c r="{place}" s="{style}"><f>{xml_text(formula.removeprefix("="))}</f></c>'


def value_xml(ink: Ink, place: str, style: int, kind: Kind, value: Any) -> str:
    """One cell with a value; the kind of its column decides what it is, never its first character."""
    if kind in ("text", "typed"):
        return _text_xml(ink, place, style, str(value))
    if kind == "date":
        days = value if isinstance(value, int) else (value - _DAY_0).days
        if not _FIRST_DAY <= days <= _LAST_DAY:
            return _text_xml(ink, place, ink.looks.style(Cell()), _iso(days))
        return f'<c r="{place}" s="{style}"><v>{days + _SERIAL_0}</v></c>'
    return f'<c r="{place}" s="{style}"><v>{number_text(value, f"sheet {ink.title}, cell {place}")}</v></c>'


def text_tail(text: str) -> str | None:
    """What stands in a text's cell after its style, alike wherever it stands; None for one too long for a cell."""
    seen = shown(text)
    return None if is_too_long(seen) else _tail(seen)


def _tail(seen: str) -> str:
    return f' t="inlineStr"><is><t xml:space="preserve">{xml_text(seen)}</t></is></c>'


def _text_xml(ink: Ink, place: str, style: int, text: str) -> str:
    if not text:
        return ""
    tail = text_tail(text) or _tail(ink.long_texts.put_aside(ink.title, place, text))
    return f'<c r="{place}" s="{style}"{tail}'


def _iso(days: int) -> str:
    """A day that a spreadsheet has no number for, as ISO text."""
    return str(pa.scalar(days, pa.int32()).cast(pa.date32()).cast(pa.string()).as_py())
