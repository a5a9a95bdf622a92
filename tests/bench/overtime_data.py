"""Four weeks of entries of people in twelve places, each under its own law: the same for the same count on every machine."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from etl.mapping.declared import FILES
from etl.mapping.load import MappingSet, as_table
from etl.periods import FIRST_DAY, LAST_DAY, PayPeriod, Period
from etl.settings import parse_settings
from etl.steps.run import Run
from etl.tables import LANDED_ENTRIES
from etl.workspace import Workspace

SEED, FIRST, LAST = 20_261_102, date(2026, 11, 2), date(2026, 11, 29)
PLACES = ("US-CA", "US", "US-AK", "US-AR", "US-CO", "US-KY", "US-WA", "CA-AB", "CA-BC", "CA-NS", "CA-NT", "CA-ON")
PER_PERSON = 200
COMPANY = "bench-law"
ALWAYS = {"effective_from": FIRST_DAY, "effective_to": LAST_DAY}
SETTINGS = """
[company]
id = "bench-law"
name = "Bench Law"
home_currency = "USD"
zone = "UTC"
go_live = 2026-01-01
policy = "two_person"
[billing]
period = "none"
[labor_posting]
mode = "accrue"
[targets]
documents = []
[[drops]]
name = "tracker"
files = "*.csv"
zone = "UTC"
duration = "seconds"
[drops.columns]
ID = "entry_ref"
Person = "person_ref"
Start = "start_text"
Seconds = "duration_text"
"""


def write(folder: Path, count: int) -> None:
    """Landed rows of `count` entries: 200 a person, seven or eight a day on 27 of 28 days, some days long, none overlapping."""
    rng = np.random.default_rng(SEED)
    person, turn = np.divmod(np.arange(count), PER_PERSON)
    day = turn * 28 // PER_PERSON
    slot = turn - -(-day * PER_PERSON // 28)
    seconds = rng.integers(2000, 5100, size=count)
    seconds = np.where(day % 7 > 4, seconds // 3, seconds)  # about 40 hours a week, some days long, weekends short
    start = np.datetime64(FIRST, "s").astype(np.int64) + day * 86_400 + 21_600 + slot * 7_200
    number = rng.permutation(count)
    columns = {
        "entry_ref": pa.array(number + 10_000_000).cast(pa.string()),
        "person_ref": pa.array([f"P{n:05d}" for n in range(person.max() + 1)]).take(pa.array(person)),
        "start_text": pc.strftime(pa.array(start.astype("datetime64[s]")), "%Y-%m-%d %H:%M:%S"),
        "duration_text": pa.array(seconds).cast(pa.string()),
    }
    absent = pa.nulls(count, pa.string())
    names = LANDED_ENTRIES.names[1:]
    table = pa.table(
        [pa.array(np.arange(count) + 2), *(columns.get(name, absent) for name in names)], names=LANDED_ENTRIES.names
    )
    pq.write_table(table.cast(LANDED_ENTRIES), folder / "entries.parquet")


def rate(person: int) -> Decimal:
    """Dollars an hour."""
    return Decimal(1800 + person * 37 % 5700) / 100


def run_of(folder: Path, count: int) -> Run:
    """The run of the four weeks, cross-references in memory."""
    people = range(max(1, -(-count // PER_PERSON)))
    rows: dict[str, list[dict[str, Any]]] = {
        "map_employees": [
            {"source": "*", "person_ref": f"P{n:05d}", "employee_id": f"P{n:05d}", "employee_name": f"P{n:05d}"}
            | {
                "worker_type": "employee",
                "pay_group": "all",
                "flsa_status": "nonexempt",
                "work_location": PLACES[n % len(PLACES)],
            }
            | ALWAYS
            for n in people
        ],
        "map_pay_rates": [
            {"employee_id": f"P{n:05d}", "pay_rate": rate(n), "currency": "USD"} | ALWAYS for n in people
        ],
        "map_projects": [
            {
                "source": "*",
                "client_ref": "*",
                "project_ref": "(none)",
                "customer_job": None,
                "billing_method": "not_billed",
            }
            | ALWAYS
        ],
        "map_items": [{"source": "*", "service_ref": "(none)", "service_item": "Work", "hour_kind": "worked"} | ALWAYS],
        "map_pay_items": [
            {"hour_kind": "worked", "hour_class": name, "pay_item": name}
            for name in ("regular", "overtime", "overtime_premium", "double_time", "double_time_premium")
        ],
        "map_accounts": [{"purpose": "internal_labor", "account": "Overhead", "account_type": "EXP"}],
    }
    tables = {
        declared.table: as_table(
            [{"map_row": n} | row for n, row in enumerate(rows.get(declared.table, []), 2)], declared
        )
        for declared in FILES
    }
    calendar = (PayPeriod("all", "monthly", Period(FIRST, LAST), datetime.combine(LAST, datetime.min.time()), LAST, 1, 2),)
    settings = parse_settings(SETTINGS, COMPANY, "company.toml")
    return Run(
        Workspace(folder),
        COMPANY,
        LAST,
        "bench",
        settings,
        MappingSet({}, tables, calendar),
        calendar,
        None,
        in_memory=True,
    )
