"""Why each hour is paid as it is: one row a payroll line, printed hours times printed rate, and the rules behind it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from etl.tables import PAYROLL_LINES, PIECES, assert_schema
from etl.terms import BatchHeader
from etl.units import minor_digits
from etl.workbooks.sheets import Column, Sheet, Value
from etl.workbooks.words import top_notes

PAY_LINES = "Pay lines"
_WITH_PREMIUM = ("overtime", "double_time")  # hours at the whole price; another premium is for hours paid elsewhere
_HALVES = {"overtime": 3, "overtime_premium": 1, "double_time": 4, "double_time_premium": 2}  # of the regular rate
_MOST_DIGITS = 6
_MOST_WORDS = 20  # sentences in a cell
_KEYS = ("employee_id", "workweek_start", "pay_item")


def pay_lines(header: BatchHeader, tables: Mapping[str, pa.Table]) -> Sheet:
    """One row per person × pay item × workweek, as payroll pays it, with the sentences of the hours in it."""
    rows: list[tuple[Value, ...]] = []
    reasons = _reasons(tables)
    lines = assert_schema(tables["payroll_lines"], PAYROLL_LINES, "payroll_lines")
    in_order = [(name, "ascending") for name in ("employee_name", *_KEYS, "hour_class", "payroll_line_id")]
    for line in lines.sort_by(in_order).to_pylist():
        premium = 0 if line["hour_class"] in _WITH_PREMIUM else line["premium_seconds"]
        seconds = (line["pay_seconds"] or 0) + (premium or 0)
        hours, rate = printed(seconds, line["amount"], line["currency"], _own_rate(line))
        why = reasons.get(tuple(line[name] for name in _KEYS), [])
        more = f" | and {len(why) - _MOST_WORDS} more" if len(why) > _MOST_WORDS else ""
        rows.append((
            line["employee_name"], line["employee_id"], line["workweek_start"], line["pay_item"], line["hour_class"],
            seconds, hours, rate, line["amount"], line["currency"], " | ".join(why[:_MOST_WORDS]) + more or None))
    columns = (
        Column("Employee", "text", 28), Column("Employee id", "text", 13), Column("Workweek", "date", 12),
        Column("Pay item", "text", 22), Column("Hour class", "text", 16), Column("Seconds", "seconds", 10),
        Column("Hours", "rate", 12), Column("Rate", "rate", 12), Column("Amount", "amount", 14, currency="Currency"),
        Column("Currency", "text", 9), Column("Why", "text", 60))
    return Sheet(
        PAY_LINES, columns, rows, empty="The batch has no payroll lines.",
        notes=top_notes(header, "Printed hours times printed rate, rounded once, are the amount. The rate is that of "
                                "the line: all its pay over its hours. Without a rate: hours whose pay rate is not "
                                "known here, or an amount that is not paid by the hour."))


def printed(
    seconds: int, amount: Decimal | None, currency: str | None, own_rate: int | None = None
) -> tuple[Decimal, Decimal | None]:
    """Hours and rate with the fewest decimals, first of the rate, whose product rounded half up is the amount.

    `own_rate`: millionths of the currency an hour, taken where it gives the amount; else the line's pay over its
    hours. The rate is None where there is none: no hours, no amount, or none of at most six decimals.
    """
    if seconds > 0 and amount is not None and currency is not None:
        digits = minor_digits(currency)
        minor = int(amount.scaleb(digits))
        rates = [] if own_rate is None else [(own_rate, _MOST_DIGITS)]
        rates += [(_half_up(minor * 3600 * 10**places, seconds * 10**digits), places)
                  for places in range(2, _MOST_DIGITS + 1)]
        for rate, of_rate in rates:
            for of_hours in range(2, _MOST_DIGITS + 1):
                hours = _half_up(seconds * 10**of_hours, 3600)
                if _half_up(hours * rate * 10**digits, 10 ** (of_hours + of_rate)) == minor:
                    return Decimal(hours).scaleb(-of_hours), Decimal(rate).scaleb(-of_rate)
    return Decimal(_half_up(seconds * 10**_MOST_DIGITS, 3600)).scaleb(-_MOST_DIGITS), None


def _own_rate(line: Mapping[str, Any]) -> int | None:
    """The regular rate times what the hour class pays, where it is a whole number of millionths; tried, not trusted."""
    numerator, denominator = line["regular_rate_numerator"], line["regular_rate_denominator"]
    if numerator is None or not denominator:
        return None
    halves = _HALVES.get(line["hour_class"], 2)
    rate, rest = divmod(int(numerator) * halves, int(denominator) * 2)
    return None if rest else rate


def _half_up(numerator: int, denominator: int) -> int:
    size = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -size if numerator < 0 else size


def _reasons(tables: Mapping[str, pa.Table]) -> dict[tuple[Value, ...], list[str]]:
    """The sentences of the hours and of the pay additions behind each line, by day."""
    found: dict[tuple[Value, ...], list[str]] = {}
    sources = []
    if "pieces" in tables:
        pieces = assert_schema(tables["pieces"], PIECES, "pieces")
        sources.append(pieces.filter(pc.is_valid(pieces["pay_item"])).rename_columns({"piece_on": "day"}))
    if "pay_additions" in tables:
        sources.append(tables["pay_additions"].rename_columns({"addition_on": "day"}))
    for table in sources:
        first = table.group_by([*_KEYS, "rule_sentence"]).aggregate([("day", "min")])
        for row in sorted(first.to_pylist(), key=lambda row: (str(row["day_min"]), row["rule_sentence"] or "")):
            if row["rule_sentence"]:
                found.setdefault(tuple(row[name] for name in _KEYS), []).append(row["rule_sentence"])
    return found
