"""The only place that talks to the network: one client per connection, polite, tough and close-mouthed.

Certificates are always checked; plain http goes to this machine only; credentials go to the connection's own
addresses and nowhere else; redirects, netrc files and proxy variables are not followed. What a person reads of a
failure never holds what was sent.
"""

from __future__ import annotations

import base64
import ipaddress
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from typing import Protocol, TypeVar
from urllib.parse import quote, urlsplit

import certifi
import urllib3
from urllib3.util.ssl_match_hostname import CertificateError

from etl import __version__
from etl.errors import SettingsError
from etl.sources.calls import Answer, Call, CallError, Clock, Patience, RealClock, Request, UnusableError
from etl.sources.line import Calls, Line, Prepared, reading
from etl.sources.quota import Free, Turns
from etl.sources.statuses import instant, refusal, retry_after

Page = TypeVar("Page")
_CHUNK = 1 << 16
_SHOWN = 160
_CLOCK_DRIFT = 3600
_NO_ANSWER = (urllib3.exceptions.HTTPError, HTTPException, CertificateError, OSError)
_AGAIN = {408, 500, 502, 503, 504, 520, 521, 522, 523, 524}


class Opens(Protocol):
    """A secret, as far as a call needs it."""

    def opened(self) -> str:
        """The token itself."""


@dataclass(frozen=True)
class Place:
    """Where a connection's calls go: an address per service of the tracker. `ca_file`: a company's own authority."""

    connection: str
    addresses: Mapping[str, str]
    ca_file: str = ""
    loopback_only: bool = False

    def __post_init__(self) -> None:
        for address in self.addresses.values():
            refuse_address(address, self.connection, loopback_only=self.loopback_only)

    def url(self, request: Request) -> str:
        """The address of one request, without its query."""
        return self.addresses[request.service].rstrip("/") + request.path

    @property
    def is_loopback(self) -> bool:
        """Whether every service runs on this machine."""
        return all(_is_loopback(urlsplit(address).hostname or "") for address in self.addresses.values())


def refuse_address(address: str, connection: str, *, loopback_only: bool = False) -> None:
    """Nothing, where an address may be called: https, or http on this machine; no name or password within."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    why = ""
    if parts.scheme not in ("https", "http") or not host:
        why = "is no https address"
    elif parts.username or parts.password or parts.query or parts.fragment:
        why = "holds more than host and path"
    elif parts.scheme == "http" and not _is_loopback(host):
        why = "is plain http, which anybody on the way can read"
    elif loopback_only and not _is_loopback(host):
        why = "is not on this machine, and a practice company talks to this machine only"
    if why:
        raise SettingsError("ADDRESS_REFUSED", what=f"The address {parts.scheme}://{host} {why}",
                            where=f"connection {connection}, base_url",
                            fix="Give the tracker's https address; http works for 127.0.0.1 and localhost alone.")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass
class Limits:
    """What a tracker says about being asked too often.

    `parked_for`: seconds to wait by an answer 402, where it means a spent quota and not the plan. `throttled_wait`:
    the first wait after a 429 that names none.
    """

    parked_for: Callable[[Answer], float | None] = lambda answer: None  # noqa: ARG005
    throttled_wait: float = 1.0


@dataclass(frozen=True)
class _Ahead:
    """A call that has had its turn, and was sent before its answer is asked for."""

    request: Request
    call: Prepared
    began: float


@dataclass
class Client:
    """One connection's way out. `on_call` hears of every call; `on_wait` of each wait, with its reason."""

    place: Place
    secret: Opens
    headers_of: Callable[[str], Mapping[str, str]]
    limits: Limits = field(default_factory=Limits)
    patience: Patience = field(default_factory=Patience)
    turns: Turns = field(default_factory=Free)
    clock: Clock = field(default_factory=RealClock)
    on_call: Callable[[Call], None] = lambda call: None  # noqa: ARG005
    on_wait: Callable[[float, str], None] = lambda seconds, why: None  # noqa: ARG005
    agent: str = ""
    clock_remark: str = ""

    def __post_init__(self) -> None:
        self._began = self.clock.monotonic()
        self._retries = 0
        self._told_date = ""
        self._calls = Calls(lambda: self.headers_of(self.secret.opened()), self.place.addresses, {
            "User-Agent": f"Timebooks/{__version__}{self.agent}", "Accept": "application/json",
            "Accept-Encoding": "gzip, deflate", "Connection": "keep-alive"})
        self._line = Line(self.place.ca_file or certifi.where())
        self._ahead: _Ahead | None = None

    def close(self) -> None:
        """Let go of the connections."""
        self._forget_ahead()
        self._line.close()

    def ask_ahead(self, request: Request) -> None:
        """Send a request now whose answer is read when it is asked for; nothing where that cannot be at once."""
        self._forget_ahead()
        began, call = self.clock.monotonic(), self._prepared(request)
        if self._rest() <= 0 or not self._line.is_open(call) or self.turns.take(self.clock, 0.0):
            return
        self._ahead = _Ahead(request, call, began)
        try:
            self._line.send(call, self._seconds())
        except _NO_ANSWER as error:
            self._forget_ahead(type(error).__name__)

    def _forget_ahead(self, note: str = "not used") -> None:
        """A call that went out, and whose answer nobody asks for, is no page."""
        sent, self._ahead = self._ahead, None
        if sent is not None:
            self._line.give_up(sent.call)
            self._note(sent.request, sent.began, 1, note)

    def ask(self, request: Request, read: Callable[[Answer], Page]) -> Page:
        """The answer to one request, as `read` makes it of a 200; asked again where that may help.

        `read` raises UnusableError for a body that is not whole. Raises CallError when the call is given up.
        """
        attempt = 0
        while True:
            attempt += 1
            sent = self._take_turn(request)
            why, wait = "", None
            try:
                answer = self._once(request, attempt, sent)
                if answer.status == 200:
                    return read(answer)
                wait, why = self._wait_for(answer, request, attempt)
            except UnusableError as error:
                why, code = error.why, error.code
            except _NO_ANSWER as error:
                self._refuse_certificate(error)
                why, code = f"no whole answer came ({type(error).__name__})", "HTTP_NO_ANSWER"
            else:
                code = "HTTP_THROTTLED" if wait is not None else "HTTP_FAILING"
            self._wait(request, attempt, why, code, wait)

    def _take_turn(self, request: Request) -> _Ahead | None:
        """Wait for a turn; where the request was sent ahead, it has had its turn."""
        if self._ahead is not None and self._ahead.request != request:
            self._forget_ahead()
        rest = self._rest()
        if rest <= 0:
            raise self._given_up(request, "HTTP_DEADLINE", "the time a pull may take is over", 0.0)
        sent, self._ahead = self._ahead, None
        still = 0.0 if sent is not None else self.turns.take(self.clock, rest)
        if still:
            raise self._given_up(request, "HTTP_QUOTA", "the account's calls are used up for now", still)
        return sent

    def _once(self, request: Request, attempt: int, sent: _Ahead | None) -> Answer:
        """One call, read to its end within every limit."""
        began, call = (self.clock.monotonic(), self._prepared(request)) if sent is None else (sent.began, sent.call)
        status, size, request_id, note = 0, 0, "", ""
        try:
            if sent is None:
                self._line.send(call, self._seconds())
            response = self._line.answer(call, self._seconds())
            status = response.status
            headers = {name.lower(): value for name, value in response.headers.items()}
            request_id = headers.get("x-request-id", "")[:64]
            body = self._body(response, headers, began)
            size = len(body)
            self._check_clock(headers.get("date", ""))
            return Answer(status, headers, body)
        except BaseException as error:
            self._line.give_up(call)
            note = type(error).__name__
            raise
        finally:
            self._note(request, began, attempt, note, (status, size, request_id))

    def _seconds(self) -> float:
        """How long a single step of a call may take."""
        return max(0.1, min(self.patience.read_seconds, self._rest()))

    def _note(self, request: Request, began: float, attempt: int, note: str,
              came: tuple[int, int, str] = (0, 0, "")) -> None:
        """Tell of a call; `came`: status, bytes and the tracker's own name of the call."""
        status, size, request_id = came
        self.on_call(Call(
            self.place.connection, "POST" if request.body else "GET", request.path, status, size,
            round((self.clock.monotonic() - began) * 1000), attempt, request_id, note))

    def _prepared(self, request: Request) -> Prepared:
        return self._calls.prepared(request, self.place.url(request))

    def _body(self, response: HTTPResponse, headers: Mapping[str, str], began: float) -> bytes:
        """The body as it comes, at most so many bytes when unpacked, at most so long however steadily it drips."""
        parts: list[bytes] = []
        size, read = 0, reading(response)
        ends = min(began + self.patience.answer_seconds, self._began + self.patience.deadline)
        while True:
            part = read(_CHUNK)
            if not part:
                break
            parts.append(part)
            size += len(part)
            if size > self.patience.body_bytes:
                raise UnusableError("HTTP_TOO_LARGE", f"an answer of over {self.patience.body_bytes:,} bytes came")
            if self.clock.monotonic() > ends:
                raise UnusableError("HTTP_TOO_SLOW", "the answer dripped in too slowly")
        response.close()   # of the answer; the connection stays open
        expected = headers.get("content-length", "")
        if expected.isdigit() and not headers.get("content-encoding") and int(expected) != size:
            raise UnusableError("HTTP_CUT", f"{size:,} of {expected} bytes came")
        return b"".join(parts)

    def _wait_for(self, answer: Answer, request: Request, attempt: int) -> tuple[float | None, str]:
        """Seconds to wait where the vendor throttles, None for a failing server, with why. Else raises CallError."""
        status = answer.status
        parked = self.limits.parked_for(answer) if status == 402 else None
        if parked is not None:
            return parked, "the account's hourly calls are used up (402)"
        if status == 429:
            told = retry_after(answer.headers.get("retry-after", ""), self.clock.wall())
            usual = max(self.limits.throttled_wait, self.patience.backoff(attempt))
            return (usual if told is None else told), "the tracker asks to wait (429)"
        if status in _AGAIN:
            return None, f"the tracker answers {status}"
        code, what, fix = refusal(status)
        said = self._said(answer)
        raise CallError(code, what=f"The tracker {what} ({status}{': ' + said if said else ''})",
                        where=self._where(request), fix=fix)

    def _wait(self, request: Request, attempt: int, why: str, code: str, told: float | None) -> None:
        """Wait before the next attempt, or give the call up."""
        self._retries += 1
        wait = self.patience.backoff(attempt) if told is None else told + self.patience.backoff(1) / 10
        if attempt >= self.patience.tries or self._retries > self.patience.retries_in_all:
            raise self._given_up(request, code, f"{why}, {attempt} times", wait)
        if wait > min(self._rest(), self.patience.told_cap if told is not None else self._rest()):
            raise self._given_up(request, code, why, wait)
        self.on_wait(wait, why)
        self.clock.sleep(wait)

    def _given_up(self, request: Request, code: str, why: str, again_in: float) -> CallError:
        minutes = -(-int(again_in) // 60)
        again = f"in about {minutes} min" if again_in >= 60 else "now or later"
        return CallError(code, what=f"The pull stopped: {why}", where=self._where(request), again_in=again_in,
                         fix=f"Run again {again}; what has come is kept and is not asked for again.")

    def _rest(self) -> float:
        return self._began + self.patience.deadline - self.clock.monotonic()

    def _where(self, request: Request) -> str:
        return f"connection {self.place.connection}, {request.path}"

    def _check_clock(self, date: str) -> None:
        if date == self._told_date:
            return
        self._told_date = date
        told = instant(date)
        if told and abs((self.clock.wall() - told).total_seconds()) > _CLOCK_DRIFT:
            self.clock_remark = (f"the tracker's clock says {told:%Y-%m-%d %H:%M} UTC, this machine's "
                                 f"{self.clock.wall():%Y-%m-%d %H:%M}; the pull does not rest on either")

    def _refuse_certificate(self, error: Exception) -> None:
        if isinstance(error, ssl.SSLError | urllib3.exceptions.SSLError | CertificateError):
            raise CallError(
                "TLS_REFUSED", what="The tracker's certificate could not be trusted",
                where=f"connection {self.place.connection}",
                fix="Look at the address and the clock of this machine; for a company's own authority set ca_file. "
                    "There is no switch to go on without.") from None

    def _said(self, answer: Answer) -> str:
        """The beginning of a refusal in the vendor's words, without anything that was sent."""
        if "html" in answer.headers.get("content-type", "").lower():
            return ""
        text = answer.body[:_SHOWN * 4].decode("utf-8", "replace")
        for form in forms_of(self.secret.opened()):
            text = text.replace(form, "***")
        return "".join(sign for sign in text if sign.isprintable())[:_SHOWN]


def forms_of(token: str) -> tuple[str, ...]:
    """The ways a secret could show itself: plain, encoded for an address, in base64 alone and as a login."""
    encoded = [base64.b64encode(text.encode()).decode() for text in (token, f"{token}:api_token")]
    return tuple(dict.fromkeys([token, quote(token, safe=""), *encoded, *(quote(text, safe="") for text in encoded)]))
