"""People whose workweek begins at another moment than before: two workweeks overlap, which no run computes by half."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from etl.periods import DAY, WEEKDAYS, workweek_start
from etl.steps.run import Run


class _Begins(NamedTuple):
    """When the workweek of a pay group begins: weekday, or a first day of fixed 14 days, and the clock."""

    weekday: int
    fourteen_days_from: date | None
    workday_start: str

    def span(self, day: date) -> tuple[datetime, datetime]:
        """Begin and end, by the clock, of the workweek or of the 14 days that holds this workday."""
        days = 14 if self.fourteen_days_from else 7
        first = workweek_start(day, self.weekday)
        if self.fourteen_days_from:
            first = day - (day - self.fourteen_days_from).days % 14 * DAY
        begin = datetime.combine(first, time.fromisoformat(self.workday_start))
        return begin, begin + timedelta(days=days)

    def __str__(self) -> str:
        first = f"14 days from {self.fourteen_days_from}" if self.fourteen_days_from else WEEKDAYS[self.weekday - 1]
        return f"{first} {self.workday_start}"


def workweek_gaps(run: Run) -> Iterator[str]:
    """Every change of pay group that cuts a workweek of this run: the greater of both ways is not computed here.

    29 CFR 778.301-.302: hours that lie in both weeks count in the old one, then in the new one; the greater is owed.
    """
    begins = _begins(run)
    people: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in run.mappings.rows("map_employees"):
        if row["worker_type"] == "employee" and row["pay_group"] in begins:
            people[row["employee_id"]].append(row)
    for employee_id, rows in sorted(people.items()):
        seen = _by_start(rows)
        for (last, old), (first, new) in pairwise(seen):
            if begins[old["pay_group"]] != begins[new["pay_group"]] and last < first:
                yield from _overlap(run, employee_id, (old, begins[old["pay_group"]]), (new, begins[new["pay_group"]]))


def _by_start(rows: list[dict[str, Any]]) -> list[tuple[date, dict[str, Any]]]:
    """The rows of one person in the order of their first days; several rows of one day (references) once."""
    return sorted({row["effective_from"]: row for row in rows}.items())


def _overlap(
    run: Run, employee_id: str, old: tuple[dict[str, Any], _Begins], new: tuple[dict[str, Any], _Begins]
) -> Iterator[str]:
    """The finding, where both weeks share days and this run reads one of them."""
    (old_row, old_begins), (new_row, new_begins) = old, new
    first_old, end_old = old_begins.span(min(old_row["effective_to"], new_row["effective_from"] - DAY))
    first_new, end_new = new_begins.span(new_row["effective_from"])
    is_read = first_old.date() <= run.window.end and end_new.date() > run.window.start
    if first_new < end_old and is_read:
        yield (
            f"employees.csv, line {new_row['map_row']}: the workweek of {employee_id} begins {new_begins} from "
            f"{new_row['effective_from']} on, before that {old_begins}, and the two overlap from "
            f"{first_new:%Y-%m-%d %H:%M} to {end_old:%Y-%m-%d %H:%M}; the greater of both ways of counting them is "
            "owed (29 CFR 778.301-.302), which is not computed here: keep the workweek, which need not begin with the "
            "pay period"
        )


def _begins(run: Run) -> dict[str, _Begins]:
    choices = {group.pay_group: group for group in run.settings.pay.groups}
    found = {}
    for pay in run.mappings.pay_periods:
        own = choices.get(pay.pay_group)
        found[pay.pay_group] = _Begins(
            pay.workweek_start, own.fourteen_days_from if own else None, own.workday_start if own else "00:00"
        )
    return found
