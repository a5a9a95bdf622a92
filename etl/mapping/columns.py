"""What a cross-reference file is made of: columns and their kinds, and the key that may answer only once a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "key", "text", "date_from", "date_to", "date", "instant", "rate", "money", "currency", "whole", "choice",
    "last_four", "digest", "fx_rate",
]


@dataclass(frozen=True)
class Column:
    """One column. `wildcard`: the cell may be * for any. `blank`: the cell may be empty. `optional`: may be absent."""

    name: str
    kind: Kind
    choices: tuple[str, ...] = ()
    blank: bool = False
    wildcard: bool = False
    optional: bool = False


@dataclass(frozen=True)
class MappingFile:
    """One CSV. `key`: with the dates, the columns that may answer once only. `table`: its name in the decisions."""

    name: str
    table: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    rows_needed: bool = True
    optional: bool = False  # a company without such a thing needs no file

    @property
    def needed(self) -> list[str]:
        """The headings that every company's file holds."""
        return [column.name for column in self.columns if not column.optional]


FROM, TO = Column("effective_from", "date_from"), Column("effective_to", "date_to", blank=True)
