"""How far a week is and how long it will still take, told from how long its stages took before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from etl.store import ops_log
from etl.workspace import Workspace

USUAL: Mapping[str, int] = {  # milliseconds, a small week on two cores: what is said before anything was measured
    "start": 2500,  # the kernel of the notebooks
    "pull": 500,
    "map": 500,
    "rules": 400,
    "check": 2500,
    "draft": 1500,
    "export": 500,
    "reconcile": 300,
    "close": 50,
}
STAGES = "stages"
_USUAL_WEIGHT = 4  # the usual speed counts as a quarter of all: one odd stage does not turn the estimate over


def note_stage(workspace: Workspace, company: str, stage: str, milliseconds: int, **more: str | int) -> None:
    """Remember how long a stage took; `more`: when it ended, how, and by which role it was run, never by whom."""
    ops_log.note(workspace, company, STAGES, {"stage": stage, "milliseconds": milliseconds, **more})


def usual(workspace: Workspace, company: str) -> dict[str, int]:
    """Milliseconds of every stage: as this company's took the last time, else as they usually do."""
    taken = dict(USUAL)
    for said in ops_log.noted(workspace, company, STAGES):
        stage, milliseconds = said.get("stage"), said.get("milliseconds")
        if stage in taken and isinstance(milliseconds, int) and milliseconds >= 0:
            taken[str(stage)] = milliseconds
    return taken


@dataclass
class Pace:
    """The stages of one run in their order, each with the milliseconds it usually takes."""

    expected: Mapping[str, int]
    taken: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Milliseconds all stages usually take."""
        return sum(self.expected.values())

    def passed(self, running: str = "", elapsed: int = 0) -> int:
        """How much of `total` is behind: done stages whole, the running one by its time and never quite whole."""
        usual_time = self.expected.get(running, 0)
        return sum(self.expected[stage] for stage in self.taken) + min(round(elapsed / self._scale()), usual_time)

    def left(self, running: str = "", elapsed: int = 0) -> int:
        """Milliseconds still to go: what the rest usually takes, at the speed of what is done."""
        return round((self.total - self.passed(running, elapsed)) * self._scale())

    def _scale(self) -> float:
        usual_part = max(self.total, 1) / _USUAL_WEIGHT
        before = sum(self.expected[stage] for stage in self.taken)
        return (sum(self.taken.values()) + usual_part) / (before + usual_part)


def pace_of(workspace: str | Path, company: str, stages: Sequence[str]) -> Pace:
    """The pace of a run of these stages in this company."""
    taken = usual(Workspace(Path(workspace).resolve()), company)
    return Pace({stage: taken[stage] for stage in stages})


def time_left(milliseconds: int) -> str:
    """The rest as a person says it."""
    seconds = -(-milliseconds // 1000)
    return f"about {seconds} s left" if seconds < 90 else f"about {-(-seconds // 60)} min left"
