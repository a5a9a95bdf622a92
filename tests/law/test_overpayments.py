"""What law says about taking overpaid wages back: every row dated, every place once a day, a row for all others."""

from __future__ import annotations

from datetime import date

import pytest

from etl.law.overpayments import overpayment_rules


@pytest.mark.capability("C143")
def test_each_place_has_one_rule_a_day_and_every_confirmed_one_a_citation() -> None:
    rows = overpayment_rules().to_pylist()
    assert {row["place"] for row in rows} == {"*", "US", "US-NY", "US-CA"}
    assert len({row["place"] for row in rows}) == len(rows)
    for row in rows:
        assert row["effective_from"] <= date(2026, 1, 1) <= row["effective_to"]
        assert row["rule"]
        assert row["citation"] or row["status"] == "unverified"
