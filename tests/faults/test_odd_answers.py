"""Answers of trackers, and times in exports, that are rare and odd; the strict readers' are in tests/trackers."""

from __future__ import annotations

import json

import pytest

from etl.sources import listing
from etl.sources.calls import CallError
from etl.sources.pulling import pull_window
from tests.sql.company import Company, delivery
from tests.trackers.test_samples import WEEK, Samples, connection, pulled, rows


def changed(folder, change):
    """The sample week of Kimai with one landed entry otherwise."""
    one = rows(pulled("kimai", folder / "before")[0])[0]["entry_ref"]
    samples = Samples("kimai")
    samples.spoil = lambda request, body: body if "timesheets" not in request.path else json.dumps(
        [row | (change if str(row["id"]) == one else {}) for row in json.loads(body)]).encode()
    return pull_window(samples, connection("kimai"), WEEK, folder / "after", lambda *told: None)


def test_pages_without_an_end_are_ended(tmp_path, monkeypatch):
    """F14: always another page, each with rows of its own."""
    monkeypatch.setattr(listing, "MOST_PAGES", 12)
    samples = Samples("kimai")
    answer, turn = samples.answer, iter(range(1, 10_000))

    def more(request):
        if "timesheets" not in request.path:
            return answer(request)
        body, headers = answer(request.with_query("page", 1))
        first = next(turn) * 100_000
        page = [row | {"id": first + place} for place, row in enumerate(json.loads(body))]
        return json.dumps(page).encode(), headers | {"x-total-pages": "999999"}

    samples.answer = more
    result = pull_window(samples, connection("kimai"), WEEK, tmp_path, lambda *told: None)
    assert isinstance(result.error, CallError)
    assert (result.error.code, len(samples.asked) < 30) == ("PAGES_ENDLESS", True)
    assert "never ends" in result.error.what


def test_ids_are_texts_whatever_they_come_as(tmp_path):
    """J07: every id lands as text, with all its digits; beyond 2 to the 53rd no figure would hold it."""
    result = changed(tmp_path, {"id": 9007199254740993})
    refs = [row["entry_ref"] for row in rows(result)]
    assert all(isinstance(ref, str) for ref in refs)
    assert "9007199254740993" in refs


def test_a_description_of_five_megabytes(tmp_path):
    """J14: landed as it came, control characters, markup and formula included."""
    note = "=cmd|' /C calc'!A0 <script>alert(1)</script> \u0007" + "x" * 5_000_000
    result = changed(tmp_path / "long", {"description": note})
    assert note in [row["note"] for row in rows(result)]
    assert len(rows(result)) == len(rows(pulled("kimai", tmp_path / "plain")[0]))


INSTANTS = [   # J09: a start that is not in the declared form is no start; the entry waits with TE006
    "2026-11-10T09:00:00+14:00", "2026-11-10T09:00:00-00:00", "2026-11-10T09:00:60Z", "2026-11-10T24:00:00Z",
    "2026-11-10T09:00:00.123456789Z", "2026-11-10T09:00:00", "2026-11-10T09:00:00+24:00", "2026-11-10 09:60",
    "2026-11-10 24:00"]


@pytest.mark.parametrize("start", INSTANTS)
def test_instants_that_are_none(start):
    sheet = delivery([{"date": "2026-11-10", "start": start, "end": "2026-11-10 17:00"}])
    books = Company(duration="from_start_and_end").books(sheet, to="entries_with_states")
    assert books.rows("entries_with_states", "worked_seconds entry_code") == [["-", "TE006"]]
