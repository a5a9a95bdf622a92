"""When payments to a vendor are reported: thresholds by form, place and tax year, and the days that returns are due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

from etl.law.tables import read_table, shipped

_WHERE = "etl/law/information_returns.csv"
_STATUSES = ("confirmed", "confirmed-secondary", "knowledge", "unknown")
_SATURDAY = 6


@dataclass(frozen=True)
class Threshold:
    """From which amount of a calendar year on a form is due. `amount` None: nobody knows it yet, so it is asked."""

    form: str
    jurisdiction: str
    tax_year_from: int
    tax_year_to: int
    amount: Decimal | None
    status: str
    citation: str

    @property
    def is_confirmed(self) -> bool:
        """Whether the figure may decide alone; others decide and are named to be looked at."""
        return self.status == "confirmed"


@dataclass(frozen=True)
class Due:
    """A day by which something is due: `day` is a business day, `by_law` the day in the statute."""

    what: str
    by_law: date
    day: date


@cache
def thresholds() -> tuple[Threshold, ...]:
    """All rows, checked. Raises SettingsError LAW_INVALID with every finding."""
    return read_thresholds(shipped("information_returns.csv"))


def read_thresholds(text: str) -> tuple[Threshold, ...]:
    """The rows of the table as text; two rows never answer one form, place and year."""
    return read_table(text, _threshold, table="The law table", where=_WHERE, among=_twice)


def _threshold(row: dict[str, str]) -> Threshold:
    amount = Decimal(row["threshold"]) if row["threshold"] else None
    if row["status"] not in _STATUSES or (amount is None) != (row["status"] == "unknown") or not row["citation"]:
        raise ValueError("a figure needs a status and a citation; unknown has no figure")
    return Threshold(
        row["form"], row["jurisdiction"], int(row["tax_year_from"]), int(row["tax_year_to"]), amount, row["status"],
        row["citation"])


def _twice(rows: Sequence[Threshold]) -> list[str]:
    return [
        f"{one.form}, {one.jurisdiction} is answered twice from {later.tax_year_from}"
        for place, later in enumerate(rows)
        for one in rows[:place]
        if (one.form, one.jurisdiction) == (later.form, later.jurisdiction)
        and one.tax_year_from <= later.tax_year_to
        and later.tax_year_from <= one.tax_year_to
    ]


def threshold_of(box: str, jurisdiction: str, tax_year: int) -> Threshold | None:
    """The row of a box such as NEC-1 or MISC-10, its own before that of its form; None where the table has none."""
    for form in (box, box.partition("-")[0]):
        for row in thresholds():
            is_asked = (row.form, row.jurisdiction) == (form, jurisdiction)
            if is_asked and row.tax_year_from <= tax_year <= row.tax_year_to:
                return row
    return None


def due_days(tax_year: int) -> tuple[Due, ...]:
    """When the forms of a tax year are due, each on a business day (IRC 7503)."""
    next_year = tax_year + 1
    by_law = (
        ("1099-NEC to vendor and IRS", date(next_year, 1, 31)),
        ("1099-MISC to vendor", date(next_year, 1, 31)),
        ("1099-MISC to IRS on paper", date(next_year, 2, 28)),
        ("1099-MISC to IRS electronically", date(next_year, 3, 31)),
    )
    holidays = _legal_holidays(next_year)
    return tuple(Due(what, day, _business_day(day, holidays)) for what, day in by_law)


def _business_day(day: date, holidays: Sequence[date]) -> date:
    while day.isoweekday() >= _SATURDAY or day in holidays:
        day += timedelta(days=1)
    return day


def _legal_holidays(year: int) -> tuple[date, ...]:
    """The legal holidays of the District of Columbia from January to April (IRC 7503; 5 USC 6103)."""
    def monday(month: int, turn: int) -> date:
        first = date(year, month, 1)
        return first + timedelta(days=(1 - first.isoweekday()) % 7 + 7 * (turn - 1))

    emancipation = date(year, 4, 16)
    return date(year, 1, 1), monday(1, 3), monday(2, 3), emancipation
