"""The least salary of exempt staff by place and day: dated rows with citation, and those a company adds."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import cache

import pyarrow as pa

from etl.law.tables import cells_of, shipped, span_of
from etl.settings import Pay

_LIMITS = pa.schema(
    {
        "work_location": pa.string(),
        "weekly_millionths": pa.int64(),
        "citation": pa.string(),
        "effective_from": pa.date32(),
        "effective_to": pa.date32(),
    }
)


@cache
def federal() -> tuple[dict[str, str], ...]:
    """The rows that ship. Source: labor rules reference, B.4."""
    return tuple(cells_of(shipped("exempt_salaries.csv")))


def exempt_limits(pay: Pay, work_locations: Iterable[str], home_currency: str) -> pa.Table:
    """One row per work location × limit: the federal one for places of the United States, and the company's own rows.

    Each is a test of its own. Where the books are kept in another currency no federal amount is compared.
    """
    rows = []
    for place in sorted({place for place in work_locations if place}):
        rows += [
            {
                "work_location": place,
                "weekly_millionths": int(Decimal(row["weekly"]) * 10**6),
                "citation": row["citation"],
                **dict(zip(("effective_from", "effective_to"), span_of(row), strict=True)),
            }
            for row in federal()
            if place.partition("-")[0] == "US" and row["currency"] == home_currency and pay.flsa == "covered"
        ]
        rows += [
            {
                "work_location": place,
                "weekly_millionths": int(own.weekly * 10**6),
                "citation": own.citation,
                "effective_from": own.effective_from,
                "effective_to": own.effective_to,
            }
            for own in pay.exempt_salaries
            if own.jurisdiction == place
        ]
    return pa.Table.from_pylist(rows, schema=_LIMITS)
