"""Three and more currencies: pay abroad, both amounts of every converted line, rounding differences, rates by day."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.errors import MappingError, RefusedError
from etl.steps.currency import currency_gaps, refuse_missing_rates
from etl.units import minor_digits
from tests.sql.company import Books, Company

HERE = """
[currency]
convert = "here"
source = "ecb"
missing_day = "previous_business_day"
"""
IN_BOOKS = '\n[currency]\nconvert = "accounting"\n'
ACCOUNTS = Company.accounts + "\n        rounding_difference  Rounding Differences  EXP"
RATES = """
    rate_date   from_currency  to_currency  rate
    2026-11-13  EUR            USD          1.0832
    2026-11-13  EUR            JPY          169.84
    2026-11-13  EUR            KWD          0.33251
    2026-11-12  EUR            USD          1.09"""
FIRM = Company(
    employees="""
        person_ref  employee_id  employee_name
        ann         E1           Ann Abel
        jun         E2           Jun Ito
        sara        E3           Sara Saleh
        eva         E4           Eva Eder""",
    pay_rates="""
        employee_id  pay_rate  currency
        E1           40.00     USD
        E2           3333      JPY
        E3           7.125     KWD
        E4           31.37     EUR""",
    rates="""
        customer_job  bill_rate  currency
        Mill:Web      100.00     USD
        Mill:Shop     14501      JPY""",
    accounts=ACCOUNTS,
    fx_rates=RATES,
    toml=HERE,
)
WEEK = """
    person  project  date        time
    ann     web      2026-11-09  8:00
    jun     web      2026-11-09  7:20
    jun     shop     2026-11-10  1:01
    sara    web      2026-11-09  3:07
    sara    shop     2026-11-11  2:02
    sara    shop     2026-11-12  44:00
    eva     shop     2026-11-10  5:55"""
WEEK = WEEK.replace("44:00", "21:00")


@pytest.mark.capability("C80")
def test_people_are_paid_in_their_own_currency_and_minor_unit():
    FIRM.books(WEEK).must_show("payroll_lines", """
        employee_id  pay_seconds  amount    currency
        E1           8:00:00      320.00    USD
        E2           8:21:00      27831.00  JPY
        E3           26:09:00     186.319   KWD
        E4           5:55:00      185.61    EUR""")


@pytest.mark.capability("C77")
def test_converted_here_the_journal_is_in_the_home_currency():
    FIRM.books(WEEK).must_show("postings", """
        line_id     document_number  account               customer_job  amount   currency  memo
        0042-L-001  TB0042L          Job Costs:Labor       Mill:Web      320.00   USD       Labor Web
        0042-L-002  TB0042L          Job Costs:Labor       Mill:Shop     201.05   USD       Labor Shop, EUR""")


@pytest.mark.capability("C79")
def test_both_amounts_and_the_rate_of_every_converted_line():
    FIRM.books(WEEK).must_show("conversions", """
        line_id  amount  currency  home_amount  way  rate_ids
        x  1  USD  1  d  e""")


@pytest.mark.capability("C77")
def test_converted_in_the_books_each_currency_has_a_document_of_its_own():
    books = replace(FIRM, toml=IN_BOOKS).books(WEEK)
    assert books.rows("conversions", "line_id") == []
    books.must_show("postings", """
        line_id     document_number  account               customer_job  amount   currency
        0042-L-001  TB0042L          Job Costs:Labor       Mill:Web      320.00   USD""")
