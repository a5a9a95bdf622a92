"""Hours of persons' weeks approved here: bound to what they are, void when anything moves, never one's own."""

from __future__ import annotations

import base64
import json

import pytest

from etl import steps
from etl.steps import time_inputs, trusted
from etl.trust import statements
from tests.trust import office
from tests.trust.office import COMPANY, ENDS
from tests.trust.test_signed_week import refused, refused_code, said, signed_as

pytestmark = [pytest.mark.capability("C24"), pytest.mark.capability("M5")]
MONDAY, E2 = "2026-11-02", "E2"
FIRST = f"{MONDAY}-0,ann@tiny.example,Web,Code,{MONDAY} 08:00:00,4:00:00"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """An office where hours are approved here; tess approves everybody's."""
    made = office.make(tmp_path_factory.mktemp("office"))
    settings = made.place.mappings(COMPANY) / "company.toml"
    settings.write_text(settings.read_text().replace("[billing]", '[approval]\ntime = "here"\n[billing]', 1))
    with made.at_work():
        made.enroll("tess")
        made.grant("tess", "time_approver", team=["*"])
        steps.pull(made.run("dana"))
    return made


@pytest.fixture
def desk(made, tmp_path):
    with made.copy(tmp_path).at_work() as copied:
        yield copied


@pytest.fixture(scope="module")
def answered(made, tmp_path_factory):
    """A copy in which both weeks are approved."""
    copied = made.copy(tmp_path_factory.mktemp("answered"))
    with copied.at_work():
        approve(copied)
    return copied


def approve(desk, person="tess", **more):
    return steps.approve_time(desk.run(person), person=person, **more)


def states(draft, stream="bill"):
    """Entries by state and reason in a stream, each with its seconds."""
    found = {}
    for row in draft.table("entries").to_pylist():
        key = row[f"{stream}_state"], row[f"{stream}_reason"]
        found[key] = found.get(key, 0) + row["worked_seconds"]
    return found


def deliver(desk, old, new):
    """Another export of the tracker, one text of it replaced."""
    file = next(path for path in desk.place.inbox(COMPANY).glob("*.csv"))
    text = file.read_text()
    assert old in text
    (desk.place.inbox(COMPANY) / f"time-{len(desk.records())}.csv").write_text(text.replace(old, new))
    file.unlink()
    steps.pull(desk.run("dana"))


def test_hours_nobody_approved_wait_in_cost_and_billing_and_are_paid(desk):
    """C24: held and counted, paid at the cut-off all the same; nothing is lost on the way."""
    draft = desk.draft()
    entries = draft.table("entries").to_pylist()
    seconds = sum(row["worked_seconds"] for row in entries)
    assert states(draft) == states(draft, "cost") == {("held", "TE260"): seconds}
    assert states(draft, "pay") == {("exported", None): seconds}
    assert draft.manifest["control"]["cost"]["held"]["seconds"] == seconds
    items = [row for row in draft.table("exceptions").to_pylist() if row["code"] == "TE260"]
    assert len(items) == len(entries)
    assert items[0]["found"] == "week from 2026-11-02: not approved; tess approves"
    assert items[0]["due"] == "before the payroll cut-off 2026-11-10 12:00"


def test_where_the_company_says_so_pay_waits_too(desk):
    settings = desk.place.mappings(COMPANY) / "company.toml"
    settings.write_text(settings.read_text().replace('time = "here"', 'time = "here"\nunapproved_pay = "hold"'))
    assert set(states(desk.draft(), "pay")) == {("held", "TE260")}


def test_an_approved_week_goes_out(desk):
    """A list with hours by project, one statement over both weeks, a draft, an export, and verify."""
    listed = steps.time_waiting(desk.run("tess"))
    assert [(row[0], row[2], row[3], row[4], row[5]) for row in listed.rows] == [
        ("E1", MONDAY, "42:00:00", "Web 42:00:00", "waiting"), ("E2", MONDAY, "42:00:00", "Web 42:00:00", "waiting")]
    outcome = approve(desk, seen=dict(listed.facts)["shown"])
    assert outcome.title.startswith("2 person-week(s) approved by tess")
    assert len(said(desk.last("approve_time"))["weeks"]) == 2
    assert steps.time_waiting(desk.run("tess")).title.startswith("0 of 2")
    refused("TIME_NOTHING", lambda: approve(desk))
    draft = desk.draft()
    assert set(states(draft)) == set(states(draft, "cost")) == {("exported", None)}
    desk.approve()
    assert desk.export().exit_code == 0
    assert steps.verify(desk.place.root).exit_code == 0


@pytest.mark.parametrize(("old", "new", "what"), [
    (FIRST, FIRST.replace("4:00:00", "3:30:00"), "3:30:00 was 4:00:00"),
    (f"{MONDAY}-0,ann@tiny.example,Web,", f"{MONDAY}-0,ann@tiny.example,App,", "App / Code was Web / Code"),
    (f"{FIRST},Yes", f"{FIRST},No", "billable No was Yes"),
    (f"{MONDAY} 08:00:00", f"{MONDAY} 07:59:00", "another start"),
])
def test_anything_that_changes_voids_that_week_alone(desk, old, new, what):
    """M5: time, project, billable, start; the finding says what changed and who approves again."""
    approve(desk)
    deliver(desk, old, new)
    draft = desk.draft()
    rows = draft.table("entries").to_pylist()
    assert {row["employee_id"] for row in rows if "TE261" in (row["cost_reason"], row["bill_reason"])} >= {"E1"}
    items = [row["found"] for row in draft.table("exceptions").to_pylist() if row["code"] == "TE261"]
    assert items
    assert all(text.startswith(f"week from {MONDAY}: approved by tess, and since then") for text in items)
    assert any(f"tracker:{MONDAY}-0 {what}" in text for text in items), items[0]
    assert items[0].endswith("tess approves again")
    approve(desk)
    assert steps.time_waiting(desk.run("tess")).title.startswith("0 of 2")


def test_a_new_entry_voids_and_a_mapping_row_does_not(desk):
    approve(desk)
    path = desk.place.mappings(COMPANY) / "projects.csv"
    path.write_text(path.read_text().replace("Mill:Web", "Mill:Site"))
    assert set(states(desk.draft())) == {("exported", None)}
    more = f"more-1,ann@tiny.example,Web,Code,{MONDAY} 18:00:00,1:00:00,Yes"
    deliver(desk, f"\n{MONDAY}-1,", f"\n{more}\n{MONDAY}-1,")
    found = [row["found"] for row in desk.draft().table("exceptions").to_pylist() if row["code"] == "TE261"]
    assert "tracker:more-1 is new, 1:00:00" in found[0]


def test_nobody_approves_their_own_hours(desk):
    """d2: by id, by name and by the tracker's address, with a second key too; others of the team are approved."""
    for person, role in (("bob", "time_approver"),):
        os_name = f"TIMEBOOKS_SECRET_KEY_{person.upper()}"
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(os_name, office.PASSPHRASE)
            desk.enroll(person)
            desk.enroll(person)
            desk.end_key(trusted.people_of(desk.place).now().keys_of(person)[0].id)
            desk.grant(person, role, team=["*"])
            refused("TIME_OWN", lambda: approve(desk, "bob", employees=["E2"]))
            assert approve(desk, "bob").rows[0][0] == "E1"   # bob is E2
            weeks = [{"employee": E2, "week": MONDAY, "content": "0" * 64, "seconds": 1, "entries": 1}]
            fields = said(desk.last("approve_time")) | {"weeks": weeks}
            desk.append("approve_time", {"weeks": weeks, "signed": signed_as(
                desk, "bob", statements.APPROVE_TIME, fields)}, "bob")
            run = desk.run("dana")
            assert [one.employee for one in time_inputs.approved_weeks(run, run.window)] == ["E1"]


def test_only_the_own_team(desk):
    desk.grant("tess", "time_approver", team=["E1"])
    refused("NOT_PERMITTED", lambda: approve(desk, employees=["E2"]), "team")
    assert [row[0] for row in approve(desk).rows] == ["E1"]
    refused("NOT_PERMITTED", lambda: approve(desk, "cleo"))
    refused("NOT_PERMITTED", lambda: approve(desk, "dana"))
    found = {row["found"] for row in desk.draft().table("exceptions").to_pylist() if row["code"] == "TE260"}
    assert found == {"week from 2026-11-02: not approved; a time approver approves"}


def test_what_is_approved_is_what_was_seen(desk):
    seen = dict(steps.time_waiting(desk.run("tess")).facts)["shown"]
    deliver(desk, ",4:00:00,", ",4:01:00,")
    refused("TIME_SEEN", lambda: approve(desk, seen=seen))


@pytest.mark.parametrize("change", [
    {"company": "other"}, {"weeks": []}, {"log": {"number": 1, "digest": "0" * 64}}, {"workspace": "0" * 32},
    {"person": "dana"}, {"people": {"number": 1, "digest": "0" * 64}}, {"statement": "approve-batch"}, {"more": 1},
])
def test_a_statement_about_anything_else_approves_nothing(answered, tmp_path, change):
    """d3, d4: whatever the statement is bound to, replaced in turn."""
    with answered.copy(tmp_path).at_work() as desk:
        _about_anything_else(desk, change)


def _about_anything_else(desk, change):
    real = desk.last("approve_time")
    given = signed_as(desk, "tess", statements.APPROVE_TIME, said(real) | change)
    (desk.place.audit_log(COMPANY) / f"{real.number:08d}.json").unlink()
    body = {"weeks": real.body["weeks"], "period_end": ENDS[0].isoformat(), "signed": given}
    desk.append("approve_time", body, "tess")
    run = desk.run("dana")
    assert time_inputs.approved_weeks(run, run.window) == []
    assert steps.verify(desk.place.root).exit_code == 1


def test_replayed_unsigned_and_of_another_type_it_approves_nothing(desk):
    """A02, A03: copied to other weeks, without its signature, a batch approval in its place and the reverse."""
    approve(desk)
    real = desk.last("approve_time")
    run = desk.run("dana")
    path = desk.place.audit_log(COMPANY) / f"{real.number:08d}.json"
    path.unlink()
    other = [{**week, "week": "2026-11-09"} for week in real.body["weeks"]]
    for body in ({"weeks": other, "signed": real.body["signed"]}, {"weeks": real.body["weeks"]}):
        record = desk.append("approve_time", body, "tess")
        assert time_inputs.approved_weeks(run, run.window) == []
        (desk.place.audit_log(COMPANY) / f"{record.number:08d}.json").unlink()
    draft = desk.draft()
    desk.approve()
    batch = desk.last("approve").body["signed"]
    trust = trusted.trust_of(desk.place, COMPANY, "two_person", desk.records())
    bench = trust.bench(desk.records())
    for given, kind in ((batch, statements.APPROVE_TIME), (real.body["signed"], statements.APPROVE_BATCH),
                        (real.body["signed"], statements.APPROVE_MAPPING)):
        assert refused_code(lambda: bench.signed(given, kind, 9)) == "STATEMENT_TYPE"  # noqa: B023
    desk.approve_again({"signed": real.body["signed"]}, "tess")
    refused("STATEMENT_TYPE", desk.export, "check 1")
    assert draft.batch == 1


def test_one_bit_and_a_stolen_key(desk):
    """Each flipped byte of payload and signature; a key reported stolen from before the approval."""
    last_honest = desk.records()[-1].number
    approve(desk)
    real = desk.last("approve_time")
    trust = trusted.trust_of(desk.place, COMPANY, "two_person", desk.records())
    for name in ("payload", "sig"):
        signed = real.body["signed"]
        content = base64.b64decode(signed["payload"] if name == "payload" else signed["signatures"][0]["sig"])
        for place in range(0, len(content), 31):
            changed = json.loads(json.dumps(signed))
            text = base64.b64encode(content[:place] + bytes([content[place] ^ 1]) + content[place + 1:]).decode()
            if name == "payload":
                changed["payload"] = text
            else:
                changed["signatures"][0]["sig"] = text
            code = refused_code(lambda: time_inputs.hold(
                trust, desk.records(), changed, real.body["weeks"], real.number, {}))  # noqa: B023
            assert code in ("SIGNATURE_WRONG", "STATEMENT_FORM")
    key = desk.key_of("tess")
    desk.enroll("tess")
    run = desk.run("dana")
    desk.end_key(key)
    assert len(time_inputs.approved_weeks(run, run.window)) == 2   # replaced: it stays good
    other = desk.key_of("tess")
    approve_again = desk.draft()
    assert approve_again.batch == 1
    assert other != key
    assert last_honest < real.number


def test_what_a_stolen_key_approved_is_void(desk):
    last_honest = desk.records()[-1].number
    approve(desk)
    key = desk.key_of("tess")
    desk.enroll("tess")
    draft = desk.draft()
    desk.approve()
    desk.end_key(key, f"{COMPANY}:{last_honest}")
    refused("TIME_CHANGED", desk.export)
    assert "approve_time by tess" in steps.verify(desk.place.root).text()
    assert set(states(desk.draft())) == {("held", "TE260")} != set(states(draft))


def test_an_approval_after_the_export_brings_what_waited(tmp_path):
    """Held at the export, approved later: the next batch carries it, once; a later change is a correction too."""
    made = office.make(tmp_path, weeks=3)
    settings = made.place.mappings(COMPANY) / "company.toml"
    settings.write_text(settings.read_text().replace("[billing]", '[approval]\ntime = "here"\n[billing]', 1))
    with made.at_work():
        made.enroll("tess")
        made.grant("tess", "time_approver", team=["*"])
        made.draft()
        made.approve()
        made.export()
        steps.approve_time(made.run("tess"), person="tess")
        draft = made.draft(ENDS[1])
        lines = draft.table("corrections").to_pylist()
        assert sum(line["amount"] for line in lines if line["stream"] == "bill") == 84 * 120
        assert set(states(draft)) == {("held", "TE260")}
        made.approve(end=ENDS[1])
        made.export(end=ENDS[1])
        third = office.next_week(ENDS[1])
        again = made.draft(third)
        assert not again.has_table("corrections")
        deliver(made, FIRST, FIRST.replace("4:00:00", "3:00:00"))
        lines = made.draft(third).table("corrections").to_pylist()
        assert sum(line["amount"] for line in lines if line["stream"] == "bill") == -120   # and not the whole week back


def test_the_default_asks_nobody(tmp_path):
    made = office.make(tmp_path)
    with made.at_work():
        refused("TIME_NOT_ASKED", lambda: steps.time_waiting(made.run("dana")))
        draft = made.draft()
        assert set(states(draft)) == {("exported", None)}
        assert {item["kind"] for item in draft.manifest["inputs"]} == {"pull", "mapping"}
