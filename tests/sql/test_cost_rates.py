"""Standard cost rates: what an hour costs a job, apart from pay and billing; the rest of the pay is a variance."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.errors import RefusedError
from etl.steps.cost_rates import cost_rate_gaps, refuse_missing_cost_rates
from etl.units import clock_hours
from tests.sql import test_payroll_taxes as taxes
from tests.sql import test_salaries as salaries
from tests.sql.company import Books, Company, delivery
from tests.sweeps import examples

ACCOUNTS = Company.accounts + "\n        labor_variance  Overhead:Labor Variance  EXP"
FIRM = Company(accounts=ACCOUNTS, cost_rates="cost_rate\n50.00")
WEEK = """
    id  person  project  time   service
    1   ann     web      10:00  dev
    2   ann     shop     5:00   art
    3   ann     (none)   1:30   dev
    4   ann     (none)   8:00   vacation"""
pytestmark = pytest.mark.capability("C144")


def journal(books: Books) -> list[str]:
    lines = books.rows("postings", "account customer_job amount memo", document_number="TB0042L")
    return [" | ".join(row) for row in lines]


def must_agree(books: Books) -> None:
    assert not [row for row in books.engine.fetch("control_totals").to_pylist() if Decimal(row["difference"])]


def test_jobs_bear_the_standard_rate_and_pay_keeps_its_own():
    """16:30 h are paid 660.00 at 40.00 and cost 825.00 at 50.00; leave stays at pay; billing at 100.00."""
    books = FIRM.books(WEEK)
    assert journal(books) == [
        "Job Costs:Labor | Mill:Web | 500.00 | Labor Web",
        "Overhead:Labor Variance | - | -165.00 | Labor over or under standard cost",
        "Job Costs:Labor | Mill:Shop | 250.00 | Labor Shop",
        "Overhead:Labor | - | 75.00 | Labor internal",
        "Overhead:Leave | - | 320.00 | Paid leave",
        "Accrued Wages | - | -980.00 | Gross wages week 2026-W46",
    ]
    books.must_show("payroll_lines", "pay_item  amount\nVacation  320.00\nRegular  660.00")
    assert books.column("billable_lines", "amount") == ["500.00", "1000.00"]
    books.engine.run(("postings_to_check",))
    assert all(side == usual for side, usual in books.rows("postings_to_check", "side usual_side"))
    must_agree(books)


def test_overtime_premium_is_under_absorbed():
    """45 h at 40.00, 5 h of them overtime, are paid 1,900.00 and cost 2,250.00 at 50.00, 1,845.00 at 41.00."""
    sheet = "id  person  date  time\n" + "\n".join(f"{day}  ann  2026-11-{day:02}  9:00" for day in range(9, 14))
    for rate, own, moved in (("50.00", "2250.00", "-350.00"), ("41.00", "1845.00", "55.00")):
        books = replace(FIRM, cost_rates=f"cost_rate\n{rate}").books(sheet)
        assert [line.split(" | ")[2] for line in journal(books)] == [own, moved, "-1900.00"]
        must_agree(books)


ROWS = [  # rows of cost_rates.csv after the usual 50.00, Web's hour of Ann (dev) is costed at, why
    ("E1  *  *  *  51", "510.00", "the person before any"),
    ("*  weekly  *  *  52", "520.00", "the pay group before any"),
    ("*  *  Mill:Web  *  53", "530.00", "the job before any"),
    ("*  *  *  Engineering  54", "540.00", "the item before any"),
    ("*  *  *  Engineering  54\n*  *  Mill:Web  *  53", "530.00", "the job before the item"),
    ("*  *  Mill:Web  Engineering  55\n*  *  Mill:Web  *  53", "550.00", "both before one"),
    ("*  weekly  *  *  52\n*  *  Mill:Web  Engineering  55", "520.00", "the group before job and item"),
    ("E1  *  *  *  51\n*  weekly  Mill:Web  Engineering  55", "510.00", "the person before all others"),
    ("E2  *  *  *  56\n*  monthly  *  *  57\n*  *  Mill:Shop  *  58", "500.00", "others do not hold"),
]


@pytest.mark.parametrize(("rows", "web", "why"), ROWS)
def test_the_closest_rate_holds(rows, web, why):
    table = f"employee_id  pay_group  customer_job  service_item  cost_rate\n*  *  *  *  50\n{rows}"
    books = replace(FIRM, cost_rates=table).books(WEEK)
    assert books.column("postings", "amount", document_number="TB0042L", customer_job="Mill:Web") == [web], why
    must_agree(books)


def test_a_rate_holds_from_its_day():
    rates = "cost_rate  effective_from  effective_to\n50  2026-01-01  2026-11-09\n60  2026-11-10  -"
    sheet = "id  person  date  time\n1  ann  2026-11-09  1:00\n2  ann  2026-11-10  1:00"
    assert journal(replace(FIRM, cost_rates=rates).books(sheet))[0].endswith("110.00 | Labor Web")


def test_hours_without_any_rate_stay_at_pay():
    books = replace(FIRM, cost_rates="employee_id  cost_rate\nE2  50").books(WEEK)
    assert [line.split(" | ")[2] for line in journal(books)] == ["400.00", "200.00", "60.00", "320.00", "-980.00"]


def test_hours_with_a_rate_in_part_stop_the_run():
    books = replace(FIRM, cost_rates="customer_job  cost_rate\nMill:Web  50").books(WEEK)
    with pytest.raises(RefusedError, match=r"E1 .group weekly., job Mill:Shop, item Design on 2026-11-09") as caught:
        refuse_missing_cost_rates(books.run, books.engine)
    assert caught.value.code == "COST_RATE_MISSING"
    refuse_missing_cost_rates(books.run, FIRM.books(WEEK).engine)


def test_held_work_keeps_its_part_of_cost_and_variance():
    books = FIRM.books(WEEK.replace("shop", "new "))
    rows = books.rows("roll_forward", "state reason amount", stream="cost")[1:]
    assert rows == [["exported", "-", "780.00"], ["held", "TE008", "200.00"]], "250.00 less its part of the variance"
    must_agree(books)


def test_a_premium_of_hours_paid_before_is_all_variance():
    """A week from Wednesday on over the 15th: what was worked before it was paid and costed in the period before."""
    firm = replace(FIRM, calendar="pay_group  kind  start  workweek\nweekly  semimonthly  2026-11-16  wednesday",
                   billing="none")
    sheet = "id  person  date  time\n" + "\n".join(f"{d}  ann  2026-11-{d:02}  11:00" for d in (11, 12, 13, 14, 16))
    books = firm.books(sheet)
    paid = sorted(books.rows("payroll_lines", "pay_item amount"))
    assert paid == [["Overtime", "660.00"], ["Overtime Premium", "80.00"]]
    assert [line.split(" | ")[2] for line in journal(books)] == ["550.00", "190.00", "-740.00"]
    must_agree(books)


def test_distribution_costs_jobs_at_standard():
    """In distribution internal time and leave stay in wages expense, and the variance with them."""
    books = replace(FIRM, posting="distribution").books(WEEK)
    assert [line.split(" | ")[2] for line in journal(books)] == ["500.00", "-150.00", "250.00", "-600.00"]
    must_agree(books)


def test_salaries_at_standard_take_these_rates():
    """30.00 of cost_rates.csv before the 28.00 of pay_rates.csv, for work; leave stays at 28.00."""
    firm = salaries.firm(salaries.STANDARD, pay_rates="employee_id  pay_rate\nE3  28.00")
    books = replace(firm, cost_rates="cost_rate\n30.00").books(salaries.WEEK)
    amounts = books.column("postings", "amount", document_number="TB0042L")
    assert amounts == ["900.00", "16.00", "300.00", "60.00", "224.00", "-1500.00"]
    must_agree(books)


def test_taxes_follow_the_wages_over_the_jobs():
    """A tax is on 660.00 of wages, not on 825.00 of cost; jobs bear it by what they cost."""
    firm = replace(
        taxes.FIRM, pay_rates=Company.pay_rates, accounts=ACCOUNTS + taxes.ACCOUNTS, cost_rates=FIRM.cost_rates,
        payroll_taxes="tax  percent  pay_items\nt  10  Regular",
    )
    books = firm.books(WEEK)
    assert books.column("postings", "amount", document_number="TB0042E") == ["40.00", "6.00", "20.00", "-66.00"]
    must_agree(books)


def test_people_paid_abroad_have_rates_in_their_currency():
    toml = '\n[currency]\nconvert = "here"\nsource = "ecb"\n'
    firm = replace(
        FIRM, toml=toml, pay_rates="employee_id  pay_rate  currency\nE1  40.00  USD\nE2  2000  JPY",
        cost_rates="cost_rate  currency\n50.00  USD\n2500  JPY",
        fx_rates="rate_date  from_currency  to_currency  rate\n2026-11-15  JPY  USD  0.0064",
        accounts=ACCOUNTS + "\n        rounding_difference  Rounding  EXP",
    )
    books = firm.books("id  person  project  time\n1  bob  web  10:00")
    assert [line.split(" | ")[2] for line in journal(books)] == ["160.00", "-32.00", "-128.00"]
    must_agree(books)


def test_what_cost_rates_need_is_told_before_a_run():
    assert cost_rate_gaps(FIRM.run()) == []
    assert "no account for labor_variance" in cost_rate_gaps(replace(FIRM, accounts=Company.accounts).run())[0]
    assert 'overtime_premium = "spread" moves premium' in cost_rate_gaps(replace(FIRM, premium="spread").run())[0]
    assert cost_rate_gaps(replace(FIRM, posting="none", accounts=Company.accounts).run()) == []


SHEETS = st.lists(
    st.tuples(st.integers(9, 15), st.sampled_from(["ann", "bob"]), st.sampled_from(["web", "shop", "(none)", "new"]),
              st.integers(1, 40_000)), min_size=1, max_size=12)


@examples(4, 40)
@given(SHEETS, st.integers(0, 999_99), st.sampled_from(["accrue", "distribution"]))
def test_standard_cost_and_variance_come_to_the_pay(rows, cents, posting):
    sheet = [{"id": str(n), "person": person, "date": f"2026-11-{day:02}", "project": project, "time": clock_hours(s)}
             for n, (day, person, project, s) in enumerate(rows)]
    firm = replace(FIRM, posting=posting, cost_rates=f"cost_rate\n{cents // 100}.{cents % 100:02}")
    books = firm.books(delivery(sheet))
    must_agree(books)
    cost = sum(Decimal(a) for a in books.column("roll_forward", "amount", stream="cost") if a != "-")
    assert cost == sum(Decimal(a) for a in books.column("payroll_lines", "amount"))
