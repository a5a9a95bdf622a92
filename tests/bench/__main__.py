"""The benchmarks: ours and each peer interleaved; one JSON line a peer; exit 1 where a budget is passed."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq

from tests.bench import company, fleet, pull_pages
from tests.bench.entries import write_entries
from tests.bench.figures import differences
from tests.bench.told import Line, over_budget, told

ROOT = Path(__file__).resolve().parents[2]
OURS, BUDGET_MIB = "timebooks", 2048
PEERS = {
    "duckdb_script": 3.0,
    "plain_pandas": 1.0,
    "polars_frames": None,
}  # ratio that must not be passed; None: said only


def race(side: str, folder: Path, result: Path | None) -> dict[str, float]:
    """One run of one side: seconds, CPU seconds, peak memory."""
    command = [sys.executable, "-m", "tests.bench.child", side, str(folder), str(result or "")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{side} failed:\n{done.stderr[-2000:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def check_results(folder: Path) -> None:
    """Every peer's figures are ours, to the second and the cent, or the benchmark ends."""
    figures = {}
    for side in (OURS, *PEERS):
        kept = folder / f"result-{side}"
        kept.mkdir()
        race(side, folder, kept)
        figures[side] = {path.stem: pq.read_table(path) for path in sorted(kept.glob("*.parquet"))}
    for peer in PEERS:
        if found := differences(figures[OURS], figures[peer]):
            raise SystemExit(f"{peer} has another result: {found}")


def line(peer: str, ours: list[dict[str, float]], theirs: list[dict[str, float]], entries: int) -> dict[str, object]:
    """What is told of one race."""
    return told(
        f"entries_{entries}_against_{peer}",
        [run["seconds"] for run in ours],
        [run["seconds"] for run in theirs],
        PEERS[peer],
        peak_mib=round(max(run["peak_mib"] for run in ours)),
        budget_mib=BUDGET_MIB,
        peer_peak_mib=round(max(run["peak_mib"] for run in theirs)),
    )


def entries(runs: int, count: int = 1_000_000) -> Iterator[Line]:
    """Landing to postings and allocations against each peer, every run in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="tb-bench-") as place:
        folder = Path(place)
        write_entries(company.entries_path(company.write_company(folder, count)), count)
        check_results(folder)
        told: dict[str, list[dict[str, float]]] = {side: [] for side in (OURS, *PEERS)}
        for _ in range(runs):
            for side, found in told.items():  # interleaved, so that a busy minute meets all
                found.append(race(side, folder, None))
        for peer in PEERS:
            yield line(peer, told[OURS], told[peer], count)


def _one(module: str, runs: int) -> Iterator[Line]:
    yield importlib.import_module(f"tests.bench.{module}").run(runs)


BENCHMARKS: dict[str, Callable[[int], Iterator[Line]]] = {  # in the order they are run
    "help_page": partial(_one, "help_page"),
    "small_week": partial(_one, "small_week"),
    "entries": entries,
    "entries_10m": partial(_one, "entries_10m"),
    "large_week": partial(_one, "large_week"),
    "overtime": partial(_one, "overtime"),
    "history_commit": partial(_one, "history_commit"),
    "history_rebuild": partial(_one, "history_rebuild"),
    "history_company_week": partial(_one, "history_company_week"),
    "workbook_20k": partial(_one, "workbook_20k"),
    "pull_pages": pull_pages.run,
    "all_targets": partial(_one, "all_targets"),
    "timeclock_totals": partial(_one, "timeclock_totals"),
    "small_week_cold": partial(_one, "small_week_cold"),
    "fleet": fleet.run,
}


def main() -> int:
    """Arguments: --only NAME (again for more), --entries N (1,000,000). BENCH_RUNS sets the runs a side (5)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--only", action="append", choices=sorted(BENCHMARKS))
    chosen = parser.parse_args()
    runs = int(os.environ.get("BENCH_RUNS", "5"))
    passed = []
    for name, benchmark in BENCHMARKS.items():
        if chosen.only and name not in chosen.only:
            continue
        for one in entries(runs, chosen.entries) if name == "entries" else benchmark(runs):
            print(json.dumps(one), flush=True)
            passed += [over_budget(one)]
    for words in filter(None, passed):
        print(f"OVER BUDGET  {words}", file=sys.stderr)
    return 1 if any(passed) else 0


if __name__ == "__main__":
    sys.exit(main())
