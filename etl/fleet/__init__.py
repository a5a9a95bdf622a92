"""Many companies at once: their periods run by processes on this machine, or by the workers of a Dask cluster."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from etl import steps
from etl.fleet.plan import Plan
from etl.fleet.pool import Pool
from etl.fleet.report import report, write_costs
from etl.fleet.running import Terms, Watcher, carry_out
from etl.fleet.words import Crew
from etl.steps.outcome import Outcome

__all__ = ["fleet"]


def fleet(  # noqa: PLR0913 - a command's options
    workspace: Path, companies: str, periods: Sequence[str], *, workers: int = 0, scheduler: str = "",
    publish: bool = False, tries: int = 3, minutes: int = 60, person: str | None = None, costs: Path | None = None,
    watcher: Watcher,
) -> Outcome:
    """Every company's periods, in order, to the draft; with `publish` what is approved, to the books' files.

    `workers`: processes here, default one a core; `scheduler`: the address of a Dask cluster instead. Exit code 0 where
    all reached their natural stop, 1 where a person must decide, 2 where some could not run.
    Raises SettingsError for companies or dates that are none, or a scheduler that must not be used.
    """
    place = steps.place_of(workspace).root
    names = steps.fleet_companies(place, companies)
    plan = Plan(names, steps.read_periods(periods), tries)
    began = time.monotonic()
    with steps.marked(steps.place_of(place)) as word:
        greeting = (str(place), word, steps.code_key(), int(not publish))
        count = max(1, min(workers or _cores(), len(names)))
        with closing(_crew(scheduler, count, greeting)) as crew:
            carry_out(plan, crew, Terms(str(place), publish, person or "", minutes * 60), watcher)
    history = (("history", steps.commit_history(place, names)),) if publish else ()
    if costs is not None:
        write_costs(costs, plan)
    seconds = max(time.monotonic() - began, 0.001)
    facts = (
        ("by", f"the cluster of {scheduler}" if scheduler else f"{count} process(es) of this machine"),
        ("time", f"{seconds:.0f} s, {plan.count_done * 60 / seconds:.1f} company-periods a minute"),
        *((("costs", str(costs)),) if costs else ()), *history)
    return report(plan, facts, publish=publish)


def _crew(scheduler: str, count: int, greeting: Sequence[str | int]) -> Crew:
    if not scheduler:
        return Pool(count, greeting)
    from etl.fleet import cluster  # noqa: PLC0415 - its packages are an extra, and take a second

    return cluster.Cluster(scheduler, greeting)


def _cores() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
