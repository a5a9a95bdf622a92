"""The cases planted in the main tracker's export: rounding x overtime x match, and the faults trackers are known for.

What must become of each is written from the product's own promises (ARCHITECTURE, section 1), never from its answers.
"""

from __future__ import annotations

from datetime import time
from itertools import product
from typing import Unpack
from unicodedata import normalize

from etl.sandbox.company import NO_PROJECT, PITCHES, TRAINEES, Project
from etl.sandbox.ordinary import FULL_WEEK, HOUR, leave
from etl.sandbox.timesheets import FIRST, LAST, SATURDAY, SUNDAY, Plan, Timesheets, Work

PAID, NOT_BILLED = "exported - / exported - / exported -", "exported - / exported - / out_of_scope TE047"
FIXED_FEE, LEAVE = "exported - / exported - / out_of_scope TE048", "exported - / exported - / out_of_scope TE044"
CONTRACTOR = "out_of_scope TE040 / out_of_scope TE042 / "

ROUNDED = {"on the unit": 0, "rounded down": 100, "half a unit": 180, "rounded up": 270}   # seconds over a unit of 360
CLASSES = ("straight", "over 40 h within", "over 40 h before")
MATCHES = {
    "matched": PAID,
    "project unmatched": "exported - / held TE008 / held TE008",
    "service unmatched": "exported - / held TE009 / held TE009",
    "no bill rate": "exported - / exported - / held TE011",
}
STRANGE = Project("Tern & Tide Galleries", "Opening Night")   # of no cross-reference
_STRAIGHT, _WITHIN, _BEFORE = 3600, 5400, 2520   # whole units of 360 seconds
FAULTY = frozenset({*(f"E{n}" for n in (21, 23, 24, 25, 26, 28, 29, 30, 31, 33))})   # short weeks: no chance overtime

LISTED = (
    *(", ".join(parts) for parts in product(ROUNDED, CLASSES, MATCHES)),
    "exactly 40 h", "one second over 40 h", "leave does not count to overtime", "overtime of one week of two",
    "overtime at a raised rate", "overtime over two addresses", "salaried over 40 h", "contractor over 40 h",
    "no pay rate", "pay rate in another currency", "two people on one name", "worked before go-live",
    "sick leave", "unpaid leave", "holiday", "leave marked billable",
    "note like a formula", "note with plus", "note with minus", "note with at", "note with emoji",
    "note with quotes and commas", "note on several lines", "note of 1,200 characters",
    "zero time", "negative time", "over 24 hours", "exactly 24 hours", "over 16 hours", "no date", "impossible date",
    "year of two digits", "unreadable duration", "over midnight", "over midnight into the next week",
    "note edited after the first export", "time edited after the first export", "billable mark changed",
    "deleted after the first export", "exported again", "same row twice",
    "no project", "no project, billable", "unknown project", "unknown service", "project and service unknown",
    "project mapped only later", "project mapped from here on", "project in other letters", "project in other spaces",
    "client in decomposed letters", "billable on an internal project",
    "not billable", "fixed fee", "billable mark unreadable", "billed in euros", "billed in yen",
    "bill rate before the change", "bill rate after the change", "overlapping",
    "contractor on an unknown project", "contractor, not billable",
)
"""Every case that some week must hold in this tracker's export; other_cases.LISTED has those of the other two."""


def cross_product_totals() -> dict[str, int]:
    """Ordinary seconds of E01 to E16, so that the last hour of the week that is planted crosses 40 hours."""
    totals = {}
    for place, (rounded, _) in enumerate(product(ROUNDED, MATCHES)):
        within = 1800 + 60 * place   # of the crossing entry, before 40 hours
        totals[f"E{place + 1:02}"] = FULL_WEEK - _STRAIGHT - ROUNDED[rounded] - within
    return totals


def plant(sheets: Timesheets) -> None:
    """All of it, in one week."""
    _plant_cross_product(sheets)
    _plant_overtime(sheets)
    _plant_leave(sheets)
    _plant_notes(sheets)
    _plant_times(sheets)
    _plant_changes(sheets)
    _plant_mapping(sheets)
    _plant_billing(sheets)


def _plant_cross_product(sheets: Timesheets) -> None:
    for place, (rounded, match) in enumerate(product(ROUNDED, MATCHES)):
        employee, more = f"E{place + 1:02}", ROUNDED[rounded]
        work: dict[str, Plan] = {
            "project unmatched": {"project": STRANGE}, "service unmatched": {"task": "Consulting"},
            "no bill rate": {"task": "Training"},
        }
        for day, seconds, kind in ((2, _STRAIGHT, CLASSES[0]), (SATURDAY, _WITHIN, CLASSES[1]),
                                   (SATURDAY, _BEFORE, CLASSES[2])):
            regular = {CLASSES[0]: seconds + more, CLASSES[1]: 1800 + 60 * place}.get(kind, 0)
            plan: Plan = {**work.get(match, {}), "overtime": seconds + more - regular}
            sheets.plant(f"{rounded}, {kind}, {match}", employee, day, seconds + more, MATCHES[match], **plan)


def _plant_overtime(sheets: Timesheets) -> None:
    sheets.plant("exactly 40 h", "E18", SATURDAY, HOUR, PAID)
    sheets.plant("one second over 40 h", "E19", SATURDAY, HOUR + 1, PAID, overtime=1)
    sheets.plant("leave does not count to overtime", "E20", SATURDAY, 2 * HOUR, PAID)
    if sheets.week % 2 == 0:   # 40 h and 4 h, then 36 h: two weeks are never averaged
        sheets.plant("overtime of one week of two", "E27", SATURDAY, 4 * HOUR, PAID, overtime=4 * HOUR)
    sheets.plant("salaried over 40 h", "E42", SATURDAY, 5 * HOUR, PAID)
    sheets.plant("contractor over 40 h", "V01", SATURDAY, 5 * HOUR, CONTRACTOR + "exported -")
    sheets.plant("no pay rate", "E21", SATURDAY, HOUR, "exported - / held TE012 / exported -")
    one = sheets.plant("two people on one name", "E23", SATURDAY, HOUR, PAID)
    sheets.plant("two people on one name", "E24", SATURDAY, HOUR, PAID, note=one.note)
    if sheets.week == 0:
        sheets.plant("overtime at a raised rate", "E17", SATURDAY, 4 * HOUR, PAID, overtime=4 * HOUR)
        sheets.plant("overtime over two addresses", "E22", SATURDAY, 2 * HOUR, PAID, overtime=HOUR)


def _plant_leave(sheets: Timesheets) -> None:
    vacation, sick = sheets.company.person("E20"), sheets.company.person("E32")
    leave(sheets, vacation, 4, "Paid Time Off")
    for name, day, task, states in (
        ("sick leave", 0, "Sick Day", LEAVE), ("holiday", SATURDAY, "Holiday", LEAVE),
        ("unpaid leave", 1, "Unpaid Leave", "out_of_scope TE041 / out_of_scope TE041 / out_of_scope TE044"),
        ("leave marked billable", SUNDAY, "Paid Time Off", LEAVE),
    ):
        sheets.plant(name, sick.employee_id, day, 8 * HOUR if day < SATURDAY else 4 * HOUR, states,
                     project=Project("", "Time Off"), task=task, is_billable=day == SUNDAY)


def _plant_notes(sheets: Timesheets) -> None:
    for name, note in (
        ("note like a formula", '=HYPERLINK("http://files.example/";"open me")'),
        ("note with plus", "+1 from the client"), ("note with minus", "-5 pages, cut"),
        ("note with at", "@reception: badges"),
        ("note with emoji", "Colors of the menu \U0001f950 and the sign 看板"),
        ("note with quotes and commas", 'The "quiet" hall, second row, left'),
        ("note on several lines", "First the wiring\nthen the test\n\tand the list"),
        ("note of 1,200 characters", "Long list of pages: " + "page and again " * 79),
    ):
        sheets.plant(name, "E25", SATURDAY, 1800, PAID, note=note, items=("TE071",) if len(note) > 1000 else ())


def _plant_times(sheets: Timesheets) -> None:
    def held(code: str) -> str:
        return f"held {code} / held {code} / held {code}"

    sheets.plant("zero time", "E26", 1, 0, "rejected TE003 / rejected TE003 / rejected TE003")
    sheets.plant("negative time", "E26", 1, -5400, held("TE004"), at=time(20))
    sheets.plant("over 24 hours", "E26", 2, 26 * HOUR, held("TE002"), at=time(20))
    if sheets.week == 0:   # time without a date is met by every run; a later one would change the weeks before it
        nothing = {"Start date": "", "Start time": "", "End date": "", "End time": ""}
        sheets.plant("no date", "E26", 3, HOUR, held("TE001"), told=nothing)
        sheets.plant("impossible date", "E26", 3, HOUR, held("TE001"), told={"Start date": "2026-02-30"})
        sheets.plant("year of two digits", "E26", 3, HOUR, held("TE001"), told={"Start date": "26-11-19"})
    sheets.plant("unreadable duration", "E26", 3, HOUR, held("TE006"), told={"Duration": "1h 30m"})
    sheets.plant("over 16 hours", "E43", SATURDAY, 17 * HOUR, PAID, at=time(6), items=("TE050",))
    sheets.plant("exactly 24 hours", "E44", SATURDAY, 24 * HOUR, PAID, at=time(8), items=("TE050",))
    sheets.plant("over midnight", "E28", 2, 4 * HOUR, PAID, at=time(22))
    sheets.plant("over midnight into the next week", "E28", SUNDAY, 3 * HOUR, PAID, at=time(22, 30))


def _plant_changes(sheets: Timesheets) -> None:
    gone = "withdrawn TE031 / withdrawn TE031 / withdrawn TE031"
    before = "superseded TE030 / superseded TE030 / superseded TE030"
    sheets.plant("note edited after the first export", "E29", 0, HOUR, gone, within=FIRST, at=time(20))
    sheets.plant("note edited after the first export", "E29", 0, HOUR, PAID, within=LAST, at=time(20))
    old = sheets.plant("time edited after the first export", "E29", 1, HOUR, gone, within=FIRST, at=time(20))
    sheets.plant("time edited after the first export", "E29", 1, HOUR + 600, PAID, within=LAST, at=time(20),
                 note=old.note)
    old = sheets.plant("billable mark changed", "E29", 2, HOUR, before, within=FIRST, at=time(20), is_billable=False)
    sheets.plant("billable mark changed", "E29", 2, HOUR, PAID, within=LAST, at=time(20), note=old.note, version=2)
    sheets.plant("deleted after the first export", "E29", 3, HOUR, gone, within=FIRST, at=time(20))
    sheets.plant("exported again", "E29", 4, HOUR, PAID, at=time(20))
    twice = sheets.plant("same row twice", "E29", SATURDAY, HOUR, PAID, at=time(9), count=2, items=("TE053", "TE054"))
    sheets.add(twice.person, SATURDAY, HOUR, Work(twice.project, twice.task, twice.note), at=time(9))
    for at, items in ((time(9), ()), (time(9, 30), ("TE053",))):   # both are paid; the later one is told
        sheets.plant("overlapping", "E33", SATURDAY, HOUR, PAID, at=at, items=items)


def _plant_mapping(sheets: Timesheets) -> None:
    client = sheets.company.projects[0].client
    job = sheets.company.projects[0].name
    no_job, no_item = "exported - / held TE008 / held TE008", "exported - / held TE009 / held TE009"
    euros = next(project for project in sheets.company.projects if project.currency == "EUR")

    def on(name: str, states: str, where: Project, day: int = SATURDAY, **plan: Unpack[Plan]) -> None:
        found: Plan = {**plan, "project": where}
        sheets.plant(name, "E30", day, 900, states, **found)

    on("no project", NOT_BILLED, NO_PROJECT)
    on("no project, billable", "exported - / exported - / held TE013", NO_PROJECT, is_billable=True)
    on("billable on an internal project", "exported - / exported - / held TE013", PITCHES, is_billable=True)
    on("unknown project", no_job, STRANGE)
    on("unknown service", no_item, Project(client, job), task="Gardening")
    on("project and service unknown", no_job, STRANGE, task="Gardening")
    on("project in other letters", no_job, Project(client, job.upper()))
    on("project in other spaces", no_job, Project(client, f"{job}  2"))
    decomposed = Project(normalize("NFD", euros.client), euros.name, currency=euros.currency)
    on("client in decomposed letters", PAID, decomposed)
    if sheets.week == 0:
        on("project mapped only later", no_job, TRAINEES, day=0, is_billable=True)
        on("project mapped from here on", FIXED_FEE, TRAINEES, day=4, is_billable=True)
    sheets.plant("contractor on an unknown project", "V02", SATURDAY, HOUR, CONTRACTOR + "held TE008", project=STRANGE)
    sheets.plant("contractor, not billable", "V02", SATURDAY, HOUR, CONTRACTOR + "out_of_scope TE047",
                 is_billable=False)


def _plant_billing(sheets: Timesheets) -> None:
    jobs = sheets.company.projects
    fixed_fee = next(project for project in jobs if not project.is_billed)
    euros = next(project for project in jobs if project.currency == "EUR")
    yen = next(project for project in jobs if project.currency == "JPY")
    sheets.plant("not billable", "E31", SATURDAY, HOUR, NOT_BILLED, is_billable=False)
    sheets.plant("fixed fee", "E31", SATURDAY, HOUR, FIXED_FEE, project=fixed_fee)
    sheets.plant("billable mark unreadable", "E31", SATURDAY, HOUR, "exported - / exported - / held TE019",
                 told={"Billable": "Maybe"})
    sheets.plant("billed in euros", "E31", SATURDAY, HOUR, PAID, project=euros)
    sheets.plant("billed in yen", "E31", SATURDAY, HOUR, PAID, project=yen)
    if sheets.week == 0:
        sheets.plant("bill rate before the change", "E31", 2, HOUR, PAID, task="UX Research")
        sheets.plant("bill rate after the change", "E31", 3, HOUR, PAID, task="UX Research")
