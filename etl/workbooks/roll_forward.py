"""The entry roll-forward as a sheet: per stream what came in, what became of it, and the remainder that must be 0."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from etl.codes import codes
from etl.tables import ROLL_FORWARD, assert_schema
from etl.terms import STREAMS, BatchHeader, Stream
from etl.workbooks.sheets import Cell, Page, quoted
from etl.workbooks.words import (
    APART,
    OPENING,
    STATE_WORDS,
    STREAM_WORDS,
    PageRows,
    agreed,
    amount,
    heads,
    known,
    top_notes,
)

TITLE = "Roll-forward"
_WIDTHS = (34, 40, 12, 14, 12, 16, 10, 14)
_ENTRIES, _SECONDS = "C", "D"


@dataclass(frozen=True)
class RollForward:
    """The sheet, and where its figures stand: rows by stream and state, and by stream the row of the remainder."""

    page: Page
    states: Mapping[tuple[Stream, str], tuple[int, int]]
    remainders: Mapping[Stream, int]

    def in_state(self, stream: Stream, state: str) -> tuple[Cell, Cell]:
        """The entries and the hours in a state, for another sheet: live, or 0 where no entry is in it."""
        if (stream, state) not in self.states:
            return Cell(0, "count"), Cell(0, "hours")
        first, last = self.states[stream, state]
        entries, seconds = (f"SUM({quoted(TITLE)}!{column}{first}:{column}{last})" for column in (_ENTRIES, _SECONDS))
        return Cell(kind="count", formula=entries), Cell(kind="hours", formula=f"{seconds}/3600")

    def remainder(self, stream: Stream) -> tuple[Cell, Cell]:
        """The remainder in entries and in hours, for another sheet."""
        row = self.remainders[stream]
        return (Cell(kind="count", look="total", formula=f"{quoted(TITLE)}!{_ENTRIES}{row}"),
                Cell(kind="hours", look="total", formula=f"{quoted(TITLE)}!{_SECONDS}{row}/3600"))


def roll_forward(header: BatchHeader, table: pa.Table | None) -> RollForward:
    """The roll-forward of a batch; a calm line instead when the batch has none."""
    page = PageRows()
    page.add(Cell(TITLE, look="title"))
    notes = top_notes(header, "Received and carried in = all states + carried out, in entries and in whole seconds.",
                      "Every figure below a line is a live formula. Hours are seconds / 3600, shown to two decimals.")
    for note in notes:
        page.add(Cell(note, look="note"))
    if table is None or not table.num_rows:
        page.add()
        page.add(Cell("The entry roll-forward is not part of this workbook.", look="note"))
        return RollForward(page.page(TITLE, _WIDTHS), {}, {})
    rows = assert_schema(table, ROLL_FORWARD, "roll_forward").to_pylist()
    for row in rows:
        known(row["stream"], STREAMS, "roll_forward, column stream")
        known(row["state"], (*OPENING, *STATE_WORDS, *APART), "roll_forward, column state")
    states: dict[tuple[Stream, str], tuple[int, int]] = {}
    remainders: dict[Stream, int] = {}
    for stream in STREAMS:
        page.add()
        page.add(Cell(STREAM_WORDS[stream], look="heading"))
        own = [row for row in rows if row["stream"] == stream]
        if own:
            remainders[stream] = _block(page, stream, own, states)
        else:
            page.add(Cell("No entries for this stream.", look="note"))
    return RollForward(page.page(TITLE, _WIDTHS), states, remainders)


def _block(
    page: PageRows, stream: Stream, rows: list[dict[str, Any]], states: dict[tuple[Stream, str], tuple[int, int]],
) -> int:
    """One stream's lines, total and remainder; the row of the remainder comes back."""
    page.add(*heads("State", "Reason", "Entries", "Seconds", "Hours", "Amount", "Currency", "Check",
                    numbers=(2, 3, 4, 5)))
    first = page.next_row
    _lines(page, stream, rows, OPENING, states)
    middle = page.next_row
    _lines(page, stream, rows, STATE_WORDS, states)
    last = page.next_row - 1
    _accounted_for(page, rows, middle, last)
    row = page.next_row

    def remainder(column: str) -> str:
        return f"={_sum(column, first, middle - 1)}-{_sum(column, middle, last)}"

    remainder_row = page.add(
        Cell("Remainder, must be 0", look="total"), Cell(look="total"),
        Cell(kind="count", look="total", formula=remainder(_ENTRIES)),
        Cell(kind="seconds", look="total", formula=remainder(_SECONDS)),
        Cell(kind="hours", look="total", formula=f"=D{row}/3600"), Cell(look="total"), Cell(look="total"),
        agreed(f"ABS(C{row})+ABS(D{row})"))
    _lines(page, stream, rows, APART, states)
    return remainder_row


def _lines(
    page: PageRows, stream: Stream, rows: list[dict[str, Any]], words: dict[str, str],
    states: dict[tuple[Stream, str], tuple[int, int]],
) -> None:
    """The lines of these states, in the order of the words, then by reason and currency."""
    for state, word in words.items():
        own = sorted((row for row in rows if row["state"] == state),
                     key=lambda row: (row["reason"] or "", row["currency"] or ""))
        if own:
            states[stream, state] = (page.next_row, page.next_row + len(own) - 1)
        for row in own:
            at = page.next_row
            page.add(Cell(word, is_wrapped=True), Cell(_reason(row["reason"]), is_wrapped=True),
                     Cell(row["count_entries"] or 0, "count"), Cell(row["seconds"] or 0, "seconds"),
                     Cell(kind="hours", formula=f"=D{at}/3600"), amount(row["amount"], row["currency"]),
                     Cell(row["currency"] if row["amount"] is not None else None))


def _reason(code: str | None) -> str | None:
    """A reason's code with its title, where it stands in codes.csv."""
    return f"{code}: {codes()[code].title}" if code and code in codes() else code


def _accounted_for(page: PageRows, rows: list[dict[str, Any]], first: int, last: int) -> None:
    """The total of the states; amounts by currency, on lines of their own where there are several."""
    currencies = sorted({row["currency"] for row in rows
                         if row["amount"] is not None and row["currency"] and row["state"] in STATE_WORDS})
    row = page.next_row
    only = currencies[0] if len(currencies) == 1 else None
    page.add(
        Cell("Accounted for", look="total"), Cell(look="total"),
        Cell(kind="count", look="total", formula=f"={_sum(_ENTRIES, first, last)}"),
        Cell(kind="seconds", look="total", formula=f"={_sum(_SECONDS, first, last)}"),
        Cell(kind="hours", look="total", formula=f"=D{row}/3600"),
        _total_amount(only, first, last) if only else Cell(look="total"), Cell(only, look="total"))
    for currency in currencies if not only else ():
        page.add(Cell(f"Accounted for in {currency}", look="total"), *(Cell(look="total"),) * 4,
                 _total_amount(currency, first, last), Cell(currency, look="total"))


def _total_amount(currency: str, first: int, last: int) -> Cell:
    like = amount(None, currency)
    return Cell(kind="amount", look="total", digits=like.digits,
                formula=f'=SUMIF(G{first}:G{last},"{currency}",F{first}:F{last})')


def _sum(column: str, first: int, last: int) -> str:
    return f"SUM({column}{first}:{column}{last})" if first <= last else "0"
