"""What every tracker's source promises, asked of the practice server: nothing lost, nothing doubled, nothing told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from etl import steps
from etl.errors import RefusedError
from etl.sandbox.server.asking import ACCOUNT
from etl.sandbox.server.faults import Fault, Schedule
from etl.sandbox.server.serving import PracticeServer
from tests.faults import tiny
from tests.trackers import practice

each_source = pytest.mark.parametrize("source", practice.SOURCES)
PAGED = tuple(source for source in practice.SOURCES if source != "timetagger")


def expected(book, source):
    """The entries of the book as a person would list them: who, day, seconds, note."""
    mine = [one for one in book.entries if source != "timetagger" or one.user == practice.ANN]
    stopped = [one for one in mine if one.kind in ("work", "leave")]
    return sorted((one.user.email, one.seconds // 36 * 36 if source == "harvest" else one.seconds,
                   f"#Web #Code {one.note}" if source == "timetagger" else one.note) for one in stopped)


def found(rows, source):
    def seconds(text):
        return round(float(text) * 3600) if source == "harvest" else int(text)
    return sorted((row["person_ref"], seconds(row["duration_text"]), row["note"]) for row in rows)


@pytest.mark.capability("C55")
@each_source
def test_every_entry_comes_once_over_many_pages(tmp_path, source):
    book = practice.book()
    with PracticeServer(book) as server:
        workspace = practice.make_company(tmp_path, server, source, page_size=3)
        asked = practice.pull(workspace)
        calls = len(server.asked)
    assert asked.landed == "new"
    assert found(practice.landed(workspace), source) == expected(book, source)
    if source in PAGED:
        assert calls >= 7, "twenty entries, three a page"


@each_source
def test_the_day_is_the_persons_day(tmp_path, source):
    """Half past eleven in the evening in New York is the next day in UTC and in London."""
    book = practice.book()
    late = replace(book.entries[0], id=500_001, start=book.entries[0].start.replace(day=4, hour=4, minute=30),
                   seconds=1200, note="late on Tuesday")   # 2026-11-03 23:30 in New York
    book.add(late)
    with PracticeServer(book) as server:
        workspace = practice.make_company(tmp_path, server, source)
        run = practice.start(workspace)
        steps.pull(run)
        steps.map_entries(run)
        with run.engine() as engine:
            days = {row["entry_id"]: str(row["worked_on"]) for row in engine.fetch("entry_versions").to_pylist()}
        run.end()
    ref = next(row["entry_ref"] for row in practice.landed(workspace) if row["note"].endswith("late on Tuesday"))
    assert days[f"tracker:{ref}"] == "2026-11-03"


@each_source
def test_running_timers_and_breaks_are_counted_and_left_out(tmp_path, source):
    book = practice.book()
    one = book.entries[0]
    book.add(replace(one, id=500_001, kind="running", note="still going", seconds=0))
    book.add(replace(one, id=500_002, kind="break", note="Lunch", seconds=1800, start=one.start + timedelta(hours=6)))
    with PracticeServer(book) as server:
        workspace = practice.make_company(tmp_path, server, source)
        asked = practice.pull(workspace)
    rows = practice.landed(workspace)
    assert not any("still going" in row["note"] for row in rows)
    assert found(rows, source) == expected(book, source) or source == "toggl"
    told = " ".join(text for _, text in asked.facts)
    if source in ("harvest", "quickbooks_time", "kimai", "timetagger"):
        assert "1 running timer(s) left out" in told
    if source == "clockify":
        assert "1 running timers" in told
    if source in ("clockify", "quickbooks_time"):
        assert "1 unpaid break(s)" in told


@pytest.mark.capability("C146")
@pytest.mark.parametrize("source", ["harvest", "clockify", "kimai"])
def test_what_the_tracker_marks_as_billed_is_not_billed_again(tmp_path, source):
    book = practice.book()
    book.edit(book.entries[1].id, is_billed=True, is_billable=True)
    with PracticeServer(book) as server:
        workspace = practice.make_company(tmp_path, server, source)
        practice.pull(workspace)
    assert [row["billed_text"] for row in practice.landed(workspace)].count("true") == 1


@pytest.mark.parametrize(("source", "service"), [("clockify", "Time off"), ("quickbooks_time", "Paid Time Off")])
def test_leave_comes_as_a_service_of_its_own(tmp_path, source, service):
    book = practice.book()
    book.edit(book.entries[1].id, kind="leave")
    with PracticeServer(book) as server:
        workspace = practice.make_company(tmp_path, server, source)
        practice.pull(workspace)
    assert [row["service_ref"] for row in practice.landed(workspace)].count(service) == 1


@each_source
def test_late_edits_moves_and_deletions_are_seen(tmp_path, source):
    """Edited, moved to another day, deleted: three of twenty entries, between two pulls."""
    book = practice.book()
    with PracticeServer(book) as server:
        workspace = practice.make_company(tmp_path, server, source, delete_ceiling_percent=20)
        run = practice.start(workspace)
        steps.pull(run)
        edited, moved, gone = [one.id for one in book.entries if one.user == practice.ANN][:3]
        book.edit(edited, seconds=7200)
        book.edit(moved, start=next(one for one in book.entries if one.id == moved).start + timedelta(days=1))
        book.remove(gone)
        steps.pull(run)
        steps.map_entries(run)
        with run.engine() as engine:
            versions = engine.fetch("entry_versions").to_pylist()
        run.end()
    def of(number):
        key = f"tracker:k{number}" if source == "timetagger" else f"tracker:64e1a0b2c3d4e5f6{number:08x}" if (
            source == "clockify") else f"tracker:{number}"
        return [row for row in versions if row["entry_id"] == key]
    assert [row["worked_seconds"] for row in of(edited) if not row["is_superseded"]] == [7200]
    assert len({row["worked_on"] for row in of(moved)}) == 2
    assert [row["is_withdrawn"] for row in of(gone)] == [True]
    assert sum(row["is_withdrawn"] for row in versions) == 1


@each_source
def test_pulling_again_lands_nothing(tmp_path, source):
    with PracticeServer(practice.book()) as server:
        workspace = practice.make_company(tmp_path, server, source)
        first, before = practice.pull(workspace), tiny.times(tmp_path)
        second = practice.pull(workspace)
    assert (first.landed, second.landed) == ("new", "already here")
    assert tiny.times(tmp_path) == before


@each_source
def test_an_empty_answer_is_not_everything_deleted(tmp_path, source):
    book = practice.book()
    with PracticeServer(book) as server:
        workspace = practice.make_company(tmp_path, server, source)
        run = practice.start(workspace)
        steps.pull(run)
        book.entries.clear()
        steps.pull(run)
        with pytest.raises(RefusedError) as refused:
            steps.map_entries(run)
        run.end()
    assert refused.value.code == "DELETE_CEILING"


@each_source
def test_an_incomplete_pull_is_kept_and_never_drafted_from(tmp_path, source):
    """The token is revoked in the middle: what came is landed and marked; with a new token the pull goes on."""
    book = practice.book()
    with PracticeServer(book) as server:
        workspace = practice.make_company(tmp_path, server, source, page_size=3)
        practice.pull(workspace)
        in_all = len(server.asked)
        book.add(replace(book.entries[1], id=500_003, user=practice.ANN, note="one more"))
        server.asked.clear()
        breaks_at = max(1, in_all - 1)
        server.schedule = Schedule(faults={breaks_at: Fault("denied")})
        if source == "timetagger":
            return   # one call: nothing came, so nothing is incomplete; see the next test
        asked = practice.pull(workspace)
        assert len(server.asked) == breaks_at, "asked again after a refusal"
        assert asked.landed == "incomplete"
        run = practice.start(workspace)
        assert run.pulls()[-1].request["completeness"] == "incomplete"
        with pytest.raises(RefusedError) as refused:
            steps.map_entries(run)
        assert refused.value.code == "PULL_INCOMPLETE"
        again = steps.verify(tmp_path, full=True)
        assert again.exit_code == 0, again.text()
        server.asked.clear()
        server.schedule = Schedule()
        assert practice.pull(workspace).landed == "new"
        assert len(server.asked) < in_all, "finished pages were asked for again"
        steps.map_entries(run)
        run.end()
    assert any(row["note"].endswith("one more") for row in practice.landed(workspace))


@each_source
def test_a_refused_token_stops_at_once_and_is_told_nowhere(tmp_path, source):
    with PracticeServer(practice.book(), token=practice.SECRET) as server:
        workspace = practice.make_company(tmp_path, server, source)
        server.desk.token = "another"
        with pytest.raises(Exception, match="does not accept the token") as caught:
            practice.pull(workspace)
        assert len(server.asked) == 1
    assert practice.SECRET not in str(caught.value)
    practice.assert_kept_secret(tmp_path)


@pytest.mark.capability("C119")
@each_source
def test_the_secret_lies_nowhere_but_in_its_file(tmp_path, source):
    with PracticeServer(practice.book(), token=practice.SECRET) as server:
        workspace = practice.make_company(tmp_path, server, source)
        outcome = steps.week(practice.start(workspace))
    assert (outcome.exit_code, practice.SECRET in outcome.text()) == (0, False)
    assert (tmp_path / "reports" / tiny.COMPANY / "2026-11-08" / "batch-0001").is_dir()
    practice.assert_kept_secret(tmp_path)
    again = steps.verify(tmp_path, full=True)
    assert again.exit_code == 0, again.text()


@each_source
def test_the_preflight_asks_for_the_secret_and_nobody_else(tmp_path, source):
    with PracticeServer(practice.book()) as server:
        workspace = practice.make_company(tmp_path, server, source)
        lines = {row[0]: row for row in steps.preflight(practice.start(workspace)).rows}
        assert lines["connection tracker"][1] == "ok"
        (workspace.mappings(tiny.COMPANY) / "private" / "tracker.secret").unlink()
        lines = {row[0]: row for row in steps.preflight(practice.start(workspace)).rows}
        assert lines["connection tracker"][1] == "missing"
        assert server.asked == []


@pytest.mark.capability("C58")
@each_source
def test_every_call_is_in_the_ops_log(tmp_path, source):
    with PracticeServer(practice.book()) as server:
        workspace = practice.make_company(tmp_path, server, source)
        practice.pull(workspace)
        asked = [path.removeprefix(f"/{source}") for _, path in server.asked]
    lines = (tmp_path / "data" / "log" / tiny.COMPANY / "calls.jsonl").read_text().splitlines()
    assert len(lines) == len(asked)
    assert all('"status": 200' in line for line in lines)


def test_the_account_is_part_of_what_is_asked(tmp_path):
    with PracticeServer(practice.book()) as server:
        workspace = practice.make_company(tmp_path, server, "harvest", account=ACCOUNT[:-1])
        with pytest.raises(Exception, match="refuses the request"):
            practice.pull(workspace)
