"""Evidence beside a batch: numbered sheets (approval, receipt, reconciliation, close), each named by a record."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from etl.store import audit_log, files, keeping, staging
from etl.store.batches import reports_root
from etl.store.damage import shown
from etl.store.lock import company_lock
from etl.store.records import Record, Statement
from etl.strict_json import dump_lines
from etl.workspace import Workspace

_KIND = re.compile(r"[a-z][a-z-]{0,30}")
_SUFFIX = re.compile(r"[a-z]{1,8}")


@dataclass(frozen=True)
class Sheet:
    """One piece of evidence. `content`: plain JSON, or the bytes of a file with this `suffix`.

    `record_type` and `body`: what the audit log says beside the file's name and digest.
    """

    kind: str
    content: Mapping[str, Any] | bytes
    record_type: str
    body: Mapping[str, Any] = field(default_factory=dict)
    suffix: str = "json"

    def text(self) -> bytes:
        """The bytes of the file."""
        return self.content if isinstance(self.content, bytes) else dump_lines(dict(self.content))


@dataclass(frozen=True)
class Filed:
    """A piece of evidence as a record names it."""

    period_end: date
    file: str
    digest: str
    record: Record

    def path(self, workspace: Workspace) -> Path:
        """Where it lies."""
        return workspace.evidence(self.record.company, self.period_end) / self.file

    def staged(self, workspace: Workspace) -> Path:
        """Where it is made ready."""
        return _staged(workspace, self.record.company, self.period_end, self.file)


def append_evidence(
    workspace: Workspace, company: str, period_end: date, sheet: Sheet, *, person: str, now: datetime,
) -> Record:
    """The record that names the sheet, filed as the period's next number: 0003-receipt.json.

    Where the period's newest sheet of this kind has this content already, nothing is written.
    """
    if not _KIND.fullmatch(sheet.kind) or not _SUFFIX.fullmatch(sheet.suffix):
        raise ValueError(f"{sheet.kind}.{sheet.suffix} cannot name a piece of evidence")
    content = sheet.text()
    with company_lock(workspace, company, person):
        records = audit_log.read_log(workspace, company)
        filed = [item for item in all_filed(records) if item.period_end == period_end]
        same = [item for item in filed if item.file.partition("-")[2] == f"{sheet.kind}.{sheet.suffix}"]
        if same and same[-1].digest == files.sha256_bytes(content):
            return same[-1].record
        name = f"{len(filed) + 1:04d}-{sheet.kind}.{sheet.suffix}"
        staged = _staged(workspace, company, period_end, name)
        staging.fill_file(staged, content)
        target = workspace.evidence(company, period_end) / name
        files.make_folder(target.parent)
        files.refuse_taken(target)
        record = audit_log.commit(workspace, company, Statement(sheet.record_type, {
            **sheet.body, "period_end": period_end.isoformat(),
            "evidence": {"file": name, "sha256": files.sha256_bytes(content)},
        }, person, now), records)
        files.move(staged, target, across=reports_root(workspace, company))
        return record


def all_filed(records: Sequence[Record]) -> Iterator[Filed]:
    """Every piece of evidence a record names, in order."""
    for record in records:
        named = record.body.get("evidence")
        if isinstance(named, dict):
            yield Filed(record.day("period_end"), str(named.get("file")), str(named.get("sha256")), record)


def kept_sheets(workspace: Workspace, records: Sequence[Record]) -> Iterator[Filed]:
    """As `all_filed`, without what was destroyed on purpose."""
    gone = keeping.purged(records)
    return (filed for filed in all_filed(records)
            if not gone or shown(workspace, filed.path(workspace).parent) not in gone)


def _staged(workspace: Workspace, company: str, period_end: date, name: str) -> Path:
    return staging.staging_path(workspace, company, f"evidence-{period_end}-{name}")
