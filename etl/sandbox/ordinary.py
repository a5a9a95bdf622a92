"""The ordinary part of a week: what everybody works from Monday to Friday, with nothing wrong in it."""

from __future__ import annotations

from collections.abc import Sequence

from etl.sandbox import words
from etl.sandbox.company import LEAVE, OPERATIONS, TASKS, TIME_OFF, Person, Project
from etl.sandbox.dice import Dice
from etl.sandbox.holidays import is_holiday
from etl.sandbox.timesheets import Timesheets, Work

HOUR = 3600
FULL_WEEK = 40 * HOUR
_ENTRIES_A_WEEK = {"toggl": 55, "kimai": 45, "crew": 10}   # in weeks of four days too
_LEAVE_DAY = 8 * HOUR
_MIXED_TASKS = ("Development", "Development", "Development", "Design", "Design", "UX Research", "Project Management")


def holidays(sheets: Timesheets, person: Person) -> tuple[int, ...]:
    """The days of the week, Monday 0 to Friday 4, on which nobody works where this person works."""
    return tuple(day for day in range(5) if is_holiday(sheets.day(day), person.work_location))


def work(
    sheets: Timesheets, person: Person, total: int, *, without: Sequence[int] = (), entries_a_day: int = 0
) -> None:
    """Exactly `total` seconds of ordinary work, days `without` and public holidays left out; holidays are booked."""
    dice = Dice(sheets.company.seed, sheets.company.number, sheets.week, person.employee_id)
    off = holidays(sheets, person)
    for day in off:
        if person.worker_type == "employee":
            leave(sheets, person, day, "Holiday")
    days = [day for day in range(5) if day not in off and day not in without]
    unit = 900 if person.source == "crew" else 60 if person.source == "kimai" else dice.one_of((1, 1, 300))
    count = entries_a_day or -(-_ENTRIES_A_WEEK[person.source] // len(days))
    even = total // len(days) // 900 * 900
    spread = [dice.between(-2, 2) * 900 for _ in days[1:]]
    lengths = [even + plus for plus in spread]
    for day, length in zip(days, [*lengths, total - sum(lengths)], strict=True):
        _day(sheets, person, day, dice, dice.parts(length, count, unit), unit)


def leave(sheets: Timesheets, person: Person, day: int, task: str) -> None:
    """A day off, eight hours."""
    assert task in LEAVE
    sheets.add(person, day, _LEAVE_DAY, Work(TIME_OFF, task, task))


def _day(sheets: Timesheets, person: Person, day: int, dice: Dice, lengths: list[int], unit: int) -> None:
    """The entries of one day, one after the other, with a break in the middle."""
    pause = dice.between(0, 4800) // unit * unit
    for place, length in enumerate(lengths):
        if place == len(lengths) // 2:
            pause = 30 * 60 + dice.between(0, 15) * 60 // unit * unit
        project, task = _what(sheets, person, dice)
        note = dice.one_of(words.WORK[task])
        sheets.add(person, day, length, Work(project, task, note), pause=pause,
                   is_billable=bool(project.client) and dice.below(20) > 0)
        pause = dice.between(0, 180) // unit * unit


def _what(sheets: Timesheets, person: Person, dice: Dice) -> tuple[Project, str]:
    """A project of the person's own few, or the company's; and a task that it is billed for."""
    if person.source != "crew" and dice.below(10) == 0:
        return OPERATIONS, "Admin"
    jobs = [project for project in sheets.company.projects if project.client]
    first = int(person.employee_id[1:]) * 5
    project = jobs[(first + dice.below(6)) % len(jobs)]
    task = "Install" if person.source == "crew" else dice.one_of(_MIXED_TASKS)
    assert task in TASKS
    return project, task
