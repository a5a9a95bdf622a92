"""Periods and calendars: pay periods, billing periods, workweeks and the window a run has to read."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Literal, get_args

Kind = Literal["weekly", "biweekly", "semimonthly", "monthly"]
KINDS: tuple[Kind, ...] = get_args(Kind)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY = timedelta(days=1)
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(9999, 12, 31)  # of what has no beginning, or no end


@dataclass(frozen=True, order=True)
class Period:
    """A span of dates, both inclusive."""

    start: date
    end: date

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    @property
    def label(self) -> str:
        """How documents name it: "week 2026-W46" from Monday to Sunday, else "period to 2026-11-15"."""
        if self.start.isoweekday() == 1 and self.end - self.start == 6 * DAY:
            year, week, _ = self.end.isocalendar()
            return f"week {year}-W{week:02d}"
        return f"period to {self.end.isoformat()}"


@dataclass(frozen=True)
class PayPeriod:
    """One line of pay_calendar.csv: the dates one payroll covers, its cut-off and pay date."""

    pay_group: str
    kind: Kind
    period: Period
    cut_off: datetime  # local time of the company
    pay_date: date
    workweek_start: int  # 1 Monday … 7 Sunday
    line: int


def period_fault(kind: Kind, period: Period) -> str | None:
    """Why these dates are no period of this kind, or None."""
    days = (period.end - period.start).days + 1
    last_day = monthrange(period.start.year, period.start.month)[1]
    if kind == "weekly" and days != 7:
        return f"a weekly period has 7 days, this one {days}"
    if kind == "biweekly" and days != 14:
        return f"a biweekly period has 14 days, this one {days}"
    if kind == "monthly" and next_start("monthly", period.start) != period.end + DAY:
        return "a monthly period ends the day before the same day of the next month"
    if kind == "semimonthly" and not (
        (period.start.day, days) == (1, 15)
        or (period.start.day == 16 and period.end == period.start.replace(day=last_day))
    ):
        return "a semimonthly period runs from the 1st to the 15th or from the 16th to the month's last day"
    return None


def next_start(kind: Kind, start: date) -> date:
    """The first day of the period after the one that starts here."""
    if kind == "weekly":
        return start + 7 * DAY
    if kind == "biweekly":
        return start + 14 * DAY
    if kind == "semimonthly" and start.day == 1:
        return start.replace(day=16)
    year, month = (start.year + 1, 1) if start.month == 12 else (start.year, start.month + 1)
    day = 1 if kind == "semimonthly" else min(start.day, monthrange(year, month)[1])
    return date(year, month, day)


def period_ending(kind: Kind, end: date, anchor: date | None) -> Period | None:
    """The period of this kind that ends on this day, or None. Weekly and biweekly are counted from the anchor."""
    if kind in ("weekly", "biweekly"):
        length = 7 if kind == "weekly" else 14
        if anchor is None or (end + DAY - anchor).days % length:
            return None
        return Period(end - (length - 1) * DAY, end)
    last_day = monthrange(end.year, end.month)[1]
    if kind == "monthly":
        return Period(end.replace(day=1), end) if end.day == last_day else None
    if end.day == 15:
        return Period(end.replace(day=1), end)
    return Period(end.replace(day=16), end) if end.day == last_day else None


def workweek_start(day: date, first_weekday: int) -> date:
    """The first day of the workweek that holds this day; workweeks begin on `first_weekday` (1 Monday … 7 Sunday)."""
    return day - ((day.isoweekday() - first_weekday) % 7) * DAY


def calculation_window(
    pay_periods: Iterable[PayPeriod],
    billing: Period | None,
    fourteen_days: Mapping[str, date | None] = MappingProxyType({}),
) -> Period:
    """All workweeks that touch a pay period, and the billing period: what a run has to read.

    `fourteen_days`: pay group to a first day of its fixed 14-day periods, which stand for its workweeks.
    """
    spans = [] if billing is None else [billing]
    for pay_period in pay_periods:
        first = workweek_start(pay_period.period.start, pay_period.workweek_start)
        last = workweek_start(pay_period.period.end, pay_period.workweek_start) + 6 * DAY
        if anchor := fourteen_days.get(pay_period.pay_group):
            first = pay_period.period.start - ((pay_period.period.start - anchor).days % 14) * DAY
            last = pay_period.period.end + (13 - (pay_period.period.end - anchor).days % 14) * DAY
        spans.append(Period(first, last))
    return Period(min(span.start for span in spans), max(span.end for span in spans))


def pay_calendar(pay_group: str, kind: Kind, first_start: date, count: int, *, workweek: int = 1) -> list[PayPeriod]:
    """`count` consecutive pay periods: cut-off at noon two days after the end, paid five days after the end."""
    periods, start = [], first_start
    for line in range(count):
        after = next_start(kind, start)
        end = after - DAY
        periods.append(
            PayPeriod(
                pay_group,
                kind,
                Period(start, end),
                datetime.combine(end + 2 * DAY, datetime.min.time()).replace(hour=12),
                end + 5 * DAY,
                workweek,
                line + 2,
            )
        )
        start = after
    return periods
