"""The tables of every batch."""

from __future__ import annotations

import pyarrow as pa

from etl.tables.kinds import AMOUNT, INSTANT, RATE, SECONDS, TEXT, schema

ENTRIES = schema(
    ("entry_id", TEXT),
    ("version", pa.int32()),
    ("source", TEXT),
    ("entry_ref", TEXT),
    ("person_ref", TEXT),
    ("employee_id", TEXT),
    ("employee_name", TEXT),
    ("worker_type", TEXT),
    ("pay_group", TEXT),
    ("client_ref", TEXT),
    ("project_ref", TEXT),
    ("task_ref", TEXT),
    ("service_ref", TEXT),
    ("customer_job", TEXT),
    ("service_item", TEXT),
    ("class", TEXT),
    ("hour_kind", TEXT),
    ("worked_on", pa.date32()),
    ("started_at", INSTANT),
    ("worked_seconds", SECONDS),
    ("pay_seconds", SECONDS),
    ("bill_seconds", SECONDS),
    ("is_billable", pa.bool_()),
    ("note", TEXT),
    ("pay_state", TEXT),
    ("pay_reason", TEXT),
    ("cost_state", TEXT),
    ("cost_reason", TEXT),
    ("bill_state", TEXT),
    ("bill_reason", TEXT),
)
"""One row per entry version of the calculation window, with exactly one state in each stream. Nothing in it depends
on where in a file a row stood: the way back to file and row goes through the landing."""

PIECES = schema(
    ("piece_id", TEXT),
    ("entry_id", TEXT),
    ("version", pa.int32()),
    ("employee_id", TEXT),
    ("piece_on", pa.date32()),
    ("workweek_start", pa.date32()),
    ("hour_class", TEXT),
    ("pay_item", TEXT),
    ("worked_seconds", SECONDS),
    ("pay_seconds", SECONDS),
    ("bill_seconds", SECONDS),
    ("premium_seconds", SECONDS),
    ("rule_id", TEXT),
    ("rule_sentence", TEXT),
    ("is_in_pay_period", pa.bool_()),
    ("is_in_bill_period", pa.bool_()),
)
"""One row per entry × day × hour class, after the rules; each names the rule that made it."""

PAYROLL_LINES = schema(
    ("payroll_line_id", TEXT),
    ("employee_id", TEXT),
    ("employee_name", TEXT),
    ("pay_group", TEXT),
    ("workweek_start", pa.date32()),
    ("hour_class", TEXT),
    ("pay_item", TEXT),
    ("pay_seconds", SECONDS),
    ("premium_seconds", SECONDS),
    ("amount", AMOUNT),
    ("currency", TEXT),
    ("regular_rate_numerator", pa.decimal128(38, 0)),
    ("regular_rate_denominator", pa.decimal128(38, 0)),
)
"""One row per person × pay item × workweek: the only place where pay is rounded to money. Amount is null where the
pay rate is not known to us (the hours still go to payroll)."""

POSTINGS = schema(
    ("line_id", TEXT),
    ("document_number", TEXT),
    ("line_number", pa.int32()),
    ("posted_on", pa.date32()),
    ("account", TEXT),
    ("customer_job", TEXT),
    ("class", TEXT),
    ("amount", AMOUNT),
    ("currency", TEXT),
    ("memo", TEXT),
)
"""One row per journal line, debit positive; a document sums to zero. Ordered by document and line number."""

ALLOCATIONS = schema(
    ("line_id", TEXT),
    ("entry_id", TEXT),
    ("version", pa.int32()),
    ("piece_id", TEXT),
    ("seconds", SECONDS),
    ("amount", AMOUNT),
    ("currency", TEXT),
)
"""One row per line × piece of an entry: which seconds and which cents of the line come from it; `piece_id` may be a pay
addition, and then `entry_id` is the entry that bears it, null where its person has no paid time in the workweek."""

TIME_ACTIVITIES = schema(
    ("line_id", TEXT),
    ("entry_id", TEXT),
    ("worked_on", pa.date32()),
    ("customer_job", TEXT),
    ("employee_name", TEXT),
    ("service_item", TEXT),
    ("pay_item", TEXT),
    ("class", TEXT),
    ("note", TEXT),
    ("entry_ref", TEXT),
    ("pay_seconds", SECONDS),
    ("exported_seconds", SECONDS),
    ("is_for_payroll", pa.bool_()),
    ("is_billable", pa.bool_()),
)
"""One row per entry × day × hour class as a time activity, in the target's grain (60 s), in writing order.
A row whose share of the grain is 0 stays in the table and out of the file; the residue is a control figure."""

PAYROLL_HOURS = schema(
    ("line_id", TEXT),
    ("employee_id", TEXT),
    ("employee_name", TEXT),
    ("pay_item", TEXT),
    ("workweek_start", pa.date32()),
    ("pay_seconds", SECONDS),
    ("exported_seconds", SECONDS),
    ("amount", AMOUNT),
    ("currency", TEXT),
)
"""One row per person × pay item × workweek for a payroll provider; grain 36 s (0.01 h)."""

BILLABLE_LINES = schema(
    ("line_id", TEXT),
    ("customer_job", TEXT),
    ("service_item", TEXT),
    ("bill_rate", RATE),
    ("bill_seconds", SECONDS),
    ("quantity_hours", pa.decimal128(18, 6)),
    ("quantity_digits", pa.int32()),
    ("amount", AMOUNT),
    ("currency", TEXT),
)
"""One row per customer:job × service item × rate; quantity as printed × rate = amount."""

EXCEPTIONS = schema(
    ("code", TEXT),
    ("severity", TEXT),
    ("streams", TEXT),
    ("entry_id", TEXT),
    ("employee_ref", TEXT),
    ("worked_on", pa.date32()),
    ("seconds", SECONDS),
    ("found", TEXT),
    ("expected", TEXT),
    ("remedy", TEXT),
    ("due", TEXT),
)
"""One row per finding about one row. Severity stop | hold | note. `due`: the payroll cut-off where pay waits."""

ROLL_FORWARD = schema(
    ("stream", TEXT),
    ("state", TEXT),
    ("reason", TEXT),
    ("count_entries", pa.int64()),
    ("seconds", SECONDS),
    ("amount", AMOUNT),
    ("currency", TEXT),
)
"""One row per stream × state × reason. State `received` opens, `carried_in` and `carried_out` tell what of an entry
over midnight belongs to another period; received + carried_in = the states + carried_out, in entries and seconds."""

CONTROL_TOTALS = schema(
    ("figure", TEXT),
    ("left_name", TEXT),
    ("left_value", TEXT),
    ("right_name", TEXT),
    ("right_value", TEXT),
    ("difference", TEXT),
)
"""One row per control figure, computed independently on both sides of a step; the difference must be 0."""
