"""Which rule of rounding counts, what is rounded together, and the worked examples of the labor reference (A.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.units import decimal_hours
from tests.sql.company import Company
from tests.sql.test_rounding import DURATIONS, MONDAY, QUARTER, TENTH, UNITS, _engine, pay, rounded, rule

__all__ = ["_engine"]
MODES = ["nearest", "nearest_even", "nearest_half_down", "up", "down"]
GRAINS = ["entry", "day", "day_project", "week"]
pytestmark = pytest.mark.capability("C60")


def shift(start: str, end: str, pause: int = 0, day: date = MONDAY) -> dict:
    """An entry from start to end on the clock, less a break in minutes."""
    began, ended = (datetime.combine(day, time.fromisoformat(text)) for text in (start, end))
    worked = int((ended - began).total_seconds()) - pause * 60
    return {"worked_on": day, "start": began, "pause": str(pause), "worked_seconds": worked}


def week_of(start: str, end: str, pause: int) -> list[dict]:
    return [shift(start, end, pause, MONDAY + timedelta(days=day)) for day in range(5)]


def minutes(*each: int) -> list[dict]:
    return [{"worked_seconds": value * 60} for value in each]


A4 = [  # example, entries, unit, mode, grain, hours paid
    ("R1", week_of("06:50", "15:37", 30), QUARTER, "nearest", "punch", "41.25"),
    ("R1 exact", week_of("06:50", "15:37", 30), 1, "none", "entry", "41.42"),
    ("R2", week_of("08:00", "16:42", 30), 1, "none", "entry", "41.00"),
    ("R2 down, unlawful", week_of("08:00", "16:42", 30), QUARTER, "down", "entry", "40.00"),
    ("R2 punches", week_of("08:00", "16:42", 30), QUARTER, "nearest", "punch", "41.25"),
    ("R3", [shift("07:53", "16:37", 30)], QUARTER, "nearest", "punch", "8.00"),
    ("R4", [shift("07:53", "16:37", 30)], QUARTER, "nearest", "day", "8.25"),
    ("R5", [shift("07:52", "16:38", 30)], QUARTER, "nearest", "punch", "8.50"),
    ("R6", [shift("07:52", "16:38", 30)], QUARTER, "nearest", "day", "8.25"),
    ("R7", [shift("07:52", "16:38", 30)], TENTH, "nearest", "day", "8.30"),
    ("R8", minutes(22, 22, 22, 22, 22), QUARTER, "nearest", "entry", "1.25"),
    ("R9", minutes(22, 22, 22, 22, 22), QUARTER, "nearest", "day", "1.75"),
    ("R10", minutes(23, 23, 23, 23, 23), QUARTER, "nearest", "entry", "2.50"),
    ("R10 by the day", minutes(23, 23, 23, 23, 23), QUARTER, "nearest", "day", "2.00"),
    ("R11", minutes(458), QUARTER, "nearest", "day", "7.75"),
    ("R12", minutes(20, 20, 20), 1, "none", "entry", "1.00"),
    ("R15", [shift("08:08", "16:00", 0)], QUARTER, "nearest", "punch", "7.75"),
]


@pytest.mark.parametrize("case", A4, ids=[case[0] for case in A4])
def test_the_worked_examples(engine, case):
    example, entries, unit, mode, grain, hours = case
    paid = sum(pay(rounded(engine, [rule(unit, mode, grain)], entries)))
    assert f"{decimal_hours(paid)}" == hours, example
    if mode != "none" and grain != "punch":
        assert paid % unit == 0


def test_rounding_twice_would_pay_less():
    """R11: by tenths first 7.6, of which the quarter is 7.50; so a rule refuses time that was rounded before."""
    tenths = (458 * 60 + TENTH // 2) // TENTH * TENTH
    assert (tenths + QUARTER // 2) // QUARTER * QUARTER == 27000


def test_decimals_go_half_up_from_whole_seconds():
    """R12 and R13: an hour is converted once, half up and in decimal arithmetic; three thirds are an hour."""
    assert decimal_hours(24714) == Decimal("6.87") != Decimal("6.865000").quantize(Decimal("0.01"), ROUND_HALF_EVEN)
    assert decimal_hours(3 * 1200) == Decimal("1.00") != 3 * decimal_hours(1200)


def test_a_break_is_never_rounded(engine):
    """R14: 23 minutes between two punches stay 23 minutes, whatever start and end become."""
    [row] = rounded(engine, [rule(600, "nearest", "punch")], [shift("08:04", "17:02", 23)])
    assert row["pay_seconds"] == (9 * 60 - 23) * 60, "08:00 to 17:00 less the break as it was taken"


HALVES = [  # seconds worked, unit, mode, rounded, why
    (450, 900, "nearest", 900, "the half goes up"),
    (450, 900, "nearest_even", 0, "to no quarter, which is even"),
    (1350, 900, "nearest_even", 1800, "to two quarters"),
    (2250, 900, "nearest_even", 1800, "again to two"),
    (2251, 900, "nearest_even", 2700, "more than the half"),
    (450, 900, "nearest_half_down", 0, "the half goes down"),
    (451, 900, "nearest_half_down", 900, "a second more goes up"),
    (3, 7, "nearest_even", 0, "an odd unit has no half"),
    (4, 7, "nearest_even", 7, "an odd unit has no half"),
    (11, 7, "nearest_even", 14, "and none from an odd number on"),
    (10, 7, "nearest_even", 7, "3 of 7"),
    (4, 7, "nearest_half_down", 7, "4 of 7"),
]


@pytest.mark.parametrize(("worked", "unit", "mode", "expected", "why"), HALVES)
def test_where_the_half_goes(engine, worked, unit, mode, expected, why):
    assert pay(rounded(engine, [rule(unit, mode)], [{"worked_seconds": worked}])) == [expected], why


TOGETHER = [  # purpose, grain, what differs between two entries of 4 minutes, seconds of both up to quarters, why
    ("pay", "day_project", {}, [450, 450], "one person, day and job"),
    ("pay", "day_project", {"customer_job": "Mill:Shop"}, [900, 900], "two jobs"),
    ("pay", "day_project", {"service_item": "Design"}, [450, 450], "two items of one job"),
    ("pay", "day", {"customer_job": "Mill:Shop"}, [450, 450], "by the day alone jobs do not count"),
    ("bill", "day_project", {"service_item": "Design", "bill_rate": Decimal("120.00")}, [450, 450], "items and rates"),
    ("bill", "day_project", {"customer_job": "Mill:Shop"}, [900, 900], "two jobs"),
    ("bill", "day_project", {"employee_id": "E2"}, [900, 900], "two people"),
    ("bill", "invoice_line", {"employee_id": "E2"}, [450, 450], "a line holds the time of everybody"),
    ("bill", "invoice_line", {"worked_on": MONDAY + timedelta(days=6)}, [450, 450], "and of all its period"),
    ("bill", "invoice_line", {"bill_rate": Decimal("120.00")}, [900, 900], "of one rate"),
    ("bill", "invoice_line", {"worked_on": MONDAY + timedelta(days=7)}, [900, 240], "the next period is not billed"),
    ("bill", "invoice_line", {"bill_state": "held", "bill_reason": "TE008"}, [900, 900], "nor what waits"),
]


@pytest.mark.parametrize(("purpose", "grain", "other", "expected", "why"), TOGETHER)
def test_what_is_rounded_together(engine, purpose, grain, other, expected, why):
    one = {"worked_seconds": 240}
    rows = rounded(engine, [rule(QUARTER, "up", grain, purpose)], [one, one | other])
    assert [row[f"{purpose}_seconds"] for row in rows] == expected, why


def test_an_invoice_line_is_rounded_with_the_part_of_a_shift_that_lies_in_its_period(engine):
    """Sunday 22:00 to Monday 02:00: 2 h of it, and what the week has besides, make whole quarters of the line."""
    late = {"worked_on": MONDAY + timedelta(days=6), "worked_seconds": 4 * 3600, "first_day_seconds": 7200}
    early = {"worked_on": MONDAY - timedelta(days=1), "worked_seconds": 3600, "first_day_seconds": 3300}
    rows = rounded(
        engine, [rule(QUARTER, "up", "invoice_line", "bill")], [late, {"worked_seconds": 600}, early]
    )
    assert [row["bill_seconds"] for row in rows] == [4 * 3600, 600, 3600], "2:00, 0:10 and 0:05 are 2:15 already"
    rows = rounded(engine, [rule(QUARTER, "up", "invoice_line", "bill")], [late, {"worked_seconds": 660}])
    assert [row["bill_seconds"] for row in rows] == [4 * 3600, 900], "2:00 and 0:11 become 2:15"


SCOPES = [  # the scopes of the rules (unit 900, 1800, 3600, in this order), what an entry has, its unit, why
    ([{}, {"work_location": "US-NY"}], {"law_key": 0}, 1800, "a place beats the company"),
    ([{}, {"work_location": "US-NY"}], {"law_key": 1}, 900, "of its own people only"),
    ([{}, {"pay_group": "monthly"}], {"law_key": 1}, 1800, "a pay group likewise"),
    ([{"pay_group": "weekly"}, {"pay_group": "weekly", "work_location": "US-NY"}], {"law_key": 0}, 1800, "both"),
    ([{"pay_group": "weekly"}], {"law_key": 1}, 1, "nobody else is rounded"),
    ([{}, {"work_location": "US-NY"}], {"law_key": None}, 900, "who is in no place has the company's"),
    ([{}, {"customer": "Mill"}], {}, 1800, "a customer beats the company"),
    ([{}, {"customer": "Mil"}], {}, 900, "by its whole name"),
    ([{"customer": "Mill"}, {"customer_job": "Mill:Web"}], {}, 1800, "a job beats its customer"),
    ([{"service_item": "Engineering"}, {"customer_job": "Mill:Web"}], {}, 1800, "and an item"),
    ([{"customer_job": "Mill:Web"}, {"customer_job": "Mill:Web", "service_item": "Engineering"}], {}, 1800, "both"),
    ([{"customer": "Mill"}, {"customer": "Mill", "service_item": "Engineering"}], {}, 1800, "likewise a customer's"),
    ([{}, {"service_item": "Design"}], {}, 900, "another item"),
    ([{"customer": "Mill"}], {"customer_job": None}, 1, "no job is of no customer"),
]


@pytest.mark.parametrize(("scopes", "entry", "unit", "why"), SCOPES)
def test_the_most_specific_rule_counts(engine, scopes, entry, unit, why):
    purpose = "pay" if any({"work_location", "pay_group"} & set(scope) for scope in scopes) else "bill"
    rules = [rule(size, "up", "entry", purpose) | scope for size, scope in zip((900, 1800, 3600), scopes, strict=False)]
    [row] = rounded(engine, rules, [{"worked_seconds": 61} | entry])
    assert row[f"{purpose}_seconds"] == (61 if unit == 1 else unit), why
    [row] = rounded(engine, rules[::-1], [{"worked_seconds": 61} | entry])
    assert row[f"{purpose}_seconds"] == (61 if unit == 1 else unit), "in whatever order they stand"


def test_a_place_is_left_out_from_a_day_on(engine):
    """Mode none in California from Wednesday: exact there, and only there."""
    wednesday = MONDAY + timedelta(days=2)
    rules = [
        rule(QUARTER, "up"),
        rule(1, "none") | {"work_location": "US-CA", "effective_from": wednesday},
    ]
    entries = [
        {"law_key": key, "worked_seconds": 60, "worked_on": day} for key in (0, 1) for day in (MONDAY, wednesday)
    ]
    assert pay(rounded(engine, rules, entries)) == [900, 900, 900, 60]


ENTRIES = st.lists(
    st.tuples(st.sampled_from(["E1", "E2"]), st.integers(0, 8), st.sampled_from(["Mill:Web", "Mill:Shop"]), DURATIONS),
    min_size=1,
    max_size=25,
)


def made(entries: Sequence[tuple]) -> list[dict]:
    return [
        {"employee_id": who, "worked_on": MONDAY + timedelta(days=day), "customer_job": job, "worked_seconds": worked}
        for who, day, job, worked in entries
    ]


def key_of(entry: Mapping, grain: str) -> tuple:
    day = entry["worked_on"]
    job = entry["customer_job"] if grain == "day_project" else None
    return entry["employee_id"], job, day.isocalendar()[:2] if grain == "week" else day


@given(ENTRIES, st.sampled_from(UNITS), st.sampled_from(MODES), st.sampled_from(GRAINS[1:]))
@settings(max_examples=20, deadline=None)
def test_groups_add_up_to_a_whole_unit_near_their_time(engine, entries, unit, mode, grain):
    """The shares of a group are its rounded total: whole units, less than a unit (a half, where nearest) away."""
    rows = rounded(engine, [rule(unit, mode, grain)], made(entries))
    groups: dict[tuple, list[dict]] = {}
    for row in rows:
        groups.setdefault(key_of(row, grain), []).append(row)
    for group in groups.values():
        worked, paid = sum(row["worked_seconds"] for row in group), sum(pay(group))
        assert paid % unit == 0
        lowest, highest = {"up": (0, unit - 1), "down": (1 - unit, 0)}.get(mode, (-(unit // 2), unit // 2))
        assert lowest <= paid - worked <= highest


@given(ENTRIES, st.sampled_from(UNITS), st.sampled_from(MODES), st.sampled_from(GRAINS), st.randoms())
@settings(max_examples=20, deadline=None)
def test_the_order_of_the_rows_changes_nothing(engine, entries, unit, mode, grain, chance):
    """What a group is paid does not depend on the order of its entries; nor, by the entry, what each is paid."""
    given_entries = made(entries)
    shuffled = chance.sample(given_entries, len(given_entries))
    sums = []
    for order in (given_entries, shuffled):
        rows = rounded(engine, [rule(unit, mode, grain)], order)
        total: dict[tuple, list[int]] = {}
        for row in rows:
            total.setdefault((*key_of(row, grain), row["worked_seconds"] if grain == "entry" else 0), []).append(
                row["pay_seconds"]
            )
        sums.append({key: sum(values) for key, values in total.items()})
    assert sums[0] == sums[1]


@given(ENTRIES, st.data(), st.sampled_from(UNITS), st.sampled_from(MODES), st.sampled_from(GRAINS[1:]))
@settings(max_examples=20, deadline=None)
def test_splitting_an_entry_in_two_changes_no_group(engine, entries, data, unit, mode, grain):
    whole = made(entries)
    cut = data.draw(st.integers(1, max(1, whole[0]["worked_seconds"] - 1)))
    parts = (cut, whole[0]["worked_seconds"] - cut)
    halves = [whole[0] | {"worked_seconds": seconds} for seconds in parts if seconds > 0]
    before, after = (
        sum(pay(rounded(engine, [rule(unit, mode, grain)], rows))) for rows in (whole, [*halves, *whole[1:]])
    )
    assert before == after


@given(DURATIONS, st.integers(1, 86399), st.sampled_from(UNITS), st.sampled_from(MODES))
@settings(max_examples=20, deadline=None)
def test_by_the_entry_a_split_moves_less_than_two_units(engine, worked, cut, unit, mode):
    """By the entry each half is rounded for itself: up pays the more for it, down the less, nearest either."""
    cut = min(cut, worked - 1)
    [whole] = pay(rounded(engine, [rule(unit, mode)], [{"worked_seconds": worked}]))
    halves = sum(pay(rounded(engine, [rule(unit, mode)], minutes_of(cut, worked - cut))))
    lowest, highest = {"up": (0, unit), "down": (-unit, 0)}.get(mode, (-unit, unit))
    assert lowest <= halves - whole <= highest


def minutes_of(*seconds: int) -> list[dict]:
    return [{"worked_seconds": value} for value in seconds if value > 0]


@given(st.lists(DURATIONS, min_size=2, max_size=20), st.sampled_from(UNITS), st.sampled_from(MODES))
@settings(max_examples=20, deadline=None)
def test_every_mode_is_idempotent_and_monotone(engine, worked, unit, mode):
    ordered = sorted(worked)
    once = pay(rounded(engine, [rule(unit, mode)], [{"worked_seconds": value} for value in ordered]))
    assert once == sorted(once)
    again = [value for value in once if value]
    assert pay(rounded(engine, [rule(unit, mode)], [{"worked_seconds": value} for value in again])) == again


def test_an_invoice_line_prints_whole_units_of_everybody():
    """4, 5 and 30 minutes, up to half hours by the line: 1 h at 100.00, where by the entry it would be 1.5 h."""
    firm = Company(rounding="purpose  unit_seconds  mode  grain\nbill     1800          up    invoice_line")
    books = firm.books("""
        id  person  date        time
        1   ann     2026-11-09  0:04
        2   bob     2026-11-10  0:05
        3   ann     2026-11-11  0:30""")
    books.must_show("billable_lines", "bill_seconds  quantity_hours  amount\n1:00:00  1.00  100.00")
    assert set(books.column("control_totals", "difference")) <= {"0", "0.000"}
