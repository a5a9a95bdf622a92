"""Public holidays of the two places the practice company works at, by rule."""

from __future__ import annotations

from datetime import date, timedelta

_UNITED_STATES = {(1, 1), (6, 19), (7, 4), (12, 25)}
_SAXONY = {(1, 1), (5, 1), (10, 3), (10, 31), (12, 25), (12, 26)}
_NTH_MONDAYS = {(1, 3), (9, 1)}   # Martin Luther King Jr. Day, Labor Day


def is_holiday(day: date, work_location: str) -> bool:
    """Whether nobody works there on this day; holidays that hang on Easter are left out."""
    if work_location == "DE":   # Saxony; the Day of Repentance is the Wednesday before November 23
        repentance = date(day.year, 11, 22)
        while repentance.isoweekday() != 3:
            repentance -= timedelta(days=1)
        return (day.month, day.day) in _SAXONY or day == repentance
    nth = (day.day + 6) // 7
    is_thanksgiving = (day.month, day.isoweekday(), nth) == (11, 4, 4)
    is_memorial_day = (day.month, day.isoweekday()) == (5, 1) and day.day > 24
    is_monday_off = day.isoweekday() == 1 and (day.month, nth) in _NTH_MONDAYS
    return (day.month, day.day) in _UNITED_STATES or is_thanksgiving or is_memorial_day or is_monday_off
