"""Premiums by window of the day, weekday and holiday: seconds inside it, pay, and the regular rate."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.steps.inputs import refuse_gaps
from tests.law.test_engine import firm, stops
from tests.sql.company import Books, Company

ITEMS = f"""{Company.pay_items}
        premium     night_premium     Night
        premium     weekend_premium   Weekend
        premium     holiday_premium   Holiday Premium
        premium     bonus_premium     Bonus Premium
        premium     spread_premium    Spread"""
NIGHT = "premium_id  starts  ends   percent\nnight  22:00  06:00  10"
SUNDAY = "premium_id  hour_class  weekdays  percent  regular_rate\nsunday  weekend_premium  sunday  50  {}"

BY_LAW = "premium_amount flsa_premium_amount state_premium_amount contract_premium_amount"


def of(premiums: str, place: str = "US", **more: str) -> Company:
    """Ann at 20.00 an hour."""
    return firm(f"ann weekly {place}", premiums=premiums, pay_items=ITEMS, **more)


def lines(books: Books, item: str) -> list[list[str]]:
    return books.rows("payroll_lines", "premium_seconds amount", pay_item=item)


def punches(*spans: str) -> str:
    """Spans such as "2026-11-09 20:00 10:00": start and time."""
    return "person  date  start  time\n" + "\n".join(f"ann  {s[:10]}  {s[:16]}  {s[17:]}" for s in spans)


NIGHTS = [  # start and time worked, hours inside 22:00 to 06:00
    ("2026-11-09 20:00 4:00", "2:00:00"),
    ("2026-11-09 20:00 10:00", "8:00:00"),
    ("2026-11-09 23:30 1:00", "1:00:00"),
    ("2026-11-09 05:59 2:00", "0:01:00"),
    ("2026-11-09 21:59 0:01", ""),
    ("2026-11-09 06:00 16:00", ""),
    ("2026-11-09 00:00 24:00", "8:00:00"),
]


@pytest.mark.capability("C61")
@pytest.mark.parametrize(("worked", "inside"), NIGHTS)
def test_the_seconds_inside_a_window_of_the_clock(worked, inside):
    books = of(NIGHT).books(punches(worked))
    assert [row[0] for row in lines(books, "Night")] == ([inside] if inside else [])


@pytest.mark.parametrize(
    ("night", "inside", "amount"),
    [("2026-10-31", "9:00:00", "18.00"), ("2026-03-07", "7:00:00", "14.00"), ("2026-03-14", "8:00:00", "16.00")],
)
def test_a_night_of_the_clock_change_has_an_hour_more_or_less(night, inside, amount):
    """21:00 to 07:00 in New York, by instants."""
    monday = {"2026-10-31": "2026-10-26", "2026-03-07": "2026-03-02", "2026-03-14": "2026-03-09"}[night]
    company = of(NIGHT, calendar=f"pay_group  kind  start  workweek\nweekly  weekly  {monday}  monday")
    zone = ZoneInfo("America/New_York")
    first = datetime.fromisoformat(f"{night} 21:00").replace(tzinfo=zone)
    last = (datetime.fromisoformat(f"{night} 07:00") + timedelta(days=1)).replace(tzinfo=zone)
    hours = int((last.timestamp() - first.timestamp()) // 3600)
    assert lines(company.books(punches(f"{night} 21:00 {hours}:00")), "Night") == [[inside, amount]]


def test_a_differential_is_in_the_regular_rate():
    """44 h at 20.00, 8 of them at night for 2.00 more: 896.00 / 44 h; four half hours of that rate: 40.73."""
    books = of(NIGHT).books(punches("2026-11-09 22:00 8:00", *(f"2026-11-{d} 08:00 12:00" for d in (11, 12, 13))))
    assert lines(books, "Night") == [["8:00:00", "16.00"]]
    assert Fraction(4, 2) * Fraction(44 * 20 + 16, 44) == Fraction("40.727272727272727272") + Fraction(8, 11 * 10**18)
    assert books.rows("payroll_lines", "pay_seconds amount", pay_item="Overtime") == [["4:00:00", "120.73"]]
    [[sentence]] = books.rows("pay_additions", "rule_sentence", addition_on="2026-11-09")
    assert sentence == "2 h of 22:00 to 06:00: 10 % of the hour's own rate (agreement)"


CREDITS = [  # regular_rate, Sunday premium, overtime
    ("excluded", "80.00", "4:00:00 120.00"),  # 8 h x 10.00, and 4 h at 1.5
    ("credited", "40.00", "4:00:00 120.00"),  # 80.00 less the 40.00 of overtime premium
]


@pytest.mark.capability("C157")
@pytest.mark.parametrize(("treated", "sunday", "overtime"), CREDITS)
def test_a_sunday_at_time_and_a_half_is_outside_the_rate_and_may_be_credited(treated, sunday, overtime):
    week = punches(*(f"2026-11-{d:02} 08:00 9:00" for d in (9, 10, 11, 12)), "2026-11-15 08:00 8:00")
    books = of(SUNDAY.format(treated)).books(week)
    assert lines(books, "Weekend") == [["8:00:00", sunday]]
    assert books.rows("payroll_lines", "pay_seconds amount", pay_item="Overtime") == [overtime.split()]
    [row] = books.rows("premiums_by_law", BY_LAW)
    assert row == [str(Fraction(sunday) + 40)[:3] + ".00", "40.00", "0.00", sunday]


def test_a_credit_is_never_more_than_the_premium():
    """16 h of overtime ask for 160.00, the Sunday for 80.00: nothing is left of it, and no line is negative."""
    week = punches(*(f"2026-11-{d:02} 08:00 12:00" for d in (9, 10, 11, 12)), "2026-11-15 08:00 8:00")
    books = of(SUNDAY.format("credited")).books(week)
    assert lines(books, "Weekend") == []
    assert books.rows("payroll_lines", "amount", pay_item="Overtime") == [["480.00"]]


HOLIDAY = "premium_id  hour_class  calendar  percent  regular_rate\nday  holiday_premium  studio  100  excluded"


def test_a_holiday_is_paid_by_its_calendar_and_premiums_add_up():
    premiums = (
        "premium_id  hour_class  weekdays  calendar  starts  ends  percent  per_hour  regular_rate\n"
        "day  holiday_premium  -  studio  -  -  100  -  excluded\n"
        "sunday  weekend_premium  sunday  -  -  -  -  1.50  included\n"
        "night  night_premium  -  -  22:00  06:00  10  -  included"
    )
    books = of(premiums, holidays="holiday_on\n2026-11-15").books(punches("2026-11-14 20:00 8:00"))
    assert lines(books, "Holiday Premium") == [["4:00:00", "80.00"]]
    assert lines(books, "Weekend") == [["4:00:00", "6.00"]]
    assert lines(books, "Night") == [["6:00:00", "12.00"]]


def test_time_without_a_start_lies_in_its_day_and_in_no_window_of_the_clock():
    premiums = (
        "premium_id  hour_class  weekdays  starts  ends  percent\n"
        "sunday  weekend_premium  sunday  -  -  50\nnight  night_premium  -  22:00  06:00  10"
    )
    books = of(premiums).books("person  date  time\nann  2026-11-15  8:00")
    assert lines(books, "Weekend") == [["8:00:00", "80.00"]]
    assert lines(books, "Night") == []
    [item] = books.rows("exceptions", "severity employee_ref worked_on seconds found", code="TE200")
    assert item == ["hold", "ann", "2026-11-15", "8:00:00", "night: 1 day(s) with time without a start"]


def test_a_part_of_no_rate_is_told_and_not_paid():
    company = of(NIGHT, salaries="employee_id  salary  per  hours\nann  800.00  week  40")
    books = company.books(punches("2026-11-09 22:00 8:00"))
    assert lines(books, "Night") == []
    assert books.rows("exceptions", "severity seconds found", code="TE201") == [
        ["hold", "8:00:00", "night: 2 day(s) with time without a rate of its own"]]
    per_hour = replace(company, premiums="premium_id  starts  ends  per_hour\nnight  22:00  06:00  1.25")
    assert lines(per_hour.books(punches("2026-11-09 22:00 8:00")), "Night") == [["8:00:00", "10.00"]]


FAULTS = [  # the row, what is said
    ("night  night_premium  -  -  22:00  06:00  -  -  included", "line 2: give either percent or per_hour"),
    ("night  night_premium  -  -  22:00  -  10  -  included", "starts and ends belong together"),
    ("night  night_premium  -  -  22:00  6am  10  -  included", "ends '6am' is not a clock time"),
    ("night  night_premium  -  -  -  -  10  -  included", "it would hold for every hour"),
    ("night  night_premium  funday  -  -  -  10  -  included", "'funday' is none of monday"),
    ("night  night_premium  -  other  -  -  10  -  included", "holidays.csv has no calendar other"),
    ("night  night_premium  sunday  -  -  -  10.125  -  included", "more than two decimals"),
    ("night  night_premium  sunday  -  -  -  49  -  excluded", "needs a percent of 50 or more under the FLSA"),
    ("night  night_premium  sunday  -  -  -  -  9.00  credited", "needs a percent of 50 or more under the FLSA"),
]
HEAD = "premium_id  hour_class  weekdays  calendar  starts  ends  percent  per_hour  regular_rate\n"


@pytest.mark.parametrize(("row", "said"), FAULTS)
def test_a_row_that_leaves_something_open_stops_the_run(row, said):
    stops(of(HEAD + row, holidays="holiday_on\n2026-11-15").run(), said)


def test_a_credit_needs_the_flsa_alone_and_a_class_its_pay_item():
    stops(of(SUNDAY.format("credited"), "US-CA").run(), "stand under us_ca_8_12_40_7; choose excluded for them")
    refuse_gaps(of(SUNDAY.format("excluded"), "US-CA").run())
    bare = replace(of(NIGHT), pay_items=Company.pay_items)
    stops(bare.run(), "no pay item for premium, night_premium")


@pytest.mark.capability("C61")
@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 6 * 86400), st.integers(60, 50_000)), min_size=1, max_size=6),
    st.integers(0, 23),
    st.integers(1, 23),
)
def test_a_window_and_the_rest_of_the_day_make_the_day(spans, begin, length):
    """Split a day in two windows: the seconds inside both are all seconds worked, and each is what the clock says."""
    end = (begin + length) % 24
    if end == begin:
        return
    rows, free = [], 0
    for start, seconds in sorted(spans):
        at = max(start, free)
        free = at + seconds
        rows.append((datetime(2026, 11, 9) + timedelta(seconds=at), seconds))  # noqa: DTZ001 - local time of a test
    sheet = "person  date  start  time\n" + "\n".join(
        f"ann  {at:%Y-%m-%d}  {at:%Y-%m-%d %H:%M}  {s // 60 // 60}:{s // 60 % 60:02}:00" for at, s in rows
    )
    premiums = (
        "premium_id  hour_class  starts  ends  percent\n"
        f"in  night_premium  {begin:02}:00  {end:02}:00  10\nout  weekend_premium  {end:02}:00  {begin:02}:00  10"
    )
    books = of(premiums).books(sheet)
    hours = books.in_order("premium_hours")
    worked = books.in_order("pieces_classified")
    assert sum(row["seconds"] for row in hours) == sum(row["pay_seconds"] for row in worked)


EARNED = "employee_id  earning  amount  in_regular_rate  earned_from  earned_to  paid_on\n"


def flat(place: str, amount: str = "90.00") -> Company:
    earned = EARNED + f"ann  Attendance  {amount}  flat_sum  2026-11-09  2026-11-15  2026-11-20"
    return firm(f"ann weekly {place}", earnings=earned, pay_items=ITEMS)


@pytest.mark.capability("C61")
def test_a_flat_sum_in_california_is_earned_in_the_straight_hours():
    """Four days of 10 h: 32 h straight, 8 h at 1.5. 90.00 / 32 x 1.5 x 8 = 33.75; the overtime line pays 9.00 of it
    by the regular rate, 90.00 / 40 x 0.5 x 8, the line of its own the other 24.75."""
    sheet = "person  date  time\n" + "\n".join(f"ann  2026-11-{d:02}  10:00" for d in (9, 10, 11, 12))
    company = flat("US-CA")
    refuse_gaps(company.run())
    books = company.books(sheet)
    assert books.rows("payroll_lines", "amount", pay_item="Overtime") == [["249.00"]], "8 x 30.00 and 9.00"
    assert lines(books, "Bonus Premium") == [["0:00:00", "24.75"]]
    assert Fraction(90, 32) * Fraction(3, 2) * 8 == Fraction("33.75")
    [[sentence]] = books.rows("pay_additions", "rule_sentence")
    assert sentence.startswith("flat-sum bonus over 32 h of straight time, for 8 h of overtime (Alvarado")
    [row] = books.rows("premiums_by_law", BY_LAW)
    assert row == ["113.75", "0.00", "113.75", "0.00"], "no hour over 40"
    assert lines(flat("US").books(sheet), "Bonus Premium") == []
