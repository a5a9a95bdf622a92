"""What changed in the tracker since the exports: the corrections that no batch carries yet."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from etl.errors import EtlError, MappingError, RefusedError
from etl.periods import LAST_DAY
from etl.sql.order import MAP
from etl.steps.corrections import correct
from etl.steps.earlier import changed, earlier_periods
from etl.steps.inputs import put_no_corrections, refuse_gaps
from etl.steps.map_entries import stage
from etl.steps.run import Run
from etl.tables import AMOUNT, SECONDS, TEXT
from etl.tables.kinds import schema

WAITING = schema(
    *(("batch", pa.int32()), ("period_end", pa.date32()), ("corrects", TEXT), ("stream", TEXT)),
    *(("employee_name", TEXT), ("account", TEXT), ("customer_job", TEXT), ("pay_item", TEXT)),
    *(("seconds", SECONDS), ("amount", AMOUNT), ("currency", TEXT)),
)
"""One row per correcting line that the next open period will carry: what it corrects, and by how much."""


def corrections_waiting(run: Run) -> tuple[pa.Table, EtlError | None]:
    """What landed rows and cross-references of today change in exported periods, as WAITING; nothing is written.

    Where they cannot be computed (a cross-reference is missing, say), no row, and why: the run of the next period says
    the same and stops.
    """
    if not run.pulls():
        return WAITING.empty_table(), None
    own = replace(run, in_memory=True, _engine=None)
    try:
        refuse_gaps(own)
        with own.engine() as engine:
            stage(own, engine, own.pulls())
            engine.run(MAP)
            put_no_corrections(engine)
            if looked_at := changed(own, engine, earlier_periods(replace(own, period_end=LAST_DAY, _engine=None))):
                correct(own, engine, looked_at)
            rows = engine.fetch("corrections")
    except (MappingError, RefusedError) as error:
        return WAITING.empty_table(), error
    finally:
        own.end()
    return rows.select(WAITING.names).cast(WAITING), None
