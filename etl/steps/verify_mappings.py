"""What of a company's cross-references differs from those the newest published batch was approved with; no damage."""

from __future__ import annotations

from etl.errors import EtlError
from etl.mapping.declared import FILES
from etl.steps.mapping_versions import approved_digest
from etl.store import audit_log, batches, files, mapping_sets
from etl.workspace import Workspace


def differing_mappings(place: Workspace, company: str) -> str:
    """The files that were added, changed or removed since, and the batch; empty where all are as approved.

    Cross-references are edited by people between batches, so this is told and stops nothing: the next draft is made
    with them as they are then, and its own approval covers them.
    """
    records = audit_log.read_log(place, company)
    exported = batches.exported(place, company, records)
    if not exported or not exported[-1].folder.is_dir():
        return ""
    batch, own = exported[-1], place.mappings(company)
    digest = approved_digest(place, company, records) or batch.mapping_digest   # an edit may be approved by itself
    approved = mapping_sets.mapping_path(place, company, digest)
    names = {path.relative_to(approved).as_posix() for path in approved.rglob("*") if path.is_file()}
    declared = {declared.name for declared in FILES if (own / declared.name).exists()}
    changed = [f"{name} ({what})" for name in sorted(names | declared)
               if (what := _difference(place, company, digest, name))]
    return f"{company}: {', '.join(changed)}; {_by(batch, digest)} was approved with others" if changed else ""


def _by(batch: batches.Batch, digest: str) -> str:
    return f"batch {batch.batch:04d}" if digest == batch.mapping_digest else f"mapping set {digest[:12]}"


def _difference(place: Workspace, company: str, digest: str, name: str) -> str:
    approved, own = mapping_sets.mapping_path(place, company, digest) / name, place.mappings(company) / name
    if not own.exists():
        return "removed"
    if not approved.exists():
        return "added"
    try:
        return "" if files.sha256_file(own) == files.sha256_file(approved) else "changed"
    except EtlError:
        return "cannot be read"
