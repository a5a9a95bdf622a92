"""What the disk refuses, in words a bookkeeper can act on; nothing here opens a file."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from etl.errors import DamageError, EtlError, StoreError

_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
_HELD = {errno.EBUSY, errno.ETXTBSY}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}


@contextmanager
def told(doing: str, path: Path, size: int = 0) -> Iterator[None]:
    """What the operating system refuses becomes a StoreError; `size` is the bytes to be written.

    A taken name (FileExistsError) and another file system (EXDEV) are left to the caller.
    """
    try:
        yield
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno == errno.EXDEV:
            raise
        raise refused(doing, path, error, size) from None


def refused(doing: str, path: Path, error: OSError, size: int = 0) -> StoreError:
    """Why the operating system would not do it: the disk is full, rights stand against it, or it fails."""
    if error.errno in _FULL:
        needed = max(1, -(-size // 1_000_000))
        return StoreError("DISK_FULL", what=f"The disk is full: could not {doing}, about {needed} MB needed",
                          where=str(path), fix=f"Free at least {needed} MB on that disk, then run again.")
    if doing == "list" and error.errno in _DENIED:
        return _not_readable(path)
    if error.errno in _DENIED | _HELD:
        return StoreError("NOT_WRITABLE", what=f"Not allowed to {doing} here: {error.strerror}", where=str(path),
                          fix="Give your account the right to write in the workspace, close programs that hold the "
                              "file, then run again.")
    return StoreError("DISK_ERROR", what=f"The disk refused to {doing}: {error.strerror}", where=str(path),
                      fix="Check the disk and its connection, then run again.")


def unreadable(path: Path, error: OSError) -> EtlError:
    """Why a stored file cannot be read: it is missing or a link (damage), or disk or rights stand against it."""
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return damaged(path, "is missing")
    if error.errno == errno.ELOOP:
        return damaged(path, "is a link, not a file")
    if error.errno in _DENIED:
        return _not_readable(path)
    return StoreError("DISK_ERROR", what=f"A stored file cannot be read: {error.strerror}", where=str(path),
                      fix="Check the disk and its connection, then run again.")


def _not_readable(path: Path) -> StoreError:
    return StoreError("NOT_READABLE", what="A stored file or folder may not be read", where=str(path),
                      fix="Give your account the right to read the workspace, then run again.")


def damaged(path: Path, what: str) -> DamageError:
    """A stored file that is not what it must be."""
    return DamageError("DAMAGE", what=f"A stored file {what}", where=str(path),
                       fix="Run timebooks verify for the whole list, then restore the file from the backup.")


def taken(path: Path) -> DamageError:
    """A name that should be free."""
    return DamageError("DAMAGE", what="Something lies where a new file or folder belongs", where=str(path),
                       fix="Find out who put it there, move it out of the workspace, then run again.")
