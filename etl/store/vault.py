"""Where a backup lies: a folder, or a bucket that speaks S3. Files by digest, never written over.

A content has one name, so a second backup copies only what is new, and whatever is read back is proven by its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from pyarrow import fs

from etl.errors import DamageError, SettingsError, StoreError
from etl.store import files

_SNAPSHOT = re.compile(r"([0-9]{6})-([0-9a-f]{64})\.json")
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_README = b"""This is a backup of Timebooks workspaces: every file under objects/ has its own sha256 as its name; each
text under snapshots/ lists the files of one backup (path, sha256, size). Restore it with
    timebooks archive restore THIS_FOLDER NEW_WORKSPACE
or copy the objects by hand to the paths that a snapshot lists.
"""


class Vault(Protocol):
    """What a backup is written to and read from. Names are relative, "/" between parts."""

    @property
    def shown(self) -> str:
        """The place as messages name it, without any credential."""

    def names(self, folder: str) -> set[str]:
        """The names of the files below a folder, "" for all; nothing where there is none."""

    def write(self, name: str, content: bytes) -> None:
        """A new file; one that is there stays."""

    def read(self, name: str) -> bytes:
        """A file whole. Raises DamageError where it is missing."""

    def remove(self, name: str) -> None:
        """A file no more; one that is gone already stays gone."""


def open_vault(place: str) -> Vault:
    """The vault at a folder or an s3:// address. Raises SettingsError BACKUP_PLACE."""
    if place.startswith("s3://"):
        return _Bucket(place)
    if "://" in place or not place.strip():
        raise _wrong(place, "it is neither a folder nor an s3:// address")
    return _Folder(Path(place).resolve())


def object_name(digest: str) -> str:
    """The name of a content."""
    return f"objects/{digest[:2]}/{digest}"


def put(vault: Vault, digest: str, content: bytes) -> None:
    """The content under its name."""
    vault.write(object_name(digest), content)


def get(vault: Vault, digest: str) -> bytes:
    """The content of a digest, proven. Raises DamageError where it is missing or another."""
    content = vault.read(object_name(digest))
    if files.sha256_bytes(content) != digest:
        raise _damaged(vault, object_name(digest), "was changed")
    return content


def snapshots(vault: Vault) -> list[tuple[int, str]]:
    """Number and name of each snapshot, oldest first."""
    found = (_SNAPSHOT.fullmatch(name.partition("/")[2]) for name in vault.names("snapshots"))
    return sorted((int(said[1]), f"snapshots/{said[0]}") for said in found if said)


def add_snapshot(vault: Vault, content: bytes) -> tuple[int, str]:
    """The next snapshot; its name carries its digest."""
    number = max((one for one, _ in snapshots(vault)), default=0) + 1
    name = f"snapshots/{number:06d}-{files.sha256_bytes(content)}.json"
    vault.write("README.txt", _README)
    vault.write(name, content)
    return number, name


def read_snapshot(vault: Vault, number: int | None) -> tuple[str, bytes]:
    """Name and content of a snapshot, proven by its name; without a number the newest. Raises SettingsError."""
    found = snapshots(vault)
    names = [name for one, name in found if number in (None, one)]
    if not names:
        raise SettingsError("BACKUP_MISSING", what="There is no such snapshot" if found else "There is no backup here",
                            where=vault.shown, fix="Give the folder or bucket that timebooks archive create wrote.")
    content = vault.read(names[-1])
    if files.sha256_bytes(content) not in names[-1]:
        raise _damaged(vault, names[-1], "was changed")
    return names[-1], content


class _Folder:
    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def shown(self) -> str:
        return str(self.root)

    def names(self, folder: str) -> set[str]:
        start = self.root / folder
        return {path.relative_to(self.root).as_posix() for path in start.rglob("*")
                if path.is_file() and not files.is_temporary(path)} if start.is_dir() else set()

    def write(self, name: str, content: bytes) -> None:
        path = self.root / name
        files.make_folder(path.parent)
        if not path.exists():
            files.publish_new(path, content)

    def read(self, name: str) -> bytes:
        return files.read_bytes(self.root / name)

    def remove(self, name: str) -> None:
        path = self.root / name
        if path.exists():
            files.remove(path)


class _Bucket:
    """A bucket and a prefix in it; credentials come from the environment, as for every S3 client."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.username or parts.password or not parts.netloc:
            raise _wrong(f"s3://{parts.hostname or ''}", "credentials belong into the environment")
        options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        host = urlsplit(f"//{options.get('endpoint_override', '')}").hostname or ""
        if set(options) - {"endpoint_override", "scheme", "region"} or (
                options.get("scheme") == "http" and host not in _LOOPBACK):
            raise _wrong(address, "only endpoint_override, region and scheme are options, and http is for this machine")
        self.base = f"{parts.netloc}{parts.path.rstrip('/')}"
        with self._told("open"):
            self.fs = fs.S3FileSystem(region=options.get("region", "us-east-1"), allow_bucket_creation=False, **{
                name: value for name, value in options.items() if name != "region"})

    @property
    def shown(self) -> str:
        return f"s3://{self.base}"

    def names(self, folder: str) -> set[str]:
        with self._told("list"):
            selector = fs.FileSelector(f"{self.base}/{folder}".rstrip("/"), allow_not_found=True, recursive=True)
            return {info.path.removeprefix(f"{self.base}/") for info in self.fs.get_file_info(selector)
                    if info.type == fs.FileType.File}

    def write(self, name: str, content: bytes) -> None:
        path = f"{self.base}/{name}"
        with self._told("write"):
            if self.fs.get_file_info(path).type == fs.FileType.NotFound:
                with self.fs.open_output_stream(path) as stream:
                    stream.write(content)

    def read(self, name: str) -> bytes:
        with self._told("read"):
            try:
                with self.fs.open_input_file(f"{self.base}/{name}") as stream:
                    return bytes(stream.read())
            except FileNotFoundError:
                raise _damaged(self, name, "is missing") from None

    def remove(self, name: str) -> None:
        path = f"{self.base}/{name}"
        with self._told("delete"):
            if self.fs.get_file_info(path).type != fs.FileType.NotFound:
                self.fs.delete_file(path)

    @contextmanager
    def _told(self, doing: str) -> Iterator[None]:
        """What the bucket refuses, in words; its own message may name keys and is not repeated."""
        try:
            yield
        except OSError as error:
            raise StoreError("BACKUP_REFUSED", what=f"The bucket refused to {doing}: {type(error).__name__}",
                             where=self.shown, fix="Check address, region and credentials (AWS_ACCESS_KEY_ID and "
                             "AWS_SECRET_ACCESS_KEY), then run again.") from None


def _damaged(vault: Any, name: str, what: str) -> DamageError:
    return DamageError("DAMAGE", what=f"A file of the backup {what}", where=f"{vault.shown}, {name}",
                       fix="Take another copy of the backup; keep this one as it is.")


def _wrong(place: str, why: str) -> SettingsError:
    return SettingsError("BACKUP_PLACE", what=f"A backup cannot lie there: {why}", where=place or "--to",
                         fix="Give a folder, or s3://bucket/prefix?region=…&endpoint_override=host.")
