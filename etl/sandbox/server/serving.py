"""The practice server itself: loopback only, every tracker below its own prefix, faults by a seeded schedule."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from etl.sandbox.server import clockify, harvest, kimai, quickbooks_time, timetagger, toggl
from etl.sandbox.server.asking import TOKEN, Ask, Desk, Reply, refused
from etl.sandbox.server.book import Book
from etl.sandbox.server.faults import Fault, Schedule

IMITATIONS: Mapping[str, Callable[[Desk, Ask], Reply]] = {
    tracker.PREFIX: tracker.answer for tracker in (toggl, harvest, clockify, quickbooks_time, kimai, timetagger)}
ADDRESSES: Mapping[str, tuple[str, str]] = {   # of the core and of the reports, below the server's own
    "toggl": ("/toggl/api/v9", "/toggl/reports/api/v3"), "harvest": ("/harvest/v2", ""),
    "clockify": ("/clockify/api/v1", "/clockify/reports/v1"), "quickbooks_time": ("/quickbooks_time/api/v1", ""),
    "kimai": ("/kimai/api", ""), "timetagger": ("/timetagger/api/v2", "")}


class PracticeServer:
    """Every tracker's API over one book, on a free port of this machine. Use as a context."""

    def __init__(self, book: Book, *, schedule: Schedule | None = None, token: str = TOKEN, port: int = 0) -> None:
        self.desk, self.schedule = Desk(book, token), schedule or Schedule()
        self.asked: list[tuple[str, str]] = []   # method and path of every call
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._server.daemon_threads = True

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def base_url(self, source: str) -> str:
        """The address of a tracker."""
        return self.address + ADDRESSES[source][0]

    def reports_url(self, source: str) -> str:
        """The address of a tracker's reports, where it has one of its own."""
        return self.address + ADDRESSES[source][1] if ADDRESSES[source][1] else ""

    def serve(self) -> None:
        """Until somebody stops it."""
        self._server.serve_forever()

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def reply(self, ask: Ask, source: str) -> Reply:
        """What a tracker in good health replies."""
        imitation = IMITATIONS.get(source)
        return imitation(self.desk, ask) if imitation else refused(404, "no such tracker")


def _handler(server: PracticeServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_GET(self) -> None:
            self._answer("GET")

        def do_POST(self) -> None:
            self._answer("POST")

        def _answer(self, method: str) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            _, source, *rest = parts.path.split("/")
            path = "/" + "/".join(rest)
            server.asked.append((method, parts.path))
            ask = Ask(method, path, dict(parse_qsl(parts.query, keep_blank_values=True)),
                      {name.lower(): value for name, value in self.headers.items()},
                      json.loads(content) if content else None, f"{server.address}/{source}")
            fault = server.schedule.next_fault(server.desk.book)
            reply = server.reply(ask, source)
            (fault or Fault()).send(self, reply, lambda again: server.reply(again, source), ask)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Nothing: who practices reads the ops log."""

    return Handler
