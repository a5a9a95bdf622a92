"""Where a pull, a draft or a sheet is made ready: private, synced, read back; named only once a record says so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

from etl.errors import EtlError, StoreError
from etl.settings import RESERVED
from etl.store import files
from etl.workspace import Workspace

_PREFIX = "staging-"
_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def staging_path(workspace: Workspace, company: str, name: str) -> Path:
    """Where the thing of this name is staged, so that a later start finds it again."""
    return workspace.scratch(company) / f"{_PREFIX}{name}"


def fill(folder: Path, contents: Mapping[str, bytes | memoryview | Path]) -> None:
    """A staged folder with these files, each synced and read back; what lay there from a dead run is removed first.

    Keys are paths relative to the folder, "/" between parts. A Path is a finished file on the same file system and is
    moved. Where it cannot be finished nothing is left behind.
    """
    check_paths(contents)
    files.remove_tree(folder)
    try:
        files.make_folder(folder)
        for name, content in sorted(contents.items()):
            path = folder / name
            files.make_folder(path.parent)
            if isinstance(content, Path):
                files.take_over(content, path)
            else:
                _write_checked(path, content)
        for inner in sorted({folder, *((folder / name).parent for name in contents)}, reverse=True):
            files.fsync_folder(inner)
        files.fsync_folder(folder.parent)
    except EtlError:
        with suppress(EtlError):
            files.remove_tree(folder)
        raise


def fill_file(path: Path, content: bytes) -> None:
    """A staged file, synced and read back; what lay there from a dead run is removed first."""
    files.remove_tree(path)
    files.make_folder(path.parent)
    try:
        _write_checked(path, content)
        files.fsync_folder(path.parent)
    except EtlError:
        with suppress(EtlError):
            files.remove(path)
        raise


def sweep(folder: Path) -> list[Path]:
    """What dead runs staged in a folder and no record names, removed."""
    left = [path for path in files.listed(folder) if is_staging(path)]
    for path in left:
        files.remove_tree(path)
    return left


def is_staging(path: Path) -> bool:
    """Whether this is something made ready, by its name."""
    return path.name.startswith((_PREFIX, f".{_PREFIX}"))


def check_paths(names: Iterable[str]) -> None:
    """Nothing, where every name stays inside its folder on any file system; otherwise StoreError FILE_NAME."""
    seen: set[str] = set()
    for name in names:
        parts = PurePosixPath(name).parts
        if not parts or "/".join(parts) != name or not all(_is_safe(part) for part in parts):
            raise StoreError(
                "FILE_NAME", what=f"{name!r} cannot be the name of a stored file", where=name,
                fix="Use letters, digits, points, hyphens and underscores, and begin with a letter or digit.")
        if name.casefold() in seen:
            raise StoreError("FILE_NAME", what=f"Two files are called {name!r} but for capitals", where=name,
                             fix="Give one of them another name.")
        seen.add(name.casefold())


def _is_safe(part: str) -> bool:
    return bool(_PART.fullmatch(part)) and part[-1] != "." and part.partition(".")[0].lower() not in RESERVED


def _write_checked(path: Path, content: bytes | memoryview) -> None:
    files.write_new(path, content)
    if files.sha256_file(path) != files.sha256_bytes(content):
        raise StoreError("DISK_ERROR", what="A file does not read back as it was written", where=str(path),
                         fix="Check the disk, then run again.")
