"""What a fleet leaves in its workspace while it works: a worker elsewhere proves by it that it sees the same one."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from etl.store import files
from etl.workspace import Workspace

_MARK = re.compile(r"[0-9a-f]{32}")


@contextmanager
def marked(workspace: Workspace) -> Iterator[str]:
    """A word that nobody can guess, the name of a file in data/lock; held by this process while this lasts."""
    word = secrets.token_hex(16)
    path = _path(workspace, word)
    files.make_folder(path.parent)
    lock = FileLock(path, timeout=0, mode=0o600, fallback_to_soft=False)
    lock.acquire()
    try:
        yield word
    finally:
        lock.release()
        path.unlink(missing_ok=True)


def what_differs(workspace: Workspace, word: str) -> str:
    """Why this process does not see the workspace that is marked, or not its locks; empty where it sees both."""
    path = _path(workspace, word)
    if not _MARK.fullmatch(word) or not path.is_file():
        return f"it sees another folder, or none, as {workspace.root}"
    lock = FileLock(path, timeout=0, mode=0o600, fallback_to_soft=False)
    try:
        lock.acquire()
    except Timeout:
        return ""
    except OSError as error:
        return f"it cannot lock a file in {path.parent}: {error.strerror}"
    lock.release()
    return f"locks in {path.parent} do not hold across the machines"


def _path(workspace: Workspace, word: str) -> Path:
    return workspace.root / "data" / "lock" / f"_fleet-{word}.lock"
