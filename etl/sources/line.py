"""The line a connection's calls go over: requests prepares and signs them, urllib3's connections carry them.

A call to one path is prepared and signed once; from page to page only its query changes. Sending a call and reading its
answer are two steps, so that the tracker can work on the next page while this side reads the one before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from http.client import HTTPConnection as Plain
from http.client import HTTPResponse
from urllib.parse import SplitResult, urlencode, urlsplit

import requests
import urllib3
from requests.auth import AuthBase
from urllib3.connection import HTTPConnection, HTTPSConnection

from etl.sources.calls import Request

Headers = Mapping[str, str]
Origin = tuple[str, str, int]


@dataclass(frozen=True)
class Prepared:
    """A call as it goes out: the server it goes to, and what is sent there."""

    origin: Origin
    method: str
    target: str   # path and query
    body: bytes | None
    headers: Headers


class _Signature(AuthBase):
    """The credential, put on a call only where it goes to an address of the connection."""

    def __init__(self, credential: Callable[[], Headers], addresses: Mapping[str, str]) -> None:
        self._credential = credential
        self._origins = {_origin(urlsplit(address)) for address in addresses.values()}

    def __call__(self, call: requests.PreparedRequest) -> requests.PreparedRequest:
        if _origin(urlsplit(call.url or "")) not in self._origins:
            raise AssertionError("a credential was about to leave for another address")
        call.headers.update(self._credential())
        return call


def _origin(parts: SplitResult) -> Origin:
    return parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def reading(response: HTTPResponse) -> Callable[[int], bytes]:
    """What reads on in a body, unpacked, from at most so many bytes at a time; nothing at its end."""
    if not response.headers.get("content-encoding"):
        return response.read1
    packed = urllib3.HTTPResponse(response, dict(response.headers), preload_content=False)
    return partial(packed.read1, decode_content=True)


@lru_cache(maxsize=1024)
def _encoded(parameter: tuple[str, str]) -> str:
    """One parameter of a query; from page to page all but one are the same."""
    return urlencode((parameter,))


class Calls:
    """What goes out: calls with headers and credential; no cookie of an earlier answer goes with them."""

    def __init__(self, credential: Callable[[], Headers], addresses: Mapping[str, str], headers: Headers) -> None:
        self._signature, self._headers = _Signature(credential, addresses), dict(headers)
        self._made: dict[tuple[str, str], Prepared] = {}

    def prepared(self, request: Request, address: str) -> Prepared:
        """The call of a request to an address, which has no query yet."""
        known = address, request.body
        if known not in self._made:
            self._made = {known: self._signed(request, address)}
        call = self._made[known]
        query = "&".join(map(_encoded, request.query))
        return replace(call, target=f"{call.target}?{query}") if query else call

    def _signed(self, request: Request, address: str) -> Prepared:
        made, body = requests.PreparedRequest(), request.body.encode() or None
        headers = self._headers | ({"Content-Type": "application/json"} if request.body else {})
        made.prepare("POST" if request.body else "GET", address, data=body, auth=self._signature,
                     headers=headers)
        return Prepared(_origin(urlsplit(str(made.url))), str(made.method), made.path_url, body, dict(made.headers))


class Line:
    """One connection to each server, kept open; a call is sent over it, and then its answer is read.

    Below requests' sessions: there are no netrc files, proxy variables, redirects or cookies here to be switched off.
    """

    def __init__(self, authorities: str) -> None:
        self._authorities = authorities   # file of the certificates that vouch for a server
        self._connections: dict[Origin, HTTPConnection] = {}

    def is_open(self, call: Prepared) -> bool:
        """Whether the call could go out without a new connection."""
        connection = self._to(call)
        return not connection.is_closed and connection.is_connected

    def send(self, call: Prepared, seconds: float) -> None:
        """Send a call, on a new connection where none is open; no step takes longer than so many seconds."""
        connection = self._to(call)
        if not (connection.is_closed or connection.is_connected):
            connection.close()   # the server let go of it meanwhile
        connection.timeout = seconds
        connection.request(call.method, call.target, call.body, call.headers,
                           preload_content=False, decode_content=False)

    def answer(self, call: Prepared, seconds: float) -> HTTPResponse:
        """The answer to the call that was sent last; its body has to be read to the end, or the call be given up."""
        connection = self._to(call)
        if connection.sock is None:
            raise ConnectionAbortedError
        connection.sock.settimeout(seconds)
        return Plain.getresponse(connection)   # urllib3's own would be made anew a call, and is needed to unpack only

    def give_up(self, call: Prepared) -> None:
        """End the connection of a call whose answer is not read to its end."""
        self._to(call).close()

    def close(self) -> None:
        """Let go of the connections."""
        for connection in self._connections.values():
            connection.close()

    def _to(self, call: Prepared) -> HTTPConnection:
        if call.origin not in self._connections:
            scheme, host, port = call.origin
            self._connections[call.origin] = HTTPConnection(host, port) if scheme == "http" else HTTPSConnection(
                host, port, cert_reqs="CERT_REQUIRED", ca_certs=self._authorities)
        return self._connections[call.origin]
