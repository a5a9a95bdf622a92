"""The inbox: files that are still being written wait; nothing is taken from them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from etl.errors import SourceError

PARTIAL = (".part", ".partial", ".crdownload", ".download", ".filepart", ".tmp")
_FRESH_SECONDS = 1.0   # a file this new is looked at twice
_PAUSE_SECONDS = 0.2


def is_partial(name: str) -> bool:
    """Whether a name is that of a download or copy which is not complete."""
    return name.lower().endswith(PARTIAL)


def refuse_partial(names: Iterable[str], pattern: str, where: str) -> None:
    """Nothing, or SourceError FILE_CHANGING where a file of this pattern is still on its way under another name."""
    for name in names:
        whole = name.rpartition(".")[0]
        if is_partial(name) and (fnmatchcase(whole, pattern) or fnmatchcase(name, pattern)):
            raise _still_written(f"{whole} is not complete yet: it still comes in as {name}", where)


def settled(paths: Sequence[Path]) -> None:
    """Nothing, or SourceError FILE_CHANGING naming the files whose size or time changes while they are looked at.

    A program that writes an export under its final name is seen by its growing; one that writes it under a name in
    PARTIAL first and renames it is never taken too early.
    """
    now = time.time()
    fresh = {path: state for path in paths if (state := _state(path)) and abs(now - state[1] / 1e9) < _FRESH_SECONDS}
    if not fresh:
        return
    time.sleep(_PAUSE_SECONDS)
    growing = [path.name for path, state in fresh.items() if _state(path) != state]
    if growing:
        raise _still_written(f"{', '.join(growing)} is still being written", str(paths[0].parent))


def _state(path: Path) -> tuple[int, int] | None:
    """Size in bytes and time of the last change in nanoseconds; none where the file is gone."""
    try:
        found = os.lstat(path)
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _still_written(what: str, where: str) -> SourceError:
    return SourceError("FILE_CHANGING", what=what, where=where,
                       fix="Wait until the export is written completely, then run again.")
