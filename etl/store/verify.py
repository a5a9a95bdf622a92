"""Everything the store promised, looked at again: each file missing, changed or extra, named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl.errors import EtlError
from etl.store import audit_log, batches, files, keeping, staging
from etl.store.damage import Finding, finding, shown, waiting
from etl.store.evidence import all_filed, kept_sheets
from etl.store.landing import pull_folder, pull_records
from etl.store.records import Record
from etl.store.sealed import examine_batch, read_manifest
from etl.store.verify_landing import examine_mappings, examine_pulls
from etl.workspace import Workspace

_LATER = "is recorded and not in place yet; the next run puts it there"


@dataclass(frozen=True)
class Anchor:
    """The audit log's end as somebody noted it outside: number and digest, or its beginning, of the last record."""

    number: int
    digest: str


@dataclass(frozen=True)
class _Sealed:
    """A draft or batch folder that must be there, the digest of its manifest, and where it waits for its rename."""

    folder: Path
    digest: str
    record: int
    staged: Path

    @property
    def pending(self) -> bool:
        """Whether it is recorded and its rename is missing."""
        return not self.folder.exists() and self.staged.exists()


def verify_store(workspace: Workspace, company: str, anchor: Anchor | None = None) -> list[Finding]:
    """All findings about one company's store, none when it is whole. Reads every byte, writes nothing.

    A cut tail of the audit log is seen with an `anchor`, or by what its records named and now nothing names.
    Findings with `waits` are no damage: a run died there, or is working, and the next start settles them.
    """
    records, findings = audit_log.examine(workspace, company)
    is_whole = not findings
    findings += anchored(workspace, company, records, anchor)
    try:
        findings += _numbers(workspace, company, records)
        findings += examine_pulls(workspace, company, records)
        sealed = list(_sealed(workspace, company, records))
        findings += _folders(workspace, sealed)
        findings += examine_mappings(workspace, company, _mappings_named(sealed))
        findings += _sheets(workspace, records)
        if is_whole:   # what a damaged record named cannot be told from what nothing names
            findings += _extra(workspace, company, records, {item.folder for item in sealed})
    except EtlError as error:
        findings.append(Finding(error.where, None, error.what))
    except OSError as error:
        findings.append(Finding(str(error.filename), None, f"Cannot be looked at: {error.strerror}"))
    return findings


def anchored(workspace: Workspace, company: str, records: Sequence[Record], anchor: Anchor | None) -> list[Finding]:
    """A finding, where the log does not hold the end that somebody noted outside."""
    if anchor is None or any(
            record.number == anchor.number and record.digest.startswith(anchor.digest) for record in records):
        return []
    return [finding(workspace, workspace.audit_log(company),
                    f"The audit log does not hold record {anchor.number} as it was noted outside: its end was cut or "
                    "changed", anchor.number)]


def _numbers(workspace: Workspace, company: str, records: Sequence[Record]) -> Iterator[Finding]:
    """Batch numbers have no holes and one period each, revisions and pulls count up."""
    periods: dict[int, str] = {}
    revisions: dict[int, int] = {}
    folder = workspace.audit_log(company)
    for record in records:
        if record.type == "draft":
            batch, period, revision = record.whole("batch"), record.text("period_end"), record.whole("revision")
            if periods.setdefault(batch, period) != period or batch > len(periods):
                yield finding(workspace, folder, f"Batch number {batch:04d} is out of order", record.number)
            if revision != revisions.get(batch, 0) + 1:
                yield finding(workspace, folder, f"Revision {revision} of {batch:04d} is out of order", record.number)
            revisions[batch] = revision
    for count, record in enumerate(pull_records(records), start=1):
        if not record.text("pull_id").startswith(f"{count:06d}-"):
            yield finding(workspace, folder, f"Pull {record.text('pull_id')} is out of order", record.number)


def _sealed(workspace: Workspace, company: str, records: Sequence[Record]) -> Iterator[_Sealed]:
    """Every draft and batch folder that must be there: exported batches, newest and approved drafts."""
    for batch in batches.exported(workspace, company, records):
        yield _Sealed(batch.folder, batch.manifest_digest, batch.number,
                      workspace.draft_folder(company, batch.period_end, batch.batch, batch.revision))
    replaced = {draft.number for draft, _ in batches.replaced_drafts(workspace, company, records)}
    for record in records:
        if record.type == "draft" and record.number not in replaced:
            draft = batches.draft_of(workspace, company, record)
            staged = batches.staged_draft(workspace, company, draft.batch, draft.revision)
            yield _Sealed(draft.folder, draft.manifest_digest, record.number, staged)


def _folders(workspace: Workspace, sealed: Sequence[_Sealed]) -> Iterator[Finding]:
    for item in sealed:
        found = examine_batch(workspace, item.staged if item.pending else item.folder, item.digest, item.record)
        if item.pending and not found:
            yield waiting(workspace, item.folder, f"A draft or batch {_LATER}", item.record)
        yield from found


def _mappings_named(sealed: Sequence[_Sealed]) -> set[str]:
    named: set[str] = set()
    for item in sealed:
        with suppress(EtlError):   # found by _folders
            manifest: dict[str, Any] = read_manifest(item.staged if item.pending else item.folder, item.digest)
            named |= {str(given.get("digest")) for given in manifest["inputs"] if given.get("kind") == "mapping"}
    return named


def _sheets(workspace: Workspace, records: Sequence[Record]) -> Iterator[Finding]:
    for filed in kept_sheets(workspace, records):
        path = filed.path(workspace)
        pending = not path.exists() and filed.staged(workspace).exists()
        looked_at = filed.staged(workspace) if pending else path
        try:
            changed = files.sha256_file(looked_at) != filed.digest
        except EtlError as error:
            yield finding(workspace, looked_at, error.what, filed.record.number)
        else:
            if changed:
                yield finding(workspace, looked_at, "A stored file was changed", filed.record.number)
            elif pending:
                yield waiting(workspace, path, f"A sheet {_LATER}", filed.record.number)


def _extra(workspace: Workspace, company: str, records: Sequence[Record], sealed: set[Path]) -> Iterator[Finding]:
    """What lies in the store and no record names."""
    pulls = {pull_folder(workspace, company, record.text("pull_id")) for record in pull_records(records)}
    sheets = {filed.path(workspace) for filed in all_filed(records)}
    landing = workspace.landing(company)
    found = [*(path for path in files.listed(landing) if path.name not in ("pulls", "mappings")),
             *files.listed(landing / "pulls")]
    for period in files.listed(batches.drafts_root(workspace, company)):
        found += files.listed(period) if period.is_dir() else [period]
    for period in files.listed(batches.reports_root(workspace, company)):
        found += [period] if staging.is_staging(period) else []
        found += [path for path in files.listed(period) if path.name.startswith("batch-")]
        found += files.listed(period / "evidence")
    gone = keeping.purged(records)
    replaced = {draft.folder for draft, _ in batches.replaced_drafts(workspace, company, records)}
    for path in found:
        if path in pulls | sheets | sealed or files.is_temporary(path):
            continue
        if path in replaced or staging.is_staging(path) or shown(workspace, path) in gone:
            yield waiting(workspace, path, "A run died and left this; the next run removes it")
        else:
            yield finding(workspace, path, "Something lies here that no record names")
