"""A company with a people list: who may do what, what an approval is bound to, and every way around it refused."""

from __future__ import annotations

import base64
import json
import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from etl import steps
from etl.errors import EtlError, RefusedError, SettingsError
from etl.steps import trusted
from etl.store import audit_log, batches
from etl.trust import statements
from etl.trust.envelope import add_signature, read_envelope, sign, signed_bytes
from etl.trust.keys import open_key
from etl.workspace import PEOPLE_LOG
from tests.trust import office
from tests.trust.office import COMPANY, ENDS

pytestmark = [pytest.mark.capability("C24"), pytest.mark.capability("C117")]


@pytest.fixture(scope="module")
def drafted(tmp_path_factory):
    """An office whose first week is drafted."""
    made = office.make(tmp_path_factory.mktemp("office"))
    with made.at_work():
        made.draft()
    return made


@pytest.fixture
def desk(drafted, tmp_path):
    """A copy to work in, with everybody's key."""
    with drafted.copy(tmp_path).at_work() as copied:
        yield copied


@pytest.fixture(scope="module")
def signed(drafted, tmp_path_factory):
    """The same, approved by cleo."""
    copied = drafted.copy(tmp_path_factory.mktemp("signed"))
    with copied.at_work():
        copied.approve()
    return copied


@pytest.fixture
def approved(signed, tmp_path):
    """A copy of that one to work in."""
    with signed.copy(tmp_path).at_work() as copied:
        yield copied


def refused(code, action, *words):
    """The refusal of an action, with its code and what its message must say."""
    with pytest.raises(EtlError) as caught:
        action()
    assert caught.value.code == code, caught.value
    assert all(word in str(caught.value) for word in words), caught.value
    return caught.value


def signed_as(desk, person, kind, fields, key=None):
    """A statement signed with somebody's own key, whatever it says."""
    standing = trusted.people_of(desk.place).now()
    private = open_key(desk.root / "keys", person, standing.keys_of(person))
    payload = json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()
    return sign(kind, payload, private).as_json()


def said(record):
    """What the signed statement of a record says."""
    return json.loads(base64.b64decode(record.body["signed"]["payload"]))


def test_a_week_through_four_hands(approved):
    assert approved.export().exit_code == 0
    records = approved.records()
    assert [(record.type, record.person) for record in records if record.type in ("draft", "approve", "export")] == [
        ("draft", "dana"), ("approve", "cleo"), ("export", "olga")]
    assert said(approved.last("approve"))["drafts"][0]["manifest"] == approved.last("export").text("manifest")
    sheet = json.loads(next(approved.place.evidence(COMPANY, ENDS[0]).glob("*approval*")).read_text())
    log = said(approved.last("approve"))["drafts"][0]["log"]
    assert sheet["audit_log_head"] == log == {"number": records[2].number, "digest": records[2].digest}
    outcome = steps.verify(approved.place.root)
    assert outcome.exit_code == 0, outcome.text()
    assert f"{PEOPLE_LOG}:" in dict(outcome.facts)["audit log"]


def test_not_approved_is_not_exported(desk):
    refused("NOT_APPROVED", desk.export)


def test_the_preparer_does_not_approve(desk):
    """A01, R15: not by role, and with the role of an approver not either, and not with a second key."""
    refused("NOT_PERMITTED", lambda: desk.approve("dana"), "batch_approver")
    refused("PEOPLE_CHANGE", lambda: desk.grant("dana", "batch_approver"), "preparer", "two_person")
    desk.change({"change": "take-away", "person": "dana", "company": COMPANY, "role": "preparer"})
    desk.grant("dana", "batch_approver")
    refused("SAME_PERSON", lambda: desk.approve("dana"))
    desk.enroll("dana")   # a second key
    body = {"signed": signed_as(desk, "dana", statements.APPROVE_BATCH, _as_dana(desk))}
    desk.append("approve", _bound(desk) | body, "dana")
    refused("SAME_PERSON", desk.export)


def _bound(desk):
    draft = batches.find_draft(desk.place, COMPANY, ENDS[0], desk.records())
    return {"company": COMPANY, "batch": 1, "revision": 1, "manifest": draft.manifest_digest,
            "control": draft.manifest["control"], "prepared_by": "dana", "policy": "two_person",
            "period_end": ENDS[0].isoformat()}


def _as_dana(desk):
    prepared = said(desk.last("draft"))
    key = trusted.people_of(desk.place).now().keys_of("dana")[0].id
    return prepared | {"statement": "approve-batch", "request": "", "expires": "2099-01-01T00:00:00Z", "key": key}


def test_the_second_key_of_the_preparer_is_the_preparer(desk):
    """A01: signed with either key, the person is compared; ending the role of preparer does not help."""
    desk.change({"change": "take-away", "person": "dana", "company": COMPANY, "role": "preparer"})
    desk.grant("dana", "batch_approver")
    first = desk.key_of("dana")
    desk.enroll("dana")
    desk.end_key(first)
    assert desk.key_of("dana") != first
    refused("SAME_PERSON", lambda: desk.approve("dana"))


@pytest.mark.parametrize(("change", "code"), [
    ({"batch": 2}, "STATEMENT_OTHER"), ({"revision": 2}, "STATEMENT_OTHER"), ({"company": "other"}, "STATEMENT_OTHER"),
    ({"manifest": "0" * 64}, "STATEMENT_OTHER"), ({"batch_key": "0" * 64}, "STATEMENT_OTHER"),
    ({"control": {}}, "STATEMENT_OTHER"), ({"gross": {}}, "STATEMENT_OTHER"),
    ({"prepared_by": "olga"}, "STATEMENT_OTHER"),
    ({"policy": "single_person"}, "STATEMENT_OTHER"), ({"log": {"number": 1, "digest": "0" * 64}}, "STATEMENT_OTHER"),
])
def test_an_approval_of_anything_else_does_not_pass(approved, change, code):
    """A02, R16: each thing that the approval is bound to, replaced by another; signed by cleo, who may approve."""
    fields = said(approved.last("approve"))
    fields["drafts"][0] |= change
    approved.approve_again({"signed": signed_as(approved, "cleo", statements.APPROVE_BATCH, fields)})
    refused(code, approved.export, "of the export")


@pytest.mark.parametrize(("change", "code"), [
    ({"workspace": "0" * 32}, "STATEMENT_OTHER"), ({"product": "0.0.1"}, "STATEMENT_OTHER"),
    ({"person": "dana"}, "STATEMENT_OTHER"), ({"key": "0" * 64}, "STATEMENT_OTHER"),
    ({"people": {"number": 3, "digest": "0" * 64}}, "STATEMENT_OTHER"),
    ({"expires": "2020-01-01T00:00:00Z"}, "STATEMENT_EXPIRED"),
    ({"signed_at": "2099-01-01T00:00:00Z"}, "STATEMENT_TIME"),
    ({"signed_at": "2020-01-01T00:00:00Z"}, "STATEMENT_TIME"), ({"format": 2}, "STATEMENT_FORM"),
    ({"statement": "prepare"}, "STATEMENT_FORM"), ({"more": 1}, "STATEMENT_FORM"), ({"drafts": []}, "STATEMENT_OTHER"),
    ({"signed_at": "yesterday"}, "STATEMENT_FORM"),
])
def test_a_statement_made_elsewhere_or_otherwise_does_not_pass(approved, change, code):
    """A02, A04, A07: workspace, version, person, times and form are inside the signed bytes."""
    fields = said(approved.last("approve")) | change
    approved.approve_again({"signed": signed_as(approved, "cleo", statements.APPROVE_BATCH, fields)})
    refused(code, approved.export)


@pytest.mark.parametrize(("how", "code"), [
    ("as it is", "STATEMENT_TYPE"), ("renamed", "STATEMENT_FORM"), ("made to fit", "SIGNATURE_WRONG")])
def test_a_statement_of_another_type_is_none(approved, how, code):
    """A03: neither as it is, nor with its type rewritten; the type is inside what is signed."""
    given = approved.last("draft").body["signed"]
    if how == "made to fit":
        given = signed_as(approved, "cleo", "prepare", said(approved.last("approve")))
    if how != "as it is":
        given = given | {"payloadType": given["payloadType"].replace("prepare", "approve-batch")}
    approved.approve_again({"signed": given})
    refused(code, approved.export)
    assert signed_bytes("prepare", b"x") != signed_bytes("approve-batch", b"x")


def test_an_approval_of_last_week_does_not_approve_this_one(tmp_path):
    """A02: replayed for another batch of the same company."""
    made = office.make(tmp_path, weeks=2)
    with made.at_work():
        made.draft()
        made.approve()
        replayed = made.last("approve").body["signed"]
        made.export()
        second = made.draft(ENDS[1])
        made.append("approve", _bound_of(second) | {"signed": replayed}, "cleo")
        refused("STATEMENT_OTHER", lambda: made.export(end=ENDS[1]), "not about acme")
        made.approve(end=ENDS[1])
        assert made.export(end=ENDS[1]).exit_code == 0


def _bound_of(draft):
    return {"company": draft.company, "batch": draft.batch, "revision": draft.revision,
            "manifest": draft.manifest_digest, "control": draft.manifest["control"], "prepared_by": draft.person,
            "policy": "two_person", "period_end": draft.period_end.isoformat()}


def test_a_key_that_was_ended_signs_nothing_any_more(desk):
    """A01, d8: ended before the signature it is refused on this machine and in a record written around the command."""
    old = desk.key_of("cleo")
    desk.approve()
    fields = said(desk.last("approve"))
    envelope = signed_as(desk, "cleo", statements.APPROVE_BATCH, fields)
    desk.end_key(old)
    desk.enroll("cleo")
    desk.append("approve", _bound(desk) | {"signed": envelope}, "cleo")
    refused("KEY_ENDED", desk.export, "replaced")


def test_what_a_key_signed_before_it_was_replaced_stays_good(approved):
    """The rotation: a new key with overlap, the old one ended; the approval that stands lets the draft out."""
    old = approved.key_of("cleo")
    approved.enroll("cleo")
    approved.end_key(old)
    assert approved.key_of("cleo") != old
    assert approved.export().exit_code == 0
    assert steps.verify(approved.place.root).exit_code == 0


def test_the_new_key_approves_after_the_rotation(desk):
    old = desk.key_of("cleo")
    desk.enroll("cleo")
    desk.end_key(old)
    desk.approve()
    assert said(desk.last("approve"))["key"] == desk.key_of("cleo")
    assert desk.export().exit_code == 0


def test_what_a_stolen_key_signed_since_is_void_and_to_be_repeated(approved):
    """d8: ended with the position since when it was stolen, its later approvals count no more, and are listed."""
    draft = approved.last("draft").number
    key = approved.key_of("cleo")
    approved.enroll("cleo")
    approved.end_key(key, f"{COMPANY}:{draft}")
    refused("KEY_ENDED", approved.export)
    told = steps.verify(approved.place.root)
    assert (told.exit_code, "approve by cleo" in dict(told.facts)["signed with a stolen key, to be repeated"]) == (
        0, True)
    approved.approve()
    assert approved.export().exit_code == 0


def test_a_key_enrolled_later_did_not_sign_before(approved):
    """A01: not yet valid at the position of the record."""
    approved.enroll("cleo")
    standing = trusted.people_of(approved.place).now()
    newest = standing.keys_of("cleo")[-1]
    private = open_key(approved.root / "keys", "cleo", [newest])
    fields = said(approved.last("approve")) | {"key": newest.id}
    envelope = sign(statements.APPROVE_BATCH, json.dumps(fields).encode(), private).as_json()
    trust = trusted.trust_of(approved.place, COMPANY, "two_person", approved.records())
    bench = trust.bench(approved.records())
    refused("KEY_NOT_YET", lambda: bench.signed(envelope, statements.APPROVE_BATCH, approved.last("approve").number))
    assert bench.signed(envelope, statements.APPROVE_BATCH, len(approved.records()) + 1).person == "cleo"


def test_an_unknown_key_signs_nothing(approved):
    """A01: eve made herself a key and writes cleo's name."""
    card = approved.card("eve")
    public = json.loads(base64.b64decode(json.loads(card.read_text())["payload"]))
    from etl.trust.standing import Key, public_bytes

    private = open_key(approved.root / "keys", "eve", [Key("eve", public_bytes(public["public"]))])
    payload = json.dumps(said(approved.last("approve"))).encode()
    approved.approve_again({"signed": sign(statements.APPROVE_BATCH, payload, private).as_json()})
    refused("KEY_UNKNOWN", approved.export)


def test_no_signature_no_export(approved):
    """A record by name, as before there was a list."""
    unsigned = {name: value for name, value in approved.last("approve").body.items()
                if name not in ("signed", "evidence")}
    approved.append("approve", unsigned, "cleo")
    refused("NOT_SIGNED", approved.export)
    assert "is not signed" in steps.verify(approved.place.root).text()


@pytest.mark.parametrize("where", ["payload", "sig", "keyid"])
def test_one_bit_of_a_statement_is_enough(approved, where):
    """R16: each of the first bits of payload, signature and key id flipped in turn."""
    signed = approved.last("approve").body["signed"]
    content = base64.b64decode(signed["payload"] if where == "payload" else signed["signatures"][0]["sig"])
    for bit in range(0, len(content) * 8, 97 if where == "payload" else 8):
        changed = json.loads(json.dumps(signed))
        if where == "keyid":
            text = changed["signatures"][0]["keyid"]
            changed["signatures"][0]["keyid"] = ("0" if text[0] != "0" else "1") + text[1:]
        else:
            spoiled = bytearray(content)
            spoiled[bit // 8] ^= 1 << bit % 8
            text = base64.b64encode(bytes(spoiled)).decode()
            if where == "payload":
                changed["payload"] = text
            else:
                changed["signatures"][0]["sig"] = text
        trust = trusted.trust_of(approved.place, COMPANY, "two_person", approved.records())
        bench = trust.bench(approved.records())
        error = refused_code(lambda: bench.signed(changed, statements.APPROVE_BATCH, 4))  # noqa: B023
        assert error in ("SIGNATURE_WRONG", "STATEMENT_FORM", "KEY_UNKNOWN"), bit


def refused_code(action):
    with pytest.raises(RefusedError) as caught:
        action()
    return caught.value.code


@pytest.mark.capability("M5", "M6")
def test_a_changed_draft_is_not_what_was_approved(approved):
    """R16: every file of the draft with one bit flipped in turn."""
    draft = batches.find_draft(approved.place, COMPANY, ENDS[0], approved.records())
    for path in sorted(draft.folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
            refused("DAMAGE", approved.export)
            path.write_bytes(content)
    assert approved.export().exit_code == 0


@pytest.mark.capability("M6")
def test_changed_inputs_stop_the_export(approved):
    """Check 7: what the draft was made from is looked at too."""
    for path in (next(approved.place.landing(COMPANY).rglob("received/*")),
                 next((approved.place.landing(COMPANY) / "mappings").rglob("items.csv"))):
        content = path.read_bytes()
        path.write_bytes(content + b"\n")
        refused("DAMAGE", approved.export)
        path.write_bytes(content)
    assert approved.export().exit_code == 0


def test_a_new_revision_is_not_approved(approved):
    rates = approved.place.mappings(COMPANY) / "rates.csv"
    rates.write_text(rates.read_text().replace("120.00", "121.00"))
    approved.draft()
    refused("NOT_APPROVED", approved.export)


def test_limits_hold_for_the_gross_amount(desk):
    """A06, A10: a limit in the batch's currency, and one that names another currency only."""
    desk.grant("cleo", "batch_approver", limits={"USD": "100.00"})
    refused("OVER_LIMIT", desk.approve, "gross")
    desk.grant("cleo", "batch_approver", limits={"EUR": "1000000"})
    refused("OVER_LIMIT", desk.approve)
    desk.grant("cleo", "batch_approver", limits={"USD": "1000000"})
    desk.approve()
    assert desk.export().exit_code == 0


def test_roles_count_where_the_approval_stands(approved):
    """A06: taken away after signing it stays valid; before, it is refused."""
    approved.change({"change": "take-away", "person": "cleo", "company": COMPANY, "role": "batch_approver"})
    refused("NOT_PERMITTED", approved.approve)
    assert approved.export().exit_code == 0


def test_without_the_role_a_signature_is_none(approved):
    approved.change({"change": "take-away", "person": "cleo", "company": COMPANY, "role": "batch_approver"})
    approved.approve_again({"signed": signed_as(approved, "cleo", statements.APPROVE_BATCH,
                                                said(approved.last("approve")))})
    refused("NOT_PERMITTED", approved.export)


def test_the_policy_of_the_list_counts(approved):
    """A weaker policy in company.toml alone changes nothing."""
    settings = approved.place.mappings(COMPANY) / "company.toml"
    settings.write_text(settings.read_text().replace("two_person", "single_person"))
    refused("POLICY_CHANGED", lambda: (approved.draft(), approved.approve()))


def test_two_signatures_of_one_person_are_no_approval(approved):
    """A05: one person answers for an approval, with one signature."""
    signed = read_envelope(approved.last("approve").body["signed"])
    approved.enroll("cleo")
    standing = trusted.people_of(approved.place).now()
    second = open_key(approved.root / "keys", "cleo", [standing.keys_of("cleo")[-1]])
    approved.approve_again({"signed": add_signature(signed, second).as_json()})
    refused("STATEMENT_OTHER", approved.export, "more than one signature")


@pytest.mark.capability("M5")
def test_four_eyes_keeps_publisher_and_author_apart(tmp_path):
    """Under four_eyes the approver neither publishes nor wrote the cross-references."""
    made = office.make(tmp_path, policy="four_eyes")
    with made.at_work():
        made.draft()
        made.grant("cleo", "operator")
        made.approve()
        refused("SAME_PERSON", lambda: made.export("cleo"), "publishes")
        made.append("billing_review", {"period_end": ENDS[0].isoformat()}, "cleo")
        made.append("approve", _bound(made) | {"policy": "four_eyes", "signed": made.last("approve").body["signed"]},
                    "cleo")
        refused("SAME_PERSON", made.export, "author")


@pytest.mark.capability("C116")
def test_every_verb_is_for_its_roles_alone(desk):
    """C116: the whole matrix, verb by role, through the gate in front of every step."""
    from etl.trust.permissions import ROLES, matrix

    desk.enroll("max")
    allowed = 0
    for role in ROLES:
        company = "*" if role == "administrator" else COMPANY
        team = {"team": ["*"]} if role == "time_approver" else {}
        desk.grant("max", role, company, **team)
        for verb, roles in matrix().items():
            if role in roles:
                trusted.permit(desk.place, COMPANY, verb, "max")
                allowed += 1
            else:
                assert refused_code(lambda: trusted.permit(desk.place, COMPANY, verb, "max")) == "NOT_PERMITTED"  # noqa: B023
        desk.change({"change": "take-away", "person": "max", "company": company, "role": role})
    assert allowed == sum(len(roles) for roles in matrix().values())
    for stage in (steps.pull, steps.map_entries, steps.apply_rules, steps.check, steps.draft, steps.export,
                  steps.reconcile, steps.close):
        assert refused_code(lambda: stage(desk.run("max"))) == "NOT_PERMITTED"  # noqa: B023
    place, file = desk.place.root, desk.root / "any.csv"
    file.touch()
    for step in (lambda: steps.take_in_review(desk.run("max"), file),
                 lambda: steps.take_in_sign_off(desk.run("max"), file), lambda: steps.rollback(desk.run("max"), "why"),
                 lambda: steps.take_in_mapping_sheet(place, COMPANY, file, person="max"),
                 lambda: steps.confirm_rule(COMPANY, "us-flsa", "max", "read", workspace=place),
                 lambda: steps.assign_exception(COMPANY, "0" * 10, "max", person="max", workspace=place),
                 lambda: steps.fix_exception(COMPANY, "0" * 10, "done", person="max", workspace=place),
                 lambda: steps.verify_exception(COMPANY, "0" * 10, person="max", workspace=place),
                 lambda: steps.approve_time(desk.run("max"), person="max"),
                 lambda: steps.replay_mapping(COMPANY, 1, person="max", workspace=place),
                 lambda: steps.approve_mapping(COMPANY, "0" * 16, person="max", workspace=place),
                 lambda: steps.revert_mapping(COMPANY, "why", person="max", workspace=place)):
        assert refused_code(step) == "NOT_PERMITTED"
    refused("PERSON_UNKNOWN", lambda: steps.load_rates(file, COMPANY, place))   # by the name at the machine
    refused("PERSON_UNKNOWN", lambda: steps.pull(desk.run("nobody")))


@pytest.mark.capability("C116")
def test_every_verb_of_the_table_is_asked_for():
    """No step does without asking what the table gives to few: each verb stands in front of one."""
    from etl.trust.permissions import matrix

    folder = Path(trusted.__file__).parent
    text = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    asked = set(re.findall(r"(?:permit\([^)\n]*|_staged\()\"([a-z_]+)\"", text))
    elsewhere = {"change_people", "request_approval"}   # by signature; by a constant
    assert set(matrix()) - asked == elsewhere


def test_a_people_list_edited_by_hand_is_refused(approved):
    """A09: a role added in place, a record left out, a record by one administrator, a list of one's own."""
    folder = approved.place.audit_log(PEOPLE_LOG)
    last = sorted(folder.glob("*.json"))[-1]
    content = last.read_bytes()
    record = json.loads(content)
    payload = json.loads(base64.b64decode(record["payload"]))
    inner = json.loads(base64.b64decode(payload["body"]["signed"]["payload"]))
    inner["changes"][0] |= {"person": "dana", "role": "batch_approver"}
    payload["body"]["signed"]["payload"] = base64.b64encode(
        json.dumps(inner, sort_keys=True, separators=(",", ":")).encode()).decode()
    _write_record(last, payload)
    refused("PEOPLE_LIST", approved.export, last.name)
    assert last.name in steps.verify(approved.place.root).text()
    last.unlink()
    refused("NOT_PERMITTED", approved.export)   # the operator was granted by the last record
    last.write_bytes(content)
    inner["changes"][0] |= {"person": "olga", "role": "accountant"}
    one = signed_as(approved, "ada", statements.PEOPLE, inner | {
        "people": {"number": int(last.stem), "digest": audit_log.read_log(approved.place, PEOPLE_LOG)[-1].digest}})
    audit_log.append(approved.place, PEOPLE_LOG, "people", {"signed": one}, person="ada",
                     now=approved.run("dana").now())
    refused("PEOPLE_LIST", approved.export, "2 different administrator(s)")


def _write_record(path, payload):
    from hashlib import sha256

    from etl.strict_json import dump, dump_lines

    content = dump(payload)
    path.write_bytes(dump_lines({
        "payloadType": "application/vnd.timebooks.record+json;v=1", "payload": base64.b64encode(content).decode(),
        "payloadSha256": sha256(content).hexdigest(), "signatures": []}))


def test_the_list_cannot_be_lost_or_replaced(approved, tmp_path_factory):
    """With the list gone nothing goes out; another one, founded by somebody else, does not fit what was signed."""
    folder = approved.place.audit_log(PEOPLE_LOG)
    shutil.move(folder, approved.root / "aside")
    refused("PEOPLE_MISSING", approved.export)
    told = steps.verify(approved.place.root)
    assert (told.exit_code, "people list is gone" in told.text()) == (1, True)
    other = office.make(tmp_path_factory.mktemp("other"))
    shutil.copytree(other.place.audit_log(PEOPLE_LOG), folder)
    refused("KEY_UNKNOWN", approved.export)
    assert steps.verify(approved.place.root).exit_code == 1


def test_a_cut_log_shows_in_the_people_list(approved):
    """A08: the list names where each audit log ended; so does every statement."""
    approved.enroll("cleo")
    log = sorted(approved.place.audit_log(COMPANY).glob("*.json"))
    log[-1].unlink()
    told = steps.verify(approved.place.root)
    assert (told.exit_code, "was cut or changed since" in told.text()) == (1, True)
    anchor = dict(steps.verify(approved.place.root).facts)["audit log"].split("; ")[-1]
    assert steps.verify(approved.place.root, anchors=[anchor]).exit_code == 1
    sorted(approved.place.audit_log(PEOPLE_LOG).glob("*.json"))[-1].unlink()
    assert "as it was noted outside" in steps.verify(approved.place.root, anchors=[anchor]).text()


def test_a_guessed_chain_without_the_keys_is_seen(approved):
    """A08: the approval's body rewritten and the chain recomputed; the signature does not fit any more."""
    path = approved.place.audit_log(COMPANY) / f"{approved.last('approve').number:08d}.json"
    payload = json.loads(base64.b64decode(json.loads(path.read_bytes())["payload"]))
    payload["body"]["prepared_by"] = "olga"
    _write_record(path, payload)
    told = steps.verify(approved.place.root)
    assert (told.exit_code, "prepared_by differ" in told.text()) == (1, True)


def test_an_expired_approval_is_repeated(approved, monkeypatch):
    later = approved.run("olga").now() + timedelta(days=40)
    monkeypatch.setattr(steps.Run, "now", lambda run: later)
    refused("STATEMENT_EXPIRED", approved.export, "check 10")
    approved.approve()
    assert approved.export().exit_code == 0


def test_no_private_key_leaves_its_file(approved):
    """R24, d8: nothing of a private key or its passphrase lies in the workspace; its file is for its owner alone."""
    approved.export()
    files = [path for path in approved.place.root.rglob("*") if path.is_file()]
    everything = b"".join(path.read_bytes() for path in files)
    assert office.PASSPHRASE.encode() not in everything
    assert base64.b64encode(office.PASSPHRASE.encode()) not in everything
    assert b"PRIVATE KEY" not in everything
    for path in (approved.root / "keys").iterdir():
        assert path.stat().st_mode & 0o077 == 0
        assert b"ENCRYPTED PRIVATE KEY" in path.read_bytes()


def test_a_key_file_must_be_as_it_was_made(desk, monkeypatch):
    path = next((desk.root / "keys").glob("cleo-*.pem"))
    path.chmod(0o644)
    refused("KEY_FILE", desk.approve, "other people")
    path.chmod(0o600)
    monkeypatch.setenv("TIMEBOOKS_SECRET_KEY_CLEO", "a wrong passphrase")
    error = refused("KEY_LOCKED", desk.approve)
    assert "wrong passphrase" not in str(error)
    monkeypatch.setenv("TIMEBOOKS_SECRET_KEY_CLEO", office.PASSPHRASE)
    monkeypatch.setenv("TIMEBOOKS_KEYS", str(desk.place.root / "data" / "keys"))
    refused("KEY_FILE", desk.approve, "inside a workspace")
    monkeypatch.setenv("TIMEBOOKS_KEYS", str(desk.root / "none"))
    refused("KEY_MISSING", desk.approve)
    monkeypatch.setenv("TIMEBOOKS_SECRET_KEY_EVE", "short")
    with pytest.raises(SettingsError, match="too short"):
        desk.card("eve")
