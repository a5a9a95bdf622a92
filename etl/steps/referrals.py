"""Amounts in dispute (private/referrals.csv): what a row must say before it holds anything, and what still waits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from etl.mapping.declared_labor import BREAK_PREMIUMS
from etl.steps.run import Run


def referral_gaps(run: Run) -> Iterator[str]:
    """Every finding about the rows. A decision is another person's: neither who referred it, nor whose pay it is."""
    rows = run.mappings.rows("map_referrals")
    if not rows:
        return
    known = {row["employee_id"] for row in run.mappings.rows("map_employees")}
    names: dict[str, set[str]] = {}
    for row in run.mappings.rows("map_employees"):
        names.setdefault(row["employee_id"], set()).add(row["employee_name"])
    for row in rows:
        where = f"private/referrals.csv, line {row['map_row']}"
        yield from (f"{where}: {fault}" for fault in _faults(row))
        if row["employee_id"] not in known:
            yield f"{where}: nobody in employees.csv has the employee_id {row['employee_id']}"
        own = {row["employee_id"], *names.get(row["employee_id"], ())}
        if _same(row["resolved_by"], *own):
            yield f"{where}: {row['resolved_by']} cannot decide about their own pay"
        if row["hour_class"] == "hours" and _salary_pays(run, row):
            yield f"{where}: a salary pays this person's hours; enter what is in dispute as hour_class claim"


def _faults(row: Mapping[str, Any]) -> Iterator[str]:
    if row["resolution"] and not row["resolved_by"]:
        yield "a resolution needs resolved_by"
    if _same(row["resolved_by"], row["referred_by"]):
        yield f"{row['resolved_by']} referred it; another person has to decide"
    if row["hour_class"] not in BREAK_PREMIUMS:
        if not (row["referred_by"] and row["referred_on"]):
            yield f"{row['hour_class']} needs referred_by and referred_on"
        if row["resolution"] and not row["resolved_on"]:
            yield "a resolution needs resolved_on"
    if row["resolved_on"] and row["referred_on"] and row["resolved_on"] < row["referred_on"]:
        yield f"resolved_on {row['resolved_on']} is before referred_on {row['referred_on']}"
    if row["entry_id"] and row["hour_class"] != "hours":
        yield "entry_id belongs to hour_class hours alone"
    if row["claimed_amount"] is not None and row["hour_class"] != "claim":
        yield "claimed_amount belongs to hour_class claim alone; the amounts of the others are computed"


def _same(name: str | None, *others: str | None) -> bool:
    """Whether one of them is the same person, as two people would read the names."""
    return name is not None and name.strip().casefold() in {other.strip().casefold() for other in others if other}


def _salary_pays(run: Run, row: Mapping[str, Any]) -> bool:
    return any(
        salary["employee_id"] == row["employee_id"]
        and salary["effective_from"] <= row["day"] <= salary["effective_to"]
        for salary in run.mappings.rows("map_salaries")
    )


def waiting(rows: Sequence[Mapping[str, Any]], today: date) -> str:
    """What waits for a decision on a day, in words; empty where nothing does."""
    still = [row for row in rows if not row["resolution"]]
    if not still:
        return ""
    since = [row["referred_on"] or row["day"] for row in still]
    overdue = sum(row["due"] < today for row in still)
    people = len({row["employee_id"] for row in still})
    oldest = max((today - min(since)).days, 0)
    late = f", {overdue} overdue" if overdue else ""
    return f"{len(still)} of {people} person(s), the oldest {oldest} day(s){late}"
