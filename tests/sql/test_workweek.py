"""The 40-hour workweek: which hours carry overtime, what they are paid, and in which pay period."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import pytest

from tests.sql.company import Books, Company

# ---- one week, Monday 2026-11-09 to Sunday 2026-11-15, everybody at 40.00 but tess ----
STAFF = Company(
    employees="""
        person_ref  employee_id  employee_name  worker_type  pay_group  flsa_status  work_location
        even        even         Even Forty     employee     weekly     nonexempt    US
        over        over         Over Second    employee     weekly     nonexempt    US
        cut         cut          Cut Inside     employee     weekly     nonexempt    US
        last        last         Last Hours     employee     weekly     nonexempt    US
        exempt      exempt       Ex Empt        employee     weekly     exempt       US
        leave       leave        Lee Ave        employee     weekly     nonexempt    US
        held        held         Hel Dover      employee     weekly     nonexempt    US
        paper       paper        Pay Per        employee     weekly     nonexempt    US
        tess        tess         Tess Two       employee     weekly     nonexempt    US
        early       early        Early Bird     employee     weekly     nonexempt    US
        doubt       doubt        Dow Tful       employee     weekly     nonexempt    US
        cole        cole         Cole & Co      contractor   -          -            -""",
    pay_rates="""
        employee_id  pay_rate  effective_from  effective_to
        even         40.00     2026-01-01      -
        over         40.00     2026-01-01      -
        cut          40.00     2026-01-01      -
        last         40.00     2026-01-01      -
        exempt       40.00     2026-01-01      -
        leave        40.00     2026-01-01      -
        held         40.00     2026-01-01      -
        paper        40.00     2026-01-01      -
        early        40.00     2026-01-01      -
        doubt        40.00     2026-01-01      -
        tess         10.00     2026-01-01      2026-11-11
        tess         13.00     2026-11-12      -""",
)
TIMESHEETS = """
    person  date        time      project  service   billable
    even    2026-11-09  13:20     web      dev       yes
    even    2026-11-10  13:20     web      dev       yes
    even    2026-11-11  13:20     web      dev       yes
    over    2026-11-09  13:20     web      dev       yes
    over    2026-11-10  13:20     web      dev       yes
    over    2026-11-11  13:20:01  web      dev       yes
    cut     2026-11-09  12:00     web      dev       yes
    cut     2026-11-10  12:00     web      dev       yes
    cut     2026-11-11  12:00     web      dev       yes
    cut     2026-11-12  12:00     web      dev       yes
    last    2026-11-09  16:00     web      dev       yes
    last    2026-11-10  16:00     web      dev       yes
    last    2026-11-11  8:00      web      dev       yes
    last    2026-11-14  0:30      shop     dev       yes
    last    2026-11-15  2:00      (none)   dev       no
    exempt  2026-11-09  16:00     web      dev       yes
    exempt  2026-11-10  16:00     web      dev       yes
    exempt  2026-11-11  16:00     web      dev       yes
    leave   2026-11-09  8:00      (none)   vacation  no
    leave   2026-11-10  8:00      (none)   holiday   no
    leave   2026-11-11  8:00      (none)   unpaid    no
    leave   2026-11-12  16:00     web      dev       yes
    leave   2026-11-13  16:00     web      dev       yes
    held    2026-11-09  16:00     new      dev       yes
    held    2026-11-10  16:00     web      new       yes
    held    2026-11-11  10:00     web      dev       yes
    paper   2026-11-09  20:00     web      dev       no
    paper   2026-11-10  20:00     web      dev       no
    paper   2026-11-11  1:00      web      dev       no
    tess    2026-11-09  10:00     web      dev       yes
    tess    2026-11-10  10:00     web      dev       yes
    tess    2026-11-11  10:00     web      dev       yes
    tess    2026-11-12  10:00     shop     dev       yes
    tess    2026-11-13  10:00     shop     dev       yes
    early   2026-11-08  10:00     web      dev       yes
    early   2026-11-09  20:00     web      dev       yes
    early   2026-11-10  20:00     web      dev       yes
    doubt   2026-11-09  20:00     web      dev       yes
    doubt   2026-11-10  20:00     web      dev       yes
    doubt   2026-11-11  24:01     web      dev       yes
    doubt   2026-11-12  -2:00     web      dev       yes
    doubt   -           8:00      web      dev       yes
    doubt   2026-11-13  soon      web      dev       yes
    cole    2026-11-09  20:00     web      dev       yes
    cole    2026-11-10  20:00     web      dev       yes
    cole    2026-11-11  20:00     web      dev       yes"""
PAYROLL = [  # person, payroll lines (item, hours, hours with premium, amount), why
    ("even", ["Regular 40:00:00 0:00:00 1600.00"], "exactly 40 h: no overtime"),
    (
        "over",
        ["Overtime 0:00:01 0:00:01 0.02", "Regular 40:00:00 0:00:00 1600.00"],
        "one second more: 1.67 cents, paid as 2",
    ),
    (
        "cut",
        ["Overtime 8:00:00 8:00:00 480.00", "Regular 40:00:00 0:00:00 1600.00"],
        "the limit falls inside Thursday: 4 h of it straight, 8 h at time and a half",
    ),
    (
        "last",
        ["Overtime 2:30:00 2:30:00 150.00", "Regular 40:00:00 0:00:00 1600.00"],
        "the last hours of the week carry the overtime",
    ),
    ("exempt", ["Regular 48:00:00 0:00:00 1920.00"], "exempt: straight time for all hours"),
    (
        "leave",
        ["Holiday 8:00:00 0:00:00 320.00", "Vacation 8:00:00 0:00:00 320.00", "Regular 32:00:00 0:00:00 1280.00"],
        "leave is paid and never counts to 40; unpaid leave is not paid",
    ),
    (
        "held",
        ["Overtime 2:00:00 2:00:00 120.00", "Regular 40:00:00 0:00:00 1600.00"],
        "hours whose project or service is not mapped yet are hours worked",
    ),
    (
        "paper",
        ["Overtime 1:00:00 1:00:00 60.00", "Regular 40:00:00 0:00:00 1600.00"],
        "so are hours that are not billed",
    ),
    (
        "tess",
        ["Overtime 10:00:00 10:00:00 186.00", "Regular 40:00:00 0:00:00 430.00"],
        "30 h at 10.00 and 20 h at 13.00: 560/50 = 11.20, half of it on 10 h = 56.00 (29 CFR 778.115)",
    ),
    ("early", ["Regular 40:00:00 0:00:00 1600.00"], "Sunday belongs to the workweek before"),
    (
        "doubt",
        ["Regular 40:00:00 0:00:00 1600.00"],
        "over 24 h, negative, undated, unreadable: no evidence of hours worked",
    ),
    ("cole", [], "a contractor is not on the payroll"),
]


@cache
def the_week() -> Books:
    return STAFF.books(TIMESHEETS)


@pytest.mark.parametrize(("person", "expected", "why"), PAYROLL, ids=[row[0] for row in PAYROLL])
def test_payroll_of_the_week(person, expected, why):
    rows = the_week().rows("payroll_lines", "pay_item pay_seconds premium_seconds amount", employee_id=person)
    assert [" ".join(row) for row in rows] == expected, why


PIECES = [  # person, its pieces from the limit on, why
    ("cut", ["2026-11-12 regular 4:00:00", "2026-11-12 overtime 8:00:00"], "one entry, two pieces"),
    ("last", ["2026-11-14 overtime 0:30:00", "2026-11-15 overtime 2:00:00"], "whole entries over the limit"),
    ("over", ["2026-11-11 regular 13:20:00", "2026-11-11 overtime 0:00:01"], "a piece of a second"),
    ("even", ["2026-11-10 regular 13:20:00", "2026-11-11 regular 13:20:00"], "no piece of no time"),
]


@pytest.mark.parametrize(("person", "expected", "why"), PIECES, ids=[row[0] for row in PIECES])
def test_pieces_at_the_limit(person, expected, why):
    rows = the_week().rows("pieces", "piece_on hour_class pay_seconds", employee_id=person)
    assert [" ".join(row) for row in rows][-2:] == expected, why


SENTENCES = [  # person, day, rule, sentence
    ("cut", "2026-11-09", "us_flsa_40", "Within 40 h of the workweek: straight time"),
    (
        "last",
        "2026-11-15",
        "us_flsa_40",
        "42.5 h in the workweek; over 40 h United States federal law pays 1.5 (29 U.S.C. 207(a)(1))",
    ),
    ("exempt", "2026-11-09", "exempt", "exempt from overtime by flsa_status"),
    ("leave", "2026-11-09", "not-classified", "not hours worked"),
    ("cole", "2026-11-09", "not-classified", "not on the payroll"),
    ("doubt", "2026-11-11", "not-classified", "not classified: One entry is longer than 24 hours"),
]


@pytest.mark.parametrize(("person", "day", "rule", "sentence"), SENTENCES, ids=[row[0] for row in SENTENCES])
def test_every_piece_names_the_rule_that_made_it(person, day, rule, sentence):
    assert the_week().rows("pieces", "rule_id rule_sentence", employee_id=person, piece_on=day)[0] == [rule, sentence]


def test_cost_follows_the_hours_that_were_worked_last():
    """last: 40 h on Web at 40.00; the overtime at 60.00 is 30 min of Shop and 2 h of internal time."""
    entries = the_week().engine.fetch("entries").to_pylist()
    shares = {row["entry_id"]: 0 for row in entries if row["employee_id"] == "last"}
    for row in the_week().engine.fetch("allocations").to_pylist():
        if row["entry_id"] in shares and "-L-" in row["line_id"]:
            shares[row["entry_id"]] += row["amount"]
    assert sorted(shares.values()) == [30, 120, 320, 640, 640]


def test_the_regular_rate_is_kept_as_a_fraction():
    """7 h at 10.00 and 37 h at 11.00: 477/44 an hour; 4 h of premium are 21.6818, never 2 x 10.84."""
    books = Company(
        pay_rates="""
        employee_id  pay_rate  effective_from  effective_to
        E1           10.00     2026-01-01      2026-11-09
        E1           11.00     2026-11-10      -"""
    ).books("""
        date        time
        2026-11-09  7:00
        2026-11-10  18:00
        2026-11-11  19:00""")
    [(top, bottom, amount), _] = books.rows("payroll_lines", "regular_rate_numerator regular_rate_denominator amount")
    assert Fraction(top) / Fraction(bottom) / 10**6 == Fraction(477, 44)
    assert amount == "65.68", "44.00 + 21.68"


def test_rounded_pay_is_what_counts_to_forty():
    """Five days of 7:56 are 39:40 worked and 40:00 by quarter hours; 7 minutes add nothing, 8 a quarter of overtime."""
    firm = Company(rounding="purpose  unit_seconds  mode     grain\npay      900           nearest  entry")
    firm.books("""
        date        time
        2026-11-09  7:56
        2026-11-10  7:56
        2026-11-11  7:56
        2026-11-12  7:56
        2026-11-13  7:56
        2026-11-14  0:07
        2026-11-15  0:08""").must_show(
        "payroll_lines",
        """
        pay_item  pay_seconds  amount
        Overtime  0:15:00      15.00
        Regular   40:00:00     1600.00""",
    )
