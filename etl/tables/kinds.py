"""Kinds of columns, how a schema is put together, and how a table is held to it."""

from __future__ import annotations

import pyarrow as pa

from etl.errors import ConservationError

SECONDS = pa.int64()
AMOUNT = pa.decimal128(18, 3)
RATE = pa.decimal128(18, 6)
FX_RATE = pa.decimal128(19, 10)
WHOLE = pa.decimal128(38, 0)
INSTANT = pa.timestamp("us", tz="UTC")
TEXT = pa.string()


def schema(*columns: tuple[str, pa.DataType]) -> pa.Schema:
    """A schema of these columns, in this order."""
    return pa.schema([pa.field(name, kind) for name, kind in columns])


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
