"""QuickBooks Desktop bills of vendors: BILL blocks. Source: targets reference, sections 1.1 and 1.4."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from etl.settings import Settings
from etl.targets.fields import written_texts
from etl.targets.files import Folder, rendered
from etl.targets.findings import Finding, refuse
from etl.targets.iif import desktop_settings, iif_bytes, iif_rows
from etl.targets.journals import AMOUNT_DIGITS, reversal_number
from etl.targets.printed import amounts, dates, each_distinct
from etl.targets.vendor_rows import bill_texts, billed, bills_in, changed_bills
from etl.terms import BatchHeader, RenderedFile

NAME = "quickbooks_desktop.bill"
_COMMON = ("TRNSTYPE", "DATE", "ACCNT", "NAME", "CLASS", "AMOUNT", "DOCNUM", "MEMO", "CLEAR")
_HEADERS = (("!TRNS", "TRNSID", *_COMMON, "TOPRINT", "DUEDATE", "TERMS"),
            ("!SPL", "SPLID", *_COMMON, "QNTY", "REIMBEXP"), ("!ENDTRNS",))


def render(table: pa.Table, header: BatchHeader, settings: Settings) -> list[RenderedFile]:
    """One BILL block per bill: the payable with the vendor, then its lines with job and class; the block sums to zero.

    A line without a bill number waits for the vendor's invoice and is left out. Home currency only: IIF names none.
    Raises TargetError with every finding.
    """
    return _file(_home_bills(table, header), "BILL", "upload", header, settings)


def correct(table: pa.Table, header: BatchHeader, settings: Settings) -> list[RenderedFile]:
    """The vendor credits (BILL REFUND): signs exchanged, numbers of their own; each is applied to its bill by hand."""
    rows = _home_bills(table, header)
    numbers = each_distinct(rows["document_number"], reversal_number)
    if clash := sorted(set(numbers.to_pylist()) & set(rows["document_number"].to_pylist())):
        refuse([Finding("DOCUMENT_NUMBER", f"The vendor credit's number {', '.join(clash)} is taken", NAME,
                        "Credit these bills by hand under numbers of your own.")])
    at = rows.column_names.index("document_number")
    return _file(rows.set_column(at, "document_number", numbers), "BILL REFUND", "corrections", header, settings)


changed_texts = changed_bills(NAME)


def _home_bills(table: pa.Table, header: BatchHeader) -> pa.Table:
    rows = billed(table, NAME)
    foreign = rows.filter(pc.not_equal(rows["currency"], header.home_currency))
    refuse([Finding("JOURNAL_CURRENCY", f"{row['vendor_name']}: {row['amount']} {row['currency']} is not in "
                    f"{header.home_currency}", f"{NAME}, line {row['line_id']}",
                    "This file names no currency: enter the bill by hand from the vendor worksheet.")
            for row in foreign.to_pylist()])
    return rows


def _file(
    rows: pa.Table, kind: str, folder: Folder, header: BatchHeader, settings: Settings,
) -> list[RenderedFile]:
    payables = desktop_settings(settings).payables_account
    if not len(rows):
        return []
    sign = -1 if kind == "BILL" else 1   # of the payable
    lines = _lines(rows, kind, pc.multiply(rows["amount"], -sign))
    texts, days = written_texts(rows, NAME), dates(rows["billed_on"], "%m/%d/%Y")
    due = dates(rows["due_on"], "%m/%d/%Y")
    written, count = [], 0
    for start, size in bills_in(rows["document_number"].to_pylist()):
        total = pc.sum(rows["amount"].slice(start, size)).as_py() * sign + 0   # never -0.00
        [text] = iif_rows((
            "TRNS", "", kind, days.slice(start, 1), payables, texts["vendor_name"].slice(start, 1), "",
            f"{total:.{AMOUNT_DIGITS}f}", texts["document_number"].slice(start, 1),
            f"Contract time {header.period_label}", "N", "N", due.slice(start, 1), texts["terms"].slice(start, 1),
        )).to_pylist()
        written += [text, *lines.slice(start, size).to_pylist(), "ENDTRNS"]
        count += 1 + size
    name = f"bills_{header.period_end.isoformat()}.iif" if folder == "upload" else (
        f"vendor_credits_{header.period_end.isoformat()}.iif")
    return [rendered(NAME, folder, name, (iif_bytes(_HEADERS, written), count))]


def _lines(rows: pa.Table, kind: str, signed: pa.ChunkedArray) -> pa.Array:
    """One SPL per line of a bill: expense account, job, class, amount; the number stands on the bill alone."""
    texts = bill_texts(rows, NAME)
    return iif_rows((
        "SPL", "", kind, dates(rows["billed_on"], "%m/%d/%Y"), texts["account"], texts["customer_job"], texts["class"],
        amounts(pc.cast(signed, pa.decimal128(38, 3)), AMOUNT_DIGITS), "", texts["description"], "N", "", "NOTHING",
    ))
