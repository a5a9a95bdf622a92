"""A crontab as cron itself reads it, written from crontab(5) alone: fields, the command, and when it starts."""

from __future__ import annotations

import re
import shlex
from datetime import datetime, timedelta

_LIMITS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))


def read(text):
    """The settings, and per line its five sets of numbers and the words its shell would get."""
    settings, jobs = {}, []
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if found := re.fullmatch(r"\s*([A-Za-z_]+)\s*=\s*(.*)", line):
            settings[found[1]] = found[2]
            continue
        *fields, command = line.split(None, 5)
        sets = [_numbers(field, *limits) for field, limits in zip(fields, _LIMITS, strict=True)]
        jobs.append((sets, shlex.split(_command(command))))
    return settings, jobs


def _numbers(field, low, high):
    found = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = ("*", "", "") if span == "*" else span.partition("-")
        start, end = (low, high) if first == "*" else (int(first), int(last or first))
        assert low <= start <= end <= high
        found |= set(range(start, end + 1, int(step or 1)))
    return found


def _command(text):
    """Up to the first % that no backslash precedes; cron drops that backslash."""
    taken, at = "", 0
    while at < len(text):
        if text[at] == "\\" and text[at + 1:at + 2] == "%":
            taken, at = taken + "%", at + 2
        elif text[at] == "%":
            break
        else:
            taken, at = taken + text[at], at + 1
    return taken


def starts(sets, first, days):
    """Every minute it starts in; day of month and of week are both * or one of them is."""
    minutes, hours, _, months, weekdays = sets
    at, found = first, []
    while at < first + timedelta(days=days):
        is_day = at.isoweekday() % 7 in {day % 7 for day in weekdays}
        if at.minute in minutes and at.hour in hours and at.month in months and is_day:
            found.append(at)
        at += timedelta(minutes=1)
    return found


def minute(year, month, day):
    return datetime(year, month, day)  # noqa: DTZ001 - cron knows local minutes alone
