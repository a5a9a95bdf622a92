"""What the law of a work location says about rounding pay: dated rows, the most specific one for a rule counts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cache

from etl.law.confirming import digest_of
from etl.law.places import Span
from etl.law.rows import CHOICES
from etl.law.tables import check_cells, read_table, shipped, span_of
from etl.periods import FIRST_DAY

POSITIONS = ("forbidden", "hostile", "unknown", "allowed")
"""From the worst on. forbidden: a run stops; hostile and unknown: noted; allowed: nothing."""
MODES = ("nearest", "nearest_even", "nearest_half_down", "up", "down")
GRAINS = ("punch", "entry", "day", "day_project", "week")
_ANY = "*"


@dataclass(frozen=True)
class RoundingLaw:
    """One version of what a place says about some modes, units and grains; empty is all of them."""

    rule_id: str
    jurisdiction: str
    position: str
    modes: frozenset[str]
    units: frozenset[int]
    grains: frozenset[str]
    effective_from: date
    effective_to: date
    law_text: str
    citation: str
    status: str

    @property
    def digest(self) -> str:
        """sha256 of what the row says; its standing and review are no part of it."""
        said = [
            *(self.rule_id, self.jurisdiction, self.position),
            *(sorted(self.modes), sorted(self.units), sorted(self.grains)),
            *(str(self.effective_from), str(self.effective_to), self.law_text, self.citation),
        ]
        return digest_of(said)

    @property
    def is_ready(self) -> bool:
        """All but a ban that was not read at its source: that one gives way to the company's word."""
        return self.position != "forbidden" or self.status == "confirmed"

    def covers(self, mode: str, unit_seconds: int, grain: str) -> bool:
        """Whether the row is about such a rounding."""
        return all(not own or asked in own for own, asked in
                   ((self.modes, mode), (self.units, unit_seconds), (self.grains, grain)))

    @property
    def closeness(self) -> tuple[bool, bool, bool]:
        """What of it is said expressly: a row about a grain wins over one about a unit, over one about all."""
        return bool(self.grains), bool(self.units), bool(self.modes)


@dataclass(frozen=True)
class Verdict:
    """What holds for one rounding at one place inside a span of days (both inclusive).

    `is_open`: a ban that nobody has read at its source; the company may answer for rounding there.
    """

    position: str
    rule_id: str
    sentence: str
    span: Span
    is_open: bool = False


@cache
def library() -> tuple[RoundingLaw, ...]:
    """All rows, checked. Raises SettingsError LAW_INVALID with every finding."""
    return read_rounding_law(shipped("rounding_rules.csv"), "etl/law/rounding_rules.csv")


def read_rounding_law(text: str, where: str) -> tuple[RoundingLaw, ...]:
    """The rows of a table as text. Raises SettingsError LAW_INVALID."""
    return read_table(text, _row, table="The table of rounding law", where=where)


def _row(row: dict[str, str]) -> RoundingLaw:
    check_cells(row, {"position": POSITIONS, "status": CHOICES["status"]})
    date.fromisoformat(row["reviewed_on"])
    return RoundingLaw(
        row["rule_id"],
        row["jurisdiction"],
        row["position"],
        frozenset(_words(row, "modes", MODES)),
        frozenset(int(unit) for unit in _words(row, "units", ())),
        frozenset(_words(row, "grains", GRAINS)),
        *span_of(row),
        row["law_text"],
        row["citation"],
        row["status"],
    )


def _words(row: dict[str, str], name: str, choices: Collection[str]) -> list[str]:
    """The words of a cell; none for `*`, which is all of them."""
    words = row[name].split()
    if not words:
        raise ValueError(f"{name} is empty; * is all of them")
    if words == [_ANY]:
        return []
    if strange := [word for word in words if choices and word not in choices]:
        raise ValueError(f"{name} {strange[0]!r} is none of {', '.join(choices)}")
    return words


def verdicts(place: str, rounding: tuple[str, int, str], confirmed: Collection[str], window: Span) -> list[Verdict]:
    """What the law of a work location says of a rounding (mode, unit in seconds, grain), over the days of a window.

    A place of the United States that says nothing of its own stands under the federal test. `confirmed`: digests
    of rows that the company answers for; a ban that was not read at its source is then noted instead.
    """
    spans = _spans([row for row in library() if row.covers(*rounding)], window)
    return [_verdict(place, rounding, confirmed, span) for span in spans]


def _verdict(place: str, rounding: tuple[str, int, str], confirmed: Collection[str], span: Span) -> Verdict:
    jurisdiction = "US-FED" if place == "US" else place
    own = _closest(jurisdiction, rounding, span[0])
    row = own or (_closest("US-FED", rounding, span[0]) if jurisdiction.startswith("US-") else None)
    if own is None and row is not None and row.position == "allowed" and rounding[0] != "up":
        sentence = f"{place} says nothing of its own that is known; the federal test holds: {row.law_text}"
        return Verdict("unknown", row.rule_id, f"{sentence} ({row.citation})", span)
    if row is None:
        if rounding[0] == "up":
            return Verdict("allowed", "", "rounding up never pays less than the time worked", span)
        return Verdict("unknown", "", f"no law on rounding is known for {place or 'no work location'}", span)
    position, text = row.position, f"{row.law_text} ({row.citation})"
    if not row.is_ready and row.digest in confirmed:
        position, text = "hostile", f"{text}; the company answers for rounding here ({row.rule_id})"
    return Verdict(position, row.rule_id, text, span, position == "forbidden" and not row.is_ready)


def _closest(jurisdiction: str, rounding: tuple[str, int, str], day: date) -> RoundingLaw | None:
    """The row that speaks most expressly of a rounding on a day; of two the worse."""
    rows = [
        row for row in library()
        if row.jurisdiction == jurisdiction and row.covers(*rounding) and row.effective_from <= day <= row.effective_to
    ]
    return min(
        rows, key=lambda row: ([not said for said in row.closeness], POSITIONS.index(row.position)), default=None
    )


def _spans(rows: Collection[RoundingLaw], window: Span) -> list[Span]:
    """The window in parts between which no row begins or ends."""
    first, last = max(window[0], FIRST_DAY), window[1]
    cuts = {first, *(row.effective_from for row in rows)}
    cuts |= {date.fromordinal(row.effective_to.toordinal() + 1) for row in rows if row.effective_to < last}
    starts = sorted(cut for cut in cuts if first <= cut <= last)
    ends = [*(date.fromordinal(after.toordinal() - 1) for after in starts[1:]), last]
    return list(zip(starts, ends, strict=True))
