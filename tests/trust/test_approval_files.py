"""The second person sits elsewhere: requests and answers as files, many drafts at once, approvals taken back."""

from __future__ import annotations

import json

import pytest

from etl import steps
from tests.faults.children import command
from tests.trust import office
from tests.trust.office import COMPANY, ENDS
from tests.trust.test_signed_week import refused, said

pytestmark = pytest.mark.capability("C160")


@pytest.fixture(scope="module")
def drafted(tmp_path_factory):
    """An office whose first two weeks are drafted."""
    made = office.make(tmp_path_factory.mktemp("office"), weeks=2)
    with made.at_work():
        for end in ENDS:
            made.draft(end)
    return made


@pytest.fixture
def desk(drafted, tmp_path):
    with drafted.copy(tmp_path).at_work() as copied:
        yield copied


@pytest.fixture
def asked(desk):
    """A request over both drafts, written by the operator."""
    steps.request_approval([(COMPANY, end) for end in ENDS], desk.root / "request.json", person="olga",
                           workspace=desk.place.root)
    return desk


def answered(desk, person="cleo"):
    steps.sign_request(desk.root / "request.json", desk.root / "answer.json", person=person)
    return steps.take_in_answer(desk.root / "answer.json", person="olga", workspace=desk.place.root)


def test_an_answer_from_another_machine_lets_both_drafts_out(asked):
    outcome = answered(asked)
    assert (outcome.exit_code, [str(row[4])[:8] for row in outcome.rows]) == (0, ["approved", "approved"])
    records = asked.records()
    assert {record.person for record in records if record.type == "approve"} == {"cleo"}
    again = steps.take_in_answer(asked.root / "answer.json", person="olga", workspace=asked.place.root)
    assert (again.exit_code, [str(row[4])[:20] for row in again.rows]) == (0, ["was approved already"] * 2)
    assert asked.records() == records
    for end in ENDS:
        assert asked.export(end=end).exit_code == 0
    assert steps.verify(asked.place.root).exit_code == 0


def test_only_the_draft_that_moved_is_refused(asked):
    """A11: one statement over two drafts; the second has a new revision by the time the answer comes."""
    rates = asked.place.mappings(COMPANY) / "rates.csv"
    rates.write_text(rates.read_text().replace("120.00", "121.00"))
    asked.draft(ENDS[1])
    outcome = answered(asked)
    assert (outcome.exit_code, "STATEMENT_OTHER" in str(outcome.rows[1][4])) == (1, True), outcome.rows
    assert asked.export().exit_code == 0
    refused("NOT_APPROVED", lambda: asked.export(end=ENDS[1]))


def test_what_the_request_says_otherwise_is_not_believed(asked):
    """A request edited on its way: what was signed is held against the drafts as they lie here."""
    path = asked.root / "request.json"
    content = json.loads(path.read_text())
    content["drafts"][0]["control"]["pay"]["exported"]["money"] = {"USD": "1.00"}
    path.write_text(json.dumps(content))
    outcome = answered(asked)
    assert (outcome.exit_code, ["REQUEST_UNKNOWN" in str(row[4]) for row in outcome.rows]) == (1, [True, True])


def test_an_answer_to_no_request_of_this_workspace_is_none(desk, tmp_path_factory):
    """A11: the request was never made here."""
    other = desk.copy(tmp_path_factory.mktemp("other"))
    steps.request_approval([(COMPANY, ENDS[0])], desk.root / "request.json", person="olga",
                           workspace=other.place.root)
    assert "REQUEST_UNKNOWN" in str(answered(desk).rows)


def test_an_answer_by_the_preparer_is_refused(asked):
    assert "NOT_PERMITTED" in str(answered(asked, "dana").rows)
    refused("NOT_APPROVED", asked.export)


def test_who_may_write_a_request_and_take_an_answer_in(asked):
    asked.enroll("max")
    refused("NOT_PERMITTED", lambda: steps.request_approval(
        [(COMPANY, ENDS[0])], asked.root / "other.json", person="max", workspace=asked.place.root))
    steps.sign_request(asked.root / "request.json", asked.root / "answer.json", person="cleo")
    assert "NOT_PERMITTED" in str(steps.take_in_answer(
        asked.root / "answer.json", person="max", workspace=asked.place.root).rows)


@pytest.mark.parametrize("spoil", [
    lambda text: text[:-20], lambda text: text.replace('"sig": "', '"sig": "AAAA'), lambda text: "{}",
    lambda text: text.replace("approve-batch", "people"), lambda text: "a" * 2_000_000,
])
def test_a_damaged_answer_is_no_answer(asked, spoil):
    steps.sign_request(asked.root / "request.json", asked.root / "answer.json", person="cleo")
    path = asked.root / "answer.json"
    path.write_text(spoil(path.read_text()))
    code = "STATEMENT_TYPE" if "vnd.timebooks.people" in path.read_text() else "STATEMENT_FORM"
    refused(code, lambda: steps.take_in_answer(path, person="olga", workspace=asked.place.root))


def test_one_statement_over_a_list(desk):
    """Signed once on the spot; each draft has its own record with the same statement."""
    listed = desk.root / "list.csv"
    listed.write_text("company,period_end\r\n" + "".join(f"{COMPANY},{end}\r\n" for end in ENDS))
    told = command(desk.place.root, "approve", "batch", "--list", str(listed), "--person", "cleo")
    assert told.code == 0, told.talk
    one, two = (record for record in desk.records() if record.type == "approve")
    assert one.body["signed"] == two.body["signed"]
    assert len(said(one)["drafts"]) == 2
    for end in ENDS:
        assert desk.export(end=end).exit_code == 0
    for wrong in ("company\nacme\n", "company,period_end\n", f"company,period_end\n{COMPANY},{ENDS[0]},1\n",
                  f"company,period_end\n{COMPANY},{ENDS[0]}\n{COMPANY},{ENDS[0]}\n"):
        listed.write_text(wrong)
        refused("APPROVAL_LIST", lambda: steps.read_list(listed))


def test_an_approval_taken_back_lets_nothing_out(desk):
    """It waits for another one, by the same person if she has changed her mind again."""
    desk.approve()
    refused("NOT_PERMITTED", lambda: steps.withdraw_approval(desk.run("olga"), "typo"))
    refused("REASON_MISSING", lambda: steps.withdraw_approval(desk.run("cleo"), " "))
    assert "taken back" in steps.withdraw_approval(desk.run("cleo"), "rates were wrong").title
    refused("APPROVAL_WITHDRAWN", desk.export)
    refused("NOT_APPROVED", lambda: steps.withdraw_approval(desk.run("cleo"), "again"))
    assert steps.verify(desk.place.root).exit_code == 0
    desk.approve()
    assert desk.export().exit_code == 0


def test_without_a_people_list_no_file_travels(tmp_path):
    """A name in a file proves nothing."""
    from tests.faults import tiny

    workspace = tiny.make_company(tmp_path / "w", company=COMPANY)
    run = steps.start(COMPANY, ENDS[0], workspace.root, person="dana", in_memory=True)
    with run.locked("drafting"):
        for step in (steps.pull, steps.map_entries, steps.apply_rules, steps.check, steps.draft):
            step(run)
    run.end()
    refused("PEOPLE_MISSING", lambda: steps.request_approval(
        [(COMPANY, ENDS[0])], tmp_path / "request.json", person="dana", workspace=workspace.root))


def test_the_commands_of_a_new_office(tmp_path, monkeypatch):
    """From two cards to a granted role by the command line alone; the fingerprints are told, the secrets are not."""
    from tests.faults import tiny

    workspace = tiny.make_company(tmp_path / "w", company=COMPANY)
    monkeypatch.setenv("TIMEBOOKS_KEYS", str(tmp_path / "keys"))
    for person in ("ada", "ben", "cleo"):
        monkeypatch.setenv(f"TIMEBOOKS_SECRET_KEY_{person.upper()}", office.PASSPHRASE)
        told = command(workspace.root, "company", "keys", "new", "--person", person, "--name", person.title(),
                       "--card", str(tmp_path / f"{person}.card"))
        assert told.code == 0, told.talk
        assert office.PASSPHRASE not in told.facts + told.talk
    change = str(tmp_path / "change.json")

    def both(*words):
        first = command(workspace.root, "company", "people", *words, "--person", "ada", "--file", change)
        assert "1 more must sign" in first.facts, first
        done = command(workspace.root, "company", "people", "sign", change, "--person", "ben")
        assert "signed by ada, ben" in done.facts, done
        return done.facts

    founded = both("found", str(tmp_path / "ada.card"), str(tmp_path / "ben.card"))
    assert "two_person" in founded
    both("enroll", str(tmp_path / "cleo.card"))
    both("grant", "cleo", "--role", "batch_approver", "--company", COMPANY, "--limit", "USD=5000")
    shown = command(workspace.root, "company", "people", "list").facts
    assert "5000 USD" in shown
    keys = command(workspace.root, "company", "keys", "list", "--json")
    cleo = next(row["key"] for row in json.loads(keys.facts)["rows"] if row["person"] == "cleo")
    assert cleo in command(workspace.root, "company", "keys", "list").facts
    again = command(workspace.root, "company", "people", "sign", change, "--person", "ben")
    assert (again.code, again.problem) == (1, "PEOPLE_CHANGE")
    lone = command(workspace.root, "company", "people", "policy", "--company", COMPANY, "--person", "ada")
    assert (lone.code, lone.problem) == (1, "PEOPLE_CHANGE")
    for words in (("end", cleo, "--reason", "lost"),):
        first = command(workspace.root, "company", "keys", *words, "--person", "ada", "--file", change)
        assert first.code == 0, first.talk
        assert command(workspace.root, "company", "people", "sign", change, "--person", "ben").code == 0
    assert "ended: lost" in command(workspace.root, "company", "keys", "list").facts
