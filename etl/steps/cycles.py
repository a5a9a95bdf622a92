"""Pay and invoice cycles with bank holidays: the next cut-offs, pay dates, invoice dates, and where banks move them.

What is told here moves no figure: pay_calendar.csv and the terms of customers.csv say what the books get.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from etl.errors import SettingsError
from etl.law.banks import Banks, shipped_banks
from etl.mapping.load import MappingSet
from etl.periods import DAY, Period
from etl.settings import Settings
from etl.steps.exceptions import settings_now
from etl.steps.mapping_versions import mappings_now
from etl.steps.outcome import Outcome
from etl.steps.run import place_of, read_day

_HEADINGS = ("kind", "group", "period", "cut-off", "pay or due date", "as declared", "why it moves")
_WEEKS = 10


@dataclass(frozen=True)
class Cycle:
    """One period to be paid or billed. `declared`: the pay date, or the day an invoice is due; `told`: where it goes.

    `cut_off`: the company's clock; as many days earlier as the pay date, and on a day on which banks work.
    """

    kind: str     # pay, invoice, billing (a worksheet: no due date)
    group: str
    period: Period
    cut_off: datetime | None
    declared: date
    told: date
    why: str


def cycles(
    settings: Settings, mappings: MappingSet, first: date | None = None, last: date | None = None,
) -> list[Cycle]:
    """Every pay period of the calendar, and the billing periods that end from `first` to `last`, by the day told."""
    banks = banks_of(settings, mappings)
    found = list(_pay(settings, mappings, banks))
    if first is not None and last is not None:
        found = [one for one in found if first <= max(one.told, one.declared) and one.period.start <= last]
        found += _invoices(settings, banks, first, last)
    return sorted(found, key=lambda one: (one.told, one.kind, one.group))


def show_cycles(company: str, workspace: str | Path | None = None, *, weeks: int = _WEEKS,
                today: str | date | None = None) -> Outcome:
    """The company's next cut-offs, pay dates and due dates."""
    place, settings = place_of(workspace), settings_now(place_of(workspace), company)
    mappings = mappings_now(place, company)
    now = datetime.now(UTC).astimezone(ZoneInfo(settings.company.zone)).date()
    day = read_day(today, "--from") if today else now
    last = day + timedelta(weeks=weeks)
    found = cycles(settings, mappings, day, last)
    chosen = settings.schedule
    known = banks_of(settings, mappings).until
    is_none = chosen.bank_days == "none"
    remarks: list[tuple[str, str]] = [("bank days", "none declared: no date moves" if is_none else chosen.bank_days)]
    if chosen.bank_days not in ("none", "holidays.csv") and last > known:
        remarks.append(("known until", f"{known}; later dates are shown as declared"))
    moved = sum(one.told != one.declared for one in found)
    return Outcome(
        title=f"{settings.company.name}: {len(found)} cycle(s) from {day} to {last}, {moved} moved by bank holidays",
        facts=(*remarks, ("clock", settings.company.zone)),
        headings=_HEADINGS,
        rows=tuple((one.kind, one.group, f"{one.period.start} to {one.period.end}",
                    f"{one.cut_off:%a %Y-%m-%d %H:%M}" if one.cut_off else "", f"{one.told:%a %Y-%m-%d}",
                    f"{one.declared:%a %Y-%m-%d}" if one.told != one.declared else "", one.why) for one in found),
        next_step="" if found else f"extend mappings/{company}/pay_calendar.csv",
    )


def banks_of(settings: Settings, mappings: MappingSet) -> Banks:
    """The bank holidays the company has chosen. Raises SettingsError BANK_CALENDAR for a calendar without days."""
    chosen = settings.schedule
    if chosen.bank_days == "none":
        return Banks({}, date.max)
    if chosen.bank_days != "holidays.csv":
        return shipped_banks(chosen.bank_days)
    own = {row["holiday_on"]: row["name"] for row in mappings.rows("map_holidays")
           if row["calendar"] == chosen.bank_calendar}
    if not own:
        raise SettingsError(
            "BANK_CALENDAR", what=f"holidays.csv has no days of the calendar {chosen.bank_calendar!r}",
            where=f"mappings/{settings.company.id}/company.toml, key schedule.bank_calendar",
            fix="Name a calendar of holidays.csv, or add its days there.")
    return Banks(own, date(max(own).year, 12, 31))


def _pay(settings: Settings, mappings: MappingSet, banks: Banks) -> Iterator[Cycle]:
    way = settings.schedule.pay_date
    for pay in mappings.pay_periods:
        told = banks.moved(pay.pay_date, way)
        cut_off = pay.cut_off
        if way == "before" and told < pay.pay_date:
            earlier = cut_off - (pay.pay_date - told)
            cut_off = datetime.combine(banks.moved(earlier.date(), "before"), earlier.time())
        why = banks.rest(pay.pay_date) if told != pay.pay_date else ""
        yield Cycle("pay", pay.pay_group, pay.period, cut_off, pay.pay_date, told, why)


def _invoices(settings: Settings, banks: Banks, first: date, last: date) -> Iterator[Cycle]:
    billing = settings.billing
    day = first
    while day <= last:
        period = billing.period_to(day)
        if period is not None:
            due = day   # without invoices of ours nothing is due; the billing period ends
            if billing.terms == "end_of_month":
                due = day.replace(day=monthrange(day.year, day.month)[1])
            due += timedelta(days=billing.terms_days or 0)
            told = banks.moved(due, settings.schedule.due_date) if billing.makes_invoices else day
            kind = "invoice" if billing.makes_invoices else "billing"
            yield Cycle(kind, billing.period, period, None, due, told, banks.rest(due) if told != due else "")
        day += DAY
