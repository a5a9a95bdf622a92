"""The days a report answers for, as its own titles say them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<{0}>[A-Z][a-z]{{2,8}})\.?"
_WORDS = re.compile(   # November 9-15, 2026; Nov 9 - 15, 26; Oct 26 - Nov 8, 2026; December 28, 2026 - January 3, 2027
    _MONTH.format("month") + r" (?P<first>\d{1,2})(?:, (?P<year1>\d{2,4}))?\s*[-–]\s*"
    r"(?:" + _MONTH.format("month2") + r" )?(?P<last>\d{1,2}), (?P<year>\d{4}|\d{2})")
_DAY_FIRST = re.compile(   # From 9 Nov 2026 to 15 Nov 2026; For the period 9 November 2026 to 15 November 2026
    r"(?P<first>\d{1,2}) " + _MONTH.format("month") + r" (?P<year1>\d{4}) (?:to|-|–) (?P<last>\d{1,2}) "
    + _MONTH.format("month2") + r" (?P<year>\d{4})")
_ISO = re.compile(r"(?P<first>\d{4}-\d{2}-\d{2})\s*(?:to|\.\.|-|–)\s*(?P<last>\d{4}-\d{2}-\d{2})")


def span_of(texts: Iterable[str]) -> tuple[date, date] | None:
    """First and last day, both inclusive, of the first text that tells a span; None where none does."""
    for text in texts:
        found = _in(text)
        if found and found[0] <= found[1]:
            return found
    return None


def _in(text: str) -> tuple[date, date] | None:
    try:
        if iso := _ISO.search(text):
            return date.fromisoformat(iso["first"]), date.fromisoformat(iso["last"])
        words = _WORDS.search(text) or _DAY_FIRST.search(text)
        if words is None:
            return None
        year = _year(words["year"])
        first_month, last_month = _month(words["month"]), _month(words["month2"] or words["month"])
        first_year = _year(words["year1"]) if words["year1"] else year
        return date(first_year, first_month, int(words["first"])), date(year, last_month, int(words["last"]))
    except ValueError:
        return None


def _year(text: str) -> int:
    return int(text) + (2000 if len(text) == 2 else 0)


def _month(text: str) -> int:
    return MONTHS.index(text[:3].lower()) + 1
