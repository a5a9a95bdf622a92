"""One writer for each company: an OS lock held by the process that writes, and a text that says who holds it."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from etl.errors import BusyError, EtlError, SettingsError, StoreError
from etl.settings import COMPANY_ID, RESERVED, read_shared_history
from etl.store import files
from etl.store.records import instant_text
from etl.strict_json import NotStrictError, dump_lines, load
from etl.workspace import PEOPLE_LOG, Workspace

_COMING_OR_GOING_SECONDS = (0.01, 0.02, 0.04, 0.08, 0.16)
_NOBODY_KNOWN = "who it is could not be read"


@contextmanager
def company_lock(workspace: Workspace, company: str, owner: str, what: str = "") -> Iterator[bool]:
    """While this lasts, no other process writes for this company; entering it again in this process is free.

    Gives whether this process did not hold it before.

    `owner` is the person, `what` the work, both for whoever finds the company busy.
    Raises BusyError at once where another process holds it, or another machine where history.toml says that runs
    start on many. The lock vanishes with its process; the text beside it may stay behind and then means nothing.
    """
    if company != PEOPLE_LOG and (not COMPANY_ID.fullmatch(company) or company in RESERVED):
        raise SettingsError("COMPANY_MISSING", what=f"{company!r} cannot be the id of a company", where="--company",
                            fix="Use the id of a folder in mappings: lower-case letters, digits and hyphens.")
    path = workspace.lock(company)
    files.make_folder(path.parent)
    lock = FileLock(path, timeout=0, mode=0o600, thread_local=False, is_singleton=True, fallback_to_soft=False)
    _acquire(lock, path, company)
    is_first = lock.lock_counter == 1
    try:
        with ExitStack() as elsewhere:
            if is_first:
                elsewhere.enter_context(_leased(workspace, company, what))
                files.write_note(_holder(path), _holder_text(owner, what))
            yield is_first
    finally:
        try:
            if lock.lock_counter == 1:
                files.remove(_holder(path))
        finally:
            lock.release()


@contextmanager
def _leased(workspace: Workspace, company: str, what: str) -> Iterator[None]:
    """No other machine works on the company, where runs of it may start on many machines."""
    declared = None if company == PEOPLE_LOG else read_shared_history(workspace.shared_history)
    if declared is None or declared.runs == "one_machine":
        yield
        return
    from etl.store import lake  # noqa: PLC0415 - few need the database for their lock
    from etl.store.history_place import Place  # noqa: PLC0415

    with ExitStack() as held:
        try:
            held.enter_context(lake.company_lease(Place.of(workspace), company, what))
        except lake.LeaseBusyError as busy:
            raise BusyError(
                "RUN_BUSY", what=f"Another machine is working on {company}: {busy}", where=declared.catalog,
                fix="Wait until that run has ended, then run again; a run that died lets go within a minute.") from None
        yield


def _acquire(lock: FileLock, path: Path, company: str) -> None:
    """Ours, or BusyError. A holder without a text is just coming or going, so that one is asked again for a moment."""
    try:
        for seconds in (*_COMING_OR_GOING_SECONDS, None):
            try:
                lock.acquire()
            except Timeout:
                held = _held_by(path, datetime.now(UTC))
                if held or seconds is None:
                    raise BusyError(
                        "RUN_BUSY", what=f"Another run is working on {company}: {held or _NOBODY_KNOWN}",
                        where=f"data/lock/{company}.lock", fix="Wait until that run has ended, then run again.",
                    ) from None
                time.sleep(seconds)
            else:
                return
    except OSError as error:
        raise StoreError(
            "LOCK_UNSUPPORTED", what=f"The company cannot be locked here: {error.strerror}", where=str(path),
            fix="Give your account the right to write in data/lock, and keep the workspace on a local disk.",
        ) from None


def _holder(path: Path) -> Path:
    return path.with_suffix(".holder")


def _holder_text(owner: str, what: str) -> bytes:
    return dump_lines({"person": owner, "what": what, "pid": os.getpid(), "host": socket.gethostname(),
                       "since": instant_text(datetime.now(UTC))})


def _held_by(path: Path, now: datetime) -> str:
    """Who holds the lock and for how long, as far as the text beside it tells; empty where it does not."""
    with suppress(EtlError, NotStrictError, KeyError, TypeError, ValueError):
        held = load(files.read_bytes(_holder(path)))
        minutes = int((now - datetime.fromisoformat(held["since"])).total_seconds()) // 60
        work = f" ({held['what']})" if held["what"] else ""
        where = f"on {held['host']}, process {held['pid']}"
        return f"{held['person']}{work} {where}, since {held['since']}, {minutes} min"
    return ""
