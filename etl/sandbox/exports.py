"""The week's export files as the trackers write them: two of Toggl, two of Kimai, the crew's workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from etl.sandbox.timesheets import Entry, Timesheets
from etl.sandbox.xlsx import workbook

TOGGL = ("User", "Email", "Client", "Project", "Task", "Description", "Billable", "Start date", "Start time",
         "End date", "End time", "Duration", "Tags")
KIMAI = ("Date", "From", "To", "Duration", "Currency", "Name", "User", "E-mail", "Customer", "Project", "Activity",
         "Description", "Billable", "Tags", "ID", "Exported")
CREW = ("No.", "Name", "E-mail", "Day", "In", "Out", "Break", "Client", "Job", "Work", "Billable", "Remark", "Changed")
_ALTERED = ("=", "-", "@", "+", "\t", "\r", "\n")   # Kimai puts a sign before such a note, and where "dde" is in it


def toggl_files(sheets: Timesheets) -> dict[str, bytes]:
    """The detailed report to Friday and the one to Sunday, each complete for the days in its name."""
    rows = _of(sheets, "toggl")
    return {
        f"Toggl_time_entries_{sheets.day(0)}_to_{sheets.day(last)}.csv": b"\xef\xbb\xbf" + _csv(
            TOGGL, (_toggl(entry) for entry in rows if label in entry.within), csv.QUOTE_MINIMAL)
        for label, last in (("first", 4), ("last", 6))
    }


def kimai_files(sheets: Timesheets) -> dict[str, bytes]:
    """The week's export, and a second one with what was corrected; where planted, what stops a run and its mending."""
    rows, files = _of(sheets, "kimai"), {}
    for label, ending in (("first", ""), ("last", "_corrected"), ("stops", "_late"), ("mended", "_mended")):
        if held := [entry for entry in rows if label in entry.within]:
            name = f"kimai_{sheets.day(0)}_to_{sheets.day(6)}{ending}.csv"
            files[name] = _csv(KIMAI, (_kimai(entry) for entry in held), csv.QUOTE_NONNUMERIC)
    return files


def crew_files(sheets: Timesheets) -> dict[str, bytes]:
    """The crew's hours as the foreman's workbook."""
    rows = [[_crew(entry)[name] for name in CREW] for entry in _of(sheets, "crew")]
    return {f"crew_hours_{sheets.day(0)}.xlsx": workbook("Hours", [list(CREW), *rows])}


def _of(sheets: Timesheets, source: str) -> list[Entry]:
    own = [entry for entry in sheets.entries if entry.person.source == source]
    return sorted(own, key=lambda entry: (entry.started, entry.ref, entry.number))


def _csv(header: Sequence[str], rows: Iterable[dict[str, str]], quoting: int) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, header, quoting=quoting, lineterminator="\n")  # type: ignore[arg-type]
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")


def _toggl(entry: Entry) -> dict[str, str]:
    seconds = abs(entry.seconds)
    sign = "-" if entry.seconds < 0 else ""
    return {
        "User": entry.person.tracker_name or entry.person.name, "Email": entry.ref, "Client": entry.project.client,
        "Project": entry.project.name, "Task": entry.task, "Description": entry.note,
        "Billable": "Yes" if entry.is_billable else "No",
        "Start date": f"{entry.started:%Y-%m-%d}", "Start time": f"{entry.started:%H:%M:%S}",
        "End date": f"{entry.ended:%Y-%m-%d}", "End time": f"{entry.ended:%H:%M:%S}",
        "Duration": f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}", "Tags": "",
    } | dict(entry.told)


def _kimai(entry: Entry) -> dict[str, str]:
    assert entry.seconds % 60 == 0, "Kimai exports whole minutes"
    is_altered = entry.note.startswith(_ALTERED) or "dde" in entry.note.lower()
    return {
        "Date": f"{entry.started:%Y-%m-%d}", "From": f"{entry.started:%H:%M}", "To": f"{entry.ended:%H:%M}",
        "Duration": f"{entry.seconds // 3600}:{entry.seconds // 60 % 60:02}", "Currency": entry.project.currency,
        "Name": entry.person.name, "User": entry.ref.partition("@")[0], "E-mail": entry.ref,
        "Customer": entry.project.client, "Project": entry.project.name, "Activity": entry.task,
        "Description": f"' {entry.note}" if is_altered else entry.note, "Billable": "1" if entry.is_billable else "0",
        "Tags": "", "ID": str(entry.number), "Exported": "0",
    } | dict(entry.told)


def _crew(entry: Entry) -> dict[str, str]:
    return {
        "No.": str(entry.number), "Name": entry.person.name, "E-mail": entry.ref, "Day": f"{entry.started:%Y-%m-%d}",
        "In": f"{entry.started:%H:%M}", "Out": f"{entry.ended:%H:%M}", "Break": str(entry.break_minutes),
        "Client": entry.project.client, "Job": entry.project.name, "Work": entry.task,
        "Billable": "yes" if entry.is_billable else "no", "Remark": entry.note, "Changed": entry.updated,
    } | dict(entry.told)
