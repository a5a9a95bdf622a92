"""The detail sheets of a batch: exception items to act on, journal lines with a running check, changed texts."""

from __future__ import annotations

import re
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from etl.tables import (
    ALLOCATIONS,
    CONVERSIONS,
    CORRECTIONS,
    EXCEPTIONS,
    INPUTS,
    PAYROLL_TAXES,
    POSTINGS,
    assert_schema,
)
from etl.terms import BatchHeader
from etl.workbooks.sheets import Column, Kind, Sheet
from etl.workbooks.words import known, top_notes

EXCEPTIONS_TITLE, LINES_TITLE, TEXT_CHANGES_TITLE = "Exceptions", "Lines", "Text changes"
CONVERSIONS_TITLE, CORRECTIONS_TITLE = "Conversions", "Corrections"
PAYROLL_TAXES_TITLE, INPUTS_TITLE = "Payroll taxes", "Inputs"
LINE_AMOUNT = "Amount"
_RUNNING = "Running balance"
_SEVERITIES = ("stop", "hold", "note")
_WIDTHS = {"document": 24, "line_id": 14, "entry_id": 20, "field": 16, "why": 32}
_WORD = re.compile(r"[a-z_]+")


def exceptions(header: BatchHeader, table: pa.Table | None) -> Sheet:
    """Every exception item with its remedy: stop first, then hold, then note; payroll before cost and billing."""
    columns = (
        Column("Code", "text", 14), Column("Severity", "text", 10), Column("Streams", "text", 15),
        Column("Entry", "text", 20), Column("Employee", "text", 20), Column("Worked on", "date", 12),
        Column("Seconds", "seconds", 9), Column("Hours", "hours", 8, 'IF({Seconds}="","",{Seconds}/3600)'),
        Column("Found", "text", 26), Column("Expected", "text", 24), Column("What to do", "text", 34),
        Column("Due", "text", 14))
    rows = [] if table is None else _in_urgency(assert_schema(table, EXCEPTIONS, "exceptions"))
    missing = "The exception items are not part of this workbook."
    return Sheet(
        EXCEPTIONS_TITLE, columns, rows, empty=missing if table is None else "No exceptions were found.",
        notes=top_notes(header, "stop: no draft is sealed. hold: the entry waits in the streams named. "
                                "note: posted, and worth a look."))


def _in_urgency(table: pa.Table) -> pa.Table:
    """The items in the order in which to act on them, in the columns of the sheet."""
    ranks = [_rank(row) for row in table.select(["severity", "streams"]).to_pylist()]
    names = ["code", "severity", "streams", "entry_id", "employee_ref", "worked_on", "seconds", "found", "expected",
             "remedy", "due"]
    ranked = table.append_column("rank", pa.array(ranks, pa.int32()))
    order = ["rank", "due", "code", "employee_ref", "worked_on", "entry_id", "found"]
    return ranked.sort_by([(name, "ascending") for name in order]).select(names)


def _rank(row: dict[str, Any]) -> int:
    """Stop before hold before note; in each, what concerns payroll before the rest."""
    severity = _SEVERITIES.index(known(row["severity"], _SEVERITIES, "exceptions, column severity"))
    return 2 * severity + ("pay" not in _WORD.findall(row["streams"] or ""))


def lines(header: BatchHeader, postings: pa.Table | None, allocations: pa.Table | None) -> Sheet:
    """Every journal line, with a live running balance per document and currency that ends at 0."""
    same = "AND({Document}={Document^},{Currency}={Currency^})"
    running = f"ROUND(IF({same},{{{_RUNNING}^}},0)+{{{LINE_AMOUNT}}},3)"
    columns = [
        Column("Line", "text", 13), Column("Document", "text", 12), Column("Date", "date", 12),
        Column("Account", "text", 28), Column("Customer:job", "text", 34), Column("Class", "text", 15),
        Column(LINE_AMOUNT, "amount", 14, currency="Currency"), Column("Currency", "text", 10),
        Column(_RUNNING, "amount", 14, running, currency="Currency"), Column("Memo", "text", 32)]
    names = [
        "line_id", "document_number", "posted_on", "account", "customer_job", "class", "amount", "currency", "memo"]
    rows: pa.Table | list[Any] = []
    if postings is not None:
        table = assert_schema(postings, POSTINGS, "postings").sort_by(
            [(name, "ascending") for name in ("document_number", "currency", "line_number", "line_id")])
        if allocations is not None:
            columns.append(Column("Entries", "count", 9))
            table = table.append_column("entries", _entries_behind(table, allocations))
            names.append("entries")
        rows = table.select(names)
    return Sheet(
        LINES_TITLE, tuple(columns), rows, totals=(LINE_AMOUNT,),
        empty="The batch has no journal lines.",
        notes=top_notes(header, "Debits are positive, credits negative. The running balance adds up each document in "
                                "each currency and is 0 on its last line; it needs the rows in this order."))


def _entries_behind(postings: pa.Table, allocations: pa.Table) -> pa.Array:
    """How many entries stand behind each line; empty for one that balances others, such as the credit."""
    counts = assert_schema(allocations, ALLOCATIONS, "allocations").group_by(["line_id"]).aggregate(
        [("entry_id", "count_distinct")])
    at = pc.index_in(postings["line_id"], counts["line_id"])
    return pc.take(counts["entry_id_count_distinct"], at)


def corrections(header: BatchHeader, table: pa.Table) -> Sheet:
    """Every line that corrects an exported period, and overpaid wages that wait, each with its line and cause."""
    columns = (
        Column("Line", "text", 13), Column("Stream", "text", 8), Column("State", "text", 10),
        Column("Corrects", "text", 13), Column("Period", "date", 12), Column("Cause", "text", 16),
        Column("Document", "text", 12), Column("Posted on", "date", 12), Column("Employee", "text", 20),
        Column("Pay item", "text", 16), Column("Workweek", "date", 12), Column("Account", "text", 24),
        Column("Customer:job", "text", 28), Column("Class", "text", 12), Column("Service", "text", 16),
        Column("Seconds", "seconds", 10), Column("Hours", "hours", 9, "{Seconds}/3600"),
        Column(LINE_AMOUNT, "amount", 14, currency="Currency"), Column("Currency", "text", 10),
        Column("Rule of the place", "text", 40), Column("Citation", "text", 30))
    rows = assert_schema(table, CORRECTIONS, "corrections").select([
        "line_id", "stream", "state", "corrects", "period_end", "cause", "document_number", "posted_on",
        "employee_name", "pay_item", "workweek_start", "account", "customer_job", "class", "service_item", "seconds",
        "amount", "currency", "recovery_rule", "citation"])
    return Sheet(
        CORRECTIONS_TITLE, columns, rows, empty="Nothing is corrected.",
        notes=top_notes(header, "What changed in exported periods, as today's figures less all that was exported for "
                                "them. referred: overpaid wages; nothing is deducted before a person decides."))


def conversions(header: BatchHeader, table: pa.Table) -> Sheet:
    """Every amount converted here in both currencies, with the exact rate, its day, way and ids."""
    columns = (
        Column("Line", "text", 13), Column("Document", "text", 12), Column("Kind", "text", 11),
        Column(LINE_AMOUNT, "amount", 14, currency="Currency"), Column("Currency", "text", 10),
        Column("Home amount", "amount", 14, currency="Home currency"), Column("Home currency", "text", 10),
        Column("Rate as a fraction", "text", 24), Column("Rate of", "date", 12), Column("Days old", "count", 9),
        Column("Way", "text", 14), Column("Source", "text", 10), Column("Rate ids", "text", 44))
    rows = [
        (row["line_id"], row["document_number"], row["line_kind"], row["amount"], row["currency"], row["home_amount"],
         row["home_currency"], None if row["rate_numerator"] is None else
         f"{row['rate_numerator']}/{row['rate_denominator']}", row["rate_date"], row["age_days"], row["way"],
         row["source"], row["rate_ids"])
        for row in assert_schema(table, CONVERSIONS, "conversions").to_pylist()]
    return Sheet(CONVERSIONS_TITLE, columns, rows, notes=top_notes(
        header, "The rate is home currency for one unit. Amount x rate, rounded half up once, is the home amount. Per "
                "document the lines, their total and the rounding difference come to 0 in both currencies."))


def payroll_taxes(header: BatchHeader, table: pa.Table) -> Sheet:
    """Every employer tax of a person and workweek: the year's wages before and after, what is taxed, where it went."""
    columns = (
        Column("Tax of", "text", 14), Column("Employee", "text", 26), Column("Employee id", "text", 12),
        Column("Workweek", "date", 12), Column("Paid on", "date", 12), Column("Percent", "rate", 10),
        *(Column(name, "amount", 14, currency="Currency") for name in ("Wage base", "Wages before", "Wages")),
        Column("Wages after", "amount", 14, 'IF({Wage base}="","",{Wages before}+{Wages})', currency="Currency"),
        *(Column(name, "amount", 14, currency="Currency") for name in ("Taxed", "Tax", "Posted", "Held", "Left")),
        Column("Currency", "text", 10))
    taxes = assert_schema(table, PAYROLL_TAXES, "payroll_taxes").to_pylist()
    rows = [
        (row["tax"], row["employee_name"], row["employee_id"], row["workweek_start"], row["paid_on"],
         row["percent"], row["wage_base"], row["wages_before"], row["wages"], row["taxable_wages"],
         *(row[name] for name in ("amount", "posted_amount", "held_amount", "left_amount")), row["currency"])
        for row in taxes]
    return Sheet(
        PAYROLL_TAXES_TITLE, columns, rows, totals=("Tax", "Posted", "Held", "Left"), notes=top_notes(
            header, "Tax: percent of the wages taxed, rounded once a person, tax and workweek; rates and bases as the "
                    "company declares them. Wages before: paid in the calendar year, by pay date.",
            "Posted + held + left = tax. Held: with the labor of held work. Left: where payroll books it."))


def text_changes(header: BatchHeader, table: pa.Table) -> Sheet:
    """Every text that was written otherwise than it came, column by column as the table has it."""
    columns = tuple(
        Column(field.name.replace("_", " ").capitalize(), _kind(field.type), _WIDTHS.get(field.name, 38))
        for field in table.schema)
    order = [(field.name, "ascending") for field in table.schema if not pa.types.is_nested(field.type)]
    return Sheet(TEXT_CHANGES_TITLE, columns, table.sort_by(order), notes=top_notes(
        header, "Texts that could be read as a formula, or that the target cannot hold, as they came and as they "
                "were written."))


def inputs(header: BatchHeader, table: pa.Table) -> Sheet:
    """What the batch was made from: each report as it was asked for, and its rows and seconds footed again."""
    columns = (
        Column("Source", "text", 14), Column("File", "text", 30), Column("Read as", "text", 16),
        Column("Zone", "text", 18), Column("Completeness", "text", 13), Column("Window from", "date", 12),
        Column("Window to", "date", 12), Column("People", "text", 16), Column("Kept out", "text", 16),
        Column("Rows", "count", 8), Column("Dated rows", "count", 10), Column("First day", "date", 12),
        Column("Last day", "date", 12), Column("Seconds", "seconds", 12))
    return Sheet(
        INPUTS_TITLE, columns, assert_schema(table, INPUTS, "inputs"), empty="Nothing was landed.",
        notes=top_notes(
            header, "Rows and seconds: of the whole report, other weeks included, footed again from what landed. "
                    "People: whom a complete report answers for; blank is everybody.",
            "Its SHA-256 stands in manifest.json; who took it in, and when, in the audit log."))


def _kind(column: pa.DataType) -> Kind:
    return "count" if pa.types.is_integer(column) else "date" if pa.types.is_date32(column) else "text"
