"""The documents of a batch and their totals, for the summary: journals live from their lines, the rest as counted."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from etl.tables import BILLABLE_LINES, INVOICE_LINES, PAYROLL_HOURS, POSTINGS, TIME_ACTIVITIES, assert_schema
from etl.workbooks.detail import LINE_AMOUNT
from etl.workbooks.sheets import Cell, Sheet
from etl.workbooks.words import PageRows, agreed, amount, heads


def documents(page: PageRows, tables: Mapping[str, pa.Table], lines: Sheet) -> tuple[int, int]:
    """Add the documents to a page; for their checks, the row of the first journal and the number of journals."""
    page.add()
    page.add(Cell("Documents in this batch", look="heading"))
    page.add(*heads("Document", "Lines", "Hours", "Debits, or amount", "Credits", "Difference", "Currency",
                    "0 = agreed", numbers=(1, 2, 3, 4, 5)))
    first = page.next_row
    journals = _journals(tables.get("postings"))
    for document, currency in journals:
        _journal(page, lines, document, currency)
    if (table := tables.get("time_activities")) is not None:
        times = assert_schema(table, TIME_ACTIVITIES, "time_activities")
        written = times.filter(pc.not_equal(times["exported_seconds"], 0))
        _counted(page, "Time activities", written, "exported_seconds")
    if (table := tables.get("payroll_hours")) is not None:
        _counted(page, "Payroll hours", assert_schema(table, PAYROLL_HOURS, "payroll_hours"), "exported_seconds")
    if (table := tables.get("billable_lines")) is not None:
        _counted(page, "Invoice lines", assert_schema(table, BILLABLE_LINES, "billable_lines"), "bill_seconds")
    if (table := tables.get("invoice_lines")) is not None:
        _counted(page, "Draft invoices", assert_schema(table, INVOICE_LINES, "invoice_lines"), "seconds")
    if page.next_row == first:
        page.add(Cell("The batch has no documents.", look="note"))
    return first, len(journals)


def _journals(postings: pa.Table | None) -> list[tuple[str, str]]:
    """Document number and currency of each journal."""
    if postings is None:
        return []
    table = assert_schema(postings, POSTINGS, "postings")
    found = table.group_by(["document_number", "currency"]).aggregate([]).to_pylist()
    return sorted((row["document_number"] or "", row["currency"] or "") for row in found)


def _journal(page: PageRows, lines: Sheet, document: str, currency: str) -> None:
    """One journal: its lines, debits and credits live from the sheet of lines, and the difference that must be 0."""
    row = page.next_row
    own = f"{lines.range_of('Document')},A{row},{lines.range_of('Currency')},G{row}"
    amounts = lines.range_of(LINE_AMOUNT)
    digits = amount(None, currency).digits

    def side(sign: str) -> Cell:
        return amount(None, currency, formula=f'=SUMIFS({amounts},{own},{amounts},"{sign}0")')

    page.add(
        Cell(document), Cell(kind="count", formula=f"=COUNTIFS({own})"), None, side(">"), side("<"),
        Cell(kind="amount", digits=digits, formula=f"=ROUND(D{row}+E{row},3)"), Cell(currency), agreed(f"F{row}"))


def _counted(page: PageRows, name: str, table: pa.Table, seconds: str) -> None:
    """A document without a sheet of its own: lines and hours, and its amount in each currency."""
    total = pc.sum(table[seconds]).as_py() or 0
    hours = Cell(kind="hours", formula=f"={total}/3600")
    amounts: list[tuple[str, Decimal]] = []
    if "amount" in table.column_names:
        sums = table.group_by(["currency"]).aggregate([("amount", "sum")]).to_pylist()
        amounts = sorted((row["currency"] or "", row["amount_sum"]) for row in sums if row["amount_sum"] is not None)
    start: tuple[Cell | None, ...] = (Cell(name), Cell(table.num_rows, "count"), hours)
    if not amounts:
        page.add(*start)
    for currency, total_amount in amounts:
        page.add(*start, amount(total_amount, currency), None, None, Cell(currency))
        start = (Cell(name), None, None)
