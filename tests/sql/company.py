"""A small company in memory: cross-references and timesheets as text in, any table of the decisions out.

Everything runs as in production but for the landing: the CSVs are loaded, company.toml is parsed, the steps put their
inputs, and the statements of etl/sql run in their one order, audits included.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from etl.periods import period_ending
from etl.settings import Drop
from etl.sources.files import parse_file
from etl.sql.order import MAP, MARTS, ONLY_WITH, STAGING, statement
from etl.sql.run import Limits
from etl.steps.holiday_calendar import calendar_drop, calendar_file
from etl.steps.map_entries import stage
from etl.steps.pull import request_of
from etl.steps.run import Run
from etl.steps.time_before import put_time_before
from etl.store.landing import Pull
from etl.tables import EXCEPTIONS, LANDED_COLUMNS, LANDED_ENTRIES
from etl.units import BatchNumber
from etl.workspace import Workspace
from tests.sql.as_asked import ORDER, EngineAsAsked
from tests.sql.folder import ID, loaded
from tests.sql.text import records, shown

MONDAY = "2026-11-09"  # the first day of the usual week
ENTRY = {"person": "ann", "client": "-", "project": "web", "service": "dev", "date": MONDAY, "billable": "yes"}
SHORT = {"id": "entry_ref"} | {name.rpartition("_")[0] or name: name for name in LANDED_COLUMNS if name != "entry_ref"}
SHORT = {"time" if short == "duration" else short: name for short, name in SHORT.items() if name != "person_name"} | {
    "person": "person_ref"
}


@dataclass(frozen=True)
class Delivery:
    """One export file of a drop.

    `complete`: the first and last day it answers for, for the persons of `population` (empty = everybody).
    """

    rows: tuple[tuple[tuple[str, str], ...], ...]
    source: str = "tracker"
    zone: str = ""  # of the drop; else the company's
    complete: str = ""
    population: str = ""


def delivery(entries: str | Sequence[Mapping[str, str]], **columns: str) -> Delivery:
    """An export file from a table as text, or from rows; columns as in ENTRY and SHORT."""
    given = records(entries) if isinstance(entries, str) else entries
    return Delivery(tuple(tuple(row.items()) for row in given), **columns)


@dataclass(frozen=True)
class Company:
    """Cross-references as text (columns of docs; absent columns have the usual value, `-` is an empty cell)."""

    employees: str = """
        person_ref  employee_id  employee_name  worker_type  pay_group  flsa_status  work_location
        ann         E1           Ann Abel       employee     weekly     nonexempt    US
        bob         E2           Bob Berg       employee     weekly     nonexempt    US
        eve         E3           Eve Ek         employee     weekly     exempt       US
        cole        V1           Cole & Co      contractor   -          -            -"""
    projects: str = """
        project_ref  customer_job
        web          Mill:Web
        shop         Mill:Shop
        (none)       -"""
    items: str = """
        service_ref  service_item  hour_kind
        dev          Engineering   worked
        art          Design        worked
        vacation     Vacation      paid_leave
        holiday      Holiday       holiday
        unpaid       Unpaid leave  unpaid_leave"""
    pay_items: str = """
        hour_kind   hour_class        pay_item
        worked      regular           Regular
        worked      overtime          Overtime
        worked      overtime_premium  Overtime Premium
        worked      double_time       Double Time
        worked      double_time_premium  Double Time Premium
        paid_leave  regular           Vacation
        holiday     regular           Holiday"""
    accounts: str = """
        purpose         account               account_type
        direct_labor    Job Costs:Labor       COGS
        internal_labor  Overhead:Labor        EXP
        leave_expense   Overhead:Leave        EXP
        wages_expense   Wages Expense         EXP
        accrued_wages   Accrued Wages         OCLIAB
        suspense        Suspense:Labor        OCASSET"""
    dimensions: str = "by  ref  value  precedence"
    rates: str = """
        bill_rate
        100.00"""
    pay_rates: str = """
        employee_id  pay_rate
        E1           40.00
        E2           20.00
        E3           50.00"""
    calendar: str = f"""
        pay_group  kind    start       workweek
        weekly     weekly  {MONDAY}    monday"""
    job_rates: str = ""
    salaries: str = ""
    earnings: str = ""
    obligations: str = ""
    rest_attestations: str = ""
    referrals: str = ""
    people: str = ""  # birth dates
    pay_item_codes: str = ""
    payroll_people: str = ""
    target_lists: str = ""
    holidays: str = ""
    holiday_pay: str = ""
    premiums: str = ""  # by window of the day, weekday, holiday
    overpayments: str = ""
    vendors: str = ""
    contracts: str = ""
    contract_rates: str = ""
    vendor_invoices: str = ""
    attachments: str = ""
    customers: str = ""
    invoice_accounts: str = ""
    tax_codes: str = ""
    fees: str = ""
    job_limits: str = ""
    billing_decisions: str = ""
    bill: str = ""  # more of [billing], as TOML
    contractors: str = ""  # [contractors], as TOML
    documents: str = "quickbooks_desktop.time"  # a space between
    pay: str = ""  # more of [pay], as TOML
    toml: str = ""  # more sections
    fx_rates: str = ""
    burden_rates: str = ""
    payroll_taxes: str = ""
    tax_wages: str = ""
    cost_rates: str = ""
    scope: str = ""
    rounding: str = ""
    entry: tuple[tuple[str, str], ...] = ()  # what a timesheet of the test need not say
    home: str = "USD"
    go_live: str = "2026-01-01"
    across_midnight: str = "split"
    without_time: str = "off"  # most tests look at one person
    billing: str = "weekly"
    billing_start: str = MONDAY
    unmapped: str = "hold"
    pilot: str = ""  # employee ids, a space between
    posting: str = "accrue"
    premium: str = "job"  # who bears the overtime premium
    books_name: str = "Acme Studio"
    zone: str = "America/New_York"
    duration: str = "clock"
    decimal_sign: str = "."
    end_rolls_over: bool = False
    date_format: str = "%Y-%m-%d"

    def run(self, end: str = "") -> Run:
        """The run of the period that ends on `end`; by default the calendar's first."""
        settings, mappings = loaded(tuple((name, getattr(self, name)) for name in self.__dataclass_fields__))
        last = date.fromisoformat(end) if end else mappings.pay_periods[0].period.end
        periods = tuple(pay for pay in mappings.pay_periods if pay.period.end == last)
        billing = None if self.billing == "none" else period_ending(self.billing, last, settings.billing.first_start)
        place = Workspace(Path(_SCRATCH.name))
        return _Run(place, ID, last, "preparer", settings, mappings, periods, billing)

    def books(self, *deliveries: str | Delivery, end: str = "", to: str = MARTS[-1]) -> Books:
        """The decisions of one period on these exports, up to the table `to`, each run when it is asked for."""
        return self.books_of(self.run(end), deliveries, to)

    def books_of(self, run: Run, deliveries: Sequence[str | Delivery], to: str) -> Books:
        """The same for a run at hand."""
        tables: dict[str, pa.Table] = {}
        pulls = []
        for number, given in enumerate(deliveries, 1):
            export = delivery(given) if isinstance(given, str) else given
            tables[f"pull-{number}"] = self._landed(export)
            pulls.append(self._pull(number, export))
        if self.holiday_pay:
            number = len(pulls) + 1
            tables[f"pull-{number}"], calendar = _calendar(run, number)
            pulls.append(calendar)
        engine = _Engine(tables)
        stage(run, engine, tuple(pulls))
        engine.put("checked_items", EXCEPTIONS.empty_table())
        order = ORDER[len(STAGING) : ORDER.index(to) + 1]
        if len(order) > len(MAP):
            if run.known_from < run.window.start:  # what a rule looks at before the window is mapped first
                engine.run(order[: len(MAP)])
                order = order[len(MAP) :]
            put_time_before(run, engine, engine)
        engine.later(order)
        return Books(engine, run)

    def _landed(self, export: Delivery) -> pa.Table:
        usual = ENTRY | dict(self.entry)
        rows = []
        for number, cells in enumerate(export.rows, 2):
            row = usual | dict(cells)
            rows.append({"source_row": number} | {SHORT[name]: _cell(text) for name, text in row.items()})
        return pa.Table.from_pylist(rows, schema=LANDED_ENTRIES)

    def _pull(self, number: int, export: Delivery) -> Pull:
        drop = Drop.model_validate(
            {
                "name": export.source,
                "files": "*.csv",
                "zone": export.zone or self.zone,
                "duration": self.duration,
                "decimal_sign": self.decimal_sign,
                "end_rolls_over": self.end_rolls_over,
                "date_format": self.date_format,
                "instant_format": "%Y-%m-%d %H:%M",
                "columns": {
                    "person": "person_ref",
                    "date": "date_text",
                    "start": "start_text",
                    "end": "end_text",
                    "time": "duration_text",
                },
            }
        )
        request = {
            "completeness": "complete" if export.complete else "additive",
            "window": export.complete.split(),
            "population": export.population.split(),
            "declaration": drop.model_dump(mode="json"),
        }
        return Pull(
            f"{number:06d}",
            number,
            export.source,
            "export.csv",
            Path(f"pull-{number}"),
            len(export.rows),
            request,
            "0" * 64,
        )


def _calendar(run: Run, number: int) -> tuple[pa.Table, Pull]:
    """The company's holidays, parsed as the pull lands them."""
    drop = calendar_drop(run.settings.company.zone)
    name, content = calendar_file(run)
    table, path = parse_file(content, name, drop), Path(f"pull-{number}")
    request, digest = request_of(drop, name), "0" * 64
    return table, Pull(f"{number:06d}", number, drop.name, name, path, len(table), request, digest)


class _Run(Run):
    def batch_number(self) -> BatchNumber:
        return BatchNumber(42)


class _Engine(EngineAsAsked):
    """The real one; landed rows come from memory instead of Parquet files."""

    def __init__(self, landed: Mapping[str, pa.Table]) -> None:
        scratch = Path(_SCRATCH.name)
        super().__init__(None, scratch, [scratch], Limits(threads=1))  # small tables: a second one only waits
        self._landed = landed

    def link_parquet(self, name: str, paths: Sequence[Path]) -> None:
        tables = [self._landed[str(path)] for path in paths]
        self.put(
            name,
            pa.concat_tables(
                [
                    table.append_column("filename", pa.array([str(path)] * len(table), pa.string()))
                    for path, table in zip(paths, tables, strict=True)
                ]
            ),
        )


@dataclass
class Books:
    """What the decisions made of it."""

    engine: EngineAsAsked
    run: Run

    def rows(self, table: str, columns: str, **where: str) -> list[list[str]]:
        """Some columns of a table as a person reads them: 8:00:00, 1,072.50 as 1072.50, `-` for nothing."""
        dicts = self.in_order(table)
        return [
            [shown(name, row[name]) for name in columns.split()]
            for row in dicts
            if all(shown(name, row[name]) == text for name, text in where.items())
        ]

    def in_order(self, table: str) -> list[dict[str, Any]]:
        """The rows of a table; tables between the steps have an order only through entry_no."""
        rows = self.engine.fetch(table).to_pylist()
        numbers = [name for name in ("entry_no", "day_no", "class_no") if rows and name in rows[0]]
        return (
            sorted(rows, key=lambda row: tuple(row[name] for name in numbers)) if numbers[:1] == ["entry_no"] else rows
        )

    def column(self, table: str, name: str, **where: str) -> list[str]:
        """One column, likewise."""
        return [cell for [cell] in self.rows(table, name, **where)]

    def must_show(self, table: str, expected: str, why: str = "", **where: str) -> None:
        """Assert that the table holds exactly these rows in this order; the header names the columns compared."""
        wanted = records(expected)
        columns = expected.strip().splitlines()[0]
        assert self.rows(table, columns, **where) == [list(row.values()) for row in wanted], why or table

    def count_without_needed(self, name: str, needed: Sequence[str] = ()) -> int:
        """How many rows a decision of ONLY_WITH finds where all is there but the rows it needs; nothing is kept."""
        self.engine.all_run()
        ask = self.engine._ask
        ask("begin")
        try:
            for one in needed or ONLY_WITH[name]:
                table, _, condition = one.partition(" where ")
                ask(f"create or replace table {table} as from {table} where not ({condition or 'true'})")
            found = ask(f"select count(*) from ({statement(name)})").fetchone()
            return int(found[0]) if found else 0
        finally:
            ask("rollback")

    def state_of(self, entry_id: str) -> str:
        """An entry's newest version in the three streams: "exported - / held TE008 / held TE008"."""
        last = [row for row in self.in_order("entries_rounded") if row["entry_id"].partition(":")[2] == entry_id][-1]
        return " / ".join(
            f"{last[f'{stream}_state']} {last[f'{stream}_reason'] or '-'}" for stream in ("pay", "cost", "bill")
        )


_SCRATCH = tempfile.TemporaryDirectory(prefix="timebooks-sql-")


def _cell(text: str) -> str | None:
    return None if text == "-" else text
