"""QuickBooks Online invoices as CSV. Source: targets reference, section 2.1."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from etl.settings import Settings
from etl.targets.fields import written_texts
from etl.targets.files import csv_bytes, csv_rows, rendered
from etl.targets.invoices import (
    by_hand,
    changed_invoices,
    checked_invoices,
    descriptions,
    file_name,
    in_files,
    memo_of,
    quantities,
    route_of,
    to_import,
    totals_list,
)
from etl.targets.printed import currency_amounts, dates
from etl.terms import BatchHeader, RenderedFile

NAME = "quickbooks_online.invoice"
INVOICE_LIMIT, ROW_LIMIT = 100, 1000
_HEADER = ("*InvoiceNo,*Customer,*InvoiceDate,*DueDate,Terms,Location,Memo,Item(Product/Service),ItemDescription,"
           "ItemQuantity,ItemRate,*ItemAmount,Service Date")
_TO_DO = "Delete the invoice in QuickBooks Online while it is unpaid and unsent; else make a credit memo by hand."


def render(table: pa.Table, header: BatchHeader, settings: Settings) -> list[RenderedFile]:
    """One row per line, in files of at most 100 invoices and 1000 rows that never part an invoice.

    With a tax code a column more, with a foreign currency another. What the import refuses becomes a worksheet for
    entry by hand: everything where automated sales tax is on or unknown, else invoices with a negative line.
    Raises TargetError with every finding.
    """
    rows = checked_invoices(table, NAME, settings)
    hand, rows = by_hand(rows, NAME, header, settings), to_import(rows)
    if not len(rows):
        return hand
    texts, (quantity, price) = written_texts(rows, NAME), quantities(rows, route_of(NAME).quantity_digits)
    day = dates(rows["billed_on"], "%m/%d/%Y")
    memo, empty = (pa.array([text] * len(rows), pa.string()) for text in (memo_of(header), ""))
    columns = [
        texts["invoice_number"], texts["customer_job"], day, dates(rows["due_on"], "%m/%d/%Y"), texts["terms"], empty,
        memo, texts["service_item"], descriptions(rows, texts), quantity, price,
        currency_amounts(rows["amount"], rows["currency"]), day]
    head = _HEADER
    if settings.billing.tax == "required":
        head, columns = f"{head},*Item Tax Code", [*columns, texts["tax_code"]]
    if pc.any(pc.not_equal(rows["currency"], header.home_currency)).as_py():
        head, columns = f"{head},Currency", [*columns, rows["currency"].combine_chunks()]
    lines, parts = csv_rows(columns), in_files(rows["invoice_number"].to_pylist(), INVOICE_LIMIT, ROW_LIMIT)
    files = [rendered(NAME, "upload", file_name(header, number, parts, "csv"),
                      (csv_bytes(head, lines.slice(start, count)), count))
             for number, (start, count) in enumerate(parts, 1)]
    return [*files, *hand]


def correct(table: pa.Table, header: BatchHeader, settings: Settings) -> list[RenderedFile]:
    """The invoices to delete or to credit by hand: no import takes a negative invoice."""
    return totals_list(checked_invoices(table, NAME, settings), NAME, header, _TO_DO)


def changed_texts(table: pa.Table, _header: BatchHeader, _settings: Settings) -> pa.Table:
    """Every text that the files show otherwise than the lines; for the workbook."""
    return changed_invoices(table, NAME)
