"""The ops log: what took how long, as JSON lines. Useful, may be lost, outside all digests; it never stops a run."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from etl.workspace import Workspace

_READ_BYTES = 65_536  # the newest lines are enough for every use


def note(workspace: Workspace, company: str, kind: str, said: Mapping[str, str | int]) -> None:
    """Append one line to data/log/<company>/<kind>.jsonl; where that is not possible, nothing happens."""
    path = workspace.ops_log(company) / f"{kind}.jsonl"
    line = (json.dumps(dict(said), sort_keys=True) + "\n").encode()
    with suppress(OSError):
        try:
            _append(path, line)
        except FileNotFoundError:   # the first line of a company
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _append(path, line)


def _append(path: Path, line: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        os.write(descriptor, line)
    finally:
        os.close(descriptor)


def noted(workspace: Workspace, company: str, kind: str) -> Iterator[dict[str, object]]:
    """The newest lines, oldest first; a line that cannot be read is passed over."""
    try:
        with (workspace.ops_log(company) / f"{kind}.jsonl").open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _READ_BYTES))
            lines = file.read().splitlines()
    except OSError:
        return
    for line in lines:
        with suppress(ValueError):
            said = json.loads(line)
            if isinstance(said, dict):
                yield said
