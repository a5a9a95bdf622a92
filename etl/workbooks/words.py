"""The accountant's words on the sheets of a batch, and the cells that many of them share."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from etl.errors import ConservationError
from etl.terms import BatchHeader, Stream
from etl.workbooks.looks import amount_digits
from etl.workbooks.sheets import Cell, Marks, Page

BANNER = "SANDBOX — NOT FOR UPLOAD"
STREAM_WORDS: dict[Stream, str] = {"pay": "Pay", "cost": "Job cost", "bill": "Billing"}
OPENING: dict[str, str] = {"received": "Received", "carried_in": "Carried in from another period"}
STATE_WORDS: dict[str, str] = {
    "exported": "Exported", "held": "Held", "rejected": "Rejected", "superseded": "Superseded by a later version",
    "withdrawn": "Withdrawn at the source", "out_of_scope": "Out of scope",
    "carried_out": "Carried out to another period",
}
"""In the order of the roll-forward: what became of what came in."""
APART: dict[str, str] = {
    "undated": "Without a date, in no period", "corrected": "Corrected in earlier periods, in this batch",
    "referred": "Overpaid in earlier periods, waits for a person", "settled": "Overpaid in earlier periods, settled",
}
"""Shown below the remainder and part of no sum."""
POSTING_WORDS = {
    "distribution": "distribution: payroll posts wages to expense, this journal moves labor on jobs out of it",
    "clearing": "clearing: payroll posts to a clearing account, this journal clears it",
    "accrue": "accrual: before payroll is posted, reversed on the first day of the next period",
    "none": "none: the books' own payroll costs the jobs, there is no labor journal",
}


def marks(header: BatchHeader) -> Marks:
    """What stands on every printed page of the batch."""
    return Marks(header.company_name, header.period_label, batch_words(header), BANNER if header.is_sandbox else "")


def batch_words(header: BatchHeader) -> str:
    """The batch, as people call it."""
    return f"batch {header.batch:04d}"


def top_notes(header: BatchHeader, *notes: str) -> tuple[str, ...]:
    """The lines below a sheet's title: the banner in a sandbox, whose batch it is, then the sheet's own notes."""
    whose = f"{header.company_name} · {header.period_label} · {batch_words(header)}"
    return (*([BANNER] if header.is_sandbox else []), whose, *notes)


def known(value: str, words: Iterable[str], table: str) -> str:
    """A value that must be one of these words. Raises ConservationError: an unknown one would fall out of a total."""
    words = list(words)
    if value not in words:
        raise ConservationError(
            "WORKBOOK_WORD", what=f"{value!r} is not one of {', '.join(words)}", where=f"table {table}",
            fix="Report this: a step of Timebooks handed over a word the workbook does not know.")
    return value


class PageRows:
    """A page while it is put together, row by row."""

    def __init__(self) -> None:
        self._rows: list[tuple[Cell | None, ...]] = []

    def add(self, *cells: Cell | None) -> int:
        """Append a row; its number comes back, for formulas."""
        self._rows.append(cells)
        return len(self._rows)

    def replace(self, row: int, *cells: Cell | None) -> None:
        """Fill a row that was kept free."""
        self._rows[row - 1] = cells

    @property
    def next_row(self) -> int:
        """The number of the row that comes next."""
        return len(self._rows) + 1

    def add_signers(self, *roles: str) -> None:
        """The foot of a page that is signed on paper: a line for each role, its name and its date."""
        self.add()
        self.add(Cell("Sign-off", look="heading"))
        for role in roles:
            self.add()
            self.add(Cell(role), Cell(look="sign"), Cell(look="sign"))

    def page(self, title: str, widths: tuple[int, ...], *, is_upright: bool = False) -> Page:
        """The finished page."""
        return Page(title, widths, tuple(self._rows), is_upright)


def heads(*words: str, numbers: Iterable[int] = ()) -> tuple[Cell, ...]:
    """A row of headings; `numbers` are the columns of figures, counted from 0."""
    right = set(numbers)
    return tuple(Cell(word, look="head", is_wrapped=True, is_right=at in right) for at, word in enumerate(words))


def agreed(difference: str, *, is_right: bool = False) -> Cell:
    """A live check of a difference: the word agreed when it is 0, DIFFERENCE when not."""
    return Cell(formula=f'=IF({difference}=0,"agreed","DIFFERENCE")', is_right=is_right)


def amount(value: Decimal | None, currency: str | None, *, formula: str = "") -> Cell:
    """An amount, or a live formula for one, in its currency's digits. Raises TargetError for an unknown currency."""
    return Cell(value, "amount", formula=formula, digits=amount_digits(value, currency, "summary or roll-forward"))
