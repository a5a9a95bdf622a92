"""A crew of workers of a Dask cluster, one order each at a time. The one home of `dask` and `distributed`.

The workspace is the truth, not the scheduler: what is in flight when it is lost is given again, and a run that was done
meanwhile finds that and is a no-op. An order is pinned to one worker, so it is known which one a lost run was on.
"""

from __future__ import annotations

import ipaddress
import logging
import os
import queue
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from etl.errors import RefusedError, SettingsError, StoreError
from etl.fleet import work
from etl.fleet.words import ADRIFT, ANSWER, LOST, READY, TOLD, Event, Order, database_mib, heard

_PATIENCE_SECONDS = 300.0   # a scheduler, or a worker that fits, that is away so long is not waited for
_LOOK_SECONDS = 0.5
_CALL_SECONDS = 20


@dataclass
class _Known:
    """A worker of the cluster: greeted, ready, or not fit for this fleet."""

    future: Any = None
    is_ready: bool = False
    memory_mib: int = 0


class Cluster:
    """The workers of one scheduler that prove to fit; none is started or ended from here."""

    def __init__(self, address: str, greeting: Sequence[str | int], seconds: float = _CALL_SECONDS) -> None:
        if find_spec("distributed") is None:
            raise SettingsError(
                "FLEET_MISSING", what="The packages for a Dask cluster are not installed", where="this installation",
                fix="Install Timebooks with its extra fleet: pip install timebooks[fleet]; or use --workers.")
        self._security = safe(address)
        self._address, self._greeting, self._numbers = address, tuple(greeting), count(1)
        self._ended: queue.Queue[tuple[str, Any]] = queue.Queue()
        self._known: dict[str, _Known] = {}
        self._client: Any = None
        self._scheduler = ""   # the id that the one we speak to gave itself
        self._served_at = time.monotonic()
        self._next_look = 0.0
        self._unfit: list[tuple[str, str]] = []
        self._connect(seconds)

    def _connect(self, seconds: float) -> None:
        """A client of the scheduler, which has to answer within so long. Raises StoreError FLEET_SCHEDULER."""
        from distributed import Client  # noqa: PLC0415 - an extra

        _quiet()
        self._scheduler = ""
        try:
            self._client = Client(  # type: ignore[no-untyped-call]
                self._address, timeout=seconds, security=self._security, set_as_default=False)
        except (OSError, TimeoutError, ValueError, RuntimeError) as error:
            raise StoreError(
                "FLEET_SCHEDULER", what=f"The scheduler does not answer: {type(error).__name__}", where=self._address,
                fix="Start it and its workers, look at the address and the certificates, then give the command again: "
                    "what is done stays done.") from None

    def workers(self) -> Sequence[str]:
        """Who has proven to fit."""
        return [address for address, known in self._known.items() if known.is_ready]

    def memory_mib(self, worker: str) -> int:
        """What its database may take: half of the limit the worker was started with."""
        return self._known[worker].memory_mib

    def give(self, worker: str, order: Order) -> None:
        """Send it; where that fails the next look finds the scheduler gone."""
        with suppress(Exception):
            self._known[worker].future = self._send(worker, work.run, order.words())

    def _send(self, worker: str, function: Any, words: Sequence[object]) -> Any:
        future = self._client.submit(
            function, *words, key=f"timebooks-{os.getpid()}-{next(self._numbers)}", workers=[worker],
            allow_other_workers=False, pure=False, retries=0)
        future.add_done_callback(lambda done: self._ended.put((worker, done)))
        return future

    def wait(self, seconds: float) -> list[Event]:
        """What happened, waited for no longer than this. Raises StoreError where nobody has worked for minutes."""
        events: list[Event] = []
        with suppress(queue.Empty):
            events += self._finished(*self._ended.get(timeout=seconds))
            while True:
                events += self._finished(*self._ended.get_nowait())
        if time.monotonic() >= self._next_look:
            events += self._look()
            self._next_look = time.monotonic() + _LOOK_SECONDS
        if self.workers():
            self._served_at = time.monotonic()
        elif time.monotonic() - self._served_at > _PATIENCE_SECONDS:
            code, what = self._unfit[-1] if self._unfit else ("FLEET_WORKERS", "The scheduler has no workers")
            raise StoreError(
                code, what=what, where=self._address,
                fix="Start workers with this very version on this very workspace, then give the command again.")
        return events

    def _finished(self, worker: str, future: Any) -> list[Event]:
        """What came of a future that has ended; one that was let go before says nothing."""
        known = self._known.get(worker)
        if known is None or known.future is not future:
            return []
        known.future = None
        if future.status == "cancelled":   # the scheduler is gone; the next look says so
            known.future = future
            return []
        try:
            said = heard(future.result(timeout=_CALL_SECONDS))
        except Exception as error:  # noqa: BLE001 - whatever a cluster raises: this worker's answer is not to be had
            del self._known[worker]
            return [Event(LOST, worker, f"the worker {worker} gave no answer ({type(error).__name__})")]
        finally:
            future.release()
        if known.is_ready:
            return [Event(ANSWER, worker, answer=said)]
        if said:
            self._unfit.append((str(said["code"]), f"The worker {worker} does not fit: {said['what']}"))
            return [Event(TOLD, worker, f"{self._unfit[-1][1]} ({said['code']}); it is not used")]
        known.is_ready = True
        return [Event(READY, worker)]

    def _look(self) -> list[Event]:
        """Who is there now: those that are new are greeted, those that are gone are lost."""
        try:
            told: Mapping[str, Any] = self._client.sync(
                self._client.scheduler.identity, n_workers=-1, callback_timeout=_CALL_SECONDS)
            found: Mapping[str, Any] = told["workers"]
            self._scheduler = self._scheduler or str(told["id"])   # Dask's client may find the next one by itself
            is_same = self._scheduler == told["id"] and not any(
                known.future is not None and known.future.status == "cancelled" for known in self._known.values())
        except Exception:  # noqa: BLE001 - whatever a broken connection raises, it is broken
            found, is_same = {}, False
        if not is_same:
            return self._again()
        events = []
        for address in [address for address in self._known if address not in found]:
            known = self._known.pop(address)
            if known.future is not None:
                with suppress(Exception):
                    known.future.cancel(force=True)
            if known.is_ready:
                events.append(Event(LOST, address, f"the worker {address} is gone"))
        for address in found:
            if address not in self._known:
                limit = int(found[address].get("memory_limit") or 0)   # 0: it was started without one
                self._known[address] = _Known(memory_mib=database_mib(limit))
                with suppress(Exception):
                    self._known[address].future = self._send(address, work.greet, self._greeting)
        return events

    def _again(self) -> list[Event]:
        """The scheduler was lost: connect anew, as long as there is patience, and believe nothing of before."""
        self._drop()
        self._known.clear()
        left = _PATIENCE_SECONDS - (time.monotonic() - self._served_at)
        while True:
            try:
                self._connect(_LOOK_SECONDS * 4)
            except StoreError:
                if left <= 0:
                    raise
                time.sleep(_LOOK_SECONDS)
                left = _PATIENCE_SECONDS - (time.monotonic() - self._served_at)
            else:
                return [Event(ADRIFT, what="the scheduler was lost and is there again; what was under way is looked at "
                                           "anew")]

    def _drop(self) -> None:
        with suppress(Exception):
            self._client.close(timeout=2)

    def close(self) -> None:
        """Let the workers go; what they have begun they finish."""
        for known in self._known.values():
            if known.future is not None:
                with suppress(Exception):
                    known.future.cancel(force=True)
        self._drop()


def safe(address: str) -> Any:
    """How the scheduler is spoken to: certificates for tls, nothing on this machine.

    What travels is pickled by Dask, so who can reach the scheduler can run programs: an open line must be declared.
    Raises SettingsError FLEET_SCHEDULER for no address, RefusedError FLEET_OPEN for an open line.
    """
    parts = urlsplit(address)
    if parts.scheme not in {"tcp", "tls"} or not parts.hostname:
        raise SettingsError("FLEET_SCHEDULER", what=f"{address!r} is no address of a Dask scheduler",
                            where="--scheduler", fix="Give it as tls://HOST:8786, or on this machine "
                                                     "tcp://127.0.0.1:8786.")
    if parts.scheme == "tls":
        from distributed.security import Security  # noqa: PLC0415 - an extra

        security: Any = Security()  # type: ignore[no-untyped-call]
        if not (security.tls_ca_file and security.tls_client_cert):
            raise SettingsError(
                "FLEET_CERTIFICATES", what="Dask knows no certificates for an encrypted line",
                where="distributed.comm.tls in Dask's configuration",
                fix="Declare ca-file, client cert and client key there (~/.config/dask, docs/fleet.md).")
        return security
    if not _is_loopback(parts.hostname) and os.environ.get("TIMEBOOKS_FLEET_ANYWHERE") != "1":
        raise RefusedError(
            "FLEET_OPEN", what="The line to this scheduler is neither encrypted nor within this machine",
            where=address, fix="Use tls:// with certificates (docs/fleet.md). TIMEBOOKS_FLEET_ANYWHERE=1 allows it all "
                               "the same: everybody who reaches the scheduler can then run programs as its workers.")
    return None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


def _quiet() -> None:
    """The library's own talk is for its developers; what matters is told here."""
    for name in ("distributed", "distributed.client", "distributed.core", "distributed.comm", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
