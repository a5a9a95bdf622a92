"""Time before the weeks that a run reads, where a rule looks at it: days in a row, averages of many weeks.

It is mapped and counted by the statements of the run itself, in a working database of its own, and enters no batch.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa

from etl.periods import Period
from etl.sql.order import MAP, RULES
from etl.sql.run import Engine
from etl.steps.inputs import DAYS_BEFORE, put_inputs
from etl.steps.map_entries import landed_between, put_landed
from etl.steps.run import Run

_COUNTED = ("pieces_cut", "pieces_in_workdays", "pieces_ruled")
_DUTIES = ("duty_entries", "duty_days")


def put_time_before(run: Run, staged: Engine, engine: Engine) -> None:
    """Store the days before the run's window in `engine`, one row per person × workday; nothing where no rule asks.

    `staged`: a working database with all landed rows, mapped for a window of its own.
    """
    first = run.known_from
    if first >= run.window.start:
        engine.put("days_before", DAYS_BEFORE.empty_table())
        return
    last = run.window.start - timedelta(days=1)
    landed = landed_between(staged, first - timedelta(days=2), last)
    engine.put("days_before", _days(run, Period(first, last), landed))


def _days(run: Run, window: Period, landed: dict[str, pa.Table]) -> pa.Table:
    before = replace(run, in_memory=True, _engine=None)
    before.__dict__["window"] = window
    before.__dict__["breaks"] = run.breaks
    before.__dict__["law"] = run.law
    rounded = RULES[: RULES.index("entries_told") + 1]
    with (
        TemporaryDirectory(prefix="timebooks-before-") as folder,
        Engine(None, Path(folder), [Path(folder)], run.limits) as engine,
    ):
        put_inputs(before, engine)
        put_landed(engine, landed)
        engine.run((*MAP, *rounded, *_COUNTED, *_DUTIES, "days_counted"))
        return engine.fetch("days_counted").cast(DAYS_BEFORE)
