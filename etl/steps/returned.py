"""A file that a person hands over: read no further than it may be long; a workbook is a plain one besides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from etl.disk import unreadable
from etl.errors import RefusedError
from etl.sources.findings import LIMITS
from etl.sources.xlsx_package import sheets_of

MOST_BYTES = 50_000_000


def read_given(file: Path, most: int = MOST_BYTES) -> bytes:
    """Its bytes, at most one more than `most`: who gets more refuses it in words of its own."""
    try:
        with file.open("rb") as given:
            return given.read(most + 1)
    except OSError as error:
        raise unreadable(file, error) from None


def refuse_unfit(content: bytes, file: Path, refused: Callable[[Path, Sequence[str]], RefusedError]) -> None:
    """Nothing, where it may be read; `refused` makes the error of one that is too large.

    Raises FileRefusedError for macros, links, or a package that unpacks without end.
    """
    if len(content) > MOST_BYTES:
        raise refused(file, [f"the file is larger than {MOST_BYTES:,} bytes"])
    sheets_of(content, file.name, LIMITS)
