"""Classifying and pricing: our engine over twelve jurisdictions against one hand-written query for California alone."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.bench import overtime_data
from tests.bench.sides import overtime_engine, overtime_window
from tests.bench.told import told

COUNT, BUDGET = 1_000_000, 2.0
SIDES = ("overtime_engine", "overtime_window")


def californians_differ(folder: Path) -> list[object]:
    """Payroll lines of the people in California in which the two sides differ; the query is right for these alone."""
    engine = overtime_engine.work(overtime_engine.prepare(folder))
    session = overtime_window.work(overtime_window.prepare(folder))
    ours = {
        (row["employee_id"], row["workweek_start"], row["hour_class"]): (row["pay_seconds"], int(row["amount_minor"]))
        for row in overtime_engine.tables(engine)["payroll_lines"].to_pylist()
    }
    theirs = {
        (row["person_ref"], row["week"], row["hour_class"]): (row["pay_seconds"], row["cents"])
        for row in overtime_window.tables(session)["payroll_lines"].to_pylist()
    }
    places = len(overtime_data.PLACES)
    keys = {key for key in ours.keys() | theirs.keys() if int(key[0][1:]) % places == 0}
    engine.close()
    assert keys, "somebody works in California"
    return [(key, ours.get(key), theirs.get(key)) for key in sorted(keys) if ours.get(key) != theirs.get(key)]


def run(runs: int, count: int = COUNT) -> dict[str, object]:
    """The line of this benchmark; every run in a process of its own."""
    from tests.bench.__main__ import race

    with tempfile.TemporaryDirectory(prefix="tb-bench-law-") as place:
        folder = Path(place)
        overtime_data.write(folder, count)
        found: dict[str, list[dict[str, float]]] = {side: [] for side in SIDES}
        for _ in range(runs):
            for side, told_runs in found.items():  # interleaved, so that a busy minute meets both
                told_runs.append(race(side, folder, None))
    ours, theirs = (found[side] for side in SIDES)
    return told(
        f"overtime_{count}_12_places",
        [one["seconds"] for one in ours],
        [one["seconds"] for one in theirs],
        BUDGET,
        peak_mib=round(max(one["peak_mib"] for one in ours)),
    )
