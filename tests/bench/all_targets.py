"""Every target's import files of a batch of 100,000 lines, against DuckDB copying those rows to as many CSVs.

The lines are time, postings, hours, invoices and bills as a company of some hundred people has them in a month; each
document takes the table it reads. The peer knows no format: it writes the columns as they stand.
"""

from __future__ import annotations

import gc
import tempfile
import time
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import duckdb
import pyarrow as pa

from etl import tables
from etl.machine import peak_mib
from etl.targets.documents import DOCUMENTS, Document
from etl.targets.side_by_side import side_by_side
from etl.terms import BatchHeader, PayrollPerson
from tests.bench.told import Line, told
from tests.targets.examples import HEADER, settings

LINES, BUDGET = 100_000, 3.0
PARTS = {"time_activities": 60, "postings": 10, "payroll_hours": 10, "billable_lines": 10, "invoice_lines": 5,
         "vendor_lines": 5}   # percent of the lines
PEOPLE, JOBS, ITEMS = 300, 120, ("Engineering", "Design", "Research", "Training")
MONDAY = HEADER.period_start


def job(number: int) -> str:
    return f"Client {number % JOBS // 4:02d}:Job {number % JOBS:03d}"


def column(field: pa.Field, number: int) -> object:
    """One cell, the same for the same number; what a column is called says what it holds."""
    values: dict[str, object] = {
        "customer_job": job(number), "service_item": ITEMS[number % 4], "class": f"Class {number % 6}",
        "employee_id": f"E{number % PEOPLE:03d}", "employee_name": f"Person {number % PEOPLE:03d}",
        "vendor_id": f"V{number % 50:02d}", "vendor_name": f"Vendor {number // 10 % 50:02d}",
        "contract_id": f"C{number // 10:04d}", "note": f"Ticket {number}: review and release", "entry_ref": f"entry-{number}",
        "pay_item": "Hourly", "account": "Job Costs:Direct Labor", "memo": f"Labor Job {number % JOBS:03d}",
        "currency": "USD", "bill_currency": "USD", "terms": "Net 30", "line_kind": "time", "place": "",
        "document_number": f"VB-{number // 10:06d}", "invoice_number": f"TB{number // 8:06d}I",
        "worked_on": MONDAY + timedelta(days=number % 7), "workweek_start": MONDAY, "posted_on": date(2026, 11, 15),
        "billed_on": date(2026, 11, 15), "due_on": date(2026, 12, 15), "tax_code": "Tax Exempt (0%)",
        "is_for_payroll": True, "is_billable": number % 3 > 0, "is_over_cap": False, "line_number": number + 1,
        "by_hand": None, "bill_rate": Decimal("140.00"), "rate": Decimal("80.00"), "quantity_hours": Decimal("1.5"),
        "quantity_digits": 2, "list": "customer_job", "name": job(number), "adjusts": "", "reason": "",
    }
    if field.name == "line_id":
        return f"0042-L-{number:06d}"
    if field.name == "amount":
        return Decimal("210.00")
    if field.name.endswith("seconds"):
        return 5400
    return values.get(field.name)


def batch(lines: int) -> dict[str, pa.Table]:
    """The tables, in their schemas; time with rates is the same time."""
    made = {}
    for name, percent in PARTS.items():
        schema = getattr(tables, name.upper())
        rows = range(lines * percent // 100)
        made[name] = pa.table({field.name: pa.array([column(field, number) for number in rows], field.type)
                               for field in schema}, schema=schema)
    made["postings"] = _balanced(made["postings"])
    made["vendor_lines"] = _of_one_job(made["vendor_lines"], 10)
    made["invoice_lines"] = _of_one_job(made["invoice_lines"], 8)
    rates = made["time_activities"].append_column("bill_rate", pa.array([Decimal(140)] * len(made["time_activities"]),
                                                                        tables.PRICED_ACTIVITIES.field("bill_rate").type))
    made["priced_activities"] = rates.append_column("bill_currency", pa.array(["USD"] * len(rates))).cast(
        tables.PRICED_ACTIVITIES)
    made["names_written"] = pa.table({"list": ["customer_job"] * JOBS, "name": [job(n) for n in range(JOBS)],
                                      "line_id": ["0042-L-1"] * JOBS}, schema=tables.NAMES_WRITTEN)
    return made


def _balanced(postings: pa.Table) -> pa.Table:
    """Journals of 250 lines, each the mirror of the line before it: every document sums to zero."""
    rows = postings.to_pylist()
    for number, row in enumerate(rows):
        row |= {"document_number": f"T{number // 250:05d}L", "line_number": number % 250 + 1,
                "amount": row["amount"] if number % 2 else -row["amount"],
                "account": "Accrued Wages Payable" if number % 2 else row["account"]}
    return pa.Table.from_pylist(rows, schema=postings.schema)


def _of_one_job(rows: pa.Table, together: int) -> pa.Table:
    """Lines of one document are of one job, vendor and contract."""
    kept = [row | {"customer_job": job(number // together)} for number, row in enumerate(rows.to_pylist())]
    return pa.Table.from_pylist(kept, schema=rows.schema)


def header() -> BatchHeader:
    """The company whose lists hold every name and code."""
    guid = "00000000-0000-4000-8000-{:012d}"
    names = {"customer_job": [job(n) for n in range(JOBS)], "service_item": ITEMS, "class": [f"Class {n}" for n in range(6)],
             "employee": [f"Person {n:03d}" for n in range(PEOPLE)], "vendor": [f"Vendor {n:02d}" for n in range(50)],
             "account": ["Job Costs:Direct Labor", "Accrued Wages Payable"]}
    names |= {"project": names["customer_job"], "task": [f"{one}/{item}" for one in names["customer_job"] for item in ITEMS]}
    lists = {f"{target}.{one}": {name: guid.format(at) for at, name in enumerate(found)}
             for target in ("quickbooks_online", "xero", "sage50") for one, found in names.items()}
    lists["quickbooks_desktop.customer_job"] = {"Client 00": ""}
    people = {f"E{n:03d}": PayrollPerson(f"{n:06d}", f"Person {n:03d}", "Pat") for n in range(PEOPLE)}
    return replace(HEADER, target_lists=lists, payroll_people=people)


def coded(known: Document, table: pa.Table) -> pa.Table:
    """The table as the document gets it: payroll providers have codes of their own for a pay item."""
    codes = {"payroll.gusto": "regular_hours", "payroll.adp": "Reg Hours"}
    if known.name not in codes:
        return table
    at = table.column_names.index("pay_item")
    return table.set_column(at, "pay_item", pa.array([codes[known.name]] * len(table)))


def ours(made: dict[str, pa.Table]) -> int:
    """Every document rendered, as a batch renders them; the rows in their files."""
    company, head = settings(sage='other_item = "ADMIN"'), header()
    rendered = side_by_side([(len(made[known.table]), partial(known.render, coded(known, made[known.table]), head, company))
                             for known in DOCUMENTS])
    return sum(file.rows for files in rendered for file in files)


def peer(made: dict[str, pa.Table], folder: Path) -> int:
    """Each document's table copied to a CSV, straight from the columns in memory."""
    rows = 0
    with duckdb.connect() as connection:
        for name, table in made.items():
            connection.register(name, table)
        for known in DOCUMENTS:
            connection.execute(f"copy {known.table} to '{folder / known.name}.csv' (header)")
            rows += len(made[known.table])
    return rows


def run(runs: int, lines: int = LINES) -> Line:
    """Both in one process, one after the other, in turns."""
    made = batch(lines)
    took: dict[str, list[float]] = {"ours": [], "peer": []}
    with tempfile.TemporaryDirectory(prefix="tb-bench-") as folder:
        for _ in range(runs):
            for side, call in (("ours", lambda: ours(made)), ("peer", lambda: peer(made, Path(folder)))):
                gc.collect()
                began = time.perf_counter()
                rows = call()
                took[side].append(time.perf_counter() - began)
                assert rows > lines
    peak = peak_mib()
    return told("all_targets", took["ours"], took["peer"], BUDGET, lines=lines, peak_mib=peak)
