"""Workweeks with a holiday: the weekly limit is lower where the law says so and the company names the calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.law.holiday_weeks import Holidays, holiday_library, in_weeks, places_not_shortened
from etl.law.rows import library
from etl.periods import workweek_start
from etl.sql.order import MARTS
from tests.law.confirming import confirming
from tests.law.test_engine import calendar, firm, premium, stops
from tests.sql.company import MONDAY

DAYS = "holiday_on\n2026-11-11\n2026-11-12"
CHOICE = '[[pay.holiday_weeks]]\njurisdiction = "{}"\ncalendar = "studio"\n'
CONFIRMED = ("ca_federal_8_40", "ca_sk_8_40", "ca_nu_8_40", *(row.rule_id for row in holiday_library()))
SHEET = "person  date  time\n" + "\n".join(f"ann  2026-11-{day:02}  8:00" for day in (9, 10, 13, 14, 15))


def books_of(place: str, choice: str, days: str = DAYS):
    company = firm(f"ann weekly {place}", choice.format(place), holidays=days)
    run = confirming(company.run(), *CONFIRMED)
    stops(run, "")
    return company.books_of(run, [SHEET], MARTS[-1])


@pytest.mark.capability("C61")
@pytest.mark.parametrize(
    ("place", "limit", "over"),
    [("CA-FED", 24, 16), ("CA-SK", 32, 8), ("CA-NU", 32, 8)],  # two holidays: 8 h less for each, or once
)
def test_a_week_with_holidays_has_fewer_hours_before_overtime(place, limit, over):
    """40 h on five days of a week with two holidays."""
    books = books_of(place, CHOICE)
    assert books.rows("payroll_lines", "pay_seconds", pay_item="Overtime") == [[f"{over}:00:00"]]
    [first, *_] = premium(books, "ann")
    assert f"40 h in the workweek; over {limit} h " in first
    assert "holiday" in first


def test_other_weeks_and_companies_without_a_calendar_keep_the_limit():
    assert not premium(books_of("CA-SK", CHOICE, "holiday_on\n2026-11-16\n2026-11-08"), "ann")
    assert not premium(books_of("CA-SK", "", DAYS), "ann")
    assert places_not_shortened(firm("ann weekly US").run().settings.pay, ["CA-SK", "US"]) == ("CA-SK",)


REFUSED = [
    ("CA-SK", "CA-SK", "", "ca_sk_8_40", "ca_sk_holiday_week (Saskatchewan Employment Act 2-17 to 2-20) is"),
    ("CA-SK", "CA-SK", "holiday_on", " ".join(CONFIRMED), "no day of calendar 'studio' in holidays.csv"),
    ("US", "US-TX", DAYS, "", "no law is known that shortens weeks by holidays; known are CA-FED, CA-NU, CA-SK"),
]  # fmt: skip


@pytest.mark.parametrize(("place", "chosen", "days", "confirmed", "said"), REFUSED)
def test_a_choice_that_cannot_hold_stops_the_run(place, chosen, days, confirmed, said):
    company = firm(f"ann weekly {place}", CHOICE.format(chosen), holidays=days or DAYS)
    stops(confirming(company.run(), *confirmed.split()), said)


@given(st.sets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=12), st.integers(1, 7))
def test_every_day_has_one_version_and_a_week_never_two(days, begins_on):
    """No day is without a rule, none has two, and all days of one workweek stand under the same limit."""
    [rule] = [row for row in library() if row.rule_id == "ca_federal_8_40"]
    versions = in_weeks([rule], "all", Holidays({"CA-FED": days}, {"all": begins_on}))
    for number in range(370):
        day = date(2025, 12, 28) + timedelta(days=number)
        [own] = [one for one in versions if one.effective_from <= day <= one.effective_to]
        week = workweek_start(day, begins_on)
        count = sum(week <= one <= week + timedelta(days=6) for one in days)
        assert own.of("week")[0][0] == max(40 - 8 * count, 0) * 3600


def test_a_group_without_workweeks_and_an_agreement_keep_their_limit():
    [rule] = [row for row in library() if row.rule_id == "ca_sk_8_40"]
    assert in_weeks([rule], "other", Holidays({"CA-SK": [date.fromisoformat(MONDAY)]}, {"all": 1})) == (rule,)
    agreement = (
        '[[pay.agreements]]\nrule_id = "own"\njurisdiction = "CA-SK"\nweek_tiers = "40:1.5"\ncitation = "s. 4"\n'
        '[[pay.groups]]\npay_group = "weekly"\nregimes = {CA-SK = "own"}\n'
    )
    company = firm("ann weekly CA-SK", agreement + CHOICE.format("CA-SK"), holidays=DAYS,
                   calendar=calendar("weekly  weekly  2026-11-09  monday"))
    run = confirming(company.run(), *CONFIRMED)
    assert not premium(company.books_of(run, [SHEET], MARTS[-1]), "ann")
