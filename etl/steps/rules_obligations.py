"""Tax and reporting obligations of the places where a company's people work, each with owner and status."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from etl.law.obligations import layers_of, of_place
from etl.mapping.load import MappingSet, load_mappings
from etl.steps.outcome import Outcome
from etl.steps.run import place_of, read_day

Row = dict[str, Any]


def show_obligations(company: str, on: str | None = None, *, workspace: str | Path | None = None) -> Outcome:
    """The obligations in force on a day (ISO; by default today) where somebody works.

    Exit code 1 where a place has no row of its own: what holds there is not known, and a person is asked.
    """
    place = place_of(workspace)
    mappings = load_mappings(place.mappings(company), company)
    day = read_day(on, "--on") if on else date.today()  # noqa: DTZ011 - a question, not a figure
    rows: list[tuple[str, ...]] = []
    missing = without_rows(mappings, day, day)
    for where, people in sorted(_places(mappings, day, day).items()):
        rows += [(where, f"{people:,}", *cells) for cells in _of(where, mappings.rows("map_obligations"), day)]
        if where in missing:
            rows.append((where, f"{people:,}", "", "no row: ask who knows this place", "", "", "", "missing"))
    waiting = sum(row[-1] in ("no owner", "open", "missing") for row in rows)
    return Outcome(
        title=f"{company} on {day}: {len(rows)} obligation(s) in {len(_places(mappings, day, day))} place(s), "
        f"{waiting} without owner or still open",
        headings=("place", "people", "obligation", "what", "citation", "standing", "owner", "status"),
        rows=tuple(rows),
        next_step="name owner and status in obligations.csv, with text and citation where a row is missing"
        if waiting
        else "",
        exit_code=1 if missing else 0,
    )


def without_rows(mappings: MappingSet, first: date, last: date) -> list[str]:
    """Places where somebody works in these days and of which neither the table nor the company says anything."""
    own = {
        row["jurisdiction"]
        for row in mappings.rows("map_obligations")
        if row["obligation"] and row["effective_from"] <= last and row["effective_to"] >= first
    }
    return [
        place
        for place in sorted(_places(mappings, first, last))
        if place not in own and not any(row.jurisdiction == layers_of(place)[0] for row in of_place(place, last))
    ]


def _places(mappings: MappingSet, first: date, last: date) -> Counter[str]:
    """How many people work where; a contractor's place counts too where the file tells it."""
    found = {
        (row["employee_id"], row["work_location"])
        for row in mappings.rows("map_employees")
        if row["work_location"] and row["effective_from"] <= last and row["effective_to"] >= first
    }
    return Counter(place for _, place in found)


def _of(place: str, own: list[Row], day: date) -> Iterable[tuple[str, ...]]:
    """Shipped rows with the company's owner and status, then the company's own rows."""
    said = {
        (row["jurisdiction"], row["obligation_id"]): row
        for row in own
        if row["jurisdiction"] in layers_of(place) and row["effective_from"] <= day <= row["effective_to"]
    }
    for rule in of_place(place, day):
        row = said.pop((rule.jurisdiction, rule.obligation_id), None)
        yield rule.obligation_id, rule.obligation, rule.citation, rule.status, *_owner(row)
    for (_, name), row in sorted(said.items()):
        yield name, row["obligation"] or "not in the table", row["citation"] or "", "company", *_owner(row)


def _owner(row: Row | None) -> tuple[str, str]:
    return (row["owner"], row["status"].replace("_", " ")) if row else ("", "no owner")
