"""A workspace around a real time log: the documented example, with a cross-reference row for all that is in it."""

from __future__ import annotations

import csv
import gzip
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Literal

from etl.mapping.declared import FILES
from etl.periods import workweek_start
from etl.settings import read_settings
from etl.workspace import Workspace

EXAMPLE = Path(__file__).resolve().parents[1] / "docs" / "examples" / "real-time-log"
SOURCE = "time_log"
BILL_RATE = "120.00"
ACCOUNTS = (
    ("direct_labor", "Job Costs:Direct Labor", "COGS"), ("internal_labor", "Overhead:Internal Labor", "EXP"),
    ("leave_expense", "Overhead:Paid Leave", "EXP"), ("accrued_wages", "Accrued Wages Payable", "OCLIAB"),
    ("wages_expense", "Wages Expense", "EXP"), ("suspense", "Suspense:Unmapped Labor", "OCASSET"))
PAY_ITEMS = (
    ("worked", "regular", "Hourly Regular"), ("worked", "overtime", "Overtime 1.5x"),
    ("worked", "overtime_premium", "Overtime Premium"))


@dataclass(frozen=True)
class _Refs:
    """What a log refers to, each once and in order; `first` and `last` are the days any entry begins or ends on."""

    people: tuple[int, ...]
    projects: tuple[int, ...]
    phases: tuple[str, ...]
    first: date
    last: date


def company_id(org: Literal["C", "D"]) -> str:
    """time-log-c or time-log-d."""
    return f"time-log-{org.lower()}"


def make_time_log_company(root: Path, org: Literal["C", "D"], source_csv_gz: Path) -> Workspace:
    """A workspace at `root` with the log in its inbox and every person, project and phase of it mapped.

    Settings are the example's, unchanged. Employees P00096 "Person 96", nonexempt, weekly from Monday; one job per
    project; pay 30 to 49 dollars, by the person's number; one bill rate for all.
    """
    workspace, company = Workspace(root), company_id(org)
    folder, inbox = workspace.mappings(company), workspace.inbox(company)
    (folder / "private").mkdir(parents=True, mode=0o700)
    inbox.mkdir(parents=True)
    shutil.copyfile(source_csv_gz, inbox / f"time_log_org_{org}.csv.gz")
    shutil.copyfile(EXAMPLE / f"{company}.toml", folder / "company.toml")
    go_live = read_settings(folder / "company.toml", company).company.go_live
    refs = _read_refs(source_csv_gz)
    _write_people(folder, refs, go_live)
    _write_work(folder, refs, go_live)
    _write_rows(folder, "pay_calendar.csv", _weeks(refs.first, refs.last))
    return workspace


def _read_refs(source_csv_gz: Path) -> _Refs:
    people, projects, phases, days = set(), set(), set(), set()
    with gzip.open(source_csv_gz, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, strict=True):
            people.add(row["person_key"])
            projects.add(row["project_key"])
            phases.add(row["phase_short_name"])
            days.update((row["time_log_start_date"].partition(" ")[0], row["time_log_end_date"].partition(" ")[0]))
    parts = (text.split("/") for text in days - {r"\N"})
    dates = [date(int(year), int(month), int(day)) for month, day, year in parts]
    return _Refs(tuple(sorted(map(int, people))), tuple(sorted(map(int, projects))), tuple(sorted(phases)),
                 min(dates), max(dates))



def _write_people(folder: Path, refs: _Refs, go_live: date) -> None:
    _write_rows(folder, "employees.csv", (
        (SOURCE, key, f"P{key:05}", f"Person {key}", "employee", "weekly", "nonexempt", "US", "", go_live, "")
        for key in refs.people))
    (folder / "private" / "pay_rates.csv").touch(mode=0o600)
    _write_rows(folder, "private/pay_rates.csv", (
        (f"P{key:05}", f"{30 + key % 20}.00", "USD", go_live, "") for key in refs.people))


def _write_work(folder: Path, refs: _Refs, go_live: date) -> None:
    _write_rows(folder, "projects.csv", (
        (SOURCE, "*", key, f"Client {key}:Job {key}", "time_and_materials", go_live, "") for key in refs.projects))
    _write_rows(folder, "items.csv", ((SOURCE, phase, phase, "worked", go_live, "") for phase in refs.phases))
    _write_rows(folder, "rates.csv", [("*", "*", "*", BILL_RATE, "USD", go_live, "")])
    _write_rows(folder, "dimensions.csv", [])
    _write_rows(folder, "accounts.csv", ACCOUNTS)
    _write_rows(folder, "pay_items.csv", PAY_ITEMS)


def _weeks(first: date, last: date) -> Iterator[tuple[object, ...]]:
    """One pay period a week, from the Monday on or before the first day to the week of the last."""
    start = workweek_start(first, 1)
    for number in range((last - start).days // 7 + 1):
        monday = start + timedelta(weeks=number)
        cut_off = datetime.combine(monday + timedelta(days=8), time(12))
        yield ("weekly", "weekly", monday, monday + timedelta(days=6), f"{cut_off:%Y-%m-%d %H:%M}",
               monday + timedelta(days=11), "monday")


def _write_rows(folder: Path, name: str, rows: Iterable[tuple[object, ...]]) -> None:
    """One cross-reference file under the header that is declared for it."""
    header = next(declared.needed for declared in FILES if declared.name == name)
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
