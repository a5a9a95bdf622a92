"""What a watch looks at: one instance a company, and a fingerprint of everything whose change is work."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from etl.store import files
from etl.workspace import Workspace


@contextmanager
def only_watch(workspace: Workspace, company: str) -> Iterator[bool]:
    """Whether this process is the company's one watch while this lasts; the lock vanishes with its process."""
    path = workspace.lock(company).with_suffix(".watch.lock")
    files.make_folder(path.parent)
    lock = FileLock(path, timeout=0, mode=0o600, fallback_to_soft=False)
    try:
        lock.acquire()
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


def brought(workspace: Workspace, company: str) -> str:
    """A digest over name, size and time of all that people and programs bring: inbox and cross-references."""
    return _seen([workspace.inbox(company), workspace.mappings(company)])


def recorded(workspace: Workspace, company: str) -> str:
    """A digest over the names of the audit log's records: somebody approved, or decided something else."""
    return _seen([workspace.audit_log(company)])


def _seen(folders: list[Path]) -> str:
    lines = []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            try:
                found = path.lstat()
            except OSError:   # gone between the two looks: the next look sees it
                continue
            lines.append(f"{path.relative_to(folder)}\x1f{found.st_size}\x1f{found.st_mtime_ns}")
    return hashlib.sha256("\x1e".join(lines).encode(errors="surrogateescape")).hexdigest()
