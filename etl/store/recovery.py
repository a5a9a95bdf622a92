"""What every start does first: finish what a record stands for, and sweep what no record names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from etl.store import audit_log, batches, drafts, files, keeping, landing, staging
from etl.store.damage import Finding, finding, shown
from etl.store.evidence import kept_sheets
from etl.store.lock import company_lock
from etl.store.purge import finish_purges
from etl.store.records import Record
from etl.store.sealed import MANIFEST, examine_batch
from etl.store.verify_landing import examine_pull
from etl.workspace import Workspace


@dataclass(frozen=True)
class Recovery:
    """What a start found: the audit log's length, what it put in place, what it swept (relative to the workspace)."""

    head: int
    finished: tuple[str, ...]
    swept: tuple[str, ...]


@dataclass(frozen=True)
class _Pending:
    """Something recorded whose rename is missing: where it is staged, where it belongs, what is wrong with it."""

    record: Record
    staged: Path
    target: Path
    findings: list[Finding]


def recover(workspace: Workspace, company: str, person: str = "Timebooks", *, is_start: bool = True) -> Recovery:
    """Every rename a record promised is done, everything a dead run left is gone; nothing else is touched.

    `is_start`: nobody in this process has recovered since it took the lock, so names of others are synced too.
    Raises DamageError where staged bytes are not what the record says, or are gone, or the manifest of a published
    batch was changed; then nothing is swept.
    """
    with company_lock(workspace, company, person, "recovery"):
        swept = files.sweep_temporary(workspace.audit_log(company))
        records = audit_log.read_log(workspace, company)
        if is_start:
            _sync_names(workspace, company)
            _refuse_changed_manifests(workspace, company, records)
        waiting = (_pulls(workspace, company, records), _exports(workspace, company, records),
                   _drafts(workspace, company, records), _sheets(workspace, records))
        finished = [_finish(workspace, company, pending) for pending in chain.from_iterable(waiting)]
        swept += finish_purges(workspace, company, records)
        swept += drafts.remove_replaced(workspace, company, records)
        for folder in _staging_folders(workspace, company):
            swept += staging.sweep(folder)
        return Recovery(len(records), tuple(shown(workspace, path) for path in finished),
                        tuple(shown(workspace, path) for path in swept))


def _finish(workspace: Workspace, company: str, pending: _Pending) -> Path:
    if not pending.staged.exists():
        raise finding(workspace, pending.target, "What a record stands for is missing", pending.record.number).error()
    for found in pending.findings:
        raise found.error()
    files.make_folder(pending.target.parent)
    reports = batches.reports_root(workspace, company)
    files.move(pending.staged, pending.target, across=reports if pending.target.is_relative_to(reports) else None)
    return pending.target


def _pulls(workspace: Workspace, company: str, records: Sequence[Record]) -> Iterator[_Pending]:
    for record in landing.kept_pulls(company, records):
        pull_id = record.text("pull_id")
        target = landing.pull_folder(workspace, company, pull_id)
        if not target.exists():
            staged = landing.staged_pull(workspace, company, pull_id)
            yield _Pending(record, staged, target, examine_pull(workspace, staged, record))


def _exports(workspace: Workspace, company: str, records: Sequence[Record]) -> Iterator[_Pending]:
    gone = keeping.purged(records)
    for record in records:
        if record.type == "export":
            batch = batches.batch_of(workspace, company, record)
            if not batch.folder.exists() and shown(workspace, batch.folder) not in gone:
                staged = workspace.draft_folder(company, batch.period_end, batch.batch, batch.revision)
                wrong = examine_batch(workspace, staged, batch.manifest_digest, record.number)
                yield _Pending(record, staged, batch.folder, wrong)


def _drafts(workspace: Workspace, company: str, records: Sequence[Record]) -> Iterator[_Pending]:
    """The newest draft of each batch that is not exported; older ones may be gone."""
    newest = {record.whole("batch"): record for record in records if record.type == "draft"}
    exported = {record.whole("batch") for record in records if record.type == "export"}
    for record in (record for number, record in newest.items() if number not in exported):
        draft = batches.draft_of(workspace, company, record)
        if not draft.folder.exists():
            staged = batches.staged_draft(workspace, company, draft.batch, draft.revision)
            wrong = examine_batch(workspace, staged, draft.manifest_digest, record.number)
            yield _Pending(record, staged, draft.folder, wrong)


def _sheets(workspace: Workspace, records: Sequence[Record]) -> Iterator[_Pending]:
    for filed in kept_sheets(workspace, records):
        target = filed.path(workspace)
        if not target.exists():
            staged = filed.staged(workspace)
            is_wrong = staged.exists() and files.sha256_file(staged) != filed.digest
            wrong = [finding(workspace, staged, "A staged sheet is not the one that was recorded", filed.record.number)]
            yield _Pending(filed.record, staged, target, wrong if is_wrong else [])


def _refuse_changed_manifests(workspace: Workspace, company: str, records: Sequence[Record]) -> None:
    """Nothing more is written where what an earlier export promised cannot be told any more."""
    for batch in batches.exported(workspace, company, records):
        path = batch.folder / MANIFEST
        if batch.folder.exists() and files.sha256_known(path) != batch.manifest_digest:
            raise finding(workspace, path, "The manifest is not the one that was recorded", batch.number).error()


def _staging_folders(workspace: Workspace, company: str) -> Iterator[Path]:
    """Where a dead run may have left something: scratch, and where a rename across disks is made ready."""
    yield workspace.scratch(company)
    yield workspace.landing(company) / "pulls"
    yield workspace.landing(company) / "mappings"
    yield batches.reports_root(workspace, company)
    yield from files.listed(batches.drafts_root(workspace, company))


def _sync_names(workspace: Workspace, company: str) -> None:
    """A name a dead run published but did not sync cannot be told from a good one: all folders are synced now."""
    landed = workspace.landing(company)
    own = (workspace.audit_log(company), landed / "pulls", landed / "mappings",
           batches.drafts_root(workspace, company), batches.reports_root(workspace, company))
    for folder in sorted({part for path in own for part in (path, *path.parents)
                          if part.is_relative_to(workspace.root)}, reverse=True):
        if folder.is_dir():
            files.fsync_folder(folder)
