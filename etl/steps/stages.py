"""The stages of a week in their order: each one permitted and timed and, in Jupyter, its place on the bar shown."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import wraps

from etl.sql import profile
from etl.steps.check import check as _check
from etl.steps.close import close as _close
from etl.steps.close import close_week as _close_week
from etl.steps.draft import draft as _draft
from etl.steps.export import export as _export
from etl.steps.map_entries import map_entries as _map_entries
from etl.steps.notebook import WeekBar, show_bar
from etl.steps.outcome import Outcome
from etl.steps.pace import note_stage, pace_of
from etl.steps.pull import pull as _pull
from etl.steps.reconcile import reconcile as _reconcile
from etl.steps.rules import apply_rules as _apply_rules
from etl.steps.run import Run
from etl.steps.trusted import roles_of

Step = Callable[[Run], Outcome]
_BARS: dict[tuple[str, str], WeekBar] = {}


def _staged(stage: str, step: Step) -> Step:
    @wraps(step)
    def timed(run: Run) -> Outcome:
        run.permit(stage)
        bar = _BARS.get(_key(run))
        began = time.monotonic()
        with profile.stage(stage):
            if bar is None:
                outcome = step(run)
            else:
                with bar.running(stage):
                    outcome = step(run)
        taken = round((time.monotonic() - began) * 1000)
        note_stage(run.workspace, run.company, stage, taken, exit_code=outcome.exit_code,
                   at=run.now().isoformat(timespec="seconds"),
                   role=roles_of(run.workspace, run.company, run.person))
        return outcome

    return timed


pull = _staged("pull", _pull)
map_entries = _staged("map", _map_entries)
apply_rules = _staged("rules", _apply_rules)
check = _staged("check", _check)
draft = _staged("draft", _draft)
export = _staged("export", _export)
reconcile = _staged("reconcile", _reconcile)
close, close_week = _staged("close", _close), _staged("close", _close_week)

TO_DRAFT: Mapping[str, Step] = {
    "pull": pull, "map": map_entries, "rules": apply_rules, "check": check, "draft": draft,
}
AFTER_DRAFT: Mapping[str, Step] = {"export": export, "reconcile": reconcile, "close": close_week}


def progress(run: Run) -> None:
    """In Jupyter, a bar over the stages to the draft, moved by the cells below it; elsewhere nothing is shown."""
    bar = show_bar(pace_of(run.workspace.root, run.company, tuple(TO_DRAFT)))
    if bar is not None:
        _BARS[_key(run)] = bar


def _key(run: Run) -> tuple[str, str]:
    return run.company, run.period_end.isoformat()
