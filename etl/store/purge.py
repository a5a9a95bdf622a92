"""Destroying records whose time has passed: what may go, the record that stays for ever, and the removal.

The order is that of every write: the record first, which is the commit; then the files. A start finishes what a
dead run left. Digests and sizes of every file stay in the record, so that chains still verify and say why it is gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from etl.errors import EtlError
from etl.store import audit_log, batches, files, keeping, landing, mapping_sets
from etl.store.damage import shown
from etl.store.lock import company_lock
from etl.store.records import Record
from etl.workspace import Workspace

IN_A_BATCH = ("time", "payroll", "tax", "billing", "books")
IN_A_PULL, IN_A_MAPPING_SET = ("time",), ("time", "payroll")


@dataclass(frozen=True)
class Item:
    """One place of the store: its folder, which classes of records it holds, and the newest day it is about."""

    folder: Path
    kind: str   # batch, evidence, runs, pull, mapping set
    classes: tuple[str, ...]
    day: date
    needs: frozenset[Path] = frozenset()   # places that rest on it and must go first, or with it

    def place(self, workspace: Workspace) -> str:
        """As records and messages name it."""
        return shown(workspace, self.folder)

    def as_json(self, workspace: Workspace, kept_until: date) -> dict[str, Any]:
        """What the record says of it, each file read anew."""
        listed = [{"path": path.relative_to(self.folder).as_posix(), "sha256": files.sha256_file(path),
                   "bytes": path.stat().st_size} for path in sorted(self.folder.rglob("*")) if path.is_file()]
        return {"place": self.place(workspace), "kind": self.kind, "classes": list(self.classes),
                "day": self.day.isoformat(), "kept_until": kept_until.isoformat(), "files": listed}


def stored_items(workspace: Workspace, company: str, records: Sequence[Record]) -> Iterator[Item]:
    """Everything of a company that may be destroyed one day. Audit log, drafts and the newest of a kind never are."""
    exported = [batch for batch in batches.exported(workspace, company, records) if batch.folder.is_dir()]
    users: dict[Path, list[batches.Batch]] = {}
    for batch in exported:
        for pull_id in batch.pull_ids:
            users.setdefault(landing.pull_folder(workspace, company, pull_id), []).append(batch)
        users.setdefault(mapping_sets.mapping_path(workspace, company, batch.mapping_digest), []).append(batch)
        if batches.is_closed(records, batch.period_end):
            yield Item(batch.folder, "batch", IN_A_BATCH, batch.period_end)
            beside = (("evidence", workspace.evidence), ("runs", workspace.runs))
            for kind, folder in ((kind, place(company, batch.period_end)) for kind, place in beside):
                if folder.is_dir():
                    yield Item(folder, kind, IN_A_BATCH, batch.period_end, frozenset({batch.folder}))
    newest = {record.text("drop"): record.number for record in landing.pull_records(records)}
    for record in landing.pull_records(records):
        folder = landing.pull_folder(workspace, company, record.text("pull_id"))
        if folder.is_dir() and newest[record.text("drop")] != record.number:
            yield _used(folder, "pull", IN_A_PULL, users.get(folder, []), _recorded_on(record))
    last = exported[-1].mapping_digest if exported else ""
    for folder in files.listed(workspace.landing(company) / "mappings"):
        if users.get(folder) and folder.name != last:
            yield _used(folder, "mapping set", IN_A_MAPPING_SET, users[folder], date.min)


def _used(folder: Path, kind: str, classes: tuple[str, ...], by: Sequence[batches.Batch], own: date) -> Item:
    return Item(folder, kind, classes, max((batch.period_end for batch in by), default=own),
                frozenset(batch.folder for batch in by))


def _recorded_on(record: Record) -> date:
    return date.fromisoformat(record.recorded_at[:10])


def purge(
    workspace: Workspace, company: str, body: Mapping[str, Any], *, person: str, now: datetime,
) -> tuple[Record, list[Path]]:
    """The record of a purge and the folders that are gone. `body`: items, persons, basis, what they signed.

    Raises BusyError where somebody works on the company, StoreError where a file is held; the next start goes on.
    """
    with company_lock(workspace, company, person, "a purge"):
        record = audit_log.append(workspace, company, keeping.PURGE, body, person=person, now=now)
        return record, finish_purges(workspace, company, [record])


def finish_purges(workspace: Workspace, company: str, records: Sequence[Record]) -> list[Path]:
    """What purges recorded and a dead run left lying, removed; nothing outside the company's own folders ever is."""
    own = (workspace.landing(company), batches.reports_root(workspace, company))
    gone = []
    for place in keeping.purged(records):
        folder = workspace.root / place
        if any(folder.is_relative_to(root) and ".." not in folder.parts for root in own) and folder.exists():
            files.remove_tree(folder)
            gone.append(folder)
            _without_empty(folder.parent, own)
    return gone


def _without_empty(folder: Path, roots: Sequence[Path]) -> None:
    """A period's folder in which nothing is left goes too."""
    try:
        while folder not in roots and any(folder.is_relative_to(root) for root in roots) and not files.listed(folder):
            folder.rmdir()
            folder = folder.parent
    except (OSError, EtlError):   # an empty folder says nothing
        return
