"""Export files people drop into the inbox: found, copied once, and parsed as they were declared."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

import pyarrow as pa

from etl.errors import SourceError
from etl.settings import Drop
from etl.sources import limited
from etl.sources.csv_reader import read_csv
from etl.sources.dialects import effective
from etl.sources.findings import LIMITS, FileRefusedError, Finding, Limits
from etl.sources.inbox import refuse_partial
from etl.sources.landed import check_declaration, land
from etl.sources.parquet_reader import read_parquet
from etl.sources.preflight import decoded_twice, too_large, unpacked
from etl.sources.time_texts import read_timeclock, read_timedot
from etl.sources.xlsx_reader import hidden_sheets, read_xlsx

_READERS: dict[str, Callable[[bytes, str, Drop, Limits], pa.Table]] = {
    "csv": read_csv, "xlsx": read_xlsx, "parquet": read_parquet, "timeclock": read_timeclock, "timedot": read_timedot}
_OPEN = (os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)
         | getattr(os, "O_BINARY", 0))
_STEP = 1 << 24
_SHOWN = 20


def list_files(folder: Path, drop: Drop) -> list[Path]:
    """The files of the drop in the company's inbox, in the order of their names.

    The pattern is matched against names only; a file's own name is never a pattern. Raises SourceError FILE_MISSING
    when none matches, FILE_KIND for a link, folder or device that does, FILE_OPEN for a workbook open in Excel,
    FILE_CHANGING for one that still comes in.
    """
    if re.search(r"[/\\]", drop.files):
        raise SourceError("FILE_PATTERN", what=f"files = {drop.files!r} names a folder", where=f"drop {drop.name}",
                          fix="Give the pattern of the file names alone; they lie directly in the inbox.")
    try:
        with os.scandir(folder) as items:
            entries = sorted(items, key=lambda entry: entry.name)
    except OSError:
        entries = []
    visible = [entry for entry in entries if not entry.name.startswith(".")]
    refuse_partial((entry.name for entry in visible), drop.files, f"{folder} (drop {drop.name})")
    matching = [entry for entry in visible if fnmatchcase(entry.name, drop.files)]
    if not matching:
        there = ", ".join(entry.name for entry in visible[:_SHOWN]) or "nothing"
        more = f" and {len(visible) - _SHOWN:,} more" if len(visible) > _SHOWN else ""
        raise SourceError("FILE_MISSING", what=f"No file is named like {drop.files}; the folder holds {there}{more}",
                          where=f"{folder} (drop {drop.name})",
                          fix=f"Put the export into {folder}, or correct files of this drop.")
    for entry in entries:
        _refuse_open(entry, drop)
    for entry in matching:
        if not entry.is_file(follow_symlinks=False):
            raise _not_a_file(entry.name, entry.path)
    return [folder / entry.name for entry in matching]


def _refuse_open(entry: os.DirEntry[str], drop: Drop) -> None:
    """What somebody has open in Excel may be half entered; Excel lays a file ~$NAME beside it for as long."""
    if entry.name.startswith("~$") and any(fnmatchcase(name, drop.files) for name in (entry.name, entry.name[2:])):
        raise SourceError("FILE_OPEN", what=f"{entry.name[2:]} is open in Excel", where=entry.path,
                          fix="Close the workbook, then run again.")


def _not_a_file(name: str, where: str) -> SourceError:
    return SourceError("FILE_KIND", what=f"{name} is not a plain file but a link, a folder or a device", where=where,
                       fix="Copy the export itself into the inbox.")


def read_file(path: Path, limits: Limits = LIMITS) -> bytes:
    """The file's bytes, read once through one descriptor; they are what is hashed, landed and parsed (B43, B44).

    Raises SourceError for a link (hard links too), a device, a file beyond the limit or one still being written.
    """
    try:
        descriptor = os.open(path, _OPEN)
    except OSError as error:
        if path.is_symlink():
            raise _not_a_file(path.name, str(path)) from None
        raise SourceError("FILE_UNREADABLE", what=f"{path.name} cannot be opened: {error.strerror}", where=str(path),
                          fix="Make the file readable for you, then run again.") from None
    before = os.fstat(descriptor)
    if not stat.S_ISREG(before.st_mode) or before.st_nlink > 1:
        os.close(descriptor)
        raise _not_a_file(path.name, str(path))
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        if before.st_size > limits.file_bytes:
            raise FileRefusedError(path.name, [too_large(limits.file_bytes, "on disk")])
        content = b"".join(iter(lambda: file.read(_STEP), b""))
        after = os.fstat(descriptor)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(content) != after.st_size:
        raise SourceError("FILE_CHANGING", what=f"{path.name} changed while it was read", where=str(path),
                          fix="Wait until the export is written completely, then run again.")
    return content


def parse_file(content: bytes, file_name: str, drop: Drop, limits: Limits = LIMITS) -> pa.Table:
    """The landed entries in a file's bytes. Shape: LANDED_ENTRIES; all text, null where nothing stands.

    Raises FileRefusedError (a SourceError) with every finding of the file; a file is landed whole or not at all.
    """
    if limited.is_foreign(drop):
        _, [rows] = limited.ask("rows", content, file_name, drop, limits)
        with pa.ipc.open_stream(rows) as stream:
            return stream.read_all()
    return parse_here(content, file_name, drop, limits)


def parse_here(content: bytes, file_name: str, drop: Drop, limits: Limits) -> pa.Table:
    """The same in this process."""
    drop = effective(drop)
    check_declaration(drop, file_name)
    rows = _READERS[drop.format](unpacked(content, file_name, drop, limits), file_name, drop, limits)
    return land(rows, file_name, drop)


def remarks_of(content: bytes, file_name: str, drop: Drop, limits: Limits = LIMITS) -> tuple[Finding, ...]:
    """What the controller should hear about a file that is accepted: hidden sheets, text that was decoded twice."""
    if drop.format == "xlsx" and limited.is_foreign(drop):
        found, _ = limited.ask("remarks", content, file_name, drop, limits)
        return tuple(Finding(**finding) for finding in found)
    return remarks_here(content, file_name, drop, limits)


def remarks_here(content: bytes, file_name: str, drop: Drop, limits: Limits) -> tuple[Finding, ...]:
    """The same in this process."""
    plain = unpacked(content, file_name, drop, limits)
    if drop.format == "xlsx":
        return tuple(hidden_sheets(plain))
    return tuple(decoded_twice(plain)) if drop.format == "csv" and drop.encoding == "utf-8" else ()


def window_of(file_name: str, drop: Drop) -> tuple[date, date] | None:
    """First and last day that a complete drop's file covers, from its name; None for an additive drop.

    Raises SourceError WINDOW_UNREADABLE when the name does not carry two dates as `window` says, written YYYY-MM-DD.
    """
    if drop.completeness == "additive":
        return None
    pattern = re.escape(drop.window)
    for name in ("start", "end"):
        pattern = pattern.replace(rf"\{{{name}\}}", rf"(?P<{name}>\d{{4}}-\d{{2}}-\d{{2}})", 1)
    match = re.fullmatch(pattern, file_name, re.ASCII)
    try:
        if match:
            start, end = date.fromisoformat(match["start"]), date.fromisoformat(match["end"])
            if start <= end:
                return start, end
    except ValueError:
        pass
    raise SourceError(
        "WINDOW_UNREADABLE", what=f"The name {file_name} does not tell its first and last day as {drop.window} says",
        where=f"{file_name} (drop {drop.name})",
        fix="Name the file with both days as YYYY-MM-DD, the first one first, or correct window of this drop.")
