"""Where a period stands: its number, its newest draft, its approval, its exported batch, whether it is closed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from etl.errors import RefusedError
from etl.store import keeping, staging
from etl.store.damage import finding, shown
from etl.store.records import Record
from etl.store.sealed import read_manifest, sealed_file
from etl.units import BatchNumber
from etl.workspace import Workspace


@dataclass(frozen=True)
class Sealed:
    """A batch completely rendered, under its manifest. `number` is its audit-log record, `person` who is named there.

    Whatever is read from its folder is checked against the manifest first: a flipped bit may read as another figure.
    """

    company: str
    period_end: date
    batch: BatchNumber
    revision: int
    folder: Path
    manifest_digest: str
    batch_key: str
    figures: str
    person: str
    number: int
    is_new: bool = False

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What the manifest says. Raises DamageError where it is not the recorded one."""
        return read_manifest(self.folder, self.manifest_digest)

    @property
    def mapping_digest(self) -> str:
        """The digest of the mapping set it was made with."""
        return next(str(item["digest"]) for item in self.manifest["inputs"] if item["kind"] == "mapping")

    @property
    def pull_ids(self) -> list[str]:
        """The pulls it was made from."""
        return [item["pull_id"] for item in self.manifest["inputs"] if item["kind"] == "pull"]

    def file(self, path: str) -> Path:
        """One file of the batch, unchanged since it was sealed. Raises DamageError."""
        return sealed_file(self.folder, self.manifest, path)

    def has_table(self, name: str) -> bool:
        """Whether the batch has this table; one without corrections has no tables of them."""
        return any(file["path"] == f"data/{name}.parquet" for file in self.manifest["files"])

    def table(self, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """One of the tables under data/, or these columns of it. Raises DamageError."""
        return pq.read_table(self.file(f"data/{name}.parquet"), columns=None if columns is None else list(columns),
                             page_checksum_verification=True)


class Draft(Sealed):
    """A batch that may still be replaced; `person` prepared it."""


class Batch(Sealed):
    """An exported batch; `person` exported it."""


def next_batch_number(records: Sequence[Record]) -> BatchNumber:
    """The number that the first draft of another period would reserve: gapless per company."""
    return BatchNumber(1 + len({record.whole("batch") for record in records if record.type == "draft"}))


def batch_number(records: Sequence[Record], period_end: date) -> BatchNumber:
    """The period's number: reserved for ever by its first draft, the next free one before that."""
    for record in of_period(records, "draft", period_end):
        return BatchNumber(record.whole("batch"))
    return next_batch_number(records)


def of_period(records: Sequence[Record], kind: str, period_end: date) -> Iterator[Record]:
    """The records of one type about one period, in order."""
    day = period_end.isoformat()
    return (record for record in records if record.type == kind and record.text("period_end") == day)


def newest(records: Sequence[Record], kind: str, period_end: date) -> Record | None:
    """The last record of one type about one period."""
    return max(of_period(records, kind, period_end), key=lambda record: record.number, default=None)


def is_closed(records: Sequence[Record], period_end: date) -> bool:
    """Whether the period is closed and not reopened since."""
    close, reopen = newest(records, "close", period_end), newest(records, "reopen", period_end)
    return close is not None and (reopen is None or reopen.number < close.number)


def rolled_back(records: Sequence[Record], period_end: date) -> Record | None:
    """The rollback of a period's batch that no reconciliation followed: what it uploaded is not in the books."""
    back, reconciled = newest(records, "rollback", period_end), newest(records, "reconcile", period_end)
    return back if back is not None and (reconciled is None or reconciled.number < back.number) else None


def find_draft(workspace: Workspace, company: str, period_end: date, records: Sequence[Record]) -> Draft | None:
    """The newest draft of a period; None before the first one and once the batch is exported.

    A draft recorded a moment before its run died counts as not there until recovery has finished it.
    Raises DamageError where the folder is gone.
    """
    if newest(records, "export", period_end) is not None:
        return None
    for record in reversed(list(of_period(records, "draft", period_end))):
        draft = draft_of(workspace, company, record)
        if draft.folder.is_dir():
            return draft
        if not staged_draft(workspace, company, draft.batch, draft.revision).is_dir():
            raise finding(workspace, draft.folder, "The folder of a draft is missing", record.number).error()
    return None


def find_batch(workspace: Workspace, company: str, period_end: date, records: Sequence[Record]) -> Batch | None:
    """The exported batch of a period.

    One recorded a moment before its run died counts as not there until recovery has finished it.
    Raises DamageError where the folder is gone, RefusedError PURGED where it was destroyed on purpose.
    """
    record = newest(records, "export", period_end)
    if record is None:
        return None
    batch = batch_of(workspace, company, record)
    if batch.folder.is_dir():
        return batch
    if (purge := keeping.purged(records).get(shown(workspace, batch.folder))) is not None:
        raise RefusedError(
            "PURGED", what=f"Batch {batch.batch:04d} was destroyed on purpose when its time had passed",
            where=f"{company}, audit log record {purge}",
            fix="Nothing is to be done; digests and sizes of its files stand in that record.")
    if workspace.draft_folder(company, period_end, batch.batch, batch.revision).is_dir():
        return None
    raise finding(workspace, batch.folder, "The folder of an exported batch is missing", record.number).error()


def find_sealed(
    workspace: Workspace, company: str, period_end: date, records: Sequence[Record],
) -> Batch | Draft | None:
    """The exported batch of a period, else its newest draft. Raises as find_batch does."""
    return find_batch(workspace, company, period_end, records) or find_draft(workspace, company, period_end, records)


def newest_of_each(
    workspace: Workspace, company: str, records: Sequence[Record],
) -> Iterator[tuple[Batch | Draft, date]]:
    """The batch or newest draft of each period with the day it was drafted, the newest period first."""
    drafted = {record.day("period_end"): record for record in records if record.type == "draft"}
    for period_end, record in sorted(drafted.items(), reverse=True):
        sealed = find_sealed(workspace, company, period_end, records)
        if sealed is not None and sealed.folder.is_dir():
            yield sealed, date.fromisoformat(record.recorded_at[:10])


def approval_of(records: Sequence[Record], draft: Draft, *, withdrawn: bool = False) -> Record | None:
    """The newest approval of exactly this draft: company, number, revision and digest of the manifest.

    One that was taken back counts as none, unless `withdrawn` asks for it.
    """
    bound = {"company": draft.company, "batch": draft.batch, "revision": draft.revision,
             "manifest": draft.manifest_digest}
    taken_back = {record.body.get("approval") for record in records if record.type == "withdraw"}
    approvals = [record for record in of_period(records, "approve", draft.period_end)
                 if all(record.body.get(key) == value for key, value in bound.items())
                 and (withdrawn or record.number not in taken_back)]
    return approvals[-1] if approvals else None


def draft_of(workspace: Workspace, company: str, record: Record) -> Draft:
    """The draft of one record, without a look at its folder."""
    period_end, batch, revision = record.day("period_end"), record.whole("batch"), record.whole("revision")
    return Draft(
        company, period_end, BatchNumber(batch), revision,
        folder=workspace.draft_folder(company, period_end, batch, revision), manifest_digest=record.text("manifest"),
        batch_key=record.text("batch_key"), figures=record.text("figures"), person=record.person,
        number=record.number)


def batch_of(workspace: Workspace, company: str, record: Record) -> Batch:
    """The batch of one record of an export, without a look at its folder."""
    period_end, batch = record.day("period_end"), record.whole("batch")
    return Batch(
        company, period_end, BatchNumber(batch), record.whole("revision"),
        folder=workspace.batch_folder(company, period_end, batch), manifest_digest=record.text("manifest"),
        batch_key=record.text("batch_key"), figures=record.text("figures"), person=record.person,
        number=record.number)


def exported(workspace: Workspace, company: str, records: Sequence[Record]) -> list[Batch]:
    """Every exported batch of a company that was not destroyed on purpose, oldest export first; no look at folders."""
    gone = keeping.purged(records)
    return [batch for batch in _exports(workspace, company, records)
            if not gone or shown(workspace, batch.folder) not in gone]


def _exports(workspace: Workspace, company: str, records: Sequence[Record]) -> list[Batch]:
    return [batch_of(workspace, company, record) for record in records if record.type == "export"]


def exported_before(
    workspace: Workspace, company: str, records: Sequence[Record], period_end: date, table: str
) -> list[Batch]:
    """The batches with this table that were exported before the period's own batch, or by now; oldest export first.

    So the same batch comes out again later.
    """
    own = newest(records, "export", period_end)
    return [batch for batch in exported(workspace, company, records)
            if (own is None or batch.number < own.number) and batch.folder.is_dir() and batch.has_table(table)]


def staged_draft(workspace: Workspace, company: str, batch: int, revision: int) -> Path:
    """Where one draft is made ready."""
    return staging.staging_path(workspace, company, f"draft-{batch:04d}-r{revision}")


def drafts_root(workspace: Workspace, company: str) -> Path:
    """The folder of all drafts of a company, one folder a period in it."""
    return workspace.root / "data" / "drafts" / company


def reports_root(workspace: Workspace, company: str) -> Path:
    """The folder of all periods of a company."""
    return workspace.root / "reports" / company


def replaced_drafts(workspace: Workspace, company: str, records: Sequence[Record]) -> list[tuple[Draft, Path]]:
    """Each draft that its own export, or (where it was not approved) a later revision has replaced, and that folder."""
    drafts = [draft_of(workspace, company, record) for record in records if record.type == "draft"]
    latest = {draft.batch: draft.folder for draft in drafts}
    batches = {batch.batch: batch for batch in _exports(workspace, company, records)}
    approved = {(record.body.get("batch"), record.body.get("revision"), record.body.get("manifest"))
                for record in records if record.type == "approve"}
    replaced = []
    for draft in drafts:
        batch = batches.get(draft.batch)
        if batch is not None and batch.revision == draft.revision:
            replaced.append((draft, batch.folder))
        elif (draft.folder != latest[draft.batch]
              and (draft.batch, draft.revision, draft.manifest_digest) not in approved):
            replaced.append((draft, latest[draft.batch] if batch is None else batch.folder))
    return replaced
