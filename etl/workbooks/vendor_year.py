"""The yearly review of vendors as a workbook: per payee and box what was paid, what is missing, who looked."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from etl.workbooks.sheets import Cell, Column, Marks, Page, Sheet, Value
from etl.workbooks.words import BANNER, PageRows, heads
from etl.workbooks.writer import render_workbook

Note = tuple[str, str, str]
REVIEW, PAYMENTS, DUE = "Review", "Payments", "Due and open"
_NOTE = (
    "Off the payments: what counts less the live sum of the sheet Payments, must be 0. A form is due from "
    "the threshold on, or where tax was withheld. ask: a person decides before anything is filed. No filing."
)


def render_vendor_year(
    company: str, year: int, tables: tuple[pa.Table, pa.Table], notes: Sequence[Note], *, is_sandbox: bool,
) -> bytes:
    """The workbook of a calendar year. `tables`: vendor_year and vendor_payments_read, as the decisions left them.

    `notes`: what, when, why: due days and open questions. Each figure stands beside the live sum of its payments.
    """
    review, payments = tables
    whose = (*([BANNER] if is_sandbox else []), f"{company} · payments of {year}")
    paid = _payments(payments, whose)
    sheets: list[Sheet | Page] = [_review(review, paid, whose), paid, _due(notes, whose)]
    return render_workbook(
        sheets, title=f"Vendors {year}", subject=f"{company}, payments of {year}",
        marks=Marks(company, f"Payments of {year}", "", BANNER if is_sandbox else ""))


def _payments(table: pa.Table, whose: tuple[str, ...]) -> Sheet:
    names = ("payee", "vendor_id", "payment_date", "box", "account", "method", "reference", "amount", "currency",
             "counting")
    columns = (
        Column("Payee", "text", 11), Column("Vendor", "text", 11), Column("Paid on", "date", 12),
        Column("Box", "text", 9), Column("Account", "text", 30), Column("Method", "text", 14),
        Column("Reference", "text", 16),
        Column("Amount", "amount", 14, currency="Currency"), Column("Currency", "text", 10),
        Column("Counts", "text", 11))
    return Sheet(
        PAYMENTS, columns, table.select(list(names)), totals=("Amount",), empty="No payments in this year.",
        notes=(*whose, "By the day of payment. Excluded: cards and third-party networks, reported by the processor."))


def _review(table: pa.Table, paid: Sheet, whose: tuple[str, ...]) -> Sheet:
    columns = (
        Column("Payee", "text", 11), Column("Name", "text", 22), Column("Tax id", "text", 11), Column("Box", "text", 9),
        Column("Paid", "amount", 13, currency="Currency"), Column("Excluded", "amount", 13, currency="Currency"),
        Column("Counted", "amount", 13, "=ROUND({Paid}-{Excluded},3)", "Currency"),
        Column("Off the payments", "amount", 11, f"=ROUND({{Counted}}-{_sum(paid)},3)", "Currency"),
        Column("Currency", "text", 9),
        Column("Threshold", "amount", 11, currency="Currency"), Column("Federal", "text", 17),
        Column("State", "text", 8), Column("State threshold", "amount", 11, currency="Currency"),
        Column("State copy", "text", 17), Column("Missing", "text", 24),
        Column("Reviewed by", "text", 14), Column("On", "text", 11))
    names = ("box", "paid", "excluded", "currency", "threshold", "federal", "state", "state_threshold", "state_copy",
             "missing")
    rows: list[tuple[Value, ...]] = [
        (row["payee"], row["vendor_name"], _tax_id(row["tin_type"], row["tin_last_four"]),
         *(row[name] for name in names), None, None)
        for row in table.to_pylist()]
    return Sheet(
        REVIEW, columns, rows, totals=("Paid", "Excluded", "Counted"), empty="No payments in this year.",
        notes=(*whose, _NOTE))


def _sum(paid: Sheet) -> str:
    """A live sum of what counts of one row's payee, box and currency."""
    if not paid.count_rows:
        return "0"
    own = "".join(f",{paid.range_of(name)},{{{name}}}" for name in ("Payee", "Box", "Currency"))
    return f'SUMIFS({paid.range_of("Amount")}{own},{paid.range_of("Counts")},"counts")'


def _tax_id(kind: str | None, last_four: str | None) -> str | None:
    return f"{kind or ''} …{last_four}".strip() if last_four else None


def _due(notes: Sequence[Note], whose: tuple[str, ...]) -> Page:
    page = PageRows()
    page.add(Cell(DUE, look="title"))
    for line in whose:
        page.add(Cell(line, look="note"))
    page.add()
    page.add(*heads("What", "When", "Why"))
    for what, when, why in notes:
        page.add(Cell(what, is_wrapped=True), Cell(when, is_wrapped=True), Cell(why, is_wrapped=True))
    page.add_signers("Prepared by", "Reviewed by")
    return page.page(DUE, (40, 20, 60), is_upright=True)
