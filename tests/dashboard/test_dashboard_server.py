"""Nothing without login, by whatever address; a role cannot be changed from the browser, nor another's page be read."""

from __future__ import annotations

import base64
import csv
import io
import json
import os
import re
import socket
import sys
from datetime import timedelta
from types import SimpleNamespace

import pyarrow.parquet as pq
import pytest
from tornado.httputil import HTTPHeaders

from etl import dashboard as door
from etl.dashboard import accounts
from etl.dashboard.gate import Gate
from etl.errors import EtlError, SettingsError
from etl.steps import dashboard, dashboard_login
from etl.steps.dashboard_login import Desk, Reader
from etl.trust.views import table
from tests.cli.command import timebooks
from tests.dashboard import house as houses
from tests.dashboard.house import COMPANY, PEOPLE

CLOSED = (
    "/ws", "/autoload.js?bokeh-autoload-element=x", "/metadata", "/static/js/bokeh.min.js", "/favicon.ico",
    "/static/extensions/panel/panel.min.js", "/export/pay.csv?company=acme", "/export/hours.parquet", "/logout",
    "/?company=acme", "/?bokeh-session-id=x", "//", "/%2e%2e/etc/passwd", "/liveness", "/rest/session_info",
    "/login?x=1", "/once/short")
EXPORTS = {f"{view.name}.{form}" for view in dashboard.VIEWS for form in ("csv", "xlsx", "parquet")}


def document_of(browser):
    """The token of the live page that this browser was given."""
    found = re.search(r'"token":"([^"]+)"', browser.ask("/").text)
    assert found is not None
    return found[1]


@pytest.mark.capability("C93", "C116")
def test_nothing_is_had_without_login(house):
    stranger = house.browser()
    for path in CLOSED:
        reply = stranger.ask(path)
        assert (reply.status, COMPANY.encode() in reply.body) == (303 if path.startswith("/?") else 403, False), path
    for name in sorted(EXPORTS):
        assert stranger.ask(f"/export/{name}?company={COMPANY}").status == 403
    assert stranger.upgrade("/ws") == 403
    home = stranger.ask("/")
    assert (home.status, home.headers["Location"], home.body) == (303, "/login", b"")
    for cookie in ("x", "dana", "0" * 64, '"', "a; b"):
        stranger.cookies = {"timebooks_dashboard": cookie}
        assert stranger.ask(f"/export/pay.csv?company={COMPANY}").status == 403
    for method in ("PUT", "DELETE", "OPTIONS", "POST", "TRACE"):
        assert stranger.ask("/", method).status in (403, 405)


def test_every_answer_says_what_a_browser_may_do_with_it(house):
    browser = house.logged_in("dana")
    for path, status in (("/login", 200), ("/", 200), ("/static/js/bokeh.min.js", 200), ("/metadata", 404),
                         (f"/export/periods.csv?company={COMPANY}", 200)):
        reply = browser.ask(path)
        policy = reply.headers["Content-Security-Policy"]
        assert reply.status == status
        assert policy.startswith("default-src 'none'; script-src 'self'")
        assert "unsafe-eval" not in policy
        assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
        assert {reply.headers[name] for name in ("X-Content-Type-Options", "X-Frame-Options", "Cache-Control")} == {
            "nosniff", "DENY", "no-store"}
        assert reply.headers["Server"] == "Timebooks"
    page = browser.ask("/")
    [nonce] = re.findall(r"'nonce-([^']+)'", page.headers["Content-Security-Policy"])
    assert page.text.count("<script") == page.text.count(f'<script nonce="{nonce}"') > 2


@pytest.mark.capability("C116")
def test_another_name_or_page_of_this_machine_is_refused(house):
    browser = house.logged_in("dana")
    own = f"http://127.0.0.1:{house.port}"
    assert browser.ask("/", Host="evil.example").status == 403
    assert browser.ask("/", Host=f"evil.example:{house.port}").status == 403
    assert browser.ask("/", Origin="http://evil.example").status == 403
    assert browser.ask("/login", form={"answer": "x"}, Origin="http://127.0.0.1:1").status == 403
    token = document_of(browser)
    offered = {"Sec_WebSocket_Protocol": f"bokeh, {token}"}
    assert browser.upgrade("/ws", **offered) == 101
    assert browser.upgrade("/ws", **offered, Origin="http://evil.example") == 403
    assert browser.upgrade("/ws", **offered, Host="evil.example", Origin="http://evil.example") == 403
    assert browser.ask("/logout", "POST", Origin="http://evil.example").status == 403
    assert browser.ask("/", Origin=own).status == 200


@pytest.mark.capability("C93", "C116")
def test_the_role_is_none_of_the_browsers_business(house):
    """Neither by address, header, cookie, nor by the page of somebody else."""
    manager, controller = house.logged_in("tess"), house.logged_in("dana")
    for path in ("/?role=preparer", "/?person=dana", f"/?company={COMPANY}&role=preparer",
                 f"/export/pay.csv?company={COMPANY}&role=preparer", "/?bokeh-session-id=abc", "/?bokeh-token=abc"):
        assert manager.ask(path).status == 404, path
    assert manager.ask("/", Bokeh_Session_Id="abc").status == 403
    assert set(manager.cookies) == {"timebooks_dashboard", "timebooks_login"}
    assert "dana" not in manager.ask("/").text
    assert "tess: time approver" in manager.ask("/").text
    of_controller = document_of(controller)
    assert controller.upgrade("/ws", Sec_WebSocket_Protocol=f"bokeh, {of_controller}") == 101
    assert manager.upgrade("/ws", Sec_WebSocket_Protocol=f"bokeh, {of_controller}") == 403
    assert manager.upgrade("/ws", Sec_WebSocket_Protocol="bokeh, nonsense") == 403
    manager.cookies |= {"role": "preparer", "user": "dana", "timebooks_role": "preparer"}
    headings = manager.ask(f"/export/pay.csv?company={COMPANY}").body.decode("utf-8-sig").splitlines()[0]
    assert "Amount" not in headings
    assert "Amount" in controller.ask(f"/export/pay.csv?company={COMPANY}").body.decode("utf-8-sig").splitlines()[0]


@pytest.mark.capability("C92", "C93")
@pytest.mark.parametrize("person", ["tess", "cleo", "ada", "nina"])
def test_the_server_gives_each_role_the_files_of_its_views_and_no_others(house, person):
    browser, role = house.logged_in(person), PEOPLE[person]
    for view in dashboard.VIEWS:
        wanted = [column.heading for column in table()[view.name].columns if role in column.roles]
        reply = browser.ask(f"/export/{view.name}.csv?company={COMPANY}")
        if not wanted:
            assert reply.status == 404
            continue
        rows = csv.DictReader(io.StringIO(reply.body.decode("utf-8-sig"), newline=""))
        assert rows.fieldnames == wanted
        rows = list(rows)
        assert pq.read_table(io.BytesIO(browser.ask(f"/export/{view.name}.parquet?company={COMPANY}").body)
                             ).num_rows == len(rows)
        assert reply.headers["Content-Disposition"].startswith("attachment")
    assert browser.ask("/export/pay.csv?company=other").status == 404
    assert browser.ask("/export/nothing.csv?company=acme").status == 404
    assert browser.ask("/export/hours.exe?company=acme").status == 404


def test_a_challenge_is_good_once_in_one_browser_for_one_address_and_one_key(house):
    browser, other = house.browser(), house.browser()
    challenge = browser.challenge()
    answer = house.answer("cleo", challenge)
    other.challenge()
    assert other.ask("/login", form={"answer": answer}).status == 403, "shown in another browser"
    assert browser.ask("/login", form={"answer": answer}).status == 403, "and then it is used up"
    challenge = browser.challenge()
    elsewhere = house.answer("cleo", challenge.replace(str(house.port), "9"))
    assert browser.ask("/login", form={"answer": elsewhere}).status == 403
    signed = json.loads(base64.urlsafe_b64decode(house.answer("cleo", browser.challenge())))
    signed["signatures"][0]["sig"] = base64.b64encode(b"\0" * 64).decode()
    for wrong in (base64.urlsafe_b64encode(json.dumps(signed).encode()).decode(), "", "x", "é" * 9, "A" * 20_000):
        assert browser.ask("/login", form={"answer": wrong}).status == 403
    good = house.answer("cleo", browser.challenge())
    assert browser.ask("/login", form={"answer": good}).status == 200
    assert browser.ask("/").status == 200
    assert house.browser().ask("/login", form={"answer": good}).status == 403


def test_the_first_link_is_the_starters_and_good_once(house):
    link = re.search(r"http://\S+(/once/\S+)", house.told)
    assert link is not None
    browser = house.browser()
    reply = browser.ask(link[1])
    assert reply.status == 200
    assert "dana: preparer" in browser.ask("/").text
    assert house.browser().ask(link[1]).status == 403
    assert browser.ask("/logout", "POST", Origin=f"http://127.0.0.1:{house.port}").status == 200
    assert browser.ask("/").status == 303


@pytest.mark.capability("C93", "C116")
def test_who_loses_role_or_key_sees_nothing_from_then_on(tmp_path, office):
    own = office.copy(tmp_path)
    desk = Desk(own.place, "127.0.0.1:1")
    with houses.at_work(own):
        secrets = {}
        for person in ("tess", "cleo"):
            key = own.key_of(person)
            secrets[person] = desk.followed(desk.link(Reader(person, key)).rpartition("/")[2])
        sessions = {person: desk.session(secret) for person, secret in secrets.items()}
        assert set(desk.roles(sessions["tess"], COMPANY)) == {"time_approver"}
        own.change({"change": "take-away", "person": "tess", "company": COMPANY, "role": "time_approver"})
        assert desk.roles(sessions["tess"], COMPANY) == {}
        assert desk.companies(sessions["tess"]) == []
        own.end_key(own.key_of("cleo"))
    assert desk.session(secrets["cleo"]) is None
    assert not desk.holds(sessions["cleo"])


def test_sessions_links_and_challenges_end_by_the_clock(office):
    at = [dashboard_login.now_utc()]
    desk = Desk(office.place, "127.0.0.1:1", clock=lambda: at[0])
    reader = Reader("cleo", office.key_of("cleo"))
    late = desk.link(reader).rpartition("/")[2]
    secret = desk.followed(desk.link(reader).rpartition("/")[2])
    challenge = desk.challenge("browser")
    at[0] += dashboard_login.CHALLENGE_LIVES
    with pytest.raises(EtlError, match="LOGIN"):
        desk.followed(late)
    with houses.at_work(office):
        answer = dashboard_login.challenge_answer(challenge, person="cleo").title
    with pytest.raises(EtlError, match="too old"):
        desk.answered(answer, "browser")
    assert desk.session(secret) is not None
    at[0] += dashboard_login.IDLE - timedelta(seconds=1)
    assert desk.session(secret) is not None
    at[0] += dashboard_login.IDLE + timedelta(seconds=1)
    assert desk.session(secret) is None
    with pytest.raises(EtlError, match="LOGIN"):
        desk.followed("x" * 40)


def test_a_practice_key_opens_practice_alone(tmp_path):
    place = houses.tiny.make_company(tmp_path)
    houses.tiny.make_company(tmp_path / "other", company="acme")
    (tmp_path / "other" / "mappings" / "acme").rename(tmp_path / "mappings" / "acme")
    desk = Desk(place, "127.0.0.1:1")
    answer = dashboard_login.challenge_answer(
        desk.challenge("b"), person="sandbox-approver", company=houses.tiny.COMPANY).title
    session = desk.session(desk.answered(answer, "b"))
    assert desk.companies(session) == [houses.tiny.COMPANY]
    assert set(desk.roles(session, houses.tiny.COMPANY)) == {"batch_approver", "time_approver"}
    owner = desk.session(desk.followed(desk.link(Reader("root")).rpartition("/")[2]))
    assert desk.companies(owner) == ["acme"], "who starts it owns the files where there is no people list"


@pytest.mark.capability("C116")
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells whose a connection is")
def test_a_cookie_shown_from_another_account_opens_nothing(office):
    """A browser shows a cookie to every port of a machine, so another person's server there can get to see it."""
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.create_connection(listening.getsockname()) as near:
        line = SimpleNamespace(context=SimpleNamespace(address=near.getsockname()))
        assert accounts.account_of(line) == os.getuid()
        desk = Desk(office.place, "127.0.0.1:1")
        secret = desk.followed(desk.link(Reader("cleo", office.key_of("cleo"))).rpartition("/")[2])
        gate = Gate(desk, "outside", "inside", "refusing", lambda token, session: False)
        headers = HTTPHeaders({"Host": "127.0.0.1:1", "Cookie": f"timebooks_dashboard={secret}"})
        start = SimpleNamespace(path="/export/hours.csv?company=acme", method="GET")
        assert gate.judge(start, headers, line) == "inside"
        gate.accounts[desk.session(secret).id] = os.getuid() + 1
        assert gate.judge(start, headers, line) == 403
    assert accounts.account_of(SimpleNamespace()) is None


def test_where_the_people_list_cannot_be_read_nobody_reads(tmp_path, office):
    own = office.copy(tmp_path)
    desk = Desk(own.place, "127.0.0.1:1")
    secret = desk.followed(desk.link(Reader("cleo", own.key_of("cleo"))).rpartition("/")[2])
    path = max((own.place.root / "data" / "people").glob("*.json"))
    path.write_bytes(path.read_bytes().replace(b"a", b"b", 1))
    with pytest.raises(EtlError):
        desk.session(secret)


def test_the_command_line_says_what_keeps_it_from_serving(tmp_path, monkeypatch):
    place = houses.tiny.make_company(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(SettingsError, match="DASHBOARD_PORT"):
        door.serve(place.root, houses.tiny.COMPANY, taken.getsockname()[1], None, print)
    monkeypatch.setattr(door, "find_spec", lambda name: None)
    with pytest.raises(SettingsError, match="DASHBOARD_MISSING"):
        door.serve(place.root, houses.tiny.COMPANY, 0, None, print)
    assert "timebooks dashboard --company x" in door.show(str(place.root), "x").next_step, "in a notebook"


def test_the_answer_is_the_first_line_of_the_command(tmp_path):
    desk = Desk(houses.tiny.make_company(tmp_path), "127.0.0.1:1")
    said = timebooks("dashboard", "sign", desk.challenge("b"), "--person", "sandbox-preparer", "--company",
                     houses.tiny.COMPANY, workspace=tmp_path)
    assert said.code == 0
    assert "sandbox-preparer, at http://127.0.0.1:1 and nowhere else" in said.facts
    assert desk.session(desk.answered(said.facts.splitlines()[0], "b")) is not None
    wrong = timebooks("dashboard", "sign", "nothing", "--person", "dana", workspace=tmp_path)
    assert (wrong.code, "LOGIN" in wrong.talk) == (1, True)
