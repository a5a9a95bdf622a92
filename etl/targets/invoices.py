"""What all invoice documents share: the route's limits, which invoices an import carries, printed quantities, files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from etl.settings import Settings
from etl.tables import INVOICE_LINES, assert_schema
from etl.targets.facts import facts
from etl.targets.fields import changes, name_findings, written_texts
from etl.targets.files import csv_content, part_name, rendered
from etl.targets.findings import Finding, empty_cells, money_findings, refuse
from etl.targets.printed import by_group, clock_seconds, currency_amounts, dates, each_distinct, nowhere, present, rates
from etl.terms import BatchHeader, RenderedFile
from etl.units import minor_digits

_NEEDED = ("invoice_number", "customer_job", "service_item", "amount", "currency", "billed_on", "due_on", "terms")
_KINDS = {"write_down": "write-down", "write_up": "write-up", "over_cap": "over the cap", "fee": "fee",
          "retainer": "paid from the retainer"}
_BY_HAND = {
    "sales tax": "no import while automated sales tax is on or unknown",
    "tax": "the import carries no computed tax",
    "credit": "below zero: a credit memo",
    "negative line": "the import takes no negative line",
    "currency": "the import names no currency",
    "decimals": "more decimals than the books take",
}


@dataclass(frozen=True)
class Route:
    """What one invoice import can carry: a row of invoice_routes.csv."""

    document: str
    takes_negative_lines: bool
    takes_tax_codes: bool
    takes_foreign_currency: bool
    money_digits: int
    quantity_digits: int


def route_of(document: str) -> Route:
    """The route of an invoice document by its name."""
    row = next(row for row in facts("invoice_routes.csv") if row["document"] == document)
    negative, tax, foreign = (row[name] == "yes" for name in ("negative_lines", "tax_codes", "foreign_currency"))
    return Route(document, negative, tax, foreign, int(row["money_digits"]), int(row["quantity_digits"]))


def checked_invoices(table: pa.Table, document: str, settings: Settings, *needed: str) -> pa.Table:
    """All lines, fit to be written; or TargetError with every finding. `needed`: what else this target must have."""
    rows = assert_schema(table, INVOICE_LINES, "invoice_lines")
    tax = ("tax_code",) if settings.billing.tax == "required" else ()
    refuse(empty_cells(rows, (*_NEEDED, *tax), document))
    imported = rows.filter(pc.is_null(rows["by_hand"]))
    refuse([*empty_cells(imported, needed, document), *name_findings(rows, document), *money_findings(rows, document),
            *_unfit(imported, route_of(document)), *_parted(rows, document)])
    return rows


def changed_invoices(table: pa.Table, document: str) -> pa.Table:
    """Every text that the files show otherwise than the lines; for the workbook."""
    rows = assert_schema(table, INVOICE_LINES, "invoice_lines")
    return changes(rows, document, written_texts(rows, document))


def to_import(rows: pa.Table) -> pa.Table:
    """The lines of invoices that the import carries."""
    return rows.filter(pc.is_null(rows["by_hand"]))


def by_hand(rows: pa.Table, document: str, header: BatchHeader, settings: Settings) -> list[RenderedFile]:
    """The invoices that people enter: one row a line with everything the books ask for, and why."""
    rows = rows.filter(pc.is_valid(rows["by_hand"]))
    if not len(rows):
        return []
    texts, (quantity, price) = written_texts(rows, document), quantities(rows, _QUANTITY_DIGITS)
    columns = {
        "invoice": texts["invoice_number"], "customer_job": texts["customer_job"],
        "invoice_date": dates(rows["billed_on"], "%Y-%m-%d"), "due_on": dates(rows["due_on"], "%Y-%m-%d"),
        "terms": rows["terms"].combine_chunks(), "service_item": texts["service_item"],
        "description": descriptions(rows, texts), "quantity": quantity, "rate": price,
        "amount": currency_amounts(rows["amount"], rows["currency"]),
        "currency": rows["currency"].combine_chunks(), "class": texts["class"],
        **({"tax_code": texts["tax_code"]} if settings.billing.tax == "required" else {}),
        "why_by_hand": each_distinct(rows["by_hand"], _BY_HAND.__getitem__),
    }
    name = f"invoices_{header.period_end.isoformat()}_by_hand.csv"
    return [rendered(document, "worksheets", name, csv_content(columns))]


def totals_list(rows: pa.Table, document: str, header: BatchHeader, to_do: str) -> list[RenderedFile]:
    """The way back as a list: one row an invoice with its total and what to do."""
    if not len(rows):
        return []
    total, invoices = totals(rows)
    columns = {
        "invoice": invoices["invoice_number"].combine_chunks(),
        "customer_job": written_texts(rows, document)["customer_job"].take(_first_rows(rows)),
        "amount": currency_amounts(pa.chunked_array([total]), invoices["currency"]),
        "currency": invoices["currency"].combine_chunks(),
        "to_do": pa.array([to_do] * len(invoices), pa.string()),
    }
    name = f"invoices_{header.period_end.isoformat()}_delete_list.csv"
    return [rendered(document, "corrections", name, csv_content(columns))]


def totals(rows: pa.Table) -> tuple[pa.Array, pa.Table]:
    """The sum of each invoice and its first line, in the order they stand in.

    Summed by where the lines stand: the groups of a table come in no order of their own once there are many.
    """
    spans = documents(rows["invoice_number"].to_pylist())
    sums = [pc.sum(rows["amount"].slice(start, count)).as_py() for start, count in spans]
    return pa.array(sums, INVOICE_LINES.field("amount").type), rows.take(_first_rows(rows))


def descriptions(rows: pa.Table, texts: dict[str, pa.Array]) -> pa.Array:
    """What a line is for, its time, and our line in brackets: "Design 15:10 h [0042-B-003]"."""
    line = pc.binary_join_element_wise(" [", rows["line_id"].combine_chunks(), "]", "")
    time = pc.binary_join_element_wise(" ", clock_seconds(rows["seconds"]), " h", "")
    kind = pc.binary_join_element_wise(" ", each_distinct(rows["line_kind"], lambda kind: _KINDS.get(kind, "")), "")
    of = pc.if_else(pc.equal(pc.fill_null(rows["adjusts"].combine_chunks(), ""), ""), "",
                    pc.binary_join_element_wise(" of ", pc.fill_null(rows["adjusts"].combine_chunks(), ""), ""))
    why = pc.if_else(pc.equal(texts["reason"], ""), "", pc.binary_join_element_wise(": ", texts["reason"], ""))
    is_time = pc.equal(rows["line_kind"], "time").combine_chunks()
    other = pc.binary_join_element_wise(kind, of, "")
    return pc.binary_join_element_wise(texts["service_item"], pc.if_else(is_time, time, other), why, line, "")


def quantities(rows: pa.Table, most_digits: int) -> tuple[pa.Array, pa.Array]:
    """Quantity and price as printed: their product is the amount. Source: targets reference, rule 0.2.

    Hours × rate with at most so many decimals; where that does not hit the amount, and for what is no time, 1 × amount.
    """
    hours = pc.round(rows["quantity_hours"], most_digits, round_mode="half_towards_infinity")
    product, hits = pc.multiply(hours, rows["bill_rate"]), nowhere(rows["currency"])
    for currency in present(rows["currency"]):
        rounded = pc.round(product, minor_digits(currency), round_mode="half_towards_infinity")
        hits = pc.or_(hits, pc.and_(pc.equal(rows["currency"], currency),
                                    pc.fill_null(pc.equal(rounded, rows["amount"]), fill_value=False)))
    hits = hits.combine_chunks()
    amount = currency_amounts(rows["amount"], rows["currency"])
    price = by_group(rows["bill_rate"], rows["currency"], rates)
    return pc.if_else(hits, each_distinct(hours, _quantity), "1"), pc.if_else(hits, price, amount)


def documents(numbers: list[str]) -> list[tuple[int, int]]:
    """First row and count of each invoice, in order."""
    if not numbers:
        return []
    starts = [at for at, number in enumerate(numbers) if at == 0 or number != numbers[at - 1]]
    return [(start, end - start) for start, end in zip(starts, [*starts[1:], len(numbers)], strict=True)]


def in_files(numbers: list[str], most_invoices: int, most_rows: int = 1_000_000) -> list[tuple[int, int]]:
    """First row and count of each file: whole invoices, within both limits."""
    parts: list[tuple[int, int]] = []
    count = 0
    for start, rows in documents(numbers):
        if not parts or count == most_invoices or parts[-1][1] + rows > most_rows:
            parts.append((start, 0))
            count = 0
        parts[-1] = (parts[-1][0], parts[-1][1] + rows)
        count += 1
    return parts


def memo_of(header: BatchHeader) -> str:
    """What an invoice is for: "Week 2026-W46"."""
    return header.period_label[:1].upper() + header.period_label[1:]


def file_name(header: BatchHeader, number: int, parts: Sequence[object], ending: str) -> str:
    """invoices_2026-11-15.csv, or one of several: invoices_2026-11-15_1of3.csv."""
    return part_name(f"invoices_{header.period_end.isoformat()}", number, len(parts), ending)


_QUANTITY_DIGITS = 6   # of the table's column


def _quantity(hours: object) -> str:
    return str(rates(pa.array([hours]), "USD")[0])   # two decimals, or as many as it has


def _first_rows(rows: pa.Table) -> pa.Array:
    return pa.array([start for start, _ in documents(rows["invoice_number"].to_pylist())], pa.int64())


def _parted(rows: pa.Table, document: str) -> list[Finding]:
    """One number, one customer:job, currency and date, on lines that stand together."""
    numbers = rows["invoice_number"].to_pylist()
    together = [numbers[start] for start, _ in documents(numbers)]
    heads = rows.group_by("invoice_number", use_threads=False).aggregate(
        [(name, "count_distinct") for name in ("customer_job", "currency", "billed_on", "due_on")])
    wrong = [row["invoice_number"] for row in heads.to_pylist()
             if any(row[name] > 1 for name in row if name != "invoice_number")
             or together.count(row["invoice_number"]) > 1]
    return [Finding("DOCUMENT_NUMBER", f"The invoice number {number} stands for two invoices", f"{document}, {number}",
                    "Report this: the invoices were drafted wrongly; nothing has been written.") for number in wrong]


def _unfit(rows: pa.Table, route: Route) -> list[Finding]:
    """An invoice that the route cannot carry and that is not marked for entry by hand."""
    digits = pa.array([minor_digits(code) for code in rows["currency"].to_pylist()], pa.int32())
    wrong = pc.greater(digits, route.money_digits)
    if not route.takes_negative_lines:
        wrong = pc.or_(wrong, pc.less(rows["amount"], 0).combine_chunks())
    return [Finding("INVOICE_ROUTE", f"The import of {route.document} cannot carry {row['amount']} {row['currency']}",
                    f"{route.document}, line {row['line_id']}", "Report this: the invoice was to be entered by hand.")
            for row in rows.filter(wrong).to_pylist()]
