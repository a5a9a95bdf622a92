"""A small practice company whose weeks are exported one after another while its past is edited under it.

Entries and cross-references are kept as plain data; every delivery is a file of all entries as they stand, as an export
of a tracker is. What the batches hold is read from their published tables alone.
"""

from __future__ import annotations

import atexit
import csv
import hashlib
import io
import os
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from etl import steps
from etl.mapping.declared import FILES
from etl.sql.order import MARTS
from etl.sql.run import Limits
from etl.steps.check import read_run_suites
from etl.store import batches, exports
from etl.tables import EXCEPTIONS
from etl.workspace import Workspace

COMPANY = "sandbox-past"
TABLES = ("postings", "payroll_lines", "billable_lines", "corrections")
MONDAY = date(2026, 11, 2)
WRITTEN = 1_780_000_000
_FIRST: dict[str, Path] = {}   # what equal companies published in this process
SETTINGS = f"""
[company]
id = "{COMPANY}"
name = "Past Works (practice company)"
home_currency = "USD"
zone = "America/New_York"
go_live = {MONDAY}
policy = "two_person"
[billing]
period = "weekly"
first_start = {MONDAY}
[unmapped]
mode = "%(unmapped)s"
[labor_posting]
mode = "%(posting)s"
[targets]
documents = ["quickbooks_online.labor_journal", "billing.worksheet", "payroll.hours"]
%(more)s
[[drops]]
name = "tracker"
files = "*.csv"
zone = "America/New_York"
completeness = "complete"
window = "time_{{start}}_to_{{end}}.csv"
delete_ceiling_percent = 100
[drops.columns]
ID = "entry_ref"
Email = "person_ref"
Project = "project_ref"
Service = "service_ref"
Day = "date_text"
Duration = "duration_text"
Billable = "billable_text"
"""
ACCOUNTS = [
    ("direct_labor", "Job Costs:Labor", "COGS"),
    ("internal_labor", "Overhead:Labor", "EXP"),
    ("leave_expense", "Overhead:Leave", "EXP"),
    ("accrued_wages", "Accrued Wages", "OCLIAB"),
    ("wages_expense", "Wages Expense", "EXP"),
    ("suspense", "Suspense:Labor", "OCASSET"),
]
PAY_ITEMS = [
    ("worked", "regular", "Regular"),
    ("worked", "overtime", "Overtime"),
    ("worked", "overtime_premium", "Overtime Premium"),
    ("worked", "double_time", "Double Time"),
    ("worked", "double_time_premium", "Double Time Premium"),
]


def sunday(week: int) -> date:
    """The last day of a week, counted from 0."""
    return MONDAY + timedelta(days=7 * week + 6)


@dataclass
class Past:
    """The company. `entries`: id → (person, project, day, hours and minutes, billable).

    `teams`: each has two people, two projects, a client and rates of its own, named with its letter.
    """

    root: Path
    weeks: int = 6
    posting: str = "accrue"
    unmapped: str = "suspense"
    more: str = ""
    places: Mapping[str, str] = field(default_factory=dict)
    teams: tuple[str, ...] = ("",)
    entries: dict[str, tuple[str, str, date, str, str]] = field(default_factory=dict)
    tables: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        place = Workspace(self.root)
        (place.mappings(COMPANY) / "private").mkdir(parents=True, mode=0o700)
        place.inbox(COMPANY).mkdir(parents=True)
        (self.root / "reports").mkdir()
        self.tables = {
            "employees.csv": [
                ("tracker", f"{name}@x.example", number, name.title(), "employee", "weekly", "nonexempt",
                 self.places.get(name, "US"), "", MONDAY, "")
                for team in self.teams
                for name, number in ((f"ann{team}", f"E1{team}"), (f"bob{team}", f"E2{team}"))
            ],
            "private/pay_rates.csv": [
                (f"{number}{team}", rate, "USD", MONDAY, "")
                for team in self.teams for number, rate in (("E1", "20.00"), ("E2", "31.75"))
            ],
            "projects.csv": [
                ("tracker", "*", f"{name}{team}", f"Mill{team}:{name.title()}", "time_and_materials", MONDAY, "")
                for team in self.teams for name in ("web", "shop")
            ],
            "items.csv": [("*", "code", "Engineering", "worked", MONDAY, "")],
            "dimensions.csv": [],
            "rates.csv": [row for team in self.teams for row in self.bill_rates(team, "120.00")],
            "accounts.csv": list(ACCOUNTS),
            "pay_items.csv": list(PAY_ITEMS),
            "pay_calendar.csv": [
                ("weekly", "weekly", sunday(week) - timedelta(days=6), sunday(week),
                 f"{sunday(week) + timedelta(days=2)} 12:00", sunday(week) + timedelta(days=5), "monday")
                for week in range(self.weeks)
            ],
        }

    @staticmethod
    def bill_rates(team: str, rate: str) -> list[tuple[Any, ...]]:
        """What a team's hours are billed at: the first team's rate is everybody's who has none."""
        people = [f"E1{team}", f"E2{team}"] if team else ["*"]
        return [("*", "*", person, rate, "USD", MONDAY, "") for person in people]

    def work(self, text: str) -> None:
        """Entries as lines `id person project day h:mm [no]`, days counted from the first Monday (0)."""
        for line in text.strip().splitlines():
            ref, person, project, day, time, *rest = line.split()
            self.entries[ref] = (person, project, MONDAY + timedelta(days=int(day)), time, *(rest or ["yes"]))

    def write(self) -> None:
        """Settings and cross-references as they stand, and one export of every entry."""
        place = Workspace(self.root)
        folder = place.mappings(COMPANY)
        choices = {"posting": self.posting, "unmapped": self.unmapped, "more": self.more}
        (folder / "company.toml").write_text((SETTINGS.replace("{{", "{").replace("}}", "}")) % choices)
        for name, rows in self.tables.items():
            header = next(declared.needed for declared in FILES if declared.name == name)
            text = _csv([header, *rows])
            if name.startswith("private/"):
                (folder / name).touch(mode=0o600)
            if not (folder / name).exists() or (folder / name).read_text() != text:
                (folder / name).write_text(text)
        rows = [("ID", "Email", "Project", "Service", "Day", "Duration", "Billable")]
        rows += [(ref, f"{person}@x.example", project, "code", str(day), f"{time}:00", billable)
                 for ref, (person, project, day, time, billable) in sorted(self.entries.items())]
        delivered = place.inbox(COMPANY) / f"time_{MONDAY}_to_{sunday(self.weeks - 1)}.csv"
        delivered.write_text(_csv(rows))
        os.utime(delivered, (WRITTEN, WRITTEN))   # a file this old is not looked at twice

    def draft(self, week: int) -> steps.Outcome:
        """A week up to its draft."""
        self.write()
        run = steps.start(COMPANY, sunday(week), self.root, in_memory=True, limits=Limits(threads=1))
        try:
            for step in (steps.pull, steps.map_entries, steps.apply_rules, steps.check, steps.draft):
                outcome = step(run)
                assert not outcome.exit_code, outcome.text()
        finally:
            run.end()
        return outcome

    def publish(self, week: int) -> None:
        """A week from pull to its published batch, without what corrects nothing: suites, history, evidence."""
        run = self.rules(week)
        try:
            with run.engine() as engine:
                engine.put("checked_items", EXCEPTIONS.empty_table())
                engine.put("checked_suites", pa.table({"digest": [read_run_suites(run).digest]}))
            steps.draft(run)
            steps.approve_batch(run)
            draft = batches.find_draft(run.workspace, COMPANY, run.period_end, run.records())
            assert draft is not None
            exports.export(run.workspace, COMPANY, draft, person="preparer", now=run.now())
        finally:
            run.end()

    def publish_first(self) -> None:
        """The first week of a company that has done nothing yet; for equal companies it is made once, and copied."""
        assert not Workspace(self.root).audit_log(COMPANY).exists()
        choices = [getattr(self, one.name) for one in fields(self) if one.name != "root"]
        chosen = repr((type(self).__qualname__, choices))
        if chosen in _FIRST:
            shutil.copytree(_FIRST[chosen], self.root, dirs_exist_ok=True)
            return
        self.publish(0)
        kept = Path(tempfile.mkdtemp(prefix="first-week-"))
        atexit.register(shutil.rmtree, kept, ignore_errors=True)
        _FIRST[chosen] = shutil.copytree(self.root, kept / "w")

    def computed(self, week: int) -> dict[str, list[dict[str, Any]]]:
        """What a week comes to by all that is known now, nothing published."""
        run = self.rules(week)
        try:
            with run.engine() as engine:
                engine.put("checked_items", EXCEPTIONS.empty_table())
                engine.run(MARTS[: MARTS.index("billable_lines") + 1])
                return {name: engine.fetch(name).to_pylist() for name in TABLES}
        finally:
            run.end()

    def rules(self, week: int) -> steps.Run:
        """A week up to its rules; the caller ends the run."""
        self.write()
        run = steps.start(COMPANY, sunday(week), self.root, in_memory=True, limits=Limits(threads=1))
        for step in (steps.pull, steps.map_entries, steps.apply_rules):
            outcome = step(run)
            assert not outcome.exit_code, outcome.text()
        return run

    def run(self, week: int) -> steps.Outcome:
        """A week from pull to close, the last screen back."""
        self.write()
        outcome = steps.week(steps.start(COMPANY, sunday(week), self.root, in_memory=True, limits=Limits(threads=1)))
        assert not outcome.exit_code, outcome.text()
        return outcome

    def folder(self, week: int) -> Path:
        """The batch folder of a week."""
        (found,) = (self.root / "reports" / COMPANY / str(sunday(week))).glob("batch-*")
        return found

    def rows(self, week: int, table: str) -> list[dict[str, Any]]:
        """A published table of a week; none where the batch has no such table."""
        path = self.folder(week) / "data" / f"{table}.parquet"
        return list(pq.read_table(path).to_pylist()) if path.exists() else []

    def exported(self, weeks: Iterable[int]) -> Totals:
        """The sums of all lines that were exported in these weeks."""
        totals = Totals()
        for week in weeks:
            totals.of({name: self.rows(week, name) for name in TABLES})
        return totals

    def referred(self, week: int) -> Totals:
        """The overpaid wages that wait for a person in a week's batch."""
        totals = Totals()
        for row in self.rows(week, "corrections"):
            if row["state"] == "referred":
                key = (row["employee_id"], row["pay_item"], row["workweek_start"])
                totals.add("pay", key, row["amount"])
                totals.add("pay seconds", key, Decimal(row["seconds"]))
        return totals

    def digests(self) -> dict[str, str]:
        """Every published file with its digest."""
        return {path.relative_to(self.root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
                for path in (self.root / "reports" / COMPANY).glob("*/batch-*/**/*") if path.is_file()}


class Totals(defaultdict[tuple[str, Any], Decimal]):
    """Sums by kind and key; what is 0 is not there."""

    def __init__(self) -> None:
        super().__init__(Decimal)

    def add(self, kind: str, key: Any, amount: Decimal) -> None:
        self[kind, key] += amount
        if not self[kind, key]:
            del self[kind, key]

    def of(self, tables: Mapping[str, list[dict[str, Any]]]) -> None:
        """Add the lines of one batch: journals by account and job, pay by person, item and workweek, billing by job."""
        for row in tables["postings"]:
            kind = "reversals" if row["document_number"].endswith("R") else "journals"
            self.add(kind, (row["account"], row["customer_job"]), row["amount"])
        for row in tables["payroll_lines"]:
            key = (row["employee_id"], row["pay_item"], row["workweek_start"])
            hours = row["premium_seconds"] if row["hour_class"].endswith("_premium") else row["pay_seconds"]
            self.add("pay", key, row["amount"])
            self.add("pay seconds", key, Decimal(hours))
        for row in tables["billable_lines"]:
            self._bill(row, row["bill_seconds"])
        for row in tables["corrections"]:
            if row["stream"] == "pay" and row["state"] != "referred":
                key = (row["employee_id"], row["pay_item"], row["workweek_start"])
                self.add("pay", key, row["amount"])
                self.add("pay seconds", key, Decimal(row["seconds"]))
            elif row["stream"] == "bill":
                self._bill(row, row["seconds"])

    def _bill(self, row: Mapping[str, Any], seconds: int) -> None:
        key = (row["customer_job"], row["service_item"], row["bill_rate"], row["currency"])
        self.add("bill", key, row["amount"])
        self.add("bill seconds", key, Decimal(seconds))

    def plus(self, other: Totals) -> Totals:
        """Both together."""
        both = Totals()
        for totals in (self, other):
            for (kind, key), amount in totals.items():
                both.add(kind, key, amount)
        return both


def _csv(rows: Iterable[Iterable[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
