"""Billing worksheet: what each customer:job is to be billed, for people who enter or review invoices."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from etl.settings import Settings
from etl.tables import BILLABLE_LINES, assert_schema
from etl.targets.fields import TextChange, changes, name_findings, written_texts
from etl.targets.files import csv_content, rendered
from etl.targets.findings import Finding, empty_cells, money_findings, refuse
from etl.targets.printed import currency_amounts
from etl.terms import BatchHeader, RenderedFile
from etl.units import minor_digits

NAME = "billing.worksheet"
_NEEDED = ("customer_job", "service_item", "bill_rate", "quantity_hours", "quantity_digits", "amount", "currency")
_TO_DO = "Where an invoice was made from this line: credit it by hand, same customer:job and item."
_QUANTITY_DIGITS = 6   # of the table's column
_EXACT_DIGITS = 50   # more than a product of two DECIMAL(18) can have


def render(table: pa.Table, header: BatchHeader, _settings: Settings) -> list[RenderedFile]:
    """The worksheet, one row per customer:job, service item and rate; printed hours x rate = printed amount.

    Raises TargetError for every line where the product, rounded half up in size, is not the amount.
    """
    rows = _rows(table)
    if not len(rows):
        return []
    return [rendered(NAME, "worksheets", f"billing_{header.period_end.isoformat()}.csv", header,
                     csv_content(_columns(rows)))]


def correct(table: pa.Table, header: BatchHeader, _settings: Settings) -> list[RenderedFile]:
    """The list of lines to credit by hand, in order; the worksheet itself posts nothing."""
    rows = _rows(table)
    if not len(rows):
        return []
    columns = {"order": pc.cast(pa.array(range(1, len(rows) + 1)), pa.string()), **_columns(rows),
               "to_do": pa.array([_TO_DO] * len(rows), pa.string())}
    name = f"billing_{header.period_end.isoformat()}_credit_list.csv"
    return [rendered(NAME, "corrections", name, header, csv_content(columns))]


def changed_texts(table: pa.Table) -> list[TextChange]:
    """Names written in composed form; for the workbook."""
    rows = assert_schema(table, BILLABLE_LINES, "billable_lines")
    return changes(rows, NAME, written_texts(rows, NAME))


def _rows(table: pa.Table) -> pa.Table:
    rows = assert_schema(table, BILLABLE_LINES, "billable_lines")
    refuse(empty_cells(rows, _NEEDED, NAME))
    refuse([*name_findings(rows, NAME), *money_findings(rows, NAME), *_product_findings(rows)])
    return rows


def _columns(rows: pa.Table) -> dict[str, pa.Array]:
    texts = written_texts(rows, NAME)
    hours = [f"{quantity:.{digits}f}" for quantity, digits in
             zip(rows["quantity_hours"].to_pylist(), rows["quantity_digits"].to_pylist(), strict=True)]
    rates = [_rate(rate, minor_digits(currency)) for rate, currency in
             zip(rows["bill_rate"].to_pylist(), rows["currency"].to_pylist(), strict=True)]
    return {
        "customer_job": texts["customer_job"], "service_item": texts["service_item"],
        "hours": pa.array(hours, pa.string()), "rate": pa.array(rates, pa.string()),
        "amount": currency_amounts(rows["amount"], rows["currency"]), "currency": rows["currency"].combine_chunks(),
    }


def _rate(rate: Decimal, digits: int) -> str:
    """A rate in its currency's digits, and more where it has more: 165.00, 162.505."""
    text = f"{rate:f}".rstrip("0")
    whole, _, part = text.partition(".")
    return f"{whole}.{part.ljust(digits, '0')}" if part or digits else whole


def _product_findings(rows: pa.Table) -> list[Finding]:
    columns = ("line_id", "quantity_hours", "quantity_digits", "bill_rate", "amount", "currency", "customer_job")
    return [finding for row in rows.select(columns).to_pylist() if (finding := _product_finding(row))]


def _product_finding(row: dict[str, Any]) -> Finding | None:
    """The finding about one line, or None where its printed figures multiply to the amount."""
    unit = Decimal(1).scaleb(-minor_digits(row["currency"]))
    hours, digits = row["quantity_hours"], row["quantity_digits"]
    with localcontext() as exact:
        exact.prec = _EXACT_DIGITS
        product = (hours * row["bill_rate"]).quantize(unit, ROUND_HALF_UP)
        is_printable = 0 <= digits <= _QUANTITY_DIGITS and hours == round(hours, digits)
    if is_printable and product == row["amount"]:
        return None
    return Finding(
        "BILLING_PRODUCT",
        f"{row['customer_job']}: {hours} h with {digits} decimals x {row['bill_rate']} is {product}, "
        f"not {row['amount']} {row['currency']}",
        f"{NAME}, line {row['line_id']}",
        "Report this: the quantity needs more decimals, or the amount was not made from it.")
