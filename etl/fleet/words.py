"""The words between a fleet and its workers: plain texts and numbers, never an object, never a secret."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

READY, ANSWER, LOST, ADRIFT, TOLD = "ready", "answer", "lost", "adrift", "told"
_LEAST_MIB, _MOST_MIB, _UNKNOWN_MIB = 256, 1600, 800
_SHARE = 0.5   # of what a worker may take, for its database; the rest is for Python and the system


@dataclass(frozen=True)
class Order:
    """One company-period to be run: what a worker is told, and all that it is told."""

    workspace: str
    company: str
    period_end: str
    publish: bool
    person: str   # empty: the account's
    memory_mib: int
    seconds: int   # the longest it may take; then its process is ended
    turn: int      # which try this is, from 1

    def words(self) -> tuple[str | int, ...]:
        """The same as what is sent."""
        return (self.workspace, self.company, self.period_end, int(self.publish), self.person, self.memory_mib,
                self.seconds, self.turn)


@dataclass(frozen=True)
class Event:
    """What happened to a worker: it is ready, it answered, it is lost (`what` says why), or something is to be told.

    ADRIFT is about all of them: nobody knows what became of the orders given.
    """

    kind: str
    worker: str = ""
    what: str = ""
    answer: Mapping[str, Any] = field(default_factory=dict)


class Crew(Protocol):
    """Workers that take one order at a time, wherever they are."""

    def workers(self) -> Sequence[str]:
        """Who is ready for orders or works on one."""

    def memory_mib(self, worker: str) -> int:
        """What the database of a run on this worker may take."""

    def give(self, worker: str, order: Order) -> None:
        """Let a worker that has none begin an order."""

    def wait(self, seconds: float) -> list[Event]:
        """What happened, waited for no longer than this. Raises EtlError where no work can go on."""

    def close(self) -> None:
        """Let the workers go."""


def database_mib(worker_bytes: float) -> int:
    """What the database of a run may take of the memory that its worker has; 0 bytes: nobody knows."""
    if not worker_bytes:
        return _UNKNOWN_MIB
    return int(min(_MOST_MIB, max(_LEAST_MIB, worker_bytes * _SHARE / (1 << 20))))


def spoken(said: Mapping[str, Any]) -> str:
    """What is sent, as a line of JSON."""
    return json.dumps(said, ensure_ascii=True, sort_keys=True)


def heard(text: object) -> dict[str, Any]:
    """What came back; nothing where it is no line of ours."""
    try:
        said = json.loads(text) if isinstance(text, str) else {}
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
