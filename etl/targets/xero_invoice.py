"""Xero sales invoices as CSV, imported as drafts. Source: targets reference, section 3.1."""

from __future__ import annotations

from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from etl.errors import TargetError
from etl.settings import Settings, Xero
from etl.targets.fields import written_texts
from etl.targets.files import csv_bytes, csv_rows, rendered
from etl.targets.invoices import (
    by_hand,
    changed_invoices,
    checked_invoices,
    descriptions,
    file_name,
    in_files,
    quantities,
    route_of,
    to_import,
    totals_list,
)
from etl.targets.printed import each_distinct
from etl.targets.target_names import called_there
from etl.targets.xero import tracking_columns, xero_dates
from etl.terms import BatchHeader, RenderedFile

NAME = "xero.invoice"
INVOICE_LIMIT = 500
_HEADER = (
    "*ContactName,EmailAddress,POAddressLine1,POAddressLine2,POAddressLine3,POAddressLine4,POCity,PORegion,"
    "POPostalCode,POCountry,*InvoiceNumber,Reference,*InvoiceDate,*DueDate,InventoryItemCode,*Description,*Quantity,"
    "*UnitAmount,Discount,*AccountCode,*TaxType,TrackingName1,TrackingOption1,TrackingName2,TrackingOption2,Currency,"
    "BrandingTheme")
_NEEDED = ("account", "tax_code")
_TO_DO = "Delete the draft in Xero; once approved and unpaid void it, else make a credit note."


def render(table: pa.Table, header: BatchHeader, settings: Settings) -> list[RenderedFile]:
    """One row per line, in files of at most 500 whole invoices, each a draft in Xero.

    The contact is the customer; the job is told in the description and, where declared, as a tracking option. Accounts
    and options go by target_lists.csv, as in every file for Xero. Raises TargetError with every finding.
    """
    rows = checked_invoices(table, NAME, settings, *_NEEDED)
    hand, rows = by_hand(rows, NAME, header, settings), to_import(rows)
    if not len(rows):
        return hand
    lines, parts = csv_rows(_columns(rows, header, settings)), in_files(
        rows["invoice_number"].to_pylist(), INVOICE_LIMIT)
    files = [rendered(NAME, "upload", file_name(header, number, parts, "csv"),
                      (csv_bytes(_HEADER, lines.slice(start, count)), count))
             for number, (start, count) in enumerate(parts, 1)]
    return [*files, *hand]


def correct(table: pa.Table, header: BatchHeader, settings: Settings) -> list[RenderedFile]:
    """The drafts to delete: the CSV import takes no credit note."""
    return totals_list(checked_invoices(table, NAME, settings, *_NEEDED), NAME, header, _TO_DO)


def changed_texts(table: pa.Table, _header: BatchHeader, _settings: Settings) -> pa.Table:
    """Every text that the files show otherwise than the lines; for the workbook."""
    return changed_invoices(table, NAME)


def _columns(rows: pa.Table, header: BatchHeader, settings: Settings) -> list[pa.Array]:
    texts, (quantity, price) = written_texts(rows, NAME), quantities(rows, route_of(NAME).quantity_digits)
    xero, empty = _told_dates(settings), pa.array([""] * len(rows), pa.string())
    customer = each_distinct(texts["customer_job"], lambda job: job.partition(":")[0])
    job = each_distinct(texts["customer_job"], lambda job: job.rpartition(":")[2] if ":" in job else "")
    parted = pc.if_else(pc.equal(job, ""), "", ": ")
    reference = pa.array([header.period_label.rpartition(" ")[2]] * len(rows), pa.string())
    return [
        customer, *[empty] * 9, texts["invoice_number"], reference, xero_dates(rows["billed_on"], xero),
        xero_dates(rows["due_on"], xero), empty,
        pc.binary_join_element_wise(job, parted, descriptions(rows, texts), ""), quantity, price, empty,
        each_distinct(texts["account"], partial(called_there, names=header.target_lists.get("xero.account", {}))),
        texts["tax_code"], *tracking_columns(texts, header, xero).values(), rows["currency"].combine_chunks(), empty]


def _told_dates(settings: Settings) -> Xero:
    """The organisation's settings; TargetError where nobody has said how it writes dates: a wrong guess swaps them."""
    if settings.targets.xero.date_format is None:
        raise TargetError(
            "TARGET_SETTINGS_MISSING", where=f"mappings/{settings.company.id}/company.toml, key targets.xero",
            what="Files for Xero are asked for, but how the organisation writes dates is not said",
            fix='Add [targets.xero] with date_format = "DD/MM/YYYY" or "MM/DD/YYYY", as in General settings.')
    return settings.targets.xero
