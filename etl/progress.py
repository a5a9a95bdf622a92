"""How far a run is, in the terminal: the stage, the cell, a bar and the time left. On standard error only."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn
from rich.text import Text

from etl import steps
from etl.steps.outcome import Outcome
from etl.steps.pace import Pace, pace_of, time_left
from etl.steps.stages import AFTER_DRAFT, TO_DRAFT


class Terminal:
    """A bar over all stages of a run; told by the runner (etl.runner.Watcher)."""

    def __init__(self, pace: Pace, progress: Progress) -> None:
        self._pace, self._progress = pace, progress
        self._task = progress.add_task("starting", total=pace.total, cell="")
        self._stage, self._next, self._began, self._count_cells = "start", "", time.monotonic(), 0

    def stage(self, name: str, count_cells: int) -> None:
        """A notebook begins; before the first one its kernel is started."""
        self._next, self._count_cells = name.partition("_")[2], count_cells  # 10_pull: pull

    def cell(self, number: int) -> None:
        """A cell of it begins."""
        if self._stage != self._next:
            self._finish()
            self._stage, self._began = self._next, time.monotonic()
            number_of_stage = list(self._pace.expected).index(self._stage)
            self._progress.update(
                self._task, description=f"stage {number_of_stage} of {len(self._pace.expected) - 1}: {self._stage}"
            )
        self._progress.update(self._task, cell=f"cell {number} of {self._count_cells}")

    def done(self) -> None:
        """The notebook has ended well."""
        self._finish()

    def tell(self, outcome: Outcome) -> None:
        """What a stage gave, above the bar."""
        self._progress.console.print(Text(f"  {outcome.title}"))

    def _finish(self) -> None:
        if self._stage:
            self._pace.taken[self._stage] = self._elapsed()
            self._stage = ""

    def passed(self) -> int:
        """Milliseconds of the usual total that are behind."""
        return self._pace.passed(self._stage, self._elapsed())

    def left(self) -> int:
        """Milliseconds still to go."""
        return self._pace.left(self._stage, self._elapsed())

    def _elapsed(self) -> int:
        return round((time.monotonic() - self._began) * 1000)


class _Left(ProgressColumn):
    """The time left, told anew at every refresh."""

    watcher: Terminal | None = None

    def render(self, task: Task) -> Text:
        if self.watcher is None:
            return Text("")
        task.completed = self.watcher.passed()
        return Text(time_left(self.watcher.left()))


@contextmanager
def terminal(company: str, period_end: date, workspace: Path) -> Iterator[Terminal | None]:
    """While this lasts, a bar on standard error; None where nobody looks (no terminal)."""
    if not sys.stderr.isatty():
        yield None
        return
    stages = ["start", *TO_DRAFT]
    if steps.goes_on(company, period_end, workspace):
        stages += AFTER_DRAFT
    left = _Left()
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=28), TextColumn("{task.fields[cell]}"), left)
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        left.watcher = Terminal(pace_of(workspace, company, stages), progress)
        yield left.watcher


class Settled(Protocol):
    """One company-period of a fleet that is settled."""

    company: str
    period_end: str

    @property
    def outcome(self) -> str:
        """What became of it."""

    @property
    def exit_code(self) -> int:
        """0 where it reached its natural stop."""


class Fleet:
    """How far a fleet is: one line in a terminal, elsewhere a line at every tenth; what needs somebody at once."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self._total, self._progress, self._began, self._told = total, progress, time.monotonic(), 0
        self._task = progress.add_task("starting the workers", total=total, left="") if progress else None

    def settled(self, done: int, job: Settled) -> None:
        """One more is settled."""
        if job.exit_code:
            self.say(f"{job.company}, {job.period_end}: {job.outcome}")
        text = f"{done:,} of {self._total:,} company-periods"
        if self._progress is not None and self._task is not None:
            left = (time.monotonic() - self._began) * (self._total - done) / max(done, 1)
            self._progress.update(self._task, completed=done, description=text, left=time_left(round(left * 1000)))
        elif done * 10 // self._total > self._told:
            self._told = done * 10 // self._total
            self.say(text)

    def say(self, line: str) -> None:
        """A line above the bar, or by itself."""
        if self._progress is not None:
            self._progress.console.print(Text(f"  {line}"))
        else:
            print(f"  {line}", file=sys.stderr, flush=True)  # noqa: T201 - talk, to standard error


@contextmanager
def fleet(total: int) -> Iterator[Fleet]:
    """While this lasts, a fleet is told: as a bar on standard error, as plain lines where nobody looks."""
    if not sys.stderr.isatty():
        yield Fleet(total, None)
        return
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=28), TextColumn("{task.fields[left]}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield Fleet(total, progress)
