"""The real TimeTagger server: records written, edited and hidden through its own API, and pulled by ours."""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime

import bcrypt
import pytest

from etl import steps
from tests.faults import tiny
from tests.trackers import practice

USER, PASSWORD = "ann", "a practice password"


class RealTimeTagger:
    """A server process on loopback, and the little a test asks of its API with nothing but the standard library."""

    def __init__(self, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        hashed = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "timetagger"], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=os.environ | {"TIMETAGGER_BIND": f"127.0.0.1:{self.port}", "TIMETAGGER_DATADIR": str(folder),
                              "TIMETAGGER_CREDENTIALS": f"{USER}:{hashed}"})
        self.base = f"http://127.0.0.1:{self.port}/timetagger/api/v2"
        login = base64.b64encode(json.dumps(
            {"method": "usernamepassword", "username": USER, "password": PASSWORD}).encode())
        self.token = self._patiently(lambda: self.call("POST", "bootstrap_authentication", login))["token"]
        self.now = int(datetime(2026, 11, 6, 20, tzinfo=UTC).timestamp())

    def call(self, method, path, body=None):
        request = urllib.request.Request(f"{self.base}/{path}", body, method=method)
        if getattr(self, "token", ""):
            request.add_header("authtoken", self.token)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read())

    def put(self, key, begins, seconds, text):
        """A record, new or as the person changed it."""
        self.now += 60
        start = int(datetime.fromisoformat(begins).timestamp())
        record = {"key": key, "mt": self.now, "t1": start, "t2": start + seconds, "ds": text}
        assert self.call("PUT", "records", json.dumps([record]).encode())["accepted"] == [key]

    def _patiently(self, action):
        for _ in range(300):
            try:
                return action()
            except (urllib.error.URLError, ConnectionError, OSError):
                assert self.process.poll() is None, "the server ended"
                time.sleep(0.1)
        raise AssertionError("the server does not answer")

    def close(self):
        self.process.terminate()
        self.process.wait(20)


@pytest.fixture(scope="module", name="tagger")
def _tagger(tmp_path_factory):
    server = RealTimeTagger(tmp_path_factory.mktemp("timetagger"))
    yield server
    server.close()


class Served:
    """What practice.make_company asks of a server."""

    def __init__(self, tagger):
        self.tagger, self.desk = tagger, type("Desk", (), {"token": tagger.token})

    def base_url(self, source):
        return self.tagger.base

    def reports_url(self, source):
        return ""


def versions(workspace):
    run = practice.start(workspace)
    steps.pull(run)
    steps.map_entries(run)
    with run.engine() as engine:
        rows = engine.fetch("entry_versions").to_pylist()
        texts = {(row["pull_number"], row["source_row"]): row for row in engine.fetch("landed_texts").to_pylist()}
    run.end()
    rows = [texts[row["pull_number"], row["source_row"]] | row for row in rows]
    return {(row["entry_id"].removeprefix("tracker:"), row["version"]): row for row in rows}


def test_written_edited_hidden_and_pulled(tagger, tmp_path):
    tagger.put("one", "2026-11-03T14:00:00+00:00", 3 * 3600, "#Web #Code first")
    tagger.put("two", "2026-11-04T14:00:00+00:00", 3600, "#Web #Code second")
    tagger.put("late", "2026-11-05T04:30:00+00:00", 1800, "#Web #Code half past eleven on Wednesday in New York")
    tagger.put("runs", "2026-11-05T14:00:00+00:00", 0, "#Web #Code still running")
    workspace = practice.make_company(tmp_path, Served(tagger), "timetagger", delete_ceiling_percent=50)

    first = versions(workspace)
    assert {key: row["worked_seconds"] for (key, _), row in first.items()} == {"one": 10800, "two": 3600, "late": 1800}
    assert str(first["late", 1]["worked_on"]) == "2026-11-04"
    assert {row["person_ref"] for row in first.values()} == {practice.ANN.email}
    assert {(row["project_ref"], row["service_ref"]) for row in first.values()} == {("Web", "Code")}

    assert versions(workspace) == first
    assert len(practice.start(workspace).pulls()) == 1, "nothing new was landed"

    tagger.put("one", "2026-11-03T14:00:00+00:00", 2 * 3600, "#Web #Code first, corrected")
    tagger.put("two", "2026-11-04T14:00:00+00:00", 3600, "HIDDEN #Web #Code second")
    tagger.put("runs", "2026-11-05T14:00:00+00:00", 900, "#Web #Code stopped")
    second = versions(workspace)
    assert second["one", 1]["is_superseded"]
    assert second["one", 2]["worked_seconds"] == 7200
    assert second["two", 1]["is_withdrawn"]
    assert second["runs", 1]["worked_seconds"] == 900


def test_a_week_of_it_is_closed(tagger, tmp_path):
    tagger.put("three", "2026-11-06T14:00:00+00:00", 4 * 3600, "#Web #Code Friday")
    workspace = practice.make_company(tmp_path, Served(tagger), "timetagger")
    assert steps.week(practice.start(workspace)).exit_code == 0
    assert (tmp_path / "reports" / tiny.COMPANY / "2026-11-08" / "batch-0001").is_dir()


def test_a_revoked_token_stops_the_pull(tagger, tmp_path):
    served = Served(tagger)
    served.desk.token = tagger.token[:-3] + "xyz"
    workspace = practice.make_company(tmp_path, served, "timetagger")
    with pytest.raises(Exception, match="does not accept the token") as caught:
        practice.pull(workspace)
    assert tagger.token[:12] not in str(caught.value)
