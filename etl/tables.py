"""The tables that pass between rooms: one Arrow schema each, asserted where a table enters or leaves a step.

Durations are whole seconds (int64), amounts DECIMAL(18,3) with their currency beside them, rates DECIMAL(18,6),
dates are local calendar dates, instants are UTC. Text of a tracker is kept as it came.
"""

from __future__ import annotations

import pyarrow as pa

from etl.errors import ConservationError
from etl.table_kinds import AMOUNT, FX_RATE, INSTANT, RATE, SECONDS, TEXT, WHOLE
from etl.table_kinds import columns as _schema
from etl.tables_where_used import CONVERSIONS, CONVERTED_SHARES, VENDOR_BILLS, VENDOR_LINES

__all__ = ["AMOUNT", "FX_RATE", "INSTANT", "RATE", "SECONDS", "TEXT", "WHOLE"]
__all__ += ["CONVERSIONS", "CONVERTED_SHARES", "VENDOR_BILLS", "VENDOR_LINES"]


PARQUET: dict[str, str | int | bool] = {
    "version": "2.6",
    "compression": "zstd",
    "compression_level": 3,
    "store_schema": False,
    "write_page_checksum": True,
}
"""How landed entries are written: the same bytes for the same rows; pages carry checksums."""


LANDED_COLUMNS: tuple[str, ...] = (
    "entry_ref",
    "updated_text",
    "person_ref",
    "person_name",
    "client_ref",
    "project_ref",
    "task_ref",
    "service_ref",
    "date_text",
    "start_text",
    "end_text",
    "duration_text",
    "break_text",
    "billable_text",
    "billed_text",
    "currency_text",
    "note",
    "tags",
    "extra",
)
"""What a source may deliver, as text. `extra` is a JSON object of the other declared columns."""

LANDED_ENTRIES = _schema(("source_row", pa.int64()), *((name, TEXT) for name in LANDED_COLUMNS))
"""One row per row delivered by one pull, in file order; `source_row` is the row a person sees in a spreadsheet.
An absent value is null; an empty text is null too."""

STANDINGS = _schema(("entry_ref", TEXT), ("standing", TEXT), ("tracker_word", TEXT), ("approved_by", TEXT),
                    ("approved_at", TEXT))
"""One row per entry of one pull whose tracker tells how far it is approved. `standing`: open, submitted, approved, or
locked (closed for editing without an approval); `tracker_word`, `approved_by` and `approved_at` as the tracker says."""

ENTRIES = _schema(
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

PIECES = _schema(
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

PAYROLL_LINES = _schema(
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

PREMIUMS_BY_LAW = _schema(
    ("employee_id", TEXT),
    ("employee_name", TEXT),
    ("workweek_start", pa.date32()),
    ("paid_on", pa.date32()),
    ("premium_seconds", SECONDS),
    ("flsa_seconds", SECONDS),
    ("premium_amount", AMOUNT),
    ("flsa_premium_amount", AMOUNT),
    ("state_premium_amount", AMOUNT),
    ("contract_premium_amount", AMOUNT),
    ("currency", TEXT),
)
"""One row per person × workweek whose premium is paid in the batch: the half that section 7 of the FLSA asks for, what
a state asks beyond it, what an agreement does; together all premium. Amounts are null where the pay rate is not known.
A batch without premium has no such table."""

PAY_ADDITIONS = _schema(
    ("addition_id", TEXT),
    ("payroll_line_id", TEXT),
    ("employee_id", TEXT),
    ("employee_name", TEXT),
    ("workweek_start", pa.date32()),
    ("addition_on", pa.date32()),
    ("hour_class", TEXT),
    ("pay_item", TEXT),
    ("reason", TEXT),
    ("printed_seconds", SECONDS),
    ("amount", AMOUNT),
    ("currency", TEXT),
    ("rule_id", TEXT),
    ("rule_sentence", TEXT),
)
"""One row per pay addition: pay of a workweek that is no hour worked, such as a premium for a missed meal. A batch
without one has no such table. `addition_on` null: of the whole week. In ALLOCATIONS its id stands for the piece."""

POSTINGS = _schema(
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

ALLOCATIONS = _schema(
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

TIME_ACTIVITIES = _schema(
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

PAYROLL_HOURS = _schema(
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

BILLABLE_LINES = _schema(
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

EXCEPTIONS = _schema(
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

ROLL_FORWARD = _schema(
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

ROUNDING_CERTIFICATE = _schema(
    ("purpose", TEXT),
    ("employee_id", TEXT),
    ("employee_name", TEXT),
    ("policy", TEXT),
    ("exact_seconds", SECONDS),
    ("rounded_seconds", SECONDS),
    ("difference_seconds", SECONDS),
    ("count_events", pa.int64()),
    ("count_up", pa.int64()),
    ("count_down", pa.int64()),
    ("expected_seconds", SECONDS),
    ("judgement", TEXT),
    ("law_position", TEXT),
    ("law", TEXT),
    ("warning", TEXT),
)
"""One row per person × purpose (pay | bill) whose time a rule of rounding met in this run's periods; none where no
rule is in force. An event is what is rounded together: an entry, a day, a week. `difference_seconds`: rounded less
exact; `expected_seconds`: what the policy gives on average for as many events. Judgement: as_expected | less | more |
not_judged. Law (pay): allowed | unknown | hostile, with its sentence. No part of the figures' digest."""

CONTROL_TOTALS = _schema(
    ("figure", TEXT),
    ("left_name", TEXT),
    ("left_value", TEXT),
    ("right_name", TEXT),
    ("right_value", TEXT),
    ("difference", TEXT),
)
"""One row per control figure, computed independently on both sides of a step; the difference must be 0."""


def assert_schema(table: pa.Table, schema: pa.Schema, name: str) -> pa.Table:
    """The table in exactly this schema, cast where only nullability or text width differs.

    Raises ConservationError when a column is missing, extra or of another kind.
    """
    if table.column_names != schema.names:
        raise ConservationError(
            "TABLE_SHAPE",
            what=f"Table {name} has columns {table.column_names}, not {schema.names}",
            where=f"table {name}",
            fix="Report this: a step of Timebooks handed over another table than it promised.",
        )
    return table.cast(schema)
