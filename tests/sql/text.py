"""Tables as aligned text, both ways: columns parted by two or more spaces, `-` for an empty cell."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from etl.units import clock_hours

_GAP = re.compile(r" {2,}")


def records(text: str) -> list[dict[str, str]]:
    """One dict a line, by the names of the first line."""
    lines = [_GAP.split(line.strip()) for line in text.strip().splitlines()]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def shown(column: str, value: Any) -> str:
    """A value as a person reads it: seconds as H:MM:SS, money with two decimals or as many as it has."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if column.endswith("seconds") and isinstance(value, int):
        return clock_hours(value)
    if isinstance(value, Decimal):
        whole, _, digits = f"{value:f}".partition(".")
        return f"{whole}.{digits.rstrip('0').ljust(2, '0')}"
    if isinstance(value, datetime | date):
        return str(value)
    return str(value)
