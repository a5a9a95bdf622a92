"""What a tracker's export is, as data: which heading feeds which column, how values are written, what must be asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from etl.tables import TEXT

Columns = dict[str, pa.ChunkedArray]


@dataclass(frozen=True)
class Heading:
    """One column of a tracker's export.

    `names`: its heading in each language of the dialect; `feeds`: the canonical columns it becomes, several with a
    space between, or "extra".
    """

    names: tuple[str, ...]
    feeds: str
    is_optional: bool = False


@dataclass(frozen=True)
class Dialect:
    """One tracker's export.

    `open_headings`: further headings, kept as extra. `asked`: settings nobody can know from the file, each with the
    words that ask for it; the drop must give them. `adjust`: what the tracker does to its texts, undone; it gets the
    canonical columns and the file's own.
    """

    name: str
    headings: tuple[Heading, ...]
    open_headings: str = r"(?!)"
    formats: dict[str, Any] = field(default_factory=dict)
    asked: Mapping[str, str] = field(default_factory=dict)
    adjust: Callable[[Columns, pa.Table], Columns] | None = None

    def columns(self, language: int) -> dict[str, str]:
        """Heading -> what it feeds, in one language."""
        return {heading.names[language]: heading.feeds for heading in self.headings}

    def optional(self, language: int) -> tuple[str, ...]:
        """The headings of one language that may be absent."""
        return tuple(heading.names[language] for heading in self.headings if heading.is_optional)

    def languages(self) -> range:
        """The languages, by number; 0 is English."""
        return range(len(self.headings[0].names))


def headings(feeds: Mapping[str, str], optional: Mapping[str, str] | None = None) -> tuple[Heading, ...]:
    """The headings of an export that has one language: those always there, then those that may be absent."""
    return (*(Heading((name,), target) for name, target in feeds.items()),
            *(Heading((name,), target, is_optional=True) for name, target in (optional or {}).items()))


def first_of(*columns: pa.ChunkedArray | None) -> pa.ChunkedArray:
    """Per row the first of these columns that holds something."""
    return pc.coalesce(*(column for column in columns if column is not None))


def where(mask: pa.ChunkedArray, yes: Any, no: pa.ChunkedArray) -> pa.ChunkedArray:
    """`yes` where the mask is true, else `no`; an unknown mask is false."""
    return pc.if_else(pc.fill_null(mask, fill_value=False), yes if yes is not None else pa.scalar(None, TEXT), no)
