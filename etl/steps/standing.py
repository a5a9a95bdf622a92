"""The standing roll-forward: what became of every entry since go-live, over all batches, per stream."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pyarrow as pa

from etl.errors import ConservationError
from etl.periods import Period
from etl.sql.run import MAP, RULES, Engine
from etl.steps.contractors import has_vendor_lines
from etl.steps.map_entries import stage
from etl.steps.outcome import Outcome
from etl.steps.run import Run
from etl.store import batches
from etl.tables import ALLOCATIONS, ENTRIES, PIECES
from etl.units import clock_hours

_ALL_TIME = Period(date(1900, 1, 2), date(9999, 12, 25))
_CUT = RULES[: RULES.index("pieces_classified")]  # held for another stream or not, a piece is a piece


def standing(run: Run) -> Outcome:
    """Every entry version received since go-live in exactly one state per stream, with what the batches really hold.

    Exported is read from the published batches, everything else from the landing by today's cross-references; `open` is
    what no batch holds yet. Raises ConservationError when a stream does not add up.
    """
    wide = replace(run, in_memory=True, _engine=None)
    wide.__dict__["window"] = _ALL_TIME
    wide.__dict__["owned"] = _ALL_TIME
    exported = [
        batches.batch_of(run.workspace, run.company, record) for record in run.records() if record.type == "export"
    ]
    with wide.engine() as engine:
        stage(wide, engine, run.pulls())
        engine.run(MAP)
        engine.run(_CUT)
        _put_exported(engine, exported)
        engine.run(("standing_roll_forward",))
        rows = engine.fetch("standing_roll_forward").to_pylist()
    wide.end()
    for row in rows:
        if row["entries_left"] or row["seconds_left"]:
            raise ConservationError(
                "STANDING_OPEN",
                what=f"Stream {row['stream']} does not add up since go-live: {row}",
                where=f"company {run.company}",
                fix="Report this; the figures of the standing roll-forward are not to be used.",
            )
    states = ("received", "exported", "held", "rejected", "superseded", "withdrawn", "out_of_scope", "open")
    return Outcome(
        title=f"standing since go-live {run.settings.company.go_live}: unreconciled 0",
        headings=("stream", *(state.replace("_", " ") for state in states)),
        rows=tuple(
            (
                row["stream"],
                *(f"{row[f'{state}_entries']:,} | {clock_hours(row[f'{state}_seconds'])}" for state in states),
            )
            for row in rows
        ),
    )


def _put_exported(engine: Engine, exported: list[batches.Batch]) -> None:
    """The pieces and states that the published batches hold, by explicit list."""
    billed = [batch for batch in exported if has_vendor_lines(batch)]
    for name, schema, holding in (
        ("entries", ENTRIES, exported),
        ("pieces", PIECES, exported),
        ("allocations", ALLOCATIONS, billed),
    ):
        paths = [batch.file(f"data/{name}.parquet") for batch in holding]
        if paths:
            engine.link_parquet(f"exported_{name}", paths)
        else:
            engine.put(f"exported_{name}", schema.empty_table().append_column("filename", pa.array([], pa.string())))
