"""The law of a run: its people, their window, and what the company has confirmed in the audit log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta

from etl.law.chosen import Law, Person, choose
from etl.law.holiday_weeks import Holidays
from etl.law.rows import Rule
from etl.mapping.load import MappingSet
from etl.periods import Period
from etl.settings import Pay
from etl.store.records import Record

CONFIRM = "confirm_rule"


def law_of(
    pay: Pay,
    mappings: MappingSet,
    window: Period,
    confirmed: Collection[str] = (),
    shipped: Sequence[Rule] | None = None,
) -> Law:
    """The rules that hold for these people in the window, the day before it included: a shift may begin there.

    `confirmed`: digests of rows that the company has confirmed. `shipped`: other rows in the library's stead.
    """
    people = [
        Person(
            row["work_location"] or "",
            row["pay_group"] or "",
            row["flsa_status"] or "",
            row["map_row"],
            (row["effective_from"], row["effective_to"]),
        )
        for row in mappings.rows("map_employees")
        if row["worker_type"] == "employee"
        and row["effective_from"] <= window.end
        and row["effective_to"] >= window.start
    ]
    span = (window.start - timedelta(days=1), window.end)
    return choose(pay, people, span, confirmed, shipped, _holidays(pay, mappings))


def _holidays(pay: Pay, mappings: MappingSet) -> Holidays | None:
    """The days that shorten a week by the place's law; None where the company has named no calendar for one."""
    if not pay.holiday_weeks:
        return None
    calendars: dict[str, list[date]] = defaultdict(list)
    for row in mappings.rows("map_holidays"):
        calendars[row["calendar"]].append(row["holiday_on"])
    fixed = {group.pay_group for group in pay.groups if group.fourteen_days_from}
    begins_on = {period.pay_group: period.workweek_start for period in mappings.pay_periods}
    return Holidays(
        {choice.jurisdiction: calendars[choice.calendar] for choice in pay.holiday_weeks},
        {group: day for group, day in begins_on.items() if group not in fixed},
    )


def confirmed(records: Iterable[Record]) -> dict[str, Record]:
    """The newest confirmation of each row of the law library, be it of overtime, breaks or rounding, by its digest."""
    return {digest: record for record in records if record.type == CONFIRM for digest in record.body.get("rows", ())}
