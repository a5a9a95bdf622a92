"""What a place of work asks of an employer in taxes, reporting and records: dated rows with citation and standing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from etl.law.tables import cells_of, shipped, span_of


@dataclass(frozen=True)
class Obligation:
    """One version of one obligation; both days inclusive. `of`: whose time or pay it concerns."""

    jurisdiction: str
    obligation_id: str
    obligation: str
    kind: str
    of: str
    effective_from: date
    effective_to: date
    citation: str
    status: str
    reviewed_on: date


@cache
def obligations() -> tuple[Obligation, ...]:
    """The shipped table."""
    return tuple(map(_obligation, cells_of(shipped("obligations.csv"))))


def _obligation(row: dict[str, str]) -> Obligation:
    begins, ends = span_of(row)
    return Obligation(
        **{name: row[name] for name in ("jurisdiction", "obligation_id", "obligation", "kind", "of")},
        effective_from=begins,
        effective_to=ends,
        citation=row["citation"],
        status=row["status"],
        reviewed_on=date.fromisoformat(row["reviewed_on"]),
    )


def of_place(place: str, on: date) -> tuple[Obligation, ...]:
    """The rows in force for work in a place on a day: its own, those of the whole country after them."""
    layers = {layer: turn for turn, layer in enumerate(layers_of(place))}
    rows = [row for row in obligations() if row.jurisdiction in layers and row.effective_from <= on <= row.effective_to]
    return tuple(sorted(rows, key=lambda row: (layers[row.jurisdiction], row.obligation_id)))


def layers_of(place: str) -> tuple[str, ...]:
    """The places whose rows hold: a state and the federal law; `US` is the federal law alone."""
    if place == "US":
        return ("US-FED",)
    return (place, "US-FED") if place.startswith("US-") and place != "US-FED" else (place,)
