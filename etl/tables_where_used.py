"""Tables of a batch that only some companies have: conversions, and what vendors are owed. Part of etl/tables.py."""

from __future__ import annotations

import pyarrow as pa

from etl.table_kinds import AMOUNT, RATE, SECONDS, TEXT, WHOLE
from etl.table_kinds import columns as _schema

CONVERSIONS = _schema(
    ("line_id", TEXT),
    ("document_number", TEXT),
    ("line_kind", TEXT),
    ("written_on", pa.date32()),
    ("amount", AMOUNT),
    ("currency", TEXT),
    ("home_amount", AMOUNT),
    ("home_currency", TEXT),
    ("rate_numerator", WHOLE),
    ("rate_denominator", WHOLE),
    ("rate_date", pa.date32()),
    ("age_days", pa.int32()),
    ("way", TEXT),
    ("source", TEXT),
    ("rate_ids", TEXT),
)
"""One row per amount converted here: line, total against them, or rounding difference (line_kind). The rate is home for
one unit as a fraction; amount × rate, rounded half up once, is home_amount. Part of a batch only where it has rows."""

CONVERTED_SHARES = _schema(
    ("line_id", TEXT),
    ("entry_id", TEXT),
    ("version", pa.int32()),
    ("piece_id", TEXT),
    ("home_amount", AMOUNT),
    ("home_currency", TEXT),
)
"""One row per converted line × piece of an entry: its share in the home currency, beside the one in ALLOCATIONS."""

VENDOR_LINES = _schema(
    ("line_id", TEXT),
    ("document_number", TEXT),
    ("vendor_id", TEXT),
    ("vendor_name", TEXT),
    ("contract_id", TEXT),
    ("customer_job", TEXT),
    ("service_item", TEXT),
    ("class", TEXT),
    ("rate", RATE),
    ("seconds", SECONDS),
    ("amount", AMOUNT),
    ("currency", TEXT),
    ("is_over_cap", pa.bool_()),
    ("account", TEXT),
    ("billed_on", pa.date32()),
    ("due_on", pa.date32()),
    ("terms", TEXT),
)
"""One row per vendor × contract × rate × customer:job × service item × class of a billing period: what contractors'
time costs. Rounded once per contract × rate; the lines are shares. Without a number: the invoice is awaited."""

VENDOR_BILLS = _schema(
    ("vendor_id", TEXT),
    ("contract_id", TEXT),
    ("seconds", SECONDS),
    ("amount", AMOUNT),
    ("over_cap_seconds", SECONDS),
    ("invoice_numbers", TEXT),
    ("invoiced_hours", pa.decimal128(18, 6)),
    ("invoiced_amount", AMOUNT),
    ("hours_difference", pa.decimal128(18, 6)),
    ("amount_difference", AMOUNT),
    ("currency", TEXT),
    ("standing", TEXT),
)
"""One row per contract with time or an invoice of the billing period. Standing agreed | differs | no invoice | no time;
differences are the invoice less the time."""
