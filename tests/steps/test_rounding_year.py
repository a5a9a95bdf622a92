"""The rounding certificate over two weeks: the year so far is the sum of the batches, each its own time only."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from etl.sandbox.company import make_company
from etl.steps.rounding_certificate import YEAR_FILE_NAME
from tests.sandbox.practice import close_weeks

FIGURES = ("exact_seconds", "rounded_seconds", "difference_seconds", "count_events", "count_up", "count_down")


def rows(path: Path) -> dict[tuple[str, str], dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {(row["purpose"], row["employee_id"]): row for row in csv.DictReader(file)}


@pytest.mark.capability("M7")
def test_the_year_so_far_is_the_sum_of_the_batches(tmp_path):
    close_weeks(make_company(), tmp_path, 2)
    first, second = (rows(path) for path in sorted(tmp_path.glob("reports/*/*/batch-*/*rounding_certificate.csv")))
    [*_, newest] = sorted(tmp_path.glob(f"reports/*/*/runs/*/{YEAR_FILE_NAME}"))
    year = rows(newest)
    assert year.keys() == first.keys() | second.keys()
    assert first.keys() & second.keys(), "somebody was rounded in both weeks"
    for key, row in year.items():
        for figure in FIGURES:
            before, now = (int(week[key][figure]) if key in week else 0 for week in (first, second))
            assert int(row[figure]) == now
            assert int(row[f"year_{figure}"]) == before + int(row[figure])
    entries = [int(row["difference_seconds"]) for row in second.values()]
    assert any(entries), "and something was rounded"
