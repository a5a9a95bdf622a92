"""The one engine: which hours carry which premium, by place, day, week and shift, across clock changes and periods."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

import pytest

from etl.errors import MappingError
from etl.steps.inputs import refuse_gaps
from etl.steps.run import Run
from tests.law.confirming import confirming
from tests.sql.company import Company

PEOPLE = """
    person_ref  employee_id  employee_name  pay_group  flsa_status  work_location  effective_from  effective_to
    """
ALWAYS = "1900-01-01  -"


def stops(run: Run, said: str) -> None:
    """The run stops and says this; nothing to be said: it goes on."""
    if not said:
        refuse_gaps(run)
        return
    with pytest.raises(MappingError) as caught:
        refuse_gaps(run)
    assert said in caught.value.what


def firm(people: str, pay: str = "", **more: str) -> Company:
    """A company of people as `id group place`, everybody at 20.00 an hour."""
    rows = [line.split() for line in people.strip().splitlines()]
    employees = [f"{who}  {who}  {who}  {group}  nonexempt  {place}  {ALWAYS}" for who, group, place in rows]
    rates = [f"{who}  20.00" for who in dict.fromkeys(row[0] for row in rows)]
    groups = list(dict.fromkeys(row[1] for row in rows))
    calendar = more.pop("calendar", "") or "\n".join(
        ["pay_group  kind  start  workweek", *(f"{group}  weekly  2026-11-09  monday" for group in groups)]
    )
    return Company(
        employees=more.pop("employees", "") or PEOPLE.rstrip() + "\n" + "\n".join(employees),
        pay_rates="employee_id  pay_rate\n" + "\n".join(rates),
        calendar=calendar,
        pay=pay,
        billing="none",
        **more,
    )


def calendar(*lines: str) -> str:
    return "\n".join(["pay_group  kind  start  workweek", *lines])


def premium(books, person: str) -> list[str]:
    """Pieces with a premium: day, class, time, and the sentence."""
    rows = books.rows("pieces", "piece_on hour_class pay_seconds rule_sentence", employee_id=person)
    return [" ".join(row) for row in rows if row[1] != "regular"]


@pytest.mark.capability("M12")
def test_each_piece_says_how_many_hours_and_which_law():
    books = firm("ann weekly US-CA").books("""
        person  date        time
        ann     2026-11-10  13:12""")
    assert premium(books, "ann") == [
        "2026-11-10 overtime 4:00:00 13.2 h on Tuesday; over 8 h California pays 1.5 (Labor Code 510)",
        "2026-11-10 double_time 1:12:00 13.2 h on Tuesday; over 12 h California pays 2.0 (Labor Code 510)",
    ]
    lines = books.rows("payroll_lines", "pay_item pay_seconds amount")
    assert lines == [
        ["Double Time", "1:12:00", "48.00"],
        ["Overtime", "4:00:00", "120.00"],
        ["Regular", "8:00:00", "160.00"],
    ]


@pytest.mark.capability("C128")
def test_a_week_with_two_states_two_rates_a_clock_change_and_a_month_end():
    """Monday 2026-10-26 to Sunday 11-01, when clocks go back: California to Wednesday, then the federal week alone. The
    night of the change has 9 h from 22:00 to 6:00; hours of both laws fill one pool, and 16 h were 25.00 an hour."""
    employees = (
        PEOPLE.rstrip()
        + "\nann  ann  ann  half  nonexempt  US-CA  2026-01-01  2026-10-28"
        + "\nann  ann  ann  half  nonexempt  US     2026-10-29  -"
    )
    books = firm(
        "ann half US-CA",
        employees=employees,
        calendar=calendar("half  semimonthly  2026-10-16  monday", "half  semimonthly  2026-11-01  monday"),
        job_rates="employee_id  service_item  kind  rate\nann  Design  rate  25.00",
        zone="America/Los_Angeles",
    )
    sheet = """
        person  date        start             time  service
        ann     2026-10-26  2026-10-26 08:00  9:00  dev
        ann     2026-10-27  2026-10-27 08:00  8:00  art
        ann     2026-10-28  2026-10-28 08:00  8:00  art
        ann     2026-10-29  2026-10-29 08:00  8:00  dev
        ann     2026-10-30  2026-10-30 08:00  4:00  dev
        ann     2026-10-31  2026-10-31 22:00  9:00  dev"""
    october, november = books.books(sheet, end="2026-10-31"), books.books(sheet, end="2026-11-15")
    columns = "pay_item pay_seconds premium_seconds"
    # 46 h: 1 h daily in California, then 45 - 40 = 5 h of the pool, all of them in November
    assert october.rows("payroll_lines", columns) == [["Regular", "39:00:00", "0:00:00"]]
    assert november.rows("payroll_lines", columns) == [
        ["Overtime", "5:00:00", "5:00:00"],
        ["Overtime Premium", "0:00:00", "1:00:00"],
        ["Regular", "2:00:00", "0:00:00"],
    ]
    # (30 x 20 + 16 x 25) / 46 = 21.7391...: 5 x (20 + 10.8696) and 1 x 10.8696
    assert november.column("payroll_lines", "amount") == ["154.35", "10.87", "40.00"]


def test_a_semimonthly_period_with_a_sunday_workweek():
    """Sunday 2026-11-15 to Saturday 11-21 straddles the periods: straight time on its day, the premium later."""
    company = firm(
        "ann half US",
        calendar=calendar("half  semimonthly  2026-11-01  sunday", "half  semimonthly  2026-11-16  sunday"),
    )
    sheet = "person  date  time\n" + "\n".join(f"ann  2026-11-{day}  10:00" for day in (15, 16, 17, 18, 19))
    first, second = company.books(sheet, end="2026-11-15"), company.books(sheet, end="2026-11-30")
    columns = "workweek_start pay_item pay_seconds premium_seconds amount"
    assert first.rows("payroll_lines", columns) == [["2026-11-15", "Regular", "10:00:00", "0:00:00", "200.00"]]
    assert second.rows("payroll_lines", columns) == [
        ["2026-11-15", "Overtime", "10:00:00", "10:00:00", "300.00"],
        ["2026-11-15", "Regular", "30:00:00", "0:00:00", "600.00"],
    ]


ZONES = [  # zone, the night's start, hours between 20:00 and 06:00, why
    ("America/Los_Angeles", "2026-03-07", "9:00:00", "spring: one hour less"),
    ("America/Los_Angeles", "2026-10-31", "11:00:00", "fall: one hour more"),
    ("Europe/London", "2026-03-28", "9:00:00", "spring"),
    ("Europe/London", "2026-10-24", "11:00:00", "fall"),
    ("Europe/Berlin", "2026-03-28", "9:00:00", "spring"),
    ("Europe/Berlin", "2026-10-24", "11:00:00", "fall"),
    ("Australia/Lord_Howe", "2026-04-04", "10:30:00", "half an hour more"),
    ("Australia/Lord_Howe", "2026-10-03", "9:30:00", "half an hour less"),
]


@pytest.mark.parametrize(("zone", "day", "elapsed", "why"), ZONES)
def test_a_night_of_a_clock_change_is_as_long_as_it_was(zone, day, elapsed, why):
    """And is cut at local midnight: 4 h on the first day, the rest on the second."""
    firm_there = firm(
        "ann weekly US-AK",
        calendar=calendar(f"weekly  weekly  {_monday(day)}  monday"),
        zone=zone,
        duration="from_start_and_end",
        end_rolls_over=True,
    )
    books = firm_there.books(f"person  date  start  end\nann  {day}  {day} 20:00  {_next(day)} 06:00")
    assert sum(row["worked_seconds"] for row in books.engine.fetch("pieces").to_pylist()) == _seconds(elapsed), why
    by_day = defaultdict(int)
    for row in books.engine.fetch("pieces").to_pylist():
        by_day[str(row["piece_on"])] += row["worked_seconds"]
    assert next(iter(by_day.values())) == 4 * 3600


def test_a_workday_that_begins_at_six():
    """18:00 to 06:00 is one workday of 12 h where the day begins at six, two of 6 h where it begins at midnight; 14 h
    from 22:00 are cut at six: 8 h and 6 h."""
    groups = '[[pay.groups]]\npay_group = "night"\nworkday_start = "06:00"'
    books = firm("ann night US-CA\nbob day US-CA\ncal night US-CA", groups).books("""
        person  date        start             time
        ann     2026-11-10  2026-11-10 18:00  12:00
        bob     2026-11-10  2026-11-10 18:00  12:00
        cal     2026-11-10  2026-11-10 22:00  14:00""")
    assert [text.split(" h on")[0] for text in premium(books, "ann")] == ["2026-11-11 overtime 4:00:00 12"]
    assert premium(books, "bob") == []
    assert premium(books, "cal") == []
    assert sum(row["worked_seconds"] for row in books.engine.fetch("pieces").to_pylist()) == 38 * 3600


def test_a_workweek_that_begins_monday_at_six():
    """Early Monday belongs to the week before: its premium is due there, its straight time where it was worked."""
    company = firm(
        "ann night US",
        '[[pay.groups]]\npay_group = "night"\nworkday_start = "06:00"',
        calendar=calendar("night  weekly  2026-11-09  monday", "night  weekly  2026-11-16  monday"),
    )
    sheet = """
        person  date        start             time
        ann     2026-11-10  2026-11-10 06:00  20:00
        ann     2026-11-12  2026-11-12 06:00  20:00
        ann     2026-11-16  2026-11-16 01:00  8:00"""
    columns = "workweek_start pay_item pay_seconds premium_seconds amount"
    assert company.books(sheet, end="2026-11-15").rows("payroll_lines", columns) == [
        ["2026-11-09", "Overtime Premium", "0:00:00", "5:00:00", "50.00"],
        ["2026-11-09", "Regular", "40:00:00", "0:00:00", "800.00"],
    ]
    after = company.books(sheet, end="2026-11-22").rows("payroll_lines", columns)
    assert after == [
        ["2026-11-09", "Regular", "5:00:00", "0:00:00", "100.00"],
        ["2026-11-16", "Regular", "3:00:00", "0:00:00", "60.00"],
    ]


SETTINGS = '[[pay.confirmed_rules]]\nrule_id = "us_tx_flsa"\nconfirmed_by = "A"\nconfirmed_on = 2026-01-05\n'
STOPS = [  # place, [pay], rules confirmed, what is said
    ("ZZ", "", "", "no overtime rule is known for ZZ"),
    ("US-TX", "", "", "us_tx_flsa (29 U.S.C. 207(a)(1); no state layer) is confirmed-table, not confirmed"),
    ("US-TX", SETTINGS, "", "([[pay.confirmed_rules]] in company.toml no longer counts)"),
    ("FR", "", "", "fr_35_25_50"),
    ("US-CA", '[[pay.groups]]\npay_group = "weekly"\nregimes = {"US-CA" = "9_80"}',
     "", "regimes of this place: aws_4x10"),
    ("US-NV", "", "us_nv_40 us_nv_8_if_low_rate_40", "the minimum wage of US-NV is not known"),
    ("XX", '[[pay.agreements]]\nrule_id = "x"\njurisdiction = "XX"\ncitation = "s. 4"\neffective_from = 2026-11-12',
     "", "no overtime rule of XX is in force on 2026-11-08"),
    ("XX", '[[pay.agreements]]\nrule_id = "x"\njurisdiction = "XX"\ncitation = "s. 4"', "", ""),
    ("US-TX", "", "us_tx_flsa", ""),
    ("US-CA", "", "", ""),
]  # fmt: skip


@pytest.mark.capability("C78")
@pytest.mark.parametrize(("place", "pay", "confirmed", "said"), STOPS)
def test_nothing_is_paid_by_default(place, pay, confirmed, said):
    """An agreement is chosen by its group; a place, a day or a wage that nobody knows stops the run, with its fix."""
    if "agreements" in pay:
        pay += '\n[[pay.groups]]\npay_group = "weekly"\nregimes = {XX = "x"}'
    stops(confirming(firm(f"ann weekly {place}", pay).run(), *confirmed.split()), said)


NEVADA = '[[pay.minimum_wages]]\njurisdiction = "US-NV"\nhourly = {}\neffective_from = 2024-07-01\n'
AGREED_DAYS = """
[[pay.agreements]]
rule_id = "nv_days"
jurisdiction = "US-NV"
day_tiers = "8:1.5"
week_tiers = "40:1.5"
combine = "union_no_pyramid"
citation = "workdays of the calendar, handbook s. 4"
[[pay.groups]]
pay_group = "all"
regimes = {US-NV = "nv_days"}
"""


@pytest.mark.capability("C128")
@pytest.mark.parametrize(
    ("pay", "days", "stopped"),
    [
        (NEVADA.format("15.00"), "10 11", ["ann 2026-11-11 us_nv_8_if_low_rate_40: 1 day(s) after a day of work"]),
        (NEVADA.format("15.00"), "9", ["ann 2026-11-09 us_nv_8_if_low_rate_40: 1 day(s) after a day of work"]),
        (NEVADA.format("15.00"), "10 12 14", []),
        (NEVADA.format("12.00"), "10 11", []),  # 20.00 is above 1.5 x 12.00: the week alone
        (NEVADA.format("15.00") + AGREED_DAYS, "10 11", []),
    ],
)
def test_a_workday_from_the_start_of_work_is_not_paid_by_the_calendar(pay, days, stopped):
    """Nevada: 09:00 to 17:00, then 08:00 to 16:00 is 9 and 7 hours from the start of work. Never computed by half."""
    company = firm("ann all US-NV", pay)
    run = confirming(company.run(), "us_nv_40", "us_nv_8_if_low_rate_40")
    sheet = "\n".join(f"ann  2026-11-{day:0>2}  2026-11-{day:0>2} 09:00  8:00" for day in days.split())
    books = company.books_of(run, [f"person  date  start  time\n{sheet}"], "exceptions")
    said = books.rows("exceptions", "severity employee_ref worked_on found", code="TE199")
    assert [" ".join(row) for row in said] == [f"stop {found}" for found in stopped]


def _monday(day: str) -> str:
    first = date.fromisoformat(day)
    return str(first - timedelta(days=first.weekday()))


def _next(day: str) -> str:
    return str(date.fromisoformat(day) + timedelta(days=1))


def _seconds(clock: str) -> int:
    hours, minutes, seconds = map(int, clock.split(":"))
    return hours * 3600 + minutes * 60 + seconds
