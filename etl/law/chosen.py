"""The law of one run: which rule versions hold for the people of a company, as the small tables the decisions read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

import pyarrow as pa

from etl.law.holiday_weeks import Holidays, in_weeks
from etl.law.places import Span, available, rules_of
from etl.law.rows import AGREED, Rule
from etl.law.words import regular_sentence, tier_sentence
from etl.settings import MinimumWage, Pay

NO_LIMIT, DOUBLE = 2**62, 2
_MODES = {"union_no_pyramid": 0, "weekly_only": 0, "additive": 0, "credit": 1, "greater_of": 2, "greatest_of": 2}
# where a flat-sum bonus is earned in the straight hours alone, and each overtime hour pays its multiplier of that
_FLAT_SUMS = {"US-CA": "Alvarado v. Dart Container (2018) 4 Cal.5th 542"}
_RULES = pa.schema(
    {
        "law_key": pa.int32(),
        "rule_no": pa.int16(),
        "family_no": pa.int16(),
        "effective_from": pa.date32(),
        "effective_to": pa.date32(),
        "rate_from": pa.int64(),
        "rate_below": pa.int64(),
        "has_shift": pa.bool_(),
    }
)
_KEYS = pa.schema(
    {"law_key": pa.int32(), "work_location": pa.string(), "pay_group": pa.string(), "flsa_status": pa.string()}
)
_TIERS = pa.schema(
    {
        "tier_no": pa.int16(),
        "rule_no": pa.int16(),
        "measure": pa.string(),
        "base_tier_no": pa.int16(),
        "over_seconds": pa.int64(),
        "until_seconds": pa.int64(),
        "premium_numerator": pa.int64(),
        "premium_denominator": pa.int64(),
        "hour_class": pa.string(),
        "premium_base": pa.string(),
        "least_rate_millionths": pa.int64(),
        "sentence": pa.string(),
    }
)
_NAMES = pa.schema(
    {
        "rule_no": pa.int16(),
        "rule_id": pa.string(),
        "jurisdiction": pa.string(),
        "regular_sentence": pa.string(),
        "is_agreement": pa.bool_(),
        "week_limit": pa.int64(),
        "day_limit": pa.int64(),
        "is_by_day": pa.bool_(),
        "mode": pa.int8(),
        "seventh_day": pa.string(),
        "flsa_limit": pa.int64(),
        "average_seconds": pa.int64(),
        "average_weeks": pa.int32(),
        "flat_sum_law": pa.string(),
    }
)
_FROM_THE_START = frozenset({"US-NV"})  # a workday is 24 hours from the start of work (NRS 608.0126)


@dataclass(frozen=True)
class Person:
    """What of employees.csv decides about the law: place, pay group and status, from a line of the file."""

    work_location: str
    pay_group: str
    flsa_status: str
    line: int
    span: Span


@dataclass(frozen=True)
class Law:
    """The tables by name, the hour classes that can occur, and what keeps the run from going on."""

    tables: dict[str, pa.Table]
    hour_classes: frozenset[str]
    findings: tuple[str, ...]
    rules: tuple[Rule, ...]


def choose(
    pay: Pay,
    people: Sequence[Person],
    window: Span,
    confirmed: Collection[str] = (),
    shipped: Sequence[Rule] | None = None,
    holidays: Holidays | None = None,
) -> Law:
    """The law for these people in this window (first and last day, inclusive).

    `confirmed`: digests of rows that the company has confirmed. `shipped`: other rows in the library's stead.
    `holidays`: what shortens workweeks, where the company has said so.
    Nothing is paid by default: an unknown place, a day no version covers, a row that is neither confirmed nor the
    company's word, and a minimum wage that is not known are findings.
    """
    keys = {combo: n for n, combo in enumerate(sorted({(p.work_location, p.pay_group, p.flsa_status) for p in people}))}
    known = available(pay, confirmed, shipped)
    findings: list[str] = []
    chosen: dict[tuple[str, str, str], tuple[Rule, ...]] = {}
    for combo in keys:
        own = [p for p in people if (p.work_location, p.pay_group, p.flsa_status) == combo]
        first, last = max(window[0], min(p.span[0] for p in own)), min(window[1], max(p.span[1] for p in own))
        rules, faults = rules_of(combo, pay, (first, last), known)
        findings += [f"employees.csv, line {min(p.line for p in own)}: {fault}" for fault in faults]
        chosen[combo] = in_weeks(rules, combo[1], holidays) if holidays else rules
    versions = sorted(
        {rule for rules in chosen.values() for rule in rules}, key=lambda r: (r.rule_id, r.effective_from)
    )
    numbers = {rule: n for n, rule in enumerate(versions)}
    wages = Wages(pay.minimum_wages)
    tiers, faults = _tier_rows(numbers, wages)
    findings += faults
    families = {name: n for n, name in enumerate(sorted({rule.family for rule in versions}))}
    rows = [
        row
        for combo, rules in chosen.items()
        for rule in rules
        for row in _rule_rows(keys[combo], rule, numbers[rule], families[rule.family], wages, findings)
    ]
    names = [_name_row(rule, number, pay) for rule, number in numbers.items()]
    return Law(
        {
            "law_keys": pa.Table.from_pylist(
                [{"law_key": n, "work_location": a, "pay_group": b, "flsa_status": c} for (a, b, c), n in keys.items()],
                schema=_KEYS,
            ),
            "overtime_rules": pa.Table.from_pylist(rows, schema=_RULES),
            "overtime_tiers": pa.Table.from_pylist(tiers, schema=_TIERS),
            "rule_names": pa.Table.from_pylist(names, schema=_NAMES),
            "rules_from_start": pa.table({"rule_no": pa.array(_from_the_start(numbers), pa.int16())}),
        },
        frozenset(row["hour_class"] for row in tiers),
        tuple(dict.fromkeys(findings)),
        tuple(versions),
    )


class Wages:
    """Minimum wages by place and day, in millionths an hour."""

    def __init__(self, given: Iterable[MinimumWage]) -> None:
        self._given = tuple(given)

    def spans(self, place: str, span: Span) -> list[tuple[Span, int]]:
        """The wages in force inside a span, each with its own part of it."""
        found = []
        for wage in self._given:
            first, last = max(span[0], wage.effective_from), min(span[1], wage.effective_to)
            if wage.jurisdiction == place and first <= last:
                found.append(((first, last), int(wage.hourly * 1_000_000)))
        return sorted(found)


def _rule_rows(
    key: int, rule: Rule, number: int, family: int, wages: Wages, findings: list[str]
) -> Iterable[dict[str, Any]]:
    spans: list[tuple[Span, int, int]] = [((rule.effective_from, rule.effective_to), -1, NO_LIMIT)]
    if rule.rate_test:
        limits = wages.spans(rule.jurisdiction, spans[0][0])
        if not limits:
            findings.append(_wage_missing(rule))
        is_below = rule.rate_test.startswith("below")
        # a pay rate that is not known counts as the lowest: the daily limit holds
        spans = [
            (span, -1 if is_below else -(-wage * 3 // 2), -(-wage * 3 // 2) if is_below else NO_LIMIT)
            for span, wage in limits
        ]
    for (first, last), rate_from, rate_below in spans:
        yield {
            "law_key": key,
            "rule_no": number,
            "family_no": family,
            "effective_from": first,
            "effective_to": last,
            "rate_from": rate_from,
            "rate_below": rate_below,
            "has_shift": bool(rule.of("shift")),
        }


def _wage_missing(rule: Rule) -> str:
    return f"{rule.rule_id}: the minimum wage of {rule.jurisdiction} is not known; give it under [[pay.minimum_wages]]"


def _tier_rows(numbers: dict[Rule, int], wages: Wages) -> tuple[list[dict[str, Any]], list[str]]:
    """All tiers, premiums over one common denominator: so payroll lines of mixed law add up without a division."""
    rows: list[dict[str, Any]] = []
    findings = []
    for rule, number in numbers.items():
        least = Fraction(0)
        if rule.premium_base == "minimum_wage":
            found = wages.spans(rule.jurisdiction, (rule.effective_from, rule.effective_to))
            findings += [] if found else [_wage_missing(rule)]
            least = Fraction(found[-1][1] if found else 0)
        own = [
            _tier_row(len(rows) + n, rule, number, least, (measure, over, multiplier, tiers[turn + 1 : turn + 2]))
            for n, (measure, turn, tiers) in enumerate(
                (
                    (measure, turn, tiers)
                    for measure, tiers in rule.tiers
                    if measure != "month"
                    for turn in range(len(tiers))
                ),
                1,
            )
            for over, multiplier in tiers[turn : turn + 1]
        ]
        rows += own
        for over, added in rule.of("month"):  # a tier of its own for what a month adds to each of them
            rows += [
                _tier_row(len(rows) + n, rule, number, least, ("month", over, 1 + base["premium"] + added, ()))
                | {"base_tier_no": base["tier_no"]}
                for n, base in enumerate(own, 1)
            ]
    common = lcm(2, *(row["premium"].denominator for row in rows))
    return [
        {name: value for name, value in row.items() if name != "premium"}
        | {"premium_numerator": int(row["premium"] * common), "premium_denominator": common}
        for row in rows
    ], findings


def _tier_row(
    tier_no: int,
    rule: Rule,
    number: int,
    least: Fraction,
    tier: tuple[str, int, Fraction, Sequence[tuple[int, Fraction]]],
) -> dict[str, Any]:
    measure, over, multiplier, after = tier
    return {
        "tier_no": tier_no,
        "rule_no": number,
        "measure": measure,
        "base_tier_no": None,
        "over_seconds": over,
        "until_seconds": after[0][0] if after else NO_LIMIT,
        "premium": multiplier - 1,
        "hour_class": "double_time" if multiplier >= DOUBLE else "overtime",
        "premium_base": rule.premium_base,
        "least_rate_millionths": int(least * multiplier),
        "sentence": tier_sentence(rule, measure, over, multiplier),
    }


def _from_the_start(numbers: dict[Rule, int]) -> list[int]:
    """The rules whose daily limit is not of the calendar day; the days of an agreement are the company's word."""
    return [
        number
        for rule, number in numbers.items()
        if rule.jurisdiction in _FROM_THE_START and rule.of("day") and rule.place != AGREED
    ]


def _name_row(rule: Rule, number: int, pay: Pay) -> dict[str, Any]:
    week, day = rule.of("week"), rule.of("day")
    is_federal = pay.flsa == "covered" and rule.family == "US" and rule.rule_id != "exempt"
    return {
        "rule_no": number,
        "rule_id": rule.rule_id,
        "jurisdiction": rule.jurisdiction,
        "regular_sentence": regular_sentence(rule),
        "is_agreement": rule.place == AGREED,
        "week_limit": week[0][0] if week else None,
        "day_limit": day[0][0] if day else None,
        "is_by_day": any(rule.of(name) for name in ("day", "shift", "seventh", "month")),
        "mode": _MODES[rule.combine] if rule.tiers else None,
        "seventh_day": rule.seventh_day,
        "flsa_limit": (NO_LIMIT if rule.period == "14_day" else 144_000) if is_federal else None,
        "average_seconds": rule.average[0] * 3600 if rule.average else None,
        "average_weeks": rule.average[1] if rule.average else None,
        "flat_sum_law": _FLAT_SUMS.get(rule.jurisdiction) if rule.place != AGREED else None,
    }
