"""QuickBooks Online bills of vendors as CSV. Source: targets reference, section 2.1."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from etl.settings import Settings
from etl.tables import VENDOR_LINES, assert_schema
from etl.targets.fields import changes, name_findings, written_texts
from etl.targets.files import csv_bytes, csv_rows, rendered
from etl.targets.findings import Finding, empty_cells, money_findings, refuse
from etl.targets.printed import clock_seconds, currency_amounts, dates
from etl.terms import BatchHeader, RenderedFile

NAME = "quickbooks_online.bill"
ROW_LIMIT, BILL_LIMIT = 1000, 100
_HEADER = "*BillNo,*Supplier,*BillDate,*DueDate,Terms,Location,Memo,*Account,LineDescription,*LineAmount,Currency"
_NEEDED = ("document_number", "vendor_name", "account", "amount", "currency", "billed_on", "due_on")
_TO_DO = "Delete the bill in QuickBooks Online while it is unpaid; else enter a vendor credit of this amount."


def render(table: pa.Table, header: BatchHeader, _settings: Settings) -> list[RenderedFile]:
    """One row per line, in files of at most 100 bills and 1000 rows that never part a bill.

    A line without a bill number waits for the vendor's invoice and is left out. The file has no column for a customer:
    the job stands in the description, and job cost is lost in the books (docs/contractors.md).
    Raises TargetError with every finding.
    """
    rows = _billed(table)
    if not len(rows):
        return []
    texts = _texts(rows)
    memo = pa.array([header.period_label] * len(rows), pa.string())
    empty = pa.array([""] * len(rows), pa.string())
    lines = csv_rows((
        texts["document_number"], texts["vendor_name"], dates(rows["billed_on"], "%m/%d/%Y"),
        dates(rows["due_on"], "%m/%d/%Y"), texts["terms"], empty, memo, texts["account"], texts["description"],
        currency_amounts(rows["amount"], rows["currency"]), rows["currency"].combine_chunks()))
    parts = _parts(rows["document_number"].to_pylist())
    return [
        rendered(NAME, "upload", f"bills_{header.period_end.isoformat()}{_of(number, parts)}.csv",
                 (csv_bytes(_HEADER, lines.slice(start, count)), count))
        for number, (start, count) in enumerate(parts, 1)
    ]


def correct(table: pa.Table, header: BatchHeader, _settings: Settings) -> list[RenderedFile]:
    """The bills to delete or to credit by hand: no import takes a negative bill."""
    rows = _billed(table)
    if not len(rows):
        return []
    bills = rows.group_by(["document_number", "vendor_name", "currency"], use_threads=False).aggregate(
        [("amount", "sum")])
    count = len(bills)
    lines = csv_rows((
        bills["document_number"].combine_chunks(), bills["vendor_name"].combine_chunks(),
        currency_amounts(pc.cast(bills["amount_sum"], pa.decimal128(38, 3)), bills["currency"]),
        bills["currency"].combine_chunks(), pa.array([_TO_DO] * count, pa.string())))
    name = f"bills_{header.period_end.isoformat()}_delete_list.csv"
    return [rendered(NAME, "corrections", name, (csv_bytes("bill,vendor,amount,currency,to_do", lines), count))]


def changed_texts(table: pa.Table, _header: BatchHeader, _settings: Settings) -> pa.Table:
    """Every text that the file shows otherwise than the lines; for the workbook."""
    rows = assert_schema(table, VENDOR_LINES, "vendor_lines")
    rows = rows.filter(pc.is_valid(rows["document_number"]))
    return changes(rows, NAME, written_texts(rows, NAME))


def _billed(table: pa.Table) -> pa.Table:
    """The lines that have a bill number, fit to be written; or TargetError with every finding."""
    rows = assert_schema(table, VENDOR_LINES, "vendor_lines")
    rows = rows.filter(pc.is_valid(rows["document_number"]))
    refuse(empty_cells(rows, _NEEDED, NAME))
    refuse([*name_findings(rows, NAME), *money_findings(rows, NAME), *_twice(rows)])
    return rows


def _twice(rows: pa.Table) -> list[Finding]:
    """One bill number for one contract only: the books would join the lines of two vendors."""
    found = rows.group_by("document_number").aggregate([("contract_id", "count_distinct"), ("line_id", "min")])
    return [
        Finding("DOCUMENT_NUMBER", f"The bill number {row['document_number']} stands for two contracts",
                f"{NAME}, line {row['line_id_min']}", "Enter these bills by hand from the vendor worksheet.")
        for row in found.to_pylist() if row["contract_id_count_distinct"] > 1]


def _texts(rows: pa.Table) -> dict[str, pa.Array]:
    """The written texts, and a description that says job, item, time and our line."""
    texts = written_texts(rows, NAME)
    job = pc.if_else(pc.equal(texts["customer_job"], ""), "internal", texts["customer_job"])
    return texts | {"description": pc.binary_join_element_wise(
        job, " ", texts["service_item"], " ", clock_seconds(rows["seconds"]), " h [", rows["line_id"].combine_chunks(),
        "]", "")}


def _parts(numbers: list[str]) -> list[tuple[int, int]]:
    """First row and count of each file: whole bills, within both limits."""
    starts = [at for at, number in enumerate(numbers) if at == 0 or number != numbers[at - 1]]
    parts: list[tuple[int, int]] = []
    bills = 0
    for start, end in zip(starts, [*starts[1:], len(numbers)], strict=True):
        if not parts or bills == BILL_LIMIT or parts[-1][1] + end - start > ROW_LIMIT:
            parts.append((start, 0))
            bills = 0
        parts[-1] = (parts[-1][0], parts[-1][1] + end - start)
        bills += 1
    return parts


def _of(number: int, parts: list[tuple[int, int]]) -> str:
    return f"_{number}of{len(parts)}" if len(parts) > 1 else ""
