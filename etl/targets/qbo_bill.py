"""QuickBooks Online bills of vendors as CSV. Source: targets reference, section 2.1."""

from __future__ import annotations

import pyarrow as pa

from etl.settings import Settings
from etl.targets.files import csv_bytes, csv_rows, part_name, rendered
from etl.targets.printed import currency_amounts, dates
from etl.targets.vendor_rows import bill_files, bill_texts, billed, changed_bills, delete_list
from etl.terms import BatchHeader, RenderedFile

NAME = "quickbooks_online.bill"
ROW_LIMIT, BILL_LIMIT = 1000, 100
_HEADER = "*BillNo,*Supplier,*BillDate,*DueDate,Terms,Location,Memo,*Account,LineDescription,*LineAmount,Currency"
_TO_DO = "Delete the bill in QuickBooks Online while it is unpaid; else enter a vendor credit of this amount."


def render(table: pa.Table, header: BatchHeader, _settings: Settings) -> list[RenderedFile]:
    """One row per line, in files of at most 100 bills and 1000 rows that never part a bill.

    A line without a bill number waits for the vendor's invoice and is left out. The file has no column for a customer:
    the job stands in the description, and job cost is lost in the books (docs/contractors.md).
    Raises TargetError with every finding.
    """
    rows = billed(table, NAME)
    if not len(rows):
        return []
    texts = bill_texts(rows, NAME)
    memo = pa.array([header.period_label] * len(rows), pa.string())
    empty = pa.array([""] * len(rows), pa.string())
    lines = csv_rows((
        texts["document_number"], texts["vendor_name"], dates(rows["billed_on"], "%m/%d/%Y"),
        dates(rows["due_on"], "%m/%d/%Y"), texts["terms"], empty, memo, texts["account"], texts["description"],
        currency_amounts(rows["amount"], rows["currency"]), rows["currency"].combine_chunks()))
    parts = bill_files(rows["document_number"].to_pylist(), ROW_LIMIT, BILL_LIMIT)
    return [
        rendered(NAME, "upload", part_name(f"bills_{header.period_end.isoformat()}", number, len(parts), "csv"),
                 (csv_bytes(_HEADER, lines.slice(start, count)), count))
        for number, (start, count) in enumerate(parts, 1)
    ]


def correct(table: pa.Table, header: BatchHeader, _settings: Settings) -> list[RenderedFile]:
    """The bills to delete or to credit by hand: no import takes a negative bill."""
    return delete_list(billed(table, NAME), NAME, header, _TO_DO)


changed_texts = changed_bills(NAME)
