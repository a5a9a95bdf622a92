"""A shift over midnight is cut on instants: short and long nights, other zones, and the edge of a period."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from tests.sql.company import Books, Company, delivery
from tests.sql.text import records

DAY = "2026-11-10"
WEEKS = Company(
    calendar="""
    pay_group  kind    start       workweek
    weekly     weekly  2026-11-09  monday
    weekly     weekly  2026-11-16  monday"""
)

NIGHTS = [  # zone, start, time, hours by day, why
    ("America/New_York", "2026-11-10 22:00", "8:00", "2026-11-10 2:00:00, 2026-11-11 6:00:00", "a night"),
    ("America/New_York", "2026-11-10 16:00", "8:00", "2026-11-10 8:00:00", "ends at midnight: not cut"),
    (
        "America/New_York",
        "2026-11-10 16:00",
        "8:00:01",
        "2026-11-10 8:00:00, 2026-11-11 0:00:01",
        "a second later it is",
    ),
    ("America/New_York", "2026-11-10 00:00", "24:00", "2026-11-10 24:00:00", "a whole day"),
    (
        "America/New_York",
        "2026-11-10 23:59",
        "24:00",
        "2026-11-10 0:01:00, 2026-11-11 23:59:00",
        "24 h from the last minute",
    ),
    (
        "America/New_York",
        "2026-10-31 22:00",
        "8:00",
        "2026-10-31 2:00:00, 2026-11-01 6:00:00",
        "into the night of 25 hours: 6 h of work on Sunday whatever the clock shows",
    ),
    ("America/New_York", "2026-11-01 00:00", "24:00", "2026-11-01 24:00:00", "24 h fit into the day of 25"),
    (
        "America/New_York",
        "2026-11-01 20:00",
        "6:00",
        "2026-11-01 4:00:00, 2026-11-02 2:00:00",
        "out of the day of 25 hours",
    ),
    (
        "America/New_York",
        "2026-03-08 00:00",
        "24:00",
        "2026-03-08 23:00:00, 2026-03-09 1:00:00",
        "the day of 23 hours is an hour too short",
    ),
    (
        "America/New_York",
        "2026-03-07 23:30",
        "24:00",
        "2026-03-07 0:30:00, 2026-03-08 23:00:00, 2026-03-09 0:30:00",
        "over two midnights: three days",
    ),
    ("America/New_York", "2026-03-07 22:30", "24:30", "2026-03-07 24:30:00", "over 24 h is no evidence and is not cut"),
    (
        "Australia/Lord_Howe",
        "2026-11-10 22:00",
        "3:00",
        "2026-11-10 2:00:00, 2026-11-11 1:00:00",
        "offsets of half hours",
    ),
    ("Asia/Kathmandu", "2026-11-10 22:00", "3:00", "2026-11-10 2:00:00, 2026-11-11 1:00:00", "and of quarters"),
    (
        "Australia/Lord_Howe",
        "2026-10-04 00:00",
        "24:00",
        "2026-10-04 23:30:00, 2026-10-05 0:30:00",
        "Lord Howe moves its clocks by half an hour: a day of 23:30",
    ),
    ("Australia/Lord_Howe", "2026-04-05 00:00", "24:00", "2026-04-05 24:00:00", "and one of 24:30"),
    (
        "Australia/Lord_Howe",
        "2026-10-03 23:45",
        "24:00",
        "2026-10-03 0:15:00, 2026-10-04 23:30:00, 2026-10-05 0:15:00",
        "three pieces over the short one",
    ),
    (
        "Africa/Cairo",
        "2026-04-23 22:00",
        "4:00",
        "2026-04-23 2:00:00, 2026-04-24 2:00:00",
        "Cairo has no midnight that night: the day begins at one",
    ),
    (
        "Africa/Cairo",
        "2026-10-29 22:00",
        "4:00",
        "2026-10-29 3:00:00, 2026-10-30 1:00:00",
        "and has the hour before midnight twice",
    ),
]


def month_of(day: str, **choices) -> Company:
    """The usual company, paid by the month this day lies in."""
    calendar = f"pay_group  kind     start     workweek\nweekly     monthly  {day[:8]}01  monday"
    return Company(calendar=calendar, billing="none", **choices)


@pytest.mark.parametrize(("zone", "start", "time", "days", "why"), NIGHTS)
def test_a_night_is_cut(zone, start, time, days, why):
    sheet = delivery([{"date": start[:10], "start": start, "time": time}], zone=zone)
    books = month_of(start).books(sheet, to="pieces_cut")
    found = [" ".join(row) for row in sorted(books.rows("pieces_cut", "piece_on worked_seconds"))]
    assert ", ".join(found) == days, why


# ---- start and end by the clock: the duration is the time between the instants ----
CLOCKS = """
    zone                 start             end               worked   code   why
    America/New_York     2026-10-31 22:00  2026-11-01 06:00  9:00:00  -      nine hours on the clock that shows eight
    America/New_York     2026-11-01 01:30  2026-11-01 06:00  -        TE016  half past one comes twice: which one?
    America/New_York     2026-10-31 22:00  2026-11-01 01:30  -        TE016  likewise at the end
    America/New_York     2026-11-01 00:59  2026-11-01 02:00  2:01:00  -      around the doubtful hour
    America/New_York     2026-11-01 01:00  2026-11-01 02:00  -        TE016  its first minute
    Australia/Lord_Howe  2026-04-05 00:00  2026-04-05 06:00  6:30:00  -      half an hour more
    Australia/Lord_Howe  2026-04-05 01:45  2026-04-05 06:00  -        TE016  a quarter to two comes twice
    Australia/Lord_Howe  2026-04-05 01:15  2026-04-05 06:00  5:15:00  -      a quarter past one once
    America/New_York     2026-03-07 22:00  2026-03-08 06:00  7:00:00  -      the night of the lost hour
    America/New_York     2026-03-08 02:30  2026-03-08 06:00  -        TE016  half past two never was
    Australia/Lord_Howe  2026-10-04 02:15  2026-10-04 06:00  -        TE016  nor a quarter past two on Lord Howe
    America/New_York     2026-11-10 22:00  2026-11-10 06:00  -16:00:00  TE004  the end before the start is no night"""


@pytest.mark.parametrize("case", records(CLOCKS), ids=lambda case: case["why"])
def test_times_by_the_clock(case):
    sheet = delivery([{"date": case["start"][:10], "start": case["start"], "end": case["end"]}], zone=case["zone"])
    books = month_of(case["start"], duration="from_start_and_end").books(sheet, to="entries_with_states")
    [[worked, code]] = books.rows("entries_with_states", "worked_seconds entry_code")
    assert code == case["code"], case["why"]
    assert code == "TE016" or worked == case["worked"], case["why"]


def test_a_drop_may_say_that_an_end_before_the_start_is_the_next_day():
    """22:00 to 6:00, a column with times of day only."""
    books = month_of(DAY, duration="from_start_and_end", end_rolls_over=True).books(
        f"date        start             end\n{DAY}  {DAY} 22:00  {DAY} 06:00", to="pieces_cut"
    )
    books.must_show("pieces_cut", "piece_on  worked_seconds\n2026-11-10  2:00:00\n2026-11-11  6:00:00")


# ---- over the edge of a period ----
SUNDAY_NIGHT = """
    id  person  start             date        time
    1   ann     2026-11-15 22:00  2026-11-15  8:00
    2   ann     2026-11-16 12:00  2026-11-16  2:00"""


@cache
def both_weeks() -> tuple[Books, Books]:
    return WEEKS.books(SUNDAY_NIGHT, end="2026-11-15"), WEEKS.books(SUNDAY_NIGHT, end="2026-11-22")


def carried(books: Books, stream: str) -> dict[str, str]:
    return dict(books.rows("roll_forward", "state seconds", stream=stream))


@pytest.mark.parametrize("stream", ["pay", "cost", "bill"])
def test_what_one_week_carries_out_the_next_carries_in(stream):
    first, second = (carried(books, stream) for books in both_weeks())
    assert first == {"received": "8:00:00", "exported": "2:00:00", "carried_out": "6:00:00"}
    assert second == {"received": "2:00:00", "carried_in": "6:00:00", "exported": "8:00:00"}


def test_a_night_over_the_edge_is_paid_and_billed_once():
    assert [books.column("payroll_lines", "pay_seconds") for books in both_weeks()] == [["2:00:00"], ["8:00:00"]]
    assert [books.column("billable_lines", "bill_seconds") for books in both_weeks()] == [["2:00:00"], ["8:00:00"]]


def test_24_hours_over_the_short_day_reach_two_midnights_ahead():
    """Saturday 23:30, a Sunday of 23 hours, half an hour of Monday: the next week has to look two days back for it."""
    march = replace(
        WEEKS,
        calendar="""
        pay_group  kind    start       workweek
        weekly     weekly  2026-03-02  monday
        weekly     weekly  2026-03-09  monday""",
    )
    sheet = "date        start             time\n2026-03-07  2026-03-07 23:30  24:00"
    first, second = (carried(march.books(sheet, end=end), "pay") for end in ("2026-03-08", "2026-03-15"))
    assert first == {"received": "24:00:00", "exported": "23:30:00", "carried_out": "0:30:00"}
    assert second == {"received": "0:00:00", "carried_in": "0:30:00", "exported": "0:30:00"}


def test_a_company_may_keep_a_shift_on_the_day_it_began():
    keeps = replace(WEEKS, across_midnight="start_day")
    first, second = (keeps.books(SUNDAY_NIGHT, end=end) for end in ("2026-11-15", "2026-11-22"))
    assert first.rows("payroll_lines", "workweek_start pay_seconds") == [["2026-11-09", "8:00:00"]]
    assert second.rows("payroll_lines", "workweek_start pay_seconds") == [["2026-11-16", "2:00:00"]]
    assert carried(first, "pay") == {"received": "8:00:00", "exported": "8:00:00"}
    assert carried(second, "pay") == {"received": "2:00:00", "exported": "2:00:00"}


def test_overtime_is_cut_behind_the_midnight_cut():
    """38 h to Sunday 20:00; of the 8 h from then 4 are Sunday's (2 of them overtime), 4 begin the next workweek."""
    books = WEEKS.books(
        """
        id  date        start             time
        1   2026-11-10  -                 19:00
        2   2026-11-11  -                 19:00
        3   2026-11-15  2026-11-15 20:00  8:00""",
        end="2026-11-15",
    )
    books.must_show(
        "pieces",
        """
        piece_id       piece_on    hour_class  pay_seconds  is_in_pay_period
        tracker:1/1/1r  2026-11-10  regular     19:00:00     yes
        tracker:2/1/1r  2026-11-11  regular     19:00:00     yes
        tracker:3/1/1r  2026-11-15  regular     2:00:00      yes
        tracker:3/1/1o  2026-11-15  overtime    2:00:00      yes
        tracker:3/1/2r  2026-11-16  regular     4:00:00      no""",
    )


def test_rounded_seconds_follow_the_cut():
    """7:50 from 22:00 pays 7:45 by quarters: 2 h of the 7:50 are before midnight, so 1:58:43 of the 7:45."""
    firm = replace(WEEKS, rounding="purpose  unit_seconds  mode  grain\npay      900           down  entry")
    books = firm.books("date        start             time\n2026-11-10  2026-11-10 22:00  7:50")
    books.must_show(
        "pieces",
        """
        piece_on    worked_seconds  pay_seconds  bill_seconds
        2026-11-10  2:00:00         1:58:43      2:00:00
        2026-11-11  5:50:00         5:46:17      5:50:00""",
    )
