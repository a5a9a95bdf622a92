"""Carry a plan out with a crew: orders go to whoever is free, and whatever happens is written into the plan."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from etl import steps
from etl.errors import EtlError
from etl.fleet.plan import Job, Plan
from etl.fleet.words import ADRIFT, ANSWER, LOST, TOLD, Crew, Event, Order

_LOOK_SECONDS = 0.5


class Watcher(Protocol):
    """Who is told how far a fleet is."""

    def settled(self, done: int, job: Job) -> None:
        """One more company-period is settled."""

    def say(self, line: str) -> None:
        """Something that a person may want to know."""


@dataclass(frozen=True)
class Terms:
    """What holds for every run of a fleet."""

    workspace: str
    publish: bool
    person: str
    seconds: int


def carry_out(plan: Plan, crew: Crew, terms: Terms, watcher: Watcher) -> None:
    """Until every company-period is settled. Where no work can go on, the rest is told as not run."""
    given: dict[str, float] = {}
    try:
        while not plan.is_done:
            workers = crew.workers()
            for worker in plan.free(workers):
                job = plan.take(worker, workers, time.monotonic())
                if job is not None:
                    given[worker] = time.monotonic()
                    crew.give(worker, _order(job, terms, crew.memory_mib(worker)))
            for event in crew.wait(_LOOK_SECONDS):
                job = _taken_in(plan, event, terms, given, watcher.say)
                if job is not None and job.state != "waiting":
                    watcher.settled(plan.count_done, job)
    except EtlError as error:
        plan.give_up({"code": error.code, "what": error.what, "where": error.where, "fix": error.fix})
        watcher.say(error.message())


def _order(job: Job, terms: Terms, memory_mib: int) -> Order:
    return Order(terms.workspace, job.company, job.period_end, terms.publish, terms.person, memory_mib, terms.seconds,
                 job.tries)


def _taken_in(
    plan: Plan, event: Event, terms: Terms, given: Mapping[str, float], say: Callable[[str], None],
) -> Job | None:
    if event.kind == ANSWER:
        return plan.answered(event.worker, event.answer, time.monotonic())
    if event.kind == LOST:
        taken = time.monotonic() - given.get(event.worker, time.monotonic())
        running = plan.running(event.worker)
        job = plan.lost(event.worker, _why(running, event.what, taken, terms.seconds), round(taken * 1000))
        if job is not None:
            say(f"{job.company}, {job.period_end}: {event.what}; try {job.tries} of {plan.tries}")
            steps.note_run(terms.workspace, job.company, job.period_end, {
                "outcome": "lost", "tries": job.tries, "wall_ms": round(taken * 1000)})
        return job
    if event.kind == ADRIFT:
        plan.adrift()
    if event.kind in {ADRIFT, TOLD}:
        say(event.what)
    return None


def _why(job: Job | None, what: str, taken: float, seconds: int) -> dict[str, Any]:
    """What is told of a run whose process ended: it took too long, or something broke it."""
    where = f"{job.company}, period to {job.period_end}" if job is not None else ""
    if taken >= seconds:
        return {"code": "FLEET_TOO_LONG", "what": f"The run took longer than {seconds // 60} min, and its process was "
                f"ended", "where": where, "fix": "Run it alone to see where it stays; --minutes allows more time."}
    return {"code": "FLEET_LOST", "what": f"The run did not come to its end: {what}", "where": where,
            "fix": "Run it alone on a machine with more memory: timebooks week --no-notebooks. Nothing half-written is "
                   "left."}
