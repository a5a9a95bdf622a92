"""Ours: rounded entries of twelve places through cut, law, classes, regular rates and pricing to payroll lines."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from etl.sql.order import MAP, RULES
from etl.sql.run import Engine
from etl.steps.map_entries import stage
from etl.store.landing import Pull
from tests.bench import overtime_data

BEGIN, END = RULES.index("pieces_cut"), RULES.index("payroll_lines_rounded") + 1


def prepare(folder: Path) -> Engine:
    """Entries mapped and rounded: where both sides begin."""
    count = pq.read_metadata(folder / "entries.parquet").num_rows
    run = overtime_data.run_of(folder, count)
    declaration = run.settings.drops[0].model_dump(mode="json")
    request = {"completeness": "additive", "window": [], "population": [], "declaration": declaration}
    engine = Engine(None, folder / "scratch", [folder])
    pull = Pull("000001", 1, "tracker", "entries.csv", folder / "entries.parquet", count, request, "0" * 64)
    stage(run, engine, (pull,))
    engine.run((*MAP, *RULES[:BEGIN]))
    return engine


def work(engine: Engine) -> Engine:
    """Classify and price."""
    engine.run(RULES[BEGIN:END])
    return engine


def tables(engine: Engine) -> dict[str, pa.Table]:
    """Payroll lines of all people."""
    return {"payroll_lines": engine.fetch("payroll_lines_rounded")}
