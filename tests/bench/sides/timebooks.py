"""Ours: landed Parquet through staging, map and rules to postings, billable lines and allocations, audits included."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from etl.sql.order import MAP, RULES
from etl.sql.run import Engine
from etl.steps.map_entries import stage
from etl.steps.pull import request_of
from etl.steps.run import Run, start
from etl.store.landing import Pull
from tests.bench import company
from tests.sql.as_asked import made_of

RESULT = (
    *("payroll_lines", "labor_lines", "charge_lines", "labor_journal", "vendor_lines", "contractor_journal", "accrual_journal", "postings"),
    *("billable_lines", "allocations"),
)
_MADE_OF: frozenset[str] = frozenset().union(*map(made_of, RESULT))
NEEDED = tuple(name for name in (*MAP, *RULES, *RESULT) if name in _MADE_OF)
"""What the result is made of, with all its audits; findings and payroll hours, which no peer computes, are left out."""


def prepare(folder: Path) -> Run:
    """The run of the week, with settings and cross-references read as any step finds them."""
    return start(company.COMPANY, company.PERIOD_END, folder, person="bench", in_memory=True)


def work(run: Run) -> Engine:
    """All that the product does from the landing to these tables of a batch."""
    drop = run.settings.drops[0]
    pull = Pull(
        "000001",
        1,
        drop.name,
        "entries.csv",
        company.entries_path(run.workspace),
        0,
        request_of(drop, "entries.csv"),
        "",
    )
    with run.engine() as engine:
        stage(run, engine, (pull,))
        engine.run(NEEDED)
    return engine


def tables(engine: Engine) -> dict[str, pa.Table]:
    """The result, outside the measured time."""
    return {name: engine.fetch(name) for name in RESULT}
