"""Export: check the approved draft once more and publish exactly its bytes. Nothing is rendered here."""

from __future__ import annotations

from etl.errors import RefusedError
from etl.steps.approve_time import refuse_changed_approvals
from etl.steps.corrections import refuse_corrected_twice
from etl.steps.history import publish_or_tell
from etl.steps.outcome import Outcome
from etl.steps.run import Run
from etl.steps.signing import LastLook
from etl.steps.uploads import goes_to, refuse_unready
from etl.store import batches, exports


def export(run: Run) -> Outcome:
    """Publish the approved draft as the batch folder; again is a no-op. Raises RefusedError NOT_APPROVED."""
    with run.locked("exporting"):
        exported = batches.find_batch(run.workspace, run.company, run.period_end, run.records())
        is_new = exported is None
        if exported is None:
            found = batches.find_draft(run.workspace, run.company, run.period_end, run.records())
            if found is None:
                raise RefusedError(
                    "NO_DRAFT",
                    what=f"There is no draft of {run.company} for {run.period_end}",
                    where=run.shown(run.workspace.drafts(run.company, run.period_end)),
                    fix="Draft the batch first (50_draft).",
                )
            refuse_unready(run)
            refuse_corrected_twice(run, found)
            refuse_changed_approvals(run, found)
            now = run.now()
            look = LastLook(run.workspace, run.trust(), run.settings.company.policy, run.person, now)
            exported = exports.export(run.workspace, run.company, found, person=run.person, now=now, judge=look)
    history = "committed at the end" if run.of_fleet else publish_or_tell(run.workspace, run.company)
    uploads = [file for file in exported.manifest["files"] if file["role"] in ("import", "worksheet")]
    return Outcome(
        title=f"batch {exported.batch:04d} {'exported' if is_new else 'is already exported; nothing has changed'}"
        f"{f'; history {history}' if history.startswith('not') else ''}",
        facts=(("files", run.shown(exported.folder)), *goes_to(run), ("history", history)),
        headings=("document", "file", "rows", "digest"),
        rows=tuple((file["document"], file["path"], file["rows"], file["sha256"][:12]) for file in uploads),
        next_step="reconcile (70_reconcile), then the accountant uploads the files",
    )
