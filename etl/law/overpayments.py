"""What law says about taking overpaid wages back: dated rows by place, each with citation and standing."""

from __future__ import annotations

import csv
from datetime import date
from functools import cache
from importlib.resources import files

import pyarrow as pa

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
    text = (files("etl.law") / "overpayments.csv").read_text(encoding="utf-8")
    rows = [
        {
            **{name: row[name] or None for name in _SCHEMA.names},
            "effective_from": date.fromisoformat(row["effective_from"]),
            "effective_to": date.fromisoformat(row["effective_to"]),
        }
        for row in csv.DictReader(text.splitlines())
    ]
    return pa.Table.from_pylist(rows, schema=_SCHEMA)
