"""The cases planted in the exports of the other two trackers: the office abroad, and the crew's workbook."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from etl.sandbox.cases import LEAVE, PAID
from etl.sandbox.company import ZONE, Project
from etl.sandbox.ordinary import HOUR
from etl.sandbox.timesheets import FIRST, LAST, MENDED, SATURDAY, STOPPING, SUNDAY, Timesheets, Work

LISTED = (
    "already billed", "currency named", "note the tracker put a sign before", "running timer",
    "edited, same id", "delivered again, same id", "two stories in one file", "two stories, settled later",
    "over midnight, end before start", "pay rate in another currency", "holiday abroad",
    "break taken off", "break longer than the shift", "unreadable break", "no end", "night shift", "no day",
    "edited, with its time of change", "billable word not declared", "worked before go-live",
)
CLOCK = ("night shift over the change of clocks", "clock time that does not exist or exists twice")
STOPS = ("unknown person", "address in other letters", "unknown currency")

_BEFORE = "superseded TE030 / superseded TE030 / superseded TE030"


def _held(code: str) -> str:
    return f"held {code} / held {code} / held {code}"


def plant(sheets: Timesheets) -> None:
    """All that does not stop a run, in one week."""
    _plant_abroad(sheets)
    _plant_crew(sheets)
    _plant_clock_change(sheets)


def _plant_abroad(sheets: Timesheets) -> None:
    who, unpriced = "E47", "E48"
    sheets.plant("already billed", who, SATURDAY, HOUR, "exported - / exported - / out_of_scope TE045",
                 told={"Exported": "1"})
    sheets.plant("currency named", who, SATURDAY, HOUR, PAID, told={"Currency": "EUR"})
    sheets.plant("note the tracker put a sign before", who, SATURDAY, HOUR, PAID, note="=A1 added to the sheet")
    sheets.plant("running timer", who, SATURDAY, 0, _held("TE005"), told={"To": ""})
    old = sheets.plant("edited, same id", who, 0, HOUR, _BEFORE, within=FIRST, at=time(20))
    sheets.plant("edited, same id", who, 0, 2 * HOUR, PAID, within=LAST, at=time(20), note=old.note,
                 number=old.number, version=2)
    again = sheets.plant("delivered again, same id", who, 1, HOUR, PAID, at=time(20))
    sheets.add(again.person, 1, HOUR, Work(again.project, again.task, again.note), at=time(20), number=again.number,
               within=LAST)
    for name, day in (("two stories in one file", 2), ("two stories, settled later", 3)):
        old = sheets.plant(name, who, day, HOUR, _BEFORE, at=time(20), within=FIRST)
        last = _held("TE020") if day == 2 else _BEFORE
        sheets.plant(name, who, day, HOUR + 1800, last, at=time(20), note=old.note, number=old.number, version=2,
                     within=FIRST)
    sheets.plant(name, who, day, HOUR + 1800, PAID, at=time(20), note=old.note, number=old.number, version=3,
                 within=LAST)
    sheets.plant("over midnight, end before start", "E49", 3, 3 * HOUR, PAID, at=time(22, 30))
    sheets.plant("pay rate in another currency", unpriced, SATURDAY, HOUR, "exported - / held TE012 / exported -")
    sheets.plant("holiday abroad", "E50", SUNDAY, 8 * HOUR, LEAVE, project=Project("", "Time Off"), task="Holiday")


def _plant_crew(sheets: Timesheets) -> None:
    sheets.plant("break taken off", "E36", SATURDAY, 4 * HOUR, PAID, task="Install", break_minutes=30)
    sheets.plant("break longer than the shift", "E36", SUNDAY, -HOUR, _held("TE004"), task="Install", break_minutes=120)
    sheets.plant("unreadable break", "E38", SATURDAY, HOUR, _held("TE006"), task="Install", told={"Break": "short"})
    sheets.plant("no end", "E38", SATURDAY, HOUR, _held("TE005"), task="Install", told={"Out": ""})
    sheets.plant("night shift", "E40", 3, 7 * HOUR, PAID, task="Install", at=time(20), break_minutes=60)
    monday = sheets.day(0)
    old = sheets.plant("edited, with its time of change", "E39", SATURDAY, HOUR, _BEFORE, task="Install", at=time(9),
                       updated=f"{monday + timedelta(days=5)} 12:00")
    sheets.plant("edited, with its time of change", "E39", SATURDAY, 2 * HOUR, PAID, task="Install", at=time(9),
                 updated=f"{monday + timedelta(days=6)} 09:30", note=old.note, number=old.number, version=2)
    sheets.plant("billable word not declared", "E39", SUNDAY, HOUR, "exported - / exported - / held TE019",
                 task="Install", told={"Billable": "perhaps"})
    if sheets.week == 0:
        sheets.plant("no day", "E38", SATURDAY, HOUR, _held("TE001"), task="Install", told={"Day": ""})
        gone = "out_of_scope TE032 / out_of_scope TE032 / out_of_scope TE032"
        sheets.plant("worked before go-live", "E41", -1, 3 * HOUR, gone, task="Install", at=time(20))


def _plant_clock_change(sheets: Timesheets) -> None:
    """In a week in which the company's clocks change: a shift over the change, and one that begins inside it."""
    zone = ZoneInfo(ZONE)
    for day in range(7):
        change = clock_change(sheets.day(day), zone)
        if change == 0:
            continue
        sheets.plant(CLOCK[0], "E37", day - 1, 6 * HOUR - change, PAID, task="Install", at=time(23),
                     told={"Out": "05:00"})
        inside = time(1, 30) if change < 0 else time(2, 30)   # at 2:00 the clocks go back to 1:00, or on to 3:00
        sheets.plant(CLOCK[1], "E36", day, HOUR, _held("TE016"), task="Install", at=inside, told={"Out": "06:00"})


def clock_change(day: date, zone: ZoneInfo) -> int:
    """Seconds by which the clocks go on this day: 3600 on, -3600 back, 0 on any other day."""
    midnights = [datetime.combine(day + timedelta(days=more), time(0), zone) for more in (0, 1)]
    offsets = [midnight.utcoffset() or timedelta(0) for midnight in midnights]
    return int((offsets[1] - offsets[0]).total_seconds())


def plant_stops(sheets: Timesheets) -> None:
    """What nobody may draft over: work of somebody payroll does not know, amounts in a currency that is none.

    Each row is delivered again, mended, in the week's last file.
    """
    for name, told, code in (
        ("unknown person", {"E-mail": "new.person@elsewhere.example"}, "TE007"),
        ("address in other letters", {"E-mail": sheets.company.person("E51").ref.upper()}, "TE007"),
        ("unknown currency", {"Currency": "EUX"}, "TE017"),
    ):
        row = sheets.plant(name, "E51", SATURDAY, HOUR, _held(code), told=told, within=STOPPING)
        sheets.add(row.person, SATURDAY, HOUR, Work(row.project, row.task, row.note), at=row.started.time(),
                   number=row.number, within=MENDED)


