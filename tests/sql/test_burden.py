"""Burden on job labor: a percentage of posted wages, rounded once a person and week, shared to jobs and entries."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from etl.errors import RefusedError
from etl.steps.burden import burden_gaps, refuse_missing_burden
from tests.sql.company import Company

MODE = '\n[payroll_tax]\nmode = "burden_rate"\n'
ACCOUNTS = """
        burden_expense  Job Costs:Burden  COGS
        burden_applied  Burden Applied  EXP"""
FIRM = Company(
    pay_rates="employee_id  pay_rate\nE1  60.00\nE2  19.99",
    accounts=Company.accounts + ACCOUNTS,
    burden_rates="percent\n12",
    toml=MODE,
)
WEEK = """
    id  person  project  time
    1   ann     web      10:00
    2   ann     shop     5:00
    3   ann     (none)   1:40"""


@pytest.mark.capability("C52")
def test_twelve_percent_of_job_labor_is_applied_to_the_jobs():
    """The example of the targets reference, 9.2: 12 % of 900.00, of which 600.00 on A and 300.00 on B."""
    books = FIRM.books(WEEK)
    books.must_show("postings", """
        line_id     document_number  account           customer_job  amount   memo
        0042-U-001  TB0042U          Job Costs:Burden  Mill:Web      72.00    Burden, estimate, Web
        0042-U-002  TB0042U          Job Costs:Burden  Mill:Shop     36.00    Burden, estimate, Shop
        0042-U-003  TB0042U          Burden Applied    -             -108.00  Burden applied, estimate week 2026-W46""",
        document_number="TB0042U")
    books.must_show("allocations", "line_id  seconds  amount\n0042-U-001  0:00:00  72.00", line_id="0042-U-001")
    assert not [row for row in books.engine.fetch("control_totals").to_pylist() if Decimal(row["difference"])]


@pytest.mark.capability("C52")
@pytest.mark.parametrize("toml", ["", '\n[payroll_tax]\nmode = "accounting"\n'])
def test_left_to_the_books_nothing_is_posted(toml):
    books = replace(FIRM, toml=toml).books(WEEK)
    assert books.rows("postings", "line_id", document_number="TB0042U") == []
    assert not [name for name in books.column("control_totals", "figure") if "burden" in name]


RATES = [   # rows, the percentage that holds for a weekly person in US, why
    ("pay_group  work_location  percent\n*  *  10\nweekly  *  11\n*  US  12", "11.00", "the group before the place"),
    ("pay_group  work_location  percent\n*  *  10\nweekly  US  13\nweekly  *  11", "13.00", "both before one"),
    ("pay_group  work_location  percent\n*  *  10\nother  *  11\n*  US-CA  12", "10.00", "others do not hold"),
    ("percent  effective_from  effective_to\n10  2026-01-01  2026-11-09\n11  2026-11-10  -", "10.00", "the first day"),
    ("percent  effective_from\n10  2026-11-10", "-", "none yet"),
    ("percent\n0", "0.00", "declared as none"),
]


@pytest.mark.capability("C52")
@pytest.mark.parametrize(("rates", "percent", "why"), RATES)
def test_which_percentage_holds(rates, percent, why):
    books = replace(FIRM, burden_rates=rates).books(WEEK, to="charges_allocated")
    assert books.column("charges_rounded", "percent") == [percent], why
    if percent == "-":
        with pytest.raises(RefusedError, match=r"E1 .group weekly, place US. in the week of 2026-11-09") as error:
            refuse_missing_burden(books.run, books.engine)
        assert error.value.code == "BURDEN_RATE_MISSING"
    else:
        refuse_missing_burden(books.run, books.engine)


def test_burden_is_rounded_once_a_person_and_week_on_wages_as_posted():
    """19.99 for 0:20 and 0:25 is 6.66 and 8.33, 14.99 together; 7.65 % of it 1.146735."""
    week = "id  person  project  time\n1  bob  web  0:20\n2  bob  shop  0:25"
    books = replace(FIRM, burden_rates="percent\n7.65").books(week)
    assert books.rows("charges_rounded", "base_minor amount_minor") == [["1499.00", "115.00"]]
    assert books.column("postings", "amount", document_number="TB0042U") == ["0.51", "0.64", "-1.15"]


def test_what_burden_needs_is_told_before_a_run():
    assert burden_gaps(FIRM.run()) == []
    assert "no account for burden_applied" in burden_gaps(replace(FIRM, accounts=Company.accounts).run())[0]
    assert "burden_rates.csv: no row" in burden_gaps(replace(FIRM, burden_rates="").run())[0]
    assert "needs a labor journal" in burden_gaps(replace(FIRM, posting="none").run())[0]
