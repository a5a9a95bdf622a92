"""A damaged copy of what landed, made again: the damaged file goes to quarantine, equal bytes take its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from etl.errors import EtlError
from etl.store import audit_log, files, landing, staging
from etl.store.damage import shown
from etl.store.lock import company_lock
from etl.store.records import Record
from etl.workspace import Workspace


@dataclass(frozen=True)
class SpoiledPull:
    """A pull whose entries.parquet is missing or changed, while its text and the bytes received are whole."""

    pull: landing.Pull
    expected: str   # sha256 of the entries as they landed


def spoiled_pulls(workspace: Workspace, company: str) -> Iterator[SpoiledPull]:
    """The pulls that can be made again from the bytes received; raises DamageError where the audit log is damaged."""
    for record in landing.kept_pulls(company, audit_log.read_log(workspace, company)):
        if landing.is_pending(workspace, company, record):
            continue
        try:
            found = _spoiled(workspace, company, record)
        except EtlError:
            continue   # more than the entries is damaged; verify names it, and only the backup helps
        if found is not None:
            yield found


def _spoiled(workspace: Workspace, company: str, record: Record) -> SpoiledPull | None:
    pull = landing.pull_of(workspace, company, record)
    landing.received_bytes(workspace, company, pull)
    expected = landing.pull_files(files.read_bytes(pull.entries_path.with_name(landing.PULL)))[landing.ENTRIES]
    try:
        is_whole = files.sha256_file(pull.entries_path) == expected
    except EtlError:
        is_whole = False
    return None if is_whole else SpoiledPull(pull, expected)


def put_back(
    workspace: Workspace, company: str, spoiled: SpoiledPull, content: bytes | memoryview, *,
    person: str, now: datetime,
) -> Path | None:
    """The entries of a pull in place again, and a record of it; the damaged file's place, None where it was gone.

    `content` must have the digest that was recorded when it landed: anything else is refused with ValueError.
    """
    if files.sha256_bytes(content) != spoiled.expected:
        raise ValueError("not the entries that landed")
    target = spoiled.pull.entries_path
    with company_lock(workspace, company, person, "a repair"):
        staged = staging.staging_path(workspace, company, f"repair-{spoiled.pull.pull_id}")
        staging.fill(staged, {target.name: content})
        aside = _aside(workspace, company, spoiled) if target.exists() or target.is_symlink() else None
        audit_log.append(workspace, company, "restore", {
            "file": shown(workspace, target), "sha256": spoiled.expected, "made_from": "the bytes received",
            "quarantine": "" if aside is None else shown(workspace, aside),
        }, person=person, now=now)
        if aside is not None:
            files.make_folder(aside.parent)
            files.move(target, aside)
        files.move(staged / target.name, target)
        files.remove_tree(staged)
    return aside


def _aside(workspace: Workspace, company: str, spoiled: SpoiledPull) -> Path:
    """A free name in quarantine: by pull, counted up where that pull was damaged before."""
    folder = workspace.quarantine(company)
    taken = sum(path.name.startswith(spoiled.pull.pull_id) for path in files.listed(folder))
    return folder / f"{spoiled.pull.pull_id}-{taken + 1}.{spoiled.pull.entries_path.name}"
