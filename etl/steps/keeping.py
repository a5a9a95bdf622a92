"""Keeping records: what is due and by which law, legal holds, and destroying what is due, each by two people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from etl.errors import RefusedError, SettingsError
from etl.law.retention import CLASSES, Kept, kept_until, longest
from etl.mapping.load import load_mappings
from etl.periods import FIRST_DAY, LAST_DAY
from etl.settings import Settings, read_settings
from etl.steps.backup_expiry import let_go, to_let_go, told_to_backups
from etl.steps.history import rebuild_history
from etl.steps.outcome import Outcome
from etl.steps.people import read_signed, write_signed
from etl.steps.run import place_of, read_day
from etl.steps.trusted import SIGNED, people_of, permit
from etl.store import audit_log, files, keeping, lock
from etl.store.purge import Item, purge, stored_items
from etl.store.recovery import recover
from etl.store.verify import verify_store
from etl.strict_json import dump, load
from etl.trust.envelope import Envelope, add_signature, sign
from etl.trust.keeping import signers
from etl.trust.keys import id_of, key_folder, open_key
from etl.trust.people import People
from etl.trust.statements import KEEPING, head, statement
from etl.workspace import Workspace, is_sandbox

PURGE, HOLD, RELEASE, EXPIRE = "purge", "hold_records", "release_records", "expire_backups"
_RECORDS = {PURGE: keeping.PURGE, HOLD: keeping.HOLD, RELEASE: keeping.RELEASE, EXPIRE: keeping.EXPIRE}
_MOST_SHOWN = 40


@dataclass(frozen=True)
class Due:
    """One stored place: until when it is kept, by which rows; `why` says what keeps it, empty where it may go."""

    item: Item
    until: date | None
    rows: tuple[Kept, ...]
    why: str


@dataclass(frozen=True)
class Deciders:
    """Who decides: one person now; the other by name, or by signing the file."""

    person: str
    second: str = ""
    file: Path | None = None


def retention(workspace: str | Path | None, company: str, day: str | date | None = None) -> Outcome:
    """What a company keeps until when and by which law, and what may be destroyed on a day, by default today."""
    place, on = place_of(workspace), read_day(day, "--on") if day else datetime.now(UTC).date()
    settings, places = _company(place, company)
    found = due(place, company, on)
    ready = [one for one in found if not one.why]
    law = [(name, *_told(places, name, on, settings)) for name in CLASSES]
    return Outcome(
        title=f"{len(found)} place(s) of {company}, {len(ready)} may be destroyed on {on}",
        facts=(*((f"kept, {name}", f"{months}; {by}") for name, months, by in law),
               *((f"legal hold {hold.number}", hold.shown) for hold in keeping.holds(
                   audit_log.read_log(place, company)))),
        headings=("place", "what", "newest day", "kept until", "why it stays"),
        rows=tuple((one.item.place(place), one.item.kind, str(one.item.day), str(one.until or "unknown"), one.why)
                   for one in found[:_MOST_SHOWN]),
        next_step=f"two people destroy it: timebooks archive purge --company {company} --reason TEXT" if ready else "",
    )


def due(place: Workspace, company: str, on: date) -> list[Due]:
    """Every place that may be destroyed one day, and what keeps it on this day."""
    settings, places = _company(place, company)
    records = audit_log.read_log(place, company)
    own = _own(settings)
    rules = {name: longest(places, name, on, own) for name in CLASSES}
    items = list(stored_items(place, company, records))
    found = [_due(item, rules, on, records) for item in items]
    staying = {one.item.folder for one in found if one.why}
    result = []
    for one in found:
        needed = [folder for folder in one.item.needs if folder in staying]
        why = one.why or (f"{needed[0].relative_to(place.root).as_posix()} rests on it" if needed else "")
        result.append(Due(one.item, one.until, one.rows, why))
    return sorted(result, key=lambda one: (one.item.day, one.item.place(place)))


def _due(item: Item, rules: Mapping[str, tuple[Kept | None, list[str]]], on: date, records: Sequence[Any]) -> Due:
    missing = [f"no rule known for {name} in {', '.join(rules[name][1])}" for name in item.classes if rules[name][1]]
    rows = tuple(row for name in item.classes if (row := rules[name][0]) is not None)
    until = max((kept_until(item.day, row.months) for row in rows), default=None)
    held = next(keeping.covering(records, item.day), None)
    if held is not None:
        why = held.shown
    elif missing:
        why = missing[0] + ": add a row to [retention] of company.toml, with its citation"
    else:
        longest_row = max(rows, key=lambda row: row.months)
        why = "" if until is not None and until < on else f"{longest_row.rule_id}, {longest_row.citation}"
    return Due(item, until, rows, why)


def propose_purge(
    company: str, reason: str, by: Deciders, *, day: str | None = None, workspace: str | Path | None = None,
) -> Outcome:
    """Destroy what is due: signed by two people where there is a people list, otherwise by two names.

    Raises RefusedError NOTHING_DUE, DAMAGE_FIRST where verify finds damage, HELD, TWO_NEEDED.
    """
    place, on = place_of(workspace), read_day(day, "--on") if day else datetime.now(UTC).date()
    permit(place, company, "purge", by.person)
    ready = [one for one in due(place, company, on) if not one.why and one.until is not None]
    if not ready:
        raise RefusedError("NOTHING_DUE", what=f"Nothing of {company} may be destroyed on {on}",
                           where=f"timebooks archive retention --company {company}",
                           fix="Wait until the law and the company's own rows allow it, and no hold stands.")
    damage = [finding for finding in verify_store(place, company) if not finding.waits]
    if damage:
        raise RefusedError("DAMAGE_FIRST", what=f"Nothing is destroyed while damage is found: {damage[0].what}",
                           where=damage[0].where, fix="Restore what is damaged (timebooks verify), then purge again.")
    what = {"reason": _reason(reason), "on": on.isoformat(), "basis": sorted(
        {f"{row.rule_id}: {row.months} months, {row.citation}" for one in ready for row in one.rows}),
        "items": [one.item.as_json(place, one.until or on) for one in ready]}
    return _decide(place, company, PURGE, what, by)


def propose_hold(
    company: str, reason: str, by: Deciders, *, span: tuple[str | None, str | None] = (None, None),
    people: Sequence[str] = (), workspace: str | Path | None = None,
) -> Outcome:
    """A legal hold: while it stands nothing of its days is destroyed, by whatever way."""
    place = place_of(workspace)
    permit(place, company, "hold_records", by.person)
    first = read_day(span[0], "--from") if span[0] else FIRST_DAY
    last = read_day(span[1], "--to") if span[1] else LAST_DAY
    if last < first:
        raise SettingsError("DATE_UNREADABLE", what=f"{first} to {last} is no span of days", where="--from, --to",
                            fix="Give the first day and the last day.")
    what = {"reason": _reason(reason), "from": first.isoformat(), "to": last.isoformat(), "people": sorted(people)}
    return _decide(place, company, HOLD, what, by)


def propose_release(
    company: str, hold: int, reason: str, by: Deciders, *, workspace: str | Path | None = None,
) -> Outcome:
    """A legal hold ends."""
    place = place_of(workspace)
    permit(place, company, "release_records", by.person)
    if hold not in {one.number for one in keeping.holds(audit_log.read_log(place, company))}:
        raise RefusedError("HOLD_UNKNOWN", what=f"No legal hold {hold} stands", where=company,
                           fix="Give its number as timebooks archive retention shows it.")
    return _decide(place, company, RELEASE, {"reason": _reason(reason), "hold": hold}, by)


def propose_expiry(
    company: str, source: str, reason: str, by: Deciders, *, workspace: str | Path | None = None,
) -> Outcome:
    """Let the snapshots of a backup go that hold what was destroyed on purpose; a later one stands for them."""
    place = place_of(workspace)
    permit(place, company, "expire_backups", by.person)
    what = to_let_go(place, company, source, audit_log.read_log(place, company))
    return _decide(place, company, EXPIRE, {"reason": _reason(reason), **what}, by)


def sign_keeping(file: Path, *, person: str, workspace: str | Path | None = None) -> Outcome:
    """Another person signs a purge, hold or release; with the last signature it is recorded and done."""
    place = place_of(workspace)
    people = people_of(place)
    if people is None:
        raise SettingsError("PEOPLE_MISSING", what="This workspace has no people list", where="data/people",
                            fix="Without one give both names: --person and --second.")
    envelope = read_signed(file)
    said = load(envelope.payload) if envelope.kind == KEEPING else {}
    company = str(said.get("company", ""))
    private = open_key(key_folder(place.root), person, people.now().keys_of(person))
    return _kept(place, company, people, add_signature(envelope, private), file)


def _decide(
    place: Workspace, company: str, verb: str, what: dict[str, Any], by: Deciders,
) -> Outcome:
    person, second, file = by.person, by.second, by.file
    people = None if is_sandbox(company) else people_of(place)
    if people is None:
        policy = _company(place, company)[0].company.policy
        if policy != "single_person" and second.strip() in ("", person):
            raise RefusedError("TWO_NEEDED", what="Two different people decide this", where="--second",
                               fix="Give the other person's name with --second.")
        return _done(place, company, verb, what, tuple(one for one in (person, second.strip()) if one), signed=None)
    records = audit_log.read_log(place, company)
    standing = people.now()
    private = open_key(key_folder(place.root), person, standing.keys_of(person))
    end = head(records[-1].number, records[-1].digest) if records else head(0, "")
    payload = statement(KEEPING, {
        "company": company, "verb": verb, "what": what, "log": end,
        "people": head(people.head.number, people.head.digest),
    }, person=person, key=id_of(private), workspace=people.workspace, now=datetime.now(UTC))
    return _kept(place, company, people, sign(KEEPING, payload, private), file)


def _kept(
    place: Workspace, company: str, people: People, envelope: Envelope, file: Path | None,
) -> Outcome:
    """Done where enough people have signed, otherwise written to the file."""
    records = audit_log.read_log(place, company)
    given = envelope.as_json()
    signed, said = signers(given, people, company, records, len(records) + 1, complete=False)
    if any(isinstance(own := record.body.get(SIGNED), dict) and own.get("payload") == given["payload"]
           for record in records):
        raise RefusedError("STATEMENT_USED", what="What this file asks for was signed and done already",
                           where=company, fix="Nothing is to be done; for another time have a new file signed.")
    if len(signed) < people.now().needed:
        if file is None:
            raise RefusedError("TWO_NEEDED", what="Two people decide this", where="--file",
                               fix="Give --file, and have another person sign it: timebooks archive sign FILE")
        write_signed(file, envelope)
        return Outcome(title=f"signed by {', '.join(signed)}; {people.now().needed - len(signed)} more must sign",
                       facts=_words(said["what"]), next_step=f"timebooks archive sign {file.name} --person ID")
    signed, said = signers(given, people, company, records, len(records) + 1)
    if said["verb"] == PURGE:
        _refuse_moved(place, company, said["what"])
    if said["verb"] == EXPIRE and to_let_go(place, company, said["what"]["source"], records) != {
            name: said["what"][name] for name in ("source", "snapshots")}:
        raise RefusedError("HELD", what="The backup's snapshots are not those that were signed", where=company,
                           fix="Make the decision anew and have it signed.")
    return _done(place, company, said["verb"], said["what"], signed, signed=given)


def _refuse_moved(place: Workspace, company: str, what: Mapping[str, Any]) -> None:
    """Between two signatures a hold may have been placed, or a file have changed."""
    now = {one.item.place(place): one for one in due(place, company, date.fromisoformat(what["on"]))}
    for item in what["items"]:
        one = now.get(item["place"])
        if one is None or one.why or one.item.as_json(place, date.fromisoformat(item["kept_until"])) != item:
            why = one.why if one is not None else "it is gone"
            raise RefusedError("HELD", where=company,
                               what=f"{item['place']} may not be destroyed, or is not what was signed: {why}",
                               fix="Make the purge anew and have it signed.")


def _done(
    place: Workspace, company: str, verb: str, what: Mapping[str, Any], persons: tuple[str, ...], *,
    signed: Mapping[str, Any] | None,
) -> Outcome:
    body = {**what, "persons": list(persons)} | ({SIGNED: dict(signed)} if signed is not None else {})
    now = datetime.now(UTC)
    by = " and ".join(persons)
    if verb == EXPIRE:
        with lock.company_lock(place, company, persons[0], "letting backups go"):
            return let_go(company, what, audit_log.append(
                place, company, keeping.EXPIRE, body, person=persons[0], now=now))
    if verb != PURGE:
        with lock.company_lock(place, company, persons[0], "legal hold"):
            record = audit_log.append(place, company, _RECORDS[verb], body, person=persons[0], now=now)
        said = "placed" if verb == HOLD else "released"
        number = record.number if verb == HOLD else what["hold"]
        return Outcome(title=f"legal hold {number} of {company} {said} by {by}",
                       facts=_words(what))
    with lock.company_lock(place, company, persons[0], "a purge"):
        recover(place, company, persons[0])
        record, gone = purge(place, company, body, person=persons[0], now=now)
    history = rebuild_history(place.root).title
    count = sum(len(item["files"]) for item in what["items"])
    return Outcome(
        title=f"{len(gone)} place(s) of {company} destroyed by {by}: record {record.number} keeps the digests",
        facts=(("files", str(count)), ("history", history),
               *told_to_backups(place, company, audit_log.read_log(place, company))),
        headings=("place", "newest day", "kept until"),
        rows=tuple((item["place"], item["day"], item["kept_until"]) for item in what["items"][:_MOST_SHOWN]),
        next_step="make a new backup, then let go of those that still hold it: timebooks archive create, timebooks "
        f"archive expire PLACE --company {company} --reason TEXT",
    )


def _words(what: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    told = {name: value for name, value in what.items() if name != "items"}
    if "items" in what:
        told["places"] = f"{len(what['items'])}, {sum(len(item['files']) for item in what['items'])} files"
        told["digest of the list"] = files.sha256_bytes(dump(what["items"]))[:16]
    return tuple((name, ", ".join(map(str, value)) if isinstance(value, list) else str(value))
                 for name, value in told.items() if value not in ([], ""))


def _company(place: Workspace, company: str) -> tuple[Settings, frozenset[str]]:
    """The settings, and the places whose law holds: where people work, and those the company adds."""
    folder = place.mappings(company)
    settings = read_settings(folder / "company.toml", company)
    people = load_mappings(folder, company).rows("map_employees")
    return settings, frozenset({row["work_location"] for row in people if row["work_location"]}
                               | set(settings.retention.places))


def _own(settings: Settings) -> list[Kept]:
    return [Kept(f"own_{row.record_class}", "*", row.record_class, 12 * row.years, "end of the calendar year",
                 f"{row.citation}; confirmed by {row.confirmed_by}", "company", FIRST_DAY, LAST_DAY)
            for row in settings.retention.rows]


def _told(places: frozenset[str], name: str, on: date, settings: Settings) -> tuple[str, str]:
    row, missing = longest(places, name, on, _own(settings))
    if missing or row is None:
        return "nothing is destroyed", f"no rule known for {name} in {', '.join(missing) or 'any place'}"
    return f"{row.months} months from the end of the year", f"{row.rule_id}, {row.citation} ({row.status})"


def _reason(text: str) -> str:
    if not text.strip() or not text.isprintable() or len(text) > 400:
        raise SettingsError("REASON_MISSING", what="It is not said why", where="--reason",
                            fix="Give the reason on one line of up to 400 letters.")
    return text.strip()
