"""The tables that suites look at: which columns an expectation may name, and how a found row is told."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

SUBJECT: tuple[tuple[str, pa.DataType], ...] = (
    ("entry_id", pa.string()),
    ("employee_ref", pa.string()),
    ("worked_on", pa.date32()),
    ("seconds", pa.int64()),
    ("subject", pa.string()),
)
"""What every row tells about itself: the entry, person, day and time it is about, where it is about one."""


def _schema(*own: tuple[str, pa.DataType]) -> pa.Schema:
    return pa.schema((*SUBJECT, *own))


CHECKED: Mapping[str, pa.Schema] = {
    "entries": _schema(  # one row per valid entry of the periods
        ("hour_kind", pa.string()),
        ("worked_seconds", pa.int64()),
        ("overlap_seconds", pa.int64()),
        ("count_earlier_alike", pa.int64()),
        ("count_elsewhere", pa.int64()),
        ("synced_after_seconds", pa.int64()),
        ("note_length", pa.int64()),
    ),
    "people": _schema(  # one row per person and calendar day with valid time
        ("day_seconds", pa.int64()),
        ("day_with_leave_seconds", pa.int64()),
        ("week_seconds", pa.int64()),
        ("count_week_days", pa.int64()),
        ("week_rounded_away_seconds", pa.int64()),
    ),
    "projects": _schema(  # one row per customer:job with valid time
        ("customer_job", pa.string()),
        ("count_entries", pa.int64()),
        ("count_people", pa.int64()),
        ("count_weekday_entries", pa.int64()),
    ),
    "items": _schema(  # one row per service item and hour kind with valid time
        ("service_item", pa.string()),
        ("hour_kind", pa.string()),
        ("count_entries", pa.int64()),
        ("count_billable_leave_entries", pa.int64()),
        ("longest_leave_day_seconds", pa.int64()),
    ),
    "rates": _schema(  # one row per rate in use: of a person for pay, of a job and item for billing
        ("rate_kind", pa.string()),
        ("rate_millionths", pa.int64()),
        ("currency", pa.string()),
        ("bill_percent_of_median", pa.int64()),
        ("pay_percent_of_median", pa.int64()),
    ),
    "pieces": _schema(  # one row per hour kind, class and rule with paid time
        ("hour_kind", pa.string()),
        ("hour_class", pa.string()),
        ("count_pieces", pa.int64()),
        ("pay_seconds", pa.int64()),
        ("premium_seconds", pa.int64()),
        ("pay_item", pa.string()),
    ),
    "postings": _schema(  # one row per journal line
        ("account", pa.string()),
        ("customer_job", pa.string()),
        ("memo", pa.string()),
        ("is_zero", pa.string()),
        ("side", pa.string()),
        ("usual_side", pa.string()),
    ),
}
"""The columns of each table a suite may name, SUBJECT among them. Durations are whole seconds, rates millionths."""


def columns(table: str, kind: str = "") -> tuple[str, ...]:
    """The columns of a table that suites may name: all, or those of `text` or `whole` numbers."""
    types = {"text": pa.string(), "whole": pa.int64()}
    return tuple(field.name for field in CHECKED[table] if not kind or field.type == types[kind])
