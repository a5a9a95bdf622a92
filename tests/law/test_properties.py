"""What must hold for any week of anybody: no second lost or paid by two multipliers, and chance changes nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from random import Random

import pytest

from tests.law.test_engine import calendar, firm
from tests.sql.company import Books

PLACES = ("US", "US-CA", "US-AK", "US-CO", "US-KY", "CA-AB", "CA-BC", "CA-NT", "CA-ON", "CA-NS", "AU")
PEOPLE = 3  # of each place
CLERKS = '[[pay.groups]]\npay_group = "all"\nregimes = {AU = "clerks_award"}'
LIMITS = {
    "US": 40,
    "US-CA": 40,
    "US-AK": 40,
    "US-CO": 40,
    "US-KY": 40,
    "CA-BC": 40,
    "CA-NT": 40,
    "CA-ON": 44,
    "CA-NS": 48,
}
MONDAY = date(2026, 11, 9)
Entry = tuple[str, date, int, int]  # person, day, second of the day, seconds


def people() -> list[tuple[str, str]]:
    return [(f"{place.lower()}-{n}", place) for place in PLACES for n in range(PEOPLE)]


def a_week(seed: int) -> list[Entry]:
    """Entries of a week: some days off, some of 16 h, in one to four parts, to the second."""
    dice = Random(seed)
    entries = []
    for who, _ in people():
        for day in range(7):
            if dice.random() < 0.15:
                continue
            clock = dice.randrange(3 * 3600, 8 * 3600)
            for _ in range(dice.randrange(1, 5)):
                seconds = dice.choice((dice.randrange(1, 14_401), 7200, 14_400))
                entries.append((who, MONDAY + timedelta(days=day), clock, seconds))
                clock += seconds + dice.choice((0, 0, 1800, 9000))
    return [entry for entry in entries if entry[2] + entry[3] <= 86_400]


def clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds % 3600 // 60:02}:{seconds % 60:02}"


def books_of(entries: list[Entry]) -> Books:
    rows = "\n".join(f"{who} all {place}" for who, place in people())
    sheet = [f"{who}  {day}  {day} {clock(second)[:5]}  {clock(length)}" for who, day, second, length in entries]
    return firm(rows, CLERKS, calendar=calendar("all  weekly  2026-11-09  monday")).books(
        "\n".join(["person  date  start  time", *sheet])
    )


@cache
def usual(seed: int) -> Books:
    return books_of(a_week(seed))


def by_week(books: Books) -> dict[str, Counter[tuple[str, str]]]:
    """Person to seconds by class and rule: what the week is paid by."""
    found: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for row in books.engine.fetch("pieces").to_pylist():
        found[row["employee_id"]][row["hour_class"], row["rule_id"]] += row["pay_seconds"]
    return found


def money(books: Books) -> dict[str, Fraction]:
    paid: dict[str, Fraction] = defaultdict(Fraction)
    for row in books.engine.fetch("payroll_lines").to_pylist():
        paid[row["employee_id"]] += Fraction(row["amount"])
    return paid


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_second_is_lost_and_none_carries_two_multipliers(seed):
    worked: Counter[str] = Counter()
    for who, _, _, seconds in a_week(seed):
        worked[who] += seconds
    paid: Counter[str] = Counter()
    spans: dict[tuple[str, int], int] = defaultdict(int)
    for row in usual(seed).engine.fetch("pieces").to_pylist():
        paid[row["employee_id"]] += row["pay_seconds"]
        spans[row["entry_id"], row["version"]] += row["pay_seconds"]
        assert row["pay_seconds"] > 0
    assert paid == worked
    lengths = Counter(seconds for _, _, _, seconds in a_week(seed))
    assert Counter(spans.values()) == lengths, "the pieces of an entry are as long as the entry, each second once"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_straight_time_never_passes_the_weekly_limit(seed):
    places = dict(people())
    straight: Counter[str] = Counter()
    for row in usual(seed).engine.fetch("pieces").to_pylist():
        straight[row["employee_id"]] += row["pay_seconds"] * (row["hour_class"] == "regular")
    for who, seconds in straight.items():
        if places[who] in LIMITS:
            assert seconds <= LIMITS[places[who]] * 3600, who


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_rows_changes_nothing(seed):
    shuffled = a_week(seed)
    Random(99).shuffle(shuffled)
    assert by_week(books_of(shuffled)) == by_week(usual(seed))
    assert money(books_of(shuffled)) == money(usual(seed))


@pytest.mark.parametrize("seed", [1, 2])
def test_an_entry_in_two_halves_is_paid_as_one(seed):
    """The halves follow one another without a gap; classes, seconds and money of everybody stay."""
    halves: list[Entry] = []
    for who, day, second, length in a_week(seed):
        first = length // 3
        halves += (
            [(who, day, second, first), (who, day, second + first, length - first)]
            if first
            else [(who, day, second, length)]
        )
    assert by_week(books_of(halves)) == by_week(usual(seed))
    assert money(books_of(halves)) == money(usual(seed))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_hours_by_an_independent_reckoning(seed):
    """California, Alaska, Alberta, Ontario and the federal week, counted person by person in plain arithmetic."""
    for who, place in people():
        days: Counter[date] = Counter()
        for name, day, _, seconds in a_week(seed):
            if name == who:
                days[day] += seconds
        expected = reckoned(place, days)
        found: Counter[str] = Counter()
        for (hour_class, _), seconds in by_week(usual(seed))[who].items():
            found[hour_class] += seconds
        if expected is not None:
            assert (found["overtime"], found["double_time"]) == expected, (who, days)


def reckoned(place: str, days: Counter[date]) -> tuple[int, int] | None:
    """Overtime and double time of a week in seconds, by the reading of the statute in the reference."""
    total, hour = sum(days.values()), 3600
    if place in ("US", "CA-ON", "CA-NS"):
        return max(0, total - LIMITS[place] * hour), 0
    if place == "CA-AB":
        return max(sum(max(0, day - 8 * hour) for day in days.values()), total - 44 * hour, 0), 0
    if place in ("US-AK", "CA-NT"):
        return max(sum(max(0, day - 8 * hour) for day in days.values()), total - 40 * hour, 0), 0
    if place == "CA-BC":
        double = sum(max(0, day - 12 * hour) for day in days.values())
        daily = sum(max(0, min(day, 12 * hour) - 8 * hour) for day in days.values())
        return daily + max(0, total - double - daily - 40 * hour), double
    if place == "US-CA":
        seventh = len(days) == 7
        double = daily = 0
        for day, seconds in days.items():
            low, high = (0, 8) if seventh and day == MONDAY + timedelta(days=6) else (8, 12)
            double += max(0, seconds - high * hour)
            daily += max(0, min(seconds, high * hour) - low * hour)
        return daily + max(0, total - double - daily - 40 * hour), double
    if place == "US-KY":
        last = days[MONDAY + timedelta(days=6)] if len(days) == 7 and total > 40 * hour else 0
        return max(last, total - 40 * hour, 0), 0
    return None


@pytest.mark.parametrize("seed", [1, 2])
def test_the_premium_by_law_adds_up(seed):
    books = usual(seed)
    books.engine.run(("premiums_by_law",))
    rows = books.engine.fetch("premiums_by_law").to_pylist()
    assert len(rows) > len(PLACES)
    for row in rows:
        parts = row["flsa_premium_amount"], row["state_premium_amount"], row["contract_premium_amount"]
        assert sum(parts) == row["premium_amount"]
        assert all(part >= 0 for part in parts)
        worked = sum(length for who, _, _, length in a_week(seed) if who == row["employee_id"])
        over = max(0, worked - 40 * 3600) if row["employee_id"].startswith("us") else 0
        exact = Fraction(over * 10, 3600)  # everybody earns 20.00 an hour
        assert abs(Fraction(row["flsa_premium_amount"]) - exact) <= Fraction(1, 200)
