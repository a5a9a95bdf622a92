"""Sound rows of the tables that suites look at, to be spoiled one column at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from etl.checks.suites import Suites, read_suites
from etl.checks.tables import CHECKED
from etl.shipped import shipped

Row = dict[str, Any]
MONDAY = date(2026, 11, 16)

SOUND: Mapping[str, Row] = {
    "entries": {
        "entry_id": "tracker:1", "employee_ref": "ann", "worked_on": MONDAY, "seconds": 28800, "hour_kind": "worked",
        "worked_seconds": 28800, "overlap_seconds": 0, "count_earlier_alike": 0, "count_elsewhere": 0,
        "synced_after_seconds": 0, "note_length": 12,
    },
    "people": {
        "employee_ref": "E1", "worked_on": MONDAY, "seconds": 28800, "subject": "Ann Abel", "day_seconds": 28800,
        "week_seconds": 144000, "count_week_days": 5, "week_rounded_away_seconds": 0,
    },
    "projects": {
        "seconds": 28800, "customer_job": "Mill:Web shop", "count_entries": 3, "count_people": 2,
        "count_weekday_entries": 2,
    },
    "items": {
        "seconds": 28800, "service_item": "Vacation", "hour_kind": "paid_leave", "count_entries": 1,
        "count_billable_leave_entries": 0, "longest_leave_day_seconds": 28800,
    },
    "rates": {
        "subject": "Design for Mill:Web", "rate_kind": "bill", "rate_millionths": 100_000_000, "currency": "USD",
        "bill_percent_of_median": 100, "pay_percent_of_median": 100,
    },
    "pieces": {
        "seconds": 28800, "hour_kind": "worked", "hour_class": "overtime", "count_pieces": 1, "pay_seconds": 28800,
        "premium_seconds": 28800, "pay_item": "Overtime",
    },
    "postings": {
        "worked_on": MONDAY, "subject": "TB0042L line 1", "account": "Job Costs:Labor",
        "customer_job": "Mill:Web", "memo": "Labor Web", "is_zero": "no", "side": "debit", "usual_side": "debit",
    },
}


def tables_of(**rows: list[Row]) -> dict[str, pa.Table]:
    """All seven tables: the rows given, else one sound row each."""
    return {
        name: pa.Table.from_pylist(rows.get(name, [SOUND[name]]), schema=schema) for name, schema in CHECKED.items()
    }


def spoiled(table: str, **cells: Any) -> dict[str, pa.Table]:
    """A sound row of the table, and after it one with these cells."""
    return tables_of(**{table: [SOUND[table], SOUND[table] | cells]})


def suites(own: Path | None = None) -> Suites:
    """The shipped suites with those of a company's folder over them."""
    return read_suites(shipped("expectations"), own or Path("no company") / "expectations")
