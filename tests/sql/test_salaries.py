"""Exempt staff on a salary: its cost is the salary to the cent, whatever the hours; payroll gets no hours of theirs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.errors import MappingError
from etl.steps.inputs import refuse_gaps
from etl.units import clock_hours
from tests.sql.company import Books, Company, delivery
from tests.sweeps import examples

pytestmark = pytest.mark.capability("C144")

ACCOUNTS = f"""{Company.accounts}
    salary_variance  Overhead:Salary Variance  EXP"""
PAY_ITEMS = f"""{Company.pay_items}
    worked      salary            Salary"""
OVER_HOURS = 'salaried_cost = "salary_over_hours"'
STANDARD = 'salaried_cost = "standard_rate"'
WEEK = """
    person  date        time   project  service
    eve     2026-11-09  15:00  web      dev
    eve     2026-11-10  15:00  web      dev
    eve     2026-11-11  10:00  shop     dev
    eve     2026-11-12  2:00   -        dev
    eve     2026-11-13  8:00   -        vacation"""
MONTHLY = "employee_id  salary  per\nE3  6500.00  month"  # 78,000.00 a year, 1,500.00 a week


def firm(pay: str, **more: Any) -> Company:
    usual = {"salaries": MONTHLY, "accounts": ACCOUNTS, "pay_items": PAY_ITEMS}
    return Company(**(usual | {"pay": pay} | more))


def journal(books: Books) -> list[str]:
    lines = books.rows("postings", "account customer_job amount memo", document_number="TB0042L")
    return [" | ".join(row) for row in lines]


def test_a_salary_over_all_hours_of_the_period():
    """1,500.00 over 50 h of work and leave are 30.00 an hour; no overtime, no rate, no hours row to payroll."""
    books = firm(OVER_HOURS).books(WEEK)
    assert journal(books) == [
        "Job Costs:Labor | Mill:Web | 900.00 | Labor Web",
        "Job Costs:Labor | Mill:Shop | 300.00 | Labor Shop",
        "Overhead:Labor | - | 60.00 | Labor internal",
        "Overhead:Leave | - | 240.00 | Paid leave",
        "Accrued Wages | - | -1500.00 | Gross wages week 2026-W46",
    ]
    books.must_show(
        "payroll_lines",
        """
        workweek_start  hour_class  pay_item  pay_seconds  amount   regular_rate_numerator
        2026-11-09      salary      Salary    50:00:00     1500.00  -""",
    )
    assert books.rows("payroll_hours", "pay_item") == []
    assert books.rows("time_activities", "customer_job pay_item is_for_payroll")[0] == ["Mill:Web", "-", "no"]
    assert set(books.column("control_totals", "difference")) <= {"0", "0.000"}


STANDARD_RATES = [  # rate, the lines
    (
        "28.00",
        ["840.00", "100.00", "280.00", "56.00", "224.00", "-1500.00"],
        "50 h cost 1,400.00: under-absorbed 100.00",
    ),
    ("32.00", ["960.00", "-100.00", "320.00", "64.00", "256.00", "-1500.00"], "they cost 1,600.00: over-absorbed"),
    ("30.00", ["900.00", "0.00", "300.00", "60.00", "240.00", "-1500.00"], "they cost the salary"),
]


@pytest.mark.parametrize(("rate", "amounts", "why"), STANDARD_RATES)
def test_a_salary_at_standard_rate_has_a_line_for_the_rest(rate, amounts, why):
    books = firm(STANDARD, pay_rates=f"employee_id  pay_rate\nE3  {rate}").books(WEEK)
    assert books.column("postings", "amount", document_number="TB0042L") == amounts, why
    assert journal(books)[1].startswith("Overhead:Salary Variance | - | ")
    assert journal(books)[1].endswith("Salaries over or under standard cost")
    books.must_show("payroll_lines", "pay_item  amount\nSalary  1500.00")
    books.engine.run(("postings_to_check",))
    sides = books.rows("postings_to_check", "side usual_side")
    assert all(side == usual for side, usual in sides), "an over-absorbed salary is a credit and no fault"


def test_a_salary_row_with_its_amount_where_payroll_wants_one():
    books = firm(f'{OVER_HOURS}\nsalary_rows = "amount"').books(WEEK + "\n    ann  2026-11-09  8:00  web  dev")
    books.must_show(
        "payroll_hours",
        """
        employee_id  pay_item  pay_seconds  exported_seconds  amount
        E1           Regular   8:00:00      8:00:00           320.00
        E3           Salary    0:00:00      0:00:00           1500.00""",
    )


PERIODS = [  # salary, per, calendar, start, the salary of the period
    ("1500.00", "week", "weekly", "2026-11-09", "1500.00"),
    ("3000.00", "two_weeks", "biweekly", "2026-11-09", "3000.00"),
    ("3250.00", "half_month", "semimonthly", "2026-11-01", "3250.00"),
    ("6500.00", "month", "monthly", "2026-11-01", "6500.00"),
    ("78000.00", "year", "weekly", "2026-11-09", "1500.00"),
    ("78000.00", "year", "semimonthly", "2026-11-01", "3250.00"),
    ("100000.00", "year", "weekly", "2026-11-09", "1923.08"),  # 1,923.076...
    ("100000.00", "year", "monthly", "2026-11-01", "8333.33"),
    ("1000.00", "week", "monthly", "2026-11-01", "4333.33"),  # 52 / 12
]


@pytest.mark.parametrize(("salary", "per", "kind", "start", "amount"), PERIODS)
def test_the_salary_of_a_period(salary, per, kind, start, amount):
    company = firm(
        OVER_HOURS,
        salaries=f"employee_id  salary  per\nE3  {salary}  {per}",
        calendar=f"pay_group  kind  start  workweek\nweekly  {kind}  {start}  sunday",
        billing="none",
    )
    assert company.books("person  date  time\neve  2026-11-09  7:00").column("payroll_lines", "amount") == [amount]


PARTS = [  # proration, employees.csv from/to, salaries, the salary of November
    ("calendar_days", "2026-11-16", "-", [("6300.00", "1900-01-01", "-")], "3150.00", "15 of 30 days"),
    ("working_days", "2026-11-16", "-", [("6300.00", "1900-01-01", "-")], "3300.00", "11 of 21 working days"),
    ("calendar_days", "1900-01-01", "2026-11-20", [("6300.00", "1900-01-01", "-")], "4200.00", "leaves: 20 of 30"),
    ("working_days", "1900-01-01", "2026-11-20", [("6300.00", "1900-01-01", "-")], "4500.00", "leaves: 15 of 21"),
    ("calendar_days", "1900-01-01", "-", [("6300.00", "1900-01-01", "2026-11-15"), ("7000.00", "2026-11-16", "-")],
     "6650.00", "raised: half of each"),
    ("calendar_days", "2026-11-10", "-", [("7000.00", "1900-01-01", "-")], "4900.00", "21 of 30"),
]  # fmt: skip


@pytest.mark.parametrize(("proration", "first", "last", "salaries", "amount", "why"), PARTS)
def test_joiners_leavers_and_raises(proration, first, last, salaries, amount, why):
    company = firm(
        f'{OVER_HOURS}\nsalary_proration = "{proration}"',
        employees="person_ref  employee_id  employee_name  flsa_status  effective_from  effective_to\n"
        f"eve  E3  Eve Ek  exempt  {first}  {last}",
        salaries="employee_id  salary  per  effective_from  effective_to\n"
        + "\n".join(f"E3  {salary}  month  {begins}  {ends}" for salary, begins, ends in salaries),
        calendar="pay_group  kind  start  workweek\nweekly  monthly  2026-11-01  sunday",
        billing="none",
    )
    books = company.books("person  date  time\neve  2026-11-17  7:00\neve  2026-11-18  5:30")
    assert books.column("payroll_lines", "amount") == [amount], why


def test_held_work_keeps_its_part_of_the_salary():
    """10 of 50 h are on a project nobody mapped: 300.00 of the salary wait, in both ways."""
    week = WEEK.replace("shop", "new ")
    for pay in (OVER_HOURS, STANDARD):
        books = firm(pay, pay_rates="employee_id  pay_rate\nE3  28.00").books(week)
        rows = books.rows("roll_forward", "state reason amount", stream="cost")[1:]
        assert rows == [["exported", "-", "1200.00"], ["held", "TE008", "300.00"]], pay


def test_distribution_costs_the_jobs_and_leaves_the_rest():
    books = firm(OVER_HOURS, posting="distribution").books(WEEK)
    assert [line.split(" | ")[2] for line in journal(books)] == ["900.00", "300.00", "-1200.00"]


def test_the_nonexempt_are_paid_by_the_hour_beside_them():
    """45 h of Ann's: 40 h and 5 h of overtime, as without salaries."""
    books = firm(OVER_HOURS).books(
        WEEK + "\n    ann  2026-11-09  23:00  web  dev\n    ann  2026-11-11  22:00  web  dev"
    )
    books.must_show("payroll_lines", "pay_item  amount\nOvertime  300.00\nRegular  1600.00\nSalary  1500.00")


def test_a_pay_group_has_its_own_way():
    groups = f'{OVER_HOURS}\n[[pay.groups]]\npay_group = "weekly"\nsalaried_cost = "standard_rate"'
    books = firm(groups, pay_rates="employee_id  pay_rate\nE3  28.00").books(WEEK)
    assert "Overhead:Salary Variance | - | 100.00 | Salaries over or under standard cost" in journal(books)


LEAST = "least 35568.00 (29 CFR 541.600; DOL Fact Sheet #17G)"  # 684.00 a week
FINDINGS = [  # salaries, timesheet, code, found
    ("E3  683.99  week", "eve  2026-11-09  8:00  dev", "TE130", f"salary 35567.48 a year, {LEAST}"),
    ("E3  684.00  week", "eve  2026-11-09  8:00  dev", "", ""),
    ("E3  35567.99  year", "eve  2026-11-09  8:00  dev", "TE130", f"salary 35567.99 a year, {LEAST}"),
    (
        "E3  900.00  week",
        "eve  2026-11-09  6:00  dev\neve  2026-11-09  2:00  unpaid",
        "TE131",
        "2:00:00 unpaid beside 6:00:00 paid",
    ),
    ("E3  900.00  week", "eve  2026-11-09  8:00  dev\neve  2026-11-10  8:00  unpaid", "TE132", "8:00:00 unpaid"),
    ("E3  900.00  week", "ann  2026-11-09  8:00  dev", "TE133", "salary of 2026-11-09 to 2026-11-15"),
    ("E1  900.00  week", "eve  2026-11-09  8:00  dev", "TE134", "employee E3"),
]


@pytest.mark.parametrize(("salary", "sheet", "code", "found"), FINDINGS)
def test_what_is_said_about_a_salary(salary, sheet, code, found):
    books = firm(OVER_HOURS, salaries=f"employee_id  salary  per\n{salary}").books(
        f"person  date  time  service\n{sheet}"
    )
    told = books.rows("exceptions", "code found employee_ref")
    assert told == ([[code, found, "E3"]] if code else [])


def test_without_a_declaration_nothing_is_said_or_changed():
    """Salaried hours are priced by the week as before (decision 0012)."""
    before = Company(salaries="employee_id  salary  per\nE3  900.00  week").books(WEEK)
    before.must_show(
        "payroll_lines", "hour_class  pay_item  amount\nregular  Vacation  144.00\nregular  Regular  756.00"
    )


def test_a_state_asks_for_more():
    state = (
        f'{OVER_HOURS}\n[[pay.exempt_salaries]]\njurisdiction = "US-CA"\nweekly = "1352.00"\n'
        'citation = "8 CCR 11040"\neffective_from = 2026-01-01'
    )
    people = "person_ref  employee_id  employee_name  flsa_status  work_location\neve  E3  Eve Ek  exempt  US-CA"
    books = firm(state, employees=people, salaries="employee_id  salary  per\nE3  1300.00  week").books(WEEK)
    assert books.column("exceptions", "found", code="TE130") == ["salary 67600.00 a year, least 70304.00 (8 CCR 11040)"]


def test_gaps_stop_the_run():
    """Without a standard rate for every day, an account for the rest and a pay item, no salary is split."""
    company = firm(
        STANDARD,
        accounts=Company.accounts,
        pay_items=Company.pay_items,
        pay_rates="employee_id  pay_rate  effective_from  effective_to\nE3  28.00  2026-01-01  2026-11-12",
    )
    with pytest.raises(MappingError) as refused:
        refuse_gaps(company.run())
    for said in (
        "accounts.csv: no account for salary_variance, which labor_posting accrue needs",
        "pay_items.csv: no pay item for worked, salary",
        "private/pay_rates.csv: no standard rate of E3 on 2026-11-13, which salaried_cost needs",
    ):
        assert said in str(refused.value)


ROWS = st.lists(
    st.tuples(
        st.integers(9, 15),
        st.sampled_from(["web", "shop", "-", "new"]),
        st.sampled_from(["dev", "art", "vacation", "holiday"]),
        st.integers(1, 50_000),
    ),
    min_size=1,
    max_size=10,
)  # fmt: skip


@examples(4, 40)
@given(ROWS, st.integers(1, 999_999_99), st.sampled_from([OVER_HOURS, STANDARD]), st.integers(0, 99_99))
def test_cost_is_the_salary_to_the_cent(rows, cents, pay, rate):
    sheet = [
        {"id": str(n), "person": "eve", "date": f"2026-11-{day:02}", "project": project, "service": service,
         "time": clock_hours(s)}
        for n, (day, project, service, s) in enumerate(rows)
    ]  # fmt: skip
    salary = f"{cents // 100}.{cents % 100:02}"
    books = firm(
        pay,
        salaries=f"employee_id  salary  per\nE3  {salary}  week",
        pay_rates=f"employee_id  pay_rate\nE3  {rate // 100}.{rate % 100:02}",
    ).books(delivery(sheet))
    cost = [Decimal(a) for a in books.column("roll_forward", "amount", stream="cost") if a != "-"]
    assert sum(cost) == Decimal(salary)
