"""What a person looks at in the week's notebook: pre-flight, charts, links, and what follows the approval."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from etl.errors import EtlError, RefusedError
from etl.sources import files as file_source
from etl.sources.pulling import place_of
from etl.steps.approve import approve_batch
from etl.steps.attachments import documents_found
from etl.steps.connections import secret_of
from etl.steps.forecast import told_missing
from etl.steps.inputs import refuse_gaps
from etl.steps.mapping_sheet import waiting_rows
from etl.steps.next_step import approve, map_names
from etl.steps.outcome import Link, Outcome
from etl.steps.pull import is_landed
from etl.steps.rules_obligations import without_rows
from etl.steps.run import Run
from etl.steps.stages import export, reconcile
from etl.steps.summary import summary
from etl.store import batches
from etl.targets.accounts import refuse_accounts
from etl.trust.secrets import age_remark
from etl.workspace import is_sandbox

READY = "nothing is missing: run the stages, one after another"
Line = tuple[str, str, str]


def preflight(run: Run) -> Outcome:
    """Whether everything is there that the week needs: one line a question, the first thing to do at the end.

    Nothing is written. Each line is ok, note or missing; what is missing would stop the stage that needs it.
    """
    lines: list[Line] = [("settings and cross-references", "ok", f"{len(run.mappings.contents)} files read")]
    lines.append(_period(run))
    lines += _inbox(run)
    lines += _connections(run)
    lines += _mappings(run)
    lines += _waiting(run)
    lines.append(_approval(run))
    lines += _documents(run)
    lines += filter(None, [told_missing(run)])
    missing = [(what, said) for what, state, said in lines if state == "missing"]
    return Outcome(
        title=f"{run.settings.company.name}, {run.owned.label}: "
        + ("ready" if not missing else f"{len(missing)} thing(s) are missing"),
        headings=("question", "answer", "what was found"),
        rows=tuple(lines),
        next_step=f"{missing[0][0]}: {missing[0][1]}" if missing else READY,
    )


def told_before(run: Run) -> str:
    """The pre-flight for a terminal: one line, and below it only what is missing or noted, in the notebook's words."""
    found = preflight(run)
    said = [f"  {state}: {question}: {answer}" for question, state, answer in found.rows if state != "ok"]
    return "\n".join([found.title, *said])


def _period(run: Run) -> Line:
    records = run.records()
    if batches.is_closed(records, run.period_end):
        return "period", "note", "closed: the stages only show that nothing has changed"
    batch = batches.find_batch(run.workspace, run.company, run.period_end, records)
    if batch is not None:
        return "period", "note", f"batch {batch.batch:04d} is exported: the stages only show that nothing has changed"
    return "period", "ok", f"open, {run.owned.start} to {run.owned.end}"


def _waiting(run: Run) -> Iterable[Line]:
    """Whether names wait for a row since the newest draft."""
    count = waiting_rows(run.workspace, run.company, run.settings, run.mappings)
    if count:
        yield "names without a row", "note", f"{count}; what waits for them is held: {map_names(run.company)}"


def _approval(run: Run) -> Line:
    """How far the approval is; a draft that changes asks for it again."""
    records = run.records()
    draft = batches.find_draft(run.workspace, run.company, run.period_end, records)
    if draft is None:
        is_out = batches.find_batch(run.workspace, run.company, run.period_end, records) is not None
        return "approval", "ok", "given, the batch is exported" if is_out else "asked for once there is a draft"
    given = batches.approval_of(records, draft)
    if given is None:
        said = f"draft {draft.batch:04d} waits; {approve(run.company, run.period_end)}"
        return "approval", "note", said
    return "approval", "ok", f"given by {given.person}; void as soon as the draft changes"


def _inbox(run: Run) -> Iterable[Line]:
    for drop in run.settings.drops:
        question = f"exports of {drop.name}"
        try:
            found = file_source.list_files(run.workspace.inbox(run.company), drop)
        except EtlError as error:
            yield question, "missing", f"{error.what}; {error.fix}"
            continue
        new = 0
        for path in found:
            new += not is_landed(run, drop, path)
        yield question, "ok" if new else "note", f"{len(found)} file(s) in the inbox, {new} new"


def _connections(run: Run) -> Iterable[Line]:
    """Whether each connection has an address and a secret that may be used; nobody is asked."""
    for connection in run.settings.connections:
        question = f"connection {connection.name}"
        try:
            place_of(connection, loopback_only=is_sandbox(run.company))
            secret = secret_of(run, connection)
        except EtlError as error:
            yield question, "missing", f"{error.what}; {error.fix}"
            continue
        remark = age_remark(secret, connection.secret_since, connection.rotate_after_days, run.now().date())
        yield question, "note" if remark else "ok", remark or f"its token is in {secret.place}"


def _mappings(run: Run) -> Iterable[Line]:
    question = "cross-references every week needs"
    try:
        refuse_gaps(run)
        refuse_accounts(run.mappings.rows("map_accounts"), run.company, run.settings.targets.documents)
    except EtlError as error:
        yield question, "missing", f"{' '.join(error.what.split())}; {error.fix}"
    else:
        yield question, "ok", "accounts, pay items and overtime rules are there"
        if places := without_rows(run.mappings, run.owned.start, run.owned.end):
            said = f"no row for {', '.join(places)}; timebooks rules obligations --company {run.company}"
            yield "taxes and reporting of the places", "note", said


def _documents(run: Run) -> Iterable[Line]:
    """Documents that are not as entered, or not in force at the period's end; nothing where all are."""
    folder, days = run.workspace.mappings(run.company), run.settings.contractors.expiry_days
    for whose, kind, state, said in documents_found(folder, run.mappings.rows("map_attachments"), run.owned.end, days):
        if state != "ok":
            yield f"{kind} of {whose}", "note", said


def after_approval(run: Run, until: str = "close") -> Outcome:
    """Export and reconcile, once another person has approved the draft; until then it says who is waited for.

    In a sandbox a throw-away approver approves, unless `until` is draft.
    """
    records = run.records()
    if until == "draft" and batches.find_batch(run.workspace, run.company, run.period_end, records) is None:
        return Outcome(title='stopped at the draft, as until = "draft" asks',
                       next_step=f'look at it; then set until = "close" above and run all again, once '
                       f"{approve(run.company, run.period_end)}")
    draft = batches.find_draft(run.workspace, run.company, run.period_end, records)
    if draft is not None and is_sandbox(run.company):
        approve_batch(run)
    elif draft is not None and batches.approval_of(records, draft) is None:
        return Outcome(
            title=f"batch {draft.batch:04d} revision {draft.revision} waits for another person's approval",
            facts=(("prepared by", draft.person), ("manifest", draft.manifest_digest[:12])),
            next_step=f"{approve(run.company, run.period_end)}; then run all again",
        )
    for step in (export, reconcile):
        outcome = step(run)
        if outcome.exit_code:
            return outcome
    return outcome


def sealed_of(run: Run) -> batches.Batch | batches.Draft:
    """The newest batch of the period, or its draft. Raises RefusedError NO_DRAFT."""
    records = run.records()
    found = batches.find_sealed(run.workspace, run.company, run.period_end, records)
    if found is None:
        raise RefusedError(
            "NO_DRAFT",
            what=f"There is no draft or batch of {run.company} for {run.period_end}",
            where="data/drafts and reports",
            fix="Run the cells above first.",
        )
    return found


def links(run: Run) -> Outcome:
    """Every file of the newest draft or batch that a person opens, as links from this notebook."""
    sealed = sealed_of(run)
    words = {
        "workbook": "reconciliation workbook",
        "control": "control sheet",
        "import": "to upload",
        "worksheet": "to key in",
        "correction": "the way back",
    }
    listed = sorted(
        (list(words).index(file["role"]), file["path"]) for file in sealed.manifest["files"] if file["role"] in words
    )
    here = Path.cwd().resolve()
    return Outcome(
        title=f"Files of batch {sealed.batch:04d} in {run.shown(sealed.folder)}",
        headings=("what for", "file"),
        rows=tuple(
            (list(words.values())[role], Link(path, Path(os.path.relpath(sealed.folder / path, here)).as_posix()))
            for role, path in listed
        ),
        next_step=summary(run).next_step,
    )
