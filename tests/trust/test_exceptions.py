"""Exceptions from open to verified: the same one every week, its owner, its clock, another person at the end."""

from __future__ import annotations

import json
from datetime import date

import pytest

from etl import steps
from etl.steps import exceptions_close
from etl.steps.exceptions import Item, business_days
from tests.faults import tiny
from tests.trust import office
from tests.trust.office import COMPANY, ENDS
from tests.trust.test_signed_week import refused

pytestmark = [pytest.mark.capability("C98"), pytest.mark.capability("C104"), pytest.mark.capability("C108")]
SWITCH = '\n[approval]\nexceptions = "followed"\nowners = { App = "mia" }\n'
MONDAY = "2026-11-02"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Ann worked on a project that nobody has mapped, and one entry of Bob's has no time that can be read; drafted."""
    made = office.make(tmp_path_factory.mktemp("office"), weeks=2)
    settings = made.place.mappings(COMPANY) / "company.toml"
    settings.write_text(settings.read_text().replace("[billing]", SWITCH + "[billing]", 1))
    file = made.place.inbox(COMPANY) / "time.csv"
    file.write_text(file.read_text().replace(f"{MONDAY}-0,ann@tiny.example,Web", f"{MONDAY}-0,ann@tiny.example,App")
                    .replace(f"{MONDAY}-1,bob@tiny.example,Web,Code,{MONDAY} 08:00:00,4:00:00",
                             f"{MONDAY}-1,bob@tiny.example,Web,Code,{MONDAY} 08:00:00,four"))
    with made.at_work():
        made.draft()
    return made


@pytest.fixture
def desk(made, tmp_path):
    with made.copy(tmp_path).at_work() as copied:
        yield copied


def listed(desk, **more):
    return steps.exceptions_open(COMPANY, workspace=desk.place.root, **more)


def ids(desk):
    """The id by code."""
    return {row[5]: row[0] for row in listed(desk).rows}


def act(step, desk, *words, person, **more):
    return step(COMPANY, *words, person=person, workspace=desk.place.root, **more)


def mapped(desk):
    """The row that the list offers, put into the file."""
    fact = next(text for name, text in listed(desk).facts if name.endswith("projects.csv"))
    path = desk.place.mappings(COMPANY) / "projects.csv"
    path.write_text(path.read_text() + fact + "\n")


def test_payroll_comes_first_and_unmapped_work_has_an_owner_and_a_row(desk):
    """C108, C104: pay before billing; whose it is, and the row in the order of the file's own columns."""
    outcome = listed(desk, today=date(2026, 11, 30))
    assert [(row[1], row[5], row[6], row[7]) for row in outcome.rows] == [
        ("open", "TE006", "pay, cost, bill", "bob@tiny.example"), ("open", "TE008", "cost, bill", "ann@tiny.example")]
    assert outcome.facts == (("mia: add to projects.csv", f"tracker,*,App,Customer:App,time_and_materials,{MONDAY},"),)
    assert outcome.title == f"2 exception(s) of {COMPANY}: 2 open"
    path = desk.place.mappings(COMPANY) / "projects.csv"
    rows = path.read_text().splitlines()
    path.write_text("\n".join(",".join(reversed(row.split(","))) for row in rows) + "\n")
    assert listed(desk).facts[0][1] == f",{MONDAY},time_and_materials,Customer:App,App,*,tracker"


def test_from_open_to_verified(desk):
    """C98: assigned, fixed with evidence, still there until drafted again, verified by another person, closed."""
    item = ids(desk)["TE008"]
    act(steps.assign_exception, desk, item, "dana", person="cleo")
    assert [(row[1], row[2]) for row in listed(desk).rows] == [("open", ""), ("assigned", "dana")]
    mapped(desk)
    proof = desk.root / "mail.txt"
    proof.write_text("It is Customer:App.")
    act(steps.fix_exception, desk, item, "row added, as the client wrote", file=proof, person="dana")
    refused("EXCEPTION_THERE", lambda: act(steps.verify_exception, desk, item, person="cleo"))
    desk.draft()
    assert [(row[1], row[5]) for row in listed(desk).rows] == [("open", "TE006"), ("fixed", "TE008")]
    refused("SAME_PERSON", lambda: act(steps.verify_exception, desk, item, person="dana"))
    refused("NOT_PERMITTED", lambda: act(steps.verify_exception, desk, item, person="olga"))
    act(steps.verify_exception, desk, item, "looked at the draft", person="cleo")
    assert [row[5] for row in listed(desk).rows] == ["TE006"]
    assert [(row[1], row[5]) for row in listed(desk, with_closed=True).rows] == [("open", "TE006"), ("closed", "TE008")]
    refused("EXCEPTION_CLOSED", lambda: act(steps.fix_exception, desk, item, "again", person="dana"))
    told = steps.exception_told(COMPANY, item, workspace=desk.place.root)
    assert [(row[2], row[3], row[5]) for row in told.rows] == [
        ("cleo", "assigned", ""), ("dana", "fixed", "row added, as the client wrote"),
        ("cleo", "verified", "looked at the draft")]
    assert told.rows[1][6].startswith("mail.txt, sha256 ")
    assert "1 open, 1 closed" in dict(steps.status(desk.place.root, COMPANY).facts)[f"{COMPANY}: exceptions"]
    assert steps.verify(desk.place.root).exit_code == 0


def test_gone_alone_does_not_close_it(desk):
    """What vanished without a word waits for somebody who looks; under single_person it closes by itself."""
    mapped(desk)
    desk.draft()
    assert [(row[1], row[5]) for row in listed(desk).rows] == [("open", "TE006"), ("gone", "TE008")]
    act(steps.verify_exception, desk, ids(desk)["TE008"], person="dana")
    assert [row[5] for row in listed(desk).rows] == ["TE006"]


def test_one_that_comes_back_is_open_again(desk):
    path = desk.place.mappings(COMPANY) / "projects.csv"
    before, item = path.read_text(), ids(desk)["TE008"]
    act(steps.fix_exception, desk, item, "row added", person="dana")
    mapped(desk)
    desk.draft()
    act(steps.verify_exception, desk, item, person="cleo")
    path.write_text(before)
    desk.draft()
    assert [(row[0], row[1]) for row in listed(desk).rows if row[5] == "TE008"] == [(item, "open")]


def test_it_is_carried_over_the_export(desk):
    """Held when the batch went out: the same exception, its age counted from the first draft, until it is not held."""
    item = ids(desk)["TE008"]
    opened = next(said for said in desk.last("exceptions_opened").body["items"] if said["item"] == item)["opened"]
    desk.approve()
    desk.export()
    desk.draft(ENDS[1])
    act(steps.assign_exception, desk, item, "dana", person="dana")
    today = date.fromisoformat(opened).replace(year=date.fromisoformat(opened).year + 1)
    row = next(row for row in listed(desk, today=today).rows if row[0] == item)
    assert row[3] == f"{business_days(date.fromisoformat(opened), today)} d"
    refused("EXCEPTION_THERE", lambda: act(steps.verify_exception, desk, item, person="cleo"))
    mapped(desk)
    act(steps.fix_exception, desk, item, "row added", person="dana")
    assert {row[0]: row[1] for row in listed(desk).rows}[item] == "fixed"
    act(steps.verify_exception, desk, item, person="cleo")
    assert item not in {row[0] for row in listed(desk).rows}


def test_what_is_held_keeps_the_period_open(desk):
    """C108: neither pay nor billing is closed over; the company may choose, and what was left is in the close."""
    desk.approve()
    desk.export()
    assert not steps.reconcile(desk.run("olga")).exit_code
    found = refused("EXCEPTIONS_OPEN", lambda: steps.close(desk.run("olga")), "TE006", "TE008", "close_over")
    assert found.what.index("TE006") < found.what.index("TE008")   # payroll first
    told = steps.close_week(desk.run("olga"))
    assert (told.exit_code, "stays open" in told.title, dict(told.facts)["why"]) == (0, True, found.what)
    item, settings = ids(desk)["TE008"], desk.place.mappings(COMPANY) / "company.toml"
    mapped(desk)
    act(steps.fix_exception, desk, item, "row added", person="dana")
    refused("EXCEPTIONS_OPEN", lambda: steps.close(desk.run("olga")), "TE008")   # mended, not verified
    act(steps.verify_exception, desk, item, person="cleo")
    found = refused("EXCEPTIONS_OPEN", lambda: steps.close(desk.run("olga")), "1 exception(s)", "TE006")
    text = settings.read_text()
    settings.write_text(text.replace("[approval]", '[approval]\nclose_over = "billing"'))
    refused("EXCEPTIONS_OPEN", lambda: steps.close(desk.run("olga")), "TE006")   # pay is no billing
    settings.write_text(text.replace("[approval]", '[approval]\nclose_over = "anything"'))
    outcome = steps.close(desk.run("olga"))
    assert dict(outcome.facts)["left open"] == "1 exception(s) of pay or billing"
    record = desk.last("close")
    assert record.body["left_open"] == 1
    sheet = json.loads(next(desk.place.evidence(COMPANY, ENDS[0]).glob("*close*")).read_text())
    assert [(one["code"], one["streams"]) for one in sheet["left_open"]] == [("TE006", "pay, cost, bill")]


def test_billing_alone_may_be_left_open_and_what_stops_never():
    """The three choices over what there can be."""
    def row(severity, streams):
        return Item("0" * 10, {"severity": severity, "streams": streams}, ENDS[0], ENDS[0])

    kept = {over: [(one.found["severity"], one.found["streams"]) for one in (
        row("hold", "pay, cost, bill"), row("hold", "cost, bill"), row("stop", "cost"), row("stop", None))
        if exceptions_close._keeps(one, over)] for over in ("nothing", "billing", "anything")}
    assert kept == {
        "nothing": [("hold", "pay, cost, bill"), ("hold", "cost, bill"), ("stop", "cost"), ("stop", None)],
        "billing": [("hold", "pay, cost, bill"), ("stop", "cost"), ("stop", None)],
        "anything": [("stop", "cost"), ("stop", None)]}
    concerns = [exceptions_close._concerns(row(severity, streams).found) for severity, streams in (
        ("hold", "cost"), ("note", "pay"), ("hold", "bill"), ("stop", None))]
    assert concerns == [False, False, True, True]


def test_words_and_ids_are_asked_for(desk):
    item = ids(desk)["TE008"]
    refused("REASON_MISSING", lambda: act(steps.fix_exception, desk, item, " ", person="dana"))
    refused("REASON_MISSING", lambda: act(steps.fix_exception, desk, item, "two\nlines", person="dana"))
    refused("REASON_MISSING", lambda: act(steps.assign_exception, desk, item, "", person="dana"))
    refused("EXCEPTION_UNKNOWN", lambda: act(steps.fix_exception, desk, "0" * 10, "x", person="dana"))
    refused("EXCEPTION_UNKNOWN", lambda: act(steps.fix_exception, desk, "", "x", person="dana"))


def test_the_list_is_a_file_too(desk):
    file = desk.root / "exceptions.csv"
    listed(desk, output=file)
    assert [line.split(",")[5] for line in file.read_text("utf-8-sig").splitlines()[1:]] == ["TE006", "TE008"]


def test_business_days():
    """Friday to Monday is one; to the same day none."""
    assert business_days(date(2026, 11, 6), date(2026, 11, 9)) == 1
    assert business_days(date(2026, 11, 6), date(2026, 11, 6)) == 0
    assert business_days(date(2026, 11, 2), date(2026, 11, 16)) == 10


def test_a_company_that_follows_none_has_none_of_it(tmp_path):
    """No record and no line in the status; the list can be read all the same."""
    tiny.make_company(tmp_path)
    tiny.week(tmp_path)
    run = steps.start(tiny.COMPANY, tiny.PERIOD_END, tmp_path, in_memory=True)
    assert not [record for record in run.records() if record.type.startswith("exception")]
    assert steps.exceptions_open(tiny.COMPANY, workspace=tmp_path).rows == ()
    assert not [name for name, _ in steps.status(tmp_path).facts if "exceptions" in name]
