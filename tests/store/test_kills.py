"""A kill, a full disk or a power loss at every step of every write: the state before or after, never between."""

from __future__ import annotations

import errno
import os
import shutil

import pytest

from etl.errors import StoreError
from etl.store import files, landing
from etl.store.recovery import recover
from etl.store.verify import verify_store
from etl.workspace import Workspace
from tests.store import week
from tests.store.faults import FailAt, KillAt, Killed, OtherDisk, PowerLossAt

SECOND = b"person,hours\ndana,7\n"
OPERATIONS = {   # what must be there before, and the write that is disturbed
    "first pull of a company": ((), week.land),
    "another pull": ((week.land,), lambda ws: week.land(ws, SECOND)),
    "mapping set": ((), week.land_mapping),
    "first draft": ((week.land_mapping,), week.write_draft),
    "draft that replaces another": ((week.land_mapping, lambda ws: week.write_draft(ws, "7.00")), week.write_draft),
    "approval": ((week.land_mapping, week.write_draft), week.approve),
    "export": ((week.land_mapping, week.write_draft, week.approve), week.export),
    "receipt": ((week.land_mapping, week.write_draft, week.approve, week.export), week.receipt),
}


class Case:
    """One write: the state before it, the write, and the digests it leads to when nothing disturbs it."""

    def __init__(self, folder, before, operation):
        self.base, self.operation, self.folder = Workspace(folder / "base"), operation, folder
        self.base.root.mkdir()
        for step in before:
            step(self.base)
        undisturbed, watch = self.copy("undisturbed"), KillAt()
        with files.watched(watch):
            operation(undisturbed)
        self.steps, self.wanted = watch.steps, week.digests(undisturbed)

    def copy(self, name):
        shutil.copytree(self.base.root, self.folder / name)
        return Workspace(self.folder / name)

    def ends_well(self, workspace):
        """Readers see before or after; a start repairs all; one rerun gives the undisturbed digests; then no change."""
        landing.read_pulls(workspace, week.COMPANY)
        week.newest_draft(workspace)
        week.batch(workspace)
        recover(workspace, week.COMPANY)
        assert verify_store(workspace, week.COMPANY) == []
        if week.batch(workspace) is None or self.operation is not week.export:   # after an export no draft is left
            self.operation(workspace)
        assert week.digests(workspace) == self.wanted
        before = week.snapshot(workspace)
        assert recover(workspace, week.COMPANY).finished == ()
        assert verify_store(workspace, week.COMPANY) == []
        assert week.snapshot(workspace) == before
        shutil.rmtree(workspace.root)


@pytest.fixture(params=OPERATIONS)
def case(request, tmp_path, monkeypatch):
    _quick_and_torn(monkeypatch)
    return Case(tmp_path, *OPERATIONS[request.param])


def _quick_and_torn(monkeypatch):
    """No waiting for a disk (a kill in process loses nothing it has), and files torn in the middle too."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    monkeypatch.setattr(files, "CHUNK_BYTES", 500)


def test_a_kill_at_every_step(case):
    for k in range(len(case.steps)):
        workspace = case.copy(f"kill-{k}")
        with files.watched(KillAt(k)), pytest.raises(Killed):
            case.operation(workspace)
        case.ends_well(workspace)


@pytest.mark.long
def test_a_power_loss_at_every_step(case):
    _power_losses(case)


def test_a_power_loss_at_every_step_of_a_draft(tmp_path, monkeypatch):
    _quick_and_torn(monkeypatch)
    _power_losses(Case(tmp_path, *OPERATIONS["first draft"]))


def _power_losses(case):
    for k in range(len(case.steps)):
        workspace = case.copy(f"power-{k}")
        with files.watched(PowerLossAt(k)), pytest.raises(Killed):
            case.operation(workspace)
        case.ends_well(workspace)


FAULTS = [   # errno, every later step too, code, why
    (errno.ENOSPC, True, "DISK_FULL", "the disk stays full, even while cleaning up"),
    pytest.param(errno.ENOSPC, False, "DISK_FULL", "the disk is full for a moment", marks=pytest.mark.long),
    pytest.param(errno.EIO, False, "DISK_ERROR", "a sync or write fails once", marks=pytest.mark.long),
    pytest.param(errno.EROFS, True, "NOT_WRITABLE", "the disk was mounted read-only under us", marks=pytest.mark.long),
]


@pytest.mark.parametrize(("number", "lasting", "code", "why"), FAULTS)
def test_a_failing_disk_at_every_step(case, number, lasting, code, why):
    k, fault = -1, FailAt(0, number)
    while fault.raised or k < 0:
        k += 1
        workspace, fault = case.copy(f"fail-{number}-{k}"), FailAt(k, number, lasting=lasting)
        before = week.digests(workspace)
        with files.watched(fault):
            refused = _refused(case.operation, workspace)
            assert (refused is not None) == fault.raised, why
        if refused is None:
            continue
        assert refused.code == code, why
        new = set(week.digests(workspace)) - set(before)
        committed = any(path.startswith("data/audit_log") for path in new)   # the record is the commit
        whole = case.operation is week.land_mapping and week.digests(workspace) == case.wanted   # here the rename is
        assert not new or committed or whole, f"something is visible, step {k}: {why}"
        case.ends_well(workspace)
    assert k > 5


def _refused(operation, workspace):
    try:
        operation(workspace)
    except StoreError as error:
        return error
    return None


def test_a_second_kill_during_recovery(tmp_path):
    """A start that dies while it finishes an export: the next one ends with the same tree."""
    case = Case(tmp_path, *OPERATIONS["export"])
    renamed = next(k for k, (name, _) in enumerate(case.steps) if name == "rename")
    once = case.copy("once")
    with files.watched(KillAt(renamed)), pytest.raises(Killed):
        case.operation(once)
    watch = KillAt()
    shutil.copytree(once.root, tmp_path / "count")
    with files.watched(watch):
        assert recover(Workspace(tmp_path / "count"), week.COMPANY).finished == ("reports/acme/2026-11-15/batch-0001",)
    for k in range(watch.count):
        shutil.copytree(once.root, tmp_path / f"again-{k}")
        workspace = Workspace(tmp_path / f"again-{k}")
        with files.watched(KillAt(k)), pytest.raises(Killed):
            recover(workspace, week.COMPANY)
        case.ends_well(workspace)


@pytest.mark.parametrize(
    "operation", ["export", *(pytest.param(name, marks=pytest.mark.long) for name in ("receipt", "approval"))])
def test_a_kill_at_every_step_across_disks(tmp_path, monkeypatch, operation):
    _quick_and_torn(monkeypatch)
    with files.watched(OtherDisk()):
        case = Case(tmp_path, *OPERATIONS[operation])
        assert any(path.name.startswith(".staging-") for _, path in case.steps), "it was copied"
        for k in range(len(case.steps)):
            workspace = case.copy(f"kill-{k}")
            with files.watched(KillAt(k)), pytest.raises(Killed):
                case.operation(workspace)
            case.ends_well(workspace)


def test_the_order_of_an_export(tmp_path):
    """Record synced, then the name, then both folders; nothing is written into the batch."""
    case = Case(tmp_path, *OPERATIONS["export"])
    steps = [(name, path.relative_to(case.folder / "undisturbed").as_posix()) for name, path in case.steps]
    log, target = "data/audit_log/acme", "reports/acme/2026-11-15/batch-0001"
    record = next(i for i, step in enumerate(steps) if step == ("link", f"{log}/00000004.json"))
    rename = steps.index(("rename", target))
    assert steps[record - 1][0] == "fsync", "the record's bytes are synced before it gets its number"
    assert ("fsync", log) in steps[record:rename], "its number is synced before the folder is renamed"
    assert {step for step in steps[rename + 1:] if step[0] == "fsync"} == {
        ("fsync", "reports/acme/2026-11-15"), ("fsync", "data/drafts/acme/2026-11-15")}
    assert not [step for step in steps if step[1].startswith(f"{target}/")]


def test_the_order_of_a_pull(tmp_path):
    case = Case(tmp_path, *OPERATIONS["another pull"])
    names = [(name, path.name) for name, path in case.steps]
    record = names.index(("link", "00000003.json"))
    staged = ["file.csv", "entries.parquet", "pull.json"]
    assert all(("fsync", name) in names[:record] for name in staged), "all staged bytes are synced before the record"
    folders = [f"staging-pull-000002-{files.sha256_bytes(SECOND)[:12]}", "received", week.COMPANY]
    assert all(names.index(("fsync", name), names.index(("open", "pull.json"))) < record for name in folders), (
        "and so are the names in all staged folders")
    assert [name for name, _ in case.steps[record:]].count("rename") == 1


def test_an_export_that_waits_for_its_rename_is_not_taken_for_a_replaced_draft(tmp_path):
    case = Case(tmp_path, *OPERATIONS["export"])
    workspace = case.copy("waiting")
    rename = next(k for k, (name, _) in enumerate(case.steps) if name == "rename")
    with files.watched(KillAt(rename)), pytest.raises(Killed):
        week.export(workspace)
    week.write_draft(workspace, "7.00", week.NEXT_WEEK)   # by a caller that forgot to recover
    assert recover(workspace, week.COMPANY).finished == ("reports/acme/2026-11-15/batch-0001",)
    assert verify_store(workspace, week.COMPANY) == []
