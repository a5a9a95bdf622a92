"""What a machine does to a run: clocks, rights, memory, held files, shares, stale locks. Each is told in words."""

from __future__ import annotations

import errno
import json
import os
import random
import re
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from etl import steps
from etl.errors import StoreError
from etl.steps.run import Run
from etl.store import files, recovery, shared_places
from etl.store.lock import company_lock
from etl.store.verify import verify_store
from etl.workspace import Workspace
from tests.cli.command import ROOT
from tests.faults import tiny
from tests.faults.children import command
from tests.store import week as small
from tests.store.faults import FailAt, KillAt

SEED = 20261108
WEEK = ("week", "--company", tiny.COMPANY, "--period-end", tiny.PERIOD_END.isoformat(), "--no-notebooks")


@pytest.fixture
def root(tmp_path):
    """A company whose week has not run yet."""
    tiny.make_company(tmp_path / "w", weeks=2)
    return tmp_path / "w"


@pytest.fixture(scope="module")
def warm(tmp_path_factory):
    """A week in this process: a child without rights can no longer read Python's own files."""
    root = tmp_path_factory.mktemp("warm") / "w"
    tiny.make_company(root)
    tiny.week(root)


class Held:
    """A hook: another program holds a file for some tries of these steps."""

    def __init__(self, tries, *names, only=""):
        self.tries, self.names, self.only = tries, names, only

    def __call__(self, name, path):
        if name in self.names and self.only in str(path) and self.tries > 0:
            self.tries -= 1
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


@pytest.fixture
def slept(monkeypatch):
    """How long was waited, without waiting."""
    naps = []
    monkeypatch.setattr("etl.store.files.time.sleep", naps.append)
    return naps


def test_a_disk_that_fails_to_sync_is_never_asked_again_for_the_same_file(root):
    """F06: the run ends; the next one writes new files."""
    chance = random.Random(SEED)
    for k in sorted(chance.sample(range(60), 3)):
        watch, fault = KillAt(), FailAt(k, errno.EIO, names=("fsync",))
        with files.watched(watch), files.watched(fault), pytest.raises(StoreError) as told:
            tiny.week(root)
        assert (told.value.code, fault.raised) == ("DISK_ERROR", True), f"fsync number {k}, seed {SEED}"
        synced = [path for name, path in watch.steps if name == "fsync"]
        assert synced.count(synced[-1]) == 1 or synced[-1].is_dir()
        assert steps.verify(root).exit_code == 0
    assert tiny.week(root).exit_code == 0
    assert steps.verify(root).exit_code == 0


@pytest.mark.parametrize("name", ["rename", "unlink", "rmdir"])
def test_a_file_held_for_a_moment_is_waited_for(tmp_path, slept, name):
    """F25: a scanner or a sync client lets go after some tries."""
    with files.watched(Held(3, name)):
        small.whole_week(tmp_path / "w")
    assert len(slept) == 3
    assert verify_store(Workspace(tmp_path / "w"), small.COMPANY) == []


def test_a_file_held_for_good_fails_after_five_seconds(tmp_path, slept):
    workspace = Workspace(tmp_path)
    with files.watched(Held(99, "rename")), pytest.raises(StoreError) as told:
        small.land(workspace)
    assert (told.value.code, "close programs that hold the file" in told.value.fix) == ("NOT_WRITABLE", True)
    assert 4 < sum(slept) < 6
    assert [finding.waits for finding in verify_store(workspace, small.COMPANY)] == [True]
    assert len(recovery.recover(workspace, small.COMPANY).finished) == 1
    assert verify_store(workspace, small.COMPANY) == []


def test_an_open_workbook_in_a_replaced_draft_stops_nothing(tmp_path, slept):
    """F24: the old revision stays until somebody has closed it; verify says so and finds no damage."""
    workspace = Workspace(tmp_path)
    small.land_mapping(workspace)
    old = small.write_draft(workspace, "7.00")
    with files.watched(Held(99, "unlink", "rmdir", only="batch-0001-r1")):
        assert small.write_draft(workspace, "8.00").revision == 2
        assert recovery.recover(workspace, small.COMPANY).swept == ()
    assert old.folder.exists()
    assert [finding.waits for finding in verify_store(workspace, small.COMPANY)] == [True]
    assert recovery.recover(workspace, small.COMPANY).swept == ("data/drafts/acme/2026-11-15/batch-0001-r1",)
    assert verify_store(workspace, small.COMPANY) == []


def test_a_clock_set_back_is_told_and_decides_nothing(root, monkeypatch):
    """F21: a day back, then 400 days on; order comes from the numbers."""
    now = datetime.now(UTC)
    assert tiny.week(root).exit_code == 0
    monkeypatch.setattr(Run, "now", lambda run: now - timedelta(days=1))
    following = tiny.PERIOD_END + timedelta(weeks=1)
    told = []
    assert steps.week(steps.start(tiny.COMPANY, following, root, in_memory=True), told.append).exit_code == 0
    assert "before the last record of the audit log" in told[0].title
    back = steps.verify(root, full=True)
    assert (back.exit_code, "the clock was set back" in dict(back.facts)["clock"]) == (0, True)
    monkeypatch.setattr(Run, "now", lambda run: now + timedelta(days=400))
    assert "clock" not in steps.pull(steps.start(tiny.COMPANY, following, root)).title
    before = tiny.times(root)
    assert tiny.week(root, following).exit_code == 0
    assert tiny.times(root) == before


@pytest.mark.parametrize("pid", [os.getpid(), os.getppid(), 1], ids=["this process", "another one alive", "init"])
def test_a_text_left_by_a_dead_holder_blocks_nobody_even_where_its_number_lives_again(root, pid):
    """F20: only the operating system's lock counts; the text is for reading."""
    lock = Workspace(root).lock(tiny.COMPANY)
    lock.parent.mkdir(parents=True)
    lock.touch()
    lock.with_suffix(".holder").write_text(json.dumps({
        "person": "Dana", "what": "week", "pid": pid, "host": socket.gethostname(), "since": "2026-11-01T08:00:00Z"}))
    with company_lock(Workspace(root), tiny.COMPANY, "Cleo"):
        assert json.loads(lock.with_suffix(".holder").read_text())["person"] == "Cleo"


MOUNTS = "\n".join([
    "22 1 8:1 / / rw - ext4 /dev/sda1 rw", "23 22 0:40 / /mnt/books rw shared:1 - nfs4 server:/books rw",
    r"24 22 0:41 / /mnt/my\040share rw - cifs //server/share rw", "25 23 8:2 / /mnt/books/local rw - xfs /dev/sdb1 rw",
    "26 22 0:42 / /media/x rw - fuse.sshfs host: rw", "garbage"])
PLACES = [   # where, what is told
    ("/home/dana/books", ""), ("/mnt/books/w", "network share (nfs4)"), ("/mnt/my share/w", "network share (cifs)"),
    ("/mnt/books/local/w", ""), ("/mnt/bookshelf", ""), ("/media/x", "network share (fuse.sshfs)"),
    ("/home/dana/Dropbox/books", "synced folder (Dropbox)"), ("/home/dana/OneDrive - Mill/b", "synced folder"),
    ("/Users/dana/Library/CloudStorage/OneDrive-Mill/b", "synced folder (OneDrive-Mill)"),
    ("/home/dana/Mill Dropbox/b", "synced folder"), ("/home/dana/Dropbox (Mill)/b", "synced folder"),
    ("/home/dana/Google Drive/b", "synced folder"), ("/home/dana/dropbox-exports/b", ""), ("/home/dana/onedriver", ""),
]


@pytest.mark.parametrize(("place", "told"), PLACES)
def test_shares_and_synced_folders_are_known(tmp_path, place, told):
    """F26."""
    (tmp_path / "mountinfo").write_text(MOUNTS, encoding="utf-8")
    found = shared_places.shared_by(Path(place), tmp_path / "mountinfo")
    assert told in found
    assert bool(told) == bool(found)


def test_a_synced_folder_gets_no_history_and_the_batch_is_exported_all_the_same(tmp_path, monkeypatch):
    root = tmp_path / "Dropbox" / "w"
    tiny.make_company(root)
    told = []
    assert steps.week(steps.start(tiny.COMPANY, tiny.PERIOD_END, root, in_memory=True), told.append).exit_code == 0
    assert any("history not updated" in outcome.title and "synced folder" in outcome.title for outcome in told)
    assert not (root / "data" / "history").exists()
    assert steps.verify(root).exit_code == 0
    with pytest.raises(StoreError) as refused:
        steps.rebuild_history(root)
    assert refused.value.code == "HISTORY_PLACE"
    monkeypatch.setenv("TIMEBOOKS_HISTORY_ANYWHERE", "1")
    again = steps.export(steps.start(tiny.COMPANY, tiny.PERIOD_END, root))
    assert "allowed by TIMEBOOKS_HISTORY_ANYWHERE" in dict(again.facts)["history"]


def test_the_mark_of_a_sync_program_counts_whatever_the_folder_is_called(tmp_path):
    assert shared_places.shared_by(tmp_path / "books" / "w") == ""
    (tmp_path / "books" / ".stfolder").mkdir(parents=True)
    assert shared_places.shared_by(tmp_path / "books" / "w") == "a synced folder (books)"


def test_a_record_of_a_newer_version_stops_the_run(root):
    """F30: nothing is written behind what this version cannot read."""
    assert tiny.week(root).exit_code == 0
    path = sorted(Workspace(root).audit_log(tiny.COMPANY).glob("*.json"))[-1]
    path.write_bytes(path.read_bytes().replace(b"record+json;v=1", b"record+json;v=2"))
    before = tiny.times(root)
    told = command(root, *WEEK)
    assert (told.code, told.problem) == (2, "RECORD_FORMAT"), told.talk
    assert tiny.times(root) == before


def test_no_two_names_differ_in_capitals_only_and_none_is_strange(root):
    """F31: a workspace can be copied to a disk that does not tell a from A."""
    tiny.week(root)
    paths = [path.relative_to(root).as_posix() for part in ("data", "reports") for path in (root / part).rglob("*")]
    assert len({path.casefold() for path in paths}) == len(paths)
    assert [path for path in paths if not re.fullmatch(r"[A-Za-z0-9._/-]+", path)] == []


IMPORTED = "import duckdb, pandas, etl.steps, pathlib; print(pathlib.Path('/proc/self/statm').read_text().split()[0])"


@pytest.mark.skipif(sys.platform != "linux", reason="limits of address space are Linux's")
@pytest.mark.parametrize("more_mib", [0, pytest.param(40, marks=pytest.mark.long), 120])
def test_a_run_without_memory_leaves_nothing_and_says_so(root, more_mib):
    """F28: the process may use a little more than it takes to import what it needs."""
    asked = [sys.executable, "-c", IMPORTED]
    pages = subprocess.run(asked, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    limit = int(pages) * resource.getpagesize() + more_mib * 1_048_576
    told = command(root, *WEEK, before=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
    assert told.code != 0, told.facts
    assert "Traceback" not in told.talk
    assert told.problem == ("MEMORY" if told.code == 2 else ""), told.talk   # the system's own libraries may abort
    assert steps.verify(root).exit_code == 0
    assert command(root, *WEEK).code == 0
    assert steps.verify(root).exit_code == 0


def nobody():
    """The rights of an account that owns nothing here; root is stopped by no permission."""
    if os.geteuid() == 0:
        os.setgid(65534)
        os.setuid(65534)


RIGHTS = [   # path that is closed, its mode, the code told, why
    pytest.param("data/audit_log", 0o555, "NOT_WRITABLE", "no record can be written", marks=pytest.mark.long),
    pytest.param("data/landing", 0o555, "NOT_WRITABLE", "no pull can land", marks=pytest.mark.long),
    ("data/audit_log", 0o000, "NOT_WRITABLE", "the log can neither be listed nor written"),
    ("reports", 0o555, "NOT_WRITABLE", "no batch can be published"),
    ("data/inbox/sandbox-tiny/time.csv", 0o000, "FILE_UNREADABLE", "another owner's export"),
]


@pytest.mark.parametrize(("closed", "mode", "code", "why"), RIGHTS)
def test_missing_rights_are_told_and_leave_nothing_between(warm, closed, mode, code, why):
    """F23."""
    base = Path(tempfile.mkdtemp(prefix="tb-"))   # pytest's own folders are closed to others
    root = base / "w"
    try:
        tiny.make_company(root)
        for folder in ("data/audit_log", "data/landing", "data/lock", "data/scratch", "data/drafts", "data/history"):
            (root / folder).mkdir(exist_ok=True)
        base.chmod(0o755)
        for path in root.rglob("*"):
            path.chmod(0o777 if path.is_dir() else 0o666)
        root.chmod(0o777)
        (root / closed).chmod(mode)
        told = command(root, *WEEK, before=nobody)
        assert (told.code, told.problem) == (2, code), f"{why}: {told.talk}"
        (root / closed).chmod(0o777 if (root / closed).is_dir() else 0o666)
        assert steps.verify(root).exit_code == 0, why
        again = command(root, *WEEK, before=nobody)
        assert again.code == 0, again.talk
        assert command(root, "verify").code == 0
    finally:
        shutil.rmtree(base)
