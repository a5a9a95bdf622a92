"""A workbook that comes back from a person: no larger than people make them, and a plain one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from etl.errors import RefusedError
from etl.sources.findings import LIMITS
from etl.sources.xlsx_package import sheets_of

MOST_BYTES = 50_000_000


def refuse_unfit(content: bytes, file: Path, refused: Callable[[Path, Sequence[str]], RefusedError]) -> None:
    """Nothing, where it may be read; `refused` makes the error of one that is too large.

    Raises FileRefusedError for macros, links, or a package that unpacks without end.
    """
    if len(content) > MOST_BYTES:
        raise refused(file, [f"the file is larger than {MOST_BYTES:,} bytes"])
    sheets_of(content, file.name, LIMITS)
