"""One week of one company: ordinary work for everybody, the planted cases, and the files that export them."""

from __future__ import annotations

from dataclasses import dataclass

from etl.sandbox import cases, other_cases
from etl.sandbox.company import Company
from etl.sandbox.exports import crew_files, kimai_files, toggl_files
from etl.sandbox.ordinary import FULL_WEEK, HOUR, holidays, work
from etl.sandbox.timesheets import Case, Entry, Timesheets

_TOTALS = {  # seconds of ordinary work that a planted case counts on; what it adds comes on top
    "E17": FULL_WEEK, "E18": FULL_WEEK - HOUR, "E19": FULL_WEEK - HOUR, "E20": 36 * HOUR, "E22": FULL_WEEK - HOUR,
    "E42": 45 * HOUR, "V01": 42 * HOUR,
}
_FEW_ENTRIES = {"E21": 2, "E48": 1}   # a day; each of them waits for a pay rate
_AWAY = {"E20": (4,), "E32": (0, 1)}   # on leave
_SHORT_DAY, _ORDINARY_DAY = 6 * HOUR, 7 * HOUR + HOUR // 2


@dataclass(frozen=True)
class Week:
    """What was worked, what was planted with its expected outcome, and the export files by name."""

    entries: tuple[Entry, ...]
    cases: tuple[Case, ...]
    files: dict[str, bytes]


def make_week(company: Company, week: int = 0, *, with_stops: bool = False) -> Week:
    """One week, the first is 0. `with_stops`: also what stops a run until a person has decided, and then its mending.

    The mended rows are in the file `kimai_…_mended.csv`; without it in the inbox no draft is made.
    """
    sheets = Timesheets(company, week)
    totals = _TOTALS | cases.cross_product_totals() | {"E27": FULL_WEEK if week % 2 == 0 else 36 * HOUR}
    for person in company.people:
        without = _AWAY.get(person.employee_id, ())
        worked_days = 5 - len({*without, *holidays(sheets, person)})
        a_day = _SHORT_DAY if person.source == "crew" or person.employee_id in cases.FAULTY else _ORDINARY_DAY
        total = totals.get(person.employee_id, a_day * worked_days)
        work(sheets, person, total, without=without, entries_a_day=_FEW_ENTRIES.get(person.employee_id, 0))
    cases.plant(sheets)
    other_cases.plant(sheets)
    if with_stops:
        other_cases.plant_stops(sheets)
    files = toggl_files(sheets) | kimai_files(sheets) | crew_files(sheets)
    return Week(tuple(sheets.entries), tuple(sheets.cases), files)
