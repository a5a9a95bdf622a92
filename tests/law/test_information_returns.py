"""Thresholds of 1099 forms by year of payment, and the days they are due."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from etl.errors import SettingsError
from etl.law.information_returns import due_days, read_thresholds, threshold_of

CASES = [  # box, place, year, amount (None: unknown; "no row": nothing is assumed), why
    ("NEC-1", "US", 2025, Decimal(600), "through 2025"),
    ("NEC-1", "US", 2026, Decimal(2000), "P.L. 119-21"),
    ("NEC-1", "US", 2027, None, "indexed, not published"),
    ("MISC-1", "US", 2026, Decimal(2000), "rents, as the form"),
    ("MISC-2", "US", 2026, Decimal(10), "royalties have a row of their own"),
    ("MISC-10", "US", 2026, None, "attorneys: not read at its source"),
    ("NEC-1", "US-AR", 2026, Decimal(2500), "Arkansas"),
    ("NEC-1", "US-AL", 2026, Decimal(1500), "Alabama"),
    ("NEC-1", "US-AR", 2025, "no row", "another year asks"),
    ("NEC-1", "US-CA", 2026, "no row", "a place without a row asks, it does not take the federal figure"),
]


@pytest.mark.capability("C69")
@pytest.mark.parametrize(("box", "place", "year", "amount", "why"), CASES)
def test_thresholds(box, place, year, amount, why):
    row = threshold_of(box, place, year)
    assert (row.amount if row else "no row") == amount, why


def test_only_the_federal_rows_are_confirmed():
    assert threshold_of("NEC-1", "US", 2026).is_confirmed
    assert not threshold_of("NEC-1", "US-AR", 2026).is_confirmed


def test_due_days_roll_over_weekends_and_holidays():
    assert [due.day for due in due_days(2026)] == [
        date(2027, 2, 1), date(2027, 2, 1), date(2027, 3, 1), date(2027, 3, 31)], "31 January 2027 is a Sunday"
    assert [due.day for due in due_days(2025)] == [
        date(2026, 2, 2), date(2026, 2, 2), date(2026, 3, 2), date(2026, 3, 31)]


@pytest.mark.parametrize("rows", [
    "NEC,US,2026,2026,2000,USD,confirmed,2026-11-27,law,\nNEC,US,2026,2027,600,USD,confirmed,2026-11-27,law,",
    "NEC,US,2026,2026,,USD,confirmed,2026-11-27,law,",
    "NEC,US,2026,2026,600,USD,confirmed,2026-11-27,,",
])
def test_a_table_that_answers_twice_or_without_a_source_is_refused(rows):
    head = "form,jurisdiction,tax_year_from,tax_year_to,threshold,currency,status,reviewed_on,citation,note"
    with pytest.raises(SettingsError) as error:
        read_thresholds(f"{head}\n{rows}")
    assert error.value.code == "LAW_INVALID"
