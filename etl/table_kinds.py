"""What the columns of the tables are made of (etl/tables.py)."""

from __future__ import annotations

import pyarrow as pa

SECONDS = pa.int64()
AMOUNT = pa.decimal128(18, 3)
RATE = pa.decimal128(18, 6)
FX_RATE = pa.decimal128(19, 10)
WHOLE = pa.decimal128(38, 0)
INSTANT = pa.timestamp("us", tz="UTC")
TEXT = pa.string()


def columns(*named: tuple[str, pa.DataType]) -> pa.Schema:
    """The schema of a table, its columns in this order."""
    return pa.schema([pa.field(name, kind) for name, kind in named])
