"""Payroll and billing of a practice week, worked out by hand from what was worked; shares no line with the rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction

from etl.sandbox.company import LEAVE, TASKS, Company, Person
from etl.sandbox.timesheets import Entry
from etl.sandbox.week import Week

LIMIT = 40 * 3600
PAY_ITEMS = {"paid_leave": "Paid Leave Hourly", "holiday": "Holiday Hourly"}
BILL_RATES = {"Engineering": "165", "Design": "140", "Project Management": "150", "Installation": "95"}
ABROAD = {"EUR": "135.5", "JPY": "14500"}

Line = tuple[str, date, str]   # person, workweek, pay item
Job = tuple[str, str, Decimal, str]   # customer:job, service item, rate, currency


def payroll(company: Company, weeks: list[Week], number: int) -> dict[Line, tuple[int, Decimal | None]]:
    """Seconds and money of every payroll line of the run for week `number`; no money without a rate in dollars."""
    worked: dict[tuple[str, date], list[tuple[int, Fraction]]] = defaultdict(list)
    leave: dict[Line, list[tuple[int, Fraction]]] = defaultdict(list)
    for entry in sorted(_valid(weeks, "pay"), key=lambda entry: (entry.started.date(), entry.started)):
        for day, seconds in _days(entry):
            if not _is_due(company, entry.person, day, number):
                continue
            week, rate = day - timedelta(days=day.weekday()), _pay_rate(company, entry.person, day)
            if entry.task in LEAVE:
                leave[entry.person.employee_id, week, PAY_ITEMS[LEAVE[entry.task]]].append((seconds, rate))
            else:
                worked[entry.person.employee_id, week].append((seconds, rate))
    lines = {}
    people = {person.employee_id: person for person in company.people}
    for (employee, week), pieces in worked.items():
        regular, overtime = _split(pieces) if people[employee].is_nonexempt else (pieces, [])
        average = Fraction(_money(pieces), sum(seconds for seconds, _ in pieces))
        for item, some, premium in (("Hourly Regular", regular, 0), ("Overtime 1.5x", overtime, average / 2)):
            seconds = sum(part for part, _ in some)
            if seconds:
                lines[employee, week, item] = seconds, _cents(people[employee], _money(some) + premium * seconds)
    return lines | {key: (sum(part for part, _ in some), _cents(people[key[0]], _money(some)))
                    for key, some in leave.items()}


def billing(company: Company, weeks: list[Week], number: int) -> dict[Job, int]:
    """Billed seconds of every job, item and rate in week `number`: each entry to the nearest tenth of an hour."""
    first = company.monday(number)
    billed: dict[Job, int] = defaultdict(int)
    for entry in _valid(weeks, "bill"):
        rounded, behind = (entry.seconds + 180) // 360 * 360, 0
        for day, seconds in _days(entry):
            share = rounded * (behind + seconds) // entry.seconds - rounded * behind // entry.seconds
            behind += seconds
            if first <= day <= first + timedelta(days=6):
                item = TASKS[entry.task]
                rate, currency = _bill_rate(company, entry, item)
                billed[entry.project.customer_job, item, rate, currency] += share
    return dict(billed)


def _valid(weeks: list[Week], stream: str) -> Iterator[Entry]:
    """Entries whose hours count in this stream, each once: planted ones as planted, ordinary ones all of them."""
    for week in weeks:
        planted = {_key(case.entry): case for case in week.cases}
        for entry in week.entries:
            case = planted.get(_key(entry))
            if case is None:
                is_again = entry.person.source == "kimai" and "first" not in entry.within
                is_billed = entry.is_billable and bool(entry.project.client) and entry.project.is_billed
                if not is_again and (is_billed if stream == "bill" else entry.person.worker_type == "employee"):
                    yield entry
            elif case.states.split(" / ")[0 if stream == "pay" else 2].startswith("exported"):
                yield entry


def _key(entry: Entry) -> tuple[object, ...]:
    return entry.number, entry.ref, entry.seconds, sorted(entry.within)[0]


def _days(entry: Entry) -> Iterator[tuple[date, int]]:
    """The entry cut at midnight; worked time lies from its start on, breaks at the end."""
    begin, left = entry.started, entry.seconds
    while left:
        midnight = datetime.combine(begin.date() + timedelta(days=1), time(0))
        part = min(left, int((midnight - begin).total_seconds()))
        yield begin.date(), part
        begin, left = midnight, left - part


def _is_due(company: Company, person: Person, day: date, number: int) -> bool:
    weeks = 1 if person.pay_group == "weekly" else 2
    return (number + 1) % weeks == 0 and company.monday(number - weeks + 1) <= day < company.monday(number + 1)


def _split(pieces: list[tuple[int, Fraction]]) -> tuple[list[tuple[int, Fraction]], list[tuple[int, Fraction]]]:
    regular, overtime, left = [], [], LIMIT
    for seconds, rate in pieces:
        within = min(seconds, left)
        left -= within
        regular.append((within, rate))
        overtime.append((seconds - within, rate))
    return regular, overtime


def _money(pieces: list[tuple[int, Fraction]]) -> Fraction:
    return sum((seconds * rate for seconds, rate in pieces), Fraction(0))


def _cents(person: Person, cent_seconds: Fraction) -> Decimal | None:
    if not person.pay_rate or person.pay_currency != "USD":
        return None
    return Decimal(int(cent_seconds / 3600 + Fraction(1, 2))).scaleb(-2)


def _pay_rate(company: Company, person: Person, day: date) -> Fraction:
    return Fraction(person.raised_rate if person.raised_rate and day >= company.change_day else person.pay_rate)


def _bill_rate(company: Company, entry: Entry, item: str) -> tuple[Decimal, str]:
    """Of the person, else of the job, else of the item."""
    research = "124.5" if entry.started.date() >= company.change_day else "120"
    if (entry.person.employee_id, item) == ("E44", "Engineering"):
        return Decimal(185), "USD"
    if entry.project.currency in ABROAD:
        return Decimal(ABROAD[entry.project.currency]), entry.project.currency
    return Decimal((BILL_RATES | {"Research": research})[item]), "USD"


