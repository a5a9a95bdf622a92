"""Load a company's cross-references: cells read strictly, findings reported at once, no key answered twice."""

from __future__ import annotations

import csv
import io
import os
import re
import stat
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from etl.errors import MappingError
from etl.mapping.billing import billing_findings
from etl.mapping.cells import cell_fault, cell_value, shown
from etl.mapping.columns import MappingFile
from etl.mapping.declared import FILES, WEEKDAYS
from etl.mapping.fx_rates import fx_faults
from etl.mapping.scope import scope_findings
from etl.mapping.vendors import vendor_findings
from etl.periods import PayPeriod, Period, period_fault
from etl.tables import FX_RATE, RATE
from etl.workspace import is_sandbox

Row = dict[str, Any]
_TYPES: dict[str, pa.DataType] = {
    "rate": RATE,
    "fx_rate": FX_RATE,
    "date": pa.date32(),
    "date_from": pa.date32(),
    "date_to": pa.date32(),
    "instant": pa.timestamp("us"),
    "whole": pa.int64(),
    "money": RATE,
}
_MOST_SHOWN = 12
_RANKED = (
    *("map_rates", "map_burden_rates", "map_contract_rates", "map_payroll_taxes", "map_cost_rates"),
    *("map_tax_codes", "map_invoice_accounts"),
)


@dataclass(frozen=True)
class MappingSet:
    """All cross-references of a company, as bytes to keep and as tables to decide with."""

    contents: dict[str, bytes]
    tables: dict[str, pa.Table]
    pay_periods: tuple[PayPeriod, ...]

    def rows(self, table: str) -> list[Row]:
        """One table's rows, for checks by hand."""
        return list(self.tables[table].to_pylist())


def load_mappings(folder: Path, company: str, kept: Mapping[str, Path] | None = None) -> MappingSet:
    """The mapping set in this folder. Raises MappingError with every finding, by file and line.

    `kept`: files that are taken from another folder, by name.
    """
    findings: list[str] = []
    contents: dict[str, bytes] = {}
    rows: dict[str, list[Row]] = {}
    for declared in FILES:
        path = (kept or {}).get(declared.name, folder) / declared.name
        if declared.optional and not path.exists():
            rows[declared.table] = []
            continue
        raw = _read(path, declared.name, company, findings)
        if raw is None:
            continue
        contents[declared.name] = raw
        rows[declared.table] = _parse(raw, declared, findings)
        findings.extend(_twice(rows[declared.table], declared))
    periods = _pay_periods(rows.get("map_pay_calendar", []), findings)
    findings.extend(_across(rows))
    findings.extend(fx_faults(rows.get("map_fx_rates", [])))
    findings.extend(vendor_findings(rows))
    findings.extend(billing_findings(rows))
    findings.extend(scope_findings(rows))
    _refuse(findings, company)
    tables = {declared.table: as_table(rows[declared.table], declared) for declared in FILES}
    return MappingSet(contents, tables, tuple(periods))


def load_file(folder: Path, declared: MappingFile, company: str) -> pa.Table:
    """One file outside the mapping set as a table, none of its rows twice by its key. Raises MappingError.

    An optional file that is not there has no rows.
    """
    findings: list[str] = []
    if declared.optional and not (folder / declared.name).exists():
        return as_table([], declared)
    raw = _read(folder / declared.name, declared.name, company, findings)
    rows = [] if raw is None else _parse(raw, declared, findings)
    findings.extend(_twice(rows, declared) if declared.key else ())
    _refuse(findings, company)
    return as_table(rows, declared)


def _refuse(findings: list[str], company: str) -> None:
    if not findings:
        return
    shown = findings[:_MOST_SHOWN] + (
        [f"… and {len(findings) - _MOST_SHOWN} more"] if len(findings) > _MOST_SHOWN else []
    )
    raise MappingError(
        "MAPPING_INVALID",
        what=f"The cross-references have {len(findings)} finding(s):\n    " + "\n    ".join(shown),
        where=f"mappings/{company}/",
        fix="Correct the lines named (dates are inclusive on both ends), then run again.",
    )


def _read(path: Path, name: str, company: str, findings: list[str]) -> bytes | None:
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            findings.append(f"{name}: is not a regular file; put the file itself there")
            return None
        if os.name == "posix" and name.startswith("private/") and status.st_mode & 0o077 and not is_sandbox(company):
            findings.append(f"{name}: others can read the rates; run: chmod 600 mappings/{company}/{name}")
            return None
        return path.read_bytes()
    except FileNotFoundError:
        findings.append(f"{name}: is missing; every company needs it, if only with its header")
    except OSError as error:
        findings.append(f"{name}: cannot be read ({error.strerror})")
    return None


def _parse(raw: bytes, declared: MappingFile, findings: list[str]) -> list[Row]:
    """Rows of one file with `map_row` (the line a person sees); faulty rows are findings."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        findings.append(
            f"{declared.name}, line {line}: byte {raw[error.start]:02X} at offset {error.start} is not UTF-8; "
            "save as CSV UTF-8"
        )
        return []
    if "\x00" in text:
        findings.append(f"{declared.name}: holds a NUL byte; save as CSV UTF-8")
        return []
    if len(set(re.findall(r"\r\n|\n|\r", text))) > 1:
        findings.append(f"{declared.name}: its lines end in different ways; save as CSV UTF-8 once more")
        return []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        lines = [(reader.line_num, cells) for cells in reader if cells]
    except csv.Error as error:
        findings.append(f"{declared.name}, line {reader.line_num}: {error}")
        return []
    header = lines[0][1] if lines else []
    if fault := _header_fault(header, declared):
        findings.append(f"{declared.name}, line 1: {fault}")
        return []
    if declared.rows_needed and len(lines) == 1:
        findings.append(f"{declared.name}: has a header and no rows")
    rows = []
    for line, cells in lines[1:]:
        if len(cells) != len(header):
            findings.append(f"{declared.name}, line {line}: {len(cells)} cells where the header has {len(header)}")
            continue
        given = {column.name: "" for column in declared.columns} | dict(zip(header, cells, strict=True))
        faults = [fault for column in declared.columns if (fault := cell_fault(column, given[column.name]))]
        findings.extend(f"{declared.name}, line {line}: {fault}" for fault in faults)
        if not faults:
            rows.append(
                {"map_row": line}
                | {column.name: cell_value(column, given[column.name]) for column in declared.columns}
            )
    return rows


def _header_fault(header: list[str], declared: MappingFile) -> str | None:
    """What is wrong with a header, or None; optional columns may be left out."""
    needed = declared.needed
    further = [column.name for column in declared.columns if column.optional]
    if set(needed) <= set(header) <= {*needed, *further} and len(set(header)) == len(header):
        return None
    found = ", ".join(shown(name) for name in header) or "nothing"
    may = f" and may hold {', '.join(further)}" if further else ""
    return f"the header must hold {', '.join(needed)}{may}; found {found}"


def _span(row: Row) -> tuple[date, date]:
    return row.get("effective_from", date.min), row.get("effective_to", date.max)


def _folded(value: object) -> str:
    """What two people would take for the same key (B29); the keys themselves answer exactly."""
    return str(value).casefold()


def _twice(rows: list[Row], declared: MappingFile) -> list[str]:
    """Rows that would both answer one key on one day: named, both. A * overlaps whatever it could stand for."""
    findings = [
        f"{declared.name}, line {row['map_row']}: effective_from {_span(row)[0]} is after effective_to {_span(row)[1]}"
        for row in rows
        if _span(row)[0] > _span(row)[1]
    ]
    if not declared.key:
        return findings
    # these are ranked by closeness, so there a * and a name do not compete
    competing = (
        ()
        if declared.table in _RANKED
        else tuple(column.name for column in declared.columns if column.wildcard and column.name in declared.key)
    )
    exact = tuple(name for name in declared.key if name not in competing)
    groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        groups[tuple(_folded(row[name]) for name in exact)].append(row)
    for group in groups.values():
        ordered = sorted(group, key=lambda row: (_span(row), row["map_row"]))
        for index, earlier in enumerate(ordered):
            for later in ordered[index + 1 :]:
                if _span(later)[0] > _span(earlier)[1]:
                    break
                if all(
                    "*" in (earlier[name], later[name]) or _folded(earlier[name]) == _folded(later[name])
                    for name in competing
                ):
                    first, second = sorted((earlier["map_row"], later["map_row"]))
                    key = ", ".join(str(later[name]) for name in declared.key if later[name] is not None)
                    findings.append(
                        f"{declared.name}, lines {first} and {second}: both answer {key} on {_span(later)[0]}"
                    )
    return findings


def _pay_periods(rows: list[Row], findings: list[str]) -> list[PayPeriod]:
    periods: list[PayPeriod] = []
    for row in sorted(rows, key=lambda row: (row["pay_group"], row["period_start"])):
        where = f"pay_calendar.csv, line {row['map_row']}"
        period = Period(row["period_start"], row["period_end"])
        if fault := period_fault(row["kind"], period):
            findings.append(f"{where}: {fault}")
        if row["cut_off"].date() < period.end:
            findings.append(f"{where}: the cut-off {row['cut_off']:%Y-%m-%d %H:%M} lies before the period ends")
        start = WEEKDAYS.index(row["workweek_start"]) + 1
        if periods and periods[-1].pay_group == row["pay_group"]:
            before = periods[-1]
            if (period.start - before.period.end).days != 1:
                findings.append(
                    f"{where}: begins {period.start}, the period before (line {before.line}) ends {before.period.end}"
                )
            if before.workweek_start != start:
                findings.append(
                    f"{where}: the workweek of {row['pay_group']} begins on {row['workweek_start']}, before that on "
                    f"{WEEKDAYS[before.workweek_start - 1]}; two workweeks overlap, and the greater of both ways of "
                    "counting the shared days (29 CFR 778.301-.302) is not computed here: leave workweek_start as it "
                    "was; it need not be the first day of the pay period"
                )
        periods.append(
            PayPeriod(row["pay_group"], row["kind"], period, row["cut_off"], row["pay_date"], start, row["map_row"])
        )
    return periods


def _across(rows: dict[str, list[Row]]) -> list[str]:
    """What must hold between files: pay groups have a calendar, one employee has one name and group at a time."""
    findings: list[str] = []
    groups = {row["pay_group"] for row in rows.get("map_pay_calendar", [])}
    by_id: dict[str, list[Row]] = defaultdict(list)
    for row in rows.get("map_employees", []):
        where = f"employees.csv, line {row['map_row']}"
        if row["worker_type"] == "employee":
            findings.extend(
                f"{where}: an employee needs a {name}"
                for name in ("pay_group", "flsa_status", "work_location")
                if not row[name]
            )
            if row["pay_group"] and row["pay_group"] not in groups:
                findings.append(f"{where}: pay group {row['pay_group']} has no period in pay_calendar.csv")
        by_id[row["employee_id"]].append(row)
    for employee, own in by_id.items():
        first = own[0]
        for row in own[1:]:
            lines = f"employees.csv, lines {first['map_row']} and {row['map_row']}: {employee}"
            is_same_day = max(_span(row)[0], _span(first)[0]) <= min(_span(row)[1], _span(first)[1])
            if row["employee_name"] != first["employee_name"]:
                findings.append(f"{lines} has two names")
            findings += [
                f"{lines} has two values of {name} on one day"
                for name in ("worker_type", "pay_group", "flsa_status", "work_location")
                if is_same_day and row[name] != first[name]
            ]
    return findings


def as_table(rows: list[Row], declared: MappingFile) -> pa.Table:
    """Rows of one file as a table, `map_row` first."""
    fields = [
        pa.field("map_row", pa.int64()),
        *(pa.field(c.name, _TYPES.get(c.kind, pa.string())) for c in declared.columns),
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema(fields))
