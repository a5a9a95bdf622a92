"""What key figures are computed from: the audit log, the ops log, the history and what has landed, as tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from etl.codes import codes_table
from etl.periods import FIRST_DAY, LAST_DAY
from etl.settings import Settings, read_settings
from etl.settings.kpi import Kpi, Promise, Target, definitions
from etl.sql.order import statement
from etl.sql.order_reports import KPI_ASKED
from etl.sql.run import Engine
from etl.steps.exceptions import EVENT
from etl.steps.history import settle_history
from etl.steps.map_entries import stage_pulls
from etl.steps.ops_tables import day_of, instant, ops_tables, whole
from etl.steps.trusted import roles_of
from etl.store import audit_log, history, landing
from etl.store.records import Record
from etl.tables import AMOUNT
from etl.workspace import Workspace

_TEXT, _DAY, _WHOLE, _INSTANT = pa.string(), pa.date32(), pa.int64(), pa.timestamp("us")
EVENTS = pa.schema({
    "company": _TEXT, "number": _WHOLE, "type": _TEXT, "recorded_at": _INSTANT, "person": _TEXT, "period_end": _DAY,
    "revision": _WHOLE, "unreconciled": _WHOLE, "open_items": _WHOLE, "item": _TEXT, "event": _TEXT, "code": _TEXT,
    "owner": _TEXT, "opened_on": _DAY, "minutes": _WHOLE})
LANDED = pa.schema({
    "company": _TEXT, "source": _TEXT, "recorded_at": _INSTANT, "is_fingerprint": pa.bool_(), "count_rows": _WHOLE,
    "count_repeats": _WHOLE})
COMPANIES = pa.schema({"company": _TEXT, "name": _TEXT, "home_currency": _TEXT, "adoption": _TEXT})
ROLES = pa.schema({"company": _TEXT, "person": _TEXT, "role": _TEXT})
DEFINITIONS = pa.schema({"turn": _WHOLE, "kpi": _TEXT, "title": _TEXT, "unit": _TEXT, "better": _TEXT, "up": _WHOLE,
                         "down": _WHOLE})
TARGETS = pa.schema({"company": _TEXT, "kpi": _TEXT, "part": _TEXT, "green_micro": _WHOLE, "red_micro": _WHOLE,
                     "turn": _WHOLE, "said": _TEXT})
OF_HISTORY: Mapping[str, pa.Schema] = {
    "kpi_history_entries": pa.schema({
        "company": _TEXT, "entry_id": _TEXT, "source": _TEXT, "worked_on": _DAY, "seconds": _WHOLE}),
    "kpi_history_findings": pa.schema({
        "company": _TEXT, "period_end": _DAY, "code": _TEXT, "severity": _TEXT, "entry_id": _TEXT,
        "employee_ref": _TEXT, "worked_on": _DAY, "seconds": _WHOLE, "found": _TEXT}),
    "kpi_history_money": pa.schema({
        "company": _TEXT, "period_end": _DAY, "state": _TEXT, "reason": _TEXT, "currency": _TEXT, "amount": AMOUNT}),
    "kpi_history_batches": pa.schema({
        "company": _TEXT, "batch": _WHOLE, "exported_at": _INSTANT, "count_entries": _WHOLE}),
}
_ALL_ROWS = 1 << 40
_PARAMETERS = pa.schema({"as_of": _DAY, "weeks": _WHOLE})
_VERSIONS = ("midnights", "fingerprints", "entries_keyed", "entries_redelivered", "kpi_repeats")


def put_kpi_inputs(
    engine: Engine, place: Workspace, companies: Mapping[str, Settings], as_of: date, first_day: date, weeks: int,
) -> str:
    """Store all tables the statements of KPI read; what was said about the history's state, mostly nothing."""
    logs = {company: audit_log.read_log(place, company) for company in companies}
    engine.put("kpi_parameters", pa.Table.from_pylist([{"as_of": as_of, "weeks": weeks}], schema=_PARAMETERS))
    engine.put("codes", codes_table())
    _put(engine, "kpi_companies", COMPANIES, ({
        "company": company, "name": settings.company.name, "home_currency": settings.company.home_currency,
        "adoption": _declared(settings).adoption} for company, settings in companies.items()))
    _put(engine, "kpi_definitions", DEFINITIONS, (
        {"turn": turn, **{name: getattr(one, name) for name in DEFINITIONS.names[1:]}}
        for turn, one in enumerate(definitions().values(), 1)))
    _put(engine, "kpi_targets", TARGETS, (
        row for company, settings in companies.items() for row in target_rows(company, _declared(settings))))
    _put(engine, "audit_events", EVENTS, (event(record) for records in logs.values() for record in records))
    people = {(company, record.person) for company, records in logs.items() for record in records}
    _put(engine, "kpi_roles", ROLES, (
        {"company": company, "person": person, "role": roles_of(place, company, person) or None}
        for company, person in sorted(people)))
    for name, table in ops_tables(place, list(companies)).items():
        engine.put(name, table)
    said = settle_history(place)
    for name, table in _of_history(place, list(companies), first_day).items():
        engine.put(name, table)
    return said


def put_landed(engine: Engine, place: Workspace, companies: Mapping[str, Settings]) -> None:
    """Store kpi_landed: per pull how many rows landed and how many of them repeat, by the decisions of a run."""
    rows: list[dict[str, Any]] = []
    for company in companies:
        pulls = landing.read_pulls(place, company)
        if not any(pull.request["completeness"] != "incomplete" for pull in pulls):
            continue
        engine.put("run_parameters", pa.table({
            "first_day_read": pa.array([FIRST_DAY], _DAY), "window_end": pa.array([LAST_DAY], _DAY)}))
        stage_pulls(engine, pulls)
        engine.run(_VERSIONS)
        when = {record.number: instant(record.recorded_at) for record in audit_log.read_log(place, company)}
        rows += [{"company": company, "recorded_at": when[row["pull_number"]],
                  **{name: row[name] for name in ("source", "is_fingerprint", "count_rows", "count_repeats")}}
                 for row in engine.fetch("kpi_repeats").to_pylist()]
    _put(engine, "kpi_landed", LANDED, rows)


def event(record: Record) -> dict[str, Any]:
    """One record of an audit log as a row of EVENTS; what it does not say is null."""
    body = record.body
    return {
        "company": record.company, "number": record.number, "type": record.type, "person": record.person,
        "recorded_at": instant(record.recorded_at), "period_end": day_of(body.get("period_end")),
        "revision": whole(body.get("revision")), "unreconciled": whole(body.get("unreconciled")),
        "open_items": whole(body.get("open")), "item": body.get("item") if record.type == EVENT else None,
        "event": body.get("event") if record.type == EVENT else None,
        "code": body.get("code") if record.type == EVENT else None,
        "owner": body.get("owner") if record.type == EVENT else None,
        "opened_on": day_of(body.get("opened")), "minutes": whole(body.get("minutes"))}


def target_rows(company: str, declared: Kpi) -> Iterator[dict[str, Any]]:
    """The targets of a company: vendors' promises first, then its own, then the defaults that are shown as such."""
    for promise in declared.promises:
        for kpi, value in _promised(promise).items():
            aim = Target(kpi=kpi, part=promise.connection, green=value, red=value)
            yield _target(company, aim, 1, f"promise: {promise.source}")
    for own in declared.targets:
        yield _target(company, own, 2, "company")
    for one in definitions().values():
        if one.green:
            yield _target(company, Target(kpi=one.kpi, green=Decimal(one.green), red=Decimal(one.red)), 3, "default")


def _promised(promise: Promise) -> dict[str, Decimal]:
    given = {"api_success": promise.success, "api_milliseconds": promise.milliseconds}
    return {kpi: Decimal(value) for kpi, value in given.items() if value is not None}


def _target(company: str, aim: Target, turn: int, said: str) -> dict[str, Any]:
    return {"company": company, "kpi": aim.kpi, "part": aim.part, "green_micro": int(aim.green * 1_000_000),
            "red_micro": int(aim.red * 1_000_000), "turn": turn, "said": said}


def _of_history(place: Workspace, companies: Sequence[str], first_day: date) -> dict[str, pa.Table]:
    """The history's answers; no rows where nothing was exported yet."""
    found = {name: schema.empty_table() for name, schema in OF_HISTORY.items()}
    if any(record.type == "export" for company in companies for record in audit_log.read_log(place, company)):
        with history.attach(place) as connection:   # opening takes longer than most answers
            for name in KPI_ASKED:
                table = history.ask(connection, statement(name), {"first_day": first_day}, _ALL_ROWS)
                found[name] = table.select(OF_HISTORY[name].names).cast(OF_HISTORY[name])
    return found


def settings_of(place: Workspace, companies: Sequence[str]) -> dict[str, Settings]:
    """Each company's settings as they lie there. Raises SettingsError."""
    return {company: read_settings(place.mappings(company) / "company.toml", company) for company in companies}


def _declared(settings: Settings) -> Kpi:
    return settings.kpi or Kpi()


def _put(engine: Engine, name: str, schema: pa.Schema, rows: Iterable[Mapping[str, Any]]) -> None:
    engine.put(name, pa.Table.from_pylist(list(rows), schema=schema))
