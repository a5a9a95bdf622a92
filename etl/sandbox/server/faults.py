"""What goes wrong with a practice tracker, and when: one seed, one schedule."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from random import Random

from etl.sandbox.server.asking import Ask, Reply
from etl.sandbox.server.book import Book, Work

HTML = b"<!DOCTYPE html><html><head><title>Login</title></head><body>Please log in</body></html>"
KINDS = (
    "throttled", "throttled_html", "throttled_date", "failing", "gateway_html", "reset", "cut_length", "cut_open",
    "html", "empty", "repeated", "inserted", "deleted", "redirect", "text_for_number", "denied", "error_object",
    "duplicate_key", "gzip", "bom")
EXTRA_ID = 990_001   # the entry that appears and vanishes while pages are read


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong with one answer; without a kind nothing does."""

    kind: str = ""
    after: int = 1   # seconds the tracker asks to wait

    def send(self, out: BaseHTTPRequestHandler, reply: Reply, again: Callable[[Ask], Reply], ask: Ask) -> None:
        """Send the reply, or what comes in its place."""
        body, headers, status = reply.body(), dict(reply.headers), reply.status
        if self.kind == "reset":
            out.close_connection = True
            out.connection.close()
            return
        if self.kind == "cut_length" and len(body) > 1:
            _write(out, status, headers, body[:len(body) // 2], length=len(body))
            out.close_connection = True
            return
        if self.kind == "cut_open" and len(body) > 1:
            _write(out, status, headers, body[:len(body) // 2], length=None)
            out.close_connection = True
            return
        if self.kind == "repeated":
            reply = again(_page_before(ask))
            body, headers = reply.body(), dict(reply.headers)
        status, headers, body = _instead(self, status, headers, body)
        _write(out, status, headers, body, length=len(body))


def _instead(fault: Fault, status: int, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of a fault that answers whole."""
    soon = (datetime.now(UTC) + timedelta(seconds=fault.after)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    html = {"Content-Type": "text/html"}
    bodies: dict[str, tuple[int, dict[str, str], bytes]] = {
        "throttled": (429, {"Retry-After": str(fault.after)}, b'{"message":"Too many requests"}'),
        "throttled_html": (429, html, b"<html><h1>429 Too Many Requests</h1></html>"),
        "throttled_date": (429, {"Retry-After": soon}, b"{}"),
        "failing": (500, {}, b""), "gateway_html": (502, html, b"<html><body>Bad Gateway</body></html>"),
        "html": (200, html, HTML), "empty": (200, headers, _emptied(body)),
        "redirect": (302, {"Location": "http://127.0.0.2:9/elsewhere"}, b""),
        "text_for_number": (status, headers, re.sub(rb'"id": (\d+)', rb'"id": {"was": \1}', body, count=1)),
        "denied": (401, {}, b'{"message":"invalid_token"}'), "error_object": (200, {}, b'{"error":"try later"}'),
        "duplicate_key": (status, headers, re.sub(rb'"id": (\d+)', rb'"id": \1, "id": \1', body, count=1)),
        "gzip": (status, headers | {"Content-Encoding": "gzip"}, gzip.compress(body)),
        "bom": (status, headers, b"\xef\xbb\xbf" + body)}
    return bodies.get(fault.kind, (status, headers, body))


def _emptied(body: bytes) -> bytes:
    """The same answer with no row in any of its lists, its counts as they were."""
    def without(value: object) -> object:
        if isinstance(value, list):
            return []
        if isinstance(value, dict) and "results" in value:   # rows below their ids
            return value | {"results": {key: [] for key in value["results"]}}
        return {name: without(one) for name, one in value.items()} if isinstance(value, dict) else value
    return json.dumps(without(json.loads(body))).encode()


def _page_before(ask: Ask) -> Ask:
    """The question about the page before, as a stale cache answers it."""
    query = dict(ask.query)
    if query.get("page", "1").isdigit() and int(query.get("page", "1")) > 1:
        query["page"] = str(int(query["page"]) - 1)
    body = ask.body
    if isinstance(body, dict) and body.get("first_row_number", 1) > body.get("page_size", 50):
        body = body | {"first_row_number": body["first_row_number"] - body["page_size"]}
    if isinstance(body, dict) and body.get("detailedFilter", {}).get("page", 1) > 1:
        body = body | {"detailedFilter": body["detailedFilter"] | {"page": body["detailedFilter"]["page"] - 1}}
    return Ask(ask.method, ask.path, query, ask.headers, body, ask.base)


def _write(out: BaseHTTPRequestHandler, status: int, headers: dict[str, str], body: bytes, length: int | None) -> None:
    try:
        out.send_response(status)
        for name, value in ({"Content-Type": "application/json; charset=utf-8"} | headers).items():
            out.send_header(name, value)
        if length is None:
            out.send_header("Connection", "close")
        else:
            out.send_header("Content-Length", str(length))
        out.end_headers()
        out.wfile.write(body)
        out.wfile.flush()
    except OSError:   # who asked has gone
        out.close_connection = True


@dataclass
class Schedule:
    """Which call meets which fault. Without a seed or faults the tracker is in good health."""

    seed: int | None = None
    share: float = 0.15
    kinds: Sequence[str] = KINDS
    faults: dict[int, Fault] = field(default_factory=dict)   # by number of the call, the first is 1
    calls: int = 0

    def __post_init__(self) -> None:
        self._dice = Random(self.seed)  # noqa: S311 - practice, not secrecy

    def next_fault(self, book: Book) -> Fault | None:
        """The fault of this call; an entry that appears or vanishes does so before the call is answered."""
        self.calls += 1
        fault = self.faults.get(self.calls)
        if fault is None and self.seed is not None and self._dice.random() < self.share:
            fault = Fault(self._dice.choice(list(self.kinds)), self._dice.randint(1, 30))
        if fault is not None and fault.kind in ("inserted", "deleted"):
            _shift(book, fault.kind)
            return None
        return fault


def _shift(book: Book, kind: str) -> None:
    """One more entry, or it is gone again: every later page moves by a row."""
    is_there = any(one.id == EXTRA_ID for one in book.entries)
    if kind == "inserted" and not is_there and book.entries:
        first = min(book.entries, key=lambda one: one.start)
        book.add(Work(EXTRA_ID, first.user, first.project, first.task, first.start, 60, "now you see it",
                      is_billable=False, updated=first.updated))
    elif kind == "deleted" and is_there:
        book.remove(EXTRA_ID)
