"""An invented company of any size: its settings and cross-references, written as a bookkeeper would keep them."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

import pyarrow.parquet as pq

from etl.mapping.declared import FILES
from etl.mapping.load import load_mappings
from etl.store.landing import pull_folder
from etl.workspace import Workspace

COMPANY, SOURCE, ZONE = "bench-works", "tracker", "America/Los_Angeles"
PERIOD_START, PERIOD_END, RAISE_DAY = "2026-11-09", "2026-11-15", "2026-11-12"
COUNT_PROJECTS, COUNT_ITEMS = 400, 20
ENTRIES_PER_PERSON, PULL = 50, "000001-bench"

SETTINGS = f"""
[company]
id = "{COMPANY}"
name = "Bench Works"
home_currency = "USD"
zone = "{ZONE}"
go_live = 2026-11-01
policy = "two_person"
[billing]
period = "weekly"
first_start = {PERIOD_START}
[[rounding]]
purpose = "bill"
unit_seconds = 360
mode = "nearest"
[labor_posting]
mode = "accrue"
[targets]
documents = ["quickbooks_online.labor_journal", "billing.worksheet"]
[[drops]]
name = "{SOURCE}"
files = "*.csv"
zone = "{ZONE}"
[drops.columns]
ID = "entry_ref"
Email = "person_ref"
Client = "client_ref"
Project = "project_ref"
Service = "service_ref"
Start = "start_text"
Duration = "duration_text"
Billable = "billable_text"
Description = "note"
"""

ACCOUNTS = (
    ("direct_labor", "Job Costs:Direct Labor", "COGS"),
    ("internal_labor", "Overhead:Internal Labor", "EXP"),
    ("leave_expense", "Overhead:Paid Leave", "EXP"),
    ("accrued_wages", "Accrued Wages Payable", "OCLIAB"),
)
PAY_ITEMS = (
    ("worked", "regular", "Hourly Regular"),
    ("worked", "overtime", "Overtime 1.5x"),
    ("worked", "overtime_premium", "Overtime Premium"),
    ("paid_leave", "regular", "Vacation Hourly"),
)


def count_people(count_entries: int) -> int:
    """How many people it takes to work this many entries in a week."""
    return max(4, -(-count_entries // ENTRIES_PER_PERSON))


def person_ref(person: int) -> str:
    """How the tracker knows a person."""
    return f"person{person:06d}@bench.example"


def client_ref(project: int) -> str:
    """How the tracker names the client of a project."""
    return f"Client {project // 4:03d}"


def project_ref(project: int) -> str:
    """How the tracker names a project."""
    return f"Project {project:03d}"


def service_ref(item: int) -> str:
    """How the tracker names what was done; the last but one is vacation, the last has no mapping row."""
    return "Vacation" if item == COUNT_ITEMS - 2 else f"Task {item:02d}"


def entries_path(workspace: Workspace) -> Path:
    """Where the landed entries lie."""
    return pull_folder(workspace, COMPANY, PULL) / "entries.parquet"


def write_company(root: Path, count_entries: int) -> Workspace:
    """A workspace at `root` with everything but entries: settings, people, projects, rates, calendar.

    The cross-references also lie at `root` as Parquet, each under its table's name: what the peers read.
    """
    workspace = Workspace(root)
    folder, people = workspace.mappings(COMPANY), range(count_people(count_entries))
    (folder / "private").mkdir(parents=True)
    (folder / "company.toml").write_text(SETTINGS, encoding="utf-8")
    (folder / "private" / "pay_rates.csv").touch(mode=0o600)
    _write(folder, "employees.csv", (employee(i) for i in people if not is_unknown(i)))
    _write(folder, "private/pay_rates.csv", (row for i in people for row in _pay_rates(i)))
    _write(folder, "projects.csv", (_project(k) for k in range(COUNT_PROJECTS) if k % 80 != 40))
    _write(folder, "items.csv", (_item(s) for s in range(COUNT_ITEMS - 1)))
    _write(folder, "dimensions.csv", _classes(people))
    _write(folder, "rates.csv", _bill_rates(people))
    _write(folder, "accounts.csv", ACCOUNTS)
    _write(folder, "pay_items.csv", PAY_ITEMS)
    _write(
        folder,
        "pay_calendar.csv",
        [("weekly", "weekly", PERIOD_START, PERIOD_END, "2026-11-17 12:00", "2026-11-20", "monday")],
    )
    for name, table in load_mappings(folder, COMPANY).tables.items():
        pq.write_table(table, root / f"{name}.parquet")
    return workspace


def _employee_id(person: int) -> str:
    """Not in the order of the tracker's names, as in life."""
    return f"E{person * 7919 % 1_000_003:07d}"


def is_unknown(person: int) -> bool:
    """Whether no row of employees.csv answers for the person."""
    return person % 333 == 77


def employee(person: int) -> tuple[str, ...]:
    """The person's row of employees.csv."""
    if person % 100 < 3:
        kind, group, status, place = "contractor", "", "", ""
    else:
        kind, group, status, place = "employee", "weekly", "exempt" if person % 100 < 13 else "nonexempt", "US"
    return (
        SOURCE,
        person_ref(person),
        _employee_id(person),
        f"Person {person}",
        kind,
        group,
        status,
        place,
        "",
        "2026-01-01",
        "",
    )


def _pay_rates(person: int) -> Iterable[tuple[str, ...]]:
    """One rate each; every 50th person has a raise within the week, and of every 500th the rate is not known."""
    cents = 1800 + person * 37 % 5700
    if person % 500 == 11 or is_unknown(person):
        return
    if person % 50 == 7:
        yield _employee_id(person), f"{cents / 100:.2f}", "USD", "2026-01-01", "2026-11-11"
        yield _employee_id(person), f"{(cents + 125) / 100:.2f}", "USD", RAISE_DAY, ""
    else:
        yield _employee_id(person), f"{cents / 100:.2f}", "USD", "2026-01-01", ""


def _job(project: int) -> str:
    return "" if project % 50 == 25 else f"{client_ref(project)}:Job {project:03d}"


def _project(project: int) -> tuple[str, ...]:
    method = "not_billed" if project % 20 == 19 else "time_and_materials"
    client = "*" if project % 7 == 3 else client_ref(project)
    return SOURCE, client, project_ref(project), _job(project), method, "2026-01-01", ""


def _service_item(item: int) -> str:
    return f"Service {item:02d}"


def _item(item: int) -> tuple[str, ...]:
    kind = "paid_leave" if service_ref(item) == "Vacation" else "worked"
    return "*", service_ref(item), _service_item(item), kind, "2026-01-01", ""


def _classes(people: Iterable[int]) -> Iterable[tuple[object, ...]]:
    for item in range(12):
        yield "class", "service_item", _service_item(item), f"Class {item % 5}", 2, "2026-01-01", ""
    for project in range(0, COUNT_PROJECTS, 10):
        yield "class", "customer_job", _job(project), f"Class job {project % 3}", 1, "2026-01-01", ""
    for person in people:
        if person % 40 == 0:
            yield "class", "employee", _employee_id(person), "Class staff", 3, "2026-01-01", ""


def _bill_rates(people: Iterable[int]) -> Iterable[tuple[str, ...]]:
    """Rates by item, some by job, by job and item, and by person; one item goes up within the week, one has none."""
    for item in range(COUNT_ITEMS - 3):
        if item == 3:
            yield "*", _service_item(item), "*", "101.50", "USD", "2026-01-01", "2026-11-11"
            yield "*", _service_item(item), "*", "104.00", "USD", RAISE_DAY, ""
        else:
            yield "*", _service_item(item), "*", f"{90 + 5 * item}.00", "USD", "2026-01-01", ""
    for project in range(0, COUNT_PROJECTS, 25):
        if _job(project):
            yield _job(project), "*", "*", f"{130 + project % 40}.00", "USD", "2026-01-01", ""
    for project in range(3, COUNT_PROJECTS, 7):
        if _job(project):
            yield _job(project), _service_item(project % 17), "*", f"{88 + project % 60}.50", "USD", "2026-01-01", ""
    for person in people:
        if person % 200 == 5:
            yield "*", "*", _employee_id(person), f"{150 + person % 90}.25", "USD", "2026-01-01", ""


def _write(folder: Path, name: str, rows: Iterable[Iterable[object]]) -> None:
    """One cross-reference file under the header that is declared for it."""
    header = next(declared.needed for declared in FILES if declared.name == name)
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
