"""Worked examples of labor law as a file: read, and turned into a company whose run computes them."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import Any

from etl.errors import SourceError
from etl.law.rows import Rule, library
from etl.periods import FIRST_DAY, LAST_DAY, WEEKDAYS

Row = dict[str, str]
_ALWAYS = {"effective_from": FIRST_DAY, "effective_to": LAST_DAY}
COLUMNS = [
    "example_id",
    "row_type",
    "seq",
    "citation",
    "source_status",
    "jurisdiction",
    "employee_id",
    "workweek_start_dow",
    "date",
    "start",
    "end",
    "break_minutes",
    "hours",
    "job_code",
    "rate",
    "currency",
    "pay_item",
    "amount",
    "in_regular_rate",
    "rule_system",
    "expected_regular_hours",
    "expected_overtime_hours",
    "expected_doubletime_hours",
    "expected_tiers",
    "expected_regular_rate",
    "rate_method",
    "expected_pay",
    "expected_pay_exact",
    "expected_flsa_premium",
    "expected_extra",
    "notes",
]
_SALARIES = {"fixed_salary": "week", "weekly_salary": "week", "monthly_salary": "month"}
_COVERS = re.compile(r"covers ([0-9]{1,3}(?:\.[0-9]+)?) ?h", re.ASCII)
_ROUNDED = {"us_flsa_40_round_punch_quarter": 15}
PREMIUM_ALONE = "us_flsa_bonus_backallocation"  # its base pay is not stated


@dataclass(frozen=True)
class Example:
    """One worked example: its rows in order."""

    example_id: str
    rows: tuple[Row, ...]

    def of(self, *kinds: str) -> list[Row]:
        """The rows of some kinds."""
        return [row for row in self.rows if row["row_type"] in kinds]

    @property
    def first(self) -> Row:
        """What all rows say alike."""
        return self.rows[0]

    @property
    def system(self) -> str:
        """Which rule the example is for, as its file names it."""
        return self.first["rule_system"]

    @property
    def rule(self) -> Rule | None:
        """The row of the law library that it is for: by its name, else the federal rule with another method of pay."""
        day = date.fromisoformat(self.of("day", "week")[0]["date"])
        named = [rule for rule in library() if rule.rule_id == self.system]
        if not named and self.first["jurisdiction"] == "US-FED":
            named = [rule for rule in library() if rule.rule_id == "us_flsa_40"]
        return next((rule for rule in named if rule.effective_from <= day <= rule.effective_to), None)

    @property
    def is_outside_flsa(self) -> bool:
        """A state's limit above the federal 40 hours shows only for an employer outside the FLSA."""
        rule = self.rule
        week = rule.of("week") if rule else ()
        return bool(rule and rule.family == "US" and rule.period == "workweek" and week and week[0][0] > 144_000)

    @property
    def begins_on(self) -> int:
        """The first day of its workweek, 1 Monday to 7 Sunday."""
        names = [name[:3].upper() for name in WEEKDAYS]
        return names.index(self.first["workweek_start_dow"]) + 1

    def fact(self, name: str) -> Decimal | None:
        """A figure the example rests on that is not pay: a row of its own, such as the minimum wage."""
        return next((Decimal(row["amount"]) for row in self.of("pay") if row["pay_item"] == name), None)


def read_examples(content: bytes, where: str) -> tuple[Example, ...]:
    """The examples of a file. Raises SourceError EXAMPLES_UNREADABLE with line and column."""
    try:
        lines = list(csv.DictReader(content.decode("utf-8-sig").splitlines(), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(f"The file cannot be read: {error}", where) from None
    if not lines or sorted(lines[0]) != sorted(COLUMNS):
        raise _unreadable(f"The first line must hold {', '.join(COLUMNS)}", f"{where}, line 1")
    cases: dict[str, list[Row]] = defaultdict(list)
    for number, row in enumerate(lines, 2):
        if any(value is None for value in row.values()) or (fault := _fault(row)):
            raise _unreadable(fault if None not in row.values() else "a cell is missing", f"{where}, line {number}")
        cases[row["example_id"]].append(row)
    for name, rows in cases.items():
        if not any(row["row_type"] in ("day", "week") for row in rows) or rows[-1]["row_type"] != "summary":
            raise _unreadable(f"{name} needs days and, as its last row, a summary", where)
    return tuple(Example(name, tuple(rows)) for name, rows in cases.items())


def _fault(row: Row) -> str:
    try:
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,30}", row["example_id"]):
            return f"example_id {row['example_id']!r} is not letters and digits"
        if row["row_type"] not in ("day", "week", "pay", "summary"):
            return f"row_type {row['row_type']!r} is none of day, week, pay, summary"
        if row["row_type"] in ("day", "week"):
            date.fromisoformat(row["date"])
            seconds(row)
        for name in ("rate", "amount"):
            Decimal(row[name] or "0")
    except (ValueError, InvalidOperation) as error:
        return f"a figure cannot be read: {error}"
    return (
        ""
        if row["workweek_start_dow"] in {name[:3].upper() for name in WEEKDAYS}
        else "workweek_start_dow is no weekday"
    )


def _unreadable(what: str, where: str) -> SourceError:
    return SourceError(
        "EXAMPLES_UNREADABLE", what=what, where=where, fix="Correct the line; docs/overtime.md describes the columns."
    )


def seconds(row: Row, unit_minutes: int = 0) -> int:
    """Seconds worked in a row; punches rounded to the nearest unit first where a policy says so."""
    if row["hours"] and not unit_minutes:
        exact = Fraction(row["hours"]) * 3600
        return int(exact + Fraction(1, 2))
    first, last = (_minutes(row[name]) for name in ("start", "end"))
    if unit_minutes:
        first, last = ((punch + unit_minutes // 2) // unit_minutes * unit_minutes for punch in (first, last))
    return (last - first - int(row["break_minutes"] or 0)) * 60


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


@dataclass(frozen=True)
class Material:
    """What a company of examples consists of: cells of its cross-references, and the entries of its people."""

    tables: dict[str, list[dict[str, Any]]]
    entries: list[dict[str, str | int]]
    first_day: date
    last_day: date


def material(examples: Sequence[Example]) -> Material:
    """People, rates, salaries, earnings and entries of these examples: each is one person in a pay group of its own."""
    tables: dict[str, list[dict[str, Any]]] = defaultdict(list)
    entries: list[dict[str, str | int]] = []
    days: list[date] = []
    jobs: dict[str, None] = {}
    for example in examples:
        name = example.example_id
        currency = example.first["currency"]
        tables["map_employees"].append(
            {"source": "*", "person_ref": name, "employee_id": name, "employee_name": name, "worker_type": "employee"}
            | {"pay_group": name, "flsa_status": "nonexempt", "work_location": example.first["jurisdiction"]}
            | _ALWAYS
        )
        tables["map_pay_rates"].append({"employee_id": name, "pay_rate": Decimal(0), "currency": currency} | _ALWAYS)
        rates: dict[tuple[str, str], str] = {}
        for row in example.of("day", "week"):
            job = row["job_code"] or "Work"
            jobs[job] = None
            rates[(job, row["date"])] = row["rate"] or "0"
            for entry in _entries(row, job, _ROUNDED.get(example.system, 0)):
                entries.append(entry | {"person_ref": name})
                days.append(date.fromisoformat(str(entry["date_text"])))
        tables["map_job_rates"] += [
            {"employee_id": name, "service_item": job, "kind": "rate", "rate": Decimal(rate), "currency": currency}
            | {"effective_from": date.fromisoformat(day), "effective_to": date.fromisoformat(day)}
            for (job, day), rate in rates.items()
        ]
        _pay(example, tables, (min(days), max(days)))
    tables["map_items"] = [
        {"source": "*", "service_ref": job, "service_item": job, "hour_kind": "worked"}
        | _ALWAYS
        for job in jobs
    ]
    return Material(dict(tables), entries, min(days), max(days))


def _pay(example: Example, tables: dict[str, list[dict[str, Any]]], span: tuple[date, date]) -> None:
    own = [date.fromisoformat(row["date"]) for row in example.of("day", "week")] or [span[0]]
    for row in example.of("pay"):
        common = {"employee_id": example.example_id, "currency": row["currency"]}
        if per := _SALARIES.get(row["pay_item"]):
            covers = _COVERS.search(row["notes"])
            tables["map_salaries"].append(
                common
                | {"salary": Decimal(row["amount"]), "per": per, "hours": Decimal(covers[1]) if covers else None}
                | _ALWAYS
            )
        elif row["in_regular_rate"]:
            tables["map_earnings"].append(
                common
                | {"earning": row["pay_item"], "amount": Decimal(row["amount"])}
                | {"in_regular_rate": "yes" if row["in_regular_rate"] == "Y" else "no"}
                | {"earned_from": min(own), "earned_to": max(own), "paid_on": max(own)}
            )


def _entries(row: Row, job: str, unit_minutes: int) -> Iterable[dict[str, str | int]]:
    """One entry a row; a weekly total is spread over seven days to the second."""
    day, total = date.fromisoformat(row["date"]), seconds(row, unit_minutes)
    if row["row_type"] == "week":
        for number in range(7):
            yield {
                "date_text": str(day + timedelta(days=number)),
                "duration_text": str(total * (number + 1) // 7 - total * number // 7),
                "service_ref": job,
            }
        return
    entry: dict[str, str | int] = {"date_text": row["date"], "duration_text": str(total), "service_ref": job}
    if row["start"]:
        start = datetime.combine(day, datetime.min.time()) + timedelta(minutes=_minutes(row["start"]))
        entry["start_text"] = f"{start:%Y-%m-%d %H:%M:%S}"
    yield entry


def shipped_examples() -> tuple[bytes, str]:
    """The examples of the law library, as bytes, and how they are called."""
    path = Path(__file__).parents[1] / "law" / "examples.csv"
    return path.read_bytes(), "the law library's own examples"
