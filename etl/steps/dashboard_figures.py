"""What the dashboard rests on: history, open drafts, exceptions, states, calls of one company, read once a change."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from etl.codes import codes
from etl.errors import DamageError, EtlError, StoreError
from etl.mapping.load import MappingSet, load_mappings
from etl.settings import Settings, read_settings
from etl.sql.dashboard_order import HISTORY_ASKED
from etl.sql.order import statement
from etl.steps.exceptions import CLOSED, board, business_days, needs_word
from etl.steps.exceptions_live import held_now
from etl.steps.history import settle_history
from etl.steps.mapping_versions import choose
from etl.steps.status import status
from etl.store import audit_log, batches, history, ops_log
from etl.store.batches import Draft
from etl.store.records import Record
from etl.tables import ENTRIES, PAYROLL_LINES, PIECES
from etl.workspace import PEOPLE_LOG, Workspace

WEEKS_SHOWN = 13
CALLS = "calls"   # as the connections note them
_MOST_ROWS = 1_000_000
_HEAD = "select max(audit_number) as head from batches where company = $company"
_HELD = ("entry_id", "version", "source", "person_ref", "employee_id", "employee_name", "client_ref", "project_ref",
         "service_ref", "customer_job", "service_item", "worked_on", "worked_seconds", "pay_reason", "cost_reason",
         "bill_reason")
_STATES = ("pay_state", "cost_state", "bill_state")
_PAY = ("employee_id", "employee_name", "workweek_start", "hour_class", "pay_item", "pay_seconds", "amount", "currency",
        "regular_rate_numerator", "regular_rate_denominator")
_PIECE = ("entry_id", "version", "employee_id", "worked_seconds", "pay_seconds", "bill_seconds", "is_in_pay_period",
          "is_in_bill_period")
_MAPS = ("map_employees", "map_projects", "map_items", "map_rates", "map_pay_rates")
_PERIOD = pa.field("period_end", pa.date32())
_STANDING = pa.field("standing", pa.string())


def _of(schema: pa.Schema, names: tuple[str, ...], *more: pa.Field) -> pa.Schema:
    return pa.schema([*(schema.field(name) for name in names), *more])


_TEXT, _WHOLE, _DAY = pa.string(), pa.int64(), pa.date32()
SHAPES: Mapping[str, pa.Schema] = {
    "exported_held": _of(ENTRIES, _HELD, _PERIOD),
    "exported_hours": pa.schema([_PERIOD, _STANDING, pa.field("customer_job", _TEXT), pa.field("employee_id", _TEXT),
                                 *(pa.field(f"{name}_seconds", _WHOLE) for name in ("worked", "pay", "bill"))]),
    "exported_pay": _of(PAYROLL_LINES, _PAY, _PERIOD, _STANDING),
    "drafted_entries": _of(ENTRIES, (*_HELD, *_STATES), _PERIOD),
    "drafted_pieces": _of(PIECES, _PIECE, _PERIOD),
    "drafted_pay": _of(PAYROLL_LINES, _PAY, _PERIOD),
    "exception_items": pa.schema([
        ("turn", _WHOLE), ("item", _TEXT), ("state", _TEXT), ("owner", _TEXT), ("opened", _DAY), ("age_days", _WHOLE),
        ("due", _TEXT), ("code", _TEXT), ("title", _TEXT), ("severity", _TEXT), ("streams", _TEXT),
        ("employee_ref", _TEXT), ("worked_on", _DAY), ("seconds", _WHOLE), ("found", _TEXT), ("remedy", _TEXT),
        ("period_end", _DAY)]),
    "status_rows": pa.schema([
        ("period_end", _DAY), ("batch", _TEXT), ("done", _TEXT), ("held", _TEXT), ("waits_for", _TEXT),
        ("next_step", _TEXT)]),
    "decisions_waiting": pa.schema([
        ("what", _TEXT), ("period_end", _DAY), ("person", _TEXT), ("subject", _TEXT), ("count_entries", _WHOLE),
        ("seconds", _WHOLE), ("since", _DAY), ("waits_for", _TEXT)]),
    "calls": pa.schema([
        ("connection", _TEXT), ("called_on", _DAY), ("called_at", _TEXT), ("status", _WHOLE), ("milliseconds", _WHOLE),
        ("attempt", _WHOLE)]),
    "owners": pa.schema([("ref", _TEXT), ("owner", _TEXT)]),
}
"""The tables that the statements of etl/sql/dashboard read, besides the cross-references."""


@dataclass(frozen=True)
class Figures:
    """Everything the views of one company are made of, as of one moment. Nothing in it is meant for every eye."""

    company: str
    name: str
    today: date
    tables: Mapping[str, pa.Table] = field(repr=False)
    remarks: tuple[str, ...] = ()
    nameless: tuple[str, ...] = ()


def head_of(place: Workspace, company: str, today: date) -> tuple[object, ...]:
    """What changes whenever a figure may have changed: cheap enough to be looked at every second."""
    folders = (place.audit_log(company), place.audit_log(PEOPLE_LOG), place.mappings(company),
               place.mappings(company) / "private", place.root / "reports" / company,
               place.root / "data" / "drafts" / company, *(place.root / "reports" / company).glob("*"),
               *(place.root / "data" / "drafts" / company).glob("*"))
    files = (place.ops_log(company) / f"{CALLS}.jsonl", *sorted(place.mappings(company).glob("*.*")),
             *sorted((place.mappings(company) / "private").glob("*.*")))
    return (today, *(_stamp(path) for path in (*folders, *files)))


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = os.stat(path)  # noqa: PTH116 - one call a file, often
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


def gather(place: Workspace, company: str, today: date | None = None) -> Figures:
    """The figures of a company as they are now. Raises EtlError where they cannot be read."""
    day = today or datetime.now(UTC).astimezone().date()
    records = audit_log.read_log(place, company)
    settings = read_settings(place.mappings(company) / "company.toml", company)
    mappings = load_mappings(place.mappings(company), company)
    drafts = _open_drafts(place, company, records)
    tables, remarks = _of_history(place, company, records)
    tables |= {
        "drafted_entries": _drafted(drafts, "entries", "drafted_entries"),
        "drafted_pieces": _drafted(drafts, "pieces", "drafted_pieces"),
        "drafted_pay": _drafted(drafts, "payroll_lines", "drafted_pay"),
        "exception_items": _table("exception_items", _exceptions(place, company, records, settings, day)),
        "status_rows": _table("status_rows", _states(place, company, day)),
        "decisions_waiting": _table("decisions_waiting", _decisions(place, company, records, drafts, day)),
        "calls": _table("calls", _calls(place, company)),
        "owners": _table("owners", ({"ref": ref, "owner": owner} for ref, owner in settings.approval.owners.items())),
        **_maps(mappings),
    }
    return Figures(company, settings.company.name, day, tables, remarks, settings.dashboard.names_hidden_from)


def _table(name: str, rows: Iterator[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=SHAPES[name])


def _maps(mappings: MappingSet) -> dict[str, pa.Table]:
    return {name: mappings.tables[name] for name in _MAPS}


def _of_history(
    place: Workspace, company: str, records: tuple[Record, ...],
) -> tuple[dict[str, pa.Table], tuple[str, ...]]:
    """What was exported, asked of the history by statements; of hours and pay the last weeks alone."""
    empty = {name: SHAPES[name].empty_table() for name in HISTORY_ASKED}
    exported = batches.exported(place, company, records)
    if not exported:
        return empty, ()
    newest = max(batch.period_end for batch in exported)
    values = {"company": company, "since": newest - timedelta(weeks=WEEKS_SHOWN), "head": exported[-1].number}
    try:
        try:
            return _asked(place, values), ()
        except (DamageError, StoreError, _BehindError):
            said = settle_history(place)
        return _asked(place, values), ((f"The history {said}.",) if said.startswith("not up to date") else ())
    except (DamageError, StoreError, _BehindError) as error:
        why = f": {error.what}. {error.fix}" if isinstance(error, EtlError) else "; run timebooks history rebuild"
        return empty, (f"The history cannot be read, so what was exported is missing here{why}",)


class _BehindError(Exception):
    """The history does not hold the newest batch of the company."""


def _asked(place: Workspace, values: Mapping[str, Any]) -> dict[str, pa.Table]:
    with history.attach(place) as connection:
        held = history.ask(connection, _HEAD, {"company": values["company"]})["head"].to_pylist()
        if held != [values["head"]]:
            raise _BehindError
        texts = {name: statement(name) for name in HISTORY_ASKED}
        return {name: history.ask(connection, text, {key: value for key, value in values.items() if f"${key}" in text},
                                  limit=_MOST_ROWS) for name, text in texts.items()}


def _open_drafts(place: Workspace, company: str, records: tuple[Record, ...]) -> list[tuple[Draft, Record]]:
    """The newest draft of each period that is not exported, with the record that drafted it."""
    drafted = {record.day("period_end"): record for record in records if record.type == "draft"}
    found = ((batches.find_draft(place, company, day, records), record) for day, record in sorted(drafted.items()))
    return [(draft, record) for draft, record in found if draft is not None]


def _drafted(drafts: list[tuple[Draft, Record]], table: str, name: str) -> pa.Table:
    """One table of all open drafts, each row with its period."""
    columns = [column for column in SHAPES[name].names if column != "period_end"]
    parts = [SHAPES[name].empty_table()]
    for draft, _ in drafts:
        rows = draft.table(table, columns)
        ends = pa.repeat(pa.scalar(draft.period_end, pa.date32()), rows.num_rows)
        parts.append(rows.append_column("period_end", ends).cast(SHAPES[name]))
    return pa.concat_tables(parts)


def _exceptions(
    place: Workspace, company: str, records: tuple[Record, ...], settings: Settings, today: date,
) -> Iterator[dict[str, Any]]:
    """What `timebooks exceptions list` shows, in its order."""
    items = board(place, company, records, today, held_now(place, company, records))
    for turn, one in enumerate(items):
        state = one.state(needs_word=needs_word(settings))
        if state == CLOSED:
            continue
        row, known = one.found, codes().get(one.found["code"])
        worked_on = row["worked_on"]
        yield {
            "turn": turn, "item": one.id, "state": state, "owner": one.owner, "opened": one.opened,
            "age_days": business_days(one.opened, today), "due": row["due"] or "", "code": row["code"],
            "title": known.title if known else "", "severity": row["severity"], "streams": row["streams"] or "",
            "employee_ref": row["employee_ref"] or "", "seconds": row["seconds"], "found": row["found"],
            "worked_on": date.fromisoformat(worked_on) if isinstance(worked_on, str) else worked_on,
            "remedy": row["remedy"] or "", "period_end": one.period_end}


def _states(place: Workspace, company: str, today: date) -> Iterator[dict[str, Any]]:
    """The rows of `timebooks status`, in the same words."""
    for _, period, batch, done, held, waits_for, next_step in status(place.root, company, today).rows:
        end = date.fromisoformat(str(period)) if period else None
        yield {"period_end": end, "batch": str(batch), "done": str(done), "held": str(held),
               "waits_for": str(waits_for), "next_step": str(next_step)}


def _decisions(
    place: Workspace, company: str, records: tuple[Record, ...], drafts: list[tuple[Draft, Record]], today: date,
) -> Iterator[dict[str, Any]]:
    """Drafts that nobody has approved, and edits of cross-references that wait for a word."""
    for draft, record in drafts:
        if batches.approval_of(records, draft) is None:
            paid = draft.manifest["control"].get("pay", {}).get("exported", {"entries": 0, "seconds": 0})
            yield {"what": "batch", "period_end": draft.period_end, "person": "",
                   "subject": f"batch {draft.batch:04d}, revision {draft.revision}", "count_entries": paid["entries"],
                   "seconds": paid["seconds"],
                   "since": date.fromisoformat(record.recorded_at[:10]),
                   "waits_for": f"another person, not {draft.person}"}
    for told in choose(place, company).told:
        yield {"what": "cross-references", "period_end": None, "person": "", "subject": told, "count_entries": None,
               "seconds": None, "since": today, "waits_for": "a batch approver"}


def _calls(place: Workspace, company: str) -> Iterator[dict[str, Any]]:
    """The newest calls to trackers, as the ops log has them; a line of another form is passed over."""
    for said in ops_log.noted(place, company, CALLS):
        at, numbers = said.get("at"), [said.get(name) for name in ("status", "milliseconds", "attempt")]
        if isinstance(at, str) and isinstance(said.get("connection"), str) and all(
                isinstance(number, int) for number in numbers):
            try:
                moment = datetime.fromisoformat(at).astimezone(UTC)
            except ValueError:
                continue
            yield {"connection": said["connection"], "called_on": moment.date(),
                   "called_at": moment.strftime("%Y-%m-%d %H:%M:%S"), "status": numbers[0], "milliseconds": numbers[1],
                   "attempt": numbers[2]}


def note_use(place: Workspace, company: str, person: str, what: str) -> None:
    """Who took which view as a file, in the ops log: useful, and no evidence."""
    ops_log.note(place, company, "dashboard", {
        "at": datetime.now(UTC).isoformat(timespec="seconds"), "person": person, "what": what})
