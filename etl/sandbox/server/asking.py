"""A question as a practice tracker gets it, and its reply."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from etl.sandbox.server.book import Book

TOKEN = "practice-token"  # noqa: S105 - opens nothing but the practice server
ACCOUNT = "77001"


@dataclass(frozen=True)
class Ask:
    """Method, path below the tracker's own prefix, query, headers by lower-case name, JSON body."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    base: str   # the address the tracker is reached at, for links


@dataclass(frozen=True)
class Reply:
    """Status, value for JSON, and headers beside the usual ones."""

    status: int
    value: Any
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> bytes:
        """The JSON text."""
        return json.dumps(self.value, ensure_ascii=False).encode()


@dataclass
class Desk:
    """A tracker's account behind its token."""

    book: Book
    token: str = TOKEN


def refused(status: int, message: str) -> Reply:
    """An error as JSON."""
    return Reply(status, {"message": message})


def is_bearer(ask: Ask, token: str) -> bool:
    """Whether the token came as a bearer's."""
    return ask.headers.get("authorization") == f"Bearer {token}"


def is_basic(ask: Ask, user: str, password: str) -> bool:
    """Whether user and password came in one header."""
    login = base64.b64encode(f"{user}:{password}".encode()).decode()
    return ask.headers.get("authorization") == f"Basic {login}"


def cut(rows: Sequence[Any], page: int, size: int) -> Sequence[Any]:
    """One page of rows; the first page is 1."""
    return rows[(page - 1) * size:page * size]


def iso(instant: datetime) -> str:
    """An instant with its offset, whole seconds."""
    return instant.isoformat(timespec="seconds")


def zulu(instant: datetime) -> str:
    """An instant of UTC with a Z."""
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")
