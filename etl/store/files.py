"""Every byte the store writes or trusts goes through here, so that a test can watch, stop or starve each step.

Before each open, write, fsync, rename, link, unlink, mkdir and rmdir stands a fault point. Names that exist are
never written again: what lasts is written under another name, synced, and then named once.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from etl.disk import damaged, taken, told, unreadable
from etl.errors import EtlError, StoreError

CHUNK_BYTES = 1 << 20
FaultHook = Callable[[str, Path], None]
_watchers: list[FaultHook] = []

_BINARY = getattr(os, "O_BINARY", 0)
_READ = os.O_RDONLY | _BINARY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY
_TEMPORARY = re.compile(r"\.(?P<name>.+)\.tmp-[0-9]+-[0-9a-f]{8}")
_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK}
_HELD = {errno.EBUSY, errno.ETXTBSY}   # Windows says PermissionError instead
_PATIENCE_SECONDS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2.0)


@contextmanager
def watched(hook: FaultHook) -> Iterator[None]:
    """While this lasts, `hook(name, path)` is called before each step on a file; what it raises happens there."""
    _watchers.append(hook)
    try:
        yield
    finally:
        _watchers.remove(hook)


def fault_point(name: str, path: Path) -> None:
    """One step on a file is about to happen."""
    for hook in _watchers:
        hook(name, path)


def make_folder(folder: Path) -> None:
    """The folder with its parents, open to its owner only; each new name is synced."""
    with told("make the folder", folder):
        if folder.is_dir():
            return
    make_folder(folder.parent)
    with told("make the folder", folder):
        fault_point("mkdir", folder)
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            if not folder.is_dir():
                raise taken(folder) from None
    fsync_folder(folder.parent)


def write_new(path: Path, content: bytes | memoryview) -> None:
    """A new file with this content, synced, mode 0600. Raises DamageError where the name is taken."""
    with told("write", path, len(content)):
        fault_point("open", path)
        try:
            descriptor = os.open(path, _CREATE, 0o600)
        except FileExistsError:
            raise taken(path) from None
        try:
            _write(descriptor, path, content)
            fault_point("fsync", path)
            os.fsync(descriptor)   # never tried twice: a second success may hide lost bytes
        finally:
            os.close(descriptor)


def publish_new(path: Path, content: bytes) -> None:
    """The file appears whole and synced, under a name nobody else took. Raises FileExistsError where one did."""
    temporary = path.with_name(f".{path.name}.tmp-{os.getpid()}-{secrets.token_hex(4)}")
    try:
        write_new(temporary, content)
        with told("publish", path, len(content)):
            _name(temporary, path)
    except (EtlError, FileExistsError):
        with suppress(EtlError):
            remove(temporary)
        raise
    fsync_folder(path.parent)
    remove(temporary)


def _name(temporary: Path, path: Path) -> None:
    try:
        fault_point("link", path)
        os.link(temporary, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        _claim(temporary, path)


def _claim(temporary: Path, path: Path) -> None:
    """Where there are no hard links: claim the name with an empty file, then lay the synced bytes over it."""
    fault_point("open", path)
    os.close(os.open(path, _CREATE, 0o600))
    try:
        fault_point("rename", path)
        temporary.replace(path)
    except OSError:
        remove(path)
        raise


def move(source: Path, target: Path, across: Path | None = None) -> None:
    """The staged file or folder under its final name: one rename, both folders synced.

    Where the two lie on different file systems, a durable copy in `across` (a folder on the target's, by default the
    one the target lies in) is renamed instead. Raises DamageError where the name is taken.
    """
    try:
        rename(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        beside = (across or target.parent) / f".staging-{target.name}"
        remove_tree(beside)
        _copy_tree(source, beside)
        rename(beside, target)
        remove_tree(source)


def rename(source: Path, target: Path) -> None:
    """One rename, both folders synced. Raises DamageError where the name is taken, OSError EXDEV across disks."""
    refuse_taken(target)
    with told("rename", target):
        _patiently("rename", target, lambda: source.rename(target))
    fsync_folder(target.parent)
    if source.parent != target.parent:
        fsync_folder(source.parent)


def refuse_taken(target: Path) -> None:
    """Nothing, where the name is free, otherwise DamageError; asked before a record needs the name."""
    if os.path.lexists(target):
        raise taken(target)


def take_over(source: Path, target: Path) -> None:
    """A finished file of ours, under a name in a staged folder of the same file system; its bytes are synced."""
    with told("write", target):
        fault_point("fsync", target)
        descriptor = os.open(source, os.O_RDWR | _BINARY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        source.chmod(0o600)
        fault_point("rename", target)
        source.rename(target)


def copy_durably(source: Path, target: Path) -> str:
    """The sha256 of the copy, synced and read back. Raises StoreError where it does not read back equal."""
    content = read_bytes(source)
    write_new(target, content)
    digest = sha256_file(target)
    if digest != sha256_bytes(content):
        raise StoreError("DISK_ERROR", what="A file does not read back as it was written", where=str(target),
                         fix="Check the disk, then run again.")
    return digest


def _copy_tree(source: Path, target: Path) -> None:
    if not source.is_dir():
        copy_durably(source, target)
        fsync_folder(target.parent)
        return
    make_folder(target)
    for path in listed(source):
        _copy_tree(path, target / path.name)
    fsync_folder(target)


def fsync_folder(folder: Path) -> None:
    """The names in a folder are on disk. Windows has no such call; there the file's own sync has to do."""
    if os.name == "nt":
        return
    with told("sync", folder):
        fault_point("fsync", folder)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def write_note(path: Path, content: bytes) -> None:
    """A text for information only: written over, not synced, proves nothing."""
    with told("write", path, len(content)):
        fault_point("open", path)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _BINARY, 0o600)
        try:
            _write(descriptor, path, content)
        finally:
            os.close(descriptor)


def rewrite(path: Path, content: bytes) -> None:
    """The whole new content under the name, or the old one untouched; synced."""
    temporary = path.with_name(f".{path.name}.tmp-{os.getpid()}-{secrets.token_hex(4)}")
    write_new(temporary, content)
    take_over(temporary, path)
    fsync_folder(path.parent)


def remove(path: Path) -> None:
    """The file is gone; one that was not there is no error."""
    with told("remove", path):
        _patiently("unlink", path, lambda: path.unlink(missing_ok=True))


def remove_tree(folder: Path) -> None:
    """The folder, or file, and all in it are gone. Links are removed, not followed."""
    if folder.is_symlink() or not folder.is_dir():
        if os.path.lexists(folder):
            remove(folder)
        return
    for path in listed(folder):
        remove_tree(path)
    with told("remove", folder):
        _patiently("rmdir", folder, folder.rmdir)


def sweep_temporary(folder: Path) -> list[Path]:
    """The temporary files a dead run left in a folder, removed; with each, a name it had only claimed."""
    left = [path for path in listed(folder) if is_temporary(path)]
    for path in left:
        if is_claim(claimed := path.with_name(_named(path))):
            remove(claimed)
        remove(path)
    return left


def is_temporary(path: Path) -> bool:
    """Whether this is a file that `publish_new` had not named yet."""
    return _TEMPORARY.fullmatch(path.name) is not None


def is_claim(path: Path) -> bool:
    """Whether this is an empty file whose bytes still lie beside it: claimed, not published (no hard links there)."""
    return (path.is_file() and path.stat().st_size == 0
            and any(is_temporary(other) and _named(other) == path.name for other in listed(path.parent)))


def _named(temporary: Path) -> str:
    return _TEMPORARY.sub(r"\g<name>", temporary.name)


def listed(folder: Path) -> list[Path]:
    """What lies in a folder, by name; nothing where there is no such folder."""
    with told("list", folder):
        return sorted(folder.iterdir()) if folder.is_dir() else []


def _write(descriptor: int, path: Path, content: bytes | memoryview) -> None:
    view = memoryview(content)
    for start in range(0, len(view), CHUNK_BYTES):
        fault_point("write", path)
        rest = view[start:start + CHUNK_BYTES]
        while rest:
            rest = rest[os.write(descriptor, rest):]


def _patiently(name: str, path: Path, action: Callable[[], object]) -> None:
    """Done, even where a scanner, a sync client or a spreadsheet holds the file for a moment; five seconds at most."""
    for seconds in (*_PATIENCE_SECONDS, None):
        try:
            fault_point(name, path)
            action()
        except OSError as error:
            is_held = isinstance(error, PermissionError) or error.errno in _HELD
            if seconds is None or not is_held:
                raise
            time.sleep(seconds)
        else:
            return


def read_bytes(path: Path) -> bytes:
    """A stored file, whole. Raises DamageError where it is missing or no regular file."""
    with _opened(path) as descriptor, os.fdopen(os.dup(descriptor), "rb") as file:
        return file.read()


def sha256_file(path: Path) -> str:
    """The sha256 of a stored file, in hex, from its bytes as they lie there now."""
    with _opened(path) as descriptor, os.fdopen(os.dup(descriptor), "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_bytes(content: bytes | memoryview) -> str:
    """The sha256 of a content, in hex."""
    return hashlib.sha256(content).hexdigest()


Stamp = tuple[int, int, int, int]
_digests: dict[str, tuple[Stamp, str]] = {}


def sha256_known(path: Path) -> str:
    """The sha256 of a stored file, read once per process while its times, size and identity stay the same."""
    try:
        seen = stamp(path.lstat())
    except OSError as error:
        raise unreadable(path, error) from None
    known = _digests.get(str(path))
    if known is None or known[0] != seen:
        known = _digests[str(path)] = (seen, sha256_file(path))
    return known[1]


def stamp(found: os.stat_result) -> Stamp:
    """What changes when a file is written: times, size, identity."""
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    try:
        descriptor = os.open(path, _READ)
    except OSError as error:
        raise unreadable(path, error) from None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise damaged(path, "is not a regular file")
        yield descriptor
    except OSError as error:
        raise unreadable(path, error) from None
    finally:
        os.close(descriptor)
