"""The sheet of draft invoices: every line of every invoice, with what is entered by hand and why."""

from __future__ import annotations

import pyarrow as pa

from etl.tables import INVOICE_LINES, assert_schema
from etl.terms import BatchHeader
from etl.workbooks.sheets import Column, Sheet
from etl.workbooks.words import top_notes

TITLE = "Invoices"


def invoices(header: BatchHeader, table: pa.Table) -> Sheet:
    """One row a line, invoices in the order of their numbers; time is the billable line of the same id."""
    columns = (
        Column("Invoice", "text", 12), Column("Customer:job", "text", 32), Column("Line", "text", 12),
        Column("Kind", "text", 11), Column("Of line", "text", 12), Column("Service", "text", 18),
        Column("Class", "text", 12), Column("Seconds", "seconds", 10), Column("Hours", "hours", 9, "{Seconds}/3600"),
        Column("Rate", "rate", 10), Column("Amount", "amount", 14, currency="Currency"), Column("Currency", "text", 9),
        Column("Reason", "text", 28), Column("Tax code", "text", 14), Column("Due on", "date", 12),
        Column("Entered by hand", "text", 14))
    rows = assert_schema(table, INVOICE_LINES, "invoice_lines").select([
        "invoice_number", "customer_job", "line_id", "line_kind", "adjusts", "service_item", "class", "seconds",
        "bill_rate", "amount", "currency", "reason", "tax_code", "due_on", "by_hand"])
    return Sheet(
        TITLE, columns, rows, totals=("Seconds", "Hours", "Amount"), empty="Nothing is invoiced.",
        notes=top_notes(header, "Time keeps its whole amount; what is written down or up, over a cap, a fee or from a "
                                "retainer is a line of its own. Entered by hand: why no import file carries it."))
