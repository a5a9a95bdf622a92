"""Approve: another person takes responsibility for exactly this draft."""

from __future__ import annotations

from etl.errors import RefusedError
from etl.steps.outcome import Outcome
from etl.steps.run import SANDBOX_APPROVER, Run
from etl.store import batches
from etl.store.approvals import approve
from etl.workspace import is_sandbox


def approve_batch(run: Run, person: str | None = None) -> Outcome:
    """Record the approval of the newest draft of the period, bound to its manifest; any later change voids it.

    `person`: who approves; the sandbox has a throw-away approver. Under four_eyes and two_person the preparer is
    refused (RefusedError SAME_PERSON).
    """
    who = person or (SANDBOX_APPROVER if is_sandbox(run.company) else run.person)
    with run.locked("approving"):
        exported = batches.find_batch(run.workspace, run.company, run.period_end, run.records())
        if exported is not None:
            return Outcome(title=f"batch {exported.batch:04d} is already exported; there is nothing to approve")
        found = batches.find_draft(run.workspace, run.company, run.period_end, run.records())
        if found is None:
            raise RefusedError(
                "NO_DRAFT",
                what=f"There is no draft of {run.company} for {run.period_end}",
                where=run.shown(run.workspace.drafts(run.company, run.period_end)),
                fix=f"Make one: timebooks week --company {run.company} --period-end {run.period_end}",
            )
        approve(run.workspace, run.company, found, person=who, policy=run.settings.company.policy, now=run.now())
    return Outcome(
        title=f"batch {found.batch:04d} revision {found.revision} approved by {who}",
        facts=(("manifest", found.manifest_digest[:12]),),
        next_step="export it (60_export)",
    )


def approval(run: Run) -> Outcome:
    """The approval an export needs: given in a sandbox by its throw-away approver, elsewhere only looked up."""
    if is_sandbox(run.company):
        return approve_batch(run)
    found = batches.find_draft(run.workspace, run.company, run.period_end, run.records())
    record = batches.approval_of(run.records(), found) if found else None
    if found is None:
        return Outcome(title="there is no draft waiting for an approval")
    if record is None:
        return Outcome(
            title=f"batch {found.batch:04d} revision {found.revision} is not approved yet",
            exit_code=1,
            next_step=f"another person: timebooks approve batch --company {run.company} --period-end {run.period_end}",
        )
    return Outcome(title=f"batch {found.batch:04d} revision {found.revision} was approved by {record.person}")
