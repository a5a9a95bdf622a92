"""Remarks of users and what was answered: JSON lines in data/log, only ever added to; each event one line."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from etl.disk import told, unreadable
from etl.workspace import Workspace

EVERYWHERE = "_all"   # no company can have this id
_MOST_BYTES = 20_000_000
_FIELDS = ("id", "at", "person", "event", "text", "about", "change")
Event = dict[str, str]


def place_of_feedback(workspace: Workspace, company: str) -> Path:
    """The file of one company, or of the workspace as a whole."""
    return workspace.ops_log(company or EVERYWHERE) / "feedback.jsonl"


def keep(workspace: Workspace, company: str, said: Mapping[str, str]) -> None:
    """Append one event and bring it to the disk. Raises StoreError where that is not possible."""
    path = place_of_feedback(workspace, company)
    line = (json.dumps(dict(said), sort_keys=True) + "\n").encode()
    with told("write the remark", path, len(line)):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
        try:
            os.write(handle, line)
            os.fsync(handle)
        finally:
            os.close(handle)


def events(workspace: Workspace, company: str) -> tuple[list[Event], int]:
    """Every event in order, and how many lines could not be read. Raises StoreError where the file may not be read."""
    path = place_of_feedback(workspace, company)
    if not path.exists():
        return [], 0
    try:
        with path.open("rb") as file:
            lines = file.read(_MOST_BYTES).splitlines()
    except OSError as error:
        raise unreadable(path, error) from None
    found: list[Event] = []
    for line in lines:
        with suppress(ValueError):
            said = json.loads(line)
            if isinstance(said, dict) and all(isinstance(said.get(name), str) for name in _FIELDS):
                found.append({name: said[name] for name in _FIELDS})
    return found, len(lines) - len(found)


def id_of(at: str, person: str, text: str) -> str:
    """What a remark is called by: eight signs of a digest."""
    return hashlib.sha256("\x1f".join((at, person, text)).encode()).hexdigest()[:8]
