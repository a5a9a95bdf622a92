"""Payroll hours: hundredths of hours, never negative, nothing lost and no zero that overwrites."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl import tables
from etl.errors import TargetError
from etl.targets import payroll_hours
from tests.targets.examples import HEADER, from_rows, settings
from tests.targets.readers import read_csv


def hours(**columns) -> pa.Table:
    row = {"line_id": "0042-P-001", "employee_id": "E001", "employee_name": "Nair, Priya",
           "pay_item": "Hourly Regular", "workweek_start": "2026-11-09", "pay_seconds": 133500,
           "exported_seconds": 133488, "amount": "2299.17", "currency": "USD"}
    return from_rows(tables.PAYROLL_HOURS, [row | columns])


def rows_of(table):
    return [row for file in payroll_hours.render(table, HEADER, settings()) for row in read_csv(file.content)]


FIELDS = [   # columns, field, expected, why
    ({}, "hours", "37.08", "37:05 in hundredths, as the sample's payroll file has it"),
    ({"exported_seconds": 36}, "hours", "0.01", "the smallest"),
    ({"exported_seconds": 3600 * 100}, "hours", "100.00", "no thousands separator"),
    ({}, "amount", "2299.17", "the payroll line as rounded"),
    ({"amount": None, "currency": None}, "amount", "", "the pay rate is not known to us"),
    ({"amount": "1000", "currency": "JPY"}, "amount", "1000", "no decimals in yen"),
    ({"amount": "1.234", "currency": "KWD"}, "amount", "1.234", "three in dinars"),
    ({}, "employee_name", "Nair, Priya", "a comma is quoted"),
    ({}, "workweek_start", "2026-11-09", "ISO"),
    ({"exported_seconds": 0, "amount": "0.17"}, "hours", "0.00", "money without hours still goes to payroll"),
]


@pytest.mark.parametrize(("columns", "field", "expected", "why"), FIELDS)
def test_fields(columns, field, expected, why):
    assert rows_of(hours(**columns))[0][field] == expected, why


LEFT_OUT = [({"exported_seconds": 0, "amount": None}, "no hours, no money"),
            ({"exported_seconds": 0, "amount": "0"}, "a zero would overwrite what payroll holds")]


@pytest.mark.parametrize(("columns", "why"), LEFT_OUT)
def test_rows_left_out(columns, why):
    assert rows_of(hours(**columns)) == [], why


REFUSED = [   # columns, code, part of the message, why
    ({"exported_seconds": -36}, "PAYROLL_NEGATIVE", "never negative", "no negative hours, ever"),
    ({"amount": "-1"}, "PAYROLL_NEGATIVE", "Nair, Priya, workweek 2026-11-09", "less pay goes by referral"),
    ({"exported_seconds": 40}, "PAYROLL_GRAIN", "hundredths", "the caller did not share out the grain"),
    ({"currency": None}, "TARGET_CURRENCY", "2299.170", "money without a currency"),
    ({"currency": "XYZ"}, "TARGET_CURRENCY", "XYZ", "no currency of ISO 4217"),
    ({"amount": "0.001"}, "AMOUNT_DIGITS", "more decimals", "never rounded here"),
    ({"employee_id": None}, "TARGET_FIELD_EMPTY", "employee id", "payroll finds the person by it"),
    ({"pay_item": ""}, "TARGET_FIELD_EMPTY", "pay item", "paid as what?"),
    ({"employee_id": "=A1"}, "TARGET_NAME", "formula", "B36"),
    ({"employee_name": "a\nb"}, "TARGET_NAME", "U+000A", "a line break in a name"),
]


@pytest.mark.parametrize(("columns", "code", "message", "why"), REFUSED)
@pytest.mark.parametrize("make", [payroll_hours.render, payroll_hours.correct])
def test_refusals(columns, code, message, why, make):
    with pytest.raises(TargetError) as error:
        make(hours(**columns), HEADER, settings())
    assert error.value.code == code, why
    assert message in str(error.value), why


def test_the_take_back_list_says_what_to_do_before_and_after_the_run():
    [file] = payroll_hours.correct(hours(), HEADER, settings())
    [row] = read_csv(file.content)
    assert file.path == "corrections/payroll/hours_2026-11-15_take_back_list.csv"
    assert row["hours"] == "37.08"
    assert "Before the payroll run" in row["to_do"]
    assert "controller" in row["to_do"]


@pytest.mark.capability("C2")
@given(st.lists(st.integers(0, 100_000), min_size=1, max_size=20))
def test_hundredths_in_are_hundredths_out(hundredths):
    table = pa.concat_tables([hours(exported_seconds=36 * each) for each in hundredths])
    assert sum(int(row["hours"].replace(".", "")) for row in rows_of(table)) == sum(hundredths)
