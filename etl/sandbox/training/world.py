"""The small practice company before anything is wrong with it: 18 people, one week, every entry with its own ticket."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from etl.sandbox.company import Company, Project, make_company
from etl.sandbox.crossrefs import mapping_files
from etl.sandbox.dice import Dice
from etl.sandbox.exports import crew_files, kimai_files, toggl_files
from etl.sandbox.ordinary import HOUR, leave, work
from etl.sandbox.timesheets import FIRST, LAST, Entry, Timesheets
from etl.sandbox.training.kinds import BOOKS

_PEOPLE = (*(f"E{n:02}" for n in range(1, 13)), "E36", "E37", "E38", "E47", "E49", "V01")   # nobody odd
_ON_LEAVE = {"E03": 4, "E08": 0, "E11": 2}   # the day off of some; 0 is Monday
_LONG_WEEK = ("E02", "E36")
_ENTRIES_A_DAY = 3
_LATE, _CORRECTED = 3, 7   # of the entries of the phones, by their start
_ABROAD = {"EUR": 135, "JPY": 14500}
_ON_PHONE = ("E10", "E12")   # out on site; their app sends place and device along
_PHONE_COLUMNS = ("No.", "Person", "Started", "Ended", "Client", "Job", "Work", "Billable", "Remark", "Sent",
                  "Latitude", "Longitude", "Device")
_PHONE = """
# Two people track on their phones. The app sends an entry when it has a network, and where it was made; places and
# devices are taken out before anything is kept.
[[drops]]
name = "phone"
files = "phone_*.csv"
zone = "America/New_York"
duration = "from_start_and_end"
instant_format = "%Y-%m-%d %H:%M:%S"

[drops.columns]
"No." = "entry_ref"
"Person" = "person_ref"
"Started" = "start_text"
"Ended" = "end_text"
"Client" = "client_ref"
"Job" = "project_ref"
"Work" = "task_ref service_ref"
"Billable" = "billable_text"
"Remark" = "note"
"Sent" = "updated_text"
"Latitude" = "personal"
"Longitude" = "personal"
"Device" = "personal"
"""
_APPROVAL = '\n# The hours of each week are approved here, by the time approver.\n[approval]\ntime = "here"\n'
_BOOKS = """
# How the books tell their postings: a table of its own.
[[books.reports]]
name = "ledger_list"
kind = "posting"
[books.reports.columns]
"Day" = "date"
"Document" = "document"
"Account" = "account"
"Job" = "job"
"Memo" = "memo"
"Amount" = "amount"
"""
Table = list[dict[str, str]]


@dataclass(frozen=True)
class World:
    """Everything that the company's files are written from. A ticket is the number at the end of an entry's note."""

    company: Company
    entries: tuple[Entry, ...]
    tables: dict[str, Table]
    settings: str

    def files(self) -> dict[str, bytes]:
        """Every file below mappings/<company>/, by name."""
        return {"company.toml": self.settings.encode()} | {
            name: table_bytes(rows, tuple(rows[0])) for name, rows in self.tables.items()}

    def exports(self) -> dict[str, bytes]:
        """The week's export files by name: one of each tracker."""
        sheets = Timesheets(self.company, 0)
        sheets.entries = list(self.entries)
        whole = [name for name in toggl_files(sheets) if name.endswith(f"_to_{sheets.day(6)}.csv")]
        return ({name: content for name, content in toggl_files(sheets).items() if name in whole}
                | kimai_files(sheets) | crew_files(sheets) | self._phone_file())

    def _phone_file(self) -> dict[str, bytes]:
        """What the phones sent. One entry waited nine days for a network; one was sent, then corrected on the phone."""
        rows = []
        own = [entry for entry in self.entries if entry.person.source == "phone"]
        for place, entry in enumerate(sorted(own, key=lambda entry: (entry.started, entry.number))):
            late = timedelta(days=9) if place == _LATE else timedelta(minutes=5)
            sent = max(entry.started, entry.ended) + late
            if place == _CORRECTED:
                rows.append(_phone(entry, sent - timedelta(minutes=4), entry.ended - timedelta(minutes=20)))
            rows.append(_phone(entry, sent, entry.ended))
        return {f"phone_{self.company.first_monday}.csv": table_bytes(rows, _PHONE_COLUMNS)}


def _phone(entry: Entry, sent: datetime, ended: datetime) -> dict[str, str]:
    """One row of the phones' export; `sent`: when it had a network."""
    place = entry.number % 90
    return {
        "No.": str(entry.number), "Person": entry.ref, "Started": f"{entry.started:%Y-%m-%d %H:%M:%S}",
        "Ended": f"{ended:%Y-%m-%d %H:%M:%S}", "Client": entry.project.client, "Job": entry.project.name,
        "Work": entry.task, "Billable": "yes" if entry.is_billable else "no", "Remark": entry.note,
        "Sent": f"{sent:%Y-%m-%d %H:%M:%S}", "Latitude": f"40.7{place:02}", "Longitude": f"-73.9{place:02}",
        "Device": f"phone of {entry.person.name}",
    } | dict(entry.told)


def ticket(note: str) -> int:
    """The number of an entry's ticket; 0 where the note has none."""
    text = note.rpartition(", ticket ")[2]
    return int(text) if text.isascii() and text.isdigit() else 0


def table_bytes(rows: Sequence[dict[str, str]], header: Sequence[str]) -> bytes:
    """A table as a CSV file."""
    text = io.StringIO()
    writer = csv.DictWriter(text, header, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def make_world(seed: int, role: str) -> World:
    """The company of a seed as it should be, with what this role's work needs declared."""
    base = make_company(seed)
    company = replace(base, label="training", people=tuple(
        replace(person, source="phone") if person.employee_id in _ON_PHONE else person
        for person in base.people if person.employee_id in _PEOPLE))
    made = mapping_files(company)
    settings = made.pop("company.toml").decode() + _PHONE
    settings += {"time_approver": _APPROVAL, "accountant": _BOOKS}.get(role, "")
    tables = {name: list(csv.DictReader(io.StringIO(content.decode(), newline=""))) for name, content in made.items()}
    tables["rates.csv"] = _rates(company)
    return World(company, _entries(company), tables, settings)


def _entries(company: Company) -> tuple[Entry, ...]:
    """Ordinary work and some days off; the tickets count up by person and day."""
    sheets = Timesheets(company, 0)
    for person in company.people:
        off = _ON_LEAVE.get(person.employee_id)
        if off is not None:
            leave(sheets, person, off, "Paid Time Off")
        days = 5 if off is None else 4
        a_day = 9 * HOUR if person.employee_id in _LONG_WEEK else 7 * HOUR + HOUR // 2
        work(sheets, person, a_day * days, without=() if off is None else (off,), entries_a_day=_ENTRIES_A_DAY)
    more = {next(entry.number for entry in sheets.entries if entry.person.employee_id == one): 17 for one in _ON_PHONE}
    return tuple(   # a phone counts seconds: were all of them whole units, they would be taken for rounded
        replace(entry, note=f"{entry.note}, ticket {number:04}", seconds=entry.seconds + more.get(entry.number, 0),
                within=LAST if entry.person.source == "toggl" else FIRST)
        for number, entry in enumerate(sheets.entries, 1))


def _rates(company: Company) -> Table:
    """One agreed rate a job, whatever is done there."""
    dice, rows = Dice(company.seed, "agreed rates"), []
    for project in (one for one in company.projects if one.client and one.is_billed):
        rate = _ABROAD.get(project.currency) or 100 + 5 * dice.between(1, 15)
        rows.append({"customer_job": project.customer_job, "service_item": "*", "employee_id": "*",
                     "bill_rate": f"{rate}.00" if project.currency != "JPY" else str(rate),
                     "currency": project.currency, "effective_from": str(company.first_monday), "effective_to": ""})
    return rows


def is_for_books(role: str) -> bool:
    """Whether the role's work begins with a week that is closed."""
    return role in ("accountant", "auditor", "analyst")


def project_of(entry: Entry) -> tuple[str, str]:
    """What projects.csv calls the entry's project."""
    project: Project = entry.project
    return project.client or "(none)", project.name or "(none)"


__all__ = ["BOOKS", "Table", "World", "is_for_books", "make_world", "project_of", "table_bytes", "ticket"]
