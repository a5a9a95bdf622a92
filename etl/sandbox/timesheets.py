"""One week of time entries as they are tracked, and the cases planted among them with what must become of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple, TypedDict, Unpack, cast

from etl.sandbox.company import Company, Person, Project

SATURDAY, SUNDAY = 5, 6
# which export files of its tracker hold an entry: made on Friday or after the week, or apart for what stops a run
FIRST, LAST, BOTH = frozenset({"first"}), frozenset({"last"}), frozenset({"first", "last"})
STOPPING, MENDED = frozenset({"stops"}), frozenset({"mended"})
BILL_UNIT = 360   # seconds: billed by the tenth of an hour, nearest, half a unit up


@dataclass(frozen=True)
class Entry:
    """One time entry. `seconds` is what was worked; `told` what the export says instead, by its heading.

    `within`: the exports that hold it. `updated`: when it was changed, where the tracker says so.
    """

    person: Person
    ref: str
    started: datetime
    seconds: int
    project: Project
    task: str
    note: str
    is_billable: bool
    number: int
    within: frozenset[str]
    break_minutes: int
    updated: str
    told: Mapping[str, str]

    @property
    def ended(self) -> datetime:
        """The clock when it ended, the break included."""
        return self.started + timedelta(seconds=self.seconds, minutes=self.break_minutes)


class Work(NamedTuple):
    """What an entry was worked on."""

    project: Project
    task: str
    note: str


class Details(TypedDict, total=False):
    """What an entry need not say: fields of Entry; `at` its clock, `pause` seconds since the person's last."""

    at: time
    pause: int
    is_billable: bool
    number: int
    within: frozenset[str]
    break_minutes: int
    updated: str
    told: Mapping[str, str]


class Plan(Details, total=False):
    """What a planted entry need not say: its work, and of the case what is not the usual."""

    project: Project
    task: str
    note: str
    overtime: int
    count: int
    version: int
    items: tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """What must become of one planted entry: its key in the batch's table of entries, and the result.

    `states`: state and reason in pay, cost and bill. `items`: exception items beyond those the reasons bring.
    `regular_seconds`, `overtime_seconds`, `bill_seconds`: null where the time is no evidence of work.
    """

    name: str
    source: str
    person_ref: str
    note: str
    version: int
    count: int
    states: str
    items: tuple[str, ...]
    regular_seconds: int | None
    overtime_seconds: int | None
    bill_seconds: int | None
    entry: Entry

    @property
    def is_paid(self) -> bool:
        """Whether its hours go to payroll."""
        return self.states.startswith("exported")


class Timesheets:
    """The entries of one company and week while they are written; nobody is in two places but where planted."""

    def __init__(self, company: Company, week: int) -> None:
        self.company, self.week = company, week
        self.entries: list[Entry] = []
        self.cases: list[Case] = []
        self._free: dict[tuple[str, int], datetime] = {}

    def day(self, day: int) -> date:
        """The date of a day of this week; 0 is Monday."""
        return self.company.monday(self.week) + timedelta(days=day)

    def add(self, person: Person, day: int, seconds: int, work: Work, **details: Unpack[Details]) -> Entry:
        """One entry, at the person's next free time of that day (0 is Monday) or at a given one."""
        free = self._free.get((person.employee_id, day), datetime.combine(self.day(day), time(8)))
        at = details.get("at")
        started = (free + timedelta(seconds=details.get("pause", 0)) if at is None
                   else datetime.combine(self.day(day), at))
        is_earlier = person.earlier_ref and self.day(day) < self.company.change_day
        is_exported_twice = person.source == "toggl" and day < SATURDAY   # the others export a week once
        usual = BOTH if is_exported_twice else LAST if person.source == "toggl" else FIRST
        entry = Entry(
            person, person.earlier_ref if is_earlier else person.ref, started, seconds, *work,
            is_billable=details.get("is_billable", bool(work.project.client)),
            number=details.get("number", 100_000 * (self.week + 1) + len(self.entries)),
            within=details.get("within", usual), break_minutes=details.get("break_minutes", 0),
            updated=details.get("updated", ""), told=details.get("told", {}))
        self.entries.append(entry)
        if at is None:
            self._free[person.employee_id, day] = entry.ended
        return entry

    def plant(
        self, name: str, employee_id: str, day: int, seconds: int, states: str, **plan: Unpack[Plan]
    ) -> Entry:
        """One entry of a case; a ticket makes its note one of a kind. Without `project`: the first client's first."""
        note = plan.get("note", name.capitalize())
        ticket = f", ticket {self.company.monday(self.week):%G%V}-{len(self.cases):03}"
        work = Work(plan.get("project", self.company.projects[0]), plan.get("task", "Development"),
                    note if ", ticket " in note else note + ticket)
        details = cast("Details", {key: value for key, value in plan.items() if key in Details.__annotations__})
        entry = self.add(self.company.person(employee_id), day, seconds, work, **details)
        is_evidence = states.startswith(("exported", "out_of_scope")) and "TE032" not in states
        overtime = plan.get("overtime", 0)
        self.cases.append(Case(
            name, entry.person.source, entry.told.get("E-mail", entry.ref), entry.note, plan.get("version", 1),
            plan.get("count", 1), states, plan.get("items", ()),
            seconds - overtime if is_evidence else None, overtime if is_evidence else None,
            (seconds + BILL_UNIT // 2) // BILL_UNIT * BILL_UNIT if states.endswith("exported -") else None, entry))
        return entry
