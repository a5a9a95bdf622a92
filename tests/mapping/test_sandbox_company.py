"""The practice company is what its readers are told: 12 people, one week, one planted hold, nothing else to fix."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from etl.mapping.load import load_mappings
from etl.periods import PayPeriod
from etl.settings import Settings, read_settings
from tests.shared import shared

ROOT = Path(__file__).resolve().parents[2]
COMPANY = "sandbox-studio"
FOLDER = ROOT / "mappings" / COMPANY
EXPORT = ROOT / "data" / "inbox" / COMPANY / "Toggl_time_entries_2026-11-16_to_2026-11-22.csv"
FIRST, LAST = date(2026, 11, 16), date(2026, 11, 22)
PLANTED = "First wiring of the kiosk screen"

Entry = dict[str, str]
Row = dict[str, Any]
Tables = dict[str, list[Row]]   # the cross-references, by table


@pytest.fixture(scope="module")
def settings() -> Settings:
    return read_settings(FOLDER / "company.toml", COMPANY)


@pytest.fixture(scope="module")
def tables() -> Tables:
    loaded = load_mappings(FOLDER, COMPANY)
    return {name: loaded.rows(name) for name in loaded.tables}


@pytest.fixture(scope="module")
def pay_periods() -> tuple[PayPeriod, ...]:
    return load_mappings(FOLDER, COMPANY).pay_periods


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    with EXPORT.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def seconds(clock: str) -> int:
    hours, minutes, rest = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(rest)


def clock(total: int) -> str:
    return f"{total // 3600}:{total // 60 % 60:02}:{total % 60:02}"


def began(entry: Entry) -> datetime:
    return datetime.fromisoformat(f"{entry['Start date']} {entry['Start time']}")


def ended(entry: Entry) -> datetime:
    return datetime.fromisoformat(f"{entry['End date']} {entry['End time']}")


def answers(tables: Tables, table: str, entry: Entry, refs: dict[str, str]) -> list[Row]:
    """The rows of one cross-reference that answer these references on the entry's day; * stands for any."""
    day = began(entry).date()
    return [row for row in tables[table] if row["effective_from"] <= day <= row["effective_to"]
            and all(row[name] in (ref or "(none)", "*") for name, ref in refs.items())]


def project(tables: Tables, entry: Entry) -> list[Row]:
    refs = {"source": "toggl", "client_ref": entry["Client"], "project_ref": entry["Project"]}
    return answers(tables, "map_projects", entry, refs)


def item(tables: Tables, entry: Entry) -> list[Row]:
    return answers(tables, "map_items", entry, {"source": "toggl", "service_ref": entry["Task"]})


def person(tables: Tables, entry: Entry) -> list[Row]:
    return answers(tables, "map_employees", entry, {"source": "toggl", "person_ref": entry["Email"]})


def bill_rates(tables: Tables, entry: Entry) -> list[Row]:
    refs = {"customer_job": project(tables, entry)[0]["customer_job"],
            "service_item": item(tables, entry)[0]["service_item"],
            "employee_id": person(tables, entry)[0]["employee_id"]}
    return answers(tables, "map_rates", entry, refs)


def is_billed(tables: Tables, entry: Entry) -> bool:
    """Marked billable, on a job that is billed by the hour, with time in it."""
    jobs = project(tables, entry)
    return entry["Billable"] == "Yes" and seconds(entry["Duration"]) > 0 and [
        job["billing_method"] for job in jobs] == ["time_and_materials"]


def test_settings_say_what_the_guide_says(settings: Settings) -> None:
    rule, drop, desktop = settings.rounding[0], settings.drops[0], settings.targets.quickbooks_desktop
    assert settings.company.model_dump() == {
        "id": COMPANY, "name": "Sandbox Studio (practice company)", "home_currency": "USD",
        "zone": "America/New_York", "go_live": date(2026, 11, 1), "policy": "two_person"}
    assert (settings.billing.period, settings.billing.first_start) == ("weekly", FIRST)
    assert len(settings.rounding) == 1, "pay is exact: no rule"
    assert (rule.purpose, rule.unit_seconds, rule.mode, rule.grain) == ("bill", 360, "nearest", "entry")
    assert (settings.unmapped.mode, settings.labor_posting.mode) == ("hold", "accrue")
    assert settings.targets.documents == (
        "quickbooks_desktop.time", "quickbooks_desktop.labor_journal", "billing.worksheet")
    assert desktop is not None
    assert desktop.transfer_to_payroll
    assert (drop.name, drop.dialect, drop.completeness) == ("toggl", "toggl_detailed", "complete")
    assert drop.window.format(start=FIRST, end=LAST) == EXPORT.name
    assert EXPORT.match(drop.files)


def test_every_choice_is_explained_to_a_bookkeeper() -> None:
    lines = (FOLDER / "company.toml").read_text(encoding="utf-8").splitlines()
    bare = [line for before, line in pairwise(lines) if line.startswith("[") and not before.startswith("# ")]
    assert bare == [], "each section follows its comment"


def test_people_calendar_and_accounts(tables: Tables, pay_periods: tuple[PayPeriod, ...]) -> None:
    people = tables["map_employees"]
    assert [row["employee_id"] for row in people] == [*(f"E{n:02}" for n in range(1, 11)), "V01", "V02"]
    kinds = ("worker_type", "flsa_status", "pay_group", "work_location")
    assert Counter(tuple(row[kind] for kind in kinds) for row in people) == {
        ("employee", "nonexempt", "weekly", "US"): 8, ("employee", "exempt", "weekly", "US"): 2,
        ("contractor", None, None, "US"): 2}
    weeks = [pay.period for pay in pay_periods]
    assert [week.start for week in weeks] == [date(2026, 11, 2) + timedelta(weeks=n) for n in range(8)]
    assert (FIRST, LAST) in [(week.start, week.end) for week in weeks]
    assert {pay.workweek_start for pay in pay_periods} == {1}
    assert {row["purpose"]: (row["account"], row["account_type"]) for row in tables["map_accounts"]} == {
        "direct_labor": ("Job Costs:Direct Labor", "COGS"), "internal_labor": ("Overhead:Internal Labor", "EXP"),
        "leave_expense": ("Overhead:Paid Leave", "EXP"), "accrued_wages": ("Accrued Wages Payable", "OCLIAB"),
        "wages_expense": ("Wages Expense", "EXP"), "suspense": ("Suspense:Unmapped Labor", "OCASSET")}


def test_export_is_written_as_toggl_writes_it() -> None:
    sample = shared("samples/sources/toggl/Toggl_time_entries_2026-11-09_to_2026-11-15.csv").read_bytes()
    content = EXPORT.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf"), "a BOM, as in Toggl's own file"
    assert content.splitlines(keepends=True)[0] == sample.splitlines(keepends=True)[0]


TIMESHEETS = """
    employee  entries  hours     of it leave
    E01       22       42:25:00  0:00:00
    E02       18       42:48:23  0:00:00
    E03       14       38:03:00  0:00:00
    E04       17       45:29:00  0:00:00
    E05       17       42:34:35  0:00:00
    E06       17       40:00:00  0:00:00
    E07       14       42:21:00  8:00:00
    E08       17       41:35:48  0:00:00
    E09       17       45:03:39  0:00:00
    E10       15       36:21:00  0:00:00
    V01       8        19:38:39  0:00:00
    V02       7        19:54:00  0:00:00
"""


def test_everybodys_week(tables: Tables, entries: list[Entry]) -> None:
    count, total, leave = Counter[str](), Counter[str](), Counter[str]()
    for entry in entries:
        employee = person(tables, entry)[0]["employee_id"]
        count[employee] += 1
        total[employee] += seconds(entry["Duration"])
        leave[employee] += seconds(entry["Duration"]) * (item(tables, entry)[0]["hour_kind"] == "paid_leave")
    expected = [line.split() for line in TIMESHEETS.strip().splitlines()[1:]]
    assert [[name, str(count[name]), clock(total[name]), clock(leave[name])] for name in sorted(count)] == expected
    assert (len(entries), sum(total.values())) == (183, 1_642_444)


def test_who_worked_overtime(tables: Tables, entries: list[Entry]) -> None:
    worked = Counter[str]()
    for entry in entries:
        who = person(tables, entry)[0]
        if who["flsa_status"] == "nonexempt" and item(tables, entry)[0]["hour_kind"] == "worked":
            worked[who["employee_id"]] += seconds(entry["Duration"])
    over = {name: clock(total - 144_000) for name, total in sorted(worked.items()) if total > 144_000}
    assert over == {"E02": "2:48:23", "E04": "5:29:00", "E05": "2:34:35", "E08": "1:35:48"}
    assert clock(worked["E06"]) == "40:00:00", "exactly at the limit: no overtime"
    assert clock(worked["E07"]) == "34:21:00", "with 8 hours of leave more than 40, but leave is not worked"


def test_durations_are_the_time_between_start_and_end(entries: list[Entry]) -> None:
    shown = [(ended(entry) - began(entry), timedelta(seconds=seconds(entry["Duration"]))) for entry in entries]
    assert [pair for pair in shown if pair[0] != pair[1]] == []
    assert {entry["Start date"] for entry in entries} | {entry["End date"] for entry in entries} == {
        (FIRST + timedelta(days=n)).isoformat() for n in range(7)}
    assert [began(entry) for entry in entries] == sorted(began(entry) for entry in entries)


def test_nobody_is_in_two_places_at_once(entries: list[Entry]) -> None:
    for email in {entry["Email"] for entry in entries}:
        own = sorted((began(entry), ended(entry)) for entry in entries if entry["Email"] == email)
        assert [(earlier, later) for earlier, later in pairwise(own) if later[0] < earlier[1]] == [], email


def test_one_project_and_nothing_else_is_unmapped(tables: Tables, entries: list[Entry]) -> None:
    assert [entry["Email"] for entry in entries if len(person(tables, entry)) != 1] == []
    assert [entry["Task"] for entry in entries if len(item(tables, entry)) != 1] == []
    unmapped = [entry for entry in entries if len(project(tables, entry)) != 1]
    columns = ("Client", "Project", "Description", "Billable", "Duration")
    assert [tuple(entry[name] for name in columns) for entry in unmapped] == [
        ("Tidewell Ferries", "Pier Kiosk Pilot", PLANTED, "Yes", "02:30:00")]
    assert person(tables, unmapped[0])[0]["worker_type"] == "employee", "so that its pay is seen to go on"


def test_employees_have_pay_rates_and_billed_time_has_bill_rates(tables: Tables, entries: list[Entry]) -> None:
    employees = [entry for entry in entries if person(tables, entry)[0]["worker_type"] == "employee"]
    pay = [answers(tables, "map_pay_rates", entry, {"employee_id": person(tables, entry)[0]["employee_id"]})
           for entry in employees]
    assert {tuple(row["currency"] for row in found) for found in pay} == {("USD",)}
    billed = [entry for entry in entries if is_billed(tables, entry)]
    assert [entry for entry in billed if not project(tables, entry)[0]["customer_job"]] == []
    assert [entry for entry in billed if not bill_rates(tables, entry)] == []
    assert (len(billed), sum(seconds(entry["Duration"]) for entry in billed)) == (141, 1_381_669)


def test_trackers_own_amounts_agree_with_the_agreed_rates(tables: Tables, entries: list[Entry]) -> None:
    """Seconds x rate / 3600, to the cent, half up; at the closest rate: of the person, else of the job."""
    for entry in (entry for entry in entries if is_billed(tables, entry)):
        rates = bill_rates(tables, entry)
        closest = max(rates, key=lambda row: (row["employee_id"] != "*", row["customer_job"] != "*"))
        amount = seconds(entry["Duration"]) * closest["bill_rate"] / 3600
        assert str(amount.quantize(Decimal("0.01"), ROUND_HALF_UP)) == entry["Amount (USD)"], entry["Description"]


ODDITIES = [  # what, how many, why it is in the practice week
    (lambda entry: entry["Start date"] != entry["End date"], 1, "a release night over midnight is cut at midnight"),
    (lambda entry: entry["Duration"] == "00:00:00", 1, "a timer started by mistake is rejected: nothing to post"),
    (lambda entry: entry["Description"].startswith("="), 1, "a note that a spreadsheet would take for a formula"),
    (lambda entry: '"' in entry["Description"] and "," in entry["Description"], 1, "quotes and a comma in one note"),
    (lambda entry: any(sign > "\uffff" for sign in entry["Description"]), 1, "an emoji that the IIF code page lacks"),
    (lambda entry: not entry["User"].isascii(), 18, "one person's name is not ASCII"),
    (lambda entry: entry["Description"].startswith("Rework"), 4, "rework is paid and not billed"),
    (lambda entry: not entry["Client"], 26, "internal time and leave have no client"),
    (lambda entry: not entry["Project"], 2, "and some internal time has no project either"),
    (lambda entry: entry["Task"] == "Paid Time Off", 1, "a vacation day is paid, never billed, never overtime"),
    (lambda entry: entry["Project"] == "Loaf Labels, Phase 2", 10, "a job at a fixed fee is costed, not billed"),
    (lambda entry: entry["Start time"][-2:] + entry["End time"][-2:] == "0000", 106, "typed: to the minute"),
]


@pytest.mark.parametrize(("is_odd", "count", "why"), ODDITIES, ids=[case[-1] for case in ODDITIES])
def test_what_there_is_to_practice(entries: list[Entry], is_odd, count: int, why: str) -> None:
    assert sum(map(is_odd, entries)) == count, why


def test_rework_and_internal_time_are_not_billable(entries: list[Entry]) -> None:
    ours = [entry for entry in entries if entry["Description"].startswith("Rework") or not entry["Client"]]
    assert {entry["Billable"] for entry in ours} == {"No"}
