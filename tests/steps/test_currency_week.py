"""The practice company's week with pay in four currencies, converted here, and burden: from pull to close, verified."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from etl import steps
from etl.steps.init import SAMPLE, SAMPLE_PERIOD_END, init

CHOICES = """
[currency]
convert = "here"
source = "ecb"
missing_day = "previous_business_day"

[payroll_tax]
mode = "burden_rate"
"""
RATES = b"""Date,USD,JPY,GBP,
2026-11-20,1.0832,169.84,0.8431,
2026-11-19,1.0801,169.1,0.8429,
"""


@pytest.fixture(name="workspace")
def _workspace(tmp_path: Path) -> Path:
    init(tmp_path, with_sample=True)
    folder = tmp_path / "mappings" / SAMPLE
    with (folder / "company.toml").open("a", encoding="utf-8") as file:
        file.write(CHOICES)
    with (folder / "accounts.csv").open("a", encoding="utf-8") as file:
        file.write("rounding_difference,Overhead:Rounding Differences,EXP\nburden_expense,Job Costs:Burden,COGS\n"
                   "burden_applied,Burden Applied,EXP\n")
    (folder / "burden_rates.csv").write_text(
        "pay_group,work_location,percent,effective_from,effective_to\n*,*,11.5,2026-01-01,\n", encoding="utf-8")
    _pay_two_abroad(folder / "private" / "pay_rates.csv")
    (tmp_path / "eurofxref-hist.csv").write_bytes(RATES)
    steps.load_rates(tmp_path / "eurofxref-hist.csv", SAMPLE, tmp_path)
    with (folder / "fx_rates.csv").open("a", encoding="utf-8") as file:
        file.write("2026-11-20,EUR,KWD,0.33251,ecb,typed by hand,2026-11-20 17:00\n")
    return tmp_path


def _pay_two_abroad(path: Path) -> None:
    """The first two of the weekly people, one in yen, one in dinars."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    own = [row for row in rows if row["currency"] == "USD" and row["effective_to"] == ""]
    for row, (currency, rate) in zip(own[:2], (("JPY", "4412"), ("KWD", "8.125")), strict=True):
        for other in rows:
            if other["employee_id"] == row["employee_id"]:
                other |= {"currency": currency, "pay_rate": rate}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.capability("C80")
@pytest.mark.capability("C79")
def test_a_week_in_five_currencies_is_exported_and_verified(workspace):
    outcome = steps.week(steps.start(SAMPLE, SAMPLE_PERIOD_END, workspace, in_memory=True))
    assert dict(outcome.facts)["unreconciled"] == "0"
    [data] = (workspace / "reports" / SAMPLE).glob("*/batch-0001/data")
    lines = pq.read_table(data / "payroll_lines.parquet").to_pylist()
    assert {row["currency"] for row in lines} >= {"USD", "JPY", "KWD"}
    converted = pq.read_table(data / "conversions.parquet").to_pylist()
    assert {row["currency"] for row in converted} >= {"EUR", "JPY", "KWD"}
    assert {row["document_number"] for row in converted} == {"SB0001L", "SB0001LR", "SB0001U", "billing"}
    assert steps.verify(workspace).exit_code == 0
    first = converted[0]["line_id"]
    assert first in steps.explain(first, workspace).title
    again = steps.week(steps.start(SAMPLE, SAMPLE_PERIOD_END, workspace, in_memory=True))
    assert again == outcome
