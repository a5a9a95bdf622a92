"""The result that all sides must agree on, in one common form, and where two of them differ."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

Figures = Mapping[str, pa.Table]

FIGURES: Mapping[str, pa.Schema] = {
    "payroll_lines": pa.schema(
        {
            "payroll_line_id": pa.string(),
            "employee_id": pa.string(),
            "pay_item": pa.string(),
            "pay_seconds": pa.int64(),
            "cents": pa.int64(),
        }
    ),
    "postings": pa.schema(
        {
            "line_id": pa.string(),
            "document_number": pa.string(),
            "line_number": pa.int64(),
            "posted_on": pa.date32(),
            "account": pa.string(),
            "customer_job": pa.string(),
            "class": pa.string(),
            "cents": pa.int64(),
            "currency": pa.string(),
            "memo": pa.string(),
        }
    ),
    "billable_lines": pa.schema(
        {
            "line_id": pa.string(),
            "customer_job": pa.string(),
            "service_item": pa.string(),
            "rate_millionths": pa.int64(),
            "bill_seconds": pa.int64(),
            "quantity_millionths": pa.int64(),
            "cents": pa.int64(),
            "currency": pa.string(),
        }
    ),
    "allocations": pa.schema(
        {
            "line_id": pa.string(),
            "entry_id": pa.string(),
            "version": pa.int64(),
            "piece_id": pa.string(),
            "seconds": pa.int64(),
            "cents": pa.int64(),
            "currency": pa.string(),
        }
    ),
}
"""One table each, rows in their order: the same rows in another order are not the same result."""

_WHOLE = {
    "amount": ("cents", 100),
    "bill_rate": ("rate_millionths", 1_000_000),
    "quantity_hours": ("quantity_millionths", 1_000_000),
}


def common(tables: Figures) -> Figures:
    """The tables of one side in the common form: decimals as whole cents and millionths, exactly."""
    return {name: _common(tables[name], schema) for name, schema in FIGURES.items()}


def _common(table: pa.Table, schema: pa.Schema) -> pa.Table:
    for decimal, (whole, times) in _WHOLE.items():
        if decimal in table.column_names:
            number = pc.multiply(table[decimal], pa.scalar(times, pa.decimal128(8, 0)))
            table = table.append_column(whole, pc.cast(number, pa.int64()))
    return table.select(schema.names).cast(schema)


def differences(ours: Figures, theirs: Figures) -> list[str]:
    """What differs, one sentence a table; empty when every figure is the same."""
    return [text for name in FIGURES if (text := _difference(name, ours[name], theirs[name]))]


def _difference(name: str, ours: pa.Table, theirs: pa.Table) -> str:
    if ours.num_rows != theirs.num_rows:
        return f"{name}: {ours.num_rows:,} rows of ours, {theirs.num_rows:,} of the peer"
    for column in ours.column_names:
        left, right = ours[column].combine_chunks(), theirs[column].combine_chunks()
        if not left.equals(right):
            row = next(row for row in range(len(left)) if left[row] != right[row])
            return f"{name}, row {row}: ours {ours.slice(row, 1).to_pylist()[0]}, the peer's {theirs.slice(row, 1).to_pylist()[0]}"
    return ""
