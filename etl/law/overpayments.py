"""What law says about taking overpaid wages back: dated rows by place, each with citation and standing."""

from __future__ import annotations

from functools import cache

import pyarrow as pa

from etl.law.tables import cells_of, shipped, span_of

_SCHEMA = pa.schema(
    [
        pa.field("place", pa.string()),
        pa.field("effective_from", pa.date32()),
        pa.field("effective_to", pa.date32()),
        pa.field("rule", pa.string()),
        pa.field("citation", pa.string()),
        pa.field("status", pa.string()),
    ]
)


@cache
def overpayment_rules() -> pa.Table:
    """One row per place and span of dates; `*` stands for a place without a row of its own. Source: labor rules B.8."""
    rows = [
        {name: row[name] or None for name in _SCHEMA.names}
        | dict(zip(("effective_from", "effective_to"), span_of(row), strict=True))
        for row in cells_of(shipped("overpayments.csv"))
    ]
    return pa.Table.from_pylist(rows, schema=_SCHEMA)
