"""How far time is approved at the tracker: read from the pages of a pull, told with it, and no part of any entry."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import pytest

from etl.sandbox.server import clockify, quickbooks_time
from etl.sandbox.server.serving import PracticeServer
from etl.sources.pulling import standings
from etl.sources.rows import Rows
from etl.tables import STANDINGS
from tests.trackers import practice
from tests.trackers.test_samples import FILES, WEEK, connection, pulled, rows

STAND = {   # of the sample week, counted in its pages
    "toggl": {}, "harvest": {"approved": 2, "submitted": 2, "open": 15},
    "clockify": {"approved": 1, "locked": 1, "open": 17},
    "quickbooks_time": {"approved": 4, "submitted": 3, "locked": 1, "open": 11}, "kimai": {"locked": 1, "open": 18}}


def landed_standings(source, folder):
    result, _ = pulled(source, folder)
    return result, standings(result.pages, connection(source), WEEK, folder / "again")


@pytest.mark.parametrize("source", FILES)
def test_of_every_entry_once(source, tmp_path):
    result, table = landed_standings(source, tmp_path)
    assert table.schema == STANDINGS
    refs = table["entry_ref"].to_pylist()
    assert sorted(refs) == (sorted(row["entry_ref"] for row in rows(result)) if STAND[source] else [])
    assert Counter(table["standing"].to_pylist()) == STAND[source]
    assert sum(result.standing.values()) == len(refs) + (result.counts["repeated"] if refs else 0)
    assert not list((tmp_path / "again").iterdir()), "nothing is left behind"


def test_harvest_says_it_on_the_entry(tmp_path):
    _, table = landed_standings("harvest", tmp_path)
    said = {}
    for page in (1, 2):
        path = pulled("harvest", tmp_path / str(page))[1].folder / f"v2_time_entries.page{page}.json"
        said |= {str(one["id"]): one["approval_status"] for one in json.loads(path.read_text())["time_entries"]}
    for row in table.to_pylist():
        assert row["tracker_word"] == said[row["entry_ref"]]
        assert row["standing"] == {"unsubmitted": "open"}.get(row["tracker_word"], row["tracker_word"])


def test_clockify_says_who_and_when(tmp_path):
    _, table = landed_standings("clockify", tmp_path)
    [row] = [row for row in table.to_pylist() if row["standing"] == "approved"]
    assert (row["tracker_word"], row["approved_by"], row["approved_at"]) == (
        "APPROVED", "Priya Venkataraman", "2026-11-16T15:01:22Z")


def test_quickbooks_time_approves_a_person_up_to_a_day(tmp_path):
    result, table = landed_standings("quickbooks_time", tmp_path)
    until = json.loads((pulled("quickbooks_time", tmp_path / "b")[1].folder / "v1_users.json").read_text())
    days = {one["email"]: (one["approved_to"], one["submitted_to"]) for one in until["results"]["users"].values()}
    stand = {row["entry_ref"]: row["standing"] for row in table.to_pylist()}
    for row in rows(result):
        approved, submitted = days[row["person_ref"]]
        if row["date_text"] <= approved:
            assert stand[row["entry_ref"]] == "approved"
        elif row["date_text"] <= submitted:
            assert stand[row["entry_ref"]] == "submitted"
        else:
            assert stand[row["entry_ref"]] in ("open", "locked")


HARVEST = [   # approval_status, is_closed, is_locked, standing
    ("approved", True, True, "approved"),
    ("submitted", False, True, "submitted"),
    ("unsubmitted", False, False, "open"),
    ("unsubmitted", False, True, "locked"),
    (None, True, True, "approved"),
    (None, False, True, "locked"),
    (None, False, False, "open"),
]


@pytest.mark.parametrize(("word", "is_closed", "is_locked", "standing"), HARVEST)
def test_the_words_of_harvest(word, is_closed, is_locked, standing):
    from etl.sources.harvest import _standing

    found = _standing(Rows([{"approval_status": word, "is_closed": is_closed, "is_locked": is_locked}]))
    assert found == {"standing": [standing], "tracker_word": (word,)}


def test_a_pull_tells_it_and_no_entry_changes(tmp_path, monkeypatch):
    """Approved meanwhile: the landed entries are the same, so nothing that was exported has another version."""
    book = practice.book()
    with PracticeServer(book) as server:
        workspace = practice.make_company(tmp_path, server, "quickbooks_time", page_size=3)
        before = practice.pull(workspace)
        asked = quickbooks_time._rows

        def approved(desk, ask, name):
            return [row | ({"approved_to": "2026-11-03"} if name == "users" else {}) for row in asked(desk, ask, name)]

        monkeypatch.setattr(quickbooks_time, "_rows", approved)
        entries = practice.landed(workspace)
        after = practice.pull(workspace)
    assert not any("at the tracker" in text for _, text in before.facts)
    days = Counter(one.day.isoformat() <= "2026-11-03" for one in book.entries)
    assert ("tracker", f"at the tracker: {days[True]} approved, {days[False]} open") in after.facts
    assert practice.landed(workspace) == entries


def test_a_request_of_clockify_that_is_in_no_list_is_open(tmp_path, monkeypatch):
    """Rejected or withdrawn: nobody has approved it."""
    made = clockify._row
    monkeypatch.setattr(clockify, "_row", lambda desk, one: made(desk, one) | {"approvalRequestId": "64e1a0b2c3d4e5f6"})
    book = practice.book()
    book.add(replace(book.entries[0], id=500_001, kind="break"))
    with PracticeServer(book) as server:
        workspace = practice.make_company(tmp_path, server, "clockify", page_size=3)
        asked = practice.pull(workspace)
    assert not any("at the tracker" in text for _, text in asked.facts)


@pytest.mark.capability("C24")
def test_a_company_may_go_by_it(tmp_path, monkeypatch):
    """[approval] time = "tracker": what the newest pull says of an entry decides whether cost and billing wait."""
    book = practice.book()
    with PracticeServer(book) as server:
        workspace = practice.make_company(tmp_path, server, "quickbooks_time")
        settings = workspace.mappings(practice.tiny.COMPANY) / "company.toml"
        text = settings.read_text()
        settings.write_text(text.replace("[billing]", '[approval]\ntime = "tracker"\n[billing]', 1))
        waiting = []
        asked = quickbooks_time._rows
        for until in ("2026-01-01", "2026-11-03"):
            monkeypatch.setattr(quickbooks_time, "_rows", lambda desk, ask, name, until=until: [
                row | ({"approved_to": until} if name == "users" else {}) for row in asked(desk, ask, name)])
            practice.pull(workspace)
            run = practice.start(workspace)
            practice.steps.map_entries(run)
            with run.engine() as engine:
                rows = engine.fetch("entries_unapproved").to_pylist()
                waiting.append(len(rows))
            run.end()
    assert waiting == [len(book.entries), sum(one.day.isoformat() > "2026-11-03" for one in book.entries)]
    assert rows[0]["told"] == "week from 2026-11-02: not approved in the tracker; its manager approves there"
