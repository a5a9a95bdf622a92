"""Approve: another person takes responsibility for exactly this draft."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from etl.errors import RefusedError
from etl.steps.next_step import approve as approve_words
from etl.steps.outcome import Outcome
from etl.steps.run import Run
from etl.steps.signing import Approver
from etl.steps.trusted import SANDBOX_APPROVER, refuse_no_reason
from etl.store import audit_log, batches
from etl.store.approvals import approve
from etl.store.batches import Draft
from etl.store.records import Record
from etl.trust.statements import WITHDRAW, head
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
        decide(run, found, who)
    return Outcome(
        title=f"batch {found.batch:04d} revision {found.revision} approved by {who}",
        facts=(("manifest", found.manifest_digest[:12]),),
        next_step="export it (60_export)",
    )


def decide(run: Run, draft: Draft, person: str, given: Mapping[str, Any] | None = None) -> Record:
    """The record of the approval: signed where there is a people list, with the statement `given` or made here."""
    policy, now = run.settings.company.policy, run.now()
    run.permit("approve_batch", person)
    trust = run.trust()
    by = Approver(trust, person, draft, policy, now, given) if trust is not None and trust.signs(person) else person
    return approve(run.workspace, run.company, draft, person=by, policy=policy, now=now)


def withdraw_approval(run: Run, reason: str, person: str | None = None) -> Outcome:
    """Take the approval of the newest draft back before it is exported; the draft then waits for another one."""
    who = person or run.person
    refuse_no_reason(reason, "Taking an approval back")
    with run.locked("taking an approval back"):
        run.permit("withdraw_approval", who)
        records = run.records()
        draft = batches.find_draft(run.workspace, run.company, run.period_end, records)
        given = batches.approval_of(records, draft) if draft is not None else None
        if given is None:
            raise RefusedError("NOT_APPROVED", what="There is no approval to take back",
                               where=f"{run.company}, period to {run.period_end}", fix="Nothing is to be done.")
        body: dict[str, Any] = {"period_end": run.period_end.isoformat(), "approval": given.number, "reason": reason}
        trust = run.trust()
        if trust is not None and trust.signs(who):
            fields = {"company": run.company, "approval": head(given.number, given.digest), "reason": reason}
            body["signed"] = trust.statement(WITHDRAW, fields, who, run.now())
        audit_log.append(run.workspace, run.company, WITHDRAW, body, person=who, now=run.now())
    return Outcome(title=f"the approval of record {given.number} by {given.person} is taken back by {who}",
                   next_step="look at the draft and have it approved again")


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
            next_step=approve_words(run.company, run.period_end),
        )
    return Outcome(title=f"batch {found.batch:04d} revision {found.revision} was approved by {record.person}")
