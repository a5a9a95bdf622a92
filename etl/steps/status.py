"""Status: where every company and period stands, and what waits for whom."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from etl.errors import EtlError, RefusedError
from etl.mapping.load import load_mappings
from etl.settings import read_settings
from etl.steps.archive import backup_missing
from etl.steps.corrections import told
from etl.steps.exceptions import status_fact
from etl.steps.history import companies
from etl.steps.mapping_versions import choose
from etl.steps.next_step import run_week
from etl.steps.outcome import Outcome
from etl.steps.referrals import waiting
from etl.steps.sign_off import command, given, signed_words
from etl.store import audit_log, batches, keeping
from etl.store.records import Record
from etl.units import clock_hours
from etl.workspace import Workspace, is_sandbox

_HEADINGS = ("company", "period", "batch", "done", "held", "waiting for", "next step")
_SECOND = "another person, not "
Row = tuple[str, ...]


def status(workspace: str | Path, company: str | None = None, today: date | None = None) -> Outcome:
    """One row per company × period, drafted ones and ended ones nobody has begun: done, held, waiting for, next step.

    `today`: by which a period has ended; default the day of the clock. A company whose settings or cross-references
    cannot be read has a row that says so.
    """
    place = Workspace(Path(workspace).resolve())
    day = today or datetime.now(UTC).astimezone().date()
    names = [company] if company else _companies(place)
    rows = [row for name in names for row in _company(place, name, day)]
    waiting = [row for row in rows if row[5] != "nobody"]
    return Outcome(
        title=f"{len(rows)} period(s), {len(waiting)} waiting for somebody",
        facts=tuple(fact for name in names for fact in (
            *_holds(place, name), *_corrections(place, name), *_disputed(place, name, day),
            *_decided(place, name, day))),
        headings=_HEADINGS,
        rows=tuple(rows),
        next_step=f"{waiting[0][0]}, {waiting[0][1]}: {waiting[0][6]}"
        if waiting
        else ("" if rows else "run a week: timebooks week --company C --period-end DATE"),
    )


def _companies(place: Workspace) -> list[str]:
    """Every company with settings or with an audit log."""
    root = place.root / "mappings"
    declared = {path.parent.name for path in root.glob("*/company.toml")} if root.is_dir() else set()
    return sorted(declared | set(companies(place)))


def _company(place: Workspace, company: str, today: date) -> list[Row]:
    records = audit_log.read_log(place, company)
    drafted = {date.fromisoformat(record.text("period_end")) for record in records if record.type == "draft"}
    rows: list[Row] = []
    wants_signed = False
    try:
        settings = read_settings(place.mappings(company) / "company.toml", company)
        wants_signed = settings.books.sign_off_to_close
        ended = _ended(place, company, settings.company.go_live, today)
    except EtlError as error:
        fix = error.fix.splitlines()[0]
        rows.append((company, "", "", "settings cannot be read", "", "the administrator", f"{error.where}: {fix}"))
        ended = set()
    if is_sandbox(company):  # practice owes nobody a week: the newest one, until there is a draft
        ended = set() if drafted else set(sorted(ended)[-1:])
    return rows + [
        _row(place, company, day, records, wants_signed=wants_signed) if day in drafted else _not_begun(company, day)
        for day in sorted(drafted | ended)
    ]


def _holds(place: Workspace, company: str) -> list[tuple[str, str]]:
    """The legal holds that stand."""
    found = keeping.holds(audit_log.read_log(place, company))
    return [(f"{company}: legal hold", "; ".join(hold.shown for hold in found))] if found else []


def _corrections(place: Workspace, company: str) -> list[tuple[str, str]]:
    """What open drafts correct in exported periods, and overpaid wages that wait since the newest batch."""
    records = audit_log.read_log(place, company)
    drafted = {record.day("period_end") for record in records if record.type == "draft"}
    drafts = [batches.find_draft(place, company, day, records) for day in sorted(drafted)]
    facts = []
    for draft in drafts:
        if draft is not None and draft.has_table("corrections"):
            count = draft.table("corrections", ["line_id"]).num_rows
            amounts = told(draft.manifest["control"])
            facts.append((f"{company}: corrections waiting", f"{count} line(s) in draft {draft.batch:04d}; {amounts}"))
    exported = batches.exported(place, company, records)
    newest = batches.find_batch(place, company, exported[-1].period_end, records) if exported else None
    overpaid = told(newest.manifest["control"], "referred") if newest else ""
    return [*facts, (f"{company}: overpaid, waits for a person", overpaid)] if overpaid else facts


def _disputed(place: Workspace, company: str, today: date) -> list[tuple[str, str]]:
    """What private/referrals.csv says still waits for a person; a company that cannot be read has a row of its own."""
    try:
        told = waiting(load_mappings(place.mappings(company), company).rows("map_referrals"), today)
    except EtlError:
        return []
    return [(f"{company}: amounts in dispute, wait for a person", told)] if told else []


def _decided(place: Workspace, company: str, today: date) -> list[tuple[str, str]]:
    """Edits that wait for an approval, and exceptions that are followed, where the company does either."""
    try:
        records = audit_log.read_log(place, company)
        waiting_edits = choose(place, company).told
        followed = status_fact(place, company, records, today)
        if missing := backup_missing(place, company, records):
            followed = [*followed, (f"{company}: backup", missing)]
    except EtlError:
        return []
    return [*((f"{company}: differs from approved", told) for told in waiting_edits), *followed]


def _ended(place: Workspace, company: str, go_live: date, today: date) -> set[date]:
    """The ends of pay periods since go-live that are over."""
    periods = load_mappings(place.mappings(company), company).pay_periods
    return {pay.period.end for pay in periods if go_live <= pay.period.end < today}


def _not_begun(company: str, day: date) -> Row:
    return company, str(day), "", "nothing yet", "", "the bookkeeper", run_week(company, day)


def _row(
    place: Workspace, company: str, period_end: date, records: tuple[Record, ...], *, wants_signed: bool
) -> Row:
    option = f"--company {company} --period-end {period_end}"
    export = batches.newest(records, "export", period_end)
    if export is not None and export.number not in {batch.number for batch in batches.exported(
            place, company, records)}:
        return company, str(period_end), f"{export.whole('batch'):04d}", "destroyed on purpose", "", "nobody", "nothing"
    batch = batches.find_batch(place, company, period_end, records)
    draft = batches.find_draft(place, company, period_end, records)
    sealed = batch or draft
    if sealed is None:
        return company, str(period_end), "", "interrupted", "", "the bookkeeper", f"timebooks week {option}"
    control = sealed.manifest["control"]
    held = ", ".join(
        f"{stream} {states['held']['entries']} ({clock_hours(states['held']['seconds'])})"
        for stream, states in control.items()
        if "held" in states
    )
    done, who, step = _standing(records, period_end, draft, option)
    if batch is not None:
        done += signed_words(records, batch)
        if wants_signed and step.startswith("timebooks step close") and not given(records, batch):
            who, step = "the reviewer", command(company, period_end)
    return company, str(period_end), f"{sealed.batch:04d}", done, held or "nothing", who, step


def _standing(
    records: tuple[Record, ...], period_end: date, draft: batches.Draft | None, option: str
) -> tuple[str, str, str]:
    """What is done, who is waited for, and the next step of a drafted period."""
    if draft is not None:
        done = f"drafted (revision {draft.revision})"
        if batches.approval_of(records, draft) is None:
            return done, f"{_SECOND}{draft.person}", f"timebooks approve batch {option}"
        return f"{done}, approved", "the bookkeeper", f"timebooks week {option}"
    if batches.rolled_back(records, period_end) is not None:
        return "exported, rolled back", "the accountant", f"upload it again, then timebooks step reconcile {option}"
    reconciled = batches.newest(records, "reconcile", period_end)
    if reconciled is None:
        return "exported", "the bookkeeper", f"timebooks step reconcile {option}"
    if reconciled.whole("unreconciled"):
        done = f"exported, {reconciled.whole('unreconciled')} unreconciled"
        return done, "the bookkeeper", f"find the causes, then timebooks step reconcile {option}"
    if not batches.is_closed(records, period_end):
        return "exported, reconciled", "the bookkeeper", f"timebooks step close {option}"
    return "exported, reconciled, closed", "the accountant", "upload the files in upload/ of the batch"


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
    items = sealed.table("exceptions").to_pylist()
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
