"""Billing worksheet: what each customer:job is to be billed, for people who enter or review invoices."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from etl.settings import Settings
from etl.tables import BILLABLE_LINES, assert_schema
from etl.targets.fields import changes, name_findings, written_texts
from etl.targets.files import csv_content, rendered
from etl.targets.findings import Finding, empty_cells, money_findings, refuse
from etl.targets.printed import (
    amounts,
    by_group,
    currency_amounts,
    dates,
    finer_than,
    nowhere,
    present,
    rates,
)
from etl.terms import BatchHeader, RenderedFile
from etl.units import minor_digits

NAME = "billing.worksheet"
_NEEDED = ("customer_job", "service_item", "bill_rate", "quantity_hours", "quantity_digits", "amount", "currency")
_TO_DO = "Where an invoice was made from this line: credit it by hand, same customer:job and item."
_QUANTITY_DIGITS = 6   # of the table's column


def render(table: pa.Table, header: BatchHeader, settings: Settings) -> list[RenderedFile]:
    """The worksheet, one row per customer:job, service item and rate; printed hours x rate = printed amount.

    With billing.rate = "omit" it shows hours only: rate, amount and currency are the books' own.

    Raises TargetError for every line where the product, rounded half up in size, is not the amount.
    """
    rows = _rows(table)
    if not len(rows):
        return []
    return [rendered(NAME, "worksheets", f"billing_{header.period_end.isoformat()}.csv",
                     csv_content(_columns(rows, settings)))]


def correct(table: pa.Table, header: BatchHeader, settings: Settings) -> list[RenderedFile]:
    """The list of lines to credit by hand, in order; the worksheet itself posts nothing."""
    rows = _rows(table)
    if not len(rows):
        return []
    columns = {"order": pc.cast(pa.array(range(1, len(rows) + 1)), pa.string()), **_columns(rows, settings),
               "to_do": pa.array([_TO_DO] * len(rows), pa.string())}
    name = f"billing_{header.period_end.isoformat()}_credit_list.csv"
    return [rendered(NAME, "corrections", name, csv_content(columns))]


def corrected(rows: pa.Table, header: BatchHeader, settings: Settings) -> RenderedFile:
    """Corrections of earlier billing periods as a worksheet, each with the line it corrects; a minus is to be credited.

    `rows`: of tables.CORRECTIONS, stream bill. Raises TargetError as `render` does.
    """
    names = ["seconds" if name == "bill_seconds" else name for name in BILLABLE_LINES.names]
    columns = {**_columns(_rows(rows.select(names).rename_columns(BILLABLE_LINES.names)), settings),
               "corrects": rows["corrects"].combine_chunks(), "cause": rows["cause"].combine_chunks(),
               "period_end": dates(rows["period_end"], "%Y-%m-%d")}
    name = f"billing_{header.period_end.isoformat()}_corrections.csv"
    return rendered(NAME, "worksheets", name, csv_content(columns))


def changed_texts(table: pa.Table, _header: BatchHeader, _settings: Settings) -> pa.Table:
    """Names written in composed form; for the workbook."""
    rows = assert_schema(table, BILLABLE_LINES, "billable_lines")
    return changes(rows, NAME, written_texts(rows, NAME))


def _rows(table: pa.Table) -> pa.Table:
    rows = assert_schema(table, BILLABLE_LINES, "billable_lines")
    refuse(empty_cells(rows, _NEEDED, NAME))
    refuse([*name_findings(rows, NAME), *money_findings(rows, NAME), *_product_findings(rows)])
    return rows


def _columns(rows: pa.Table, settings: Settings) -> dict[str, pa.Array]:
    texts, currencies = written_texts(rows, NAME), rows["currency"]
    hours = {
        "customer_job": texts["customer_job"], "service_item": texts["service_item"],
        "hours": by_group(rows["quantity_hours"], rows["quantity_digits"], amounts),
    }
    if settings.billing.rate == "omit":
        return hours
    return hours | {
        "rate": by_group(rows["bill_rate"], currencies, rates),
        "amount": currency_amounts(rows["amount"], currencies), "currency": currencies.combine_chunks(),
    }


def _product_findings(rows: pa.Table) -> list[Finding]:
    """One finding per line whose printed hours x rate, rounded half up in size, is not its amount."""
    hours, currencies = rows["quantity_hours"], rows["currency"]
    product = pc.multiply(hours, rows["bill_rate"])
    is_right, is_printable = nowhere(hours), nowhere(hours)
    for currency in present(currencies):
        rounded = pc.round(product, minor_digits(currency), round_mode="half_towards_infinity")
        is_right = pc.or_(is_right, pc.and_(pc.equal(currencies, currency), pc.equal(rounded, rows["amount"])))
    for digits in range(_QUANTITY_DIGITS + 1):
        has_digits = pc.equal(rows["quantity_digits"], digits)
        is_printable = pc.or_(is_printable, pc.and_(has_digits, pc.invert(finer_than(hours, digits))))
    wrong = rows.append_column("product", product).filter(pc.invert(pc.and_(is_right, is_printable)))
    return [Finding(
        "BILLING_PRODUCT",
        f"{row['customer_job']}: {row['quantity_hours'].normalize():f} h, printed with {row['quantity_digits']} "
        f"decimals, x {row['bill_rate'].normalize():f} is {row['product'].normalize():f}, "
        f"not {row['amount']} {row['currency']}",
        f"{NAME}, line {row['line_id']}",
        "Report this: the quantity needs more decimals, or the amount was not made from it.",
    ) for row in wrong.to_pylist()]
