"""A practice company of two people and twenty entries a week: small enough to run its week hundreds of times."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

from etl import steps
from etl.mapping.declared import FILES
from etl.workspace import Workspace

COMPANY = "sandbox-tiny"
FIRST_MONDAY, PERIOD_END = date(2026, 11, 2), date(2026, 11, 8)
KEPT = ("data/landing", "data/audit_log", "data/drafts", "reports")
SETTINGS = f"""
[company]
id = "{COMPANY}"
name = "Tiny Works (practice company)"
home_currency = "USD"
zone = "America/New_York"
go_live = {FIRST_MONDAY}
policy = "two_person"
[billing]
period = "weekly"
first_start = {FIRST_MONDAY}
[labor_posting]
mode = "accrue"
[targets]
documents = ["quickbooks_online.labor_journal", "billing.worksheet"]
[[drops]]
name = "tracker"
files = "*.csv"
zone = "America/New_York"
[drops.columns]
ID = "entry_ref"
Email = "person_ref"
Project = "project_ref"
Service = "service_ref"
Start = "start_text"
Duration = "duration_text"
Billable = "billable_text"
"""
ACCOUNTS = (
    ("direct_labor", "Job Costs:Direct Labor", "COGS"), ("internal_labor", "Overhead:Internal Labor", "EXP"),
    ("leave_expense", "Overhead:Paid Leave", "EXP"), ("accrued_wages", "Accrued Wages Payable", "OCLIAB"))
PAY_ITEMS = (
    ("worked", "regular", "Hourly Regular"), ("worked", "overtime", "Overtime 1.5x"),
    ("worked", "overtime_premium", "Overtime Premium"))
ROWS = {
    "employees.csv": [("tracker", f"{name}@tiny.example", number, name.title(), "employee", "weekly", "nonexempt",
                       "US", "", FIRST_MONDAY, "") for name, number in (("ann", "E1"), ("bob", "E2"))],
    "private/pay_rates.csv": [("E1", "40.00", "USD", FIRST_MONDAY, ""), ("E2", "31.75", "USD", FIRST_MONDAY, "")],
    "projects.csv": [("tracker", "*", "Web", "Mill:Web", "time_and_materials", FIRST_MONDAY, "")],
    "items.csv": [("*", "Code", "Engineering", "worked", FIRST_MONDAY, "")],
    "dimensions.csv": [],
    "rates.csv": [("*", "*", "*", "120.00", "USD", FIRST_MONDAY, "")],
    "accounts.csv": ACCOUNTS,
    "pay_items.csv": PAY_ITEMS,
}


def make_company(root: Path, weeks: int = 1, entries_a_week: int = 20, company: str = COMPANY) -> Workspace:
    """A workspace at `root` with everything its first weeks need, and nothing landed yet."""
    workspace = Workspace(root)
    folder, inbox = workspace.mappings(company), workspace.inbox(company)
    (folder / "private").mkdir(parents=True, mode=0o700)
    inbox.mkdir(parents=True)
    (root / "reports").mkdir(exist_ok=True)   # a workspace may have many of them
    (folder / "company.toml").write_text(SETTINGS.replace(COMPANY, company), encoding="utf-8")
    (folder / "private" / "pay_rates.csv").touch(mode=0o600)
    for name, rows in ROWS.items():
        _write(folder, name, rows)
    mondays = [FIRST_MONDAY + timedelta(weeks=week) for week in range(weeks)]
    _write(folder, "pay_calendar.csv", (
        ("weekly", "weekly", monday, monday + timedelta(days=6), f"{monday + timedelta(days=8)} 12:00",
         monday + timedelta(days=11), "monday") for monday in mondays))
    with (inbox / "time.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(("ID", "Email", "Project", "Service", "Start", "Duration", "Billable"))
        writer.writerows(_entries(mondays, entries_a_week))
    return workspace


def _entries(mondays: Iterable[date], count: int) -> Iterable[tuple[object, ...]]:
    """Per week: five days, two people, mornings and afternoons; Thursdays are long, so there is overtime."""
    for monday in mondays:
        for n in range(count):
            person, is_late, day = ("ann", "bob")[n % 2], n // 2 % 2, monday + timedelta(days=n // 4 % 5)
            hours = 5 if day.weekday() == 3 else 4
            yield (f"{monday}-{n}", f"{person}@tiny.example", "Web", "Code", f"{day} {13 if is_late else '08'}:00:00",
                   f"{hours}:00:00", "Yes")


def _write(folder: Path, name: str, rows: Iterable[Iterable[object]]) -> None:
    header = next(declared.needed for declared in FILES if declared.name == name)
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def week(root: Path, period_end: date = PERIOD_END, company: str = COMPANY) -> steps.Outcome:
    """The company's week, pull to close, in this process."""
    return steps.week(steps.start(company, period_end, root, in_memory=True))


def committed(root: Path) -> list[Path]:
    """Every file that is to last, executed notebooks aside."""
    return [path for part in KEPT for path in sorted((root / part).rglob("*"))
            if path.is_file() and "runs" not in path.relative_to(root).parts]


def batch_digests(root: Path) -> dict[str, str]:
    """The sha256 of every file that knows no clock: pulls, mapping sets, batch folders."""
    found = {path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
             for path in committed(root)}
    return {name: digest for name, digest in found.items()
            if not name.startswith("data/audit_log") and "/evidence/" not in name}


def names(root: Path) -> list[str]:
    """The names of all files that are to last."""
    return [path.relative_to(root).as_posix() for path in committed(root)]


def times(root: Path) -> dict[str, tuple[int, bytes]]:
    """All that a rerun must leave alone, with its bytes and times."""
    return {path.relative_to(root).as_posix(): (path.stat().st_mtime_ns, path.read_bytes())
            for path in committed(root)}
