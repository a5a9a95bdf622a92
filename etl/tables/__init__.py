"""The tables that pass between rooms: one Arrow schema each, asserted where a table enters or leaves a step.

Durations are whole seconds (int64), amounts DECIMAL(18,3) with their currency beside them, rates DECIMAL(18,6),
dates are local calendar dates, instants are UTC. Text of a tracker is kept as it came.
"""

from __future__ import annotations

from etl.tables.batch import (
    ALLOCATIONS,
    BILLABLE_LINES,
    CONTROL_TOTALS,
    ENTRIES,
    EXCEPTIONS,
    PAYROLL_HOURS,
    PAYROLL_LINES,
    PIECES,
    POSTINGS,
    ROLL_FORWARD,
    TIME_ACTIVITIES,
)
from etl.tables.kinds import (
    AMOUNT,
    FX_RATE,
    INSTANT,
    RATE,
    SECONDS,
    TEXT,
    WHOLE,
    assert_schema,
)
from etl.tables.landed import (
    LANDED_COLUMNS,
    LANDED_ENTRIES,
    PARQUET,
    STANDINGS,
)
from etl.tables.where_used import (
    BILLING_REVIEW,
    CONVERSIONS,
    CONVERTED_SHARES,
    CORRECTION_PARTS,
    CORRECTIONS,
    INVOICE_LINES,
    NAMES_WRITTEN,
    PAY_ADDITIONS,
    PAYROLL_TAXES,
    PREMIUMS_BY_LAW,
    PRICED_ACTIVITIES,
    ROUNDING_CERTIFICATE,
    VENDOR_BILLS,
    VENDOR_LINES,
)

__all__ = [
    "ALLOCATIONS",
    "AMOUNT",
    "BILLABLE_LINES",
    "BILLING_REVIEW",
    "CONTROL_TOTALS",
    "CONVERSIONS",
    "CONVERTED_SHARES",
    "CORRECTIONS",
    "CORRECTION_PARTS",
    "ENTRIES",
    "EXCEPTIONS",
    "FX_RATE",
    "INSTANT",
    "INVOICE_LINES",
    "LANDED_COLUMNS",
    "LANDED_ENTRIES",
    "NAMES_WRITTEN",
    "PARQUET",
    "PAYROLL_HOURS",
    "PAYROLL_LINES",
    "PAYROLL_TAXES",
    "PAY_ADDITIONS",
    "PIECES",
    "POSTINGS",
    "PREMIUMS_BY_LAW",
    "PRICED_ACTIVITIES",
    "RATE",
    "ROLL_FORWARD",
    "ROUNDING_CERTIFICATE",
    "SECONDS",
    "STANDINGS",
    "TEXT",
    "TIME_ACTIVITIES",
    "VENDOR_BILLS",
    "VENDOR_LINES",
    "WHOLE",
    "assert_schema",
]
