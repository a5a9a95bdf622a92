"""What was told to whom: one small file of the ops log, written whole. It may be lost; then things are told again.

Before a message goes out its alerts stand under `sending`; once the other side took it, under `told`. A process that
dies between the two leaves them there, and the next one tells them again under the same ids and says so: at least
once, never silently twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from etl.errors import BusyError, EtlError
from etl.store import files
from etl.workspace import Workspace

_WAIT_SECONDS = 90   # three messages that are slow; then somebody else is telling, and the next run tells the rest
_FORMAT = 1


@dataclass
class Told:
    """One channel's memory. Keys are alerts; a number says how often one has come: fixed and back is another one."""

    told: dict[str, int] = field(default_factory=dict)      # there, and told
    gone: dict[str, int] = field(default_factory=dict)      # told, and no longer there
    sending: list[str] = field(default_factory=list)        # on their way when this was written
    failed: dict[str, Any] = field(default_factory=dict)    # since, times: of a channel that took nothing
    head: dict[str, Any] = field(default_factory=dict)      # number, day: the newest end of the audit log that went out


Memory = dict[str, Told]


@contextmanager
def telling(workspace: Workspace, company: str, *, wait_seconds: float = _WAIT_SECONDS) -> Iterator[Memory]:
    """The memory of every channel, while no other process tells anything about this company.

    It has a lock of its own: a slow channel keeps no run waiting. Raises BusyError ALERTS_BUSY.
    """
    path = workspace.lock(company).with_suffix(".alerts.lock")
    files.make_folder(path.parent)
    lock = FileLock(path, timeout=wait_seconds, mode=0o600, fallback_to_soft=False)
    try:
        lock.acquire()
    except Timeout:
        raise BusyError("ALERTS_BUSY", what=f"Another process is sending the alerts of {company}",
                        where=f"data/lock/{path.name}", fix="Nothing is to be done; the next run tells what is left.",
                        ) from None
    try:
        yield recall(workspace, company)
    finally:
        lock.release()


def recall(workspace: Workspace, company: str) -> Memory:
    """What was told so far; nothing where the file is not there or cannot be read."""
    with suppress(EtlError, OSError, ValueError, TypeError, KeyError):
        kept = json.loads(files.read_bytes(_path(workspace, company)))
        if kept["format"] == _FORMAT:
            return {name: Told(**channel) for name, channel in kept["channels"].items()}
    return {}


def remember(workspace: Workspace, company: str, memory: Mapping[str, Told]) -> None:
    """The memory on disk, whole and synced."""
    path = _path(workspace, company)
    files.make_folder(path.parent)
    said = {"format": _FORMAT, "channels": {name: vars(told) for name, told in sorted(memory.items())}}
    files.rewrite(path, json.dumps(said, sort_keys=True, indent=1, ensure_ascii=False).encode() + b"\n")


def _path(workspace: Workspace, company: str) -> Path:
    return workspace.ops_log(company) / "alerts_told.json"
