"""Other rows of law in the library's stead: what a file says, or a rule that begins on another day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from etl.errors import SettingsError
from etl.law.places import FEDERAL
from etl.law.rows import Rule, as_confirmed, library, read_rules
from etl.law.tables import shipped


def replaced(rows: Sequence[Rule]) -> tuple[Rule, ...]:
    """The library with these rows for every version of their rules, all of it as confirmed: here the law is asked."""
    given = {rule.rule_id for rule in rows}
    return tuple(map(as_confirmed, (*(rule for rule in library() if rule.rule_id not in given), *rows)))


def header() -> str:
    """The first line of the law table."""
    return shipped("overtime_rules.csv").splitlines()[0]


def from_file(text: str, where: str) -> tuple[Rule, ...]:
    """The rows of a file in the form of the law table. Raises SettingsError LAW_CHANGE, LAW_INVALID."""
    if text.splitlines()[:1] != [header()]:
        raise _wrong("The first line is not that of the law table", where, f"Begin the file with {header()}")
    rows = read_rules(text, where)
    if not rows:
        raise _wrong("The file holds no row", where, "Give the rows of a rule as they should have been.")
    if sum(rule.rule_id == FEDERAL for rule in rows) > 1:
        raise _wrong(
            f"{FEDERAL} has several versions, and the states that borrow its week cannot follow each of them",
            where,
            "Replay one version at a time, over the days for which it holds.",
        )
    return rows


def begun_on(rule_id: str, first_day: date) -> tuple[Rule, ...]:
    """The versions of a rule, the newest one begun on another day and the one before ended the day before."""
    versions = sorted((rule for rule in library() if rule.rule_id == rule_id), key=lambda rule: rule.effective_from)
    if len(versions) < 2 or not versions[-2].effective_from < first_day <= versions[-1].effective_to:
        known = ", ".join(f"{rule.effective_from}" for rule in versions) or "none"
        raise _wrong(
            f"{rule_id} has no earlier version that could hold until {first_day}; its versions begin on: {known}",
            "--rule and --effective-from",
            "Give a rule with two versions and a day after the earlier one begins, or the rows in a file with --law.",
        )
    *earlier, before, newest = versions
    moved = replace(before, effective_to=first_day - timedelta(days=1)), replace(newest, effective_from=first_day)
    return (*earlier, *moved)


def _wrong(what: str, where: str, fix: str) -> SettingsError:
    return SettingsError("LAW_CHANGE", what=what, where=where, fix=fix)
