"""The client towards vendors: where it goes, what it carries, how long it waits, when it gives up."""

from __future__ import annotations

import gzip
import json
import random
import socket
import ssl
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from etl.errors import SettingsError, SourceError
from etl.sources.answers import NotStrictAnswerError, Shape, read_json
from etl.sources.calls import Answer, CallError, Patience, Request, UnusableError
from etl.sources.http import Client, Limits, Place, forms_of
from etl.sources.listing import Feed, Listing
from etl.sources.page_file import PageFile
from etl.sources.toggl import SOURCE as TOGGL
from etl.trust.secrets import Secret
from tests.trackers.practice import SECRET, Clock

JSON = {"Content-Type": "application/json"}


class Script:
    """A server that answers by a script: one entry a call, the last for all further ones."""

    def __init__(self, *answers, certificate=None):
        self.answers, self.seen = list(answers), []
        script = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                script.seen.append({name.lower(): value for name, value in self.headers.items()} | {"path": self.path})
                turn = script.answers[min(len(script.seen), len(script.answers)) - 1]
                if callable(turn):
                    turn(self)
                    return
                status, headers, body = turn
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.address = f"http{'s' if certificate else ''}://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def client(address, clock=None, ca_file="", limits=None, **patience):
    patience = {"chance": random.Random(1), "read_seconds": 3.0} | patience
    return Client(Place("tracker", {"core": address}, ca_file), Secret(SECRET, "a test"),
                  lambda token: {"X-Api-Key": token}, limits or Limits(), Patience(**patience), clock=clock or Clock())


def ask(one, path="/list"):
    return one.ask(Request(path), lambda answer: read_json(answer, "a test"))


OK = (200, JSON, b'{"rows":[1,2]}')


def test_the_credential_goes_along_and_netrc_does_not(tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login thief password other\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with Script(OK) as server:
        assert ask(client(server.address)) == {"rows": [1, 2]}
    assert server.seen[0]["x-api-key"] == SECRET
    assert "authorization" not in server.seen[0]


@pytest.mark.capability("C118")
def test_a_redirect_is_an_error_and_the_credential_stays(tmp_path):
    with (Script(OK) as elsewhere, Script((302, {"Location": elsewhere.address + "/x"}, b"")) as server,
          pytest.raises(CallError) as caught):
        ask(client(server.address))
    assert caught.value.code == "HTTP_REDIRECT"
    assert elsewhere.seen == []


@pytest.mark.capability("C118")
@pytest.mark.parametrize("address", [
    "http://api.example.com", "http://10.0.0.5/api", "ftp://127.0.0.1", "https://user:pass@api.example.com",
    "https://api.example.com/?token=1", "//api.example.com", ""])
def test_addresses_that_are_not_called(address):
    with pytest.raises(SettingsError) as caught:
        Place("tracker", {"core": address})
    assert caught.value.code == "ADDRESS_REFUSED"
    assert "pass" not in caught.value.message()


def test_a_practice_company_stays_on_this_machine():
    with pytest.raises(SettingsError, match="this machine only"):
        Place("tracker", {"core": "https://api.harvestapp.com/v2"}, loopback_only=True)


@pytest.mark.capability("C57")
def test_retry_after_is_honored_in_seconds_and_as_a_date():
    for told in ("17", (Clock().wall() + timedelta(seconds=17)).strftime("%a, %d %b %Y %H:%M:%S GMT")):
        clock = Clock()
        with Script((429, JSON | {"Retry-After": told}, b"{}"), OK) as server:
            ask(client(server.address, clock))
        assert 15 <= sum(clock.waited) <= 19, told


def test_a_wait_of_a_day_parks_the_pull_at_once():
    clock = Clock()
    with Script((429, JSON | {"Retry-After": "86400"}, b"{}")) as server, pytest.raises(CallError) as caught:
        ask(client(server.address, clock))
    assert caught.value.code == "HTTP_THROTTLED"
    assert (clock.waited, len(server.seen)) == ([], 1)
    assert 86_400 <= caught.value.again_in < 86_500
    assert "1441 min" in caught.value.fix or "1440 min" in caught.value.fix


@pytest.mark.capability("C57")
def test_throttling_without_a_word_backs_off_with_jitter():
    clock = Clock()
    with Script(*[(429, {"Content-Type": "text/html"}, b"<html>429</html>")] * 4, OK) as server:
        ask(client(server.address, clock))
    assert len(clock.waited) == 4
    assert all(later >= 1 for later in clock.waited)
    assert clock.waited[-1] > clock.waited[0]
    assert len({round(seconds, 3) for seconds in clock.waited}) == 4


@pytest.mark.capability("C57")
def test_402_is_a_spent_quota_or_the_plan():
    clock = Clock()
    spent = (402, {"X-Toggl-Quota-Remaining": "0", "X-Toggl-Quota-Resets-In": "600"}, b"quota exceeded")
    with Script(spent, OK) as server:
        ask(client(server.address, clock, limits=TOGGL.limits))
    assert 600 <= sum(clock.waited) < 605
    with Script((402, JSON, b'{"message":"not in your plan"}')) as server, pytest.raises(CallError) as caught:
        ask(client(server.address, limits=TOGGL.limits))
    assert caught.value.code == "HTTP_PAYMENT"
    assert len(server.seen) == 1


@pytest.mark.parametrize(("status", "calls", "code"), [
    (401, 1, "HTTP_DENIED"), (403, 1, "HTTP_DENIED"), (404, 1, "HTTP_REFUSED"), (410, 1, "HTTP_REFUSED"),
    (422, 1, "HTTP_REFUSED"), (500, 4, "HTTP_FAILING"), (503, 4, "HTTP_FAILING")])
def test_what_is_asked_again_and_what_is_not(status, calls, code):
    with Script((status, JSON, b'{"message":"no"}')) as server, pytest.raises(CallError) as caught:
        ask(client(server.address, tries=4))
    assert (len(server.seen), caught.value.code) == (calls, code)


def test_an_answer_shorter_than_announced_is_cut_and_asked_again():
    def cut(out):
        out.send_response(200)
        out.send_header("Content-Type", "application/json")
        out.send_header("Content-Length", "200")
        out.end_headers()
        out.wfile.write(b'{"rows":[1')
        out.close_connection = True

    with Script(cut, OK) as server:
        assert ask(client(server.address)) == {"rows": [1, 2]}
    with Script(cut) as server, pytest.raises(CallError) as caught:
        ask(client(server.address, tries=2))
    assert (caught.value.code, len(server.seen)) == ("HTTP_CUT", 2)
    assert "10 of 200 bytes came" in caught.value.what


def test_pages_that_end_before_their_list_are_told(tmp_path):
    listing = Listing("records", Request("/records"), lambda page: [page.data], Shape("records", {}))
    file = PageFile(tmp_path / "pages")
    with pytest.raises(CallError) as caught:
        Feed(None, file, "tracker").page(listing, listing.first)
    file.close()
    assert (caught.value.code, caught.value.where) == ("PAGE_MISSING", "connection tracker, records")


def test_a_refusal_tells_the_vendors_words_without_the_secret():
    body = json.dumps({"message": f"token {SECRET} is not known", "login": forms_of(SECRET)[2]}).encode()
    with Script((401, JSON, body)) as server, pytest.raises(CallError) as caught:
        ask(client(server.address))
    assert "is not known" in caught.value.what
    assert not any(form in caught.value.message() for form in forms_of(SECRET))


@pytest.mark.capability("C57")
def test_the_retries_of_a_whole_pull_are_limited():
    with Script((500, JSON, b"{}"), OK, (500, JSON, b"{}"), OK, (500, JSON, b"{}"), OK) as server:
        one = client(server.address, retries_in_all=2)
        ask(one)
        ask(one)
        with pytest.raises(CallError):
            ask(one)


def test_a_steady_drip_ends_at_the_deadline():
    """A byte every fifth of a second never times out by itself; the deadline is for the whole."""
    def drip(out):
        out.send_response(200)
        out.send_header("Content-Type", "application/json")
        out.send_header("Content-Length", "1000")
        out.end_headers()
        try:
            for _ in range(50):
                out.wfile.write(b" ")
                out.wfile.flush()
                clock.now += timedelta(seconds=30)
                threading.Event().wait(0.02)
        except OSError:
            pass

    clock = Clock()
    with Script(drip) as server, pytest.raises(CallError) as caught:
        ask(client(server.address, clock, answer_seconds=300.0, tries=1))
    assert caught.value.code == "HTTP_TOO_SLOW"


def test_a_gzip_bomb_is_cut_off():
    bomb = gzip.compress(b"[" + b" " * 50_000_000 + b"]")
    with Script((200, JSON | {"Content-Encoding": "gzip"}, bomb)) as server, pytest.raises(CallError) as caught:
        ask(client(server.address, body_bytes=1_000_000, tries=1))
    assert caught.value.code == "HTTP_TOO_LARGE"


@pytest.mark.capability("C118")
def test_a_certificate_nobody_vouches_for_is_refused(tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"], capture_output=True, check=False)
    assert made.returncode == 0, made.stderr
    with Script(OK, certificate=(certificate, key)) as server:
        with pytest.raises(CallError) as caught:
            ask(client(server.address))
        assert caught.value.code == "TLS_REFUSED"
        assert ask(client(server.address, ca_file=str(certificate))) == {"rows": [1, 2]}


def test_nobody_there_is_told_calmly():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(CallError) as caught:
        ask(client(f"http://127.0.0.1:{port}", tries=2))
    assert caught.value.code == "HTTP_NO_ANSWER"


def test_a_clock_that_is_hours_off_is_remarked():
    clock = Clock()
    clock.now -= timedelta(hours=3)
    with Script(OK) as server:
        one = client(server.address, clock)
        ask(one)
    assert "the tracker's clock says" in one.clock_remark


STRICT = [  # body, refused for good or asked again, why
    (b'{"id":1,"id":2}', NotStrictAnswerError, "stands twice"),
    (b'{"hours":NaN}', NotStrictAnswerError, "no number"),
    (b'{"hours":1e999}', NotStrictAnswerError, "beyond all measure"),
    (b'{"id":' + b"9" * 5000 + b"}", NotStrictAnswerError, "too long"),
    (b"[" * 100_000 + b"]" * 100_000, NotStrictAnswerError, "nested too deeply"),
    (b'{"note":"\\ud800"}', NotStrictAnswerError, "surrogate"),
    (b'\xef\xbb\xbf{"id":1}', NotStrictAnswerError, "byte order mark"),
    (b'{"id":1}{"id":2}', UnusableError, "no whole JSON"),
    (b'{"id":1}\n{"id":2}', UnusableError, "no whole JSON"),
    (b'{"time_entries":[{"id":2890000101,"spent_', UnusableError, "no whole JSON"),
    (b'{"note":"\xff"}', UnusableError, "UTF-8"),
    (b"", UnusableError, "no whole JSON"),
]


@pytest.mark.parametrize(("body", "kind", "why"), STRICT)
def test_json_is_read_strictly(body, kind, why):
    with pytest.raises(kind, match=why):
        read_json(Answer(200, {"content-type": "application/json"}, body), "a test")


def test_figures_keep_their_digits_and_ids_theirs():
    found = read_json(Answer(200, {"content-type": "application/json; charset=utf-8"},
                             b'{"hours":3.330,"id":9007199254740993}'), "a test")
    assert (str(found["hours"]), found["id"]) == ("3.330", 9007199254740993)


def test_a_login_page_with_status_200_is_no_answer():
    page = (200, {"Content-Type": "text/html"}, b"<html>Log in</html>")
    with Script(page, OK) as server:
        assert ask(client(server.address)) == {"rows": [1, 2]}
    with Script(page) as server, pytest.raises(SourceError) as caught:
        ask(client(server.address, tries=2))
    assert caught.value.code == "HTTP_NOT_JSON"


def test_the_time_of_a_pull_is_limited():
    clock = Clock()
    with Script((503, JSON, b"{}")) as server, pytest.raises(CallError) as caught:
        ask(client(server.address, clock, deadline=20.0, tries=50, first_wait=4.0))
    assert sum(clock.waited) <= 20
    assert caught.value.again_in is not None


def test_now_is_in_utc():
    assert Clock().wall().tzinfo is UTC
    assert datetime.now(UTC) - Clock().wall() < timedelta(seconds=5)
