"""An office with somebody in every role: one week exported, one drafted in which names are missing and hours wait."""

from __future__ import annotations

import http.client
import os
import re
import socket
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from etl import steps
from etl.steps.people import _card
from etl.store import ops_log
from tests.cli.command import ROOT
from tests.faults import tiny
from tests.trust import office as offices
from tests.trust.office import COMPANY, ENDS, PASSPHRASE, Office

TEAM = ("E1",)   # ann's; bob is E2
PEOPLE = {
    "dana": "preparer", "tess": "time_approver", "cleo": "batch_approver", "ada": "administrator", "olga": "operator",
    "eve": "accountant", "max": "auditor", "nina": "analyst"}
FORMULA = '=HYPERLINK("http://x.example","y")'
_CALLS = ((200, 120, 1), (200, 80, 1), (503, 900, 1), (200, 300, 2))


def make(root: Path) -> Office:
    """The office, with its people's keys beside it."""
    office = offices.make(root, weeks=2)
    settings = office.place.mappings(COMPANY) / "company.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace(
        "[[drops]]", '[approval]\ntime = "here"\n[[drops]]', 1), encoding="utf-8")
    with at_work(office):
        new = ("tess", "eve", "max", "nina")
        office.change(*(_card(office.card(person)) for person in new), *(
            {"change": "grant", "person": person, "company": COMPANY, "role": PEOPLE[person], "limits": {},
             "team": list(TEAM) if person == "tess" else []} for person in new))
        office.draft(ENDS[0])
        office.approve(end=ENDS[0])
        office.export(end=ENDS[0])
        spoil(office)
        office.draft(ENDS[1])
    for number, (status, milliseconds, attempt) in enumerate(_CALLS):
        ops_log.note(office.place, COMPANY, "calls", {
            "connection": "toggl", "method": "GET", "path": "/x", "status": status, "bytes": 10, "attempt": attempt,
            "milliseconds": milliseconds, "request_id": "", "note": "", "at": f"2026-11-16T08:00:0{number}+00:00"})
    return office


def spoil(office: Office) -> None:
    """In the second week ann works for a project nobody mapped, whose name is a formula, and bob for a service."""
    inbox = office.place.inbox(COMPANY) / "time.csv"
    lines = inbox.read_text(encoding="utf-8").splitlines()
    quoted = '"' + FORMULA.replace('"', '""') + '"'
    changed = [line.replace(",Web,", f",{quoted},") if line.startswith("2026-11-09-0,") else
               line.replace(",Code,", ",Tests,") if line.startswith("2026-11-09-1,") else line for line in lines]
    assert changed != lines
    inbox.with_name("time.csv").write_text("\r\n".join(changed) + "\r\n", encoding="utf-8", newline="")


@contextmanager
def at_work(office: Office):
    """While this lasts, everybody's keys open."""
    before = os.environ.get("TIMEBOOKS_SECRET_KEY_NINA")
    os.environ["TIMEBOOKS_SECRET_KEY_NINA"] = PASSPHRASE
    try:
        with office.at_work():
            yield
    finally:
        os.environ.pop("TIMEBOOKS_SECRET_KEY_NINA", None) if before is None else os.environ.__setitem__(
            "TIMEBOOKS_SECRET_KEY_NINA", before)


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: dict[str, str]
    cookies: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")


@dataclass
class Browser:
    """Requests of one browser: its cookies, no script."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, path: str, method: str = "GET", form: dict[str, str] | None = None, **headers: str) -> Reply:
        sent = {"Host": f"127.0.0.1:{self.port}"} | {name.replace("_", "-"): text for name, text in headers.items()}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={text}" for name, text in self.cookies.items())
        body = None
        if form is not None:
            method, body = "POST", urlencode(form)
            sent = {"Content-Type": "application/x-www-form-urlencoded",
                    "Origin": f"http://127.0.0.1:{self.port}"} | sent
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, body=body, headers=sent)
        got = connection.getresponse()
        content, pairs = got.read(), got.getheaders()
        connection.close()
        cookies = dict(text.split(";")[0].split("=", 1) for name, text in pairs if name == "Set-Cookie")
        self.cookies |= cookies
        return Reply(got.status, {name: text for name, text in pairs if name != "Set-Cookie"}, cookies, content)

    def upgrade(self, path: str, **headers: str) -> int:
        """The status of a websocket's handshake."""
        sent = {"Host": f"127.0.0.1:{self.port}", "Upgrade": "websocket", "Connection": "Upgrade",
                "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13",
                "Origin": f"http://127.0.0.1:{self.port}"}
        sent |= {name.replace("_", "-"): text for name, text in headers.items()}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={text}" for name, text in self.cookies.items())
        with socket.create_connection(("127.0.0.1", self.port), 30) as line:
            lines = "".join(f"{name}: {text}\r\n" for name, text in sent.items())
            line.sendall(f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode())
            return int(line.recv(64).split()[1])

    def challenge(self) -> str:
        found = re.search(r"dashboard sign (\S+) --person", self.ask("/login").text)
        assert found is not None
        return found[1]


@dataclass
class House:
    """The office and its running dashboard."""

    office: Office
    port: int
    told: str

    def browser(self) -> Browser:
        return Browser(self.port)

    def answer(self, person: str, challenge: str) -> str:
        with at_work(self.office):
            return steps.challenge_answer(challenge, person=person).title

    def logged_in(self, person: str) -> Browser:
        """A browser that this person has logged in with, by the challenge."""
        browser = self.browser()
        reply = browser.ask("/login", form={"answer": self.answer(person, browser.challenge())})
        assert reply.status == 200, reply.text
        return browser


@contextmanager
def served(office: Office, *arguments: str):
    """`timebooks dashboard` as a process; the keys of its starter are at hand, nobody else's secrets."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TIMEBOOKS_KEYS": str(office.root / "keys"),
                                "TIMEBOOKS_SECRET_KEY_DANA": PASSPHRASE}
    with (office.root / "talk.txt").open("w") as talk:
        process = subprocess.Popen(
            [sys.executable, "-c", "from etl.cli import main; main()", "--workspace", str(office.place.root),
             "dashboard", "--port", "0", "--person", "dana", *arguments],
            stdout=subprocess.PIPE, stderr=talk, env=environment, text=True, cwd=office.root)
    try:
        lines = [process.stdout.readline() for _ in range(3)]
        found = re.search(r"http://127\.0\.0\.1:(\d+)", lines[0])
        assert found is not None, (lines, (office.root / "talk.txt").read_text())
        yield House(office, int(found[1]), "".join(lines))
    finally:
        process.terminate()
        process.wait(30)


__all__ = ["COMPANY", "ENDS", "FORMULA", "PEOPLE", "TEAM", "Browser", "House", "at_work", "make", "served", "tiny"]
