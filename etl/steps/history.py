"""History: publish exported batches into the queryable view, and read it."""

from __future__ import annotations

from pathlib import Path

from etl.steps.outcome import Outcome
from etl.store import audit_log, batches, history
from etl.store.sealed import read_manifest
from etl.workspace import Workspace


def published(workspace: Workspace, company: str) -> list[history.PublishedBatch]:
    """Every exported batch of a company, in audit-log order, with the digests of its tables."""
    found = []
    for record in audit_log.read_log(workspace, company):
        if record.type != "export":
            continue
        batch = batches.batch_of(workspace, company, record)
        manifest = read_manifest(batch.folder, batch.manifest_digest)
        tables = {Path(file["path"]).stem: file["sha256"] for file in manifest["files"] if file["role"] == "table"}
        found.append(history.PublishedBatch(
            company=company, period_end=batch.period_end, batch=batch.batch, revision=batch.revision, audit_number=record.number,
            exported_at=record.recorded_at, manifest_digest=batch.manifest_digest, folder=batch.folder, tables=tables))
    return found


def companies(workspace: Workspace) -> list[str]:
    """Every company that has an audit log."""
    root = workspace.root / "data" / "audit_log"
    return sorted(path.name for path in root.iterdir() if path.is_dir()) if root.is_dir() else []


def publish_history(workspace: Workspace, company: str) -> int:
    """Bring the history to the head of the company's audit log; batches already there are left alone."""
    return history.commit(workspace, published(workspace, company))


def rebuild_history(workspace: Workspace) -> Outcome:
    """Delete the history and build it again from the published batches."""
    rows = [batch for company in companies(workspace) for batch in published(workspace, company)]
    history.rebuild(workspace, rows)
    return Outcome(title=f"history rebuilt from {len(rows)} batch(es)")
