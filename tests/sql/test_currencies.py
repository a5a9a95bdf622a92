"""Three and more currencies: pay abroad, both amounts of every converted line, rounding differences, rates by day."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.errors import MappingError, RefusedError, SettingsError
from etl.steps.currency import currency_gaps, refuse_missing_rates
from etl.steps.inputs import refuse_gaps
from etl.units import minor_digits
from tests.sql.additions import add
from tests.sql.company import ORDER, Books, Company
from tests.sql.test_additions import FIRM as WITH_PREMIUMS
from tests.sweeps import examples

HERE = """
[currency]
convert = "here"
source = "ecb"
missing_day = "previous_business_day"
"""
ON_THE_DAY = HERE.replace("previous_business_day", "stop")
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
    sara    shop     2026-11-12  21:00
    sara    (none)   2026-11-13  1:00
    eva     shop     2026-11-10  5:55
    eva     web      2026-11-11  3:33
    eva     (none)   2026-11-11  0:07"""


@pytest.mark.capability("C80")
def test_people_are_paid_in_their_own_currency_and_minor_unit():
    FIRM.books(WEEK).must_show("payroll_lines", """
        employee_id  pay_seconds  amount    currency
        E1           8:00:00      320.00    USD
        E2           8:21:00      27831.00  JPY
        E3           27:09:00     193.444   KWD
        E4           9:35:00      300.63    EUR""")


@pytest.mark.capability("C80")
def test_overtime_abroad_is_exact_in_the_own_minor_unit():
    books = FIRM.books("person  time  date\nsara  23:00  2026-11-09\nsara  19:00  2026-11-11")
    books.must_show("payroll_lines", """
        hour_class  pay_seconds  amount    currency
        overtime    2:00:00      21.375    KWD
        regular     40:00:00     285.00    KWD""")


@pytest.mark.capability("C76")
def test_without_the_choice_pay_in_another_currency_waits():
    books = replace(FIRM, toml="").books(WEEK)
    assert books.column("payroll_lines", "amount") == ["320.00", "-", "-", "-"]
    assert set(books.column("entries", "cost_reason", employee_id="E2")) == {"TE012"}


@pytest.mark.capability("C77")
def test_converted_here_the_journal_is_in_the_home_currency():
    books = FIRM.books(WEEK)
    books.must_show("postings", """
        line_id     account          customer_job  amount   currency  memo
        0042-L-001  Job Costs:Labor  Mill:Web      320.00   USD       Labor Web
        0042-L-002  Job Costs:Labor  Mill:Shop     201.05   USD       Labor Shop, EUR
        0042-L-003  Job Costs:Labor  Mill:Web      120.63   USD       Labor Web, EUR
        0042-L-004  Overhead:Labor   -             3.96     USD       Labor internal, EUR
        0042-L-005  Job Costs:Labor  Mill:Web      155.89   USD       Labor Web, JPY
        0042-L-006  Job Costs:Labor  Mill:Shop     21.61    USD       Labor Shop, JPY
        0042-L-007  Job Costs:Labor  Mill:Web      72.34    USD       Labor Web, KWD
        0042-L-008  Job Costs:Labor  Mill:Shop     534.62   USD       Labor Shop, KWD
        0042-L-009  Overhead:Labor   -             23.21    USD       Labor internal, KWD
        0042-L-010  Accrued Wages    -             -320.00  USD       Gross wages week 2026-W46
        0042-L-011  Accrued Wages    -             -325.64  USD       Gross wages week 2026-W46, EUR
        0042-L-012  Accrued Wages    -             -177.50  USD       Gross wages week 2026-W46, JPY
        0042-L-013  Accrued Wages    -             -630.17  USD       Gross wages week 2026-W46, KWD""",
        document_number="TB0042L")


@pytest.mark.capability("C79")
def test_what_rounding_leaves_stands_on_a_line_of_its_own():
    """Two lines of 1 yen at 0.0064 dollar: 0.01 each, 0.01 together."""
    books = FIRM.books("person  project  time\njun  web  0:00:01\njun  shop  0:00:01")
    assert books.column("payroll_lines", "amount") == ["2.00"]
    books.must_show("conversions", """
        line_id     line_kind   amount  currency  home_amount  rate_numerator  rate_denominator  age_days
        0042-L-001  line        1.00    JPY       0.01         677.00          106150.00         2
        0042-L-002  line        1.00    JPY       0.01         677.00          106150.00         2
        0042-L-003  total       -2.00   JPY       -0.01        677.00          106150.00         2
        0042-L-004  difference  0.00    JPY       -0.01        -               -                 2""",
        document_number="TB0042L")
    assert set(books.column("conversions", "way")) == {"through EUR"}
    assert set(books.column("conversions", "rate_ids")) == {"EUR/JPY v1; EUR/USD v1"}
    assert books.column("postings", "account", line_id="0042-L-004") == ["Rounding Differences"]


@pytest.mark.capability("C77")
def test_converted_in_the_books_each_currency_has_a_document_of_its_own():
    books = replace(FIRM, toml=IN_BOOKS, posting="distribution").books(WEEK)
    assert books.rows("conversions", "line_id") == []
    books.must_show("postings", """
        line_id     document_number  account          customer_job  amount     currency
        0042-L-001  TB0042L          Job Costs:Labor  Mill:Web      320.00     USD
        0042-L-008  TB0042L          Wages Expense    -             -320.00    USD
        0042-L-002  TB0042L2         Job Costs:Labor  Mill:Shop     185.61     EUR
        0042-L-003  TB0042L2         Job Costs:Labor  Mill:Web      111.36     EUR
        0042-L-009  TB0042L2         Wages Expense    -             -296.97    EUR
        0042-L-004  TB0042L3         Job Costs:Labor  Mill:Web      24442.00   JPY
        0042-L-005  TB0042L3         Job Costs:Labor  Mill:Shop     3389.00    JPY
        0042-L-010  TB0042L3         Wages Expense    -             -27831.00  JPY
        0042-L-006  TB0042L4         Job Costs:Labor  Mill:Web      22.206     KWD
        0042-L-007  TB0042L4         Job Costs:Labor  Mill:Shop     164.113    KWD
        0042-L-011  TB0042L4         Wages Expense    -             -186.319   KWD""")


@pytest.mark.capability("C76")
def test_two_currencies_in_one_workweek_stop():
    firm = replace(FIRM, pay_rates="""
        employee_id  pay_rate  currency  effective_from  effective_to
        E4           31.37     EUR       2026-01-01      2026-11-10
        E4           34.00     USD       2026-11-11      -""")
    books = firm.books("person  date  time\neva  2026-11-10  8:00\neva  2026-11-11  8:00")
    assert books.column("payroll_lines", "amount") == ["-"]
    books.must_show("exceptions", """
        code   severity  streams
        TE120  stop      cost
        TE120  stop      cost""")


def test_a_currency_that_changes_with_the_workweek_does_not_stop():
    firm = replace(FIRM, pay_rates="""
        employee_id  pay_rate  currency  effective_from  effective_to
        E4           30.00     EUR       2026-01-01      2026-11-08
        E4           34.00     USD       2026-11-09      -""")
    day = "id  person  date  start  time\n"
    books = firm.books(day + "1  eva  2026-11-08  2026-11-08 12:00  8:00\n2  eva  2026-11-09  2026-11-09 08:00  8:00")
    assert books.rows("payroll_lines", "amount currency") == [["272.00", "USD"]]
    books = firm.books(day + "1  eva  2026-11-08  2026-11-08 20:00  8:00\n2  eva  2026-11-09  2026-11-09 08:00  8:00")
    assert set(books.column("entries", "cost_reason")) == {"TE120"}, "the shift reaches into the week of the dollars"


WAYS = [   # rates, policy, way, day of the rate, the rate as a fraction; why
    ("2026-11-15  EUR  USD  1.1", HERE, "direct", "2026-11-15", Fraction(11, 10), "the day itself"),
    ("2026-11-13  EUR  USD  1.1", HERE, "direct", "2026-11-13", Fraction(11, 10), "Friday's rate on Sunday"),
    ("2026-11-10  EUR  USD  1.1", HERE, "direct", "2026-11-10", Fraction(11, 10), "five days before"),
    ("2026-11-15  USD  EUR  0.9", HERE, "inverse", "2026-11-15", Fraction(10, 9), "never rounded"),
    ("2026-11-15  GBP  EUR  1.2\n2026-11-15  GBP  USD  1.3", HERE, "through GBP", "2026-11-15", Fraction(13, 12), ""),
    ("2026-11-15  USD  EUR  0.9\n2026-11-15  EUR  USD  1.1", HERE, "direct", "2026-11-15", Fraction(11, 10), "first"),
    ("2026-11-14  EUR  USD  1.1\n2026-11-15  USD  EUR  0.9", HERE, "inverse", "2026-11-15", Fraction(10, 9), "newer"),
]


@pytest.mark.capability("C75")
@pytest.mark.parametrize(("rates", "policy", "way", "day", "rate", "why"), WAYS)
def test_which_rate_holds(rates, policy, way, day, rate, why):
    firm = replace(FIRM, fx_rates=f"rate_date  from_currency  to_currency  rate\n{rates}", toml=policy)
    [row] = firm.books("person  time\neva  1:00", to="fx_resolved").engine.fetch("fx_resolved").to_pylist()
    assert (row["way"], str(row["rate_date"])) == (way, day), why
    assert Fraction(int(row["numerator"]), int(row["denominator"])) == rate


MISSING = [
    ("2026-11-13  EUR  USD  1.1", ON_THE_DAY, "on that day"),
    ("2026-11-09  EUR  USD  1.1", HERE, "or 5 day"),
    ("2026-11-16  EUR  USD  1.1", HERE, "or 5 day"),
    ("2026-11-15  GBP  EUR  1.2\n2026-11-14  GBP  USD  1.3", HERE, "third currency"),
]


@pytest.mark.capability("C75")
@pytest.mark.parametrize(("rates", "policy", "words"), MISSING)
def test_a_missing_rate_stops_the_run(rates, policy, words):
    firm = replace(FIRM, fx_rates=f"rate_date  from_currency  to_currency  rate\n{rates}", toml=policy)
    books = firm.books("person  time\neva  1:00", to="fx_resolved")
    with pytest.raises(RefusedError, match=words) as error:
        refuse_missing_rates(books.run, books.engine)
    assert error.value.code == "FX_RATE_MISSING"
    assert "EUR to USD for 2026-11-15" in error.value.what


TWICE = """
    rate_date   from_currency  to_currency  rate  source_id
    2026-11-13  EUR            USD          1.1   {}
    2026-11-13  EUR            USD          1.2   {}"""


@pytest.mark.capability("C75")
def test_a_rate_is_never_overwritten():
    with pytest.raises(MappingError, match="lines 2 and 3: two rates for EUR to USD on 2026-11-13 from ecb"):
        replace(FIRM, fx_rates=TWICE.format("v1", "v1")).run()
    firm = replace(FIRM, fx_rates=TWICE.format("v1", "v2"))
    assert "lines 2, 3: ecb has 2 versions of EUR to USD on 2026-11-13 (v1, v2)" in currency_gaps(firm.run())[0]
    chosen = '[[currency.chosen]]\nsource = "ecb"\nrate_date = 2026-11-13\nsource_id = "v2"\n'
    firm = replace(firm, toml=HERE + chosen)
    assert currency_gaps(firm.run()) == []
    [row] = firm.books("person  time\neva  1:00", to="fx_resolved").engine.fetch("fx_resolved").to_pylist()
    assert (int(row["numerator"]), row["rate_ids"]) == (6, "EUR/USD v2")
    assert "none is version v3" in currency_gaps(replace(firm, toml=firm.toml.replace("v2", "v3")).run())[0]


GAPS = [   # what is changed, and the finding
    ({"toml": '\n[currency]\nconvert = "tracker"\n'}, "that the tracker has converted, and no source tells"),
    ({"fx_rates": ""}, "fx_rates.csv: no rate from source ecb"),
    ({"accounts": Company.accounts}, "no account for rounding_difference"),
    ({"job_rates": "employee_id  service_item  kind  rate  currency\nE4  Design  differential  2.00  USD"},
     "job_rates.csv, line 2: E4 is paid in EUR then, this is USD"),
    ({"earnings": "employee_id  earning  amount  currency  earned_from  earned_to  paid_on\n"
      "E2  Bonus  9.00  USD  2026-11-09  2026-11-15  2026-11-20"}, "earnings.csv, line 2: E2 is paid in JPY"),
    ({"pay": '[[pay.minimum_wages]]\njurisdiction = "US"\nhourly = 12.00'}, "E2 is paid in JPY where a minimum wage"),
]


@pytest.mark.parametrize(("change", "words"), GAPS)
def test_what_a_run_needs_is_told_before_it_computes(change, words):
    assert any(words in finding for finding in currency_gaps(replace(FIRM, **change).run()))
    assert currency_gaps(FIRM.run()) == []


def test_converting_here_needs_a_source():
    with pytest.raises(SettingsError, match="needs source"):
        replace(FIRM, toml='\n[currency]\nconvert = "here"\n').run()


TIMES = st.lists(
    st.tuples(st.sampled_from(["ann", "jun", "sara", "eva"]), st.sampled_from(["web", "shop", "(none)"]),
              st.integers(1, 20000)), min_size=1, max_size=12)
RATE = st.integers(1, 10**7).map(lambda units: f"{units // 10**4}.{units % 10**4:04d}")


@pytest.mark.capability("C79")
@given(TIMES, RATE, RATE, RATE, st.sampled_from(["USD", "JPY", "KWD", "EUR"]))
@examples(4, 40)
def test_any_week_converts_exactly(times, dollars, yen, dinars, home):
    rates = (f"rate_date  from_currency  to_currency  rate\n2026-11-15  EUR  USD  {dollars}\n"
             f"2026-11-15  EUR  JPY  {yen}\n2026-11-15  EUR  KWD  {dinars}")
    week = "person  project  time\n" + "\n".join(
        f"{who}  {where}  {time // 3600}:{time // 60 % 60:02}:{time % 60:02}" for who, where, time in times)
    books = replace(FIRM, fx_rates=rates, home=home).books(week)
    per_euro = {"USD": Fraction(dollars), "JPY": Fraction(yen), "KWD": Fraction(dinars), "EUR": Fraction(1)}
    check_conversions(books, per_euro, home)


def check_conversions(books: Books, per_euro: dict[str, Fraction], home: str) -> None:
    """Both amounts from the published rates alone; sums exact in both currencies; the difference is small."""
    documents = defaultdict(list)
    unit = Fraction(1, 10 ** minor_digits(home))
    for row in books.engine.fetch("conversions").to_pylist():
        documents[row["document_number"], row["currency"]].append(row)
        if row["line_kind"] != "difference":
            rate = per_euro[home] / per_euro[row["currency"]]
            assert Fraction(int(row["rate_numerator"]), int(row["rate_denominator"])) == rate
            assert abs(Fraction(row["home_amount"]) - Fraction(row["amount"]) * rate) <= unit / 2
    for rows in documents.values():
        assert sum(row["amount"] for row in rows) == sum(row["home_amount"] for row in rows) == 0
        lines = sum(row["line_kind"] == "line" for row in rows)
        difference = sum(Fraction(row["home_amount"]) for row in rows if row["line_kind"] == "difference")
        assert abs(difference) <= lines * unit / 2
    shares: dict[str, Decimal] = defaultdict(Decimal)
    for row in books.engine.fetch("converted_shares").to_pylist():
        shares[row["line_id"]] += row["home_amount"]
    lines_here = {row["line_id"]: row["home_amount"] for row in books.engine.fetch("conversions").to_pylist()
                  if row["line_kind"] == "line" and "-R-" not in row["line_id"]}
    assert shares == lines_here
    assert not [row for row in books.engine.fetch("control_totals").to_pylist() if Decimal(row["difference"])]


@pytest.mark.capability("C75")
def test_a_salary_abroad_is_refused_where_it_becomes_cost():
    """One amount in the home currency is spread over the hours; without salaried_cost the hours are priced."""
    people = "person_ref  employee_id  employee_name  flsa_status\neva  E4  Eva Eder  exempt"
    firm = replace(FIRM, employees=people, salaries="employee_id  salary  per  currency\nE4  900.00  week  EUR")
    assert currency_gaps(firm.run()) == []
    for pay in ('salaried_cost = "salary_over_hours"', 'salaried_cost = "standard_rate"'):
        run = replace(firm, pay=pay).run()
        [gap] = currency_gaps(run)
        assert "private/salaries.csv, line 2: E4 has a salary in EUR" in gap
        assert "pay group weekly makes cost of salaries in USD only" in gap
        with pytest.raises(MappingError, match="E4 has a salary in EUR"):
            refuse_gaps(run)


@pytest.mark.capability("C129")
@pytest.mark.capability("C80")
def test_a_premium_for_a_missed_meal_is_paid_in_the_currency_of_its_week():
    """One hour at 3,333 yen, borne by the job of the day and converted with it: 21.26 dollars."""
    firm = replace(FIRM, pay_items=WITH_PREMIUMS.pay_items)
    books = firm.books("person  project  time\njun  web  6:00", to="break_premiums")
    add(books, {"person_no": 2, "top": 3333, "bottom": 1})
    books.engine.run(ORDER[ORDER.index("break_premiums") + 1 :])
    books.must_show("payroll_lines", """
        pay_item      amount    currency
        Meal Premium  3333.00   JPY
        Regular       19998.00  JPY""")
    books.must_show("pay_additions", "amount  currency\n3333.00  JPY")
    assert books.rows("conversions", "amount currency", line_kind="line", document_number="TB0042L") == [
        ["23331.00", "JPY"]
    ]
    assert not [row for row in books.engine.fetch("control_totals").to_pylist() if Decimal(row["difference"])]
