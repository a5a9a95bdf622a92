"""How each mistake is made: what an entry says instead, what a row of a table says, which line of the settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta

from etl.sandbox.timesheets import Entry
from etl.sandbox.training.kinds import EXPORT, SETTINGS, Kind
from etl.sandbox.training.world import Table, World, project_of, ticket

_HOUR = 3600
KEYS = {   # which columns of a table name a row
    "projects.csv": ("client_ref", "project_ref"), "items.csv": ("service_ref",), "rates.csv": ("customer_job",),
    "employees.csv": ("person_ref",), "private/pay_rates.csv": ("employee_id",),
}


def row_key(name: str, row: dict[str, str]) -> str:
    """What a person calls a row of a table: a client's project, a task, a job, an address."""
    return ":".join(row[column] for column in KEYS[name])


def users(world: World, name: str, row: dict[str, str]) -> list[Entry]:
    """The entries that a row answers, worked by whom it is for."""
    ids = {person.ref: person.employee_id for person in world.company.people}
    answered: dict[str, Callable[[Entry], object]] = {
        "projects.csv": lambda entry: project_of(entry) == (row["client_ref"], row["project_ref"]),
        "items.csv": lambda entry: entry.task == row["service_ref"],
        "rates.csv": lambda entry: entry.is_billable and entry.project.customer_job == row["customer_job"],
        "employees.csv": lambda entry: entry.ref == row["person_ref"],
        "private/pay_rates.csv": lambda entry: ids[entry.ref] == row["employee_id"],
    }
    return [entry for entry in world.entries if answered[name](entry)]


_TOLD: dict[str, dict[str, str]] = {   # what the export says instead of the truth, by its heading
    "blank_day": {"Start date": "", "Start time": "", "End date": "", "End time": ""},
    "words": {"Duration": "about two"}, "maybe": {"Billable": "Maybe"}, "phone_offline": {"Ended": ""},
}
_LONGER = {"day_longer": 24 * _HOUR, "hours_longer": 15 * _HOUR}


def spoil_entry(change: str, entry: Entry) -> list[Entry]:
    """The rows that the tracker exports instead of this one."""
    if change in _TOLD:
        return [replace(entry, told={**entry.told, **_TOLD[change]})]
    if change in ("twice", "phone_twice"):
        return [entry, replace(entry, number=entry.number + 50_000)]
    if change == "negative":
        return [replace(entry, seconds=-entry.seconds)]
    if change in _LONGER:
        return [replace(entry, seconds=entry.seconds + _LONGER[change])]
    moved = {
        "begins_earlier": timedelta(minutes=-90), "phone_clock": timedelta(hours=3),
        "on_sunday": timedelta(days=6 - entry.started.weekday())}
    return [replace(entry, started=entry.started + moved[change])]


def spoil_row(kind: Kind, table: Table, at: int, day: str) -> Table:
    """The table with one row spoiled; `day`: the last day of work that the row answers."""
    row = dict(table[at])
    if kind.change == "drop":
        return [*table[:at], *table[at + 1:]]
    old = row[kind.change]
    others = [one[kind.change] for one in table if one[kind.change] not in ("", old)]
    row[kind.change] = {
        "": "", "before": day_before(day), "after": day, "zero": "0.00", "swapped": swapped(old),
        "times_ten": f"{old.partition('.')[0]}0{''.join(old.partition('.')[1:])}",
        "another": others[(at * 7) % len(others)] if others else "", "not_billed": "not_billed",
    }[kind.value]
    return [*table[:at], row, *table[at + 1:]]


def day_before(day: str) -> str:
    """The day before, ISO."""
    return str(date.fromisoformat(day) - timedelta(days=1))


def swapped(figure: str) -> str:
    """The figure with its first two different neighboring digits exchanged, the first sign staying no zero."""
    for at in range(len(figure) - 1):
        one, other = figure[at], figure[at + 1]
        if one != other and one.isdigit() and other.isdigit() and not (at == 0 and other == "0"):
            return f"{figure[:at]}{other}{one}{figure[at + 2:]}"
    return f"{figure}0" if "." not in figure else figure.replace(".", "0.")


def spoil_settings(kind: Kind, settings: str) -> str:
    """company.toml with one line other than agreed, or with a section that does not belong there."""
    if not kind.change:
        return f"{settings.rstrip()}\n\n{kind.value}"
    assert kind.change in settings, kind.kind
    return settings.replace(kind.change, kind.value, 1)


def spoiled(world: World, chosen: Iterable[tuple[Kind, str]]) -> World:
    """The world with these mistakes at these places, each named as a person names it."""
    entries, tables, settings = list(world.entries), dict(world.tables), world.settings
    for kind, place in chosen:
        if kind.where == EXPORT:
            at = next(n for n, entry in enumerate(entries) if ticket(entry.note) == int(place))
            entries[at:at + 1] = spoil_entry(kind.change, entries[at])
        elif kind.where == SETTINGS:
            settings = spoil_settings(kind, settings)
        elif kind.is_table:
            at = next(n for n, row in enumerate(tables[kind.where]) if row_key(kind.where, row) == place)
            tables[kind.where] = spoil_row(kind, tables[kind.where], at, _last_day(world, kind, place))
    return World(world.company, tuple(entries), tables, settings)


def world_row(world: World, kind: Kind, place: str) -> dict[str, str]:
    """The row of a table as it should be."""
    return next(row for row in world.tables[kind.where] if row_key(kind.where, row) == place)


def touched(world: World, kind: Kind, place: str) -> frozenset[int]:
    """The tickets that come out otherwise while the mistake is there; empty where it would not show."""
    if kind.where == EXPORT:
        return frozenset({int(place)})
    if not kind.is_table:
        return frozenset()
    found = users(world, kind.where, world_row(world, kind, place))
    last = _last_day(world, kind, place) if found else ""
    if kind.value == "before":
        is_after = last > str(world.company.first_monday)   # a row that ends before it begins is another mistake
        found = [entry for entry in found if is_after and str(entry.started.date()) == last]
    elif kind.value == "after":
        found = [entry for entry in found if str(entry.started.date()) < last]
    return frozenset(ticket(entry.note) for entry in found)


def _last_day(world: World, kind: Kind, place: str) -> str:
    return max((str(entry.started.date()) for entry in users(world, kind.where, world_row(world, kind, place))),
               default="")
