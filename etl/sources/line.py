"""The line a connection's calls go over: requests prepares and signs them, urllib3's connections carry them.

A call to one path is prepared and signed once; from page to page only its query changes. Sending a call and reading its
answer are two steps, so that the tracker can work on the next page while this side reads the one before.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from urllib.parse import SplitResult, urlencode, urlsplit

import requests
from requests.auth import AuthBase
from urllib3 import HTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection

from etl.sources.calls import Request

Headers = Mapping[str, str]


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


def _origin(parts: SplitResult) -> tuple[str, str, int]:
    return parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


class Calls:
    """What goes out: calls with headers and credential; no cookie of an earlier answer goes with them."""

    def __init__(self, credential: Callable[[], Headers], addresses: Mapping[str, str], headers: Headers) -> None:
        self._signature, self._headers = _Signature(credential, addresses), dict(headers)
        self._made_for: tuple[str, str] | None = None
        self._made = requests.PreparedRequest()

    def prepared(self, request: Request, address: str) -> requests.PreparedRequest:
        """The call of a request to an address, which has no query yet."""
        if self._made_for != (address, request.body):
            made = requests.PreparedRequest()
            headers = self._headers | ({"Content-Type": "application/json"} if request.body else {})
            made.prepare("POST" if request.body else "GET", address, data=request.body.encode() or None,
                         auth=self._signature, headers=headers)
            self._made_for, self._made = (address, request.body), made
        call = copy.copy(self._made)
        if request.query:
            call.url = f"{call.url}?{urlencode(request.query)}"
        return call


class Line:
    """One connection to each server, kept open; a call is sent over it, and then its answer is read.

    Below requests' sessions: there are no netrc files, proxy variables, redirects or cookies here to be switched off.
    """

    def __init__(self, authorities: str) -> None:
        self._authorities = authorities   # file of the certificates that vouch for a server
        self._connections: dict[tuple[str, str, int], HTTPConnection] = {}

    def is_open(self, call: requests.PreparedRequest) -> bool:
        """Whether the call could go out without a new connection."""
        connection = self._to(call)
        return not connection.is_closed and connection.is_connected

    def send(self, call: requests.PreparedRequest, seconds: float) -> None:
        """Send a call, on a new connection where none is open; no step takes longer than so many seconds."""
        connection = self._to(call)
        if not (connection.is_closed or connection.is_connected):
            connection.close()   # the server let go of it meanwhile
        connection.timeout = seconds
        connection.request(str(call.method), call.path_url, call.body, call.headers,
                           preload_content=False, decode_content=False)

    def answer(self, call: requests.PreparedRequest, seconds: float) -> HTTPResponse:
        """The answer to the call that was sent last; its body has to be read to the end, or the call be given up."""
        connection = self._to(call)
        connection.timeout = seconds
        return connection.getresponse()

    def give_up(self, call: requests.PreparedRequest) -> None:
        """End the connection of a call whose answer is not read to its end."""
        self._to(call).close()

    def close(self) -> None:
        """Let go of the connections."""
        for connection in self._connections.values():
            connection.close()

    def _to(self, call: requests.PreparedRequest) -> HTTPConnection:
        parts = urlsplit(call.url or "")
        origin = _origin(parts)
        if origin not in self._connections:
            self._connections[origin] = HTTPConnection(*origin[1:]) if parts.scheme == "http" else HTTPSConnection(
                *origin[1:], cert_reqs="CERT_REQUIRED", ca_certs=self._authorities)
        return self._connections[origin]
