"""Weeks that authorities published with their answers: those this release computes, and the others named."""

from __future__ import annotations

import csv
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache

import pytest

from etl.units import decimal_hours
from tests.shared import shared
from tests.sql.company import Books, Company

SUPPORTED = ("P01", "P11", "P12", "P13", "P17", "P18")
NOT_SUPPORTED = {  # of the federal cases
    "P02": "bonus in the regular rate",
    "P03": "bonus in the regular rate",
    "P09": "bonus in the regular rate",
    "P10": "bonus in the regular rate",
    "P14": "bonus in the regular rate",
    "P15": "bonus allocated to earlier weeks",
    "P04": "piece rate",
    "P07": "piece rate",
    "P05": "fluctuating workweek",
    "P08": "fluctuating workweek",
    "P06": "salary",
    "P19": "salary",
    "P20": "salary",
    "P16": "rounding of clock times, not of durations",
    "P29": "rounding of decimal hours by the day",
}


@cache
def examples() -> dict[str, list[dict[str, str]]]:
    cases: dict[str, list[dict[str, str]]] = {}
    text = (shared("samples/labour") / "published_examples.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        cases.setdefault(row["example_id"], []).append(row)
    return cases


def days(case: str) -> list[dict[str, str]]:
    return [row for row in examples()[case] if row["row_type"] == "day"]


@cache
def books() -> Books:
    """All supported cases as one company of two weeks: a person a case, its rate of the day as a dated pay rate."""
    people, rates, sheet = [], [], []
    for case in SUPPORTED:
        people.append(f"{case}  {case}  Case {case}")
        for day in days(case):
            rates.append(f"{case}  {day['rate']}  {day['date']}  {day['date']}")
            minutes = int(Decimal(day["hours"]) * 60)
            sheet.append(f"{case}  {day['date']}  {minutes // 60}:{minutes % 60:02}")
    firm = Company(
        employees="\n".join(["person_ref  employee_id  employee_name", *people]),
        pay_rates="\n".join(["employee_id  pay_rate  effective_from  effective_to", *rates]),
        calendar="pay_group  kind  start  workweek\nweekly  biweekly  2025-06-02  monday",
        go_live="2025-01-01",
        billing="none",
    )
    return firm.books("\n".join(["person  date  time", *sheet]))


def test_every_federal_example_is_computed_or_named():
    federal = {case for case, rows in examples().items() if rows[0]["jurisdiction"] == "US-FED"}
    assert federal == set(SUPPORTED) | set(NOT_SUPPORTED)


@pytest.mark.parametrize("case", SUPPORTED)
def test_published_answer(case):
    """Hours, pay and the half-time that section 7 of the FLSA asks for, from the unrounded regular rate."""
    for expected in (row for row in examples()[case] if row["row_type"] == "summary"):
        lines = [
            row
            for row in books().engine.fetch("payroll_lines").to_pylist()
            if row["employee_id"] == case and str(row["workweek_start"]) == (expected["date"] or "2025-06-02")
        ]
        hours = {
            name: decimal_hours(sum(line["pay_seconds"] for line in lines if line["hour_class"] == name))
            for name in ("regular", "overtime")
        }
        assert hours["regular"] == Decimal(expected["expected_regular_hours"])
        assert hours["overtime"] == Decimal(expected["expected_overtime_hours"])
        if expected["expected_pay_exact"]:
            assert sum(line["amount"] for line in lines) == Decimal(expected["expected_pay_exact"])
        premium = sum(
            Fraction(line["regular_rate_numerator"])
            / Fraction(line["regular_rate_denominator"])
            * Fraction(line["premium_seconds"], 2 * 3600 * 10**6)
            for line in lines
        )
        assert to_cents(premium) == Decimal(expected["expected_flsa_premium"])


def to_cents(exact: Fraction) -> Decimal:
    return (Decimal(exact.numerator) / exact.denominator).quantize(Decimal("0.01"), ROUND_HALF_UP)
