"""A tiny practice company whose tracker is asked through its API: a server on this machine, a company.toml, a clock."""

from __future__ import annotations

import base64
import random
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote

import pyarrow.parquet as pq

from etl import steps
from etl.sandbox.server.asking import ACCOUNT
from etl.sandbox.server.book import Book, Client, Project, Task, User, Work
from etl.sandbox.server.serving import PracticeServer
from etl.sources.calls import Patience
from etl.steps import connections
from tests.faults import tiny

SOURCES = ("toggl", "harvest", "clockify", "quickbooks_time", "kimai", "timetagger")
SECRET = "canary/7+secret=token"
NEW_YORK, LONDON = "America/New_York", "Europe/London"
ANN = User(9001, "Ann", "ann@tiny.example", NEW_YORK, "E1")
BOB = User(9002, "Bob", "bob@tiny.example", NEW_YORK, "E2")
MILL = Client(701, "Mill", "USD")
WEB = Project(5001, "Web", 701)
CODE = Task(301, "Code")


def book(per_day: int = 4, days: int = 5) -> Book:
    """Two people, five days; each entry one hour and some minutes, none like another."""
    entries = []
    for n in range(per_day * days):
        who, day, turn = (ANN, BOB)[n % 2], n // per_day, n % per_day // 2
        start = datetime(2026, 11, 2 + day % 5, 14, tzinfo=UTC) + timedelta(minutes=90 * turn)
        entries.append(Work(400_001 + n, who, WEB, CODE, start, 3600 + 36 * (n % 97), f"day {day}, no. {n}",
                            is_billable=n % 3 > 0, updated=start + timedelta(hours=3)))
    return Book([ANN, BOB], [MILL], [WEB], [CODE], entries)


class Clock:
    """A clock that only moves when somebody waits."""

    def __init__(self) -> None:
        self.now, self.waited = datetime.now(UTC), []

    def monotonic(self) -> float:
        return self.now.timestamp()

    def wall(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now += timedelta(seconds=seconds)


def connection_toml(server: PracticeServer, source: str, **choices: object) -> str:
    given = {"name": "tracker", "source": source, "account": ACCOUNT, "base_url": server.base_url(source),
             "zone": NEW_YORK, "reread_days": 0} | choices
    if source == "timetagger":
        given["account"] = choices.get("account", ANN.email)
    if server.reports_url(source):
        given["reports_url"] = server.reports_url(source)
    lines = [f"{name} = {quoted(value) if isinstance(value, str) else value}" for name, value in given.items()]
    return "\n".join(["[[connections]]", *lines, ""])


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def make_company(root, server, source, **choices):
    """The tiny company with a connection in place of its drop."""
    workspace = tiny.make_company(root)
    settings = workspace.mappings(tiny.COMPANY) / "company.toml"
    text = settings.read_text()
    settings.write_text(text[:text.index("[[drops]]")] + connection_toml(server, source, **choices))
    secret = workspace.mappings(tiny.COMPANY) / "private" / "tracker.secret"
    secret.touch(0o600)
    secret.write_text(server.desk.token)
    return workspace


def start(workspace, period_end: date = tiny.PERIOD_END):
    return steps.start(tiny.COMPANY, period_end, workspace.root, in_memory=True)


def ways(clock: Clock | None = None, **patience):
    clock = clock or Clock()
    return connections.Ways(clock, lambda: Patience(**({"chance": random.Random(1), "read_seconds": 5.0} | patience)))


def pull(workspace, clock: Clock | None = None, **patience):
    """One pull of the tiny company's connection, without waiting for real."""
    run = start(workspace)
    with run.locked("pulling"):
        return connections.ask(run, run.settings.connections[0], lambda text: None, ways(clock, **patience))


def landed(workspace, pull=None):
    """The rows of the newest pull, or of one."""
    run = start(workspace)
    newest = pull or run.pulls()[-1]
    return pq.read_table(newest.entries_path).to_pylist()


def facts(rows):
    """What of landed rows must be the same whichever way they came."""
    return sorted((row["entry_ref"], row["person_ref"], row["project_ref"], row["service_ref"], row["duration_text"],
                   row["note"], row["billable_text"], row["start_text"]) for row in rows)


def assert_kept_secret(root):
    """The secret, in any of its forms, is in no file but its own."""
    forms = [SECRET, quote(SECRET, safe=""), quote(SECRET), *(
        base64.b64encode(text.encode()).decode() for text in (SECRET, f"{SECRET}:api_token", f":{SECRET}"))]
    needles = [form.encode() for form in forms]
    for path in root.rglob("*"):
        if path.is_file() and path.suffix != ".secret":
            content = path.read_bytes()
            assert not any(needle in content for needle in needles), path
