"""QuickBooks Desktop invoices: INVOICE blocks, taken back by CREDIT MEMO. Source: targets reference, 1.4 and 13."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from etl.settings import Settings
from etl.targets.fields import written_texts
from etl.targets.files import Folder, rendered
from etl.targets.iif import LINE_END, desktop_settings, iif_bytes, iif_rows
from etl.targets.invoices import (
    by_hand,
    changed_invoices,
    checked_invoices,
    descriptions,
    documents,
    file_name,
    in_files,
    memo_of,
    quantities,
    route_of,
    to_import,
    totals,
    totals_list,
)
from etl.targets.printed import amounts, dates, each_distinct
from etl.terms import BatchHeader, RenderedFile

NAME = "quickbooks_desktop.invoice"
INVOICE_LIMIT = 1000   # of a file, so that QuickBooks' review of it stays usable (targets reference, 1.1)
_TURN = re.compile("I([0-9]+)$")
_ADDRESS = ("address_1", "address_2", "address_3", "address_4")
_HEADERS = (
    ("!TRNS", "TRNSID", "TRNSTYPE", "DATE", "ACCNT", "NAME", "CLASS", "AMOUNT", "DOCNUM", "MEMO", "CLEAR", "TOPRINT",
     "NAMEISTAXABLE", "ADDR1", "ADDR2", "ADDR3", "ADDR4", "ADDR5", "DUEDATE", "TERMS", "PAID"),
    ("!SPL", "SPLID", "TRNSTYPE", "DATE", "ACCNT", "NAME", "CLASS", "AMOUNT", "DOCNUM", "MEMO", "CLEAR", "QNTY",
     "PRICE", "INVITEM", "TAXABLE", "VALADJ", "REIMBEXP", "EXTRA"),
    ("!ENDTRNS",),
)


def render(table: pa.Table, header: BatchHeader, settings: Settings) -> list[RenderedFile]:
    """One INVOICE block per invoice: debit the receivable in full, credit each line; at most 1000 invoices a file.

    What IIF cannot carry (tax, a foreign currency, a total below zero) becomes a worksheet for entry by hand.
    Raises TargetError with every finding.
    """
    rows = checked_invoices(table, NAME, settings, "account")
    return [*_files(to_import(rows), header, settings, "upload"), *by_hand(rows, NAME, header, settings)]


def correct(table: pa.Table, header: BatchHeader, settings: Settings) -> list[RenderedFile]:
    """One CREDIT MEMO per invoice, signs exchanged, under a number of its own; applied to the invoice by hand."""
    rows = checked_invoices(table, NAME, settings, "account")
    hand = rows.filter(pc.is_valid(rows["by_hand"]))
    return [*_files(to_import(rows), header, settings, "corrections"),
            *totals_list(hand, NAME, header, "Where it was entered: make a credit memo of this amount and apply it.")]


def changed_texts(table: pa.Table, _header: BatchHeader, _settings: Settings) -> pa.Table:
    """Every text that the files show otherwise than the lines; for the workbook."""
    return changed_invoices(table, NAME)


def _files(rows: pa.Table, header: BatchHeader, settings: Settings, folder: Folder) -> list[RenderedFile]:
    if not len(rows):
        return []
    is_credit = folder == "corrections"
    splits, numbers = _splits(rows, is_credit=is_credit), rows["invoice_number"].to_pylist()
    parts = in_files(numbers, INVOICE_LIMIT)
    files = []
    for number, (start, count) in enumerate(parts, 1):
        part = rows.slice(start, count)
        heads = _heads(part, header, settings, is_credit=is_credit)
        records = [line for head, (first, lines) in zip(heads, documents(numbers[start:start + count]), strict=True)
                   for line in (head, *splits[start + first:start + first + lines])]
        content = iif_bytes(_HEADERS, [*_ended(records)])
        files.append(rendered(NAME, folder, _name(header, number, parts, is_credit=is_credit), (content, len(records))))
    return files


def _name(header: BatchHeader, number: int, parts: list[tuple[int, int]], *, is_credit: bool) -> str:
    name = file_name(header, number, parts, "iif")
    return name.replace("invoices_", "credit_memos_") if is_credit else name


def _ended(records: list[str]) -> list[str]:
    """Each record, with ENDTRNS after a transaction's last."""
    nexts = [*(record.startswith("TRNS") for record in records[1:]), True]
    return [f"{record}{LINE_END}ENDTRNS" if is_last else record
            for record, is_last in zip(records, nexts, strict=True)]


def _numbers(rows: pa.Table, *, is_credit: bool) -> pa.Array:
    return each_distinct(rows["invoice_number"], _credit_number if is_credit else str)


def _credit_number(number: str) -> str:
    """Of TB0042I01 TB0042X01: an X in place of the I keeps it as long, and its own."""
    return _TURN.sub(r"X\1", number)


def _heads(rows: pa.Table, header: BatchHeader, settings: Settings, *, is_credit: bool) -> list[str]:
    """One TRNS record per invoice."""
    total, first = totals(rows)
    texts = written_texts(first, NAME)
    kind = "CREDIT MEMO" if is_credit else "INVOICE"
    memo = memo_of(header)
    if is_credit:
        memo = pc.binary_join_element_wise("Reversal of ", first["invoice_number"].combine_chunks(), ": ", memo, "")
    customer = each_distinct(pa.array(texts["customer_job"]), lambda job: job.partition(":")[0])
    account = desktop_settings(settings).receivable_account
    return _listed(iif_rows((
        _repeat("TRNS", first), "", kind, dates(first["billed_on"], "%m/%d/%Y"), account, texts["customer_job"], "",
        amounts(pc.negate(total) if is_credit else total, route_of(NAME).money_digits),
        _numbers(first, is_credit=is_credit), memo, "N", "N", "N", customer, *(texts[name] for name in _ADDRESS),
        dates(first["due_on"], "%m/%d/%Y"), texts["terms"], "N",
    )))


def _splits(rows: pa.Table, *, is_credit: bool) -> list[str]:
    """One SPL record per line: credit negative, the quantity with the sign of the amount."""
    texts, (quantity, price) = written_texts(rows, NAME), quantities(rows, route_of(NAME).quantity_digits)
    amount = rows["amount"].combine_chunks()
    signed = amount if is_credit else pc.negate(amount)
    quantity = quantity if is_credit else pc.binary_join_element_wise("-", quantity, "")
    return _listed(iif_rows((
        _repeat("SPL", rows), "", "CREDIT MEMO" if is_credit else "INVOICE", dates(rows["billed_on"], "%m/%d/%Y"),
        texts["account"], "", texts["class"], amounts(signed, route_of(NAME).money_digits), "",
        descriptions(rows, texts), "N", quantity, price, texts["service_item"], "N", "N", "NOTHING", "",
    )))


def _listed(column: pa.Array) -> list[str]:
    return [str(record) for record in column.to_pylist()]


def _repeat(text: str, rows: pa.Table) -> pa.Array:
    return pa.array([text] * len(rows), pa.string())
