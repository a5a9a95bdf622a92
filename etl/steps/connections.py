"""What a connection's tracker has of the window, landed: asked politely, complete or marked as not."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from etl.disk import told
from etl.errors import SettingsError, SourceError
from etl.settings import Connection
from etl.sources.calls import Clock, Patience, RealClock
from etl.sources.http import Client, Place
from etl.sources.pulling import Pulled, place_of, pull_folder, pull_window, quotas_of, standings
from etl.sources.quota import Free, Shared, Turns
from etl.sources.registry import tracker_of
from etl.sources.trackers import Window
from etl.steps.run import Run
from etl.store import landing, ops_log
from etl.store.files import sha256_bytes
from etl.store.landing import Prepared
from etl.trust.secrets import Secret, Whose, age_remark, find_secret
from etl.workspace import is_sandbox

CALLS = "calls"
ASKED = ("connection", "completeness", "window", "population", "declaration")
_BILLABLE, _NOT_BILLABLE = ("true", "yes", "1"), ("false", "no", "0", "")
_EVERY_SECONDS = 2.0
Say = Callable[[str], None]


@dataclass(frozen=True)
class Asked:
    """What came of asking one connection. `stopped`: why it is incomplete."""

    connection: str
    label: str
    rows: int
    is_new: bool
    stopped: SourceError | None
    facts: tuple[tuple[str, str], ...]

    @property
    def landed(self) -> str:
        """How it stands in the landing."""
        return "incomplete" if self.stopped is not None else "new" if self.is_new else "already here"


@dataclass(frozen=True)
class Ways:
    """What a test brings along: its own clock and chance."""

    clock: Clock
    patience: Callable[[], Patience]


WAYS = Ways(RealClock(), Patience)


def window_of(run: Run, connection: Connection) -> Window:
    """The calculation window, some days more before it for late edits, nothing before go-live."""
    start = max(run.window.start - timedelta(days=connection.reread_days), run.settings.company.go_live)
    return Window(min(start, run.window.end), run.window.end)


def ask(run: Run, connection: Connection, say: Say, ways: Ways | None = None) -> Asked:
    """Pull one connection and land what came.

    Raises SettingsError for an address or secret that may not be used, SourceError where nothing came at all or the
    tracker's answers have another form.
    """
    ways = ways or WAYS
    window = window_of(run, connection)
    place = place_of(connection, loopback_only=is_sandbox(run.company))
    secret = secret_of(run, connection)
    client = _client(run, connection, place, secret, ways)
    client.on_wait = lambda seconds, why: say(f"{connection.name}: waiting {seconds:.0f} s, {why}")
    folder = pull_folder(run.workspace.scratch(run.company), connection, window)
    with ops_log.kept_open(run.workspace, run.company, CALLS) as write, closing(client):
        client.on_call = lambda call: write(vars(call) | {"at": ways.clock.wall().isoformat()})
        with told("keep the pages of a pull", folder):
            pulled = pull_window(client, connection, window, folder, _progress(connection.name, say))
    prepared = _prepared(connection, window, pulled, folder)
    if run.settings.approval.time not in ("none", "here"):
        prepared = _with_standings(prepared, connection, window, folder)
    landed = landing.land_prepared(run.workspace, run.company, prepared, person=run.person, now=run.now())
    if not pulled.is_resumable:
        shutil.rmtree(folder, ignore_errors=True)
    remarks = [*pulled.remarks, *filter(None, [age_remark(
        secret, connection.secret_since, connection.rotate_after_days, run.now().date())])]
    return Asked(connection.name, _label(connection, window), landed.rows, landed.is_new, pulled.error,
                 (*_facts(connection, pulled), *((connection.name, remark) for remark in remarks)))


def secret_of(run: Run, connection: Connection) -> Secret:
    """The connection's secret, by its name."""
    return find_secret(Whose(run.company, connection.name, run.workspace.mappings(run.company) / "private"))


def request_of(connection: Connection, window: Window, pulled: Pulled) -> dict[str, Any]:
    """What was asked, how its texts are read, and how completeness was proven. Part of the pull for ever."""
    return {
        "connection": connection.model_dump(mode="json"),
        "declaration": {
            "zone": connection.zone, "date_format": "%Y-%m-%d", "instant_format": "%Y-%m-%d %H:%M",
            "duration": tracker_of(connection).duration, "decimal_sign": ".", "end_rolls_over": False,
            "billable_words": list(_BILLABLE), "not_billable_words": list(_NOT_BILLABLE)},
        "completeness": "complete" if pulled.is_complete else "incomplete",
        "window": [window.start.isoformat(), window.end.isoformat()],
        "population": [connection.account] if tracker_of(connection).is_personal else [],
        "evidence": pulled.evidence,
    }


def read_window(request: dict[str, Any]) -> tuple[Connection, Window]:
    """The connection as it was declared for a landed pull, and the window that was asked for."""
    start, end = request["window"]
    return (Connection.model_validate(request["connection"]),
            Window(date.fromisoformat(start), date.fromisoformat(end)))


def _client(run: Run, connection: Connection, place: Place, secret: Secret, ways: Ways) -> Client:
    tracker = tracker_of(connection)
    patience = ways.patience()
    patience.deadline = connection.minutes * 60.0
    if connection.ca_file and not Path(connection.ca_file).is_file():
        raise SettingsError("CA_FILE_MISSING", what="The certificates of the company's own authority are not there",
                            where=f"connection {connection.name}, ca_file {connection.ca_file}",
                            fix="Give the path of a PEM file, or remove ca_file.")
    quotas = quotas_of(connection, place)
    account = f"{connection.source} {sorted(place.addresses.items())} {connection.account}"
    turns: Turns = Shared(run.workspace.root / "data" / "log" / "quota", account, quotas) if quotas else Free()

    return Client(place, secret, lambda token: tracker.headers_of(connection, token), tracker.limits, patience, turns,
                  ways.clock, agent=f" ({run.company})")


def _prepared(connection: Connection, window: Window, pulled: Pulled, folder: Path) -> Prepared:
    pages = pulled.pages
    if pulled.is_resumable:   # these stay, so that the next attempt goes on from them
        pages = folder / "landed.pages"
        with told("keep the pages of a pull", pages):
            shutil.copyfile(pulled.pages, pages)
    return Prepared(connection.name, _label(connection, window), pages, pulled.entries, pulled.rows,
                    request_of(connection, window, pulled), ASKED, pulled.digest)


def _with_standings(prepared: Prepared, connection: Connection, window: Window, folder: Path) -> Prepared:
    """Where the company goes by the tracker's approvals, a pull with others is a new one though no entry changed."""
    table = standings(prepared.pages, connection, window, folder / "standings")
    said = "".join(f"{row['entry_ref']}\t{row['standing']}\n" for row in table.sort_by("entry_ref").to_pylist())
    request = {**prepared.request, "standings": sha256_bytes(said.encode())}
    return replace(prepared, request=request, asked=(*prepared.asked, "standings"))


def _label(connection: Connection, window: Window) -> str:
    return f"{connection.source} {window.start} to {window.end}"


def _facts(connection: Connection, pulled: Pulled) -> list[tuple[str, str]]:
    counts = pulled.counts
    apart = [f"{counts[name]:,} {what}" for name, what in (
        ("running", "running timer(s) left out"), ("breaks", "unpaid break(s)"), ("hidden", "hidden or deleted"),
        ("repeated", "came twice")) if counts[name]]
    names = [f"{count:,} {name}" for name, count in pulled.looked_up.items()]
    proof = pulled.evidence["lists"][-1]["proof"] if pulled.is_complete else "not proven complete"
    facts = [(connection.name, f"{counts['delivered']:,} row(s) received, {counts['entries']:,} entries"
              + "".join(f", {one}" for one in apart) + f"; {proof}")]
    if names:
        facts.append((connection.name, ", ".join(names)))
    if set(pulled.standing) - {"open"}:
        stands = [f"{count:,} {standing}" for standing, count in sorted(pulled.standing.items())]
        facts.append((connection.name, f"at the tracker: {', '.join(stands)}"))
    if pulled.reused_pages:
        facts.append((connection.name, f"{pulled.reused_pages:,} page(s) of the interrupted pull were not asked again"))
    return facts


def teller() -> Say:
    """Says how a pull goes on, where somebody looks: on a terminal's standard error."""
    if sys.stderr.isatty():
        return lambda text: print(f"  {text}", file=sys.stderr)  # noqa: T201
    return lambda text: None  # noqa: ARG005


def _progress(name: str, say: Say) -> Callable[[str, int, int, int | None], None]:
    began, last = time.monotonic(), 0.0

    def told(listing: str, pages: int, rows: int, total: int | None) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < _EVERY_SECONDS:
            return
        last = now
        rate = rows / max(now - began, 0.001)
        left = f", about {max(total - rows, 0) / max(rate, 0.001):.0f} s left" if total else ""
        of = f" of {total:,}" if total else ""
        say(f"{name}, {listing}: {pages:,} page(s), {rows:,}{of} rows, {rate:,.0f} a second{left}")

    return told
