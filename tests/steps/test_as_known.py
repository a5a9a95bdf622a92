"""The history as it was known on a day: what was exported later is in no view; positions decide, not clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from etl import steps
from etl.errors import RefusedError, SettingsError
from etl.steps.run import Run
from etl.store import history
from etl.workspace import Workspace
from tests.faults import tiny
from tests.faults.children import command

FIRST, SECOND = datetime(2026, 11, 10, 9, tzinfo=UTC), datetime(2026, 11, 17, 9, tzinfo=UTC)
BATCHES = "select company, batch from batches order by batch"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Two weeks, the second closed a week after the first."""
    root = tmp_path_factory.mktemp("known") / "w"
    tiny.make_company(root, weeks=2)
    with pytest.MonkeyPatch.context() as patch:
        for turn, now in enumerate((FIRST, SECOND)):
            patch.setattr(Run, "now", lambda run, now=now: now)
            assert tiny.week(root, tiny.PERIOD_END + timedelta(weeks=turn)).exit_code == 0
    return root


@pytest.mark.capability("M9")
def test_a_day_leads_to_positions_and_positions_decide(root):
    now = steps.query_history(root, BATCHES)
    assert [row[1] for row in now.rows] == ["1", "2"]
    for day, known in (("2026-11-09", []), ("2026-11-10", ["1"]), ("2026-11-16", ["1"]), ("2026-11-17", ["1", "2"])):
        then = steps.query_history(root, BATCHES, as_of=day)
        assert [row[1] for row in then.rows] == known, day
        assert f"as known on {day}" in then.title
        assert ("nothing" if not known else f"{tiny.COMPANY} record") in dict(then.facts)["up to"]


def test_no_view_and_no_stored_table_tells_more(root):
    place = Workspace(root)
    with history.attach(place, known={tiny.COMPANY: 5}) as connection:
        for name in (*history.VIEWS, "stored.entries", "stored.postings", "stored.control_totals"):
            held = history.ask(connection, f"select max(audit_number) as n from {name}").to_pylist()[0]["n"]
            assert held in (None, 5), name
    with history.attach(place, known={}) as connection:
        assert history.ask(connection, BATCHES).num_rows == 0


def test_what_later_batches_changed_is_as_it_was(root):
    """An open item followed over batches ends where knowledge ended."""
    sql = "select company, max(last_audit_number) as n from exceptions_open_history group by company"
    then = steps.query_history(root, sql, as_of="2026-11-10")
    now = steps.query_history(root, sql)
    assert then.rows == () or int(then.rows[0][1]) < int(now.rows[0][1])
    total = "select sum(debit)::varchar as debit from journal_lines"
    assert steps.query_history(root, total, as_of="2026-11-10").rows != steps.query_history(root, total).rows


def test_the_command_and_what_is_refused(root):
    told = command(root, "history", "query", BATCHES, "--as-of", "2026-11-10")
    assert (told.code, "as known on 2026-11-10" in told.facts) == (0, True)
    with pytest.raises(SettingsError):
        steps.query_history(root, BATCHES, as_of="yesterday")
    with pytest.raises(RefusedError):
        steps.query_history(root, "drop table known_up_to", as_of="2026-11-10")


@pytest.mark.capability("M9")
def test_a_batch_made_again_is_equal_to_the_byte_and_nothing_is_left(root):
    before = tiny.times(root)
    for number in (1, 2):
        outcome = steps.make_again(root, tiny.COMPANY, number)
        assert (outcome.exit_code, "equal to the byte" in outcome.title) == (0, True), outcome.text()
    assert tiny.times(root) == before
    with pytest.raises(RefusedError):
        steps.make_again(root, tiny.COMPANY, 9)


def test_edited_cross_references_do_not_reach_a_batch_of_the_past(root):
    path = root / "mappings" / tiny.COMPANY / "rates.csv"
    text = path.read_text()
    path.write_text(text.replace("120.00", "999.00"))
    assert steps.make_again(root, tiny.COMPANY, 2).exit_code == 0
    path.write_text(text)


def test_other_versions_are_told_and_figures_count(root, monkeypatch):
    monkeypatch.setattr("etl.steps.again.locked_versions", lambda: {"duckdb": "9.9"})
    outcome = steps.make_again(root, tiny.COMPANY, 1)
    assert (outcome.exit_code, dict(outcome.facts)["versions"]) == (0, "others than its manifest names")
