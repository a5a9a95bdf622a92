"""Hours approved from elsewhere: request and answer as files, many periods at once, and an approval taken back."""

from __future__ import annotations

import json

import pytest

from etl import steps
from etl.steps import time_inputs
from tests.faults.children import command
from tests.trust.office import COMPANY, ENDS
from tests.trust.test_signed_week import refused, said, signed_as
from tests.trust.test_time_approvals import FIRST, MONDAY, approve, deliver, desk, made, states  # noqa: F401

pytestmark = [pytest.mark.capability("C160"), pytest.mark.capability("C24")]


def ask(desk, **more):  # noqa: F811
    return steps.request_time(desk.run("olga"), desk.root / "request.json", **more)


def answer(desk, person="tess"):  # noqa: F811
    return steps.sign_request(desk.root / "request.json", desk.root / "answer.json", person=person)


def take_in(desk, person="olga"):  # noqa: F811
    return steps.take_in_time(desk.root / "answer.json", person=person, workspace=desk.place.root)


def counted(desk):  # noqa: F811
    run = desk.run("dana")
    return [one.employee for one in time_inputs.approved_weeks(run, run.window)]


def test_an_answer_from_another_machine_approves_the_weeks(desk):  # noqa: F811
    """The manager sees the hours of the entries themselves; the answer counts as an approval given here does."""
    asked = ask(desk)
    assert [row[:4] for row in asked.rows] == [("E1", MONDAY, "42:00:00", 10), ("E2", MONDAY, "42:00:00", 10)]
    shown = answer(desk)
    assert [row[2:] for row in shown.rows] == [("42:00:00", "10", "Web 42:00:00")] * 2
    outcome = take_in(desk)
    assert (outcome.exit_code, [row[3] for row in outcome.rows]) == (0, ["approved"] * 2)
    records = desk.records()
    assert (records[-1].type, records[-1].person) == ("approve_time", "tess")
    again = take_in(desk)
    assert ([row[3] for row in again.rows], desk.records()) == (["was approved already"] * 2, records)
    assert set(states(desk.draft())) == {("exported", None)}
    desk.approve()
    assert desk.export().exit_code == 0
    assert steps.verify(desk.place.root).exit_code == 0


def test_what_moves_on_the_way_is_void_alone(desk):  # noqa: F811
    """Bound to what was asked: the week that changed waits and says what changed; the other one is approved."""
    ask(desk)
    answer(desk)
    deliver(desk, FIRST, FIRST.replace("4:00:00", "3:30:00"))
    outcome = take_in(desk)
    assert outcome.exit_code == 1
    assert [row[3] for row in outcome.rows] == [
        f"void: approved by tess, then tracker:{MONDAY}-0 3:30:00 was 4:00:00", "approved"]
    found = [row["found"] for row in desk.draft().table("exceptions").to_pylist() if row["code"] == "TE261"]
    assert found
    assert all("3:30:00 was 4:00:00" in text for text in found)


@pytest.mark.parametrize("change", [
    lambda week: week["lines"].pop(), lambda week: week.update(seconds=week["seconds"] - 3600),
    lambda week: week.update(content="0" * 64), lambda week: week.update(lines=["x"]),
    lambda week: week["lines"].__setitem__(0, week["lines"][0].replace("14400", "10800")),
])
def test_a_request_changed_on_its_way_is_not_signed(desk, change):  # noqa: F811
    """What is seen is what is signed: hours are added up from entries whose digest the signature names."""
    ask(desk)
    path = desk.root / "request.json"
    content = json.loads(path.read_text())
    change(content["weeks"][0])
    path.write_text(json.dumps(content))
    refused("STATEMENT_FORM", lambda: answer(desk), "E1")


def test_an_answer_to_no_request_is_none(desk, tmp_path_factory):  # noqa: F811
    """A11: asked in another workspace, about other weeks, or offered as another kind of answer."""
    other = desk.copy(tmp_path_factory.mktemp("other"))
    steps.request_time(other.run("olga"), desk.root / "request.json")
    answer(desk)
    refused("REQUEST_UNKNOWN", lambda: take_in(desk))
    ask(desk, employees=["E1"])
    answer(desk)
    place = {"person": "olga", "workspace": desk.place.root}
    refused("STATEMENT_TYPE", lambda: steps.take_in_answer(desk.root / "answer.json", **place))
    refused("STATEMENT_TYPE", lambda: steps.take_in_mapping(desk.root / "answer.json", **place))
    refused("NOT_PERMITTED", lambda: take_in(desk, "tess"))
    assert take_in(desk).exit_code == 0
    assert counted(desk) == ["E1"]


def test_who_signs_must_be_who_may(desk):  # noqa: F811
    """d2: neither a batch approver nor another team, and nobody signs a request about themselves."""
    ask(desk)
    answer(desk, "cleo")
    refused("NOT_PERMITTED", lambda: take_in(desk), "time_approver")
    desk.grant("tess", "time_approver", team=["E1"])
    answer(desk)
    refused("NOT_PERMITTED", lambda: take_in(desk), "team")
    outcome = ask(desk, approver="tess")
    assert [row[0] for row in outcome.rows] == ["E1"]
    refused("NOT_PERMITTED", lambda: ask(desk, approver="cleo"))
    answer(desk)
    assert take_in(desk).exit_code == 0


def test_an_old_answer_is_not_taken_in(desk, monkeypatch):  # noqa: F811
    ask(desk)
    answer(desk)
    later = desk.run("olga").now().replace(year=2030)
    monkeypatch.setattr(steps.Run, "now", lambda run: later)
    refused("STATEMENT_EXPIRED", lambda: take_in(desk))


def test_taken_back_it_waits_and_the_same_answer_does_not_bring_it_back(desk):  # noqa: F811
    """Withdrawn by record; the answer file, and the record written again by hand, approve nothing any more."""
    ask(desk)
    answer(desk)
    take_in(desk)
    real = desk.last("approve_time")
    refused("NOT_PERMITTED", lambda: steps.withdraw_time(desk.run("cleo"), "typo"))
    refused("REASON_MISSING", lambda: steps.withdraw_time(desk.run("tess"), " "))
    refused("NOT_APPROVED", lambda: steps.withdraw_time(desk.run("tess"), "no", record=1))
    told = command(desk.place.root, "approve", "withdraw", "--time", "--company", COMPANY, "--period-end", str(ENDS[0]),
                   "--person", "tess", "--reason", "the wrong week")
    assert (told.code, "2 person-week(s)" in told.facts) == (0, True), told
    assert counted(desk) == []
    refused("NOT_APPROVED", lambda: steps.withdraw_time(desk.run("tess"), "again"))
    refused("APPROVAL_WITHDRAWN", lambda: take_in(desk))
    desk.append("approve_time", {"weeks": real.body["weeks"], "period_end": str(ENDS[0]),
                                 "signed": real.body["signed"]}, "tess")
    assert counted(desk) == []
    assert set(states(desk.draft())) == {("held", "TE260")}
    approve(desk)
    assert counted(desk) == ["E1", "E2"]
    assert steps.verify(desk.place.root).exit_code == 0


def test_taken_back_after_the_draft_stops_the_export(desk):  # noqa: F811
    approve(desk)
    desk.draft()
    desk.approve()
    steps.withdraw_time(desk.run("tess"), "not yet", person="tess")
    refused("TIME_CHANGED", desk.export)
    desk.grant("tess", "time_approver", team=["E1"])
    refused("NOT_APPROVED", lambda: steps.withdraw_time(desk.run("tess"), "x"))


def test_a_withdrawal_of_another_or_by_somebody_else_is_named(desk):  # noqa: F811
    """A02: bound to the record that it takes back, signed by who may approve hours."""
    approve(desk)
    steps.withdraw_time(desk.run("tess"), "not yet")
    real = desk.last("withdraw")
    path = desk.place.audit_log(COMPANY) / f"{real.number:08d}.json"
    for body, person in ((dict(real.body) | {"approval": 1}, "tess"), (
            dict(real.body) | {"signed": signed_as(desk, "cleo", "withdraw", said(real) | {
                "person": "cleo", "key": desk.key_of("cleo")})}, "cleo")):
        path.unlink()
        desk.append("withdraw", body, person)
        told = steps.verify(desk.place.root)
        assert (told.exit_code, path.name in told.text()) == (1, True)


def test_a_list_of_periods_and_the_commands(desk):  # noqa: F811
    listed = desk.root / "list.csv"
    listed.write_text(f"company,period_end\n{COMPANY},{ENDS[0]}\n")
    shown = command(desk.place.root, "approve", "time", "--company", COMPANY, "--period-end", str(ENDS[0]), "--show",
                    "--person", "tess")
    assert "2 of 2 person-week(s) wait" in shown.facts
    outcome = steps.approve_time_list(steps.read_list(listed), person="tess", workspace=desk.place.root)
    assert (outcome.exit_code, outcome.rows) == (0, ((COMPANY, str(ENDS[0]), 2, "approved"),))
    again = steps.approve_time_list(steps.read_list(listed), person="tess", workspace=desk.place.root)
    assert (again.exit_code, "TIME_NOTHING" in str(again.rows)) == (0, True)
    refused_row = steps.approve_time_list(steps.read_list(listed), person="cleo", workspace=desk.place.root)
    assert (refused_row.exit_code, "NOT_PERMITTED" in str(refused_row.rows)) == (1, True)
