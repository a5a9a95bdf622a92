"""A table sheet as rows of XML: title and notes, headings, the rows column by column, live totals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import repeat
from typing import Any

import pyarrow as pa
from openpyxl.utils import get_column_letter

from etl.errors import TargetError
from etl.units import is_currency
from etl.workbooks.cells import Ink, cells_xml, formula_xml, row_xml, text_tail, value_xml
from etl.workbooks.looks import amount_digits
from etl.workbooks.sheets import FIGURES, PLACE, Cell, Column, Look, Sheet
from etl.workbooks.text import count_lines, xml_text

ROW_LIMIT = 1_048_576


def sheet_xml(sheet: Sheet, ink: Ink) -> str:
    """All rows of a table sheet. Raises TargetError when a sheet cannot hold them."""
    if sheet.last_row > ROW_LIMIT - 100:   # room for the totals
        raise TargetError(
            "WORKBOOK_ROWS", where=f"sheet {sheet.title}",
            what=f"Sheet {sheet.title} would have {sheet.count_rows:,} rows; a sheet holds {ROW_LIMIT:,}",
            fix="Run the pay groups as batches of their own, so that each is smaller.")
    table = _Table(sheet, ink)
    return "".join([*table.top(), *table.body(), *table.bottom()])


def links_xml(sheet: Sheet) -> str:
    """The links of a sheet into others, as Excel and LibreOffice follow them without a formula."""
    if sheet.links is None:
        return ""
    letter = sheet.letter(sheet.links.heading)
    cells = "".join(f'<hyperlink ref="{letter}{row}" location="{xml_text(place)}"/>'
                    for row, place in enumerate(sheet.links.places, sheet.first_row) if place is not None)
    return f"<hyperlinks>{cells}</hyperlinks>" if cells else ""


class _Table:
    """One table while it is written."""

    def __init__(self, sheet: Sheet, ink: Ink) -> None:
        self.sheet, self.ink = sheet, ink
        self.letters = [get_column_letter(at) for at in range(1, len(sheet.columns) + 1)]
        self.values = _values(sheet)
        self.digits = {column.heading: self._digits(column) for column in sheet.columns if column.kind == "amount"}

    def _digits(self, column: Column) -> list[int]:
        """The decimal places of each amount of a column."""
        currencies = self.values[column.currency]
        amounts = self.values[column.heading] or repeat(None, len(currencies))
        where = f"sheet {self.sheet.title}, column {column.heading}"
        return [amount_digits(amount, currency, where) for amount, currency in zip(amounts, currencies, strict=True)]

    def top(self) -> list[str]:
        """Title, notes, an empty row, the headings; one calm line when there is nothing to list."""
        lines = [Cell(self.sheet.title, look="title"), *(Cell(line, look="note") for line in self.sheet.top_lines)]
        heads = [Cell(column.heading, look="head", is_wrapped=True, is_right=column.kind in FIGURES)
                 for column in self.sheet.columns]
        rows = [self._row(at, [line]) for at, line in enumerate(lines, 1)]
        rows.append(self._row(self.sheet.header_row, heads))
        if not self.sheet.count_rows:
            rows.append(self._row(self.sheet.first_row, [Cell(self.sheet.empty, look="note")]))
        return rows

    def body(self) -> list[str]:
        """The rows of the table."""
        wanted = range(self.sheet.first_row, self.sheet.last_row + 1)
        columns = [self._column(letter, column, wanted)
                   for letter, column in zip(self.letters, self.sheet.columns, strict=True)]
        return [row_xml(row, cells, lines) for row, cells, lines in zip(
            wanted, zip(*columns, strict=True), self._lines(), strict=True)]

    def _lines(self) -> list[int]:
        """How many lines of text each row needs."""
        needed = [1] * self.sheet.count_rows
        for column in self.sheet.columns:
            if column.kind in ("text", "typed"):
                known = {text: count_lines(str(text), column.width) if text else 1
                         for text in set(self.values[column.heading])}
                needed = [max(lines, known[text])
                          for lines, text in zip(needed, self.values[column.heading], strict=True)]
        return needed

    def bottom(self) -> list[str]:
        """The totals: one row, and one more for each currency where the table has several."""
        if not self.sheet.totals or not self.sheet.count_rows:
            return []
        only = self.currencies[0] if len(self.currencies) == 1 else ""
        several = self.currencies if not only else ()
        return [self._totals(self.sheet.last_row + 1 + at, currency, is_first=not at)
                for at, currency in enumerate((only, *several))]

    @cached_property
    def currencies(self) -> tuple[str, ...]:
        """The currencies of the amounts that have a total."""
        names = {column.currency for column in self.sheet.columns if column.heading in self.sheet.totals} - {""}
        codes = {code for name in names for code in set(self.values[name])}
        return tuple(sorted(code for code in codes if code and is_currency(code)))

    def _row(self, row: int, cells: Sequence[Cell]) -> str:
        return cells_xml(self.ink, row, cells, self.sheet.widths)

    def _column(self, letter: str, column: Column, rows: range) -> list[str]:
        """The cells of one column, one text per row; an empty cell is an empty text."""
        styles = self._styles(column)
        if column.formula:
            formula = _formula(column, self.sheet)
            return [formula_xml(f"{letter}{row}", style, formula(row))
                    for row, style in zip(rows, styles, strict=False)]
        if column.kind == "text" and not column.is_input:   # most texts stand in many rows
            tails = {text: text_tail(str(text)) if text else "" for text in set(self.values[column.heading])}
            return [
                "" if not text else f'<c r="{letter}{row}" s="{style}"{tails[text]}' if tails[text]
                else value_xml(self.ink, f"{letter}{row}", style, "text", text)
                for row, style, text in zip(rows, styles, self.values[column.heading], strict=False)]
        cells = zip(rows, styles, self.values[column.heading], strict=False)
        if column.is_input:   # an empty cell to fill in has its look too
            return [
                f'<c r="{letter}{row}" s="{style}"/>' if value is None
                else value_xml(self.ink, f"{letter}{row}", style, column.kind, value) for row, style, value in cells]
        return [
            "" if value is None else value_xml(self.ink, f"{letter}{row}", style, column.kind, value)
            for row, style, value in cells]

    def _styles(self, column: Column) -> Iterable[int]:
        """The style of each row of a column: an amount shows the places of its own currency."""
        looks, is_first = self.ink.looks, column is self.sheet.columns[0]
        look: Look = "input" if column.is_input else "plain"
        if column.kind != "amount":
            like = Cell(kind=column.kind, look=look, is_wrapped=column.kind in ("text", "typed"))
            plain, links = looks.style(like, is_indented=not is_first), self.sheet.links
            if links is None or links.heading != column.heading:
                return repeat(plain)
            linked = looks.style(replace(like, look="link"), is_indented=not is_first)
            return [plain if place is None else linked for place in links.places]
        digits = self.digits[column.heading]
        made = {places: looks.style(Cell(kind="amount", look=look, digits=places)) for places in sorted(set(digits))}
        return [made[places] for places in digits]

    def _totals(self, row: int, currency: str, *, is_first: bool) -> str:
        """One row of totals; `currency` is the one of its amounts, "" when they follow in rows of their own."""
        names = {column.currency for column in self.sheet.columns if column.heading in self.sheet.totals}
        cells = []
        for column in self.sheet.columns:
            is_amount = column.kind == "amount"
            if column.heading in self.sheet.totals and (bool(currency) if is_amount else is_first):
                cells.append(Cell(kind=column.kind, look="total", formula=self._total(column, row, currency),
                                  digits=self._places(column, currency)))
            elif column.heading in names:
                cells.append(Cell(currency, look="total"))
            elif column is self.sheet.columns[0]:
                cells.append(Cell("Total" if is_first else f"Total {currency}", look="total"))
            else:
                cells.append(Cell(look="total"))
        return self._row(row, cells)

    def _places(self, column: Column, currency: str) -> int:
        if column.kind != "amount":
            return 0
        digits, codes = self.digits[column.heading], self.values[column.currency]
        return max(places for places, code in zip(digits, codes, strict=True) if code == currency)

    def _total(self, column: Column, row: int, currency: str) -> str:
        """The formula of a total, over all rows whether filtered or not."""
        if column.formula and not column.is_summed:
            return _formula(column, self.sheet)(row)
        sheet, letter = self.sheet, self.sheet.letter(column.heading)
        own = f"{letter}{sheet.first_row}:{letter}{sheet.last_row}"
        if column.kind == "amount" and len(self.currencies) > 1:
            codes = sheet.letter(column.currency)
            return f'SUMIF({codes}{sheet.first_row}:{codes}{sheet.last_row},"{currency}",{own})'
        return f"SUM({own})"


def _values(sheet: Sheet) -> dict[str, list[Any]]:
    """The values of each column by heading; a formula column has none, a date is days since 1970."""
    headings = [column.heading for column in sheet.columns if not column.formula]
    if isinstance(sheet.rows, pa.Table):
        values = [_without_dates(column).to_pylist() for column in sheet.rows.columns]
    else:
        values = [list(column) for column in zip(*sheet.rows, strict=True)] or [[] for _ in headings]
    none: dict[str, list[Any]] = {column.heading: [] for column in sheet.columns}
    return none | dict(zip(headings, values, strict=True))


def _without_dates(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Dates as days: a tracker's implausible year 20026 is no date of Python's."""
    return column.cast(pa.int32()) if pa.types.is_date32(column.type) else column


def _formula(column: Column, sheet: Sheet) -> Callable[[int], str]:
    """The column's formula for a row: its places become cells of that row, or of the row above."""
    pieces = PLACE.split(column.formula)
    first, literals = pieces[0], pieces[3::3]
    places = [(sheet.letter(name), -1 if mark else 0) for name, mark in zip(pieces[1::3], pieces[2::3], strict=True)]

    def at(row: int) -> str:
        return first + "".join(
            f"{letter}{row + step}{literal}" for (letter, step), literal in zip(places, literals, strict=True))

    return at
