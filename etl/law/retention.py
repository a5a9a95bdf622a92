"""How long records are kept: dated rows per place and class of record, the longest of all that match wins.

Where no row matches nothing is assumed: the company is asked for the rule (labor rules reference, F).
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from etl.law.tables import NEEDED, check_cells, read_table, shipped, span_of

CLASSES = ("time", "payroll", "tax", "billing", "books")
_COUNTRY = {"US": "US-FED", "CA": "CA-FED"}


@dataclass(frozen=True)
class Kept:
    """One row: how many months a class of records is kept in a place, by which law. Own rows have the place *."""

    rule_id: str
    jurisdiction: str
    record_class: str
    months: int
    counted_from: str
    citation: str
    status: str
    effective_from: date
    effective_to: date


@cache
def kept_rules() -> tuple[Kept, ...]:
    """The shipped table. Raises SettingsError LAW_INVALID naming each faulty line."""
    return read_retention(shipped("retention.csv"))


def read_retention(text: str) -> tuple[Kept, ...]:
    """The rows of a table of this form."""
    return read_table(text, _row, table="The table of retention", where="etl/law/retention.csv")


def _row(cells: dict[str, str]) -> Kept:
    check_cells(cells, {"record_class": CLASSES}, (*NEEDED, "counted_from", "status"))
    begins, ends = span_of(cells)
    if not cells["months"].isdigit() or not 0 < int(cells["months"]) <= 1200:
        raise ValueError(f"months {cells['months']!r} is no count of months")
    return Kept(cells["rule_id"], cells["jurisdiction"], cells["record_class"], int(cells["months"]),
                cells["counted_from"], cells["citation"], cells["status"], begins, ends)


def layers(place: str) -> tuple[str, ...]:
    """The places whose rows hold for work there: a state and its federation; US is the federal law alone."""
    country = _COUNTRY.get(place.partition("-")[0], "")
    return tuple(dict.fromkeys(one for one in (place if place != "US" else "", country) if one))


def longest(
    places: Collection[str], record_class: str, today: date, own: Iterable[Kept] = (),
) -> tuple[Kept | None, list[str]]:
    """The row that keeps a class the longest in any of these places, and the places without any row for it.

    A row of the company's own answers for every place; it may lengthen what the law asks and never shortens it.
    """
    mine = [row for row in own if row.record_class == record_class]
    found, missing = list(mine), []
    for place in sorted(places):
        rows = [row for row in kept_rules() if row.record_class == record_class and row.jurisdiction in layers(place)
                and row.effective_from <= today <= row.effective_to]
        found += rows
        if not rows and not mine:
            missing.append(place)
    return max(found, key=lambda row: (row.months, row.rule_id), default=None), missing


def kept_until(day: date, months: int) -> date:
    """The last day something of this day is kept: the clock starts at the end of its calendar year."""
    year, month = divmod(day.year * 12 + 11 + months, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, monthrange(year, month + 1)[1])
