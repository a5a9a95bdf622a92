"""Premiums by window of the day, weekday or holiday, as premiums.csv declares them: checked, and as a table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from etl.mapping.load import Row
from etl.periods import WEEKDAYS
from etl.steps.run import Run

_RULES = pa.schema(
    {
        "law_key": pa.int32(),
        "premium_no": pa.int32(),
        "premium_id": pa.string(),
        "hour_class": pa.string(),
        "weekdays": pa.list_(pa.int64()),
        "calendar": pa.string(),
        "begin_second": pa.int64(),
        "end_second": pa.int64(),
        "has_clock": pa.bool_(),
        "share_ten_thousandths": pa.int64(),
        "per_hour_millionths": pa.int64(),
        "regular_rate": pa.string(),
        "is_by_law": pa.bool_(),
        "sentence": pa.string(),
        "effective_from": pa.date32(),
        "effective_to": pa.date32(),
    }
)
_CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)
_DAY = 86_400
_HALF = 50  # percent: time and a half, from which on the FLSA leaves a premium out of the regular rate
FEDERAL_ALONE = ("us_flsa_40", "exempt")


def premium_classes(run: Run) -> frozenset[str]:
    """The hour classes that premiums.csv can give, each with a row of pay_items.csv."""
    return frozenset(row["hour_class"] for row in run.mappings.rows("map_premiums"))


def premium_rules(run: Run) -> pa.Table:
    """One row per row of premiums.csv × people of one law that it holds for."""
    given = [
        _rule(number, row, key["law_key"])
        for key in run.law.tables["law_keys"].to_pylist()
        for number, row in enumerate(run.mappings.rows("map_premiums"))
        if all(row[name] in ("*", key[name]) for name in ("pay_group", "work_location"))
    ]
    return pa.Table.from_pylist(given, schema=_RULES)


def _rule(number: int, row: Row, law_key: int) -> dict[str, Any]:
    begin, end = _seconds(row["starts"] or "00:00"), _seconds(row["ends"] or "00:00")
    return {
        "law_key": law_key,
        "premium_no": number,
        "weekdays": [WEEKDAYS.index(day) + 1 for day in (row["weekdays"] or "").split()] or None,
        "begin_second": begin,
        "end_second": end if end > begin else end + _DAY,
        "has_clock": row["starts"] is not None,
        "share_ten_thousandths": int((row["percent"] or 0) * 100),
        "per_hour_millionths": int((row["per_hour"] or 0) * 1_000_000),
        "is_by_law": row["caused_by"] == "law",
        "sentence": _sentence(row),
        **{
            name: row[name]
            for name in ("premium_id", "hour_class", "calendar", "regular_rate", "effective_from", "effective_to")
        },
    }


def _seconds(clock: str) -> int:
    return int(clock[:2]) * 3600 + int(clock[3:]) * 60


def _sentence(row: Row) -> str:
    """The premium in words: 22:00 to 06:00 on sunday: 25 % of the hour's own rate (agreement of 2025, art. 7)."""
    when = [f"{row['starts']} to {row['ends']}"] if row["starts"] else []
    when += [f"on {' and '.join(row['weekdays'].split())}"] if row["weekdays"] else []
    when += [f"on holidays of {row['calendar']}"] if row["calendar"] else []
    share, amount = row["percent"], row["per_hour"]
    what = f"{_plain(share)} % of the hour's own rate" if share else f"{_plain(amount)} an hour"
    return f"{', '.join(when)}: {what} ({row['citation']})"


def _plain(value: Any) -> str:
    return format(value.normalize(), "f")


def premium_gaps(run: Run) -> list[str]:
    """Every finding about premiums.csv: what a row leaves open, and what its people's law does not allow."""
    rows = run.mappings.rows("map_premiums")
    calendars = {row["calendar"] for row in run.mappings.rows("map_holidays")}
    findings = [f"premiums.csv, line {row['map_row']}: {fault}" for row in rows for fault in _faults(row, calendars)]
    return findings or [*_regular_rate_faults(run, rows)]


def _faults(row: Row, calendars: set[str]) -> Iterator[str]:
    if (row["percent"] is None) == (row["per_hour"] is None):
        yield "give either percent or per_hour"
    if row["percent"] is not None and (row["percent"] * 100) % 1:
        yield f"percent {_plain(row['percent'])} has more than two decimals"
    if (row["starts"] is None) != (row["ends"] is None):
        yield "starts and ends belong together"
    for name in ("starts", "ends"):
        if row[name] is not None and not _CLOCK.fullmatch(row[name]):
            yield f"{name} {row[name]!r} is not a clock time such as 22:00"
    if row["starts"] is None and row["weekdays"] is None and row["calendar"] is None:
        yield "without starts, weekdays and calendar it would hold for every hour; that is a pay rate"
    if strange := [day for day in (row["weekdays"] or "").split() if day not in WEEKDAYS]:
        yield f"weekdays: {strange[0]!r} is none of {', '.join(WEEKDAYS)}"
    if row["calendar"] is not None and row["calendar"] not in calendars:
        yield f"holidays.csv has no calendar {row['calendar']}"


def _regular_rate_faults(run: Run, rows: list[Row]) -> Iterator[str]:
    """Under the FLSA a premium is in the regular rate unless it is at least half of it (29 U.S.C. 207(e)(5)-(7))."""
    if run.settings.pay.flsa != "covered":
        return
    keys = {key["law_key"]: key for key in run.law.tables["law_keys"].to_pylist()}
    names = {row["rule_no"]: row for row in run.law.tables["rule_names"].to_pylist()}
    rules: dict[int, set[str]] = {}
    for rule in run.law.tables["overtime_rules"].to_pylist():
        rules.setdefault(rule["law_key"], set()).add(names[rule["rule_no"]]["rule_id"])
    chosen = {(rule["premium_no"], rule["law_key"]) for rule in premium_rules(run).to_pylist()}
    for number, row in enumerate(rows):
        own = [key for no, key in sorted(chosen) if no == number]
        american = [key for key in own if keys[key]["work_location"].partition("-")[0] == "US"]
        where = f"premiums.csv, line {row['map_row']}"
        if american and row["regular_rate"] != "included" and (row["percent"] is None or row["percent"] < _HALF):
            yield (
                f"{where}: regular_rate {row['regular_rate']} needs a percent of {_HALF} or more under the FLSA "
                "(29 U.S.C. 207(e)(5)-(7)); a smaller premium is included"
            )
        if row["regular_rate"] != "credited":
            continue
        strange = {rule for key in own for rule in rules.get(key, set()) if not _is_federal_alone(rule)}
        if strange:
            yield (
                f"{where}: a premium is credited toward overtime under the FLSA alone (29 U.S.C. 207(h)), and people "
                f"it holds for stand under {', '.join(sorted(strange))}; choose excluded for them"
            )


def _is_federal_alone(rule_id: str) -> bool:
    """Whether overtime comes from the federal week and no law of the state."""
    return rule_id in FEDERAL_ALONE or (rule_id.startswith("us_") and rule_id.endswith("_flsa"))
