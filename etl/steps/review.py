"""What a person looks at in the week's notebook: pre-flight, charts, links, and what follows the approval."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from etl.errors import EtlError, RefusedError
from etl.pages.charts import Chart, hours_bars, money_bars
from etl.sources import files as file_source
from etl.sources.pulling import place_of
from etl.steps.approve import approve_batch
from etl.steps.attachments import documents_found
from etl.steps.connections import secret_of
from etl.steps.inputs import refuse_gaps
from etl.steps.outcome import Link, Outcome
from etl.steps.pull import is_landed
from etl.steps.rules_obligations import without_rows
from etl.steps.run import Run
from etl.steps.stages import close, export, reconcile
from etl.steps.summary import summary
from etl.store import batches
from etl.targets.accounts import refuse_accounts
from etl.trust.secrets import age_remark
from etl.units import document_number, minor_digits
from etl.workspace import is_sandbox

MOST_JOBS = 15
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
    lines += _documents(run)
    missing = [(what, said) for what, state, said in lines if state == "missing"]
    return Outcome(
        title=f"{run.settings.company.name}, {run.owned.label}: "
        + ("ready" if not missing else f"{len(missing)} thing(s) are missing"),
        headings=("question", "answer", "what was found"),
        rows=tuple(lines),
        next_step=f"{missing[0][0]}: {missing[0][1]}" if missing else "run the cells below, one after another",
    )


def _period(run: Run) -> Line:
    records = run.records()
    if batches.is_closed(records, run.period_end):
        return "period", "note", "closed: the stages only show that nothing has changed"
    batch = batches.find_batch(run.workspace, run.company, run.period_end, records)
    if batch is not None:
        return "period", "note", f"batch {batch.batch:04d} is exported: the stages only show that nothing has changed"
    return "period", "ok", f"open, {run.owned.start} to {run.owned.end}"


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


def after_approval(run: Run) -> Outcome:
    """Export, reconcile and close, once another person has approved the draft; until then it says who is waited for.

    In a sandbox a throw-away approver approves.
    """
    records = run.records()
    draft = batches.find_draft(run.workspace, run.company, run.period_end, records)
    if draft is not None and is_sandbox(run.company):
        approve_batch(run)
    elif draft is not None and batches.approval_of(records, draft) is None:
        return Outcome(
            title=f"batch {draft.batch:04d} revision {draft.revision} waits for another person's approval",
            facts=(("prepared by", draft.person), ("manifest", draft.manifest_digest[:12])),
            next_step=f"another person: timebooks approve batch --company {run.company} --period-end "
            f"{run.period_end}; then run this cell again",
        )
    for step in (export, reconcile, close):
        outcome = step(run)
        if outcome.exit_code:
            return outcome
    return summary(run)


def _sealed(run: Run) -> batches.Batch | batches.Draft:
    records = run.records()
    found = batches.find_batch(run.workspace, run.company, run.period_end, records) or batches.find_draft(
        run.workspace, run.company, run.period_end, records
    )
    if found is None:
        raise RefusedError(
            "NO_DRAFT",
            what=f"There is no draft or batch of {run.company} for {run.period_end}",
            where="data/drafts and reports",
            fix="Run the cells above first.",
        )
    return found


def hours_chart(run: Run) -> Chart:
    """Paid hours of each person in the period, by class, of the newest draft or batch."""
    names = {row["employee_id"]: row["employee_name"] for row in run.mappings.rows("map_employees")}
    lines = _sealed(run).table("payroll_lines").to_pylist()
    kinds = list(dict.fromkeys(line["pay_item"] for line in lines if line["pay_seconds"]))
    rows: list[dict[str, str | int]] = [
        {
            "name": str(names.get(line["employee_id"], line["employee_id"])),
            "kind": str(line["pay_item"]),
            "seconds": int(line["pay_seconds"]),
        }
        for line in lines
        if line["pay_seconds"]
    ]
    return hours_bars("Hours on the payroll, by person", rows, kinds=kinds)


def money_chart(run: Run) -> Chart:
    """Labor cost and billing of the largest jobs in the home currency, of the newest draft or batch."""
    sealed, currency = _sealed(run), run.settings.company.home_currency
    journal = document_number(sealed.batch, "labor", sandbox=is_sandbox(run.company))
    scale = 10 ** minor_digits(currency)
    rows: list[dict[str, str | int]] = [
        {"name": str(line["customer_job"]), "kind": kind, "minor": int(line["amount"] * scale)}
        for name, kind in (("postings", "labor cost"), ("billable_lines", "billed"))
        for line in sealed.table(name).to_pylist()
        if line["customer_job"]
        and line["currency"] == currency
        and (kind == "billed" or line["document_number"] == journal)  # not the journal that reverses it
    ]
    totals: dict[str, int] = {}
    for row in rows:
        totals[str(row["name"])] = totals.get(str(row["name"]), 0) + int(row["minor"])
    largest = set(sorted(totals, key=lambda job: -totals[job])[:MOST_JOBS])
    shown = [row for row in rows if row["name"] in largest]
    rest = f", the {MOST_JOBS} largest" if len(totals) > MOST_JOBS else ""
    return money_bars(
        f"Labor cost and billing by job{rest}", shown, kinds=("labor cost", "billed"), currency=currency, per=scale
    )


def links(run: Run) -> Outcome:
    """Every file of the newest draft or batch that a person opens, as links from this notebook."""
    sealed = _sealed(run)
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
