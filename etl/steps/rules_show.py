"""Show what the law library holds for a place on a day: limits, how they combine, citation and standing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Literal, TypeVar

from etl.errors import SettingsError
from etl.law.breaks import BreakRule, break_library, promise
from etl.law.confirming import LawRow
from etl.law.rounding import RoundingLaw
from etl.law.rounding import library as rounding_library
from etl.law.rows import Rule, library
from etl.law.words import factor_text, hours_text
from etl.steps.law import confirmed
from etl.steps.outcome import Outcome
from etl.steps.run import place_of, read_day
from etl.store import audit_log
from etl.store.records import Record

_MEASURES = {
    "day": "a day",
    "shift": "in one shift",
    "seventh": "on the seventh day",
    "week": "a week",
    "month": "a month",
}


About = Literal["overtime", "breaks", "rounding"]
Row = TypeVar("Row", Rule, BreakRule, RoundingLaw)


def show_rules(
    jurisdiction: str,
    on: str | None,
    company: str | None = None,
    *,
    about: About = "overtime",
    workspace: str | Path | None = None,
) -> Outcome:
    """The rows of one place that are in force on a day (ISO; by default today); of overtime one a regime.

    `company`: whose confirmations are shown. Raises SettingsError for a day that is none and for a place the library
    does not know.
    """
    day = read_day(on, "--on") if on else date.today()  # noqa: DTZ011 - a question, not a figure
    place = "US-FED" if jurisdiction.upper() == "US" else jurisdiction.upper()
    said = confirmed(audit_log.read_log(place_of(workspace), company)) if company else {}
    if about == "breaks":
        return _shown_breaks(place, day, _of_place(break_library(), place), said)
    if about == "rounding":
        return _shown_rounding(place, day, _of_place(rounding_library(), place), said)
    of_place = _of_place(library(), place)
    rules = [rule for rule in of_place if rule.effective_from <= day <= rule.effective_to]
    gap = "" if rules else f"; no version is in force, the first begins {min(rule.effective_from for rule in of_place)}"
    return Outcome(
        title=f"{place} on {day}: {len(rules)} rule(s){gap}",
        headings=("rule", "regime", "pays", "combines", "premium on", "in force", "law", "standing", "covers"),
        rows=tuple(
            (
                rule.rule_id,
                rule.regime or "(default)",
                pays(rule),
                rule.combine if rule.tiers else "",
                rule.premium_base if rule.tiers else "",
                f"{rule.effective_from} to {'today' if rule.effective_to.year == 9999 else rule.effective_to}",
                rule.citation,
                _standing(rule, said.get(rule.digest)),
                rule.covers,
            )
            for rule in rules
        ),
    )


def _of_place(rows: Sequence[Row], place: str) -> list[Row]:
    found = [rule for rule in rows if rule.jurisdiction == place]
    if not found:
        known = ", ".join(sorted({rule.jurisdiction for rule in rows}))
        raise SettingsError(
            "PLACE_UNKNOWN",
            what=f"The law library has no such rule for {place}",
            where="--jurisdiction",
            fix=f"Give one of {known}. Work in another place than overtime knows stops a run.",
        )
    return found


def _shown_breaks(place: str, day: date, rules: Sequence[BreakRule], said: Mapping[str, Record]) -> Outcome:
    return Outcome(
        title=f"{place} on {day}: breaks and rest",
        headings=("rule", "asks", "premium", "law", "standing"),
        rows=tuple(
            (rule.rule_id, promise(rule), rule.premium, rule.citation, _word(rule, rule.status, said))
            for rule in rules
            if rule.effective_from <= day <= rule.effective_to
        ),
    )


def _shown_rounding(place: str, day: date, rules: Sequence[RoundingLaw], said: Mapping[str, Record]) -> Outcome:
    return Outcome(
        title=f"{place} on {day}: rounding of pay",
        headings=("rule", "position", "modes", "says", "law", "standing"),
        rows=tuple(
            (
                rule.rule_id,
                rule.position,
                ", ".join(sorted(rule.modes)) or "all",
                rule.law_text,
                rule.citation,
                _word(rule, rule.status, said),
            )
            for rule in rules
            if rule.effective_from <= day <= rule.effective_to
        ),
    )


def pays(rule: Rule) -> str:
    """What a rule pays, in words: 1.5 over 40 h a week."""
    parts = []
    for measure, tiers in rule.tiers:
        for over, multiplier in tiers:
            limit = f"over {hours_text(over)} h {_MEASURES[measure]}" if over else _MEASURES[measure]
            parts.append(f"{'+' if measure == 'month' else ''}{factor_text(multiplier)} {limit}")
    if rule.average:
        parts.append(f"limit {rule.average[0]} h on average of {rule.average[1]} weeks")
    if not parts:
        parts.append("by the federal week" if rule.family == "US" else "no overtime pay by statute")
    if rule.period == "14_day":
        parts.append("in fixed 14 days")
    return "; ".join(parts)


def _standing(rule: Rule, record: Record | None) -> str:
    """Whether a run may use the row, and who looked at it when."""
    if record is not None and not rule.is_ready:
        return _recorded(record)
    state = "confirmed" if rule.is_ready else f"{rule.status}: stops a run until the company confirms it"
    return f"{state}; reviewed {rule.reviewed_on}; example {rule.example or 'none'}"


def _word(rule: LawRow, status: str, said: Mapping[str, Record]) -> str:
    """The same of a row that stops a run only where a company pays by it, or rounds against it."""
    record = said.get(rule.digest)
    if rule.is_ready or record is None:
        return status if rule.is_ready else f"{status}: stops a run that pays by it or acts against it"
    return _recorded(record)


def _recorded(record: Record) -> str:
    day, source = record.recorded_at[:10], record.body.get("source")
    read = f", {source['name']} (sha256 {source['sha256'][:12]})" if isinstance(source, dict) else ""
    return f"confirmed by {record.person} on {day}, record {record.number}: {record.text('reason')}{read}"
