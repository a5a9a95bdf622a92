"""The one division of money and the one allocation, against exact fractions; and whole weeks in yen and dinars."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from importlib.resources import files
from random import Random

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from etl.sql.order import statement
from tests.sql.company import Company

WHOLE = st.integers(-(10**15), 10**15)


@pytest.fixture(scope="module", name="money")
def _money():
    connection = duckdb.connect()
    connection.execute((files("etl.sql") / "money.sql").read_text(encoding="utf-8"))
    yield connection
    connection.close()


def half_up(exact: Fraction) -> int:
    """The nearest whole number; a half goes away from zero."""
    size = math.floor(abs(exact) + Fraction(1, 2))
    return -size if exact < 0 else size


def shares_of(total: int, weights: Sequence[int]) -> list[int]:
    """Largest remainder by exact fractions: what a person would do on paper."""
    exact = [Fraction(abs(total) * weight, sum(weights)) for weight in weights]
    shares = [math.floor(part) for part in exact]
    by_fraction = sorted(range(len(weights)), key=lambda index: (shares[index] - exact[index], index))
    for index in by_fraction[: abs(total) - sum(shares)]:
        shares[index] += 1
    return [share if total >= 0 else -share for share in shares]


def shared_out(money, *units: tuple[int, Sequence[int]]) -> list[list[int]]:
    """The shares that largest_remainder gives, one list a unit; the same where the parts know the weight of their unit."""
    values = ", ".join(
        f"({unit}, {unit * 1000 + part}, {total}::hugeint, {weight}::hugeint)"
        for unit, (total, weights) in enumerate(units)
        for part, weight in enumerate(weights)
    )
    money.execute(
        "create or replace table parts as select unit_id, part_id, part_id as part_order, unit_total, weight "
        f"from (values {values}) as given(unit_id, part_id, unit_total, weight)"
    )
    found = dict(money.execute("select part_id, share from largest_remainder('parts')").fetchall())
    money.execute(
        "create or replace table weighed as select *, sum(weight) over (partition by unit_id)::hugeint as unit_weight from parts"
    )
    assert dict(money.execute("select part_id, share from weighed_remainder('weighed')").fetchall()) == found
    return [[found[unit * 1000 + part] for part in range(len(weights))] for unit, (_, weights) in enumerate(units)]


HALVES = [  # numerator, denominator, result, why
    (5, 10, 1, "a half goes up"),
    (-5, 10, -1, "and the reversal cancels it"),
    (15, 10, 2, "not to the even one"),
    (25, 10, 3, "nor here"),
    (4, 10, 0, "below the half"),
    (-4, 10, 0, "no negative zero"),
    (0, 7, 0, "nothing"),
    (1, 3, 0, "a third"),
    (2, 3, 1, "two thirds"),
    (10**30 + 5, 10, 10**29 + 1, "beyond 64 bits"),
]


@pytest.mark.parametrize(("numerator", "denominator", "expected", "why"), HALVES)
def test_divide_half_up(money, numerator, denominator, expected, why):
    [[result]] = money.execute("select divide_half_up(?::hugeint, ?::hugeint)", [numerator, denominator]).fetchall()
    assert result == expected, why


@given(st.lists(st.tuples(WHOLE, st.integers(1, 10**12)), min_size=1, max_size=50))
@settings(max_examples=40, deadline=None)
def test_divide_half_up_is_what_fractions_say(money, pairs):
    values = ", ".join(f"({index}, {n}::hugeint, {d}::hugeint)" for index, (n, d) in enumerate(pairs))
    rows = money.execute(f"select divide_half_up(n, d) from (values {values}) as given(i, n, d) order by i").fetchall()
    assert [value for [value] in rows] == [half_up(Fraction(n, d)) for n, d in pairs]


@given(
    st.lists(
        st.tuples(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**9), min_size=1, max_size=12).filter(any)),
        min_size=1,
    )
)
@example([(2, [1, 1, 1])])
@example([(-100, [1, 1, 1])])
@example([(7, [0, 0, 3])])
@settings(max_examples=40, deadline=None)
def test_shares_are_those_on_paper_and_add_up(money, units):
    shares = shared_out(money, *units)
    assert shares == [shares_of(total, weights) for total, weights in units]
    assert [sum(part) for part in shares] == [total for total, _ in units]


@pytest.mark.capability("M1")
@pytest.mark.parametrize("lines", [1, 2, 3, 100, 10_000])
@pytest.mark.parametrize("digits", [0, 2, 3])
def test_an_amount_over_any_number_of_lines_adds_up_exactly(money, lines, digits):
    """Random rates of six decimals x random seconds, rounded once to the currency, over 1 to 10,000 lines."""
    dice = Random(f"{lines}, {digits}")
    weights = [dice.randrange(1, 86_401) * dice.randrange(1, 10**9) for _ in range(lines)]
    total = half_up(Fraction(sum(weights) * 10**digits, 3600 * 10**6))
    rows = ", ".join(f"({part}, {weight})" for part, weight in enumerate(weights))
    money.execute(
        "create or replace table parts as select 0 as unit_id, part_id, part_id as part_order, "
        f"{total}::hugeint as unit_total, weight::hugeint as weight from (values {rows}) as given(part_id, weight)"
    )
    found = dict(money.execute("select part_id, share from largest_remainder('parts')").fetchall())
    assert sum(found.values()) == total
    assert [found[part] for part in range(lines)] == shares_of(total, weights)


SHARES = [  # total in cents, weights, shares, why
    (100, [1, 1, 1], [34, 33, 33], "a tie goes to the first in input order"),
    (-100, [1, 1, 1], [-34, -33, -33], "a credit is shared by its size, so that it cancels"),
    (55033, [445, 190], [38566, 16467], "bill CR-0046: 385.66 and 164.67, not 385.67 and 164.66 (rule 3, trap c)"),
    (17589, [122450, 95067, 12400], [9367, 7273, 949], "Priya's tax by posted wages: 93.67, 72.73, 9.49 (trap b)"),
    (229917, [1185, 920, 120], [122450, 95067, 12400], "Priya's pay over her jobs, by minutes"),
    (171367, [1300, 820], [105084, 66283], "Tomás first over his jobs: 1050.84 and 662.83"),
    (
        171367,
        [480, 430, 360, 460, 390],
        [38800, 34758, 29100, 37184, 31525],
        "straight to the entries the first job would have 1050.83",
    ),
    (466, [100, 40, 0], [333, 133, 0], "nothing goes where nothing was worked"),
    (1, [1, 2, 2], [0, 1, 0], "one cent, to the larger of the first two equal ones"),
    (700, [200, 100], [467, 233], "7.00 under-applied burden: 4.67 and 2.33"),
]


@pytest.mark.parametrize(("total", "weights", "expected", "why"), SHARES)
def test_shares_of_the_reference(money, total, weights, expected, why):
    assert shared_out(money, (total, weights)) == [expected], why


def test_the_unit_that_is_rounded_must_be_stated(money):
    """Rule 3, trap (a): 7.65 % on the sample week's pay, per person, on the total, per person and pay item."""
    people = [229917, 171367, 107250, 165000 + 21656]
    items = [229917, 171367, 107250, 165000, 21656]

    def tax(cents: Sequence[int]) -> int:
        rows = [money.execute("select divide_half_up(? * 765, 10000)", [amount]).fetchall()[0][0] for amount in cents]
        return sum(rows)

    assert [tax(people), tax([sum(people)]), tax(items)] == [53183, 53182, 53184]


AMOUNTS = [  # minor units, digits, amount
    (123, 0, "123.000"),
    (123, 2, "1.230"),
    (123, 3, "0.123"),
    (-1, 2, "-0.010"),
    (0, 2, "0.000"),
    (999999999999999, 0, "999999999999999.000"),
    (10**17, 3, "100000000000000.000"),
]


@pytest.mark.parametrize(("minor", "digits", "expected"), AMOUNTS)
def test_amount_of_minor_units(money, minor, digits, expected):
    [[amount]] = money.execute("select amount_of(?::hugeint, ?)", [minor, digits]).fetchall()
    assert (str(amount), type(amount)) == (expected, Decimal)


def test_an_amount_too_large_to_print_is_an_error_and_not_another_amount(money):
    with pytest.raises(duckdb.ConversionException):
        money.execute("select amount_of(10000000000000000::hugeint, 0)").fetchall()


def test_powers_of_ten(money):
    [row] = money.execute(f"select {', '.join(f'ten_to({n})' for n in range(13))}").fetchall()
    assert row == tuple(10**n for n in range(13)), "6 decimals of quantity and 6 of the rate, in a currency without any"


SHEET = """
    id  person  date        time      project
    1   ann     2026-11-09  10:00     web
    2   ann     2026-11-10  10:00     web
    3   ann     2026-11-11  10:00     web
    4   ann     2026-11-12  10:00     web
    5   ann     2026-11-13  0:20      shop
    6   bob     2026-11-09  0:20      web"""
CURRENCIES = [  # currency; rates: ann's and bob's pay, billing; payroll, bill lines (hours, amount), debits, why
    (
        "JPY",
        "2501 1999 15000",
        ["E1 Overtime 0:20:00 1251.00", "E1 Regular 40:00:00 100040.00", "E2 Regular 0:20:00 666.00"],
        ["Mill:Shop 0.33333 5000.00", "Mill:Web 40.33333 605000.00"],
        ["Mill:Web 100706.00", "Mill:Shop 1251.00"],
        "yen have no decimals; 15,000 an hour takes five decimals of the hour to hit every yen",
    ),
    (
        "KWD",
        "2.501 1.999 15.125",
        ["E1 Overtime 0:20:00 1.251", "E1 Regular 40:00:00 100.04", "E2 Regular 0:20:00 0.666"],
        ["Mill:Shop 0.33333 5.042", "Mill:Web 40.33333 610.042"],
        ["Mill:Web 100.706", "Mill:Shop 1.251"],
        "dinars have three",
    ),
]


@pytest.mark.parametrize(("currency", "rates", "payroll", "bills", "debits", "why"), CURRENCIES)
def test_weeks_in_other_currencies(currency, rates, payroll, bills, debits, why):
    ann, bob, bill = rates.split()
    books = Company(
        home=currency,
        rates=f"bill_rate  currency\n{bill}  {currency}",
        pay_rates=f"employee_id  pay_rate  currency\nE1  {ann}  {currency}\nE2  {bob}  {currency}",
    ).books(SHEET)
    found = {
        "payroll_lines": books.rows("payroll_lines", "employee_id pay_item pay_seconds amount"),
        "billable_lines": books.rows("billable_lines", "customer_job quantity_hours amount"),
        "postings": books.rows("postings", "customer_job amount", document_number="TB0042L", account="Job Costs:Labor"),
    }
    assert {name: [" ".join(row) for row in rows] for name, rows in found.items()} == {
        "payroll_lines": payroll,
        "billable_lines": bills,
        "postings": debits,
    }, why
    assert set(books.column("payroll_lines", "currency")) == {currency}


@given(
    st.lists(
        st.tuples(st.integers(0, 10**7), st.integers(0, 10**15), st.sampled_from([0, 2, 3])), min_size=1, max_size=60
    )
)
@example([(5, 10**12, 0), (5, 10**15 - 1, 2)])
@settings(max_examples=20, deadline=None)
def test_printed_quantity_times_rate_is_the_amount(money, lines):
    """The quantity has as many of 2 to 6 decimals as it takes to hit every cent."""
    for (seconds, micro_rate, minor), (digits, units, amount) in zip(lines, priced(money, lines), strict=True):
        rate = Fraction(micro_rate, 10**6)
        assert half_up(Fraction(units, 10**digits) * rate * 10**minor) == amount
        assert units == half_up(Fraction(seconds, 3600) * 10**digits)
        step = rate * 10**minor / 10**digits
        assert step <= 1 or digits == 6, "one step of the quantity moves the amount by a cent at most"
        assert digits == 2 or step * 10 > 1 or rate <= 1, "no more decimals than it takes"


def priced(money, lines: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Quantity decimals, quantity and amount of (seconds, millionths of the hourly rate, decimals of the currency)."""
    values = ", ".join(
        f"({index}, {seconds}, {micro_rate}::hugeint, {minor})"
        for index, (seconds, micro_rate, minor) in enumerate(lines)
    )
    money.execute(f"""
        create or replace table bill_pieces as select lpad(i::varchar, 6, '0') as customer_job, 'I' as service_item,
            (rate::decimal(18, 0) * 0.000001::decimal(7, 6))::decimal(18, 6) as bill_rate, 'X' as bill_currency,
            minor as bill_minor_digits, seconds::bigint as bill_seconds, i as entry_no
        from (values {values}) as given(i, seconds, rate, minor)""")
    text = statement("bill_lines_rounded")
    columns = "quantity_digits, quantity_units, amount_minor"
    return money.execute(f"select {columns} from ({text}) order by bill_line_no").fetchall()


def test_large_rates(money):
    """A million dong an hour is some 40 dollars."""
    dong = Company(
        home="VND",
        rates="bill_rate  currency\n2500000  VND",
        pay_rates="employee_id  pay_rate  currency\nE1  1200000  VND",
    )
    books = dong.books("id  date        time\n1   2026-11-09  8:00")
    assert books.rows("payroll_lines", "amount currency") == [["9600000.00", "VND"]]
    assert books.rows("billable_lines", "quantity_hours amount currency") == [["8.00", "20000000.00", "VND"]]
