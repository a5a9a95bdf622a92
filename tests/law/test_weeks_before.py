"""Rules that look at more weeks than a run reads: days in a row, and the average of many weeks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.errors import MappingError
from etl.sql.order import MARTS
from etl.steps.inputs import refuse_gaps
from tests.law.confirming import confirming
from tests.law.test_engine import firm, premium
from tests.sql.company import MONDAY, Books, Company

FIRST = date.fromisoformat(MONDAY)
ISLANDS = ("us_vi_8_40_6",)
CT = '[[pay.groups]]\npay_group = "weekly"\nregimes = {US-CT = "hospitality"}'


def in_a_row(place: str, confirmed: tuple[str, ...], days: str, pay: str = "", **more: str) -> Books:
    """4 h on each day marked x, the week before the run's and the run's own: "xxxxxxx xx-----"."""
    before, own = days.split()
    marks = [*zip(range(-7, 0), before, strict=True), *zip(range(7), own, strict=True)]
    worked = [FIRST + timedelta(days=number) for number, mark in marks if mark == "x"]
    sheet = "person  date  time\n" + "\n".join(f"ann  {day}  4:00" for day in worked)
    company = firm(f"ann weekly {place}", pay, **more)
    run = confirming(company.run(), *confirmed)
    refuse_gaps(run)
    return company.books_of(run, [sheet], MARTS[-1])


STREAKS = [  # place, days worked, days of the week read that carry the premium
    ("US-VI", "------- xxxxxxx", "14 15"),
    ("US-VI", "-----xx xxxx---", "12"),
    ("US-VI", "xxxxxxx x------", "9"),
    ("US-VI", "xxxxx-x xxxx---", ""),
    ("US-CT", "xxxxxx- xxxxxxx", "15"),
    ("US-CT", "-xxxxxx x------", "9"),
    ("US-CT", "-xxxxxx -xxxxxx", ""),
]


@pytest.mark.capability("C61")
@pytest.mark.parametrize(("place", "days", "paid"), STREAKS)
def test_days_in_a_row_count_over_the_weeks(place, days, paid):
    confirmed, pay = (ISLANDS, "") if place == "US-VI" else (("us_ct_hospitality_7",), CT)
    books = in_a_row(place, confirmed, days, pay)
    found = [line for line in premium(books, "ann") if line >= MONDAY]  # the day before is read for its shifts alone
    assert [line.partition(" ")[0][-2:].lstrip("0") for line in found] == paid.split()
    assert all("on the seventh day worked" in line for line in found)
    assert {row[0][:7] for row in books.rows("pieces", "piece_on")} == {"2026-11"}
    assert books.rows("entries", "worked_on", worked_on="2026-11-03") == [], "the days before are in no batch"


def test_time_before_the_go_live_is_not_known():
    assert not premium(in_a_row("US-VI", ISLANDS, "xxxxxxx x------", go_live=MONDAY), "ann")


def test_nothing_is_read_before_the_weeks_where_no_rule_asks():
    run = firm("ann weekly US-CA").run()
    assert run.known_from == run.window.start


BRITISH = '[[pay.breaks]]\njurisdiction = "GB"\n'
AGREED = """
[[pay.groups]]
pay_group = "weekly"
regimes = { GB = "agreed" }
[[pay.agreements]]
rule_id = "agreed"
jurisdiction = "GB"
week_tiers = "60:1.5"
citation = "works agreement"
"""


def averaged(hours: list[str], more: str = "", **tables: str) -> Company:
    """Ann in London; `hours` of each week on its Monday to Friday in equal parts, the last week is the run's own."""
    company = firm("ann weekly GB", AGREED + BRITISH + more, **tables)
    return replace(company, entry=(("project", "web"),))


def sheet(hours: list[int], extra_seconds: int = 0) -> str:
    rows = []
    for back, week in enumerate(reversed(hours)):
        monday = FIRST - timedelta(days=7 * back)
        for day in range(5):
            seconds = week * 720 + (extra_seconds if back == 0 and day == 0 else 0)
            clock = f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
            rows.append(f"ann  {monday + timedelta(days=day)}  {monday + timedelta(days=day)} 06:00  {clock}")
    return "person  date  start  time\n" + "\n".join(rows)


def told(company: Company, text: str) -> list[list[str]]:
    books = company.books(text)
    rows = books.rows("exceptions", "code found expected")
    return [row[:2] for row in rows if "on the average of" in row[2]]


AVERAGES = [  # weekly hours, seconds more, what is told
    ([48] * 17, 0, []),
    ([48] * 17, 1, [["TE101", "816 h in 17 weeks"]]),
    ([40] * 16 + [60], 0, []),
    ([50] * 16 + [20], 0, [["TE101", "820 h in 17 weeks"]]),
    ([60] * 16, 0, [["TE101", "960 h in 17 weeks"]]),
    ([40] * 16, 0, [["TE105", "17 weeks are looked at: no time in 1 of them"]]),
]


@pytest.mark.capability("C61")
@pytest.mark.parametrize(("hours", "more", "found"), AVERAGES)
def test_an_average_of_17_weeks_is_tested_from_what_landed(hours, more, found):
    assert told(averaged([]), sheet(hours, more)) == found


def test_where_the_average_cannot_be_told_is_said_why():
    hours = sheet([40] * 17)
    assert told(averaged([], go_live="2026-10-01"), hours) == [
        ["TE105", "17 weeks are looked at: time is known from 2026-10-01 on"]]
    leave = hours + "\nann  2026-10-12  -  8:00"
    text = "\n".join(f"{line}  {'service' if n == 0 else 'vacation' if '-  8:00' in line else 'dev'}"
                     for n, line in enumerate(leave.splitlines()))
    assert told(averaged([]), text) == [["TE105", "17 weeks are looked at: leave among them"]]
    young = """
        person_ref  employee_id  employee_name  pay_group  flsa_status  work_location  effective_from
        ann         ann          ann            weekly     nonexempt    GB             2026-08-01"""
    assert told(averaged([], employees=young), hours) == [
        ["TE105", "17 weeks are looked at: employed from 2026-08-01 on"]]


OWN = '[[pay.averages]]\nrule_id = "own"\njurisdiction = "GB"\nhours = 45\nweeks = 4\ncitation = "agreement 7"\n'


def test_an_agreed_average_is_tested_beside_or_instead_of_the_law():
    hours = sheet([50] * 4 + [40] * 13 + [45, 45, 45, 46])
    assert told(averaged([], OWN), hours) == [["TE101", "181 h in 4 weeks"]]
    both = sheet([49] * 17)
    assert [row[1] for row in told(averaged([], OWN), both)] == ["196 h in 4 weeks", "833 h in 17 weeks"]
    assert [row[1] for row in told(averaged([], OWN + 'instead_of = "gb_average"'), both)] == ["196 h in 4 weeks"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (OWN + 'instead_of = "fr_average"', "instead_of is no average of GB; those known: gb_average"),
        (OWN.replace("GB", "DE"), "DE is not switched on under"),
    ],
)
def test_an_agreed_average_that_cannot_hold_stops_the_run(more, said):
    with pytest.raises(MappingError) as caught:
        refuse_gaps(averaged([], more).run())
    assert said in caught.value.what


@settings(max_examples=12, deadline=None)
@given(st.lists(st.integers(0, 16), min_size=4, max_size=4).filter(all))
def test_the_average_is_the_sum_over_the_weeks(tens):
    """Four weeks under an agreed limit of 45 h: told exactly where the exact average is over it."""
    hours = [5 * ten for ten in tens]
    found = told(averaged([], OWN + 'instead_of = "gb_average"'), sheet(hours))
    assert bool(found) == (Fraction(sum(hours), 4) > 45)
