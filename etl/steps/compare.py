"""A worked example's printed answer against ours: hours exactly, pay by the method the example names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from etl.periods import workweek_start
from etl.steps.examples import PREMIUM_ALONE, Example, Row, seconds

_SALARIES = ("fixed_salary", "weekly_salary", "monthly_salary")


@dataclass
class Week:
    """One workweek as computed: seconds by multiplier and by measure, pay exactly, the regular rate."""

    tiers: dict[Fraction, int] = field(default_factory=lambda: defaultdict(int))
    measures: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    pay: Fraction = Fraction(0)
    lines: list[Fraction] = field(default_factory=list)
    regular_rate: Fraction = Fraction(0)
    flsa_premium: Decimal = Decimal(0)
    premium: Decimal = Decimal(0)

    def hours(self, low: Fraction, high: Fraction) -> Fraction:
        """Hours at multipliers from low to below high."""
        return Fraction(sum(count for multiplier, count in self.tiers.items() if low <= multiplier < high), 3600)


@dataclass
class Answer:
    """What the decisions made of one example, by workweek."""

    weeks: dict[date, Week] = field(default_factory=dict)
    averages: dict[date, dict[str, Any]] = field(default_factory=dict)
    if_covered: Answer | None = None

    def week(self, first_day: date) -> Week:
        """The week that begins on this day."""
        return self.weeks.setdefault(first_day, Week())


def compare(example: Example, answer: Answer | None) -> list[str]:
    """Every figure in which we differ, as a sentence with both; none where the example passes."""
    if answer is None:
        return [f"no rule {example.system} of {example.first['jurisdiction']} in the law library on that day"]
    found = []
    for summary in example.of("summary"):
        first = (
            workweek_start(date.fromisoformat(summary["date"]), example.begins_on)
            if summary["date"]
            else min(answer.weeks)
        )
        week = answer.weeks.get(first, Week()) if summary["date"] else _only(answer)
        checks = [*_hours(summary, week), *_pay(example, summary, week), *_extra(example, summary, week, answer)]
        found += [f"{name}: {ours} here, {theirs} there" for name, ours, theirs in checks if ours != theirs]
    return found


def _only(answer: Answer) -> Week:
    """The one week of an example, or all of them as one where it prints one answer."""
    if len(answer.weeks) == 1:
        return next(iter(answer.weeks.values()))
    whole = Week()
    for week in answer.weeks.values():
        for own, counts in ((whole.tiers, week.tiers), (whole.measures, week.measures)):
            for key, count in counts.items():
                own[key] += count  # type: ignore[index]
        whole.pay += week.pay
        whole.flsa_premium += week.flsa_premium
        whole.premium += week.premium
        whole.regular_rate = week.regular_rate
    return whole


def _hours(summary: Row, week: Week) -> Iterable[tuple[str, Any, Any]]:
    """Hours by class and by tier; a supplement (+0.5:8) lies on hours whose straight time the salary pays."""
    total = sum(week.tiers.values())
    spans = (("regular", 0, Fraction(101, 100)), ("overtime", Fraction(101, 100), 2), ("doubletime", 2, 9))
    is_one_tier = summary["expected_doubletime_hours"] in ("", "0") and not any(m >= 2 for m in week.tiers)
    for name, low, high in spans:
        printed = summary[f"expected_{name}_hours"]
        if printed:
            top = 9 if is_one_tier and name == "overtime" else high
            yield f"{name} hours", _plain(week.hours(Fraction(low), Fraction(top))), _plain(Fraction(printed))
    printed_tiers = [part.split(":") for part in filter(None, summary["expected_tiers"].split(";"))]
    has_supplement = any(multiplier.startswith("+") for multiplier, _ in printed_tiers)
    for multiplier, hours in printed_tiers:
        ours = week.tiers.get((1 if multiplier.startswith("+") else 0) + Fraction(multiplier.lstrip("+")), 0)
        if has_supplement and not multiplier.startswith("+"):
            ours = total
        yield f"hours at {multiplier}", _plain(Fraction(ours, 3600)), _plain(Fraction(hours))
    if printed_tiers:
        said = sum((Fraction(hours) for factor, hours in printed_tiers if not factor.startswith("+")), Fraction(0))
        yield "hours in all", _plain(Fraction(total, 3600)), _plain(said)


def _pay(example: Example, summary: Row, week: Week) -> Iterable[tuple[str, Any, Any]]:
    beside = Fraction(0)
    if example.system != PREMIUM_ALONE:
        beside = sum(
            (
                Fraction(row["amount"])
                for row in example.of("pay")
                if row["in_regular_rate"] and row["pay_item"] not in _SALARIES
            ),
            Fraction(0),
        )
    left_out = sum((Fraction(row["amount"]) for row in example.of("pay") if row["in_regular_rate"] == "N"), Fraction(0))
    exact = week.pay + beside
    if summary["expected_regular_rate"]:
        yield "regular rate", cents(week.regular_rate), Decimal(summary["expected_regular_rate"])
    if summary["expected_pay_exact"]:
        yield "pay, unrounded rate", cents(exact), Decimal(summary["expected_pay_exact"])
        if example.system != PREMIUM_ALONE and abs(sum(week.lines, Fraction(0)) + beside - exact) > Fraction(
            len(week.lines), 200
        ):
            yield "payroll lines", cents(sum(week.lines, Fraction(0))), cents(exact)
    if summary["expected_pay"]:
        yield (
            f"pay, {summary['rate_method']}",
            cents(_published(summary["rate_method"], week, exact, left_out)),
            Decimal(summary["expected_pay"]),
        )
    if summary["expected_flsa_premium"]:
        yield "FLSA premium", cents(Fraction(week.flsa_premium)), Decimal(summary["expected_flsa_premium"])
        yield "FLSA premium within all premium", week.flsa_premium <= week.premium, True


def _published(method: str, week: Week, exact: Fraction, left_out: Fraction) -> Fraction:
    """Pay as a publication came to it: the regular rate and its half rounded to cents first. Never used in a run."""
    if method not in ("premium_only", "all_hours"):
        return exact
    rate = Fraction(cents(week.regular_rate))
    half = Fraction(cents(rate / 2))
    straight = Fraction(sum(week.tiers.values()), 3600)
    over = week.hours(Fraction(101, 100), Fraction(9))
    if method == "all_hours":
        return straight * rate + over * half + left_out
    premium = sum((multiplier - 1) * count for multiplier, count in week.tiers.items()) * week.regular_rate / 3600
    return exact - premium + over * half


def _extra(example: Example, summary: Row, week: Week, answer: Answer) -> Iterable[tuple[str, Any, Any]]:
    for pair in filter(None, summary["expected_extra"].split(";")):
        name, _, theirs = pair.partition("=")
        ours = _extra_value(name, example, week, answer)
        yield name, "not a figure Timebooks knows" if ours is None else ours, theirs


def _extra_value(name: str, example: Example, week: Week, answer: Answer) -> str | None:
    days = example.of("day", "week")
    total = sum(week.tiers.values())
    average = answer.averages[max(answer.averages)] if answer.averages else None
    covered = _only(answer.if_covered) if answer.if_covered and answer.if_covered.weeks else Week()
    values: dict[str, Any] = {
        "rounded_hours": lambda: _plain(Fraction(total, 3600)),
        "total_hours": lambda: _plain(Fraction(average["total_seconds"], 3600)) if average else None,
        "average_weekly_hours": lambda: (
            str(half_up(Fraction(average["total_seconds"], 3600 * average["count_weeks"]), 1)) if average else None
        ),
        "limit_48_exceeded": lambda: str(average["is_over_limit"]).lower() if average else None,
        "unrounded_minutes": lambda: _plain(Fraction(sum(seconds(row) for row in days), 60)),
        "unpaid_hours": lambda: _plain(sum((Fraction(seconds(row) % 900, 3600) for row in days), Fraction(0))),
        "rounded_daily_hours": lambda: "|".join(str(half_up(Fraction(row["hours"]), 2)) for row in days),
        "daily_ot": lambda: _plain(Fraction(week.measures["day"], 3600)),
        "weekly_ot": lambda: _plain(Fraction(week.measures["week"], 3600)),
        "incremental_overtime_due": lambda: str(cents(_published("premium_only", week, week.pay, Fraction(0)))),
        "flsa_overtime_hours": lambda: _plain(covered.hours(Fraction(101, 100), Fraction(9))),
        "flsa_pay": lambda: str(cents(covered.pay)),
        "flsa_premium_if_covered": lambda: str(cents(Fraction(covered.flsa_premium))),
    }
    return values[name]() if name in values else None


def half_up(value: Fraction, digits: int) -> Decimal:
    """A value with this many decimals, half away from zero; exact."""
    scaled = abs(value) * 10**digits
    whole = int(scaled + Fraction(1, 2))
    return (Decimal(whole) * (-1 if value < 0 else 1)).scaleb(-digits)


def cents(value: Fraction) -> Decimal:
    """A value in cents, half up."""
    return half_up(value, 2)


def _plain(value: Fraction) -> str:
    return format((Decimal(value.numerator) / value.denominator).normalize(), "f") if value else "0"
