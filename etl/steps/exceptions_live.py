"""What is still held of periods that went out: exported batches never change, so today's inputs are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from etl.sql.order import MAP
from etl.steps.map_entries import stage
from etl.steps.run import start
from etl.steps.standing import ALL_TIME
from etl.store import batches
from etl.store.records import Record
from etl.workspace import Workspace

Found = frozenset[tuple[str, str]]


def held_now(place: Workspace, company: str, records: Sequence[Record]) -> Found | None:
    """Entry and code of everything held today, since go-live; None where no period is exported yet."""
    exported = batches.exported(place, company, records)
    if not exported:
        return None
    newest = max(batch.period_end for batch in exported)
    run = replace(start(company, newest, place.root, in_memory=True), _engine=None)
    run.__dict__["window"] = ALL_TIME
    run.__dict__["owned"] = ALL_TIME
    with run.engine() as engine:
        stage(run, engine, run.pulls())
        engine.run(MAP)
        rows = engine.fetch("entries_with_states").select(
            ["entry_id", *(f"{stream}_{what}" for stream in ("pay", "cost", "bill") for what in ("state", "reason"))])
    run.end()
    return frozenset(
        (row["entry_id"], row[f"{stream}_reason"]) for row in rows.to_pylist() for stream in ("pay", "cost", "bill")
        if row[f"{stream}_state"] == "held")
