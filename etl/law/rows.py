"""The rows of the law library, one a rule version, read strictly: a gap, an overlap or an unknown word is an error."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from itertools import pairwise

from etl.law.confirming import digest_of
from etl.law.tables import NEEDED, check_cells, read_table, shipped, span_of

MOST = 4
AGREED = "the agreement"  # stands where a row of the library names its place
_TIER = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?):([0-9](?:\.[0-9]{1,4})?)", re.ASCII)
MEASURES = ("day", "shift", "seventh", "week", "month")
COMBINES = ("union_no_pyramid", "greater_of", "greatest_of", "weekly_only", "credit", "additive")
CHOICES: dict[str, Sequence[str]] = {
    "combine": COMBINES,
    "weekly_counts": ("all_hours", "straight_hours"),
    "premium_base": ("regular_rate", "base_rate", "usual_rate", "minimum_wage"),
    "period": ("workweek", "14_day"),
    "seventh_day": ("none", "in_workweek", "consecutive_6", "consecutive_7"),
    "rate_test": ("", "below_1.5_minimum_wage", "from_1.5_minimum_wage"),
    "status": ("confirmed", "confirmed-secondary", "confirmed-table", "knowledge", "unverified", "company"),
}

Tiers = tuple[tuple[int, Fraction], ...]


@dataclass(frozen=True)
class Rule:
    """One version of a rule. Tiers by measure: seconds over which a multiplier holds, ascending.

    `regime`: empty where it holds without being chosen. `effective_from`, `effective_to`: both days inclusive.
    """

    rule_id: str
    jurisdiction: str
    place: str
    regime: str
    covers: str
    rate_test: str
    tiers: tuple[tuple[str, Tiers], ...]
    seventh_day: str
    combine: str
    weekly_counts: str
    premium_base: str
    period: str
    average: tuple[int, int] | None  # hours, weeks
    effective_from: date
    effective_to: date
    law_text: str
    citation: str
    status: str
    reviewed_on: date
    example: str

    def of(self, measure: str) -> Tiers:
        """The tiers of one measure; none where the rule has none."""
        return dict(self.tiers).get(measure, ())

    @property
    def digest(self) -> str:
        """sha256 of what the row says; its standing, review and example are no part of it."""
        said = [
            *(self.rule_id, self.jurisdiction, self.place, self.regime, self.covers, self.rate_test),
            [[measure, [[over, str(multiplier)] for over, multiplier in tiers]] for measure, tiers in self.tiers],
            *(self.seventh_day, self.combine, self.weekly_counts, self.premium_base, self.period, self.average),
            *(str(self.effective_from), str(self.effective_to), self.law_text, self.citation),
        ]
        return digest_of(said)

    @property
    def family(self) -> str:
        """Hours of one family count together in a week: a country."""
        return self.jurisdiction.partition("-")[0]

    @property
    def is_ready(self) -> bool:
        """Read at its source and shown by a worked example; anything less waits for the company's word."""
        return self.status == "company" or (self.status == "confirmed" and self.example != "")


@cache
def library() -> tuple[Rule, ...]:
    """All statutory rows, checked. Raises SettingsError LAW_INVALID with every finding."""
    return read_rules(shipped("overtime_rules.csv"), "etl/law/overtime_rules.csv")


def as_confirmed(rule: Rule) -> Rule:
    """The row as if the company had confirmed it."""
    return replace(rule, status="company")


def read_rules(text: str, where: str) -> tuple[Rule, ...]:
    """The rows of a law table as text. Raises SettingsError LAW_INVALID."""
    return read_table(
        text,
        rule_of,
        table="The law table",
        where=where,
        fix="Correct the lines named; the next version of a rule starts the day after the one before ends.",
        among=dated_faults,
    )


def rule_of(row: dict[str, str]) -> Rule:
    """One row. Raises ValueError in words."""
    check_cells(row, CHOICES, (*NEEDED, "place"))
    begins, ends = span_of(row)
    return Rule(
        **{name: row[name] for name in ("rule_id", "jurisdiction", "place", "regime", "covers", "rate_test")},
        tiers=tuple((name, tiers_of(row[f"{name}_tiers"])) for name in MEASURES if row[f"{name}_tiers"]),
        **{name: row[name] for name in ("seventh_day", "combine", "weekly_counts", "premium_base", "period")},
        average=_average(row["average_limit"]),
        effective_from=begins,
        effective_to=ends,
        **{name: row[name] for name in ("law_text", "citation", "status", "example")},
        reviewed_on=date.fromisoformat(row["reviewed_on"]),
    )


def tiers_of(text: str) -> Tiers:
    """`8:1.5;12:2.0` as seconds and multipliers, ascending. Raises ValueError."""
    tiers = []
    for part in filter(None, text.split(";")):
        found = _TIER.fullmatch(part)
        seconds = Fraction(found[1]) * 3600 if found else Fraction(1, 2)
        if found is None or seconds.denominator != 1 or not 0 < Fraction(found[2]) <= MOST:
            raise ValueError(f"tier {part!r} is not hours, a colon and a multiplier of at most {MOST}, such as 8:1.5")
        tiers.append((int(seconds), Fraction(found[2])))
    if [over for over, _ in tiers] != sorted({over for over, _ in tiers}):
        raise ValueError(f"tiers {text!r} do not go up")
    return tuple(tiers)


def dated_faults(rules: Iterable[Rule]) -> list[str]:
    """Versions of one rule that leave a day without an answer or answer it twice; days are inclusive."""
    faults = []
    versions: dict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        versions[rule.rule_id].append(rule)
        if rule.effective_from > rule.effective_to:
            faults.append(f"{rule.rule_id}: effective_from {rule.effective_from} is after {rule.effective_to}")
    for rule_id, own in versions.items():
        ordered = sorted(own, key=lambda rule: rule.effective_from)
        for earlier, later in pairwise(ordered):
            if later.effective_from <= earlier.effective_to:
                faults.append(f"{rule_id}: two versions are in force on {later.effective_from}")
            elif later.effective_from > earlier.effective_to + timedelta(days=1):
                faults.append(f"{rule_id}: no version is in force on {earlier.effective_to + timedelta(days=1)}")
    return faults


def _average(text: str) -> tuple[int, int] | None:
    if not text:
        return None
    hours, _, weeks = text.partition("/")
    return int(hours), int(weeks)
