"""Leases in PostgreSQL: who may write, for how long, and under which fencing number, on whatever machine it runs.

A lease is kept by a sign of life; a holder that died loses it when its time is over. A holder that was taken for dead
and is not cannot commit: the catalog compares the fencing number in the transaction of the commit (leases.sql).
"""

from __future__ import annotations

import os
import random
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count

import duckdb

from etl.store import history_shared as shared_sql
from etl.store.history_shared import Held, Shared, literal

SECONDS = 30.0
_SIGN_SHARE = 3        # a sign of life comes so often in the time of a lease
_MAKE_TRIES = 20
_PAUSES = (0.01, 0.25)   # between two tries of somebody who waits: longer each time, so that many waiters ask little


class LeaseBusyError(Exception):
    """Somebody else holds the lease; its text says who."""


class Database:
    """Questions to PostgreSQL over an attached database of one DuckDB connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, attached: str = "leases") -> None:
        self.connection, self._attached = connection, attached

    def rows(self, sql: str) -> list[tuple[str | None, ...]]:
        """The rows of one SELECT, texts all."""
        answer = self.connection.execute(f"from postgres_query({literal(self._attached)}, {literal(sql)})")
        return [tuple(None if value is None else str(value) for value in row) for row in answer.fetchall()]

    def run(self, sql: str) -> None:
        """Statements without an answer, in one transaction."""
        self.connection.execute(f"call postgres_execute({literal(self._attached)}, {literal(sql)})")

    def beside(self) -> Database:
        """The same database for another thread."""
        return Database(self.connection.cursor(), self._attached)


def prepare(database: Database, shared: Shared) -> None:
    """The tables and functions of the leases are there."""
    _made_once(database, shared_sql.has_leases(shared), shared_sql.make_leases(shared))


def guard(database: Database, shared: Shared) -> None:
    """The lake's catalog checks every commit from here on."""
    _made_once(database, shared_sql.is_guarded(shared), shared_sql.guard(shared))


def _made_once(database: Database, is_there: str, make: str) -> None:
    """Two processes may find it missing at once: PostgreSQL refuses one of them, which then finds it there."""
    for left in reversed(range(_MAKE_TRIES)):
        if database.rows(is_there):
            return
        try:
            database.run(make)
        except duckdb.Error:
            if not left:
                raise
            time.sleep(_pause(_MAKE_TRIES - left))


def _pause(turn: int) -> float:
    least, most = _PAUSES
    return random.uniform(0.5, 1.0) * min(most, least * 1.5 ** min(turn, 20))   # noqa: S311 - no secret


@contextmanager
def lease(database: Database, shared: Shared, name: str, wait_seconds: float, what: str = "") -> Iterator[None]:
    """While this lasts, nobody else holds `name`. Raises LeaseBusyError where the wait was in vain.

    `what`: the work, for whoever finds it busy.
    """
    fence = _taken(database, shared, name, wait_seconds, what)
    asking = database.beside()
    shared.held[name] = Held(fence, lambda: _kept(asking, shared, name, fence, SECONDS))
    ended = threading.Event()
    signs = threading.Thread(target=_signs_of_life, args=(database.beside(), shared, name, fence, ended), daemon=True)
    signs.start()
    try:
        yield
    finally:
        ended.set()
        signs.join()
        shared.held.pop(name, None)
        with suppress(duckdb.Error):   # it ends by itself
            _kept(database, shared, name, fence, 0)


def is_lost(error: Exception) -> bool:
    """Whether a commit was refused because another holder came after the one that tried."""
    return "timebooks: the lease" in str(error)


def _taken(database: Database, shared: Shared, name: str, wait_seconds: float, what: str) -> int:
    who = re.sub(r"[^ -~]|\\", "?", f"{socket.gethostname()}, process {os.getpid()}{f' ({what})' if what else ''}")
    text = f"select fence, holder from {shared.leases}.take({literal(name)}, {literal(who[:200])}, {SECONDS})"   # noqa: S608
    until = time.monotonic() + wait_seconds
    for turn in count():
        holder = "somebody who was just as fast"
        try:
            fence, holder = database.rows(text)[0]   # type: ignore[assignment]
            if fence is not None:
                return int(fence)
        except duckdb.Error as error:
            if not is_crowded(error):
                raise
        if time.monotonic() > until:
            raise LeaseBusyError(holder or "")
        time.sleep(_pause(turn))
    raise AssertionError("it is counted without end")


def is_crowded(error: Exception) -> bool:
    """Whether PostgreSQL could not put two transactions in a row, so that the same again may do."""
    return "could not serialize" in str(error) or "deadlock detected" in str(error) or "duplicate key" in str(error)


def _kept(database: Database, shared: Shared, name: str, fence: int, seconds: float) -> bool:
    text = f"select {shared.leases}.keep({literal(name)}, {fence}, {seconds}) as state"
    for _ in range(_MAKE_TRIES):
        try:
            return database.rows(text) == [("held",)]
        except duckdb.Error as error:
            if not is_crowded(error):
                raise
    return False


def _signs_of_life(database: Database, shared: Shared, name: str, fence: int, ended: threading.Event) -> None:
    """Until the work has ended or the lease is lost; what fails once is tried again at the next sign."""
    while not ended.wait(SECONDS / _SIGN_SHARE):
        with suppress(duckdb.Error):
            if not _kept(database, shared, name, fence, SECONDS):
                return
