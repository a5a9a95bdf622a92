"""Measure a week: where its time and memory went, per stage, notebook and SQL file."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path

from etl.sql.profile import ASKED
from etl.sql.profile import stage as stage_measured
from etl.steps.outcome import Outcome
from etl.workspace import Workspace

__all__ = ("profiling", "stage_measured", "told")
_MOST = 15   # SQL files that are told; all of them stand in the file
_KINDS = {"decision": "decision", "query": "query", "audit": "audit", "put": "input"}


@contextmanager
def profiling(workspace: Path, company: str, period_end: date, tell: Callable[[str], None]) -> Iterator[None]:
    """While this lasts, stages and statements are measured into data/log/<company>/; at the end the dearest are told.

    Nothing of it enters a batch, a digest or the history.
    """
    folder = Workspace(workspace).ops_log(company)
    path = folder / f"profile_{period_end}_{datetime.now(UTC):%Y%m%dT%H%M%S}.csv"
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    before = os.environ.get(ASKED)
    os.environ[ASKED] = str(path)
    try:
        yield
    finally:
        os.environ.pop(ASKED)
        if before is not None:
            os.environ[ASKED] = before
        for outcome in told(path, path.relative_to(workspace).as_posix()):
            tell(outcome.text())


def told(path: Path, shown: str) -> tuple[Outcome, ...]:
    """What a profile says: its stages in their order, then the SQL files that took longest."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except OSError:
        return (Outcome(title=f"the profile could not be written ({shown})"),)
    stages = [row for row in rows if row["kind"] in {"stage", "notebook"}]
    statements = sorted((row for row in rows if row["kind"] in _KINDS), key=lambda row: -int(row["wall_ms"]))
    return (
        Outcome(
            title="where the time went, stage by stage",
            headings=("what", "name", "seconds", "CPU seconds", "peak MiB"),
            rows=tuple((row["kind"], row["name"], _seconds(row["wall_ms"]), _seconds(row["cpu_ms"]), row["peak_mib"])
                       for row in stages),
        ),
        Outcome(
            title=f"the {min(_MOST, len(statements))} dearest of {len(statements):,} statements",
            headings=("SQL file", "what", "stage", "seconds", "CPU seconds", "rows in", "rows out", "MiB held",
                      "MiB on disk"),
            rows=tuple(_statement(row) for row in statements[:_MOST]),
            facts=(("all of them", shown),),
        ),
    )


def _statement(row: Mapping[str, str]) -> tuple[str, ...]:
    counts = (f"{int(row[name]):,}" if row[name] else "" for name in ("rows_in", "rows_out"))
    return (row["name"], _KINDS[row["kind"]], row["stage"], _seconds(row["wall_ms"]), _seconds(row["cpu_ms"]), *counts,
            row["memory_mib"], row["spill_mib"])


def _seconds(milliseconds: str) -> str:
    return f"{int(milliseconds) // 1000}.{int(milliseconds) % 1000:03d}" if milliseconds else ""
