"""Workweeks with a holiday: where the law lowers the weekly limit for one, as versions of the place's overtime rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

from etl.law.confirming import digest_of, how_to
from etl.law.rows import AGREED, CHOICES, Rule
from etl.law.tables import check_cells, read_table, shipped, span_of
from etl.periods import workweek_start
from etl.settings import Pay

_WEEK = timedelta(days=6)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class HolidayWeek:
    """One version of a rule that a week with a holiday has fewer hours before overtime; days inclusive.

    `is_each`: so many hours less for each holiday of the week, else once.
    """

    rule_id: str
    jurisdiction: str
    seconds_less: int
    is_each: bool
    effective_from: date
    effective_to: date
    law_text: str
    citation: str
    status: str

    @property
    def digest(self) -> str:
        """sha256 of what the row says; its standing and review are no part of it."""
        said = [
            *(self.rule_id, self.jurisdiction, self.seconds_less, self.is_each),
            *(str(self.effective_from), str(self.effective_to), self.law_text, self.citation),
        ]
        return digest_of(said)

    @property
    def is_ready(self) -> bool:
        """Read at its source."""
        return self.status == "confirmed"


@cache
def holiday_library() -> tuple[HolidayWeek, ...]:
    """All rows, checked. Raises SettingsError LAW_INVALID with every finding."""
    return read_table(
        shipped("holiday_weeks.csv"), _row, table="The table of holiday weeks", where="etl/law/holiday_weeks.csv"
    )


def _row(row: dict[str, str]) -> HolidayWeek:
    check_cells(row, {"per": ("each", "week"), "status": CHOICES["status"]})
    date.fromisoformat(row["reviewed_on"])
    return HolidayWeek(
        row["rule_id"],
        row["jurisdiction"],
        int(row["hours_less"]) * 3600,
        row["per"] == "each",
        *span_of(row),
        row["law_text"],
        row["citation"],
        row["status"],
    )


@dataclass(frozen=True)
class Holidays:
    """The holidays that a company has named, by jurisdiction; and where each pay group's workweek begins."""

    days: Mapping[str, Collection[date]]
    begins_on: Mapping[str, int]  # 1 Monday to 7 Sunday; groups with fixed 14 days are not among them


def holiday_findings(pay: Pay, calendars: Collection[str], confirmed: Collection[str]) -> list[str]:
    """Why the weeks that a company wants shortened cannot be: no such law, no such calendar, law not confirmed."""
    findings = []
    for choice in pay.holiday_weeks:
        where = f"company.toml, [[pay.holiday_weeks]], {choice.jurisdiction}"
        rows = [row for row in holiday_library() if row.jurisdiction == choice.jurisdiction]
        if not rows:
            known = ", ".join(sorted({row.jurisdiction for row in holiday_library()}))
            findings.append(f"{where}: no law is known that shortens weeks by holidays; known are {known}")
        if choice.calendar not in calendars:
            findings.append(f"{where}: no day of calendar {choice.calendar!r} in holidays.csv")
        findings += [
            f"{row.rule_id} ({row.citation}) is {row.status}, not confirmed; {how_to(row.rule_id, pay)}"
            for row in rows
            if not row.is_ready and row.digest not in confirmed
        ]
    return findings


def places_not_shortened(pay: Pay, places: Iterable[str]) -> tuple[str, ...]:
    """Places of work whose law shortens weeks by holidays, and for which the company has named no calendar."""
    chosen = {choice.jurisdiction for choice in pay.holiday_weeks}
    return tuple(sorted({row.jurisdiction for row in holiday_library()} & set(places) - chosen))


def in_weeks(rules: Sequence[Rule], group: str, holidays: Holidays) -> tuple[Rule, ...]:
    """The rules of a pay group, with a version of its own for each week with a holiday: there the limit is lower."""
    begins_on = holidays.begins_on.get(group)
    if begins_on is None:
        return tuple(rules)
    return tuple(version for rule in rules for version in _versions(rule, holidays.days, begins_on))


def _versions(rule: Rule, days: Mapping[str, Collection[date]], begins_on: int) -> Iterable[Rule]:
    weeks = Counter(workweek_start(day, begins_on) for day in days.get(rule.jurisdiction, ()))
    shorter = {
        week: _shorter(rule, row, count)
        for week, count in weeks.items()
        for row in holiday_library()
        if row.jurisdiction == rule.jurisdiction and row.effective_from <= week <= row.effective_to
    }
    if not shorter or not rule.of("week") or rule.period != "workweek" or rule.place == AGREED:
        yield rule
        return
    cuts = {rule.effective_from, *shorter, *(week + _WEEK + _DAY for week in shorter)}
    starts = sorted(cut for cut in cuts if rule.effective_from <= cut <= rule.effective_to)
    ends = [*(after - _DAY for _, after in pairwise(starts)), rule.effective_to]
    for first, last in zip(starts, ends, strict=True):
        version = shorter.get(workweek_start(first, begins_on))
        yield replace(version or rule, effective_from=first, effective_to=last)


def _shorter(rule: Rule, row: HolidayWeek, count: int) -> Rule:
    less = row.seconds_less * (count if row.is_each else 1)
    week = tuple((max(over - less, 0), multiplier) for over, multiplier in rule.of("week"))
    tiers = tuple((name, week if name == "week" else own) for name, own in rule.tiers)
    return replace(rule, tiers=tiers, law_text=f"{rule.law_text}; {row.law_text}" if row.law_text else rule.law_text)
