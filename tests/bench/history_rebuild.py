"""The history made again from five years of 50 people with 20 entries a day: 261 batches of 5,000 entries."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from etl import steps
from etl.workspace import Workspace
from tests.bench import history_commit, small_week
from tests.bench.told import Line

ROOT = Path(__file__).resolve().parents[2]
COUNT_WEEKS, COUNT_ENTRIES, BUDGET_SECONDS = 261, 50 * 20 * 5 + 50, 120


def week_tables(folder: Path, count: int) -> dict[str, pa.Table]:
    """The tables of one real week of so many entries, through the product's own steps."""
    small_week.write_workspace(folder, count)
    export = Workspace(folder).inbox(small_week.COMPANY) / "export.csv"   # one person is planted whom payroll lacks
    lines = [line for line in export.read_bytes().splitlines(keepends=True) if b"person000077@" not in line]
    export.write_bytes(b"".join(lines))
    end = date.fromisoformat(small_week.company.PERIOD_END)
    done = steps.week(steps.start(small_week.COMPANY, end, folder, in_memory=True))
    if done.exit_code:
        raise SystemExit(done.text())
    return {path.stem: pq.read_table(path) for path in folder.glob("reports/*/*/batch-0001/data/*.parquet")}


def rebuild(root: str) -> None:
    """Print the seconds of one rebuild, and how many batches and entries the history then holds."""
    began = time.perf_counter()
    steps.rebuild_history(root)
    seconds = time.perf_counter() - began
    held = steps.query_history(root, "select count(distinct batch), count(*) from time_entries").rows[0]
    print(json.dumps({"seconds": seconds, "batches": int(str(held[0])), "entries": int(str(held[1]))}))


def run(runs: int, weeks: int = COUNT_WEEKS, count: int = COUNT_ENTRIES) -> Line:
    """Each rebuild in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="tb-bench-") as place:
        tables = week_tables(Path(place) / "week", count)
        workspace = Workspace(Path(place) / "w")
        workspace.root.mkdir()
        history_commit.export_weeks(workspace, tables, weeks, publishing=False)
        found = []
        for _ in range(min(runs, 3)):
            command = [sys.executable, "-m", "tests.bench.history_rebuild", str(workspace.root)]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
            if done.returncode:
                raise SystemExit(f"the rebuild failed:\n{done.stderr[-2000:]}")
            found.append(json.loads(done.stdout.splitlines()[-1]))
            if found[-1]["batches"] != weeks:
                raise SystemExit(f"{weeks} batches were to be there, not {found[-1]['batches']}")
    seconds = sorted(one["seconds"] for one in found)
    return {"name": "history_rebuild", "ours": round(seconds[len(seconds) // 2], 2), "peer": None, "ratio": None,
            "budget": None, "budget_seconds": BUDGET_SECONDS, "spread": round(seconds[-1] - seconds[0], 2),
            "batches": weeks, "entries": found[-1]["entries"]}


if __name__ == "__main__":
    rebuild(sys.argv[1])
