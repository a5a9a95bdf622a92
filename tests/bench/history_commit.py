"""Committing a week when the history holds five years of a small company, against a history of a single week."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from etl import steps
from etl.steps.history import publish_history, published
from etl.steps.init import SAMPLE, SAMPLE_PERIOD_END, init
from etl.store import approvals, audit_log, drafts, exports, files, history
from etl.store.landing import parquet_bytes
from etl.store.sealed import DraftContent
from etl.terms import RenderedFile
from etl.workspace import Workspace
from tests.bench.told import told

ROOT = Path(__file__).resolve().parents[2]
COMPANY, FIRST_END = "bench-history", date(2021, 11, 28)
COUNT_WEEKS, BUDGET = 260, 1.3
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def sample_tables(folder: Path) -> dict[str, pa.Table]:
    """The tables of the practice company's batch: a real week of 12 people."""
    init(folder, with_sample=True)
    steps.week(steps.start(SAMPLE, SAMPLE_PERIOD_END, folder, in_memory=True))
    return {path.stem: pq.read_table(path) for path in folder.glob("reports/*/*/batch-0001/data/*.parquet")}


def of_week(table: pa.Table, number: int) -> pa.Table:
    """The same week another time: days moved, ids of entries its own."""
    for index, field in enumerate(table.schema):
        column = table.column(index)
        if pa.types.is_date(field.type):
            days = pc.add(pc.cast(column, pa.int32()), pa.scalar(7 * (number - COUNT_WEEKS), pa.int32()))
            table = table.set_column(index, field, pc.cast(days, pa.date32()))
        elif pa.types.is_timestamp(field.type):
            moved = pc.add(column, pa.scalar(timedelta(weeks=number - COUNT_WEEKS), pa.duration(field.type.unit)))
            table = table.set_column(index, field, moved)
        elif field.name in ("entry_id", "piece_id"):
            own = pc.binary_join_element_wise(column, pa.scalar(f"{number:04d}"), "-")
            table = table.set_column(index, field, pc.cast(own, field.type))
    return table


def export_weeks(workspace: Workspace, tables: dict[str, pa.Table], count: int, *, publishing: bool = True) -> None:
    """Draft, approve and export `count` weeks, one after another, as the store does it."""
    for number in range(1, count + 1):
        end = FIRST_END + timedelta(weeks=number)
        content = DraftContent(
            [
                RenderedFile(f"data/{name}.parquet", "table", bytes(parquet_bytes(of_week(table, number))), table.num_rows)
                for name, table in tables.items()
            ],
            files.sha256_bytes(f"key {number}".encode()),
            files.sha256_bytes(f"figures {number}".encode()),
            [],
            {},
            {},
        )
        draft = drafts.write_draft(workspace, COMPANY, end, content, person="preparer", now=NOW)
        approvals.approve(workspace, COMPANY, draft, person="approver", policy="two_person", now=NOW)
        exports.export(workspace, COMPANY, draft, person="preparer", now=NOW)
        if publishing and number == count - 1:
            publish_history(workspace, COMPANY)  # the history holds all but the last week


def commit(root: str) -> None:
    """Print the seconds of one commit. The audit log was read before, as the steps before an export do."""
    workspace = Workspace(Path(root))
    audit_log.read_log(workspace, COMPANY)
    began = time.perf_counter()
    new = history.commit(workspace, published(workspace, COMPANY))
    print(json.dumps({"seconds": time.perf_counter() - began, "new": new}))


def timed(root: Path) -> float:
    """One commit in a process of its own; the history is put back afterwards."""
    history = Workspace(root).history
    shutil.copytree(history, root / "kept")
    os.sync()   # or the commit's own fsync would wait for this copy too
    command = [sys.executable, "-m", "tests.bench.history_commit", str(root)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    shutil.rmtree(history)
    (root / "kept").rename(history)
    if done.returncode:
        raise SystemExit(f"the commit failed:\n{done.stderr[-2000:]}")
    said = json.loads(done.stdout)
    if said["new"] != 1:
        raise SystemExit(f"one week was to be committed, not {said['new']}")
    return float(said["seconds"])


def run(runs: int, count: int = COUNT_WEEKS) -> dict[str, object]:
    """Both sides interleaved."""
    with tempfile.TemporaryDirectory(prefix="tb-bench-") as place:
        tables = sample_tables(Path(place) / "sample")
        long, short = Workspace(Path(place) / "long"), Workspace(Path(place) / "short")
        for workspace, weeks in ((long, count + 1), (short, 2)):
            workspace.root.mkdir()
            export_weeks(workspace, tables, weeks)
        ours, least = [], []
        for _ in range(runs):
            ours.append(timed(long.root))
            least.append(timed(short.root))
    return told("history_commit", ours, least, BUDGET)


if __name__ == "__main__":
    commit(sys.argv[1])
