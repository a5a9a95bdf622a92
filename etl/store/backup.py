"""Copy a workspace's record into a vault, and bring it back: what a snapshot lists is the workspace, to the byte.

The audit logs' ends are pinned first, under their locks; the files follow, then the logs up to those ends, so that no
copied record names a file that is not in the copy. History, scratch, ops log, keys and secrets are not copied.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from etl import __version__
from etl.errors import DamageError, SettingsError
from etl.store import audit_log, destroyed, files, vault
from etl.store.batches import drafts_root, reports_root
from etl.store.records import file_name, instant_text
from etl.store.recovery import recover
from etl.strict_json import NotStrictError, dump_lines, load
from etl.workspace import PEOPLE_LOG, Workspace

FORMAT = 1
SAMPLE_PERCENT = 5
_KEYS = {"format", "product", "made_at", "companies", "heads", "files"}


@dataclass(frozen=True)
class Snapshot:
    """One backup: its number and name, what it holds, the ends of its logs."""

    number: int
    name: str
    made_at: str
    companies: tuple[str, ...]
    heads: Mapping[str, Mapping[str, Any]]   # company or _people -> number and digest of its last record
    files: Sequence[Mapping[str, Any]]       # path, sha256, bytes

    @property
    def size(self) -> int:
        """All bytes of it."""
        return sum(int(one["bytes"]) for one in self.files)


@dataclass(frozen=True)
class Copied:
    """What a backup did: the snapshot, how many contents were new, how many were read back, of all or a sample."""

    snapshot: Snapshot
    new: int
    read_back: int


def create(
    workspace: Workspace, place: vault.Vault, companies: Sequence[str], *, person: str, is_full: bool = False,
    chance: random.Random | None = None,
) -> Copied:
    """A new snapshot of these companies and the people list; a random 5 % of its files, or all, read back and hashed.

    Raises BusyError while a run works on one of them, DamageError where a stored file cannot be read.
    """
    heads: dict[str, dict[str, Any]] = {}
    for company in companies:
        recover(workspace, company, person)
    for log in (*companies, PEOPLE_LOG):
        if records := audit_log.read_log(workspace, log):
            heads[log] = {"number": records[-1].number, "digest": records[-1].digest}
    known = {name.rpartition("/")[2] for name in place.names("objects")}
    listed, new = [], 0
    for path in _kept(workspace, companies, heads):
        content = files.read_bytes(path)
        digest = files.sha256_bytes(content)
        if digest not in known:
            vault.put(place, digest, content)
            known.add(digest)
            new += 1
        listed.append({"path": path.relative_to(workspace.root).as_posix(), "sha256": digest, "bytes": len(content)})
    text = dump_lines({"format": FORMAT, "product": __version__, "made_at": instant_text(datetime.now(UTC)),
                       "companies": list(companies), "heads": heads, "files": listed})
    number, _ = vault.add_snapshot(place, text)
    made = find(place, number)
    return Copied(made, new, check(place, made, chance or random.SystemRandom(), is_full=is_full))


def check(place: vault.Vault, snapshot: Snapshot, chance: random.Random, *, is_full: bool) -> int:
    """How many contents of a snapshot were read back and hashed. Raises DamageError naming the first that differs."""
    digests = sorted({str(one["sha256"]) for one in snapshot.files})
    count = len(digests) if is_full else max(1, -(-len(digests) * SAMPLE_PERCENT // 100))
    for digest in chance.sample(digests, min(count, len(digests))):
        vault.get(place, digest)
    return min(count, len(digests))


def find(place: vault.Vault, number: int | None = None) -> Snapshot:
    """A snapshot, proven by its name; the newest without a number."""
    name, content = vault.read_snapshot(place, number)
    try:
        said = load(content)
    except NotStrictError:
        said = None
    if not isinstance(said, dict) or set(said) != _KEYS or said["format"] != FORMAT:
        raise SettingsError("BACKUP_FORMAT", what="The snapshot is none that this version can read", where=name,
                            fix="Use the version of Timebooks that wrote it, or a later one.")
    return Snapshot(int(name.partition("/")[2][:6]), name, said["made_at"], tuple(said["companies"]), said["heads"],
                    said["files"])


def restore(place: vault.Vault, snapshot: Snapshot, root: Path) -> None:
    """The snapshot's files in a new or empty folder, each proven before it is written.

    Raises SettingsError RESTORE_PLACE where something lies there, RefusedError RESTORE_PURGED where it would bring
    back what was destroyed on purpose, DamageError where the backup is damaged.
    """
    destroyed.refuse_destroyed(place, snapshot.files, snapshot.name)
    if root.exists() and any(root.iterdir()):
        raise SettingsError("RESTORE_PLACE", what="A backup is restored into an empty folder, and this one is not",
                            where=str(root), fix="Give a new folder; nothing is restored over another workspace.")
    for one in snapshot.files:
        path = _inside(root, str(one["path"]))
        content = vault.get(place, str(one["sha256"]))
        files.make_folder(path.parent)
        files.write_new(path, content)
    for folder in sorted({(root / str(one["path"])).parent for one in snapshot.files}):
        files.fsync_folder(folder)


def _inside(root: Path, text: str) -> Path:
    """The path of a listed file. Raises DamageError for one that leaves the folder."""
    parts = PurePosixPath(text)
    if parts.is_absolute() or not parts.parts or "\\" in text or ":" in text or "\0" in text or any(
            part in ("..", ".") for part in text.split("/")):
        raise DamageError("DAMAGE", what="A snapshot names a file outside the workspace", where=text[:200],
                          fix="Do not use this backup; take another copy of it.")
    return root / parts


def record_files(workspace: Workspace, company: str) -> Iterator[Path]:
    """Every file of a company's record as it stands, with the people list; nothing that is secret or half-made."""
    heads = {log: {"number": records[-1].number} for log in (company, PEOPLE_LOG)
             if (records := audit_log.read_log(workspace, log))}
    return _kept(workspace, [company], heads)


def _kept(workspace: Workspace, companies: Sequence[str], heads: Mapping[str, Mapping[str, Any]]) -> Iterator[Path]:
    """Every file of the record, by path: what records name first, the logs up to their pinned ends last."""
    for company in companies:
        for folder in (workspace.mappings(company), workspace.landing(company), drafts_root(workspace, company),
                       reports_root(workspace, company)):
            yield from (path for path in sorted(folder.rglob("*")) if _is_copied(path))
    for log, end in heads.items():
        for number in range(1, int(end["number"]) + 1):
            yield workspace.audit_log(log) / file_name(number)


def _is_copied(path: Path) -> bool:
    """A plain file that is no secret and nothing half-made."""
    return (path.is_file() and not path.is_symlink() and path.suffix not in (".secret", ".pem")
            and not files.is_temporary(path) and not any(part.startswith((".staging-", "staging-"))
                                                         for part in path.parts))


def refuse_inside(workspace: Workspace, place: str) -> None:
    """Nothing, where a backup folder lies outside the workspace; otherwise SettingsError BACKUP_PLACE."""
    if not place.startswith("s3://") and Path(place).resolve().is_relative_to(workspace.root):
        raise SettingsError("BACKUP_PLACE", what="A backup inside the workspace is lost with it", where=place,
                            fix="Give a folder on another disk, or a bucket.")

