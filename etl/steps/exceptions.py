"""Exceptions followed from open to verified: what is held or stopped, since when, whose it is, what was done about it.

An exception is one finding about one entry or person, the same one from week to week. Records of type `exception` say
what people did, `exceptions_opened` when a draft first had it; everything else is read from drafts and batches.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from etl.errors import MappingError, RefusedError
from etl.settings import Settings, read_settings
from etl.steps.exceptions_live import Found, held_now
from etl.steps.mapping_versions import choose, file_of, mappings_now
from etl.steps.missing_rows import missing_rows
from etl.steps.outcome import Outcome
from etl.steps.report_file import write_report
from etl.steps.run import place_of
from etl.store import audit_log, batches
from etl.store.batches import Sealed
from etl.store.records import Record
from etl.units import clock_hours
from etl.workspace import Workspace

EVENT, OPENED = "exception", "exceptions_opened"
ASSIGNED, FIXED, VERIFIED = "assigned", "fixed", "verified"
OPEN, GONE, CLOSED = "open", "gone", "closed"
_HEADINGS = ("item", "state", "owner", "age", "due", "code", "streams", "person", "day", "hours", "found", "remedy")
_TURN = {"pay": 0, "bill": 1}   # payroll and billing first
_MAPPED_BY = {"TE008": "projects.csv", "TE009": "items.csv"}
ID_DIGITS = 10


@dataclass
class Item:
    """One exception: its finding as the newest sealed batch tells it, and what people did about it."""

    id: str
    found: Mapping[str, Any]
    period_end: date
    opened: date
    is_there: bool = True      # the newest draft or batch of its period still has it
    events: list[Record] = field(default_factory=list)

    def last(self, event: str) -> Record | None:
        """The newest event of a kind."""
        return next((record for record in reversed(self.events) if record.body["event"] == event), None)

    @property
    def owner(self) -> str:
        """Whose it is."""
        assigned = self.last(ASSIGNED)
        return "" if assigned is None else assigned.text("owner")

    def state(self, *, needs_word: bool) -> str:
        """Open → assigned → fixed → closed; `gone` where the finding is no more and nobody has verified it yet.

        What is there again after it was verified is open again.
        """
        newest = self.events[-1].body["event"] if self.events else ""
        if not self.is_there:
            return CLOSED if newest == VERIFIED or not needs_word else FIXED if newest == FIXED else GONE
        return OPEN if newest in ("", VERIFIED) else newest


def item_id(row: Mapping[str, Any]) -> str:
    """The same for the same finding of every week: code and entry, or code, person, day and words where it has none."""
    said = [row["code"], row["entry_id"] or ""]
    if not row["entry_id"]:
        said += [row["employee_ref"] or "", str(row["worked_on"] or ""), row["found"]]
    return hashlib.sha256("\x1f".join(said).encode()).hexdigest()[:ID_DIGITS]


def board(
    place: Workspace, company: str, records: Sequence[Record], today: date, live: Found | None = None,
) -> list[Item]:
    """Every exception that is there or was acted on, closed ones too; payroll and billing first, then the oldest.

    What is held when its batch goes out stays an exception until it is not held any more: `live`, what is held now.
    Without it, and for what no entry bears, the word of who verified it stands.
    """
    items: dict[str, Item] = {}
    gone_out: set[str] = set()
    for sealed, day in batches.newest_of_each(place, company, records):
        rows = sealed.table("exceptions").to_pylist()
        for row in rows:
            if row["severity"] != "note" and (known := item_id(row)) not in items:
                items[known] = Item(known, row, sealed.period_end, day)
                gone_out |= {known} if isinstance(sealed, batches.Batch) else set()
    for record in records:
        if record.type == OPENED:
            for said in record.body["items"]:
                one = items.setdefault(said["item"], _kept(said))
                one.opened = min(one.opened, date.fromisoformat(said["opened"]))
        elif record.type == EVENT:
            one = items.setdefault(record.text("item"), _kept(record.body))
            one.opened = min(one.opened, date.fromisoformat(record.text("opened")))
            one.events.append(record)
    for known in gone_out:
        items[known].is_there = _is_still_there(items[known], live)
    return sorted(items.values(), key=lambda one: order(one, today))


def _is_still_there(one: Item, live: Found | None) -> bool:
    if live is not None and one.found["entry_id"]:
        return (one.found["entry_id"], one.found["code"]) in live
    newest = one.events[-1].body["event"] if one.events else ""
    return newest not in ((VERIFIED,) if one.found["entry_id"] else (FIXED, VERIFIED))


def _kept(said: Mapping[str, Any]) -> Item:
    """An exception that no draft or batch has any more, as the log tells it."""
    row = {**dict.fromkeys(("seconds", "due", "remedy", "expected")), **said, "worked_on": said["worked_on"] or None}
    return Item(said["item"], row, date.fromisoformat(said["period_end"]), date.fromisoformat(said["opened"]),
                is_there=False)


def order(one: Item, today: date) -> tuple[object, ...]:
    """What stops first, then payroll, then billing; then the oldest."""
    streams = (one.found["streams"] or "").split(", ")
    turn = min((_TURN.get(stream, 2) for stream in streams), default=2)
    return (one.found["severity"] != "stop", turn, -business_days(one.opened, today), one.found["code"],
            str(one.found["worked_on"] or ""), one.found["entry_id"] or "", one.id)


def business_days(start: date, end: date) -> int:
    """How many Mondays to Fridays lie after a day, up to and with another."""
    return sum((start + timedelta(days=n)).weekday() < 5 for n in range(1, (end - start).days + 1))


def exceptions_open(
    company: str, *, output: Path | None = None, with_closed: bool = False, today: date | None = None,
    workspace: str | Path | None = None,
) -> Outcome:
    """Every exception of a company, whichever week it is from, with state, owner and age in business days."""
    place, day = place_of(workspace), today or _today()
    records, settings = audit_log.read_log(place, company), settings_now(place, company)
    items = board(place, company, records, day, held_now(place, company, records))
    found = [(one, one.state(needs_word=needs_word(settings))) for one in items]
    shown = [(one, state) for one, state in found if with_closed or state != CLOSED]
    rows = [_row(one, state, day) for one, state in shown]
    if output is not None:
        write_report(output, _HEADINGS, rows)
    return Outcome(
        title=f"{len(shown)} exception(s) of {company}" + (f": {counted(found)}" if found else ""),
        facts=tuple(_mapping_rows(place, company, records, settings, [one for one, state in shown if one.is_there])),
        headings=_HEADINGS, rows=tuple(rows),
        next_step=f"timebooks exceptions assign ITEM --to PERSON --company {company}" if shown else "")


def exception_told(
    company: str, item: str, *, today: date | None = None, workspace: str | Path | None = None,
) -> Outcome:
    """One exception with everything that was done about it."""
    place, day = place_of(workspace), today or _today()
    records = audit_log.read_log(place, company)
    one, settings = item_of(place, company, records, item, day), settings_now(place, company)
    return Outcome(
        title=f"{one.id}: {one.found['code']} {one.found['expected'] or ''}".rstrip(),
        facts=(("state", one.state(needs_word=needs_word(settings))), ("owner", one.owner or "nobody"),
               ("opened", f"{one.opened}, {business_days(one.opened, day)} business day(s)"),
               ("period", str(one.period_end)), ("found", one.found["found"]),
               *((("remedy", one.found["remedy"]),) if one.found["remedy"] else ()),
               *_mapping_rows(place, company, records, settings, [one] if one.is_there else [])),
        headings=("record", "when", "who", "what", "owner", "said", "evidence"),
        rows=tuple(
            (record.number, record.recorded_at, record.person, record.text("event"), record.body["owner"],
             record.body["said"], _evidence(record.body["shown_by"])) for record in one.events))


def item_of(place: Workspace, company: str, records: Sequence[Record], item: str, today: date) -> Item:
    """The exception whose id begins so. Raises RefusedError EXCEPTION_UNKNOWN."""
    live = held_now(place, company, records)
    found = [one for one in board(place, company, records, today, live) if len(item) >= 4 and one.id.startswith(item)]
    if len(found) != 1:
        raise RefusedError(
            "EXCEPTION_UNKNOWN", what=f"{item[:ID_DIGITS]!r} names no exception of {company}", where="the item",
            fix=f"Give an id as timebooks exceptions list --company {company} prints it.")
    return found[0]


def note_opened(place: Workspace, company: str, sealed: Sealed, *, person: str, now: datetime) -> None:
    """Where the company follows exceptions, the log says which a draft has for the first time: their clock starts."""
    records = audit_log.read_log(place, company)
    known = {said["item"] for record in records if record.type == OPENED for said in record.body["items"]}
    new = {item_id(row): row for row in sealed.table("exceptions").to_pylist() if row["severity"] != "note"}
    said = [{"item": one, "opened": now.date().isoformat(), **told_of(new[one], sealed.period_end)}
            for one in sorted(set(new) - known)]
    if said:
        audit_log.append(place, company, OPENED, {"items": said}, person=person, now=now)


def told_of(row: Mapping[str, Any], period_end: date) -> dict[str, Any]:
    """What the log keeps of a finding."""
    names = ("code", "severity", "streams", "entry_id", "employee_ref", "found")
    return {**{name: row[name] for name in names}, "worked_on": str(row["worked_on"] or ""),
            "period_end": period_end.isoformat()}


def status_fact(place: Workspace, company: str, records: Sequence[Record], today: date) -> list[tuple[str, str]]:
    """How many are open, where anybody follows exceptions in this company."""
    if not any(record.type in (EVENT, OPENED) for record in records):
        return []
    needs = needs_word(settings_now(place, company))
    found = [(one, one.state(needs_word=needs)) for one in board(place, company, records, today)]
    still = [one for one, state in found if state != CLOSED]
    if not still:
        return [(f"{company}: exceptions", "none is open")]
    oldest = max(business_days(one.opened, today) for one in still)
    return [(f"{company}: exceptions", f"{counted(found)}; the oldest {oldest} business day(s)")]


def counted(found: Sequence[tuple[Item, str]]) -> str:
    """How many there are in each state, in words."""
    words = ((OPEN, "open"), (ASSIGNED, "assigned"), (FIXED, "fixed, to be verified"), (GONE, "gone, to be verified"),
             (CLOSED, "closed"))
    return ", ".join(f"{count} {word}" for state, word in words
                     if (count := sum(1 for _, own in found if own == state)))


def settings_now(place: Workspace, company: str) -> Settings:
    """The settings that a run of today takes."""
    return read_settings(file_of(place, company, choose(place, company).kept, "company.toml"), company)


def needs_word(settings: Settings) -> bool:
    """Whether an exception that is gone closes only when another person has verified it."""
    return settings.company.policy != "single_person"


def _row(one: Item, state: str, today: date) -> tuple[str, ...]:
    row = one.found
    age = business_days(one.opened, today)
    return (one.id, state, one.owner, f"{age} d", row["due"] or "", row["code"], row["streams"] or "",
            row["employee_ref"] or "", str(row["worked_on"] or ""),
            "" if row["seconds"] is None else clock_hours(row["seconds"]), row["found"], row["remedy"] or "")


def _evidence(given: Mapping[str, str] | None) -> str:
    return f"{given['name']}, sha256 {given['sha256'][:12]}" if given else ""


def _mapping_rows(
    place: Workspace, company: str, records: Sequence[Record], settings: Settings, found: Sequence[Item],
) -> Iterator[tuple[str, str]]:
    """For each project or service without a row: whose it is, and the row to put into the file once it is checked."""
    wanted = {one.found["entry_id"] for one in found if one.found["code"] in _MAPPED_BY}
    if not wanted:
        return
    try:
        mappings = mappings_now(place, company)
    except MappingError as error:   # the list itself does not need them
        yield "rows to add", f"not known, the cross-references have findings: {error.where}"
        return
    sealed = [one for one, _ in batches.newest_of_each(place, company, records)]
    for row in sorted(missing_rows(place, company, settings, mappings, sealed, wanted), key=lambda row: row.csv_row):
        if row.file in _MAPPED_BY.values():
            yield f"{row.owner(settings.approval.owners)}: add to {row.file}", row.csv_row


def _today() -> date:
    return datetime.now(UTC).astimezone().date()
