"""The days on which banks rest: the payment systems' own calendars as dated rows, or a calendar of the company."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

from etl.periods import DAY

Way = Literal["stays", "before", "after"]


@dataclass(frozen=True)
class Banks:
    """Bank holidays by day; Saturdays and Sundays count as such without a row. Known up to `until`, inclusive."""

    holidays: Mapping[date, str]
    until: date

    def rest(self, day: date) -> str:
        """Why banks rest on this day; empty where they work."""
        return self.holidays.get(day, "") or {5: "Saturday", 6: "Sunday"}.get(day.weekday(), "")

    def moved(self, day: date, way: Way) -> date:
        """The day itself where banks work, else the nearest such day before or after it; days nobody knows stay."""
        if way == "stays" or day > self.until:
            return day
        step = -DAY if way == "before" else DAY
        while self.rest(day):
            day += step
        return day


@cache
def shipped_banks(calendar: str) -> Banks:
    """The calendar of one payment system, from bank_holidays.csv. Known to the end of the last year with rows."""
    text = files("etl.law").joinpath("bank_holidays.csv").read_text(encoding="utf-8")
    days = {date.fromisoformat(row["holiday_on"]): row["name"]
            for row in csv.DictReader(text.splitlines()) if row["calendar"] == calendar}
    return Banks(days, date(max(days).year, 12, 31))
