"""The audit log: numbered, chained, strict; whatever was done to it is named."""

from __future__ import annotations

import base64
import json
import multiprocessing
from datetime import UTC, datetime, timedelta, timezone

import pytest

from etl.errors import BusyError, DamageError, StoreError
from etl.store import audit_log, files
from etl.store.records import Statement, encode
from tests.store.week import COMPANY, NOW, PREPARER


@pytest.fixture
def log(workspace):
    """Four records: the opening and three notes."""
    for n in (1, 2, 3):
        append(workspace, n)
    return workspace.audit_log(COMPANY)


def append(workspace, n, company=COMPANY):
    return audit_log.append(workspace, company, "hold", {"entry": f"E{n}"}, person=PREPARER, now=NOW)


def payload(path):
    return json.loads(base64.b64decode(json.loads(path.read_bytes())["payload"]))


def rewrite(path, **changed):
    """The record with other fields, its envelope in order: what an edit by somebody with our program looks like."""
    fields = {**payload(path), **changed}
    said = Statement(fields["type"], fields["body"], fields["person"], NOW)
    path.write_bytes(encode(said, number=fields["number"], previous=fields["previous"], company=fields["company"]))


def test_the_records_form_a_chain(workspace, log):
    records = audit_log.read_log(workspace, COMPANY)
    assert [(record.number, record.type) for record in records] == [(1, "open"), (2, "hold"), (3, "hold"), (4, "hold")]
    assert records[0].body == {"sandbox": False}
    assert [record.previous for record in records] == ["", *(record.digest for record in records[:-1])]
    assert [record.digest for record in records] == [files.sha256_file(path) for path in files.listed(log)]
    assert set(payload(log / "00000002.json")) == {
        "format", "number", "previous", "company", "type", "recorded_at", "person", "product", "body"}
    envelope = json.loads((log / "00000002.json").read_bytes())
    assert (envelope["payloadType"], envelope["signatures"]) == ("application/vnd.timebooks.record+json;v=1", [])


def test_an_instant_is_written_in_utc(workspace):
    there = datetime(2026, 11, 16, 3, 30, 0, 999_999, tzinfo=timezone(timedelta(hours=-5)))
    record = audit_log.append(workspace, COMPANY, "hold", {}, person=PREPARER, now=there)
    assert record.recorded_at == "2026-11-16T08:30:00Z"
    with pytest.raises(ValueError, match="zone"):
        audit_log.append(workspace, COMPANY, "hold", {}, person=PREPARER, now=there.replace(tzinfo=None))


def test_an_empty_log_is_no_error(workspace):
    assert audit_log.read_log(workspace, COMPANY) == ()


def test_opening_twice_writes_once(workspace):
    first = audit_log.ensure_open(workspace, COMPANY, person=PREPARER, now=NOW)
    assert audit_log.ensure_open(workspace, COMPANY, person="Somebody Else", now=NOW) == first
    with pytest.raises(ValueError, match="opened once"):
        audit_log.append(workspace, COMPANY, "open", {}, person=PREPARER, now=NOW)


def _swap(log):
    first, second = log / "00000002.json", log / "00000003.json"
    one, two = first.read_bytes(), second.read_bytes()
    first.write_bytes(two)
    second.write_bytes(one)


def _edit_text(log):
    path = log / "00000003.json"
    path.write_bytes(path.read_bytes().replace(b'"payload"', b'"payload" '))


def _relabel(log):
    path = log / "00000003.json"
    path.write_bytes(path.read_bytes().replace(b"vnd.timebooks.record+json", b"vnd.timebooks.approval+json"))


DAMAGE = [   # what is done, record named, words, why
    (lambda log: (log / "00000003.json").unlink(), 3, "missing", "a record is removed"),
    (lambda log: (log / "00000001.json").unlink(), 1, "missing", "the first record is removed"),
    (_swap, 2, "holds record 3", "two records are swapped"),
    (lambda log: rewrite(log / "00000003.json", body={"entry": "E9"}), 4, "does not follow", "one is edited with care"),
    (lambda log: rewrite(log / "00000004.json", company="other"), 4, "other", "a record of another company"),
    (lambda log: rewrite(log / "00000002.json", type="open", body={"sandbox": False}), 2, "first", "opened twice"),
    (lambda log: rewrite(log / "00000001.json", body={"sandbox": True}), 1, "sandbox", "a company is no sandbox"),
    (lambda log: rewrite(log / "00000001.json", body={"sandbox": False, "x": 1}), 1, "sandbox", "an unknown field"),
    (_edit_text, 3, "not written as", "white space in the envelope"),
    (lambda log: (log / "00000004.json").write_bytes(b""), 4, "damaged", "an empty record"),
    (lambda log: (log / "00000005.json").write_bytes((log / "00000004.json").read_bytes()), 5, "holds record 4",
     "a record stands there twice"),
    (lambda log: (log / "00000003 (1).json").write_bytes(b"{}"), None, "no record", "the copy of a sync client"),
    (lambda log: (log / "00000009.json").write_bytes((log / "00000004.json").read_bytes()), 5, "missing", "a gap"),
]


@pytest.mark.parametrize(("spoil", "number", "words", "why"), DAMAGE)
def test_damage_is_named(workspace, log, spoil, number, words, why):
    spoil(log)
    audit_log._known.clear()   # a test spoils a file within one tick of the clock; a person does not
    with pytest.raises(DamageError, match=words) as caught:
        audit_log.read_log(workspace, COMPANY)
    assert f"data/audit_log/{COMPANY}/" in caught.value.where, why
    assert number is None or f"{number:08d}.json" in caught.value.where, why
    with pytest.raises(DamageError):
        append(workspace, 9)
    assert audit_log.examine(workspace, COMPANY)[1], why


STRICT = [   # fields of the payload, why
    ({"extra": 1}, "an unknown field"),
    ({"number": "3"}, "a number as text"),
    ({"number": True}, "yes is not one"),
    ({"recorded_at": "2026-11-16 08:30"}, "another form of an instant"),
    ({"type": "HOLD"}, "a type in capitals"),
    ({"format": 0}, "no such format"),
]


@pytest.mark.parametrize(("changed", "why"), STRICT)
def test_a_record_in_another_form_is_damage(workspace, log, changed, why):
    path = log / "00000004.json"
    text = json.dumps({**payload(path), **changed}, sort_keys=True, separators=(",", ":")).encode()
    _wrap(path, text)
    with pytest.raises(DamageError):
        audit_log.read_log(workspace, COMPANY)


def test_a_record_with_its_fields_in_another_order_is_damage(workspace, log):
    path = log / "00000004.json"
    _wrap(path, json.dumps(dict(reversed(payload(path).items())), separators=(",", ":")).encode())
    with pytest.raises(DamageError, match="not written as"):
        audit_log.read_log(workspace, COMPANY)


def test_a_repeated_key_in_a_record_is_damage(workspace, log):
    path = log / "00000004.json"
    _wrap(path, base64.b64decode(json.loads(path.read_bytes())["payload"]).replace(b'"person"', b'"format":1,"person"'))
    with pytest.raises(DamageError, match="twice"):
        audit_log.read_log(workspace, COMPANY)


def _wrap(path, text, **changed):
    envelope = {"payload": base64.b64encode(text).decode(), "payloadSha256": files.sha256_bytes(text),
                "payloadType": "application/vnd.timebooks.record+json;v=1", "signatures": []} | changed
    path.write_bytes(json.dumps(envelope, sort_keys=True, indent=1).encode() + b"\n")
    audit_log._known.clear()


NEWER = [({"payloadType": "application/vnd.timebooks.record+json;v=2"}, {}), ({}, {"format": 2, "new_field": "x"})]


@pytest.mark.parametrize(("envelope", "fields"), NEWER)
def test_a_record_of_a_newer_version_is_not_called_damage(workspace, log, envelope, fields):
    path = log / "00000004.json"
    _wrap(path, json.dumps({**payload(path), **fields}, sort_keys=True, separators=(",", ":")).encode(), **envelope)
    with pytest.raises(StoreError, match="newer version") as caught:
        audit_log.read_log(workspace, COMPANY)
    assert (caught.value.code, caught.value.exit_code) == ("RECORD_FORMAT", 2)


def test_a_signature_of_the_right_form_is_read(workspace, log):
    path = log / "00000004.json"
    text = base64.b64decode(json.loads(path.read_bytes())["payload"])
    _wrap(path, text, signatures=[{"keyid": "k1", "sig": "c2ln"}])
    assert len(audit_log.read_log(workspace, COMPANY)) == 4
    _wrap(path, text, signatures=[{"keyid": "k1"}])
    with pytest.raises(DamageError, match="signatures"):
        audit_log.read_log(workspace, COMPANY)


@pytest.mark.parametrize(("company", "sandbox"), [("sandbox-studio", True), ("studio", False)])
def test_the_first_record_says_whether_it_is_a_sandbox(workspace, company, sandbox):
    append(workspace, 1, company)
    assert audit_log.read_log(workspace, company)[0].body == {"sandbox": sandbox}
    moved = workspace.audit_log("studio" if sandbox else "sandbox-studio")
    workspace.audit_log(company).rename(moved)   # somebody renames the folder to get out of the sandbox
    with pytest.raises(DamageError):
        audit_log.read_log(workspace, moved.name)


def test_reading_again_costs_no_parsing(workspace, log, monkeypatch):
    audit_log.read_log(workspace, COMPANY)
    read = []
    real = files.read_bytes
    monkeypatch.setattr(files, "read_bytes", lambda path: read.append(path.name) or real(path))
    audit_log.read_log(workspace, COMPANY)
    assert read == []
    append(workspace, 4)
    assert read == ["00000005.json"]


def test_somebody_else_took_the_number(workspace, log):
    """Another writer is faster by one record; ours takes the next number. By twenty: we give up."""
    def faster(times):
        def hook(name, path):
            if name == "link" and times[0] > 0:
                times[0] -= 1
                number = len(list(log.glob("0*.json")))
                last = files.sha256_file(log / f"{number:08d}.json")
                said = Statement("note", {}, "Other Person", NOW)
                (log / f"{number + 1:08d}.json").write_bytes(
                    encode(said, number=number + 1, previous=last, company=COMPANY))
        return hook
    with files.watched(faster([1])):
        assert append(workspace, 4).number == 6
    with files.watched(faster([99])), pytest.raises(BusyError) as caught:
        append(workspace, 5)
    assert caught.value.code == "LOG_BUSY"
    audit_log.read_log(workspace, COMPANY)
    assert not [path for path in files.listed(log) if files.is_temporary(path)]


def test_a_decision_is_not_made_twice_when_another_run_made_it(workspace, log):
    seen = audit_log.read_log(workspace, COMPANY)
    append(workspace, 4)
    with pytest.raises(BusyError):
        audit_log.commit(workspace, COMPANY, Statement("hold", {}, PREPARER, NOW), seen)
    assert audit_log.commit(workspace, COMPANY, Statement("release", {}, PREPARER, NOW), seen).number == 6


def _append_five(workspace, name):
    for n in range(5):
        audit_log.append(workspace, COMPANY, "note", {"n": n}, person=name, now=datetime(2026, 11, 16, tzinfo=UTC))


def test_four_processes_append_at_once(workspace):
    processes = multiprocessing.get_context("fork")
    workers = [processes.Process(target=_append_five, args=(workspace, f"Person {n}")) for n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert [worker.exitcode for worker in workers] == [0] * 4
    records = audit_log.read_log(workspace, COMPANY)
    assert len(records) == 21
    assert sorted((record.person, record.body["n"]) for record in records[1:]) == [
        (f"Person {n}", i) for n in range(4) for i in range(5)]


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 121, "a\u202eb"])
def test_a_record_names_a_person(workspace, name):
    with pytest.raises(StoreError) as caught:
        audit_log.append(workspace, COMPANY, "hold", {}, person=name, now=NOW)
    assert caught.value.code == "PERSON_MISSING"


def test_a_body_that_lacks_what_it_must_say_is_damage_not_a_traceback(workspace):
    record = append(workspace, 1)
    assert record.text("entry") == "E1"
    for ask in (record.whole, record.day, lambda key: record.text("absent")):
        with pytest.raises(DamageError, match="does not say"):
            ask("entry")
