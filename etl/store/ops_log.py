"""The ops log: what took how long, as JSON lines. Useful, may be lost, outside all digests; it never stops a run."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

from etl.workspace import Workspace

_written = json.JSONEncoder(sort_keys=True).encode
_LINES_AT_ONCE = 16
_READ_BYTES = 65_536  # the newest lines are enough to tell what is usual
_MOST_BYTES = 256 << 20  # of all of them, for figures over many weeks


def note(workspace: Workspace, company: str, kind: str, said: Mapping[str, str | int]) -> None:
    """Append one line to data/log/<company>/<kind>.jsonl; where that is not possible, nothing happens."""
    with kept_open(workspace, company, kind) as write:
        write(said)


@contextmanager
def kept_open(workspace: Workspace, company: str, kind: str) -> Iterator[Callable[[Mapping[str, str | int]], None]]:
    """What appends lines, some together; where that is not possible, nothing happens."""
    path = workspace.ops_log(company) / f"{kind}.jsonl"
    descriptor = -1
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)

    lines: list[str] = []

    def write_out() -> None:
        with suppress(OSError):
            if descriptor >= 0 and lines:
                os.write(descriptor, "".join(lines).encode())
        lines.clear()

    def write(said: Mapping[str, str | int]) -> None:
        lines.append(_written(dict(said)) + "\n")
        if len(lines) >= _LINES_AT_ONCE:
            write_out()

    try:
        yield write
    finally:
        write_out()
        if descriptor >= 0:
            with suppress(OSError):
                os.close(descriptor)


def noted(workspace: Workspace, company: str, kind: str) -> Iterator[dict[str, object]]:
    """The newest lines, oldest first; a line that cannot be read is passed over."""
    yield from _lines(workspace, company, kind, _READ_BYTES)


def all_noted(workspace: Workspace, company: str, kind: str) -> Iterator[dict[str, object]]:
    """Every line that is kept, oldest first; a line that cannot be read is passed over."""
    yield from _lines(workspace, company, kind, _MOST_BYTES)


def _lines(workspace: Workspace, company: str, kind: str, most: int) -> Iterator[dict[str, object]]:
    try:
        with (workspace.ops_log(company) / f"{kind}.jsonl").open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - most))
            lines = file.read(most).splitlines()
    except OSError:
        return
    for line in lines:
        with suppress(ValueError):
            said = json.loads(line)
            if isinstance(said, dict):
                yield said
