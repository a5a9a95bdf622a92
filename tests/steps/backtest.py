"""The forecast tried on a real time log: what it would have told had a day been missing, and when it would be wrong.

A log says which days were worked. Had the time of such a day been missing, the forecast tells it (a hit) or not; a day
it expects and that was without work is a false alarm. Vacations are not marked in these logs and count as such.
"""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa

from etl.codes import codes_table
from etl.settings.kpi import Forecast
from etl.sql.order_reports import FORECAST
from etl.sql.run import Engine
from etl.steps.forecast import HISTORY, put_past

Day = tuple[str, date]
WEEK = timedelta(days=7)
PEOPLE = pa.schema({
    "employee_id": pa.string(), "employee_name": pa.string(), "pay_group": pa.string(), "period_start": pa.date32(),
    "period_end": pa.date32(), "cut_off": pa.timestamp("us"), "employed_since": pa.date32(), "first_day": pa.date32(),
    "last_day": pa.date32()})


@dataclass(frozen=True)
class Score:
    """Days worked, days expected, and those that are both."""

    worked: int
    expected: int
    both: int

    @property
    def hits(self) -> tuple[int, int]:
        """Of the days worked, those whose absence would have been told."""
        return self.both, self.worked

    @property
    def false_alarms(self) -> tuple[int, int]:
        """Of the days expected, those without work."""
        return self.expected - self.both, self.expected


def read_days(path: Path) -> dict[Day, int]:
    """Seconds by person and day of start, of a log as tests/timelog.py knows it."""
    found: dict[Day, int] = defaultdict(int)
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["time_log_start_date"] != r"\N" and int(row["time_log_delta_minutes"]) > 0:
                month, day, year = map(int, row["time_log_start_date"].split(" ")[0].split("/"))
                found[row["person_key"], date(year, month, day)] += int(row["time_log_delta_minutes"]) * 60
    return dict(found)


def asked(days: dict[Day, int], *, least_weeks: int) -> list[tuple[str, date, date]]:
    """Person, Monday, first day of every week from the fifth (or so) of a person to the last one with time."""
    spans: dict[str, list[date]] = defaultdict(list)
    for person, day in days:
        spans[person].append(day)
    weeks = []
    for person, own in sorted(spans.items()):
        monday = min(own) - timedelta(days=min(own).weekday()) + least_weeks * WEEK
        while monday <= max(own):
            weeks.append((person, monday, min(own)))
            monday += WEEK
    return weeks


def ours(days: dict[Day, int], weeks: list[tuple[str, date, date]], own: Forecast, scratch: Path) -> set[Day]:
    """The days the forecast expects, by its own statements."""
    mondays = sorted({monday for _, monday, _ in weeks} | {day - timedelta(days=day.weekday()) for _, day in days})
    table = pa.Table.from_pylist([
        {"employee_id": person, "worked_on": day, "worked_seconds": seconds, "has_leave": False}
        for (person, day), seconds in days.items()], schema=HISTORY)
    with Engine(None, scratch, [scratch]) as engine:
        engine.put("codes", codes_table())
        engine.put("people_asked", pa.Table.from_pylist([
            {"employee_id": person, "employee_name": person, "pay_group": "weekly", "period_start": monday,
             "period_end": monday + timedelta(days=6), "cut_off": None, "employed_since": since, "first_day": monday,
             "last_day": monday + timedelta(days=6)} for person, monday, since in weeks], schema=PEOPLE))
        engine.put("holidays_of_people", pa.schema(
            {"employee_id": pa.string(), "holiday_on": pa.date32()}).empty_table())
        engine.put("days_told", table)
        put_past(engine, [{"pay_group": "weekly", "period_start": monday, "period_end": monday + timedelta(days=6)}
                          for monday in mondays], table, own, max(mondays) + WEEK)
        engine.run(FORECAST[:3])
        return {(row["employee_id"], row["day"]) for row in engine.fetch("days_expected").to_pylist()
                if row["certainty"] != "too few weeks"}


def last_week(days: dict[Day, int], weeks: list[tuple[str, date, date]]) -> set[Day]:
    """The naive peer: the same weekdays as last week."""
    return {(person, monday + timedelta(days=at)) for person, monday, _ in weeks for at in range(7)
            if (person, monday + timedelta(days=at) - WEEK) in days}


def five_days(weeks: list[tuple[str, date, date]]) -> set[Day]:
    """The other one: everybody fills Monday to Friday."""
    return {(person, monday + timedelta(days=at)) for person, monday, _ in weeks for at in range(5)}


def score(days: dict[Day, int], weeks: list[tuple[str, date, date]], expected: set[Day]) -> Score:
    """How the expected days compare with the worked ones, over the weeks that were asked."""
    worked = {(person, monday + timedelta(days=at)) for person, monday, _ in weeks for at in range(7)} & set(days)
    return Score(len(worked), len(expected), len(worked & expected))
