"""The sample pages of one invented company: every tracker tells the same week, each in its own way."""

from __future__ import annotations

import json
from datetime import date

import pyarrow.parquet as pq
import pytest

from etl.errors import SourceError
from etl.settings import Connection
from etl.sources.calls import Answer, CallError
from etl.sources.pulling import pull_window, read_again
from etl.sources.trackers import Window
from tests.shared import shared

WEEK = Window(date(2026, 11, 9), date(2026, 11, 15))
STOPPED = 263_080   # seconds of the week: stopped, not deleted, lunch left out (sources reference, section 10)
DELETED_LATER = 3 * 3600   # in the first pages of the two trackers that keep no tombstone
ACCOUNTS = {"toggl": "7310042", "harvest": "1", "clockify": "64e1a0b2c3d4e5f601000001"}
FILES = {
    "toggl": {"users": "v9_workspace_users", "clients": "v9_workspace_clients", "projects": "v9_workspace_projects",
              "tasks": "v9_workspace_tasks", "tags": "v9_workspace_tags"},
    "harvest": {"company": "v2_company", "users": "v2_users"},
    "clockify": {"users": "v1_workspace_users", "clients": "v1_workspace_clients",
                 "projects": "v1_workspace_projects", "tags": "v1_workspace_tags",
                 "approval-requests": "v1_approval_requests", "in-progress": "v1_time_entries_in_progress"},
    "quickbooks_time": {"users": "v1_users", "jobcodes": "v1_jobcodes",
                        "last_modified_timestamps": "v1_last_modified_timestamps"},
    "kimai": {"users": "api_users", "customers": "api_customers", "projects": "api_projects",
              "activities": "api_activities"}}
PAGES = {"toggl": "reports_v3_search_time_entries", "harvest": "v2_time_entries", "clockify": "reports_detailed",
         "quickbooks_time": "v1_timesheets", "kimai": "api_timesheets"}
HARVEST_BASE = "https://api.harvestapp.com/v2"


class Samples:
    """Answers requests with the files; it knows nothing of how they are read."""

    clock_remark = ""

    def __init__(self, source: str) -> None:
        self.source, self.folder, self.asked, self.spoil = source, shared(f"samples/sources/{source}"), [], None

    def ask(self, request, read):
        self.asked.append(request)
        body, headers = self.answer(request)
        if self.spoil:
            body = self.spoil(request, body)
        return read(Answer(200, {"content-type": "application/json"} | headers, body))

    def ask_ahead(self, request):
        """Nothing has to be fetched."""

    def answer(self, request):
        name = request.path.rsplit("/", 1)[-1]
        if name in FILES[self.source]:
            return (self.folder / f"{FILES[self.source][name]}.json").read_bytes(), {}
        if name in ("search", "time_entries", "detailed", "timesheets"):
            return self.page(request)
        return self.nothing(name), {}

    def page(self, request):
        body = json.loads(request.body) if request.body else {}
        number = 1 + any(word in str(request.said()) for word in ("first_row_number", "cursor", "page=2"))
        number = max(number, int(dict(request.query).get("page", 1)), body.get("detailedFilter", {}).get("page", 1))
        stem = f"{PAGES[self.source]}.page{number}"
        kept = self.folder / f"{stem}.headers.json"
        headers = json.loads(kept.read_text())["headers"] if kept.exists() else {}
        return (self.folder / f"{stem}.json").read_bytes(), {name.lower(): value for name, value in headers.items()}

    def nothing(self, name):
        if self.source == "harvest":
            return json.dumps({name: [], "total_entries": 0, "links": {"next": None}}).encode()
        if self.source == "quickbooks_time":
            fields = {str(id_): {"id": id_, "name": name} for id_, name in (
                (88010, "Service Item"), (88012, "Billable (Yes/No)"))}
            return json.dumps({"results": {name: fields}, "more": False}).encode()
        return b"[]"


def connection(source, **choices):
    return Connection(**({"name": "tracker", "source": source, "account": ACCOUNTS.get(source, ""),
                          "base_url": "https://time.example/api" if source == "kimai" else "", "page_size": 10,
                          "zone": "America/Los_Angeles", "refs": "names"} | choices))


def pulled(source, folder, **choices):
    samples = Samples(source)
    return pull_window(samples, connection(source, **choices), WEEK, folder, lambda *told: None), samples


def rows(result):
    return pq.read_table(result.entries).to_pylist()


def seconds(source, row):
    return round(float(row["duration_text"]) * 3600) if source == "harvest" else int(row["duration_text"])


@pytest.mark.parametrize("source", FILES)
def test_the_week_adds_up(source, tmp_path):
    result, _ = pulled(source, tmp_path)
    assert result.is_complete, result.error
    total = sum(seconds(source, row) for row in rows(result))
    if source == "harvest":   # hours to two decimals: 14 min 40 s and 3 h 20 min are not exact
        assert abs(total - STOPPED - DELETED_LATER) < 36 * 4
    else:
        assert total == STOPPED + (DELETED_LATER if source == "kimai" else 0)


@pytest.mark.parametrize("source", FILES)
def test_every_row_received_has_one_fate(source, tmp_path):
    result, _ = pulled(source, tmp_path)
    counts = result.counts
    assert counts["delivered"] == sum(counts[name] for name in ("entries", "running", "breaks", "hidden", "repeated"))
    assert counts["repeated"] == 1, "one id stands on both pages"
    assert len({row["entry_ref"] for row in rows(result)}) == result.rows
    if source in ("harvest", "kimai", "quickbooks_time"):
        assert counts["running"] == 1
    if source in ("clockify", "quickbooks_time"):
        assert counts["breaks"] == 1
    if source == "clockify":
        assert result.looked_up["running timers"] == 1


@pytest.mark.parametrize("source", FILES)
def test_people_projects_and_texts_are_the_same_everywhere(source, tmp_path):
    found = rows(pulled(source, tmp_path)[0])
    assert {row["person_ref"] for row in found} == {
        "maren.okafor@alderandpine.example", "tomas.rivera@alderandpine.example", "priya.v@alderandpine.example",
        "siobhan.whitlock@alderandpine.example", "jonah@feldqa.example", "studio@luciaferrante.example"}
    assert "Brand Refresh, Phase 2" in {row["project_ref"] for row in found}
    assert {row["client_ref"] for row in found} >= {"Harbor Lane Coffee", "Brightwater Museum Trust"}
    assert {"Design", "Development", "QA"} <= {row["service_ref"] for row in found}
    notes = {row["note"] or "" for row in found}
    assert "Überarbeitung der Karte – 地図 ✅" in notes
    assert any(note.startswith("=") for note in notes)
    assert any("Logo variants\n- dark" in note for note in notes)


def test_the_later_reading_of_an_entry_counts(tmp_path):
    found = [row["note"] for row in rows(pulled("harvest", tmp_path)[0]) if row["entry_ref"] == "2890000231"]
    assert found == ["Logo variants\n- dark\n- light [edited between pages]"]


@pytest.mark.parametrize("source", ["harvest", "clockify", "kimai"])
def test_a_count_that_does_not_match_is_incomplete(source, tmp_path):
    samples = Samples(source)
    samples.spoil = lambda request, body: body.replace(b'"entriesCount": 20', b'"entriesCount": 19').replace(
        b'"total_entries": 20', b'"total_entries": 21')
    if source == "kimai":
        answer = samples.answer
        samples.answer = lambda request: (answer(request)[0], answer(request)[1] | {"x-total-count": "21"})
    result = pull_window(samples, connection(source), WEEK, tmp_path, lambda *told: None)
    assert not result.is_complete
    assert result.error.code == "PULL_NOT_PROVEN"


SPOILT = [  # source, what the tracker now sends, what the message must tell
    ("toggl", (b'"seconds": 12600', b'"seconds": "12600"'), "seconds: was a whole number, is text"),
    ("harvest", (b'"hours": 4.0', b'"hours": "4:00"'), "hours: was a whole number or a decimal number, is text"),
    ("harvest", (b'"unsubmitted"', b'"auto_approved"'), "new is auto_approved"),
    ("clockify", (b'"type": "REGULAR"', b'"type": "ON_CALL"'), "new is ON_CALL"),
    ("clockify", (b'"duration": 880', b'"duration": "PT14M40S"'), "duration: was a whole number or nothing, is text"),
    ("quickbooks_time", (b'"type": "regular"', b'"type": "punched"'), "new is punched"),
    ("quickbooks_time", (b'"more": false', b'"more": "no"'), "no word whether there is more"),
    ("kimai", (b'"begin"', b'"began"'), "begin: was text, is missing"),
]


@pytest.mark.capability("C31")
@pytest.mark.parametrize(("source", "change", "told"), SPOILT)
def test_another_form_stops_with_the_difference(source, change, told, tmp_path):
    samples = Samples(source)
    samples.spoil = lambda request, body: body.replace(*change)
    with pytest.raises(SourceError) as caught:
        pull_window(samples, connection(source), WEEK, tmp_path, lambda *told: None)
    assert caught.value.code == "SCHEMA_CHANGED"
    assert told in caught.value.what
    assert not (tmp_path / "received.pages").exists(), "the next attempt would only read it again"


@pytest.mark.parametrize("source", FILES)
def test_a_new_field_is_kept_and_reported(source, tmp_path):
    samples = Samples(source)
    samples.spoil = lambda request, body: body.replace(b'"billable": true', b'"billable": true, "mood": "good"')
    result = pull_window(samples, connection(source), WEEK, tmp_path, lambda *told: None)
    assert result.is_complete
    assert any("mood" in remark for remark in result.remarks)
    assert b'"mood": "good"' in result.pages.read_bytes()


@pytest.mark.parametrize("source", FILES)
def test_landed_pages_give_the_same_entries_again(source, tmp_path):
    result, _ = pulled(source, tmp_path / "one")
    again = read_again(result.pages, connection(source), WEEK, tmp_path / "two")
    assert pq.read_table(again).equals(pq.read_table(result.entries))


def test_a_link_to_another_host_is_never_followed(tmp_path):
    samples = Samples("harvest")
    samples.spoil = lambda request, body: body.replace(b"api.harvestapp.com", b"api.harvestapp.evil.example")
    with pytest.raises(SourceError) as caught:
        pull_window(samples, connection("harvest"), WEEK, tmp_path, lambda *told: None)
    assert caught.value.code == "LINK_FOREIGN"


def test_a_link_to_itself_ends(tmp_path):
    samples = Samples("kimai")
    answer = samples.answer
    samples.answer = lambda request: (answer(request.with_query("page", 1))[0], answer(
        request.with_query("page", 1))[1] | {"x-total-pages": "999999"}) if "timesheets" in request.path else (
        answer(request))
    result = pull_window(samples, connection("kimai"), WEEK, tmp_path, lambda *told: None)
    assert isinstance(result.error, CallError)
    assert result.error.code == "PAGES_ENDLESS"
    assert len(samples.asked) < 12


ODD = [  # source, what the tracker sends, what is landed as the duration: held by the rules, never counted as running
    ("toggl", (b'"seconds": 12600', b'"seconds": -12600'), "-12600"),
    ("clockify", (b'"duration": 880', b'"duration": null'), None),
    ("kimai", (b'"duration": 880', b'"duration": null'), None),
]


@pytest.mark.parametrize(("source", "change", "duration"), ODD)
def test_a_stopped_entry_with_an_odd_duration_is_landed(source, change, duration, tmp_path):
    samples = Samples(source)
    samples.spoil = lambda request, body: body.replace(*change)
    result = pull_window(samples, connection(source), WEEK, tmp_path, lambda *told: None)
    assert duration in {row["duration_text"] for row in rows(result)}
    assert result.counts["running"] == (1 if source == "kimai" else 0)
