"""The people list: founded, changed and shown. A change is a file that administrators sign one after another."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from etl.disk import told
from etl.errors import RefusedError, SettingsError
from etl.settings import read_settings
from etl.steps.outcome import Outcome
from etl.steps.returned import read_given
from etl.steps.run import place_of
from etl.steps.trusted import people_of
from etl.store import audit_log
from etl.store.lock import company_lock
from etl.store.records import Statement
from etl.strict_json import NotStrictError, dump_lines, load
from etl.trust.envelope import Envelope, MalformedError, add_signature, read_envelope, sign
from etl.trust.keys import PrivateKey, id_of, key_folder, make_key, new_passphrase, open_key, public_text
from etl.trust.people import Entry, People, proven
from etl.trust.permissions import ADMINISTRATOR
from etl.trust.standing import EVERYWHERE, ChangeError, Key, Standing, public_bytes
from etl.trust.statements import CARD, PEOPLE, head, opened, read_fields, statement
from etl.workspace import PEOPLE_LOG, Workspace, is_sandbox

RECORD, SHOWN_DIGITS = "people", 16
_MOST_BYTES = 1 << 20
_FIX = "Make the change as the message says, for the list as it is now, and have the administrators sign it."
Change = dict[str, Any]


def new_key(
    person: str, name: str, card: Path, *, workspace: str | Path | None = None, in_keyring: bool = False,
) -> Outcome:
    """A key pair on this machine: the private half encrypted in a file of its owner, the public one on a card.

    The card is signed with the new key, so that nobody enrolls a key that they do not hold.
    """
    folder = key_folder(place_of(workspace).root)
    private, path = make_key(folder, person, new_passphrase(person, in_keyring=in_keyring))
    payload = statement(CARD, {"name": name, "public": public_text(private)}, person=person, key=id_of(private),
                        workspace="", now=datetime.now(UTC))
    write_signed(card, sign(CARD, payload, private))
    return Outcome(
        title=f"a key for {person}: {fingerprint(id_of(private))}",
        facts=(("private half", f"{path}, encrypted; it never goes into a workspace or its backup"),
               ("card", str(card))),
        next_step=f"give {card.name} to an administrator and read the fingerprint to them; they enroll it with "
        "timebooks company people enroll",
    )


def found_people(
    cards: Sequence[Path], file: Path, *, person: str, workspace: str | Path | None = None,
) -> Outcome:
    """The first change of a list: its administrators, two of them, or one where every company is single_person."""
    place = place_of(workspace)
    if people_of(place) is not None:
        raise _change("there is a people list already")
    policies = _policies(place)
    needed = 1 if len(cards) == 1 and set(policies.values()) <= {"single_person"} else 2
    changes: list[Change] = [{"change": "administrators", "needed": needed}]
    for card in cards:
        said = _card(card)
        changes += [said, {"change": "grant", "person": said["person"], "company": EVERYWHERE, "role": ADMINISTRATOR,
                           "team": [], "limits": {}}]
    changes += [{"change": "policy", "company": company, "policy": policy} for company, policy in policies.items()]
    return _proposed(place, changes, file, person, secrets.token_hex(16))


def change_people(
    changes: Sequence[Change], file: Path | None, *, person: str, workspace: str | Path | None = None,
) -> Outcome:
    """A change signed by its first administrator; where one is enough it is made, otherwise it waits in the file."""
    place = place_of(workspace)
    return _proposed(place, changes, file, person, _list(place).workspace)


def enroll(card: Path, file: Path | None, *, person: str, workspace: str | Path | None = None) -> Outcome:
    """A person, or a further key of one, from the card that its owner made."""
    return change_people([_card(card)], file, person=person, workspace=workspace)


def policy_of(company: str, workspace: str | Path | None = None) -> str:
    """The policy in company.toml, to be put into the list."""
    return read_settings(place_of(workspace).mappings(company) / "company.toml", company).company.policy


def end_key(
    key: str, reason: str, since: Sequence[str], file: Path | None, *, person: str,
    workspace: str | Path | None = None,
) -> Outcome:
    """A key that is replaced, or was lost or stolen; `since`: company:number, what it signed after that is void."""
    standing = _list(place_of(workspace)).now()
    key = "".join(key.split()).lower()
    found_keys = [one for one in standing.keys if one.startswith(key) and len(key) >= SHOWN_DIGITS]
    if len(found_keys) != 1:
        raise _change(f"{key[:40]!r} names no key; give {SHOWN_DIGITS} digits as timebooks company keys list shows")
    positions: dict[str, int] = {}
    for one in since:
        company, _, number = one.rpartition(":")
        if not number.isascii() or not number.isdigit():
            raise _change(f"{one[:60]!r} is no position; give company:number, such as acme:12")
        positions[company] = int(number)
    return change_people([{"change": "end-key", "key": found_keys[0], "reason": reason, "since": positions}], file,
                  person=person, workspace=workspace)


def sign_change(file: Path, *, person: str, workspace: str | Path | None = None) -> Outcome:
    """A further administrator signs; with the last signature the change is recorded and holds."""
    place = place_of(workspace)
    envelope = read_signed(file)
    people = people_of(place)
    said = read_fields(PEOPLE, envelope.payload) if envelope.kind == PEOPLE else opened(envelope.as_json(), PEOPLE)[1]
    standing = people.now() if people is not None else _founding(said["changes"])
    private = _private(place, person, standing)
    return _kept(place, add_signature(envelope, private), file, person)


def people_list(workspace: str | Path | None = None) -> Outcome:
    """Everybody with roles, teams and limits, and each company's policy."""
    people = _list(place_of(workspace))
    standing = people.now()
    rows = tuple(
        (person, standing.names[person], "every company" if company == EVERYWHERE else company, role,
         ", ".join(sorted(grant.team)), ", ".join(f"{limit} {name}" for name, limit in grant.limits.items()))
        for (person, company), held in sorted(standing.roles.items()) for role, grant in held.items())
    return Outcome(
        title=f"{len(standing.names)} people, {standing.needed} administrator(s) sign a change; "
        f"list at {PEOPLE_LOG}:{people.head.number}:{people.head.digest[:12]}",
        facts=tuple(sorted(standing.policies.items())),
        headings=("person", "name", "company", "role", "team", "limit"), rows=rows)


def keys_list(workspace: str | Path | None = None) -> Outcome:
    """Every key with its fingerprint, to be compared with the paper of the installation."""
    standing = _list(place_of(workspace)).now()
    return Outcome(
        title=f"{sum(not key.ended for key in standing.keys.values())} of {len(standing.keys)} key(s) in use",
        headings=("person", "key", "state"),
        rows=tuple((key.person, fingerprint(key.id), f"ended: {key.ended}" if key.ended else "in use")
                   for key in standing.keys.values()))


def fingerprint(key: str) -> str:
    """A key's id as people read it to each other."""
    return " ".join(key[at:at + 4] for at in range(0, 32, 4))


def write_signed(file: Path, envelope: Envelope) -> None:
    """A signed statement as a file to be handed on."""
    with told("write the file", file):
        file.write_bytes(dump_lines(envelope.as_json()))


def read_signed(file: Path) -> Envelope:
    """The statement in a file somebody handed over; nothing about it is proven yet. Raises RefusedError."""
    content = read_given(file, _MOST_BYTES)
    if len(content) > _MOST_BYTES:
        raise RefusedError("STATEMENT_FORM", what="The file is too long for a signed statement", where=str(file),
                           fix="Give the file as it was written.")
    try:
        return read_envelope(load(content))
    except (NotStrictError, MalformedError) as error:
        raise RefusedError("STATEMENT_FORM", what=f"The file holds no signed statement: {error}", where=str(file),
                           fix="Give the file as it was written.") from None


def _proposed(place: Workspace, changes: Sequence[Change], file: Path | None, person: str, workspace: str) -> Outcome:
    people = people_of(place)
    standing = people.now() if people is not None else _founding(changes)
    private = _private(place, person, standing)
    end = head(people.head.number, people.head.digest) if people is not None else head(0, "")
    fields = {"people": end, "companies": _ends(place), "changes": list(changes)}
    payload = statement(PEOPLE, fields, person=person, key=id_of(private), workspace=workspace, now=datetime.now(UTC))
    return _kept(place, sign(PEOPLE, payload, private), file, person)


def _kept(place: Workspace, envelope: Envelope, file: Path | None, person: str) -> Outcome:
    """Recorded where enough administrators have signed, otherwise written to the file."""
    with company_lock(place, PEOPLE_LOG, person, "changing the people list"):
        people = people_of(place)
        after, entry = _proven(place, people, envelope, is_complete=False)
        needed = (people.now() if people is not None else after).needed
        words = tuple((one["change"], ", ".join(f"{name} {value}" for name, value in one.items()
                                                if name not in ("change", "public"))) for one in entry.changes)
        words += tuple(("key", f"{name} {fingerprint(key.id)}") for name in after.names for key in after.keys_of(name)
                       if people is None or key.id not in people.now().keys)
        if len(entry.signed_by) < needed:
            if file is None:
                raise _change("two administrators sign a change: give --file, and have the other one sign that")
            write_signed(file, envelope)
            return Outcome(
                title=f"signed by {', '.join(entry.signed_by)}; {needed - len(entry.signed_by)} more must sign",
                facts=(*words, ("file", str(file))),
                next_step=f"another administrator compares and signs: timebooks company people sign {file.name}")
        _proven(place, people, envelope, is_complete=True)
        record = audit_log.commit(place, PEOPLE_LOG, Statement(
            RECORD, {"signed": envelope.as_json()}, person, datetime.now(UTC)))
    return Outcome(title=f"record {record.number} of the people list, signed by {', '.join(entry.signed_by)}",
                   facts=words, next_step="note the list's end outside: timebooks verify prints it")


def _proven(place: Workspace, people: People | None, envelope: Envelope, *, is_complete: bool) -> tuple[
        Standing, Entry]:
    standing, before, workspace, last = Standing(), head(0, ""), "", None
    if people is not None:
        last = people.head
        standing, before, workspace = people.now(), head(last.number, last.digest), people.workspace
    try:
        after, entry, _ = proven(envelope.as_json(), standing, before, workspace, last, is_complete=is_complete)
        for company, end in entry.companies.items():
            _refuse_unknown_end(place, company, end)
    except ChangeError as error:
        raise _change(str(error)) from None
    return after, entry


def _refuse_unknown_end(place: Workspace, company: str, end: Mapping[str, Any]) -> None:
    records = audit_log.read_log(place, company)
    if end["number"] and (end["number"] > len(records) or records[end["number"] - 1].digest != end["digest"]):
        raise ChangeError(f"the audit log of {company} does not hold record {end['number']} as the people list says")


def _ends(place: Workspace) -> dict[str, Any]:
    """Where each company's audit log ends now, so that the change has a position in it."""
    root = place.root / "data" / "audit_log"
    ends = {}
    for path in sorted(root.iterdir()) if root.is_dir() else ():
        records = audit_log.read_log(place, path.name) if path.is_dir() and not is_sandbox(path.name) else ()
        if records:
            ends[path.name] = head(records[-1].number, records[-1].digest)
    return ends


def _policies(place: Workspace) -> dict[str, str]:
    root = place.root / "mappings"
    names = sorted(path.parent.name for path in root.glob("*/company.toml")) if root.is_dir() else []
    return {name: policy_of(name, place.root) for name in names if not is_sandbox(name)}


def _card(path: Path) -> Change:
    envelope = read_signed(path)
    _, said = opened(envelope.as_json(), CARD)
    try:
        public = public_bytes(said["public"])
    except ChangeError as error:
        raise _change(str(error)) from None
    if Key(said["person"], public).id != said["key"] or not all(
            one.key == said["key"] and envelope.holds(one, public) for one in envelope.signatures):
        raise _change("the card is not signed with the key that it shows")
    return {"change": "enroll", "person": said["person"], "name": said["name"], "public": said["public"]}


def _founding(changes: Sequence[Change]) -> Standing:
    standing = Standing()
    try:
        for one in changes:
            standing.apply(one)
    except ChangeError as error:
        raise _change(str(error)) from None
    return standing


def _private(place: Workspace, person: str, standing: Standing) -> PrivateKey:
    if person not in standing.administrators():
        raise RefusedError(
            "NOT_PERMITTED", what=f"{person} is no administrator of this workspace", where="data/people",
            fix="Have an administrator do it; timebooks company people list shows them.")
    return open_key(key_folder(place.root), person, standing.keys_of(person))


def _list(place: Workspace) -> People:
    people = people_of(place)
    if people is None:
        raise SettingsError("PEOPLE_MISSING", what="This workspace has no people list", where="data/people",
                            fix="Found one: timebooks company people found CARD CARD --person ID --file FILE")
    return people


def _change(why: str) -> RefusedError:
    return RefusedError("PEOPLE_CHANGE", what=f"The people list is not changed: {why}", where="data/people", fix=_FIX)
