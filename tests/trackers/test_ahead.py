"""The next page asked for while this one is read: one call ahead, each used in its turn or thrown away."""

from __future__ import annotations

import json
import threading

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from etl.sources.calls import CallError, Request
from etl.sources.line import Calls
from tests.trackers.practice import Clock
from tests.trackers.test_http import JSON, OK, Script, ask, client

ONE, TWO = Request("/list", (("page", "1"),)), Request("/list", (("page", "2"),))


def numbered():
    """Answers that tell how many calls came before them."""
    return [(200, JSON, json.dumps({"call": n}).encode()) for n in range(1, 9)]


def read(answer):
    return json.loads(answer.body)["call"]


def wait_for(server, calls):
    for _ in range(400):
        if len(server.seen) >= calls:
            return
        threading.Event().wait(0.01)
    raise AssertionError(server.seen)


def told_of(one):
    calls = []
    one.on_call = calls.append
    return calls


class Turns:
    """So many turns at once; more have to be waited for."""

    def __init__(self, left):
        self.left = left

    def take(self, clock, longest):
        if not self.left:
            return 60.0
        self.left -= 1
        return 0.0


def test_the_tracker_has_the_call_before_its_answer_is_asked_for():
    with Script(*numbered()) as server:
        one = client(server.address)
        calls = told_of(one)
        assert one.ask(ONE, read) == 1
        one.ask_ahead(TWO)
        wait_for(server, 2)
        assert len(calls) == 1
        assert one.ask(TWO, read) == 2
    assert [call["path"] for call in server.seen] == ["/list?page=1", "/list?page=2"]
    assert [(call.status, call.attempt, call.note) for call in calls] == [(200, 1, ""), (200, 1, "")]


def test_a_call_that_nobody_uses_is_told_and_its_answer_never_read():
    with Script(*numbered()) as server:
        one = client(server.address)
        calls = told_of(one)
        one.ask(ONE, read)
        one.ask_ahead(TWO)
        wait_for(server, 2)
        assert one.ask(ONE, read) == 3, "not the answer to another page"
        assert one.ask(TWO, read) == 4, "not the answer of before"
        one.ask_ahead(ONE)
        one.close()
    assert [call.note for call in calls] == ["", "not used", "", "", "not used"]


def test_a_call_ahead_has_its_turn_and_no_second_one():
    with Script(*numbered()) as server:
        one = client(server.address)
        one.turns = Turns(2)
        one.ask(ONE, read)
        one.ask_ahead(TWO)
        assert one.ask(TWO, read) == 2
        one.ask_ahead(ONE)   # no turn is left: it waits for its own
        with pytest.raises(CallError) as caught:
            one.ask(ONE, read)
    assert caught.value.code == "HTTP_QUOTA"
    assert len(server.seen) == 2


def test_nothing_is_sent_ahead_without_an_open_connection():
    with Script(*numbered()) as server:
        one = client(server.address)
        one.ask_ahead(ONE)
        assert server.seen == []
        assert one.ask(ONE, read) == 1


@pytest.mark.parametrize("answer", ["closes", "cut", "fails"])
def test_what_goes_wrong_ahead_is_mended_in_its_turn(answer):
    def closes(out):
        out.close_connection = True
        out.connection.close()

    def cut(out):
        out.send_response(200)
        out.send_header("Content-Type", "application/json")
        out.send_header("Content-Length", "99")
        out.end_headers()
        out.wfile.write(b'{"rows"')
        out.close_connection = True

    bad = {"closes": closes, "cut": cut, "fails": (503, JSON, b"{}")}[answer]
    clock = Clock()
    with Script(OK, bad, OK) as server:
        one = client(server.address, clock)
        calls = told_of(one)
        ask(one)
        one.ask_ahead(Request("/list"))
        wait_for(server, 2)
        assert clock.waited == []
        assert ask(one) == {"rows": [1, 2]}
    assert len(clock.waited) == 1
    assert [call.attempt for call in calls] == [1, 1, 2]
    assert len(server.seen) == 3


def test_the_time_of_a_pull_is_limited_ahead_too():
    clock = Clock()
    with Script(*numbered()) as server:
        one = client(server.address, clock, deadline=20.0)
        one.ask(ONE, read)
        one.ask_ahead(TWO)
        wait_for(server, 2)
        clock.sleep(21)
        one.ask_ahead(TWO)
        with pytest.raises(CallError) as caught:
            one.ask(TWO, read)
    assert caught.value.code == "HTTP_DEADLINE"
    assert len(server.seen) == 2


@given(st.lists(st.tuples(st.text(min_size=1), st.text()), max_size=4))
def test_an_address_is_the_one_requests_makes(query):
    query = [tuple(text.encode(errors="replace").decode() for text in pair) for pair in query]
    calls = Calls(dict, {"core": "https://api.example.com"}, {})
    request = Request("/v1/list", tuple(query))
    made = requests.Request("GET", "https://api.example.com/v1/list", params=query).prepare()
    assert calls.prepared(request, "https://api.example.com/v1/list").target == made.path_url


def test_a_credential_stays_with_the_connections_own_addresses():
    calls = Calls(lambda: {"Authorization": "Bearer token"}, {"core": "https://api.example.com"}, {})
    assert calls.prepared(Request("/x"), "https://api.example.com/x").headers["Authorization"] == "Bearer token"
    with pytest.raises(AssertionError, match="another address"):
        calls.prepared(Request("/x"), "https://api.example.org/x")
