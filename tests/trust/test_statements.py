"""Every kind of signed statement against every way around it: each refused with its own reason, or why it cannot be."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from etl import steps
from etl.errors import EtlError
from etl.steps import dashboard_login, keeping, mapping_trust, pack, signing, time_inputs, trusted, verify_signatures
from etl.steps import people as people_steps
from etl.store import audit_log, batches
from etl.trust import pack_verifier, statements
from etl.trust.envelope import add_signature, key_id, read_envelope, sign, type_of
from etl.trust.keys import open_key
from etl.trust.people import Entry, proven
from etl.trust.standing import ChangeError
from etl.workspace import PEOPLE_LOG
from tests.trust import office
from tests.trust.office import COMPANY, ENDS
from tests.trust.test_mapping_decisions import edit

pytestmark = [pytest.mark.capability("M5"), pytest.mark.capability("C24"), pytest.mark.capability("C117")]
SETTINGS = '[approval]\ntime = "here"\nmappings = "replay"\n[billing]'
OWN = {"E1": {"E1", "dana"}}

# By attack the code of the refusal, or, in lower case with blanks, why the kind has no such attack.
OF_ONE = "one person answers for it; the role decides"
TABLE = {
    "prepare": {
        "another type": "STATEMENT_TYPE", "renamed": "STATEMENT_FORM", "unknown field": "STATEMENT_FORM",
        "by oneself": "who drafts is the preparer", "second key": "who drafts is the preparer",
        "replay": "STATEMENT_OTHER", "another company": "STATEMENT_OTHER", "another workspace": "STATEMENT_OTHER",
        "edited people": "STATEMENT_OTHER", "edited log": "STATEMENT_OTHER", "unknown key": "KEY_UNKNOWN",
        "ended key": "KEY_ENDED", "stolen key": "told by verify, to be repeated", "key of later": "KEY_NOT_YET",
        "no role": "NOT_PERMITTED", "two signatures": "STATEMENT_OTHER"},
    "approve-batch": {
        "another type": "STATEMENT_TYPE", "renamed": "STATEMENT_FORM", "unknown field": "STATEMENT_FORM",
        "by oneself": "SAME_PERSON", "second key": "SAME_PERSON", "replay": "STATEMENT_OTHER",
        "another company": "STATEMENT_OTHER", "another workspace": "STATEMENT_OTHER",
        "edited people": "STATEMENT_OTHER", "edited log": "STATEMENT_OTHER", "unknown key": "KEY_UNKNOWN",
        "ended key": "KEY_ENDED", "stolen key": "KEY_ENDED", "key of later": "KEY_NOT_YET", "no role": "NOT_PERMITTED",
        "two signatures": "STATEMENT_OTHER"},
    "approve-time": {
        "another type": "STATEMENT_TYPE", "renamed": "STATEMENT_FORM", "unknown field": "STATEMENT_FORM",
        "by oneself": "TIME_OWN", "second key": "TIME_OWN", "replay": "STATEMENT_OTHER",
        "another company": "STATEMENT_OTHER", "another workspace": "STATEMENT_OTHER",
        "edited people": "STATEMENT_OTHER", "edited log": "STATEMENT_OTHER", "unknown key": "KEY_UNKNOWN",
        "ended key": "KEY_ENDED", "stolen key": "KEY_ENDED", "key of later": "KEY_NOT_YET", "no role": "NOT_PERMITTED",
        "two signatures": "STATEMENT_OTHER"},
    "approve-mapping": {
        "another type": "STATEMENT_TYPE", "renamed": "STATEMENT_FORM", "unknown field": "STATEMENT_FORM",
        "by oneself": "SAME_PERSON", "second key": "SAME_PERSON", "replay": "STATEMENT_OTHER",
        "another company": "STATEMENT_OTHER", "another workspace": "STATEMENT_OTHER",
        "edited people": "STATEMENT_OTHER", "edited log": "STATEMENT_OTHER", "unknown key": "KEY_UNKNOWN",
        "ended key": "KEY_ENDED", "stolen key": "KEY_ENDED", "key of later": "KEY_NOT_YET", "no role": "NOT_PERMITTED",
        "two signatures": "STATEMENT_OTHER"},
    "withdraw": {
        "another type": "STATEMENT_TYPE", "renamed": "STATEMENT_FORM", "unknown field": "STATEMENT_FORM",
        "by oneself": OF_ONE, "second key": OF_ONE, "replay": "STATEMENT_OTHER",
        "another company": "STATEMENT_OTHER", "another workspace": "STATEMENT_OTHER",
        "edited people": "STATEMENT_OTHER", "edited log": "STATEMENT_OTHER", "unknown key": "KEY_UNKNOWN",
        "ended key": "KEY_ENDED", "stolen key": "what was taken back stays so", "key of later": "KEY_NOT_YET",
        "no role": "NOT_PERMITTED", "two signatures": "STATEMENT_OTHER"},
    "keeping": {
        "another type": "STATEMENT_TYPE", "renamed": "STATEMENT_FORM", "unknown field": "STATEMENT_FORM",
        "by oneself": "TWO_NEEDED", "second key": "TWO_NEEDED", "replay": "STATEMENT_OTHER",
        "another company": "STATEMENT_OTHER", "another workspace": "STATEMENT_OTHER",
        "edited people": "STATEMENT_OTHER", "edited log": "STATEMENT_OTHER", "unknown key": "KEY_UNKNOWN",
        "ended key": "KEY_ENDED", "stolen key": "KEY_ENDED", "key of later": "KEY_UNKNOWN", "no role": "NOT_PERMITTED",
        "two signatures": "two sign it"},
    "people": {
        "another type": "STATEMENT_TYPE", "renamed": "STATEMENT_FORM", "unknown field": "STATEMENT_FORM",
        "by oneself": "ADMINISTRATORS_MISSING", "second key": "ADMINISTRATORS_MISSING",
        "replay": "ANOTHER_STATE", "another company": "it is about the workspace",
        "another workspace": "ANOTHER_WORKSPACE", "edited people": "ANOTHER_STATE", "edited log": "COMPANY_LEFT_OUT",
        "unknown key": "KEY_NOT_ENROLLED", "ended key": "KEY_NOT_ENROLLED",
        "stolen key": "a change stands; another one undoes it", "key of later": "KEY_NOT_ENROLLED",
        "no role": "NO_ADMINISTRATOR", "two signatures": "two sign it"},
    "key-card": {
        "another type": "STATEMENT_TYPE", "renamed": "STATEMENT_FORM", "unknown field": "STATEMENT_FORM",
        "by oneself": "a card is one's own; administrators compare it", "second key": "PEOPLE_CHANGE",
        "replay": "PEOPLE_CHANGE", "another company": "it is about the workspace",
        "another workspace": "it is good for every workspace", "edited people": "it names no list",
        "edited log": "it names no log", "unknown key": "PEOPLE_CHANGE", "ended key": "PEOPLE_CHANGE",
        "stolen key": "PEOPLE_CHANGE", "key of later": "it enrolls the key", "no role": "it gives none",
        "two signatures": "PEOPLE_CHANGE"},
    "pack": {
        "another type": "NOT_RIGHT", "renamed": "NOT_RIGHT", "unknown field": "NOT_RIGHT",
        "by oneself": "it decides nothing", "second key": "it decides nothing", "replay": "NOT_RIGHT",
        "another company": "NOT_RIGHT", "another workspace": "the list of people lies in it",
        "edited people": "NOT_RIGHT", "edited log": "NOT_RIGHT", "unknown key": "NOT_RIGHT",
        "ended key": "NOT_RIGHT", "stolen key": "NOT_RIGHT", "key of later": "the list of people lies in it",
        "no role": "it decides nothing", "two signatures": "one that holds is enough"},
    "log-in": {
        "another type": "LOGIN", "renamed": "LOGIN", "unknown field": "LOGIN", "by oneself": "one logs in oneself",
        "second key": "any key of one's own in use", "replay": "LOGIN", "another company": "it is about the workspace",
        "another workspace": "it is good for one address", "edited people": "it names no list",
        "edited log": "it names no log", "unknown key": "LOGIN", "ended key": "the list of today decides",
        "stolen key": "the list of today decides", "key of later": "the list of today decides",
        "no role": "roles decide what is seen", "two signatures": "LOGIN"},
}
ATTACKS = sorted({attack for row in TABLE.values() for attack in row})
_WORDS = {"different administrator": "ADMINISTRATORS_MISSING", "another state": "ANOTHER_STATE",
          "another workspace": "ANOTHER_WORKSPACE", "leaves out a company": "COMPANY_LEFT_OUT",
          "lies before": "COMPANY_LEFT_OUT", "not enrolled": "KEY_NOT_ENROLLED",
          "no administrator": "NO_ADMINISTRATOR", "does not fit": "SIGNATURE_WRONG"}


@dataclass
class Case:
    """One genuine statement: who signed, where it stands, and how the product judges one in its place."""

    kind: str
    given: dict
    person: str
    record: object
    judge: object   # (court, given, people, record) -> raises


@pytest.fixture(scope="session")
def court(tmp_path_factory):
    """An office in which everything that can be signed was signed; most people have two keys."""
    made = office.make(tmp_path_factory.mktemp("court"), weeks=2)
    settings = made.place.mappings(COMPANY) / "company.toml"
    settings.write_text(settings.read_text().replace("[billing]", SETTINGS, 1))
    root = made.place.root
    with made.at_work():
        for person, role, more in (("tess", "time_approver", {"team": ["*"]}), ("max", "auditor", {})):
            made.enroll(person)
            made.grant(person, role, **more)
        for person in ("dana", "cleo", "tess"):
            made.enroll(person)
        steps.pull(made.run("dana"))
        steps.approve_time(made.run("tess"), person="tess")
        made.draft()
        made.approve()
        steps.withdraw_approval(made.run("cleo"), "a typo", "cleo")
        made.approve()
        made.export()
        made.enroll("ada")
        edit(made.place, "rates.csv", "120.00", "121.00")
        replay = dict(steps.replay_mapping(COMPANY, 1, person="dana", workspace=root).facts)["replay"]
        steps.approve_mapping(COMPANY, replay, person="cleo", workspace=root)
        steps.propose_hold(COMPANY, "a claim", steps.Deciders("ada", file=made.root / "hold.json"), workspace=root)
        steps.sign_keeping(made.root / "hold.json", person="cleo", workspace=root)
        steps.make_pack(COMPANY, made.root / "pack.zip", person="max", workspace=root)
        people = trusted.people_of(made.place)
        keys = {person: [open_key(made.root / "keys", person, [key]) for key in people.now().keys_of(person)]
                for person in people.now().names}
    batch = batches.find_batch(made.place, COMPANY, ENDS[0], made.records())
    return SimpleNamespace(
        made=made, place=made.place, people=people, keys=keys, records=made.records(), batch=batch,
        facts=signing.facts_of(batch, "two_person") | {"prepared_by": "dana"},
        now=made.run("dana").now(), stranger=Ed25519PrivateKey.generate())


def trust(court, people):
    return trusted.Trust(court.place, COMPANY, people)


def _batch(court, given, people, record):
    facts = court.facts | record.body
    signing.Hearing(trust(court, people), court.records, court.now).hold(given, facts, record.number)


def _time(court, given, people, record):
    time_inputs.hold(trust(court, people), court.records, given, record.body["weeks"], record.number,
                     OWN if said(given).get("person") == "dana" else {})


def _mapping(court, given, people, record):
    facts = mapping_trust.bound(COMPANY, record.body)
    mapping_trust.hold(trust(court, people), court.records, given, facts, record.number)


def _recorded(court, given, people, record):
    """As the export's first check and verify look at it, with what was learned of keys since."""
    whose = [one for one in people.now().names if said(given).get("person") == one]
    record = replace(record, body=dict(record.body) | {"signed": given}, person=(whose or [record.person])[0])
    verify_signatures.prove(trust(court, people), record, court.records)


def _people(court, given, people, record):
    last = people.entries[-1]
    before = {"number": last.number, "digest": last.digest}
    proven(given, people.now(), record.body.get("before", before), people.workspace, last)


def _card(court, given, people, record):
    path = court.made.root / "judged.card"
    path.write_text(json.dumps(given))
    change = people_steps._card(path)
    after = people.now()
    try:
        after.apply(change)
    except ChangeError as error:
        raise people_steps._change(str(error)) from None


def _pack(court, given, people, record):
    """The verifier's own look, its files altered as the attack has it."""
    found = SimpleNamespace(pack=pack_verifier.Pack(court.made.root / "pack.zip"))
    found.pack.files |= record.body.get("files", {})
    found.pack.files["pack.sig.json"] = json.dumps(given).encode()
    listed = pack_verifier.check_list(found.pack)
    pack_verifier.check_chain(found.pack, "audit_log", listed["heads"]["company"])
    records = pack_verifier.check_chain(found.pack, "people", listed["heads"]["people"])
    keys, ended = pack_verifier.check_people(found.pack, records, COMPANY)
    ended |= {key.id: 0 for key in people.now().keys.values() if key.ended}
    pack_verifier.check_signature(found.pack, listed, keys, ended)
    if found.pack.findings:
        raise EtlError("NOT_RIGHT", what=found.pack.findings[0], where="the pack", fix="none")


def _login(court, given, people, record):
    """The desk of a dashboard that has just given this challenge out; used, it gave none."""
    desk = dashboard_login.Desk(court.place, "127.0.0.1:8078", lambda: court.now)
    if not record.body.get("used"):
        ends = court.now + dashboard_login.CHALLENGE_LIVES
        desk._challenges["CODE"] = (dashboard_login._hidden("browser"), ends)
    desk.answered(base64.urlsafe_b64encode(json.dumps(given).encode()).decode(), "browser")


def said(given):
    """What a statement says, nothing where it cannot be read."""
    try:
        return json.loads(base64.b64decode(given["payload"]))
    except ValueError:
        return {}


def case(court, kind):
    """The genuine statement of a kind and its judge."""
    judges = {"prepare": ("draft", _recorded), "approve-batch": ("approve", _batch),
              "withdraw": ("withdraw", _recorded), "approve-time": ("approve_time", _time),
              "approve-mapping": ("approve_mapping", _mapping),
              "keeping": ("legal_hold", _recorded)}
    if kind in judges:
        name, judge = judges[kind]
        record = next(one for one in reversed(court.records) if one.type == name)
        body = {} if kind == "approve-batch" else dict(record.body)
        return Case(kind, record.body["signed"], record.person, replace(record, body=body), judge)
    plain = court.records[0]
    if kind == "people":
        last = court.people.entries[-1]
        fields = {"people": {"number": last.number, "digest": last.digest}, "companies": dict(last.companies),
                  "changes": [{"change": "take-away", "person": "max", "company": COMPANY, "role": "auditor"}]}
        payload = statements.statement("people", fields, person="ada", key=_id(court, "ada"),
                                       workspace=court.people.workspace, now=court.now)
        envelope = add_signature(sign("people", payload, court.keys["ada"][0]), court.keys["ben"][0])
        return Case(kind, envelope.as_json(), "ada", replace(plain, body={}), _people)
    if kind == "key-card":
        private = court.stranger
        fields = {"name": "New", "public": base64.b64encode(private.public_key().public_bytes_raw()).decode()}
        payload = statements.statement("key-card", fields, person="new", key=_key(private), workspace="", now=court.now)
        return Case(kind, sign(kind, payload, private).as_json(), "new", replace(plain, body={}), _card)
    if kind == "log-in":
        payload = statements.statement(kind, {"address": "127.0.0.1:8078", "challenge": "CODE"}, person="dana",
                                       key=_id(court, "dana"), workspace="", now=court.now)
        return Case(kind, sign(kind, payload, court.keys["dana"][0]).as_json(), "dana", replace(plain, body={}), _login)
    found = pack_verifier.Pack(court.made.root / "pack.zip")
    return Case("pack", found.read("pack.sig.json"), "max", replace(plain, body={}), _pack)


def _key(private):
    return key_id(private.public_key().public_bytes_raw())


def _id(court, person, which=0):
    return _key(court.keys[person][which])


def signed_by(kind, fields, *privates):
    """A statement of these fields, whatever they say, below these keys."""
    payload = json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()
    envelope = sign(kind, payload, privates[0])
    for private in privates[1:]:
        envelope = add_signature(envelope, private)
    return envelope.as_json()


def as_person(court, one, person, which=0, others=(), **more):
    """The genuine statement, said and signed by somebody else, or changed by who may sign it."""
    fields = said(one.given) | ({} if one.kind == "pack" else {"person": person, "key": _id(court, person, which)})
    return signed_by(one.kind, fields | more, court.keys[person][which], *others)


def partner(court, one):
    """Who signs beside the first person, where two must."""
    names = {"keeping": ("cleo",), "people": ("ben",)}.get(one.kind, ())
    return [court.keys[name][0] for name in names]


def first(one):
    """Who signed first."""
    return "ada" if one.kind in ("keeping", "people") else one.person


def changed(people, number, *changes):
    """The list with a change that holds from the record after this number on."""
    entry = Entry(people.head.number + 1, "f" * 64, changes, dict(people.head.companies) | {COMPANY: {
        "number": number, "digest": "f" * 64}}, ("ada", "ben"), "")
    return replace(people, entries=(*people.entries, entry))


def of_list(people, kind):
    """A changed list as the next statement about it finds it: its end is what that statement names."""
    if kind != "people":
        return people
    entries = [*people.entries[:-1], replace(people.entries[-1], number=people.entries[-2].number,
                                             digest=people.entries[-2].digest,
                                             companies=people.entries[-2].companies)]
    return replace(people, entries=tuple(entries))


def end_key(key, **since):
    return {"change": "end-key", "key": key, "reason": "lost", "since": since}


def _attack(court, one, attack):  # noqa: C901, PLR0911, PLR0912
    """What is offered, held against which list, in which place."""
    people, record, who = court.people, one.record, first(one)
    number, own = record.number, partner(court, one)
    if attack == "another type":
        other = case(court, "withdraw" if one.kind != "withdraw" else "prepare")
        return other.given, people, record
    if attack == "renamed":
        other = case(court, "withdraw" if one.kind != "withdraw" else "prepare")
        return other.given | {"payloadType": type_of(one.kind)}, people, record
    if attack == "unknown field":
        return _own(court, one, more=1), people, record
    if attack == "by oneself":
        return _oneself(court, one, 0), _allowed(court, one, number), record
    if attack == "second key":
        if one.kind == "key-card":   # the card shows one key and is signed with another
            return signed_by(one.kind, said(one.given), court.keys["cleo"][0]), people, record
        return _oneself(court, one, 1), _allowed(court, one, number), record
    if attack == "replay":
        return _replayed(court, one)
    if attack == "another company":
        if one.kind == "pack":
            return _own(court, one, company="other"), people, record
        drafts = [draft | {"company": "other"} for draft in said(one.given).get("drafts", ())]
        return _own(court, one, **({"drafts": drafts} if drafts else {"company": "other"})), people, record
    if attack == "another workspace":
        return _own(court, one, workspace="0" * 32), people, record
    if attack == "edited people":
        if one.kind == "pack":
            found = pack_verifier.Pack(court.made.root / "pack.zip")
            name = max(name for name in found.files if name.startswith("people/"))
            return one.given, people, _with_file(record, name, found.files[name].replace(b"payload", b"Payload"))
        return _own(court, one, people={"number": 3, "digest": "0" * 64}), people, record
    if attack == "edited log":
        return _other_log(court, one)
    if attack == "unknown key":
        if one.kind == "key-card":   # the card of somebody who does not hold the key that it shows
            shown = base64.b64encode(court.keys["cleo"][0].public_key().public_bytes_raw()).decode()
            return signed_by(one.kind, said(one.given) | {"public": shown}, court.stranger), people, record
        return signed_by(one.kind, said(one.given), court.stranger, *own), people, record
    if attack in ("ended key", "stolen key"):
        if one.kind == "key-card":
            fields = said(one.given) | {"public": base64.b64encode(
                court.keys["cleo"][0].public_key().public_bytes_raw()).decode(), "key": _id(court, "cleo")}
            after = changed(people, number, end_key(_id(court, "cleo")))
            return signed_by(one.kind, fields, court.keys["cleo"][0]), after, record
        key = read_envelope(one.given).signatures[0].key
        since = {COMPANY: number - 1} if attack == "stolen key" else {}
        at = len(court.records) if attack == "stolen key" else number - 1
        return one.given, of_list(changed(people, at, end_key(key, **since)), one.kind), record
    if attack == "key of later":
        public = base64.b64encode(court.stranger.public_key().public_bytes_raw()).decode()
        later = changed(people, len(court.records), {"change": "enroll", "person": who, "name": "X", "public": public})
        later = people if one.kind == "people" else later
        return signed_by(one.kind, said(one.given) | {"key": _key(court.stranger)}, court.stranger, *own), later, record
    if attack == "no role":
        taken = [{"change": "take-away", "person": who, "company": company, "role": role}
                 for (name, company), held in people.now().roles.items() if name == who for role in held]
        heir = {"change": "grant", "person": "max", "company": "*", "role": "administrator", "team": [], "limits": {}}
        taken += [heir] if one.kind == "people" else []
        return one.given, of_list(changed(people, number - 1, *reversed(taken)), one.kind), record
    assert attack == "two signatures"
    return add_signature(read_envelope(one.given), court.keys["dana"][1]).as_json(), people, record


def _own(court, one, **more):
    if one.kind == "key-card":
        return signed_by(one.kind, said(one.given) | more, court.stranger)
    return signed_by(one.kind, said(one.given) | more, court.keys[first(one)][0], *partner(court, one)) if (
        one.person != "cleo" or one.kind == "keeping") else as_person(court, one, "cleo", **more)


def _oneself(court, one, which):
    if one.kind in ("keeping", "people"):
        both = court.keys["ada"] if which else court.keys["ada"][:1]
        return signed_by(one.kind, said(one.given), *both)
    return as_person(court, one, "dana", which)


def _allowed(court, one, number):
    """The preparer, who wrote the edit and whose hours they are, with the role of who decides."""
    role = {"approve-batch": "batch_approver", "approve-mapping": "batch_approver",
            "approve-time": "time_approver"}.get(one.kind)
    if role is None:
        return court.people
    team = ["*"] if role == "time_approver" else []
    return changed(court.people, number - 1, {"change": "grant", "person": "dana", "company": COMPANY, "role": role,
                                              "team": team, "limits": {}})


def _replayed(court, one):
    """The genuine statement where something else of its kind is decided."""
    other = {"prepare": {"revision": 2}, "approve-batch": {"batch": 2},
             "approve-time": {"weeks": [{"employee": "E1", "week": "2026-11-09", "content": "0" * 64, "seconds": 1,
                                         "entries": 1}]},
             "approve-mapping": {"mapping": "0" * 64}, "withdraw": {"approval": 1}, "keeping": {"from": "2020-01-01"},
             "people": {"before": {"number": 2, "digest": "0" * 64}}, "log-in": {"used": True}}
    people, record = court.people, one.record
    if one.kind == "key-card":
        public = base64.b64encode(court.stranger.public_key().public_bytes_raw()).decode()
        enroll = {"change": "enroll", "person": "new", "name": "N", "public": public}
        return one.given, changed(people, 0, enroll), record
    if one.kind == "pack":
        return one.given, people, _with_file(record, "pack.json", json.dumps(said(one.given)).encode())
    body = {} if one.kind == "approve-batch" else dict(record.body)
    return one.given, people, replace(record, body=body | other[one.kind])


def _other_log(court, one):
    """The audit log is another one up to the end that the statement names."""
    end = {"number": 2, "digest": "0" * 64}
    drafts = [draft | {"log": end} for draft in said(one.given).get("drafts", ())]
    if one.kind == "pack":
        found = pack_verifier.Pack(court.made.root / "pack.zip")
        name = max(name for name in found.files if name.startswith("audit_log/"))
        return one.given, court.people, _with_file(one.record, name, found.files[name].replace(b"payload", b"Payload"))
    more = {"drafts": drafts} if drafts else {"approval": end} if one.kind == "withdraw" else (
        {"companies": {}} if one.kind == "people" else {"log": end})
    return _own(court, one, **more), court.people, one.record


def _with_file(record, name, content):
    return replace(record, body={"files": {name: content}})


def verdict(court, one, given, people, record):
    """The code of the refusal; empty where it passes."""
    try:
        one.judge(court, given, people, record)
    except EtlError as error:
        return error.code
    except ChangeError as error:
        return next((code for words, code in _WORDS.items() if words in str(error)), "CHANGE_WRONG")
    return ""


@pytest.mark.parametrize("kind", TABLE)
def test_every_way_around_a_statement_is_refused_with_its_reason(court, kind):
    """d2-d4: and the genuine one passes, so that a refusal means something."""
    one = case(court, kind)
    assert verdict(court, one, one.given, court.people, one.record) == ""
    for attack in ATTACKS:
        expected = TABLE[kind][attack]
        if expected == expected.upper():
            assert verdict(court, one, *_attack(court, one, attack)) == expected, attack


@pytest.mark.parametrize("kind", TABLE)
def test_one_bit_of_any_statement_is_enough(court, kind):
    """R16: bits of payload and signature, letters of key id and type, each changed in turn."""
    one = case(court, kind)
    envelope = one.given
    payload, value = (base64.b64decode(text) for text in (envelope["payload"], envelope["signatures"][0]["sig"]))
    slow = 12 if kind == "pack" else 1   # its verifier multiplies points in plain Python
    found = {}
    for name, content, stride in (("payload", payload, max(len(payload) // 40, 1) * slow), ("sig", value, 7 * slow)):
        for place in range(0, len(content), stride):
            spoiled = content[:place] + bytes([content[place] ^ 1 << place % 8]) + content[place + 1:]
            changed_one = json.loads(json.dumps(envelope))
            (changed_one if name == "payload" else changed_one["signatures"][0])[name] = (
                base64.b64encode(spoiled).decode())
            found.setdefault(verdict(court, one, changed_one, court.people, one.record), (name, place))
    for name, text in (("keyid", "0" * 64), ("keyid", "x"), ("sig", "AA==")):
        changed_one = json.loads(json.dumps(envelope))
        changed_one["signatures"][0][name] = text
        found.setdefault(verdict(court, one, changed_one, court.people, one.record), (name, text))
    assert "" not in found, found[""]
    assert set(found) <= {
        "SIGNATURE_WRONG", "STATEMENT_FORM", "KEY_UNKNOWN", "PEOPLE_CHANGE", "NOT_RIGHT", "KEY_NOT_ENROLLED",
        "CHANGE_WRONG", "STATEMENT_OTHER", "ANOTHER_STATE", "ANOTHER_WORKSPACE", "LOGIN"}, found


@pytest.mark.parametrize("kind", [kind for kind in TABLE if kind not in ("key-card", "pack", "log-in")])
def test_after_a_rotation_the_old_statement_stands_and_the_new_key_signs(court, kind):
    """Replaced, not stolen: what was signed before stays good; what is signed now carries the new key."""
    one = case(court, kind)
    who = first(one)
    used = read_envelope(one.given).signatures[0].key
    ended = changed(court.people, one.record.number, end_key(used))
    if kind != "people":
        assert verdict(court, one, one.given, ended, one.record) == ""
    if who in ("ada", "cleo", "tess", "dana"):
        new = next(key for key in court.keys[who] if _key(key) != used)
        fields = said(one.given) | {"key": _key(new)}
        given = signed_by(kind, fields, new, *partner(court, one))
        number = len(court.records) if kind == "people" else one.record.number
        before = changed(court.people, number - 1, end_key(used))
        assert verdict(court, one, given, of_list(before, kind), one.record) == ""
        assert verdict(court, one, one.given, of_list(before, kind), one.record) in ("KEY_ENDED", "KEY_NOT_ENROLLED")


def test_no_kind_of_statement_is_without_its_row():
    """Complete by construction: the product's own kinds, each attack for each, and nowhere else is anything signed."""
    assert set(TABLE) == set(statements._OWN) | {pack.KIND}
    assert {attack for row in TABLE.values() for attack in row} == set(ATTACKS)
    assert all(set(row) == set(ATTACKS) for row in TABLE.values())
    assert set(trusted.SIGNED_KINDS.values()) <= set(TABLE)
    assert set(verify_signatures.KEPT) == set(keeping._RECORDS.values())
    folder = Path(steps.__file__).parents[1]
    signs = {(path.name, name) for path in folder.rglob("*.py")
             for name in re.findall(r"(?<![\w.])sign\((\w+), ", path.read_text(encoding="utf-8")) if name != "self"}
    assert signs == {("trusted.py", "kind"), ("approve_files.py", "kind"), ("keeping.py", "KEEPING"),
                     ("people.py", "CARD"), ("people.py", "PEOPLE"), ("pack.py", "KIND"),
                     ("dashboard_login.py", "LOG_IN")}


def test_a_file_signed_by_two_is_carried_out_once(court, tmp_path):
    """A11: the file of the first signature, signed once more after it was done."""
    with court.made.copy(tmp_path).at_work() as desk, pytest.raises(EtlError) as told:
        steps.sign_keeping(desk.root / "hold.json", person="cleo", workspace=desk.place.root)
    assert told.value.code == "STATEMENT_USED"


def test_an_answer_file_does_not_undo_a_withdrawal(court, tmp_path):
    """A11: the statement of the approval that was taken back, written once more."""
    with court.made.copy(tmp_path).at_work() as desk:
        old = next(record for record in desk.records() if record.type == "approve")
        body = {name: value for name, value in old.body.items() if name != "evidence"}
        record = audit_log.append(desk.place, COMPANY, "approve", json.loads(json.dumps(body)), person="cleo",
                                  now=court.now)
        with pytest.raises(EtlError) as told:
            signing.Hearing(trust(court, court.people), desk.records(), court.now).hold(
                old.body["signed"], court.facts, record.number)
    assert told.value.code == "APPROVAL_WITHDRAWN"


def test_the_list_of_people_is_not_believed_when_it_was_edited(court, tmp_path):
    """A09 for every kind: with one letter of the list changed nothing that rests on it is proven."""
    desk = court.made.copy(tmp_path)
    path = sorted(desk.place.audit_log(PEOPLE_LOG).glob("*.json"))[-1]
    path.write_bytes(path.read_bytes().replace(b'"payloadSha256": "', b'"payloadSha256": "0', 1))
    outcome = steps.verify(desk.place.root)
    assert (outcome.exit_code, path.name in outcome.text()) == (1, True)
