"""Status: where every company and period stands, and what waits for whom."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow.parquet as pq

from etl.errors import RefusedError
from etl.steps.history import companies
from etl.steps.outcome import Outcome
from etl.store import audit_log, batches
from etl.store.records import Record
from etl.store.sealed import read_manifest
from etl.units import clock_hours
from etl.workspace import Workspace


def status(workspace: str | Path, company: str | None = None) -> Outcome:
    """One row per company × period with a draft or batch: state, entries held, the next step."""
    place = Workspace(Path(workspace).resolve())
    rows: list[tuple[str, ...]] = []
    for name in [company] if company else companies(place):
        records = audit_log.read_log(place, name)
        days = sorted({record.text("period_end") for record in records if record.type == "draft"})
        rows += [_row(place, name, date.fromisoformat(day), records) for day in days]
    return Outcome(
        title=f"{len(rows)} period(s)",
        headings=("company", "period", "batch", "state", "held", "next step"),
        rows=tuple(rows),
        next_step="" if rows else "run a week: timebooks week --company C --period-end DATE",
    )


def _row(place: Workspace, company: str, period_end: date, records: tuple[Record, ...]) -> tuple[str, ...]:
    batch = batches.find_batch(place, company, period_end, records)
    draft = batches.find_draft(place, company, period_end, records)
    sealed = batch or draft
    if sealed is None:
        return company, str(period_end), "", "interrupted", "", "run the week again"
    control = read_manifest(sealed.folder, sealed.manifest_digest)["control"]
    held = ", ".join(
        f"{stream} {states['held']['entries']} ({clock_hours(states['held']['seconds'])})"
        for stream, states in control.items()
        if "held" in states
    )
    if batches.is_closed(records, period_end):
        state, step = "closed", "upload the files; import the books' report"
    elif batch is not None:
        reconciled = batches.newest(records, "reconcile", period_end)
        state, step = ("reconciled", "close the period") if reconciled else ("exported", "reconcile")
    elif draft is not None and batches.approval_of(records, draft) is not None:
        state, step = "approved", "export"
    else:
        state, step = "draft", "another person approves it"
    return company, str(period_end), f"{sealed.batch:04d}", state, held or "nothing", step


def exceptions(workspace: str | Path, company: str, period_end: date) -> Outcome:
    """Every exception item of the newest draft or batch of a period, most urgent first."""
    place = Workspace(Path(workspace).resolve())
    records = audit_log.read_log(place, company)
    sealed = batches.find_batch(place, company, period_end, records) or batches.find_draft(
        place, company, period_end, records
    )
    if sealed is None:
        raise RefusedError(
            "NO_DRAFT",
            what=f"There is no draft or batch of {company} for {period_end}",
            where="data/drafts and reports",
            fix=f"Make one: timebooks week --company {company} --period-end {period_end}",
        )
    items = pq.read_table(sealed.folder / "data" / "exceptions.parquet", page_checksum_verification=True).to_pylist()
    return Outcome(
        title=f"{len(items)} exception item(s) of {company}, period {period_end}",
        headings=("severity", "code", "streams", "entry", "person", "day", "found", "remedy", "due"),
        rows=tuple(
            (
                item["severity"],
                item["code"],
                item["streams"],
                item["entry_id"],
                item["employee_ref"] or "",
                str(item["worked_on"] or ""),
                item["found"],
                item["remedy"],
                item["due"] or "",
            )
            for item in items
        ),
    )
