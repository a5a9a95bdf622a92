"""The words of asking a tracker: a request, its answer, why a call was given up, how patient we are."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from etl.errors import SourceError


@dataclass(frozen=True)
class Request:
    """One question to a tracker. With `body` it is a POST that only reads; `service` names one of its addresses."""

    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: str = ""
    service: str = "core"

    def said(self) -> dict[str, Any]:
        """The request as it is kept beside its answer; no credential is ever part of it."""
        return {"service": self.service, "path": self.path, "query": [list(pair) for pair in self.query],
                "body": self.body}

    def with_query(self, name: str, value: str | int) -> Request:
        """The same request with this parameter set."""
        return Request(self.path, tuple((dict(self.query) | {name: str(value)}).items()), self.body, self.service)

    def with_body(self, **values: object) -> Request:
        """The same request with these fields of its body set."""
        return Request(self.path, self.query, json.dumps(json.loads(self.body) | values), self.service)


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers by lower-case name, the body as received (content encoding taken off)."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Clock(Protocol):
    """Time as a call needs it; a test brings its own."""

    def monotonic(self) -> float:
        """Seconds that only grow."""

    def wall(self) -> datetime:
        """Now, in UTC."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class RealClock:
    """The machine's own time."""

    def monotonic(self) -> float:
        """Seconds that only grow."""
        return time.monotonic()

    def wall(self) -> datetime:
        """Now, in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


@dataclass
class Patience:
    """How long we wait and how often we ask again: per call, and a budget and a deadline for a whole pull.

    Waits grow twofold from `first_wait` to `longest_wait`, each between its half and its whole, by chance, so that
    many clients do not come back at the same moment.
    """

    tries: int = 6
    retries_in_all: int = 60
    first_wait: float = 1.0
    longest_wait: float = 60.0
    told_cap: float = 15 * 60.0   # the longest wait a vendor may ask for while we stay; longer ones park the pull
    deadline: float = 30 * 60.0
    read_seconds: float = 30.0
    answer_seconds: float = 300.0   # one answer, however steadily it drips
    body_bytes: int = 64 << 20
    chance: random.Random = field(default_factory=random.SystemRandom)

    def backoff(self, attempt: int) -> float:
        """Seconds to wait after so many failed attempts (1 or more)."""
        whole = min(self.longest_wait, self.first_wait * 2.0 ** (attempt - 1))
        return whole * (0.5 + self.chance.random() / 2)


class CallError(SourceError):
    """A call that was given up. `again_in`: seconds after which it makes sense to ask again; None where it does not."""

    def __init__(self, code: str, *, what: str, where: str, fix: str, again_in: float | None = None) -> None:
        super().__init__(code, what=what, where=where, fix=fix)
        self.again_in = again_in


class UnusableError(Exception):
    """An answer with status 200 that is not what was asked for, such as half a JSON text; asked again a few times."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code, self.why = code, why


@dataclass(frozen=True)
class Call:
    """One call for the ops log; `status` 0 where no answer came."""

    connection: str
    method: str
    path: str
    status: int
    bytes: int
    milliseconds: int
    attempt: int
    request_id: str = ""
    note: str = ""
