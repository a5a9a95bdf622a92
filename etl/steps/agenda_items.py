"""What is due of a company, with day and command: law, cross-references, keys, contracts, vendors, copies."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from etl.law.information_returns import due_days
from etl.law.tables import cells_of, shipped
from etl.mapping.load import MappingSet
from etl.periods import LAST_DAY
from etl.settings import Settings
from etl.steps.archive import newest_backup
from etl.steps.attachments import BROKEN, documents_found
from etl.steps.drill import newest_drill
from etl.steps.keeping import due as due_to_destroy
from etl.steps.mapping_review import QUARTER
from etl.steps.people import fingerprint
from etl.steps.plan_open import open_law, open_taxes
from etl.steps.services import owner_of, register
from etl.steps.trusted import people_of
from etl.store import batches
from etl.store.records import Record
from etl.trust.envelope import key_id
from etl.trust.standing import public_bytes
from etl.workspace import Workspace

YEAR = timedelta(days=365)
_BACKUP, _DRILL = timedelta(days=7), timedelta(days=30)
_REVIEW = re.compile(r"(?:SANDBOX_)?mapping-review_(\d{4}-\d{2}-\d{2})_[0-9a-f]{8}\.xlsx", re.ASCII)


@dataclass(frozen=True, order=True)
class Item:
    """One thing to do by a day; `command`: what does it or shows it."""

    due_on: date
    what: str
    whose: str
    command: str
    page: str = ""


@dataclass(frozen=True)
class Asked:
    """Whose agenda, as of which day, up to which."""

    place: Workspace
    company: str
    settings: Settings
    mappings: MappingSet
    records: Sequence[Record]
    on: date
    until: date

    @property
    def places(self) -> set[str]:
        """Where people of this company work, with the federal law above each."""
        own = {str(row["work_location"]) for row in self.mappings.rows("map_employees") if row["work_location"]}
        own |= set(self.settings.retention.places)
        federal = {f"{one.partition('-')[0]}-FED" for one in own if one.partition("-")[0] in ("US", "CA")}
        return {"US-FED" if one == "US" else one for one in own} | federal


def items(asked: Asked) -> list[Item]:
    """Everything due up to the last day asked about, by day."""
    found = [*_law_reviews(asked), *_law_changes(asked), *_law_open(asked), *_cross_references(asked),
             *_calendars(asked), *_secrets(asked), *_keys(asked), *_contracts(asked), *_vendors(asked),
             *_copies(asked), *_keeping(asked), *_returns(asked)]
    return sorted(item for item in found if item.due_on <= asked.until)


def _law(asked: Asked) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Each row of the law tables that this company pays, keeps or reports by: table, command that shows it, row."""
    c = asked.company
    for name, table, show, is_used in (
        ("overtime_rules.csv", "overtime", "timebooks rules show --jurisdiction {place}", True),
        ("break_rules.csv", "breaks", "timebooks rules show --jurisdiction {place} --about breaks",
         bool(asked.settings.pay.breaks)),
        ("rounding_rules.csv", "rounding", "timebooks rules show --jurisdiction {place} --about rounding",
         bool(asked.settings.rounding)),
        ("obligations.csv", "duties", f"timebooks rules obligations --company {c}", True),
        ("retention.csv", "keeping records", f"timebooks archive retention --company {c}", True),
    ):
        for row in cells_of(shipped(name)) if is_used else ():
            if row["jurisdiction"] in asked.places:
                yield table, show.format(place=row["jurisdiction"]), row


def _law_reviews(asked: Asked) -> Iterator[Item]:
    """Each table of law: a year after the row of a place that was looked at longest ago; equal days together."""
    oldest: dict[tuple[str, str], tuple[str, str]] = {}
    for table, command, row in _law(asked):
        if row["effective_from"] <= str(asked.on) <= (row["effective_to"] or str(LAST_DAY)):
            key = table, row["jurisdiction"]
            oldest[key] = min(oldest.get(key, ("9999", "")), (row["reviewed_on"], command))
    together: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (table, place), (day, _) in oldest.items():
        together[day, table].append(place)
    for (day, table), places in together.items():
        yield Item(date.fromisoformat(day) + YEAR,
                   f"read the law of {table} again: {', '.join(sorted(places))} (last reviewed {day})", "payroll",
                   oldest[table, min(places)][1], "law.md")


def _law_changes(asked: Asked) -> Iterator[Item]:
    """Rows that begin, or end without a next one, inside the span: what is paid by them changes on that day."""
    rows = [(table, command, row, row.get("rule_id") or row["obligation_id"]) for table, command, row in _law(asked)]
    begins = {(table, name, date.fromisoformat(row["effective_from"])) for table, _, row, name in rows}
    for table, command, row, name in rows:
        first, last = row["effective_from"], row["effective_to"] or str(LAST_DAY)
        if first > str(asked.on):
            yield Item(date.fromisoformat(first), f"new law of {table}: {name} begins ({row['citation']})", "payroll",
                       command, "law.md")
        if str(asked.on) <= last < str(LAST_DAY):
            day = date.fromisoformat(last)
            if (table, name, day + timedelta(days=1)) not in begins:
                yield Item(day, f"law of {table} ends: {name} ({row['citation']})", "payroll", command, "law.md")


def _law_open(asked: Asked) -> Iterator[Item]:
    """What nobody has confirmed: it is open today."""
    c = asked.company
    for what, _, whose in open_law(asked.settings, asked.mappings, asked.records):
        yield Item(asked.on, f"{what}: nobody has confirmed it; a run that needs it stops", whose,
                   f"timebooks rules confirm --rule {what.rpartition(', ')[2]} --company {c} --person ID --reason TEXT",
                   "overtime.md")
    for what, why, whose in open_taxes(asked.mappings):
        yield Item(asked.on, f"{what}: {why}", whose, f"timebooks mapping edit --company {c}", "payroll-taxes.md")


def _cross_references(asked: Asked) -> Iterator[Item]:
    """The quarterly review, and rows that run out."""
    folder = asked.place.root / "reports" / asked.company / "reviews"
    done = max((match[1] for path in folder.glob("*.xlsx") if (match := _REVIEW.fullmatch(path.name))), default="")
    exported = sorted(batch.period_end for batch in batches.exported(asked.place, asked.company, asked.records))
    if done or exported:
        last = date.fromisoformat(done) if done else exported[0]
        since = f"last about weeks up to {done}" if done else "never done yet"
        yield Item(last + QUARTER, f"review the cross-references ({since})", "bookkeeper",
                   f"timebooks mapping review --company {asked.company}", "mapping-changes.md")
    for name, table in sorted(asked.mappings.tables.items()):
        if "effective_to" in table.schema.names:
            ends = [day for day in table["effective_to"].to_pylist() if asked.on <= day <= asked.until]
            if ends:
                file = name.removeprefix("map_")
                yield Item(min(ends), f"{len(ends)} row(s) of {file.replace('_', ' ')} end by {max(ends)}: is there a "
                           "next one?", "bookkeeper", f"timebooks mapping edit --company {asked.company}",
                           "mapping-in-excel.md")


def _calendars(asked: Asked) -> Iterator[Item]:
    """A pay calendar that ends stops the run after it."""
    last: dict[str, date] = {}
    for period in asked.mappings.pay_periods:
        last[period.pay_group] = max(period.period.end, last.get(period.pay_group, period.period.end))
    for group, day in sorted(last.items()):
        yield Item(day, f"enter further pay periods of {group}: pay_calendar.csv ends", "payroll",
                   f"timebooks mapping edit --company {asked.company}", "plan.md")


def _secrets(asked: Asked) -> Iterator[Item]:
    for one in asked.settings.connections:
        since, days = one.secret_since, one.rotate_after_days
        told = f"token of {one.name}: " + (f"made on {since}, replace it after {days} days" if since else
                                           "nobody said when it was made (secret_since)")
        yield Item(since + timedelta(days=days) if since else asked.on, told, "administrator",
                   f"timebooks step pull --estimate --company {asked.company} --period-end DATE", "trackers.md")


def _keys(asked: Asked) -> Iterator[Item]:
    """Keys in use, a year after they were put into the list."""
    people = people_of(asked.place)
    if people is None:
        return
    used = {key.id: key for key in people.now().keys.values() if not key.ended}
    for entry in people.entries:
        for change in entry.changes:
            key = key_id(public_bytes(change["public"])) if change.get("change") == "enroll" else ""
            if key in used:
                yield Item(date.fromisoformat(entry.recorded_at[:10]) + YEAR,
                           f"key {fingerprint(key)} of {used[key].person} is a year old: replace it",
                           "administrator", "timebooks company keys list", "trust.md")


def _contracts(asked: Asked) -> Iterator[Item]:
    """Documents of contractors and others that run out or are not what was entered."""
    c = asked.company
    command = f"timebooks company attachments --company {c}"
    folder = asked.place.mappings(c)
    rows = asked.mappings.rows("map_attachments")
    ahead = (asked.until - asked.on).days
    for row, (whose, kind, state, said) in zip(rows, documents_found(folder, rows, asked.on, ahead), strict=True):
        if state in BROKEN:
            yield Item(asked.on, f"document of {whose}, {kind}: {said}", "administrator", command, "contractors.md")
        elif state in ("expired", "expires"):
            yield Item(row["expires_on"], f"document of {whose}, {kind}: {said}", "administrator", command,
                       "contractors.md")


def _vendors(asked: Asked) -> Iterator[Item]:
    ahead = (asked.until - asked.on).days
    known = register(asked.place, asked.company, asked.settings, asked.on, max(ahead, 0))
    for row in known.findings:
        yield Item(row["due_on"], f"{row['service_id']}: {row['found']} ({row['code']})",
                   owner_of(row, known.services), f"timebooks company services --company {asked.company}",
                   "vendors-of-services.md")


def _copies(asked: Asked) -> Iterator[Item]:
    """A backup a week; a drill a month, and at once where the last one failed. The log may be lost: then as if none."""
    made = newest_backup(asked.place, asked.company)
    to = str(made["to"]) if made else asked.settings.retention.backup or "FOLDER"
    day = date.fromisoformat(str(made["recorded_at"])[:10]) if made else None
    yield Item(day + _BACKUP if day else asked.on, f"backup (newest: {day or 'none'})", "administrator",
               f"timebooks archive create --to {to} --company {asked.company}", "retention.md")
    drilled = newest_drill(asked.place, asked.company)
    due = drilled[0] + _DRILL if drilled and drilled[1] else asked.on
    last = "none known here" if drilled is None else f"{drilled[0]}{'' if drilled[1] else ', FAILED'}"
    yield Item(due, f"restore drill, each month (newest: {last})", "administrator", f"timebooks archive drill {to}",
               "retention.md")


def _keeping(asked: Asked) -> Iterator[Item]:
    """What may be destroyed from a day on: nobody has to, where no law sets a longest time."""
    days = [one.until for one in due_to_destroy(asked.place, asked.company, asked.until)
            if not one.why and one.until is not None]
    if days:
        yield Item(max(min(days) + timedelta(days=1), asked.on), f"{len(days)} stored place(s) may be destroyed by "
                   f"{asked.until}: decide", "administrator", f"timebooks archive retention --company {asked.company}",
                   "retention.md")


def _returns(asked: Asked) -> Iterator[Item]:
    """Forms about vendors of the year before, where there are vendors."""
    if not asked.mappings.rows("map_vendors"):
        return
    for year in range(asked.on.year - 1, asked.until.year):
        for one in due_days(year):
            if one.day >= asked.on:
                yield Item(one.day, f"{one.what}, {year}", "accountant",
                           f"timebooks company vendors --company {asked.company} --year {year}", "contractors.md")
