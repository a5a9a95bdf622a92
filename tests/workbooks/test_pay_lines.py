"""Why each hour is paid as it is: each payroll line with printed hours x printed rate = printed amount."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from etl.units import minor_digits
from etl.workbooks.pay_lines import printed
from etl.workbooks.reconciliation import render_reconciliation
from tests.law.test_engine import firm
from tests.workbooks.example import header
from tests.workbooks.test_reconciliation import sheet_rows

pytestmark = pytest.mark.capability("M12")


def product(hours: Decimal, rate: Decimal, currency: str) -> Decimal:
    return (hours * rate).quantize(Decimal(1).scaleb(-minor_digits(currency)), ROUND_HALF_UP)


@pytest.mark.parametrize(
    ("seconds", "amount", "currency", "own", "hours", "rate"),
    [
        (28_800, "160.00", "USD", None, "8.00", "20.00"),
        (26_400, "146.67", "USD", 20_000_000, "7.3333", "20.000000"),
        (18_000, "154.35", "USD", 31_000_000, "5.00", "30.87"),
        (1200, "666", "JPY", 1_999_000_000, "0.333", "1999.000000"),
        (144_000, "100.040", "KWD", None, "40.00", "2.501"),
    ],
)
def test_the_fewest_decimals_that_hit_every_cent(seconds, amount, currency, own, hours, rate):
    found = printed(seconds, Decimal(amount), currency, own)
    assert [str(value) for value in found] == [hours, rate]
    assert product(*found, currency) == Decimal(amount)


@given(
    st.integers(1, 14 * 86_400),
    st.integers(1, 5_000_000),
    st.sampled_from(["USD", "EUR", "JPY", "KWD"]),
)
@example(1, 1, "KWD")
def test_printed_hours_times_printed_rate_are_the_amount(seconds, rate, currency):
    """For any hours up to 14 days at any rate up to 500.0000: the product, rounded half up once, is the amount."""
    digits = minor_digits(currency)
    amount = (Decimal(seconds) * Decimal(rate).scaleb(-4) / 3600).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    hours, per_hour = printed(seconds, amount, currency)
    assert per_hour is not None
    assert product(hours, per_hour, currency) == amount


def test_each_line_of_a_person_says_why():
    """13:12 on a Tuesday and 1:06:40 on Wednesday in California at 20.00, the federal week beside it."""
    books = firm("ann weekly US-CA\nbob weekly US").books("""
        person  date        time
        ann     2026-11-10  13:12
        ann     2026-11-11  1:06:40
        bob     2026-11-10  20:00
        bob     2026-11-11  21:30:30""")
    names = ("entries", "pieces", "payroll_lines", "postings")
    content = render_reconciliation(header(), {name: books.engine.fetch(name) for name in names})
    rows = sheet_rows(content, "Pay lines", "Employee")
    shown = [(row[1], row[4], row[6], row[7], row[8], row[10]) for row in rows]
    assert shown == [
        ("ann", "double_time", 1.2, 40, 48,
         "13.2 h on Tuesday; over 12 h California pays 2.0 (Labor Code 510)"),
        ("ann", "overtime", 4, 30, 120, "13.2 h on Tuesday; over 8 h California pays 1.5 (Labor Code 510)"),
        ("ann", "regular", 9.111, 20, 182.22, shown[2][-1]),
        ("bob", "overtime", 1.5083, 30, 45.25,
         "41.51 h in the workweek; over 40 h United States federal law pays 1.5 (29 U.S.C. 207(a)(1))"),
        ("bob", "regular", 40, 20, 800, shown[4][-1]),
    ]
    assert all(row[-1] for row in shown)
    for row in shown:
        assert product(Decimal(str(row[2])), Decimal(str(row[3])), "USD") == Decimal(str(row[4]))
