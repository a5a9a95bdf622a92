"""New York's spread of hours: one more hour at the minimum wage, for whom the company says it holds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from etl.errors import MappingError
from etl.steps.inputs import refuse_gaps
from tests.law.confirming import confirming
from tests.law.test_breaks import PAY_ITEMS, firm, found, sheet
from tests.law.test_engine import stops
from tests.sql.company import Company

WAGE = '[[pay.minimum_wages]]\njurisdiction = "US-NY"\nhourly = {}\n'
LONG = "08:00-12:00 14:00-18:30"  # 8.5 h in 10.5 h


def company(spread: str, wage: str = WAGE.format("16.00"), premiums: str = "pay", rate: str = "20.00") -> Company:
    """One person in New York at this rate an hour."""
    own = firm("US-NY", premiums, f'spread = "{spread}"\n{wage}')
    items = f"{PAY_ITEMS}\n        premium     spread_premium    Spread of Hours"
    return replace(own, pay_rates=f"employee_id  pay_rate\nE1  {rate}", pay_items=items)


SPREADS = [  # spread, rate, day, amount: by hand 16.00, or 16.00 x (hours + 1) less what the hours pay
    ("all_rates", "20.00", LONG, "16.00"),
    ("all_rates", "20.00", "08:00-12:00 13:00-18:00", ""),
    ("all_rates", "20.00", "08:00-10:00 11:01-12:00", "16.00"),
    ("all_rates", "20.00", "08:00-10:00 11:00-12:00", ""),
    ("minimum_wage", "20.00", LONG, ""),
    ("minimum_wage", "16.00", LONG, "16.00"),
    ("minimum_wage", "17.00", LONG, "7.50"),
    ("none", "16.00", LONG, ""),
]


@pytest.mark.capability("C61")
@pytest.mark.parametrize(("spread", "rate", "day", "amount"), SPREADS)
def test_a_long_spread_of_hours_or_a_split_shift_pays_an_hour(spread, rate, day, amount):
    own = company(spread, rate=rate)
    refuse_gaps(confirming(own.run(), "us_ny_spread"))
    books = own.books(sheet(day))
    expected = [["1:00:00", amount]] if amount else []
    assert books.rows("payroll_lines", "premium_seconds amount", pay_item="Spread of Hours") == expected
    assert len(books.rows("exceptions", "found", code="TE103")) == len(expected)


def test_what_a_split_shift_is_was_not_read_at_its_source_so_paying_it_waits_for_the_company():
    with pytest.raises(MappingError, match=r"us_ny_spread .* not confirmed, and pays"):
        refuse_gaps(company("all_rates").run())
    refuse_gaps(company("none").run())


def test_it_stops_until_the_company_has_decided_and_waits_where_it_is_referred():
    [item] = company("all_rates", premiums="stop").books(sheet(LONG)).rows("exceptions", "severity found", code="TE102")
    assert item == ["stop", "10.5 h from the first start to the last end, in a split shift; 16.00 USD"]
    referred = company("all_rates", premiums="refer").books(sheet(LONG))
    assert referred.rows("payroll_lines", "amount", pay_item="Spread of Hours") == []
    assert len(referred.rows("exceptions", "code", code="TE104")) == 1


def test_a_day_without_a_minimum_wage_is_told_and_not_paid():
    dated = WAGE.format("16.00") + "effective_from = 2026-11-10\n"
    books = company("all_rates", dated).books(sheet(f"{LONG} / {LONG}"))
    assert books.rows("payroll_lines", "amount", pay_item="Spread of Hours") == [["16.00"]]
    assert found(books) == [["us_ny_spread", "2026-11-09", "open"], ["us_ny_spread", "2026-11-10", "found"]]
    [[said]] = books.rows("exceptions", "found", code="TE105")
    assert said.endswith("no minimum wage is given for that day")


def test_it_needs_its_pay_item():
    stops(replace(company("all_rates"), pay_items=PAY_ITEMS).run(), "no pay item for premium, spread_premium")
