"""Workweeks and pay periods that do not begin together: straight time in its period, the premium at the week's end."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

import pytest

from etl.errors import MappingError
from etl.steps.workweeks import workweek_gaps
from tests.sql.company import Books, Company

# ---- workweeks that begin on another day, in the pay period from Monday to Sunday ----
OTHER_WEEKS = Company(
    employees="""
        person_ref  employee_id  employee_name  pay_group
        sun         sun          Sun Day        sundays
        wed         wed          Wed Day        wednesdays""",
    pay_rates="employee_id  pay_rate\nsun  40.00\nwed  40.00",
    calendar="""
        pay_group   kind    start       workweek
        sundays     weekly  2026-11-09  sunday
        wednesdays  weekly  2026-11-09  wednesday""",
)


def test_a_workweek_from_sunday():
    """Sunday the 8th counts to the week, paid in the period before; Sunday the 15th begins the next week."""
    OTHER_WEEKS.books("""
        person  date        time
        sun     2026-11-07  24:00
        sun     2026-11-08  10:00
        sun     2026-11-09  16:00
        sun     2026-11-10  16:00
        sun     2026-11-14  2:00
        sun     2026-11-15  8:00""").must_show(
        "payroll_lines",
        """
        workweek_start  pay_item  pay_seconds  premium_seconds  amount
        2026-11-08      Overtime  4:00:00      4:00:00          240.00
        2026-11-08      Regular   30:00:00     0:00:00          1200.00
        2026-11-15      Regular   8:00:00      0:00:00          320.00""",
    )


def test_a_workweek_from_wednesday():
    """The week that ends on Tuesday gets its premium; of the one that ends later only straight time is paid."""
    OTHER_WEEKS.books("""
        person  date        time
        wed     2026-11-04  16:00
        wed     2026-11-05  16:00
        wed     2026-11-08  12:00
        wed     2026-11-09  3:00
        wed     2026-11-10  5:00
        wed     2026-11-11  16:00
        wed     2026-11-12  16:00
        wed     2026-11-15  13:00
        wed     2026-11-16  9:00""").must_show(
        "payroll_lines",
        """
        workweek_start  pay_item          pay_seconds  premium_seconds  amount
        2026-11-04      Overtime          8:00:00      8:00:00          480.00
        2026-11-04      Overtime Premium  0:00:00      4:00:00          80.00
        2026-11-11      Regular           45:00:00     0:00:00          1800.00""",
    )


# ---- semimonthly: the week of Monday 2026-10-26 ends on Sunday the 1st, in the period after ----
SEMIMONTHLY = Company(
    billing="none",
    calendar="""
    pay_group  kind         start       workweek
    weekly     semimonthly  2026-10-16  monday
    weekly     semimonthly  2026-11-01  monday""",
)
STRADDLING = """
    id  person  date        time   project
    1   ann     2026-10-26  12:00  web
    2   ann     2026-10-27  12:00  web
    3   ann     2026-10-28  12:00  web
    4   ann     2026-10-30  9:00   shop
    5   ann     2026-11-01  6:00   web
    6   ann     2026-11-03  8:00   web"""


@cache
def straddling(end: str) -> Books:
    return SEMIMONTHLY.books(STRADDLING, end=end)


@pytest.mark.capability("C83")
def test_a_straddling_week_pays_straight_time_in_its_period():
    straddling("2026-10-31").must_show(
        "payroll_lines",
        """
        workweek_start  pay_item  pay_seconds  premium_seconds  amount
        2026-10-26      Regular   45:00:00     0:00:00          1800.00""",
    )


def test_and_the_premium_where_the_week_ends():
    """Hours 41 to 45 were paid straight in October: their half comes in November, with 6 h at time and a half."""
    books = straddling("2026-11-15")
    books.must_show(
        "payroll_lines",
        """
        workweek_start  pay_item          pay_seconds  premium_seconds  amount
        2026-10-26      Overtime          6:00:00      6:00:00          360.00
        2026-10-26      Overtime Premium  0:00:00      5:00:00          100.00
        2026-11-02      Regular           8:00:00      0:00:00          320.00""",
    )
    books.must_show(
        "payroll_hours",
        """
        pay_item          pay_seconds  exported_seconds
        Overtime          6:00:00      6:00:00
        Overtime Premium  5:00:00      5:00:00
        Regular           8:00:00      8:00:00""",
    )
    assert "4" not in books.column("time_activities", "entry_ref"), "no time is sent twice"


@pytest.mark.capability("C83", "C139")
def test_over_both_runs_nothing_of_the_week_is_lost():
    """51 h at 40.00 and half of it on 11 h: 2040.00 + 220.00; of it to Shop 9 h and 5 h of premium: 460.00."""
    runs = [straddling(end) for end in ("2026-10-31", "2026-11-15")]
    paid = [
        Decimal(amount)
        for books in runs
        for amount in books.column("payroll_lines", "amount", workweek_start="2026-10-26")
    ]
    assert sum(paid) == 2260
    shop = [
        Decimal(amount)
        for books in runs
        for amount in books.column("postings", "amount", customer_job="Mill:Shop", document_number="TB0042L")
    ]
    assert shop == [360, 100]


def test_premium_alone_of_held_cost():
    """Nothing is worked in November: the premium of an October entry is paid, its held cost shown with its reason."""
    october = """
        id  person  date        time   project
        1   ann     2026-10-26  20:00  web
        2   ann     2026-10-27  20:00  web
        3   ann     2026-10-28  8:00   new"""
    books = SEMIMONTHLY.books(october, end="2026-11-15")
    books.must_show("payroll_lines", "pay_item  premium_seconds  amount\nOvertime Premium  8:00:00  160.00")
    books.must_show(
        "roll_forward",
        """
        stream  state     reason  count_entries  seconds  amount
        pay     received  -       0              0:00:00  -
        pay     exported  -       0              0:00:00  160.00
        cost    received  -       0              0:00:00  -
        cost    held      TE008   0              0:00:00  160.00
        bill    received  -       0              0:00:00  -""",
    )


def test_biweekly_hours_are_never_averaged():
    """30 h and 50 h are 10 h of overtime (29 CFR 778.104)."""
    biweekly = Company(
        calendar="""
        pay_group  kind      start       workweek
        weekly     biweekly  2026-11-09  monday""",
        billing="none",
    )
    biweekly.books("""
        date        time
        2026-11-09  15:00
        2026-11-10  15:00
        2026-11-16  16:00
        2026-11-17  16:00
        2026-11-18  18:00""").must_show(
        "payroll_lines",
        """
        workweek_start  pay_item  pay_seconds  amount
        2026-11-09      Regular   30:00:00     1200.00
        2026-11-16      Overtime  10:00:00     600.00
        2026-11-16      Regular   40:00:00     1600.00""",
    )


SUNDAYS = Company(
    billing="none",
    calendar="""
    pay_group  kind         start       workweek
    weekly     semimonthly  2026-11-01  sunday
    weekly     semimonthly  2026-11-16  sunday""",
)
OVER_THE_15TH = """
    person  date        time
    ann     2026-11-15  10:00
    ann     2026-11-16  10:00
    ann     2026-11-17  10:00
    ann     2026-11-18  10:00
    ann     2026-11-19  10:00"""


@pytest.mark.capability("C139")
def test_a_semimonthly_period_with_a_sunday_workweek():
    """Sunday the 15th is paid straight in its half; of the week's 50 h the last 10 are overtime of the second."""
    SUNDAYS.books(OVER_THE_15TH, end="2026-11-15").must_show(
        "payroll_lines", "workweek_start  pay_item  pay_seconds  amount\n2026-11-15  Regular  10:00:00  400.00"
    )
    SUNDAYS.books(OVER_THE_15TH, end="2026-11-30").must_show(
        "payroll_lines",
        """
        workweek_start  pay_item  pay_seconds  amount
        2026-11-15      Overtime  10:00:00     600.00
        2026-11-15      Regular   30:00:00     1200.00""",
    )


MOVES = """
    person_ref  employee_id  employee_name  pay_group  effective_from  effective_to
    ann         E1           Ann Abel       weekly     1900-01-01      {last}
    ann         E1           Ann Abel       other      {first}         -"""
TWO_GROUPS = """
    pay_group  kind    start       workweek
    weekly     weekly  2026-11-09  monday
    other      weekly  2026-11-16  {begins}"""


@pytest.mark.capability("C139")
@pytest.mark.parametrize(
    ("last", "first", "begins", "pay", "refused"),
    [
        ("2026-11-15", "2026-11-16", "sunday", "", "begins sunday 00:00 from 2026-11-16 on, before that monday 00:00"),
        ("2026-11-14", "2026-11-15", "sunday", "", "overlap from 2026-11-15 00:00 to 2026-11-16 00:00"),
        ("2026-11-12", "2026-11-13", "thursday", "", "overlap from 2026-11-12 00:00 to 2026-11-16 00:00"),
        ("2026-11-15", "2026-11-16", "monday", "", ""),
        ("2026-11-15", "2026-11-22", "sunday", "", ""),
        ("2026-11-15", "2026-11-16", "monday", "'weekly'\nworkday_start = '06:00'", "to 2026-11-16 06:00"),
        ("2026-11-15", "2026-11-16", "monday", "'other'\nworkday_start = '06:00'", ""),  # nothing is shared
        ("2026-11-15", "2026-11-16", "monday", "'other'\nfourteen_days_from = 2026-11-09", "begins 14 days from"),
        ("2026-09-13", "2026-09-14", "sunday", "", ""),  # long before the weeks of this run
    ],
)
def test_a_workweek_that_is_cut_short_is_refused(last, first, begins, pay, refused):
    """29 CFR 778.301: hours of both weeks count in the old and in the new one, and the greater is owed."""
    firm = Company(
        employees=MOVES.format(last=last, first=first),
        calendar=TWO_GROUPS.format(begins=begins),
        pay=f"[[pay.groups]]\npay_group = {pay}" if pay else "",
    )
    told = "; ".join(workweek_gaps(firm.run("2026-11-15")))
    assert (refused in told) if refused else not told, told
    assert not refused or "29 CFR 778.301-.302" in told


@pytest.mark.capability("C139")
def test_a_calendar_whose_workweek_begins_on_another_day_is_refused():
    other = "weekly  weekly  2026-11-16  sunday"
    with pytest.raises(MappingError, match=r"begins on sunday, before that on monday; .*29 CFR 778\.301-\.302"):
        Company(calendar=f"{Company.calendar}\n        {other}").run()


@pytest.mark.capability("C139")
def test_a_change_of_pay_group_within_a_week_keeps_the_week_whole():
    """Weekly to Wednesday, semimonthly from Thursday: 48 h are one workweek, its last 8 h overtime."""
    Company(
        employees="""
            person_ref  employee_id  employee_name  pay_group  effective_from  effective_to
            ann         E1           Ann Abel       weekly     1900-01-01      2026-11-11
            ann         E1           Ann Abel       halves     2026-11-12      -""",
        calendar="""
            pay_group  kind         start       workweek
            weekly     weekly       2026-11-09  monday
            halves     semimonthly  2026-11-01  monday""",
    ).books("""
        person  date        time
        ann     2026-11-09  12:00
        ann     2026-11-10  12:00
        ann     2026-11-12  12:00
        ann     2026-11-13  12:00""").must_show(
        "payroll_lines",
        """
        workweek_start  pay_item  pay_seconds  amount
        2026-11-09      Overtime  8:00:00      480.00
        2026-11-09      Regular   40:00:00     1600.00""",
    )
