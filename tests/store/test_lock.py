"""One writer for each company; the others hear at once who it is."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import time

import pytest

from etl.errors import BusyError, SettingsError, StoreError
from etl.store.lock import company_lock
from etl.workspace import Workspace
from tests.store.week import COMPANY

FORK = multiprocessing.get_context("fork")


def _hold(workspace, ready):
    with company_lock(workspace, COMPANY, "Dana Preparer", "week to 2026-11-15"):
        ready.set()
        time.sleep(60)


@pytest.fixture
def holder(workspace):
    """Another process that holds the company's lock."""
    ready = FORK.Event()
    process = FORK.Process(target=_hold, args=(workspace, ready))
    process.start()
    assert ready.wait(30)
    yield process
    process.kill()
    process.join(30)


def test_the_second_run_hears_who_holds_the_company(workspace, holder):
    started = time.monotonic()
    with pytest.raises(BusyError) as caught, company_lock(workspace, COMPANY, "Cleo Controller"):
        pass
    assert time.monotonic() - started < 2, "at once, not after waiting"
    assert caught.value.code == "RUN_BUSY"
    for word in ("acme", "Dana Preparer", "week to 2026-11-15", f"process {holder.pid}", "since 20", " min"):
        assert word in caught.value.what
    with company_lock(workspace, "other", "Cleo Controller"):
        pass   # another company is free


def test_a_dead_holder_blocks_nobody(workspace, holder):
    os.kill(holder.pid, signal.SIGKILL)
    holder.join(30)
    text = workspace.lock(COMPANY).with_suffix(".holder")
    assert json.loads(text.read_text())["pid"] == holder.pid, "its text stays behind and means nothing"
    with company_lock(workspace, COMPANY, "Cleo Controller"):
        assert json.loads(text.read_text())["person"] == "Cleo Controller"
    assert not text.exists()


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"person": 1}', b'{"since": "yesterday", "what": ""}', None])
def test_an_unreadable_text_still_says_busy(workspace, holder, text):
    path = workspace.lock(COMPANY).with_suffix(".holder")
    path.unlink() if text is None else path.write_bytes(text)
    with pytest.raises(BusyError, match="could not be read"), company_lock(workspace, COMPANY, "Cleo Controller"):
        pass


def test_entering_again_in_one_process_is_free(workspace):
    text = workspace.lock(COMPANY).with_suffix(".holder")
    with company_lock(workspace, COMPANY, "Dana Preparer", "week"):
        with company_lock(Workspace(workspace.root), COMPANY, "Somebody Else"):
            assert json.loads(text.read_text())["person"] == "Dana Preparer"
        assert text.exists(), "still held"
        child = FORK.Process(target=_expect_busy, args=(workspace,))
        child.start()
        child.join(30)
        assert child.exitcode == 0, "a forked child does not hold it"


def _expect_busy(workspace):
    try:
        with company_lock(workspace, COMPANY, "Child"):
            os._exit(1)
    except BusyError:
        os._exit(0)


def test_an_error_inside_lets_the_lock_go(workspace, holder):
    with pytest.raises(ZeroDivisionError), company_lock(workspace, "other", "Dana Preparer"):
        _ = 1 // 0
    child = FORK.Process(target=_enter, args=(workspace, "other"))
    child.start()
    child.join(30)
    assert child.exitcode == 0


def _enter(workspace, company):
    with company_lock(workspace, company, "Child"):
        os._exit(0)


@pytest.mark.parametrize("company", ["", "..", "../x", "A", "a/b", "con", "a.b", "x" * 32, "-a", "rate=0", "caf\u00e9"])
def test_what_cannot_be_a_company_gets_no_file(workspace, company):
    with pytest.raises(SettingsError), company_lock(workspace, company, "Dana Preparer"):
        pass
    assert list(workspace.root.iterdir()) == []


def test_where_the_lock_file_cannot_be_opened(workspace):
    workspace.lock(COMPANY).mkdir(parents=True)
    with pytest.raises(StoreError) as caught, company_lock(workspace, COMPANY, "Dana Preparer"):
        pass
    assert caught.value.code == "LOCK_UNSUPPORTED"


def _contend(workspace, start, path):
    start.wait(30)
    try:
        with company_lock(workspace, COMPANY, f"Person {os.getpid()}"), path.open("ab", buffering=0) as file:
            file.write(f"in {os.getpid()}\n".encode())
            time.sleep(0.05)
            file.write(f"out {os.getpid()}\n".encode())
    except BusyError:
        os._exit(3)


def test_sixteen_start_at_once(workspace, tmp_path):
    start, path = FORK.Event(), tmp_path / "trace"
    contenders = [FORK.Process(target=_contend, args=(workspace, start, path)) for _ in range(16)]
    for contender in contenders:
        contender.start()
    start.set()
    for contender in contenders:
        contender.join(30)
    trace = path.read_text().split()
    assert trace[0::4] == ["in"] * (len(trace) // 4), "nothing interleaves"
    assert trace[1::4] == trace[3::4], "who enters leaves before the next one enters"
    assert sorted(contender.exitcode for contender in contenders) == [0] * (len(trace) // 4) + [3] * (
        16 - len(trace) // 4), "the others hear that the company is busy"
