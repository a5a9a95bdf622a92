"""The whole week in one process, without notebooks: the same steps in the same order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from etl.steps.approve import approve_batch
from etl.steps.outcome import Outcome
from etl.steps.run import Run
from etl.steps.stages import AFTER_DRAFT, TO_DRAFT
from etl.steps.summary import summary
from etl.store import audit_log, batches
from etl.workspace import Workspace, is_sandbox


def week(run: Run, tell: Callable[[Outcome], None] = lambda _: None) -> Outcome:
    """Pull to draft; a sandbox, an approved draft and an exported period go on to the close. The last outcome sums up.

    The lock is held throughout. A step that needs a person ends the week there, with its exit code.
    """
    with run.locked("the week of"):
        try:
            for step in TO_DRAFT.values():
                outcome = step(run)
                tell(outcome)
                if outcome.exit_code:
                    return outcome
            if is_sandbox(run.company):
                tell(approve_batch(run))
            for step in AFTER_DRAFT.values() if goes_on(run.company, run.period_end, run.workspace.root) else ():
                outcome = step(run)
                tell(outcome)
                if outcome.exit_code:
                    return outcome
            return summary(run)
        finally:
            run.end()


def goes_on(company: str, period_end: date, workspace: str | Path) -> bool:
    """Whether the week goes on after the draft: in a sandbox, once the draft is approved, once it is exported."""
    place = Workspace(Path(workspace))
    if is_sandbox(company):
        return True
    records = audit_log.read_log(place, company)
    draft = batches.find_draft(place, company, period_end, records)
    return (draft is not None and batches.approval_of(records, draft) is not None) or (
        batches.find_batch(place, company, period_end, records) is not None
    )
