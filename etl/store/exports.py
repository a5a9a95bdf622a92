"""Exporting a batch: checks, the record that is the commit, one rename. Nothing is rendered here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from etl.errors import RefusedError
from etl.store import audit_log, batches, files
from etl.store.approvals import check_newest, refuse_same_person
from etl.store.batches import Batch, Draft
from etl.store.drafts import refuse_finished, remove_replaced
from etl.store.lock import company_lock
from etl.store.records import Record, Statement
from etl.workspace import Workspace

Judge = Callable[[Draft, Record, Sequence[Record]], None]
"""Raises where the approval (the record) does not let this draft out, given the whole log."""


def export(
    workspace: Workspace, company: str, draft: Draft, *, person: str, now: datetime, judge: Judge | None = None,
) -> Batch:
    """The batch folder: the approved draft under its final name.

    `judge` has the last word on the approval, under the lock and on the bytes as they lie there.

    Exporting the same draft again writes nothing. Raises RefusedError where the draft is not approved as it lies
    there, was replaced, or its period is exported or closed; DamageError where a byte of it was changed.
    """
    with company_lock(workspace, company, person):
        records = audit_log.read_log(workspace, company)
        done = batches.find_batch(workspace, company, draft.period_end, records)
        if done is not None and done.manifest_digest == draft.manifest_digest:
            return done
        refuse_finished(records, draft.period_end)
        check_newest(workspace, draft, records)
        approval = _approval(draft, records)
        if judge is not None:
            judge(draft, approval, records)
        batch_folder = workspace.batch_folder(company, draft.period_end, draft.batch)
        files.make_folder(batch_folder.parent)
        files.refuse_taken(batch_folder)
        record = audit_log.commit(workspace, company, Statement("export", {
            "batch": draft.batch, "revision": draft.revision, "period_end": draft.period_end.isoformat(),
            "manifest": draft.manifest_digest, "batch_key": draft.batch_key, "figures": draft.figures,
            "approval": approval.number, "approved_by": approval.person,
        }, person, now), records)
        files.move(draft.folder, batch_folder, across=batches.reports_root(workspace, company))
        remove_replaced(workspace, company, [*records, record])
        return replace(batches.batch_of(workspace, company, record), is_new=True)


def _approval(draft: Draft, records: Sequence[Record]) -> Record:
    """The approval this export rests on; the policy it was given under is applied again."""
    approval = batches.approval_of(records, draft)
    if approval is None:
        if (taken_back := batches.approval_of(records, draft, withdrawn=True)) is not None:
            raise RefusedError(
                "APPROVAL_WITHDRAWN", what=f"The approval by {taken_back.person} was taken back",
                where=f"{draft.company}, audit log record {taken_back.number}",
                fix="Have the newest draft approved again.")
        raise RefusedError(
            "NOT_APPROVED", what=f"Batch {draft.batch:04d} revision {draft.revision} is not approved as it is",
            where=f"{draft.company}, period to {draft.period_end}, manifest {draft.manifest_digest[:12]}",
            fix="Have it approved: timebooks approve batch.")
    policy = approval.text("policy")
    if policy != "single_person":
        refuse_same_person(approval.person, draft.person, "four_eyes" if policy == "four_eyes" else "two_person")
    return approval
