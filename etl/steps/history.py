"""History: publish exported batches into the queryable view, and read it."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from etl.errors import RefusedError
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
        draft = workspace.draft_folder(company, batch.period_end, batch.batch, batch.revision)
        if not batch.folder.exists() and draft.exists():
            continue  # its run died before the rename; it counts as none until the next start has finished it
        manifest = read_manifest(batch.folder, batch.manifest_digest)
        tables = {Path(file["path"]).stem: file["sha256"] for file in manifest["files"] if file["role"] == "table"}
        found.append(
            history.PublishedBatch(
                company=company,
                period_end=batch.period_end,
                batch=batch.batch,
                revision=batch.revision,
                audit_number=record.number,
                exported_at=record.recorded_at,
                manifest_digest=batch.manifest_digest,
                folder=batch.folder,
                tables=tables,
            )
        )
    return found


def companies(workspace: Workspace) -> list[str]:
    """Every company that has an audit log."""
    root = workspace.root / "data" / "audit_log"
    return sorted(path.name for path in root.iterdir() if path.is_dir()) if root.is_dir() else []


def publish_history(workspace: Workspace, company: str) -> int:
    """Bring the history to the head of the company's audit log; batches already there are left alone."""
    return history.commit(workspace, published(workspace, company))


def all_published(workspace: Workspace) -> list[history.PublishedBatch]:
    """Every exported batch of every company."""
    return [batch for company in companies(workspace) for batch in published(workspace, company)]


def rebuild_history(workspace: str | Path) -> Outcome:
    """Delete the history and build it again from the published batches."""
    place = Workspace(Path(workspace).resolve())
    count = history.rebuild(place, all_published(place))
    return Outcome(title=f"history rebuilt from {count} batch(es)")


def query_history(workspace: str | Path, sql: str, limit: int = 100) -> Outcome:
    """At most `limit` rows of one query over the documented views; the history is only read."""
    return _table("history", history.query(Workspace(Path(workspace).resolve()), sql, limit=limit))


def history_view(workspace: str | Path, company: str, view: str, limit: int = 20) -> Outcome:
    """The newest rows of one documented view for one company."""
    place = Workspace(Path(workspace or ".").resolve())
    if view not in history.VIEWS:
        raise RefusedError(
            "QUERY_REFUSED",
            what=f"There is no view {view!r}",
            where="the history",
            fix=f"Choose from {', '.join(history.VIEWS)}.",
        )
    text = f"select * from {view} where company = $company order by period_end desc, batch desc"  # noqa: S608 - a view of ours
    return _table(view, history.query(place, text, {"company": company}, limit=limit))


def export_history(workspace: str | Path, file: Path) -> Outcome:
    """A plain DuckDB copy of the history."""
    history.export_copy(Workspace(Path(workspace).resolve()), file)
    return Outcome(title=f"history copied to {file}")


def compact_history(workspace: str | Path) -> Outcome:
    """Small files of the history merged."""
    merged = history.compact(Workspace(Path(workspace).resolve()))
    return Outcome(title=f"history compacted: {merged} file(s) merged")


def _table(title: str, table: pa.Table) -> Outcome:
    rows = tuple(tuple("" if value is None else str(value) for value in row.values()) for row in table.to_pylist())
    return Outcome(title=f"{title}: {table.num_rows} row(s)", headings=tuple(table.column_names), rows=rows)
