"""The gate of the dashboard's server: every request passes it, and what is not named here is refused.

It stands before all handlers, those of the libraries included: pages, websocket, static files, exports. Only the login
page and a link's own address are open to a browser that has not logged in.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from tornado.httputil import HTTPHeaders, HTTPMessageDelegate, HTTPServerConnectionDelegate, RequestStartLine
from tornado.web import Application

from etl.dashboard.accounts import account_of
from etl.errors import EtlError
from etl.steps import dashboard_login

SESSION, BROWSER = "timebooks_dashboard", "timebooks_login"
_OPEN = re.compile(r"/login|/once/[A-Za-z0-9_-]{20,100}")
_INSIDE = re.compile(r"/|/ws|/logout|/favicon\.ico|/static/(?:[A-Za-z0-9@_./-]|%5E)+|/export/[a-z]+\.[a-z]+")
_BARE_SCRIPT = re.compile(r"/static/extensions/panel/bundled/vegaplot/vega[a-z-]*@[0-9.]+")   # a file without an ending
_ARGUMENTS = {"/": {"company"}, "/export": {"company"}, "/static": {"v", "_"}}
_SCRIPT = re.compile(rb"<script(?=[ >])")
_HEADERS = {
    "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()", "Server": "Timebooks"}
_POLICY = ("default-src 'none'; script-src 'self'{nonce}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
           "font-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")


@dataclass
class Gate(HTTPServerConnectionDelegate):
    """In front of three applications: `outside` for everybody, `inside` for who has logged in, `refusing` for the rest.

    `owns`: whether the page that a websocket asks for was given to this session.
    """

    desk: dashboard_login.Desk
    outside: Application
    inside: Application
    refusing: Application
    owns: Callable[[str, dashboard_login.Session], bool]
    accounts: dict[str, int | None] = field(default_factory=dict)   # session -> the account that it was begun from

    def start_request(self, server_conn: object, request_conn: Any) -> HTTPMessageDelegate:
        """One request, before anything of it is known."""
        _harden(request_conn)
        return _Passing(self, server_conn, request_conn)

    def on_close(self, server_conn: object) -> None:
        """Nothing is kept of a connection."""

    def judge(self, start: RequestStartLine, headers: HTTPHeaders, request_conn: Any) -> Application | int:
        """Who answers a request, or the status it is refused with. Notes the session on the connection."""
        path, _, query = start.path.partition("?")
        request_conn.session, request_conn.path = None, path
        if headers.get("Host", "").lower() not in self.hosts or "Bokeh-Session-Id" in headers:
            return 403   # another name for this machine: DNS rebinding
        if not self._is_same_origin(start.method, path, headers):
            return 403
        session = self._session(headers, request_conn)
        if _OPEN.fullmatch(path) and not query and start.method in ("GET", "HEAD", "POST"):
            return self.outside
        if session is None:
            return self.outside if path == "/" and start.method in ("GET", "HEAD") else 403
        request_conn.session = session
        return self._judge_inside(start, path, query, headers, session)

    def _judge_inside(
        self, start: RequestStartLine, path: str, query: str, headers: HTTPHeaders, session: dashboard_login.Session,
    ) -> Application | int:
        allowed = _ARGUMENTS.get("/" + path.split("/")[1], set())
        if not _INSIDE.fullmatch(path) or ".." in path or set(parse_qs(query, keep_blank_values=True)) - allowed:
            return 404
        if start.method not in (("POST",) if path == "/logout" else ("GET", "HEAD")):
            return 405
        if path == "/ws":
            offered = [text.strip() for text in headers.get("Sec-WebSocket-Protocol", "").split(",")]
            if len(offered) != 2 or not self.owns(offered[1], session):
                return 403
        return self.inside

    @property
    def hosts(self) -> tuple[str, str]:
        """The names under which browsers may ask."""
        return self.desk.address, self.desk.address.replace("127.0.0.1", "localhost")

    def _is_same_origin(self, method: str, path: str, headers: HTTPHeaders) -> bool:
        """Whether a request that changes something, or opens the websocket, comes from a page of this server."""
        origin = headers.get("Origin")
        own = f"http://{headers.get('Host', '').lower()}"
        if method not in ("GET", "HEAD") or path == "/ws" or "Upgrade" in headers:
            return origin is not None and origin.lower() == own
        return origin is None or origin.lower() == own

    def _session(self, headers: HTTPHeaders, request_conn: Any) -> dashboard_login.Session | None:
        session = self.desk.session(cookie(headers, SESSION))
        if session is None:
            return None
        account = account_of(request_conn)
        if self.accounts.setdefault(session.id, account) != account:
            return None   # another account of this machine shows the cookie: it was taken
        return session


class _Passing(HTTPMessageDelegate):
    """One request on its way to whoever answers it."""

    def __init__(self, gate: Gate, server_conn: object, request_conn: Any) -> None:
        self.gate, self.server_conn, self.request_conn = gate, server_conn, request_conn
        self.next: HTTPMessageDelegate | None = None

    def headers_received(
        self, start_line: Any, headers: HTTPHeaders,
    ) -> Awaitable[None] | None:
        try:
            judged = self.gate.judge(start_line, headers, self.request_conn)
        except EtlError:   # the people list cannot be read: nobody is let in
            judged = 503
        if isinstance(judged, int):
            self.request_conn.refused, judged = judged, self.gate.refusing
        self.next = judged.start_request(self.server_conn, self.request_conn)
        return self.next.headers_received(start_line, headers)

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        return self.next.data_received(chunk) if self.next is not None else None

    def finish(self) -> None:
        if self.next is not None:
            self.next.finish()

    def on_connection_close(self) -> None:
        if self.next is not None:
            self.next.on_connection_close()


def cookie(headers: HTTPHeaders, name: str) -> str:
    """The value of one cookie; empty where there is none, or more than a few."""
    try:
        jar = SimpleCookie(headers.get("Cookie", "")[:4096])
    except CookieError:
        return ""
    return jar[name].value if name in jar else ""


def _harden(request_conn: Any) -> None:
    """Every answer of every handler gets the headers; the scripts of a page's own head get this answer's nonce."""
    plain = request_conn.write_headers

    def write_headers(start_line: Any, headers: HTTPHeaders, chunk: bytes | None = None) -> Any:
        nonce = ""
        if chunk and headers.get("Content-Type", "").startswith("text/html"):
            text = secrets.token_urlsafe(16)
            nonce = f" 'nonce-{text}'"
            chunk = _SCRIPT.sub(f'<script nonce="{text}"'.encode(), chunk)
            headers["Content-Length"] = str(len(chunk))
        if _BARE_SCRIPT.fullmatch(getattr(request_conn, "path", "")) and start_line.code == 200:
            headers["Content-Type"] = "text/javascript"
        for name, value in _HEADERS.items():
            headers[name] = value
        headers["Content-Security-Policy"] = _POLICY.format(nonce=nonce)
        headers["Cache-Control"] = "no-store"
        return plain(start_line, headers, chunk)

    request_conn.write_headers = write_headers
