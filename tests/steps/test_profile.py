"""Where the time of a week goes: a line a statement and stage, where it is asked for, and nothing anywhere else."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from etl import steps
from etl.sql import profile
from etl.sql.run import Engine
from etl.steps.profile import told
from etl.workspace import Workspace

RATES = {"employee_id": ["*", "E1"], "customer_job": ["*", "*"], "service_item": ["*", "*"], "bill_rate": [100, 120],
         "currency": ["USD", "USD"], "effective_from": [date(2026, 1, 1)] * 2, "effective_to": [date(2026, 12, 31)] * 2,
         "map_row": [2, 3]}


def measured(folder: Path) -> None:
    """A stage of two statements, one of them kept as a query, on two rows."""
    with profile.stage("map"), Engine(None, folder / "scratch", [folder]) as engine:
        engine.put("map_rates", pa.table(RATES))
        engine.run(["bill_rates_ranked"])


def test_a_statement_and_a_stage_are_a_line_each(tmp_path: Path) -> None:
    said: list[str] = []
    with steps.profiling(tmp_path, "studio", date(2026, 11, 15), said.append):
        measured(tmp_path)
    [path] = Workspace(tmp_path).ops_log("studio").glob("profile_2026-11-15_*.csv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == profile.COLUMNS
    assert [(row["kind"], row["name"], row["stage"], row["rows_in"], row["rows_out"]) for row in rows] == [
        ("put", "map_rates", "map", "", "2"), ("decision", "bill_rates_ranked", "map", "2", "2"),
        ("stage", "map", "map", "", "")]
    assert all(int(row["wall_ms"]) >= 0 and int(row["cpu_ms"]) >= 0 for row in rows)
    assert "bill_rates_ranked" in "\n".join(said)
    assert path.name in "\n".join(said)


def test_nothing_is_measured_unasked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(profile.ASKED, raising=False)
    measured(tmp_path)
    assert not list(tmp_path.rglob("profile_*"))


def test_what_cannot_be_written_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(profile.ASKED, str(tmp_path / "not there" / "profile.csv"))
    measured(tmp_path)
    assert [outcome.title for outcome in told(tmp_path / "none.csv", "none.csv")] == [
        "the profile could not be written (none.csv)"]
