"""Edited cross-references: replayed, approved by another person, used by a run only then; put back to the byte."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from etl import steps
from etl.mapping.versions import edits, needing_approval
from etl.steps import mapping_versions, trusted
from etl.steps.mapping_trust import bound, hold
from etl.store import batches
from etl.trust import statements
from etl.workspace import Workspace
from tests.faults import tiny
from tests.trust import office
from tests.trust.office import COMPANY, ENDS
from tests.trust.test_signed_week import refused, refused_code, said, signed_as

pytestmark = pytest.mark.capability("C113")
SWITCH = '\n[approval]\nmappings = "replay"\nsecond_above = 500\n'


def edit(place, name, old, new, company=COMPANY):
    """One cell of one file, as a person edits it."""
    path = place.mappings(company) / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """An office that wants edits approved, its first week published."""
    made = office.make(tmp_path_factory.mktemp("office"), weeks=2)
    settings = made.place.mappings(COMPANY) / "company.toml"
    settings.write_text(settings.read_text().replace("[billing]", SWITCH + "[billing]", 1))
    with made.at_work():
        made.draft()
        made.approve()
        made.export()
    return made


@pytest.fixture
def desk(published, tmp_path):
    """A copy to work in."""
    with published.copy(tmp_path).at_work() as copied:
        yield copied


def replayed(desk, person="dana", weeks=4):
    """The replay's outcome and its id."""
    outcome = steps.replay_mapping(COMPANY, weeks, person=person, workspace=desk.place.root)
    return outcome, dict(outcome.facts)["replay"]


def approve(desk, replay, person="cleo"):
    return steps.approve_mapping(COMPANY, replay, person=person, workspace=desk.place.root)


@pytest.mark.capability("M4")
@pytest.mark.capability("C112")
def test_an_edit_is_used_once_it_was_replayed_and_approved(desk):
    """1.00 an hour more: the replay says what a week of it is; until the approval a run uses the old rate."""
    edit(desk.place, "rates.csv", "120.00", "121.00")
    before = desk.draft(ENDS[1])
    assert before.table("billable_lines")["bill_rate"].to_pylist()[0] == 120
    told = desk.run("dana", ENDS[1]).chosen.told
    assert told == ("rates.csv: 1 edit(s) wait for a replay and an approval; the run uses it as approved",)
    outcome, replay = replayed(desk)
    hours = sum(batches.find_batch(desk.place, COMPANY, ENDS[0], desk.records()).table("billable_lines")[
        "bill_seconds"].to_pylist()) // 3600
    assert [row[:3] for row in outcome.rows] == [("customer", "bill", "Mill:Web")]
    assert outcome.rows[0][-1] == f"{hours}.00 USD"
    assert outcome.next_step == f"another person: timebooks approve mapping --company acme --replay {replay}"
    assert approve(desk, replay).next_step.startswith("run the week")
    after = desk.draft(ENDS[1])
    assert after.table("billable_lines")["bill_rate"].to_pylist()[0] == 121
    assert not desk.run("dana", ENDS[1]).chosen.told
    desk.approve(end=ENDS[1])
    assert desk.export(end=ENDS[1]).exit_code == 0
    assert steps.verify(desk.place.root).exit_code == 0


def test_the_replays_id_is_bound_to_the_files(desk):
    """Edited after the replay, or approved over another version: refused; the same edit has the same id."""
    edit(desk.place, "rates.csv", "120.00", "121.00")
    _, replay = replayed(desk)
    assert replayed(desk)[1] == replay
    edit(desk.place, "rates.csv", "121.00", "122.00")
    refused("REPLAY_STALE", lambda: approve(desk, replay), "no longer those")
    refused("REPLAY_UNKNOWN", lambda: approve(desk, "0" * 16))
    refused("REPLAY_UNKNOWN", lambda: approve(desk, ""))
    _, other = replayed(desk)
    assert other != replay
    approve(desk, other)
    edit(desk.place, "rates.csv", "122.00", "121.00")
    refused("REPLAY_STALE", lambda: approve(desk, replay), "Another version")


def test_the_author_and_whoever_has_no_role_do_not_approve(desk):
    edit(desk.place, "rates.csv", "120.00", "121.00")
    refused("NOT_PERMITTED", lambda: replayed(desk, "cleo"))
    _, replay = replayed(desk)
    refused("NOT_PERMITTED", lambda: approve(desk, replay, "dana"))
    desk.change({"change": "take-away", "person": "dana", "company": COMPANY, "role": "preparer"})
    desk.grant("dana", "batch_approver")
    refused("SAME_PERSON", lambda: approve(desk, replay, "dana"), "author")
    desk.enroll("dana")   # a second key is the same person
    desk.end_key(trusted.people_of(desk.place).now().keys_of("dana")[0].id)
    refused("SAME_PERSON", lambda: approve(desk, replay, "dana"))


def test_above_the_threshold_two_people_approve(desk):
    """C113: 500 USD; 10 an hour over a week of billable hours moves more."""
    edit(desk.place, "rates.csv", "120.00", "130.00")
    _, replay = replayed(desk)
    assert "a second person" in approve(desk, replay).title
    assert "a second person" in approve(desk, replay).title   # again is once
    assert desk.run("dana", ENDS[1]).mappings.rows("map_rates")[0]["bill_rate"] == 120
    desk.enroll("eve")
    desk.grant("eve", "batch_approver")
    assert "a second person" not in approve(desk, replay, "eve").title
    assert desk.run("dana", ENDS[1]).mappings.rows("map_rates")[0]["bill_rate"] == 130


def test_a_limit_holds_for_what_moves(desk):
    edit(desk.place, "rates.csv", "120.00", "130.00")
    _, replay = replayed(desk)
    desk.grant("cleo", "batch_approver", limits={"USD": "1.00"})
    refused("OVER_LIMIT", lambda: approve(desk, replay))


def test_a_first_row_for_held_work_rides_on_the_batch(desk):
    """Work without a project waits; the row that maps it needs no approval of its own and goes out with the batch."""
    path = desk.place.mappings(COMPANY) / "projects.csv"
    path.write_text(path.read_text() + "tracker,*,App,Mill:App,time_and_materials,2026-11-02,\n")
    assert not desk.run("dana", ENDS[1]).chosen.told
    outcome, _ = replayed(desk)
    assert dict(outcome.facts)["needs an approval"] == "nothing"
    desk.draft(ENDS[1])
    desk.approve(end=ENDS[1])
    assert desk.export(end=ENDS[1]).exit_code == 0
    diff = steps.mapping_diff(COMPANY, workspace=desk.place.root)
    assert diff.title.startswith("0 edit(s)")   # it is part of what was approved now


def test_a_draft_with_edits_nobody_approved_is_not_exported(desk, monkeypatch):
    """Whoever makes a run use its own files is stopped by the look before the export."""
    edit(desk.place, "rates.csv", "120.00", "121.00")
    monkeypatch.setattr("etl.steps.run.choose", lambda *_: mapping_versions.AS_THEY_LIE)
    desk.draft(ENDS[1])
    desk.approve(end=ENDS[1])
    refused("MAPPING_NOT_APPROVED", lambda: desk.export(end=ENDS[1]), "rates.csv", "check 7")


def test_the_switch_cannot_be_taken_out_unseen(desk):
    """The setting itself is an edit that waits; the approved company.toml decides."""
    edit(desk.place, "company.toml", 'mappings = "replay"', 'mappings = "none"')
    edit(desk.place, "rates.csv", "120.00", "121.00")
    assert len(desk.run("dana", ENDS[1]).chosen.told) == 2
    assert desk.run("dana", ENDS[1]).mappings.rows("map_rates")[0]["bill_rate"] == 120
    _, replay = replayed(desk)
    approve(desk, replay)
    edit(desk.place, "rates.csv", "121.00", "122.00")
    assert not desk.run("dana", ENDS[1]).chosen.told
    refused("MAPPING_FREE", lambda: approve(desk, replayed(desk)[1]))


@pytest.fixture(scope="module")
def answered(published, tmp_path_factory):
    """A copy in which an edit was replayed and approved."""
    copied = published.copy(tmp_path_factory.mktemp("answered"))
    with copied.at_work():
        edit(copied.place, "rates.csv", "120.00", "121.00")
        approve(copied, replayed(copied)[1])
    return copied


@pytest.mark.parametrize(("change", "code"), [
    ({"company": "other"}, "STATEMENT_OTHER"), ({"replay": "0" * 16}, "STATEMENT_OTHER"),
    ({"mapping": "0" * 64}, "STATEMENT_OTHER"), ({"before": "0" * 64}, "STATEMENT_OTHER"),
    ({"gross": {}}, "STATEMENT_OTHER"), ({"author": "olga"}, "STATEMENT_OTHER"), ({"needed": 0}, "STATEMENT_OTHER"),
    ({"policy": "single_person"}, "STATEMENT_OTHER"), ({"log": {"number": 1, "digest": "0" * 64}}, "STATEMENT_OTHER"),
    ({"workspace": "0" * 32}, "STATEMENT_OTHER"), ({"person": "dana"}, "STATEMENT_OTHER"),
    ({"statement": "approve-batch"}, "STATEMENT_FORM"), ({"more": 1}, "STATEMENT_FORM"),
    ({"format": 2}, "STATEMENT_FORM"),
])
def test_a_statement_about_anything_else_is_refused(answered, change, code):
    """d3, d4: what the approval is bound to, replaced by another in turn."""
    real = answered.last("approve_mapping")
    with answered.at_work():
        given = signed_as(answered, "cleo", statements.APPROVE_MAPPING, said(real) | change)
    trust = trusted.trust_of(answered.place, COMPANY, "two_person", answered.records())
    facts = bound(COMPANY, real.body)
    assert refused_code(lambda: hold(trust, answered.records(), given, facts, real.number)) == code


def test_a_statement_about_anything_else_changes_nothing(answered, tmp_path):
    """The run goes on with the approved files, and verify names the record."""
    desk = answered.copy(tmp_path)
    with desk.at_work():
        real = desk.last("approve_mapping")
        given = signed_as(desk, "cleo", statements.APPROVE_MAPPING, said(real) | {"mapping": "0" * 64})
        (desk.place.audit_log(COMPANY) / f"{real.number:08d}.json").unlink()
        desk.append("approve_mapping", dict(real.body) | {"signed": given}, "cleo")
        assert desk.run("dana", ENDS[1]).chosen.told
        told = steps.verify(desk.place.root)
        assert (told.exit_code, f"{real.number:08d}.json" in told.text()) == (1, True)


@pytest.fixture
def at_desk(answered, tmp_path):
    """A copy of that one to work in."""
    with answered.copy(tmp_path).at_work() as copied:
        yield copied


def test_one_type_never_stands_for_another(at_desk):
    """A03: a batch approval offered as an approval of edits, and the reverse."""
    desk = at_desk
    of_batch, of_edit = desk.last("approve").body["signed"], desk.last("approve_mapping").body["signed"]
    trust = trusted.trust_of(desk.place, COMPANY, "two_person", desk.records())
    bench = trust.bench(desk.records())
    kinds = statements.APPROVE_BATCH, statements.APPROVE_MAPPING, statements.APPROVE_TIME, statements.PREPARE
    for given, own in ((of_batch, kinds[0]), (of_edit, kinds[1])):
        for kind in kinds:
            if kind != own:
                assert refused_code(lambda: bench.signed(given, kind, 9)) == "STATEMENT_TYPE"  # noqa: B023
                renamed = given | {"payloadType": given["payloadType"].replace(own, kind)}
                assert refused_code(lambda: bench.signed(renamed, kind, 9)) == "STATEMENT_FORM"  # noqa: B023


def test_without_a_signature_or_with_a_dead_key_it_does_not_count(at_desk):
    desk = at_desk
    real = desk.last("approve_mapping")
    path = desk.place.audit_log(COMPANY) / f"{real.number:08d}.json"
    content = path.read_bytes()
    path.unlink()
    desk.append("approve_mapping", {name: value for name, value in real.body.items() if name != "signed"}, "cleo")
    assert desk.run("dana", ENDS[1]).chosen.told
    path.write_bytes(content)
    assert not desk.run("dana", ENDS[1]).chosen.told
    key = desk.key_of("cleo")
    desk.enroll("cleo")
    desk.end_key(key)   # replaced: what it signed before stays good
    assert not desk.run("dana", ENDS[1]).chosen.told


def test_what_a_stolen_key_approved_is_void(desk):
    edit(desk.place, "rates.csv", "120.00", "121.00")
    _, replay = replayed(desk)
    last_honest = desk.records()[-1].number
    approve(desk, replay)
    key = desk.key_of("cleo")
    desk.enroll("cleo")
    desk.end_key(key, f"{COMPANY}:{last_honest}")
    assert desk.run("dana", ENDS[1]).chosen.told
    told = steps.verify(desk.place.root)
    assert (told.exit_code, "approve_mapping by cleo" in told.text()) == (0, True), told.text()


@pytest.mark.capability("C160")
def test_an_edit_is_approved_from_elsewhere_by_files(desk):
    """A11: the request names the edit, the answer counts once, and neither fits when the files are others by then."""
    place, request, answer = desk.place.root, desk.root / "request.json", desk.root / "answer.json"
    edit(desk.place, "rates.csv", "120.00", "121.00")
    _, replay = replayed(desk)
    refused("NOT_PERMITTED", lambda: steps.request_mapping(COMPANY, replay, request, person="cleo", workspace=place))
    asked = steps.request_mapping(COMPANY, replay, request, person="olga", workspace=place)
    shown = steps.sign_request(request, answer, person="cleo")
    assert asked.rows == shown.rows
    assert asked.rows[0][1:] == (replay, said_edit(desk)["mapping"][:12], "bill 84.000 USD", "dana", "1", "two_person")

    def take_in(person="olga"):
        return steps.take_in_mapping(answer, person=person, workspace=place)

    refused("NOT_PERMITTED", lambda: take_in("max"), "") if desk.enroll("max") else None
    edit(desk.place, "rates.csv", "121.00", "122.00")
    refused("REPLAY_STALE", take_in)
    edit(desk.place, "rates.csv", "122.00", "121.00")
    content = json.loads(request.read_text())
    content["edit"]["gross"] = {}
    request.write_text(json.dumps(content))
    steps.sign_request(request, answer, person="cleo")
    refused("REQUEST_UNKNOWN", take_in)
    steps.request_mapping(COMPANY, replay, request, person="olga", workspace=place)
    steps.sign_request(request, answer, person="cleo")
    assert take_in().title == f"replay {replay} approved by cleo"
    records = desk.records()
    take_in()
    assert desk.records() == records
    assert not desk.run("dana", ENDS[1]).chosen.told
    listed = desk.root / "list.csv"
    listed.write_text(f"company,replay\n{COMPANY},{replay}\n{COMPANY},{'0' * 16}\n")
    outcome = steps.approve_mapping_list(steps.read_replays(listed), person="cleo", workspace=place)
    assert (outcome.exit_code, "REPLAY_UNKNOWN" in str(outcome.rows[1])) == (1, True)
    assert steps.verify(place).exit_code == 0


def said_edit(desk):
    """What the request in the log says of the edit."""
    return desk.last("request_approval").body["edit"]


@pytest.mark.capability("C110")
@pytest.mark.capability("C114")
def test_a_revert_gives_the_same_digest(desk):
    """Any edit, added files and suites included, put back to the byte; what lay there can be put back too."""
    place = desk.place
    was = mapping_versions.digest_of(mapping_versions.working_set(place, COMPANY))
    edit(place, "rates.csv", "120.00", "121.00")
    edit(place, "accounts.csv", "Accrued Wages Payable", "Wages Owed")
    (place.mappings(COMPANY) / "fees.csv").write_text("customer_job,service_item,fee_on,amount,currency,text\n")
    (place.mappings(COMPANY) / "private" / "pay_rates.csv").write_text("not a, table at all")
    edited = mapping_versions.digest_of(mapping_versions.working_set(place, COMPANY))
    outcome = steps.revert_mapping(COMPANY, "a bad day", person="dana", workspace=place.root)
    assert mapping_versions.digest_of(mapping_versions.working_set(place, COMPANY)) == was
    assert "is mapping set" not in outcome.title
    assert (desk.last("mapping_revert").person, desk.last("mapping_revert").text("reason")) == ("dana", "a bad day")
    assert steps.revert_mapping(COMPANY, "again", person="dana", workspace=place.root).title.endswith("already")
    steps.revert_mapping(COMPANY, "forth", to=edited[:12], person="dana", workspace=place.root)
    assert mapping_versions.digest_of(mapping_versions.working_set(place, COMPANY)) == edited
    refused("REVERT_UNKNOWN", lambda: steps.revert_mapping(COMPANY, "x", to="0" * 12, person="dana",
                                                           workspace=place.root))
    refused("REASON_MISSING", lambda: steps.revert_mapping(COMPANY, " ", person="dana", workspace=place.root))


@pytest.mark.capability("C111")
def test_the_changelog_says_who_changed_what(desk):
    edit(desk.place, "rates.csv", "120.00", "121.00")
    edit(desk.place, "private/pay_rates.csv", "40.00", "41.00")
    _, replay = replayed(desk)
    desk.grant("cleo", "batch_approver", limits={})
    approve(desk, replay)
    steps.revert_mapping(COMPANY, "no", to=said(desk.last("approve_mapping"))["before"][:12], person="dana",
                         workspace=desk.place.root)
    rows = steps.mapping_changes(COMPANY, workspace=desk.place.root).rows
    assert [(row[2], row[3], *row[4:]) for row in rows] == [
        ("dana", f"replay {replay}", "private/pay_rates.csv", "changed", "E1, 2026-11-02", "pay_rate", "…", "…"),
        ("dana", f"replay {replay}", "rates.csv", "changed", "*, *, *, 2026-11-02", "bill_rate", "120.00", "121.00"),
        ("cleo", f"approved, replay {replay}", "", "", rows[2][6], "", "", ""),
        ("dana", "put back: no", "private/pay_rates.csv", "changed", "E1, 2026-11-02", "pay_rate", "…", "…"),
        ("dana", "put back: no", "rates.csv", "changed", "*, *, *, 2026-11-02", "bill_rate", "121.00", "120.00"),
    ]
    shown = steps.mapping_changes(COMPANY, with_private=True, workspace=desk.place.root).text()
    assert ("40.00" in shown, "41.00" in shown) == (True, True)
    assert "41.00" not in "".join(json.dumps(dict(record.body)) for record in desk.records())


def test_under_four_eyes_the_author_does_not_approve_the_batch(tmp_path):
    """d2: the author of an edit is known from the log."""
    made = office.make(tmp_path, policy="four_eyes", weeks=2)
    with made.at_work():
        made.draft()
        made.approve()
        made.export()
        edit(made.place, "rates.csv", "120.00", "121.00")
        made.draft(ENDS[1])
        refused("AUTHOR_UNKNOWN", lambda: made.approve(end=ENDS[1]), "rates.csv", "replay")   # hers, perhaps
        made.enroll("eve")
        made.grant("eve", "preparer")
        steps.replay_mapping(COMPANY, 1, person="eve", workspace=made.place.root)
        made.draft(ENDS[1])
        made.change({"change": "take-away", "person": "eve", "company": COMPANY, "role": "preparer"})
        made.grant("eve", "batch_approver")
        refused("SAME_PERSON", lambda: made.approve("eve", ENDS[1]), "author")
        made.approve(end=ENDS[1])
        edit(made.place, "rates.csv", "121.00", "122.00")   # once more, after the replay
        made.draft(ENDS[1])
        refused("AUTHOR_UNKNOWN", lambda: made.approve(end=ENDS[1]))
        edit(made.place, "rates.csv", "122.00", "121.00")
        path = made.place.mappings(COMPANY) / "projects.csv"
        path.write_text(path.read_text() + "tracker,*,App,Mill:App,time_and_materials,2026-11-02,\n")
        made.draft(ENDS[1])
        made.approve(end=ENDS[1])   # a row for work that waits rides on the batch
        assert made.export(end=ENDS[1]).exit_code == 0


def test_a_company_without_the_setting_is_as_it_was(tmp_path):
    """No record, no note, and the edited file is used as it lies there."""
    place = tiny.make_company(tmp_path, 2)
    tiny.week(tmp_path)
    edit(place, "rates.csv", "120.00", "121.00", tiny.COMPANY)
    run = steps.start(tiny.COMPANY, office.next_week(tiny.PERIOD_END), tmp_path, in_memory=True)
    assert (run.chosen.told, run.mappings.rows("map_rates")[0]["bill_rate"]) == ((), 121)
    assert not [record for record in run.records() if record.type.startswith("mapping")]
    diff = steps.mapping_diff(tiny.COMPANY, workspace=tmp_path)
    assert [row[-1] for row in diff.rows] == ["the batch's approval"]
    outcome = steps.replay_mapping(tiny.COMPANY, 4, workspace=tmp_path)
    assert "no approval of their own" in outcome.next_step
    assert isinstance(place, Workspace)


def _csv(header, *rows):
    return "\n".join((header, *rows, "")).encode()


RATES = "customer_job,service_item,employee_id,bill_rate,currency,effective_from,effective_to"


JOB, ALL = "A,*,*,100,USD,2026-01-01,", "*,*,*,100,USD,2026-01-01,"
HALF, LATER = "*,*,*,100,USD,2026-01-01,2026-06-30", "B,*,*,90,USD,2026-07-01,"
OTHER, BOUGHT = "B,*,*,90,USD,2026-01-01,", "purpose,account,account_type"


@pytest.mark.parametrize(("name", "before", "after", "waits"), [
    ("rates.csv", _csv(RATES, JOB), _csv(RATES, JOB, OTHER), False),
    ("rates.csv", _csv(RATES, ALL), _csv(RATES, ALL, OTHER), True),
    ("rates.csv", _csv(RATES, HALF), _csv(RATES, HALF, LATER), False),
    ("rates.csv", _csv(RATES, JOB), _csv(RATES), True),
    ("accounts.csv", _csv(BOUGHT), _csv(BOUGHT, "suspense,X,EXP"), True),
    ("private/earnings.csv", None, _csv("employee_id,earning", "E1,bonus"), False),
    ("projects.csv", b"\xff", _csv("source"), True),
    ("expectations/entries.json", None, b"{}", True),
])
def test_which_edits_need_an_approval(name, before, after, waits):
    """A row may ride where nothing could answer its key on its days before, or where the file is of the week."""
    sides = [{} if content is None else {name: content} for content in (before, after)]
    found = edits(*sides)
    assert found
    assert bool(needing_approval(found)) is waits
    assert replace(found[0], rides=True).rides


def test_with_suspense_a_new_row_moves_what_went_out():
    toml = {"company.toml": b'[unmapped]\nmode = "suspense"\n'}
    header = "source,client_ref,project_ref,customer_job,billing_method,effective_from,effective_to"
    found = edits({**toml, "projects.csv": _csv(header)},
                  {**toml, "projects.csv": _csv(header, "*,*,App,Mill:App,time_and_materials,2026-01-01,")})
    assert needing_approval(found) == ["projects.csv"]
