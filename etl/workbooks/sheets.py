"""What a sheet is made of: a table with live totals, or a page of single cells. Data only; `writer` renders it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc
from openpyxl.utils import get_column_letter

from etl.workbooks.text import safe_title

Kind = Literal["text", "typed", "seconds", "hours", "amount", "rate", "date", "count"]
Look = Literal["plain", "title", "heading", "head", "label", "total", "note", "banner", "sign", "input", "link"]
Value = str | int | Decimal | date | None

MOST_LINKS = 65_530   # of one sheet; Excel drops what is over it and offers a repair
ONE_PAGE = 72   # rows that are still easy to read on one upright page

FIGURES: tuple[Kind, ...] = ("seconds", "hours", "amount", "rate", "count")
PLACE = re.compile(r"\{([^{}^]+)(\^?)\}")
"""A place in a column's formula: {Heading} is this row's cell, {Heading^} the cell above it."""


@dataclass(frozen=True)
class Column:
    """One column of a table. `width` in characters.

    `formula`: a live formula instead of a value, such as "={Seconds}/3600" (see PLACE); it takes no value.
    `currency`: for an amount, the heading of the column with its ISO 4217 code.
    `is_summed`: the total of a formula column is the sum of its rows, not its formula on the totals.
    `is_input`: people fill it in, all other cells of the sheet are locked; `choices`: what they may choose from;
    `choices_in`: the range they are offered, where a name that is not in it may be typed as well.
    Kind `typed`: text that stays as it is typed, 007 and 2026-11-16 too.
    """

    heading: str
    kind: Kind
    width: int
    formula: str = ""
    currency: str = ""
    is_summed: bool = False
    is_input: bool = False
    choices: tuple[str, ...] = ()
    choices_in: str = ""


@dataclass(frozen=True)
class Links:
    """Where each cell of a column leads, row by row: a place such as 'Pay lines'!A12, None where it leads nowhere."""

    heading: str
    places: Sequence[str | None]


@dataclass(frozen=True)
class Sheet:
    """A table: title, notes, a frozen header with a filter, rows, and a live total below the columns in `totals`.

    `rows`: an Arrow table or tuples, one value for each column without formula, in order. `empty`: what to say
    when there are no rows. A total is a plain SUM over all rows, one per currency; the total of a formula column
    is its formula on the totals. `chart`: the columns of names and of figures of its bars. `links`: of a text column.
    `trend`: the column of names along a line chart, and the columns of figures that are its lines.
    """

    title: str
    columns: tuple[Column, ...]
    rows: pa.Table | Sequence[tuple[Value, ...]]
    totals: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    empty: str = "Nothing to list."
    chart: tuple[str, str] | None = None
    links: Links | None = None
    trend: tuple[str, tuple[str, ...]] | None = None

    def __post_init__(self) -> None:
        headings = [column.heading for column in self.columns]
        named = {*self.totals, *(column.currency for column in self.columns if column.kind == "amount"),
                 *(place[0] for column in self.columns for place in PLACE.findall(column.formula))}
        if len(set(headings)) != len(headings) or not named <= set(headings):
            raise ValueError(f"sheet {self.title}: headings {headings}, named {sorted(named)}")
        if self.links and (self.links.heading not in headings or len(self.links.places) != self.count_rows
                           or sum(place is not None for place in self.links.places) > MOST_LINKS):
            raise ValueError(f"sheet {self.title}: {len(self.links.places)} places for {self.count_rows} rows")
        values = sum(not column.formula for column in self.columns)
        widths = {self.rows.num_columns} if isinstance(self.rows, pa.Table) else {len(row) for row in self.rows}
        if not widths <= {values}:
            raise ValueError(f"sheet {self.title}: {values} columns take a value, the rows have {sorted(widths)}")

    @cached_property
    def top_lines(self) -> tuple[str, ...]:
        """The notes, broken to the sheet's width, so that no line runs out of the printed page."""
        width = sum(column.width for column in self.columns)
        return tuple(line for note in self.notes for line in textwrap.wrap(note, width) or [""])

    @cached_property
    def widths(self) -> tuple[int, ...]:
        """The widths of the columns; figures get the room that their total may need, so that none shows as #####."""
        values = (column for column in self.columns if not column.formula)
        needed = {
            column.heading: _room(self.rows, at) for at, column in enumerate(values) if column.kind in FIGURES}
        widest = {   # a running balance is as wide as what it adds up
            kind: max((needed.get(column.heading, 0) for column in self.columns if column.kind == kind), default=0)
            for kind in FIGURES}
        return tuple(max(column.width, needed.get(column.heading, widest.get(column.kind, 0)))
                     for column in self.columns)

    @property
    def count_rows(self) -> int:
        """How many rows the table has."""
        return int(self.rows.num_rows) if isinstance(self.rows, pa.Table) else len(self.rows)

    @property
    def header_row(self) -> int:
        """The row of the headings: title, notes and one empty row come before."""
        return len(self.top_lines) + 3

    @property
    def first_row(self) -> int:
        """The first row of the table itself."""
        return self.header_row + 1

    @property
    def last_row(self) -> int:
        """The last row of the table itself."""
        return self.header_row + self.count_rows

    def letter(self, heading: str) -> str:
        """The column letter of a heading."""
        return get_column_letter([column.heading for column in self.columns].index(heading) + 1)

    def range_of(self, heading: str) -> str:
        """All rows of a column, for a formula on another sheet; only with rows."""
        letter = self.letter(heading)
        return f"{quoted(self.title)}!${letter}${self.first_row}:${letter}${self.last_row}"

    def total_of(self, heading: str) -> str:
        """The first total of a column, for a formula on another sheet; only with rows."""
        return f"{quoted(self.title)}!${self.letter(heading)}${self.last_row + 1}"


@dataclass(frozen=True)
class Cell:
    """One cell of a page: a value, or a live formula. `digits` are the decimal places of an amount.

    `wrap`: break a long text into lines. `is_right`: a heading above numbers. `choices`: what may be typed.
    """

    value: Value = None
    kind: Kind = "text"
    look: Look = "plain"
    formula: str = ""
    digits: int = 2
    is_wrapped: bool = False
    is_right: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Page:
    """A sheet of single cells, row by row (None = empty), with the widths of its columns in characters.

    `is_upright`: printed on upright paper, on one page while it is short enough for that.
    """

    title: str
    widths: tuple[int, ...]
    rows: tuple[tuple[Cell | None, ...], ...]
    is_upright: bool = False

    @property
    def is_on_one_page(self) -> bool:
        """Whether it is printed on one page."""
        return self.is_upright and len(self.rows) <= ONE_PAGE


@dataclass(frozen=True)
class Marks:
    """What stands on every printed page: company, period and batch in the footer, a banner above and below.

    `is_locked`: nothing may be typed but names and days where people sign.
    """

    company: str = ""
    period: str = ""
    batch: str = ""
    banner: str = ""
    is_locked: bool = False


def _room(rows: pa.Table | Sequence[tuple[Value, ...]], at: int) -> int:
    """Characters that the sum of a column of figures takes, with separators, decimals and a little air."""
    if isinstance(rows, pa.Table):
        total = pc.sum(pc.abs(rows.column(at))).as_py() or 0
    else:
        figures = (row[at] for row in rows)
        total = sum(abs(figure) for figure in figures if isinstance(figure, int | Decimal))
    return len(f"{total:,}") + 3


def quoted(title: str) -> str:
    """A sheet's name as a formula writes it."""
    return "'" + safe_title(title).replace("'", "''") + "'"
