"""What a reader gives back of an import file: its lines, and what the target would not take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

Kind = Literal["journal", "invoice", "bill", "time", "hours", "list", "undo"]


@dataclass(frozen=True)
class Fault:
    """One thing a target would refuse or take otherwise than it was meant: a code of codes.csv, what, where."""

    code: str
    what: str
    where: str


class UnreadableError(Exception):
    """The target would not take the file at all."""


@dataclass(frozen=True)
class Line:
    """One line of an import file as the books would have it.

    `form` and `cells` are what fields.csv is asked about; `number` the document, `key` our own key of the line or of
    the entry, `account` empty where nothing is posted, `amount` debit positive, `currency` empty for the home currency.
    """

    place: str
    kind: Kind
    form: str
    cells: Mapping[str, str]
    number: str = ""
    day: date | None = None
    key: str = ""
    account: str = ""
    job: str = ""
    amount: Decimal | None = None
    currency: str = ""
    seconds: int = 0


@dataclass(frozen=True)
class ReadFile:
    """One file read back: its lines in order; what follows from them, such as receivables, stands in `implied`."""

    path: str
    document: str
    lines: tuple[Line, ...]
    implied: tuple[Line, ...] = ()
    faults: tuple[Fault, ...] = field(default=())

    def posted(self) -> Iterator[Line]:
        """The lines that post an amount to an account."""
        return (line for line in (*self.lines, *self.implied) if line.account and line.amount is not None)


def demand(condition: object, what: str) -> None:
    """Nothing where the condition holds; UnreadableError otherwise."""
    if not condition:
        raise UnreadableError(what)
