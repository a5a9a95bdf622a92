"""Text of an export becomes whole seconds by the declared notation, exactly; nothing is guessed."""

from __future__ import annotations

from functools import cache

import pytest

from tests.sql.company import Books, Company, delivery

NOTATIONS = [  # notation, text, seconds as a clock (- is unreadable), why
    ("clock", "8:00", "8:00:00", "hours and minutes"),
    ("clock", "8:00:01", "8:00:01", "and seconds"),
    ("clock", "0:59:59", "0:59:59", "less than an hour"),
    ("clock", "-0:30", "-0:30:00", "the sign of no hours counts"),
    ("clock", "100:00", "100:00:00", "hours without bound"),
    ("clock", "8:60", "-", "there is no 60th minute"),
    ("clock", "8.5", "-", "another notation"),
    ("clock", "8:5", "-", "minutes have two digits"),
    ("clock", " 8:00", "-", "a space"),
    ("clock", "\u0668:\u0660\u0660", "-", "digits of another script"),
    ("minutes", "480", "8:00:00", "minutes"),
    ("minutes", "-30", "-0:30:00", "negative"),
    ("minutes", "7.5", "-", "parts of minutes are not declared"),
    ("minutes", "1e2", "-", "no powers"),
    ("seconds", "28801", "8:00:01", "seconds"),
    ("seconds", "0x10", "-", "nor other bases"),
    ("seconds", "NaN", "-", "nor what is no number"),
    ("labeled", "1h 30m", "1:30:00", "hours and minutes with their letters"),
    ("labeled", "90m", "1:30:00", "minutes alone"),
    ("labeled", "45 min", "0:45:00", "in words"),
    ("labeled", "PT1H30M", "1:30:00", "as ISO 8601 writes it"),
    ("labeled", "PT15S", "0:00:15", "seconds"),
    ("labeled", "2H", "2:00:00", "in capitals"),
    ("labeled", "90", "-", "a number without its letter"),
    ("labeled", "1.5h", "-", "parts of an hour have minutes of their own"),
    ("labeled", "30m 1h", "-", "the other way round"),
    ("labeled", "PT", "-", "nothing"),
    ("decimal_hours", "8", "8:00:00", "hours"),
    ("decimal_hours", "0.1", "0:06:00", "a tenth of an hour is six minutes, not 359.99 s"),
    ("decimal_hours", "1.005", "1:00:18", "a figure that no binary number holds"),
    ("decimal_hours", "7.333333", "7:20:00", "7 h 20 to six decimals: 26399.9988 s"),
    ("decimal_hours", "0.000139", "0:00:01", "half a second up: 0.5004"),
    ("decimal_hours", "0.000138", "0:00:00", "below it down: 0.4968"),
    ("decimal_hours", "-0.5", "-0:30:00", "negative"),
    ("decimal_hours", "7,5", "-", "the other decimal sign"),
    ("decimal_hours", ".5", "-", "without its zero"),
    ("decimal_hours", "7.3333333", "-", "more decimals than seconds can tell"),
    ("decimal_hours", "1,000.5", "-", "signs between thousands"),
]


@cache
def books_of(notation: str, **choices: str) -> Books:
    rows = [{"id": text, "time": text} for kind, text, _, _ in NOTATIONS if kind == notation]
    return Company(duration=notation, **choices).books(delivery(rows), to="stg_files__time_entries")


@pytest.mark.parametrize(("notation", "text", "seconds", "why"), NOTATIONS)
def test_durations(notation, text, seconds, why):
    found = books_of(notation).column("stg_files__time_entries", "worked_seconds", entry_ref=text)
    assert found == [seconds], why


def test_a_decimal_comma_where_it_is_declared():
    books = books_of("decimal_hours", decimal_sign=",")
    found = dict(books.rows("stg_files__time_entries", "entry_ref worked_seconds"))
    assert found["7,5"] == "7:30:00"
    assert found["1,000.5"] == "-"


def test_ten_times_a_tenth_is_one():
    """Ten entries of 0.1 h are an hour and 40.00, on the payroll and in the journal."""
    books = Company(duration="decimal_hours").books("time\n" + "\n".join(["0.1"] * 10))
    assert books.rows("payroll_lines", "pay_seconds amount") == [["1:00:00", "40.00"]]
    assert books.rows("billable_lines", "quantity_hours amount") == [["1.00", "100.00"]]


BREAKS = [  # start, end, break in minutes, worked, why
    ("09:00", "17:30", "30", "8:00:00", "an unpaid break is never worked time"),
    ("09:00", "17:30", "-", "8:30:00", "no break"),
    ("09:00", "17:30", "0:30", "-", "a break in another notation"),
    ("09:00", "09:20", "30", "-0:10:00", "a break longer than the shift: negative, to be held"),
    ("09:00", "-", "-", "-", "no end: the timer still runs"),
    ("09:00", "24:00", "-", "-", "there is no 24th hour"),
    ("25:00", "26:00", "-", "-", "nor a 25th"),
]


@pytest.mark.parametrize(("start", "end", "pause", "worked", "why"), BREAKS)
def test_start_end_and_break(start, end, pause, worked, why):
    """J08: an end before the start, no end, zero length."""
    row = {
        "date": "2026-11-10",
        "start": f"2026-11-10 {start}",
        "end": "-" if end == "-" else f"2026-11-10 {end}",
        "break": pause,
    }
    books = Company(duration="from_start_and_end").books(delivery([row]), to="stg_files__time_entries")
    assert books.column("stg_files__time_entries", "worked_seconds") == [worked], why


def test_without_a_date_column_the_local_day_of_the_start_counts():
    """23:30 in New York is the next day in UTC; the day worked is New York's."""
    books = Company().books("date  start             time\n-     2026-11-10 23:30  0:20", to="stg_files__time_entries")
    [row] = books.rows("stg_files__time_entries", "worked_on started_at")
    assert row == ["2026-11-10", "2026-11-11 04:30:00+00:00"]


def test_time_documents_show_whole_minutes_and_lose_none():
    """Three calls of 20 s and one of 30 s are 1:30, so 2 minutes: a half goes up, the largest remainders get them."""
    books = Company().books("""
        id  date        time
        1   2026-11-09  0:00:20
        2   2026-11-10  0:00:20
        3   2026-11-11  0:00:20
        4   2026-11-12  0:00:30""")
    books.must_show(
        "time_activities",
        """
        entry_ref  pay_seconds  exported_seconds
        1          0:00:20      0:01:00
        2          0:00:20      0:00:00
        3          0:00:20      0:00:00
        4          0:00:30      0:01:00""",
    )
    books.must_show("payroll_hours", "pay_seconds  exported_seconds\n0:01:30      0:01:48", "0.03 h")


def test_hundredths_of_an_hour_go_half_up():
    """6:51:54 is 6.865 h, shown as 6.87 (labor rules, A.4 R13); half to even would say 6.86."""
    books = Company().books("time\n6:51:54")
    assert books.rows("payroll_hours", "exported_seconds") == [["6:52:12"]]


DATES = [  # format of the drop, text, day worked (- is none), why
    ("%Y-%m-%d", "2026-11-09", "2026-11-09", "the usual one"),
    ("%Y-%m-%d", "01/02/2026", "-", "B26: month or day first is never guessed"),
    ("%m/%d/%Y", "01/02/2026", "2026-01-02", "month first where it is declared"),
    ("%d/%m/%Y", "01/02/2026", "2026-02-01", "day first where it is declared"),
    ("%d/%m/%Y", "11/25/2026", "-", "B26: no 25th month"),
    ("%Y-%m-%d", "2026-02-30", "-", "B27: no such day"),
    ("%Y-%m-%d", "2026-13-01", "-", "B27: no such month"),
    ("%Y-%m-%d", "0000-00-00", "-", "B27: nothing"),
    ("%d.%m.%Y", "09.11.26", "-", "B27: a year of two digits"),
    ("%Y-%m-%d", "46054", "-", "B27: the number a spreadsheet keeps for a day"),
]


@pytest.mark.parametrize(("form", "text", "day", "why"), DATES)
def test_dates_are_read_by_the_declared_format_alone(form, text, day, why):
    """B26, B27: what is no day by the format of the drop leaves the entry undated, and so held."""
    books = Company(date_format=form).books(
        delivery([{"date": text, "time": "1:00"}]), to="stg_files__time_entries")
    assert books.column("stg_files__time_entries", "worked_on") == [day], why
