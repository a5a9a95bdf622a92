"""Billing worksheet: printed hours x printed rate is the printed amount, half up, on every line."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl import tables
from etl.errors import TargetError
from etl.targets import billing_worksheet
from tests.targets.examples import HEADER, from_rows, settings
from tests.targets.readers import read_csv


def line(**columns):
    row = {"line_id": "0042-B-001", "customer_job": "Harbor Lane:Loan Portal", "service_item": "Design",
           "bill_rate": "140", "bill_seconds": 54600, "quantity_hours": "15.16667", "quantity_digits": 5,
           "amount": "2123.33", "currency": "USD"}
    return from_rows(tables.BILLABLE_LINES, [row | columns])


def row_of(**columns):
    [file] = billing_worksheet.render(line(**columns), HEADER, settings())
    [row] = read_csv(file.content)
    return row


FIELDS = [   # columns, field, expected, why
    ({}, "hours", "15.16667", "15:10 at 140 needs five decimals to make 2123.33"),
    ({"quantity_hours": "1", "quantity_digits": 2, "amount": "140"}, "hours", "1.00", "as many as are asked for"),
    ({"quantity_hours": "1", "quantity_digits": 0, "amount": "140"}, "hours", "1", "none"),
    ({}, "rate", "140.00", "the currency's digits"),
    ({"bill_rate": "162.505", "quantity_hours": "2", "quantity_digits": 2, "amount": "325.01"}, "rate", "162.505",
     "a finer rate keeps its digits"),
    ({"bill_rate": "150", "quantity_hours": "1", "quantity_digits": 2, "amount": "150", "currency": "JPY"}, "rate",
     "150", "yen have no decimals"),
    ({}, "amount", "2123.33", "as billed"),
    ({"quantity_hours": "-1", "quantity_digits": 2, "amount": "-140"}, "amount", "-140.00", "a credit is a number"),
]


@pytest.mark.parametrize(("columns", "field", "expected", "why"), FIELDS)
def test_fields(columns, field, expected, why):
    if field == "amount" and expected.startswith("-"):
        [file] = billing_worksheet.render(line(**columns), HEADER, settings())
        assert f",{expected}," in file.content.decode(), why
    else:
        assert row_of(**columns)[field] == expected, why


REFUSED = [   # columns, code, part of the message, why
    ({"amount": "2123.34"}, "BILLING_PRODUCT", "is 2123.3338, not 2123.340 USD", "a cent off"),
    ({"quantity_hours": "15.1667", "quantity_digits": 4}, "BILLING_PRODUCT", "2123.338", "four decimals are too few"),
    ({"quantity_digits": 4}, "BILLING_PRODUCT", "with 4 decimals", "the printed quantity would be another"),
    ({"quantity_digits": 1000}, "BILLING_PRODUCT", "1000 decimals", "no column can hold them"),
    ({"quantity_hours": "0.125", "bill_rate": "0.04", "quantity_digits": 3, "amount": "0"}, "BILLING_PRODUCT",
     "0.005", "half a cent rounds up, not to even"),
    ({"amount": "2123.34", "line_id": None}, "BILLING_PRODUCT", "2123.34", "a line without number too"),
    ({"customer_job": None}, "TARGET_FIELD_EMPTY", "customer job", "billed to whom?"),
    ({"amount": None}, "TARGET_FIELD_EMPTY", "amount", "an absent amount is not a zero"),
    ({"currency": "XYZ"}, "TARGET_CURRENCY", "XYZ", "no currency of ISO 4217"),
    ({"service_item": "@Design"}, "TARGET_NAME", "formula", "B36"),
]


@pytest.mark.parametrize(("columns", "code", "message", "why"), REFUSED)
@pytest.mark.parametrize("make", [billing_worksheet.render, billing_worksheet.correct])
def test_refusals(columns, code, message, why, make):
    with pytest.raises(TargetError) as error:
        make(line(**columns), HEADER, settings())
    assert error.value.code == code, why
    assert message in str(error.value), why


@pytest.mark.capability("C63")
@given(st.integers(1, 10**11), st.integers(1, 10**9))
def test_printed_hours_times_printed_rate_is_the_printed_amount(micro_hours, micro_rate):
    quantity, rate = Decimal(micro_hours).scaleb(-6), Decimal(micro_rate).scaleb(-6)
    amount = (quantity * rate).quantize(Decimal("0.01"), ROUND_HALF_UP)
    row = row_of(quantity_hours=str(quantity), quantity_digits=6, bill_rate=str(rate), amount=str(amount))
    product = Decimal(row["hours"]) * Decimal(row["rate"])
    assert product.quantize(Decimal("0.01"), ROUND_HALF_UP) == Decimal(row["amount"])


def test_a_half_rounds_away_from_zero_on_both_sides():
    half = {"bill_rate": "0.04", "quantity_digits": 3}
    for hours, amount in (("0.125", "0.01"), ("-0.125", "-0.01")):
        table = line(quantity_hours=hours, amount=amount, **half)
        assert billing_worksheet.render(table, HEADER, settings()), "so that a credit cancels its line"


def test_the_worksheet_is_not_uploaded():
    [file] = billing_worksheet.render(line(), HEADER, settings())
    assert (file.path, file.role) == ("worksheets/billing/billing_2026-11-15.csv", "worksheet")
