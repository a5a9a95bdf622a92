"""A fleet: CPU seconds of one more company-week in a warm worker; two workers of a Dask cluster against one."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from etl import fleet as door
from etl import steps
from etl.fleet.pool import Pool
from etl.fleet.words import ANSWER, LOST, READY, Order
from tests.bench import company, small_week
from tests.bench.told import Line, told
from tests.fleet import companies
from tests.fleet.dask_cluster import Cluster, free_port

COUNT_ENTRIES, BUDGET_CPU_SECONDS = 3_000, 1.5
BUDGET_TWO = 0.625   # of one worker's time: 1.6 times its throughput


class _Silent:
    def settled(self, done: int, job: object) -> None:
        pass

    def say(self, line: str) -> None:
        print(line, flush=True)


def _until(crew: Pool, *kinds: str) -> dict[str, Any]:
    while True:
        for event in crew.wait(60):
            if event.kind == LOST:
                raise SystemExit(event.what)
            if event.kind in kinds:
                return dict(event.answer)


def company_week(runs: int, count: int = COUNT_ENTRIES) -> Line:
    """A process of its own, warm: what it imports and its first week are outside the measure. Ours is CPU time."""
    with tempfile.TemporaryDirectory(prefix="tb-bench-") as place:
        root = Path(place)
        small_week.write_workspace(root / "blank", count)
        costs = []
        with steps.marked(steps.place_of(root)) as word, closing(
                Pool(1, (str(root), word, steps.code_key(), 1))) as crew:
            _until(crew, READY)
            worker, = crew.workers()
            for number in range(runs + 1):
                shutil.copytree(root / "blank", root / f"week-{number}")
                crew.give(worker, Order(str(root / f"week-{number}"), small_week.COMPANY, company.PERIOD_END,
                                        publish=False, person="", memory_mib=800, seconds=600, turn=1))
                said = _until(crew, ANSWER)
                if said.get("outcome") != "drafted":
                    raise SystemExit(f"the week was not drafted: {said}")
                costs += [said] if number else []
    return told("fleet_company_week", [one["cpu_ms"] / 1000 for one in costs], [one["wall_ms"] / 1000 for one in costs],
                None, budget_seconds=BUDGET_CPU_SECONDS, entries=costs[0]["entries"],
                peak_mib=max(one["peak_mib"] for one in costs))


def two_workers(runs: int, count: int = 12, weeks: int = 2) -> Line:
    """The same companies by one worker and by two, interleaved, each in a workspace of its own; the same drafts."""
    times: dict[int, list[float]] = {1: [], 2: []}
    with tempfile.TemporaryDirectory(prefix="tb-bench-") as place:
        root = Path(place)
        names = companies.make(root / "blank", count, weeks)
        clusters = {workers: Cluster(root / f"dask-{workers}", free_port(), workers) for workers in times}
        try:
            digests = set()
            for number in range(runs + 1):
                for workers, cluster in clusters.items():
                    own = root / f"run-{number}-{workers}"
                    shutil.copytree(root / "blank", own)
                    seconds = _seconds(own, cluster, weeks if number else 1, ",".join(names if number else names[:workers * 2]))
                    if number:
                        times[workers].append(seconds)
                        digests.add(tuple(sorted(companies.drafts(own, names).items())))
        finally:
            for cluster in clusters.values():
                cluster.close()
        if len(digests) != 1:
            raise SystemExit("one worker and two do not make the same drafts")
    one, two = (sorted(times[workers])[len(times[workers]) // 2] for workers in (1, 2))
    return told("fleet_two_workers", times[2], times[1], BUDGET_TWO, company_weeks=count * weeks,
                times_the_throughput=round(one / two, 2))


def _seconds(root: Path, cluster: Cluster, weeks: int, names: str) -> float:
    began = time.perf_counter()
    outcome = door.fleet(root, names, companies.PERIODS[:weeks], scheduler=cluster.address, watcher=_Silent())
    if outcome.exit_code or "drafted" not in dict(outcome.facts):
        raise SystemExit(outcome.text())
    return time.perf_counter() - began


def run(runs: int, count: int = COUNT_ENTRIES) -> Iterator[Line]:
    """Both lines; the second one takes a minute a run, so three are enough."""
    yield company_week(runs, count)
    yield two_workers(min(runs, 3))
