"""Close: the period is locked; later changes become corrections in an open period."""

from __future__ import annotations

from etl.errors import RefusedError
from etl.steps.archive import back_up_at_close
from etl.steps.books_close import books_at_close
from etl.steps.exceptions_close import exceptions_at_close
from etl.steps.outcome import Outcome
from etl.steps.run import Run
from etl.steps.sign_off import sign_off_at_close
from etl.store import batches
from etl.store.evidence import Sheet, append_evidence


def close(run: Run) -> Outcome:
    """Lock the period once it is exported and reconciled; again is a no-op."""
    with run.locked("closing"):
        records = run.records()
        if batches.is_closed(records, run.period_end):
            return Outcome(title=f"period {run.period_end} of {run.company} is already closed; nothing has changed")
        day = run.period_end.isoformat()
        reconciled = [record for record in records if record.type == "reconcile" and record.body["period_end"] == day]
        batch = batches.find_batch(run.workspace, run.company, run.period_end, records)
        if batch is None or not reconciled or reconciled[-1].body["unreconciled"]:
            raise RefusedError(
                "NOT_RECONCILED",
                what=f"The period {day} is not exported and reconciled to 0",
                where=run.shown(run.workspace.period(run.company, run.period_end)),
                fix="Reconcile it first (70_reconcile).",
            )
        if batches.rolled_back(records, run.period_end) is not None:
            raise RefusedError(
                "ROLLED_BACK",
                what=f"Batch {batch.batch:04d} was rolled back and not reconciled since",
                where=run.shown(batch.folder),
                fix=f"Upload it again, then: timebooks step reconcile --company {run.company} --period-end {day}",
            )
        left = exceptions_at_close(run, batch, records, run.now().astimezone().date())
        signed = sign_off_at_close(run, batch, records)
        books = books_at_close(run)
        said = {"batch": batch.batch, "manifest": batch.manifest_digest, "period_end": day, **books, **signed}
        sheet = Sheet(
            "close",
            said | ({"left_open": left} if left else {}),
            "close",
            {"batch": batch.batch} | ({"left_open": len(left)} if left else {}),
        )
        append_evidence(run.workspace, run.company, run.period_end, sheet, person=run.person, now=run.now())
    return Outcome(
        title=f"closed period {run.period_end} of {run.company}",
        facts=(
            ("files", run.shown(batch.folder)),
            ("evidence", run.shown(run.workspace.evidence(run.company, run.period_end))),
            *(((("left open", f"{len(left)} exception(s) of pay or billing")),) if left else ()),
            *back_up_at_close(run),
        ),
        next_step="upload the files, then bring the books' report in when it is there",
    )


def close_week(run: Run) -> Outcome:
    """The close as a week comes to it: where exceptions keep the period open, that is told and the week ends well."""
    try:
        return close(run)
    except RefusedError as error:
        if error.code != "EXCEPTIONS_OPEN":
            raise
        return Outcome(title=f"period {run.period_end} of {run.company} stays open",
                       facts=(("why", error.what),), next_step=error.fix)
