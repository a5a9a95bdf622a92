"""What goes into the regular rate in a company's own run: rates by item, salaries, bonuses, agreements."""

from __future__ import annotations

from dataclasses import replace

import pytest

from etl.steps.inputs import earlier_earnings, refuse_gaps
from tests.law.confirming import confirming
from tests.law.test_engine import firm, premium, stops

COLUMNS = "pay_item pay_seconds amount"
WEEK = "person  date  time  service\n" + "\n".join(f"ann  2026-11-{day:02}  9:00  dev" for day in range(9, 14))
EARNED = "employee_id  earning  amount  in_regular_rate  earned_from  earned_to  paid_on\n"


def lines(books) -> list[str]:
    return [" ".join(row) for row in books.rows("payroll_lines", COLUMNS)]


def test_a_bonus_is_shared_by_the_weeks_it_was_earned_in():
    """90.00 over two weeks are 45.00 here: (45 x 20 + 45) / 45 = 21.00; 5 h x 30.50. A gift changes nothing."""
    bonus = EARNED + "ann  Production  90.00  yes  2026-11-02  2026-11-15  2026-11-20\n"
    bonus += "ann  Gift  500.00  no  2026-11-09  2026-11-15  2026-11-20"
    assert lines(firm("ann weekly US", earnings=bonus).books(WEEK)) == [
        "Overtime 5:00:00 152.50",
        "Regular 40:00:00 800.00",
    ]


def test_a_salary_prices_its_hours_and_those_beyond():
    """450.00 for 40 h: 11.25 an hour, 5 h at 16.875. For all hours: 10.00, half of it on 5 h."""
    fixed = firm("ann weekly US", salaries="employee_id  salary  per  hours\nann  450.00  week  40").books(WEEK)
    assert lines(fixed) == ["Overtime 5:00:00 84.38", "Regular 40:00:00 450.00"]
    fluctuating = firm("ann weekly US", salaries="employee_id  salary  per  hours\nann  23400.00  year  -").books(WEEK)
    assert lines(fluctuating) == ["Overtime 5:00:00 75.00", "Regular 40:00:00 400.00"]


def test_quebec_leaves_the_differential_out_of_the_premium():
    """22.00 with the differential: 5 h at 22.00 + half of 20.00; elsewhere at 33.00."""
    plus = "employee_id  service_item  kind  rate\nann  Engineering  differential  2.00"
    assert lines(firm("ann weekly CA-QC", job_rates=plus).books(WEEK))[0] == "Overtime 5:00:00 160.00"
    assert lines(firm("ann weekly CA-AB", job_rates=plus).books(WEEK))[0] == "Overtime 5:00:00 165.00"


def test_an_agreement_stands_for_the_statute_and_its_premium_is_apart():
    agreed = """[[pay.agreements]]
rule_id = "branch_10"
jurisdiction = "FR"
week_tiers = "35:1.1"
citation = "branch agreement, art. 7"
[[pay.groups]]
pay_group = "weekly"
regimes = { FR = "branch_10" }"""
    company = firm("ann weekly FR", agreed)
    refuse_gaps(company.run())
    books = company.books(WEEK)
    assert lines(books)[0] == "Overtime 10:00:00 220.00"
    assert premium(books, "ann")[-1].endswith(
        "45 h in the workweek; over 35 h the agreement pays 1.1 (branch agreement, art. 7)"
    )
    books.engine.run(("premiums_by_law",))
    [row] = books.rows(
        "premiums_by_law", "premium_amount flsa_premium_amount state_premium_amount contract_premium_amount"
    )
    assert row == ["20.00", "0.00", "0.00", "20.00"]


REFUSED = [  # place, rule confirmed, earnings, what is said
    ("US-CA", "", "ann  Retention  90.00  flat_sum  2026-11-09  2026-11-15  2026-11-20", "for premium, bonus_premium"),
    ("US", "", "ann  Retention  90.00  flat_sum  2026-11-09  2026-11-15  2026-11-20", ""),
    ("JP", "jp_8_40_60", "", "overtime counts by the month; give its people monthly pay periods"),
]


@pytest.mark.parametrize(("place", "confirmed", "earned", "said"), REFUSED)
def test_what_this_release_cannot_compute_stops_the_run(place, confirmed, earned, said):
    run = firm(f"ann weekly {place}", earnings=EARNED + earned if earned else "").run()
    stops(confirming(run, *confirmed.split()), said)


@pytest.mark.parametrize(("go_live", "told"), [("2026-06-01", True), ("2026-01-01", False)])
def test_pay_earned_before_go_live_is_told_by_the_run_that_pays_it(go_live, told):
    late = EARNED + "ann  Retention  2600.00  yes  2026-05-11  2026-11-08  2026-11-12"
    run = replace(firm("ann weekly US", earnings=late), go_live=go_live).run()
    said = [f"ann, Retention: earned from 2026-05-11, go-live {go_live}"]
    assert earlier_earnings(run) == (said if told else [])
