"""Verify: recompute every digest, the chain and the invariants of what was published; name what is damaged."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from etl.steps.history import companies
from etl.steps.outcome import Outcome
from etl.store import audit_log, batches
from etl.store.verify import verify_store
from etl.workspace import Workspace


def verify(workspace: str | Path) -> Outcome:
    """Every company of the workspace, checked to the last byte and cent. Reads only. Exit code 1 on any finding."""
    place = Workspace(Path(workspace).resolve())
    findings: list[tuple[str, str, str]] = []
    counted = 0
    for company in companies(place):
        found = [(company, finding.where, finding.what) for finding in verify_store(place, company)]
        if not found:
            for record in audit_log.read_log(place, company):
                if record.type == "export":
                    counted += 1
                    batch = batches.batch_of(place, company, record)
                    found += [(company, f"batch-{batch.batch:04d}", what) for what in broken_promises(batch.folder)]
        findings += found
    return Outcome(
        title=f"verified {counted} batch(es) of {len(companies(place))} company(ies): {len(findings)} finding(s)",
        headings=("company", "where", "what"),
        rows=tuple(findings),
        next_step="stop writing and restore what is named from the backup; do not edit it" if findings else "",
        exit_code=1 if findings else 0,
    )


def broken_promises(folder: Path) -> list[str]:
    """What of a published batch does not add up: partition, journals, every cent of a line to its entries."""
    tables = {
        name: pq.read_table(folder / "data" / f"{name}.parquet", page_checksum_verification=True)
        for name in (
            "roll_forward",
            "postings",
            "allocations",
            "billable_lines",
            "entries",
            "pieces",
            "control_totals",
        )
    }
    return [
        *_open_streams(tables["roll_forward"]),
        *_unbalanced(tables["postings"]),
        *_unallocated(tables),
        *_cut(tables),
        *(
            f"control figure {row['figure']} differs by {row['difference']}"
            for row in tables["control_totals"].to_pylist()
            if row["difference"].strip("0.") not in ("", "-")
        ),
    ]


def _open_streams(rolled: pa.Table) -> Iterable[str]:
    for stream in ("pay", "cost", "bill"):
        rows = [row for row in rolled.to_pylist() if row["stream"] == stream]
        entries = sum(
            row["count_entries"] * (1 if row["state"] == "received" else -1)
            for row in rows
            if row["state"] not in ("carried_in", "carried_out", "undated")
        )
        seconds = sum(
            row["seconds"] * (1 if row["state"] in ("received", "carried_in") else -1)
            for row in rows
            if row["state"] != "undated"
        )
        if entries or seconds:
            yield f"stream {stream} is open by {entries} entries and {seconds} seconds"


def _unbalanced(postings: pa.Table) -> Iterable[str]:
    for row in postings.group_by("document_number").aggregate([("amount", "sum")]).to_pylist():
        if row["amount_sum"]:
            yield f"journal {row['document_number']} is out of balance by {row['amount_sum']}"


def _unallocated(tables: dict[str, pa.Table]) -> Iterable[str]:
    shares = {
        row["line_id"]: row["amount_sum"]
        for row in tables["allocations"].group_by("line_id").aggregate([("amount", "sum")]).to_pylist()
    }
    lines = {
        row["line_id"]: row["amount"]
        for name in ("postings", "billable_lines")
        for row in tables[name].select(["line_id", "amount"]).to_pylist()
    }
    for line_id, amount in shares.items():
        if lines.get(line_id) != amount:
            yield f"line {line_id} is {lines.get(line_id)}, its entries add up to {amount}"


def _cut(tables: dict[str, pa.Table]) -> Iterable[str]:
    entries, pieces = (
        pc.sum(tables["entries"]["worked_seconds"]).as_py() or 0,
        pc.sum(tables["pieces"]["worked_seconds"]).as_py() or 0,
    )
    if entries != pieces:
        yield f"entries hold {entries} worked seconds, their pieces {pieces}"
