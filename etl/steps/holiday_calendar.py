"""Holidays that nobody tracked: the company's calendar as entries of a source of their own, landed like any export."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from etl.errors import SettingsError
from etl.mapping.load import MappingSet
from etl.periods import DAY, Period
from etl.settings import Drop
from etl.steps.run import Run

SOURCE = "holiday-calendar"
_HEADER = ("key", "person", "date", "seconds", "service", "note")
_FEEDS = ("entry_ref", "person_ref", "date_text", "duration_text", "service_ref", "note")
Row = dict[str, Any]


def calendar_drop(zone: str) -> Drop:
    """How the calendar's entries are declared: complete for the window of the run, keyed by day and person."""
    return Drop(
        name=SOURCE,
        files=f"{SOURCE}_*.csv",
        zone=zone,
        duration="seconds",
        columns=dict(zip(_HEADER, _FEEDS, strict=True)),
        completeness="complete",
        window=f"{SOURCE}_{{start}}_to_{{end}}.csv",
        delete_ceiling_percent=100,  # what the company takes out of its own calendar is meant
    )


def calendar_file(run: Run) -> tuple[str, bytes]:
    """Name and content of the calendar of this run's window: one row per holiday × person entitled to it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_HEADER)
    writer.writerows(_entitled(run.mappings, run.window))
    return f"{SOURCE}_{run.window.start}_to_{run.window.end}.csv", text.getvalue().encode()


def _entitled(mappings: MappingSet, window: Period) -> Iterator[tuple[str, ...]]:
    """Whoever is an employee on the day and whose pay group and work location have a row of holiday_pay.csv then."""
    rules, people = mappings.rows("map_holiday_pay"), mappings.rows("map_employees")
    for holiday in sorted(mappings.rows("map_holidays"), key=lambda row: (row["holiday_on"], row["calendar"])):
        day = holiday["holiday_on"]
        if day not in window:
            continue
        found: dict[str, tuple[str, ...]] = {}
        for person in people:
            if person["worker_type"] != "employee" or not _is_valid(person, day):
                continue
            for rule in rules:
                if rule["calendar"] == holiday["calendar"] and _is_valid(rule, day) and _answers(rule, person):
                    who = person["employee_id"]
                    seconds, service = str(int(rule["hours"] * 3600)), rule["service_ref"]
                    found[who] = (f"{day}/{who}", known_as(who), str(day), seconds, service, holiday["name"])
        yield from (found[who] for who in sorted(found))


def _is_valid(row: Row, day: date) -> bool:
    return bool(row["effective_from"] <= day <= row["effective_to"])


def _answers(rule: Row, person: Row) -> bool:
    return all(rule[name] in ("*", person[name]) for name in ("pay_group", "work_location"))


def known_as(employee_id: str) -> str:
    """What the calendar calls a person; no tracker's reference looks like it."""
    return f"holiday:{employee_id}"


def with_calendar_refs(mappings: MappingSet) -> pa.Table:
    """employees.csv with a row for each person as the calendar knows them, days answered once each.

    Where a person has a row per tracker, a day takes the first that is valid; on one day all say the same of pay group,
    status and place. `map_row` is that row's, negative. Unchanged without holiday_pay.csv.
    """
    table = mappings.tables["map_employees"]
    if not mappings.tables["map_holiday_pay"].num_rows:
        return table
    more, told = [], dict[str, date]()
    for row in sorted(mappings.rows("map_employees"), key=lambda row: (row["effective_from"], row["map_row"])):
        who = row["employee_id"]
        first = max(row["effective_from"], told.get(who, date.min))
        if first <= row["effective_to"]:
            told[who] = min(row["effective_to"], date.max - DAY) + timedelta(days=1)
            more.append(
                row
                | {"map_row": -row["map_row"], "source": SOURCE, "person_ref": known_as(who), "effective_from": first}
            )
    return pa.concat_tables([table, pa.Table.from_pylist(more, schema=table.schema)])


def holiday_gaps(run: Run) -> Iterator[str]:
    """What keeps holidays from being paid: a calendar without days, a service that is no holiday, hours over a day."""
    calendars = {row["calendar"] for row in run.mappings.rows("map_holidays")}
    for row in run.mappings.rows("map_holiday_pay"):
        where = f"holiday_pay.csv, line {row['map_row']}"
        kinds = {
            item["hour_kind"]
            for item in run.mappings.rows("map_items")
            if item["service_ref"] == row["service_ref"]
            and item["source"] in ("*", SOURCE)
            and item["effective_from"] <= run.window.end
            and item["effective_to"] >= run.window.start
        }
        if row["calendar"] not in calendars:
            yield f"{where}: holidays.csv has no calendar {row['calendar']}"
        if kinds != {"holiday"}:
            yield (
                f"{where}: {row['service_ref']} must be a service of items.csv (source * or {SOURCE}) "
                "with the hour kind holiday"
            )
        if (row["hours"] * 3600) % 1 or not 0 < row["hours"] <= 24:
            yield f"{where}: hours {row['hours'].normalize():f} must be whole seconds, more than 0 and at most 24"


def refuse_taken_name(run: Run) -> None:
    """The calendar's name belongs to no tracker. Raises SettingsError SETTINGS_INVALID."""
    names = {drop.name for drop in run.settings.drops} | {own.name for own in run.settings.connections}
    if SOURCE in names:
        raise SettingsError(
            "SETTINGS_INVALID",
            what=f"The name {SOURCE} belongs to the holidays that holiday_pay.csv pays",
            where=f"mappings/{run.company}/company.toml, drops and connections",
            fix="Give the drop or connection another name.",
        )
