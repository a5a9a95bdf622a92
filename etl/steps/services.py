"""Vendors of services: the register with its scorecard, what was measured against what was promised, what is due."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from etl.errors import MappingError
from etl.mapping.declared_services import SERVICE_FILES
from etl.mapping.load import load_file
from etl.settings import Settings, read_settings
from etl.sql.order_services import SERVICES
from etl.sql.run import Engine
from etl.steps.attachments import documents_found
from etl.steps.connections import CALLS
from etl.steps.outcome import Outcome
from etl.steps.run import place_of, read_day
from etl.store import files, ops_log
from etl.units import money
from etl.workbooks.services import render_services
from etl.workspace import Workspace, is_sandbox

AHEAD, MEASURED = 60, timedelta(days=91)   # days before a notice is due; days whose calls are looked at
_CALLS = pa.schema({"connection": pa.string(), "called_on": pa.date32(), "status": pa.int64(),
                    "milliseconds": pa.int64()})
_DOCUMENTS = pa.schema({"service_id": pa.string(), "state": pa.string(), "said": pa.string()})


@dataclass(frozen=True)
class Register:
    """What is known of a company's vendors on a day: one row per service, one per finding, contacts, notices."""

    services: list[dict[str, Any]]
    findings: list[dict[str, Any]]
    contacts: list[dict[str, Any]]
    notices: list[dict[str, Any]]


def services(workspace: str | Path | None, company: str, day: str | date | None = None) -> Outcome:
    """Write the scorecard of a company's vendors and tell what is due. Exit code 1 where something is found.

    Raises MappingError for a row that cannot be read or names a service that is not in the register.
    """
    place, on = place_of(workspace), read_day(day, "--on") if day else datetime.now(UTC).date()
    settings = read_settings(place.mappings(company) / "company.toml", company)
    known = register(place, company, settings, on)
    if not known.services and not known.findings:
        return Outcome(title=f"{settings.company.name}: no vendor of services is on record",
                       next_step=f"enter trackers, payroll, accounting and backups in mappings/{company}/services.csv "
                       "(timebooks docs build, page Vendors of services)")
    content = render_services(settings.company.name, on, (known.services, known.findings),
                              (known.contacts, known.notices), is_sandbox=is_sandbox(company))
    mark = "SANDBOX_" if is_sandbox(company) else ""
    name = f"{mark}services_{on}_{files.sha256_bytes(content)[:8]}.xlsx"
    path = place.root / "reports" / company / "vendors" / name
    if not path.exists():
        files.make_folder(path.parent)
        files.publish_new(path, content)
    return Outcome(
        title=f"{settings.company.name}: {len(known.services)} vendor(s) of services on {on}, "
        f"{len(known.findings)} to look at",
        facts=(*((row["service_id"], score(row)) for row in known.services),
               ("workbook", path.relative_to(place.root).as_posix())),
        headings=("by", "code", "service", "what was found", "whose"),
        rows=tuple((str(row["due_on"]), row["code"], row["service_id"], row["found"], owner_of(row, known.services))
                   for row in known.findings),
        next_step="settle each with its owner and enter it" if known.findings else "",
        exit_code=1 if known.findings else 0)


def register(place: Workspace, company: str, settings: Settings, on: date, ahead: int = AHEAD) -> Register:
    """The register as the files stand, judged on a day with the calls of the 91 days before it."""
    folder = place.mappings(company)
    tables = {declared.table: load_file(folder, declared, company) for declared in SERVICE_FILES}
    rows = tables["map_services"].to_pylist()
    _refuse_strangers(company, rows, tables)
    scratch = place.scratch(company) / "services"
    with Engine(None, scratch, [scratch]) as engine:
        for name, table in tables.items():
            engine.put(name, table)
        engine.put("service_calls", pa.Table.from_pylist(list(calls_of(place, company)), schema=_CALLS))
        engine.put("service_documents", pa.Table.from_pylist(list(_documents(folder, rows, on)), schema=_DOCUMENTS))
        engine.put("service_connections", pa.table(
            {"connection": pa.array([one.name for one in settings.connections], pa.string())}))
        engine.put("service_parameters", pa.table({
            "since": pa.array([on - MEASURED], pa.date32()), "as_of": pa.array([on], pa.date32()),
            "days_ahead": pa.array([ahead], pa.int32())}))
        engine.run(SERVICES)
        standing = engine.fetch("service_standing").to_pylist()
        found = engine.fetch("service_findings").to_pylist()
    return Register(sorted(standing, key=lambda row: str(row["service_id"])), found,
                    tables["map_service_contacts"].to_pylist(), tables["map_service_notices"].to_pylist())


def calls_of(place: Workspace, company: str) -> Iterator[dict[str, Any]]:
    """Every call of the ops log that can be read: connection, day, status, milliseconds."""
    for line in ops_log.all_noted(place, company, CALLS):
        status, milliseconds, at = line.get("status"), line.get("milliseconds"), str(line.get("at", ""))[:10]
        if isinstance(status, int) and isinstance(milliseconds, int) and _is_day(at):
            yield {"connection": str(line.get("connection", "")), "called_on": date.fromisoformat(at),
                   "status": status, "milliseconds": milliseconds}


def score(row: Mapping[str, Any]) -> str:
    """A service on one line: promise, what was measured, price, the day for notice."""
    promised = f"{row['uptime_percent']:f}".rstrip("0").rstrip(".") + " %" if row["uptime_percent"] else "nothing"
    measured = "not measured" if row["calls"] is None else (
        f"{percent(row['available'])} of {row['calls']:,} calls answered"
        + (f", 95 of 100 within {row['milliseconds_95']:,} ms" if row["milliseconds_95"] is not None else ""))
    price = f"; {price_of(row)}" if row["price"] is not None else ""
    notice = f"; notice by {row['notice_by']}" if row["notice_by"] is not None and row["renewal"] == "automatic" else ""
    return f"{row['vendor']}: promised {promised}, {measured}{price}{notice}"


def percent(hundredths: int) -> str:
    """Hundredths of a percent in words: 9998 is 99.98 %."""
    return f"{hundredths // 100}.{hundredths % 100:02d} %"


def price_of(row: Mapping[str, Any]) -> str:
    """A price with its currency and what it is paid for."""
    amount = money(row["price"], row["currency"]) if row["currency"] else f"{row['price']:f}"
    per = {"user_month": "user and month", "user_year": "user and year"}.get(row["price_per"] or "", row["price_per"])
    return f"{amount} a {per}" if per else amount


def owner_of(finding: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> str:
    """Who looks after the service of a finding."""
    return next((str(row["owner"]) for row in rows if row["service_id"] == finding["service_id"]), "administrator")


def _documents(folder: Path, rows: Sequence[Mapping[str, Any]], on: date) -> Iterator[dict[str, Any]]:
    asked = [{"owner_type": "service", "owner": row["service_id"], "kind": "contract", "path": row["contract"],
              "sha256": row["contract_sha256"], "valid_from": None, "expires_on": None}
             for row in rows if row["contract"] is not None]
    for row, (_, _, state, said) in zip(asked, documents_found(folder, asked, on, 0), strict=True):
        yield {"service_id": row["owner"], "state": state, "said": said}


def _refuse_strangers(company: str, rows: Sequence[Mapping[str, Any]], tables: Mapping[str, pa.Table]) -> None:
    """Rows about a service that is not in the register, and contracts without a digest."""
    known = {row["service_id"] for row in rows}
    faults = [f"services.csv, line {row['map_row']}: a contract needs contract_sha256, and a digest its contract"
              for row in rows if (row["contract"] is None) != (row["contract_sha256"] is None)]
    faults += [f"services.csv, line {row['map_row']}: a price needs its currency"
               for row in rows if (row["price"] is None) != (row["currency"] is None)]
    faults += [f"services.csv, line {row['map_row']}: what renews by itself needs renews_on"
               for row in rows if row["renewal"] != "none" and row["renews_on"] is None]
    for declared in SERVICE_FILES[1:]:
        faults += [f"{declared.name}, line {row['map_row']}: {row['service_id']} is not in services.csv"
                   for row in tables[declared.table].to_pylist() if row["service_id"] not in known]
    if faults:
        raise MappingError("MAPPING_INVALID", what="The register of services has finding(s):\n    " + "\n    ".join(
            faults[:12]), where=f"mappings/{company}/", fix="Correct the lines named, then run again.")


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
