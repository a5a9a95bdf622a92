"""What a rule says of a piece of time, in one sentence."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from etl.law.rows import Rule, library

_FEDERAL_PLACE, _FEDERAL_TEXT = "United States federal law", "29 U.S.C. 207(a)(1)"


def hours_text(seconds: int) -> str:
    """Whole hours, or as few decimals as it takes, at most two: 40, 7.6."""
    hundredths = (seconds + 18) // 36
    return f"{hundredths // 100}.{hundredths % 100:02d}".rstrip("0").rstrip(".")


def factor_text(multiplier: Fraction) -> str:
    """A multiplier as the trade writes it: 1.5, 1.25, 2."""
    return (
        str(Decimal(multiplier.numerator) / multiplier.denominator) if multiplier.denominator > 1 else f"{multiplier}.0"
    )


def regular_sentence(rule: Rule) -> str:
    """Why an hour carries no premium."""
    limits = [
        f"{hours_text(tiers[0][0])} h {'a day' if measure == 'day' else 'of the ' + _bucket(rule)}"
        for measure, tiers in sorted(rule.tiers)
        if measure in ("day", "week")
    ]
    if rule.rule_id == "exempt":
        return "exempt from overtime by flsa_status"
    if not limits:
        return f"{rule.place} sets no overtime pay by statute ({rule.law_text})"
    return f"Within {' and '.join(limits)}: straight time"


def tier_sentence(rule: Rule, measure: str, over: int, multiplier: Fraction) -> str:
    """The rule's half of the sentence: over 8 h California pays 1.5 (Labor Code 510)."""
    # a state without a weekly limit of its own, or a higher one, pays by the federal week
    is_federal = measure == "week" and rule.jurisdiction.startswith("US-") and over == 144_000 and _borrows(rule)
    place, text = (_FEDERAL_PLACE, _FEDERAL_TEXT) if is_federal else (rule.place, rule.law_text)
    limit = f"over {hours_text(over)} h " if over else ""
    return f"{limit}{place} pays {factor_text(multiplier)} ({text})"


def _bucket(rule: Rule) -> str:
    return "workweek" if rule.period == "workweek" else "14 days"


def _borrows(rule: Rule) -> bool:
    shipped = next((row for row in library() if row.rule_id == rule.rule_id), None)
    return shipped is not None and shipped.of("week") != rule.of("week")
