"""Which company-period comes next, what became of each, and when a company is left alone. Nothing here does work.

Weeks of one company run in order and never two at once. What a worker did is believed only as far as it was heard:
a run whose worker was lost is given to another one, and finds in the workspace what is done already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

BUSY_SECONDS, BUSY_TURNS = 5.0, 120   # another process works on the company: asked again, for ten minutes
WAITING, DONE, REFUSED, FAILED, LEFT = "waiting", "done", "refused", "failed", "left"


@dataclass
class Job:
    """One company-period: what became of it, in how many tries, at what cost in all of them."""

    company: str
    period_end: str
    state: str = WAITING
    tries: int = 0
    said: dict[str, Any] = field(default_factory=dict)
    cpu_ms: int = 0
    wall_ms: int = 0
    peak_mib: int = 0
    avoided: set[str] = field(default_factory=set)   # workers that it failed on
    busy: int = 0
    not_before: float = 0.0

    @property
    def outcome(self) -> str:
        """In a word or three."""
        return str(self.said.get("outcome", self.state))

    @property
    def exit_code(self) -> int:
        """0: at its natural stop; 1: a person must decide; 2: it could not run. One left for an earlier week: 0."""
        return {REFUSED: 1, FAILED: 2}.get(self.state, 0)


class Plan:
    """All company-periods of a fleet: the first weeks of all companies come first, then the second ones."""

    def __init__(self, companies: Sequence[str], periods: Sequence[str], tries: int) -> None:
        self.tries = tries
        self.jobs = {company: [Job(company, period) for period in periods] for company in companies}
        self._ready = [jobs[0] for jobs in self.jobs.values()]
        self._running: dict[str, Job] = {}

    def __iter__(self) -> Iterator[Job]:
        return (job for jobs in self.jobs.values() for job in jobs)

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to run."""
        return not self._ready and not self._running

    @property
    def count_done(self) -> int:
        """How many company-periods are settled, one way or another."""
        return sum(job.state != WAITING for job in self)

    def running(self, worker: str) -> Job | None:
        """What this worker has been given."""
        return self._running.get(worker)

    def free(self, workers: Sequence[str]) -> list[str]:
        """Those that have nothing to do."""
        return [worker for worker in workers if worker not in self._running]

    def take(self, worker: str, workers: Sequence[str], now: float) -> Job | None:
        """The next one for this worker; None where all that is left waits, or failed on it and another one is there."""
        for place, job in enumerate(self._ready):
            others = set(workers) - job.avoided
            if job.not_before <= now and (worker not in job.avoided or not others):
                del self._ready[place]
                job.tries += 1
                self._running[worker] = job
                return job
        return None

    def answered(self, worker: str, said: Mapping[str, Any], now: float) -> Job | None:
        """What a worker said of what it was given; None where nothing was asked of it."""
        job = self._running.pop(worker, None)
        if job is None:
            return None
        job.cpu_ms += int(said.get("cpu_ms", 0))
        job.wall_ms += int(said.get("wall_ms", 0))
        job.peak_mib = max(job.peak_mib, int(said.get("peak_mib", 0)))
        if said.get("outcome") == "busy" and job.busy < BUSY_TURNS:
            job.busy, job.tries, job.not_before = job.busy + 1, job.tries - 1, now + BUSY_SECONDS
            self._ready.append(job)
            return job
        job.said = dict(said)
        if int(said.get("exit_code", 2)) == 0:
            job.state = DONE
            jobs = self.jobs[job.company]
            following = jobs.index(job) + 1
            self._ready += jobs[following:following + 1]
        elif said.get("exit_code") == 1:
            self._leave(job, REFUSED)
        else:
            self._failed(job, worker, is_final=bool(said.get("is_final")))
        return job

    def lost(self, worker: str, said: Mapping[str, Any], wall_ms: int) -> Job | None:
        """The worker's process has ended: what it was given counts as a try of it; None where it had nothing."""
        job = self._running.pop(worker, None)
        if job is not None:
            job.wall_ms += wall_ms
            job.said = {"outcome": "failed", "exit_code": 2, **said}
            self._failed(job, worker, is_final=False)
        return job

    def adrift(self) -> None:
        """Nobody knows what became of what is running: it is given again, and nobody is blamed."""
        for job in self._running.values():
            job.tries -= 1
            self._ready.insert(0, job)
        self._running.clear()

    def give_up(self, said: Mapping[str, Any]) -> None:
        """No work can go on: everything that is not done could not run, and says why."""
        self.adrift()
        for job in self:
            if job.state == WAITING:
                job.state, job.said = FAILED, {"outcome": "failed", "exit_code": 2, **said}
        self._ready.clear()

    def _failed(self, job: Job, worker: str, *, is_final: bool) -> None:
        if is_final or job.tries >= self.tries:
            self._leave(job, FAILED)
        else:
            job.avoided.add(worker)
            self._ready.append(job)

    def _leave(self, job: Job, state: str) -> None:
        """This one ends here, and the company's later weeks with it: they come in order or not at all."""
        job.state = state
        jobs = self.jobs[job.company]
        for later in jobs[jobs.index(job) + 1:]:
            later.state, later.said = LEFT, {"outcome": f"waits for the period to {job.period_end}"}
