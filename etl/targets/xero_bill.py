"""Xero bills of vendors as CSV. Source: targets reference, section 3.1."""

from __future__ import annotations

import pyarrow as pa

from etl.settings import Settings
from etl.targets.files import csv_content, part_name, rendered
from etl.targets.findings import refuse
from etl.targets.printed import currency_amounts, each_distinct
from etl.targets.target_names import codes_in
from etl.targets.vendor_rows import bill_files, bill_texts, billed, changed_bills, delete_list
from etl.targets.xero import csv_settings, tracking_columns, xero_dates
from etl.terms import BatchHeader, RenderedFile

NAME = "xero.bill"
ROW_LIMIT, BILL_LIMIT = 100_000, 500   # no limit of rows is known
_ADDRESS = ("EmailAddress", "POAddressLine1", "POAddressLine2", "POAddressLine3", "POAddressLine4", "POCity",
            "PORegion", "POPostalCode", "POCountry")
_TO_DO = ("Delete the draft in Xero; void the bill where it is approved and unpaid; else enter a credit note of this "
          "amount and apply it by hand.")


def render(table: pa.Table, header: BatchHeader, settings: Settings) -> list[RenderedFile]:
    """One row per line as quantity 1 at its amount, in files of at most 500 bills that never part a bill.

    A line without a bill number waits for the vendor's invoice and is left out. Xero makes drafts of the bills, and a
    contact of a vendor it does not know. Raises TargetError with every finding.
    """
    rows = billed(table, NAME)
    if not len(rows):
        return []
    columns = _columns(rows, header, settings)
    parts = bill_files(rows["document_number"].to_pylist(), ROW_LIMIT, BILL_LIMIT)
    return [
        rendered(NAME, "upload", part_name(f"bills_{header.period_end.isoformat()}", number, len(parts), "csv"),
                 csv_content({name: column.slice(start, count) for name, column in columns.items()}))
        for number, (start, count) in enumerate(parts, 1)
    ]


def correct(table: pa.Table, header: BatchHeader, _settings: Settings) -> list[RenderedFile]:
    """The bills to delete, to void or to credit by hand: no import takes a negative bill."""
    return delete_list(billed(table, NAME), NAME, header, _TO_DO)


changed_texts = changed_bills(NAME)


def _columns(rows: pa.Table, header: BatchHeader, settings: Settings) -> dict[str, pa.Array]:
    xero, texts = csv_settings(settings), bill_texts(rows, NAME)
    codes, findings = codes_in(rows, "account", NAME, header)
    refuse(findings)
    empty, one, rate = (pa.array([text] * len(rows), pa.string()) for text in ("", "1", xero.tax_rate))
    return {
        "*ContactName": texts["vendor_name"], **dict.fromkeys(_ADDRESS, empty),
        "*InvoiceNumber": texts["document_number"], "*InvoiceDate": xero_dates(rows["billed_on"], xero),
        "*DueDate": xero_dates(rows["due_on"], xero), "Total": empty, "InventoryItemCode": empty,
        "Description": texts["description"], "*Quantity": one,
        "*UnitAmount": currency_amounts(rows["amount"], rows["currency"]),
        "*AccountCode": each_distinct(rows["account"], codes.__getitem__), "*TaxType": rate, "TaxAmount": empty,
        **tracking_columns(texts, header, xero), "Currency": rows["currency"].combine_chunks(),
    }
