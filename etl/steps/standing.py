"""The standing roll-forward: what became of every entry since go-live, over all batches, per stream."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from etl.errors import ConservationError
from etl.periods import LAST_DAY, Period
from etl.sql.order import MAP, RULES
from etl.sql.run import Engine
from etl.steps.corrections import correct
from etl.steps.earlier import earlier_periods
from etl.steps.map_entries import stage
from etl.steps.outcome import Outcome
from etl.steps.run import Run
from etl.store import batches
from etl.tables import ALLOCATIONS, ENTRIES, PIECES, ROLL_FORWARD
from etl.terms import STREAMS
from etl.units import clock_hours, money

ALL_TIME = Period(date(1900, 1, 2), date(9999, 12, 25))
_CUT = RULES[: RULES.index("pieces_classified")]  # held for another stream or not, a piece is a piece


def standing(run: Run) -> Outcome:
    """Every entry version received since go-live in exactly one state per stream, with what the batches really hold.

    Exported is read from the published batches, everything else from the landing by today's cross-references; `open` is
    what no batch holds yet. Raises ConservationError when a stream does not add up.
    """
    wide = replace(run, in_memory=True, _engine=None)
    wide.__dict__["window"] = ALL_TIME
    wide.__dict__["owned"] = ALL_TIME
    exported = batches.exported(run.workspace, run.company, run.records())
    with wide.engine() as engine:
        stage(wide, engine, run.pulls())
        engine.run(MAP)
        engine.run(_CUT)
        _put_exported(engine, exported)
        engine.run(("standing_roll_forward",))
        rows = engine.fetch("standing_roll_forward").to_pylist()
        lines = _lines(exported, _waiting(wide, engine))
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
        facts=lines,
        headings=("stream", *(state.replace("_", " ") for state in states)),
        rows=tuple(
            (
                row["stream"],
                *(f"{row[f'{state}_entries']:,} | {clock_hours(row[f'{state}_seconds'])}" for state in states),
            )
            for row in rows
        ),
    )


def _waiting(wide: Run, engine: Engine) -> pa.Table:
    """What all exported lines together lack to the last state, as the next batch would carry it (ROLL_FORWARD)."""
    later = replace(wide, period_end=LAST_DAY, in_memory=True, _engine=None)
    if earlier := earlier_periods(later):
        correct(later, engine, earlier)
    return engine.fetch("correction_rolled")


def _lines(exported: list[batches.Batch], waiting: pa.Table) -> tuple[tuple[str, str], ...]:
    """Money of all lines exported so far, and what is still to be corrected before they are the last state."""
    rolled = pa.concat_tables([ROLL_FORWARD.empty_table(), *(batch.table("roll_forward") for batch in exported)])
    left = _money(waiting, ("corrected",))
    overpaid = _money(waiting, ("referred",))
    return (
        ("all exported lines", _money(rolled, ("exported", "corrected", "settled")) or "none"),
        ("still to correct", left or "nothing: the lines are the last state"),
        *([("overpaid, waits for a person", overpaid)] if overpaid else ()),
    )


def _money(rolled: pa.Table, states: tuple[str, ...]) -> str:
    totals: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rolled.to_pylist():
        if row["state"] in states and row["amount"] is not None:
            totals[row["stream"], row["currency"]] += row["amount"]
    return "; ".join(
        f"{stream} {money(amount, currency)}"
        for stream in STREAMS
        for (own, currency), amount in sorted(totals.items())
        if own == stream
    )


def _put_exported(engine: Engine, exported: list[batches.Batch]) -> None:
    """The pieces and states that the published batches hold, by explicit list."""
    billed = [batch for batch in exported if batch.has_table("vendor_lines")]
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
    engine.put("exported_corrections", pa.concat_tables([NO_PARTS, *map(_corrected, exported)]))


NO_PARTS = pa.schema([("line_id", pa.string()), ("entry_id", pa.string()), ("version", pa.int32()),
                       ("worked_seconds", pa.int64()), ("stream", pa.string())]).empty_table()


def _corrected(batch: batches.Batch) -> pa.Table:
    """Per stream the time that a batch's corrections added to an entry version, or took back."""
    if not batch.has_table("corrections"):
        return NO_PARTS
    lines = batch.table("corrections", ["line_id", "stream", "state"])
    counted = lines.filter(pc.not_equal(lines["state"], "referred")).select(["line_id", "stream"])
    parts = batch.table("correction_parts", ["line_id", "entry_id", "version", "worked_seconds"])
    return parts.join(counted, "line_id", join_type="inner").select(NO_PARTS.column_names)
