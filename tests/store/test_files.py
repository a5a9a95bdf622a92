"""The store's own steps on files: exclusive, synced, named once, and refused in words."""

from __future__ import annotations

import errno
import os
import stat

import pytest

from etl.errors import DamageError, EtlError, StoreError
from etl.store import files
from tests.store.faults import FailAt, KillAt, Killed


def test_a_new_file_is_private_and_never_written_over(tmp_path):
    path = tmp_path / "inner" / "deep" / "a.json"
    files.make_folder(path.parent)
    files.write_new(path, b"one")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == stat.S_IMODE(path.parent.parent.stat().st_mode) == 0o700
    with pytest.raises(DamageError):
        files.write_new(path, b"two")
    with pytest.raises(FileExistsError):
        files.publish_new(path, b"two")
    assert files.read_bytes(path) == b"one"
    assert files.listed(path.parent) == [path], "the temporary file of the loser is gone"


def test_a_taken_name_is_not_replaced_by_a_rename(tmp_path):
    (tmp_path / "draft").mkdir()
    (tmp_path / "batch").mkdir()   # an empty folder: the operating system alone would replace it
    with pytest.raises(DamageError, match="batch"):
        files.move(tmp_path / "draft", tmp_path / "batch")
    assert (tmp_path / "draft").is_dir()


REFUSED = [   # errno, code, words of the message, why
    (errno.ENOSPC, "DISK_FULL", "about 3 MB", "the message says how much is needed"),
    (errno.EDQUOT, "DISK_FULL", "disk is full", "a quota is a full disk"),
    (errno.EACCES, "NOT_WRITABLE", "Permission denied", "another owner"),
    (errno.EROFS, "NOT_WRITABLE", "Read-only", "a disk mounted read-only"),
    (errno.EIO, "DISK_ERROR", "Input/output", "a failing disk"),
]


@pytest.mark.parametrize(("number", "code", "words", "why"), REFUSED)
def test_what_the_disk_refuses_is_said_in_words(tmp_path, number, code, words, why):
    with files.watched(FailAt(0, number, names=("write",))), pytest.raises(StoreError, match=words) as caught:
        files.write_new(tmp_path / "big", bytes(2_500_000))
    assert (caught.value.code, caught.value.where) == (code, str(tmp_path / "big")), why


def test_bytes_and_names_are_synced(tmp_path, monkeypatch):
    """The operating system is really asked: for the file's own bytes before its name, then for the folder."""
    asked = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: asked.append(os.fstat(descriptor).st_ino))
    files.publish_new(tmp_path / "record", b"x")
    assert asked == [(tmp_path / "record").stat().st_ino, tmp_path.stat().st_ino]
    asked.clear()
    files.make_folder(tmp_path / "a")
    files.move(tmp_path / "record", tmp_path / "a" / "record")
    assert asked == [path.stat().st_ino for path in (tmp_path, tmp_path / "a", tmp_path)]


def test_a_failed_sync_is_not_tried_again(tmp_path):
    watch = KillAt()
    with files.watched(watch), files.watched(FailAt(0, errno.EIO, names=("fsync",))), pytest.raises(StoreError):
        files.publish_new(tmp_path / "record", b"x")
    synced = [path for name, path in watch.steps if name == "fsync"]
    assert len(synced) == len(set(synced)) == 1
    assert files.listed(tmp_path) == [], "nothing was named"


def test_without_hard_links_a_record_still_appears_whole_or_not_at_all(tmp_path):
    """exFAT and some mounts: the name is claimed first, the synced bytes are laid over it; a kill leaves a claim."""
    seen = []
    for k in range(20):
        folder = tmp_path / str(k)
        folder.mkdir()
        try:
            with files.watched(KillAt(k)), files.watched(FailAt(0, errno.EPERM, names=("link",))):
                files.publish_new(folder / "00000001.json", b"record")
        except Killed:
            found = folder / "00000001.json"
            seen.append(files.is_claim(found))
            files.sweep_temporary(folder)
            assert not found.exists() or found.read_bytes() == b"record"
        else:
            assert files.listed(folder) == [folder / "00000001.json"]
            break
    assert any(seen), "at least one kill came between the claim and the bytes"
    assert k > 5


def test_without_hard_links_a_full_disk_gives_the_claim_back(tmp_path):
    full = FailAt(0, errno.ENOSPC, names=("rename",))
    with files.watched(full), files.watched(FailAt(0, errno.EOPNOTSUPP, names=("link",))), pytest.raises(StoreError):
        files.publish_new(tmp_path / "record", b"x")
    assert files.listed(tmp_path) == []


def _across_disks(path):
    """A hook: the first rename fails as between two disks."""
    return FailAt(0, errno.EXDEV, names=("rename",))


def test_a_folder_moves_across_disks_by_a_synced_copy(tmp_path):
    source = tmp_path / "draft"
    (source / "inner").mkdir(parents=True)
    (source / "inner" / "a").write_bytes(b"a")
    (source / "b").write_bytes(b"b")
    watch = KillAt()
    with files.watched(watch), files.watched(_across_disks(tmp_path)):
        files.move(source, tmp_path / "batch")
    assert {path.name: path.read_bytes() for path in (tmp_path / "batch").rglob("*") if path.is_file()} == {
        "a": b"a", "b": b"b"}
    assert not source.exists()
    renamed = [i for i, (name, _) in enumerate(watch.steps) if name == "rename"][-1]
    synced = {path.name for name, path in watch.steps[:renamed] if name == "fsync"}
    assert {"a", "b", "inner", ".staging-batch"} <= synced, "the copy is synced before it gets its name"


def test_a_kill_during_a_move_across_disks_never_loses_the_source(tmp_path):
    for k in range(60):
        folder = tmp_path / str(k)
        (folder / "draft").mkdir(parents=True)
        (folder / "draft" / "a").write_bytes(b"a")
        try:
            with files.watched(KillAt(k)), files.watched(_across_disks(folder)):
                files.move(folder / "draft", folder / "batch")
        except Killed:
            if not (folder / "batch").exists():
                assert (folder / "draft" / "a").read_bytes() == b"a"
                files.move(folder / "draft", folder / "batch")
            assert (folder / "batch" / "a").read_bytes() == b"a"
        else:
            break
    assert 10 < k < 60


def test_a_link_or_a_pipe_is_never_read_as_a_stored_file(tmp_path):
    (tmp_path / "real").write_bytes(b"secret")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe", "absent", "real/below"):
        for read in (files.read_bytes, files.sha256_file, files.sha256_known):
            with pytest.raises(DamageError):
                read(tmp_path / name)


def test_removing_a_tree_does_not_follow_links(tmp_path):
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").write_bytes(b"x")
    (tmp_path / "gone").mkdir()
    (tmp_path / "gone" / "link").symlink_to(tmp_path / "kept")
    files.remove_tree(tmp_path / "gone")
    assert not (tmp_path / "gone").exists()
    assert (tmp_path / "kept" / "file").exists()


def test_a_changed_file_is_read_again(tmp_path):
    path = tmp_path / "entries"
    path.write_bytes(b"one")
    assert files.sha256_known(path) == files.sha256_bytes(b"one")
    path.write_bytes(b"two!")
    assert files.sha256_known(path) == files.sha256_bytes(b"two!")


def test_a_copy_is_read_back(tmp_path):
    (tmp_path / "a").write_bytes(b"one")
    assert files.copy_durably(tmp_path / "a", tmp_path / "b") == files.sha256_bytes(b"one")
    assert (tmp_path / "b").read_bytes() == b"one"


def test_every_refusal_is_ours(tmp_path):
    """No operating system error reaches a caller from the calls that write."""
    (tmp_path / "file").write_bytes(b"")
    below = tmp_path / "file" / "below"
    for attempt in (lambda: files.make_folder(below), lambda: files.write_new(below, b""), lambda: files.remove(below),
                    lambda: files.publish_new(below, b""), lambda: files.write_note(below, b""),
                    lambda: files.fsync_folder(below), lambda: files.move(tmp_path / "absent", tmp_path / "new")):
        with pytest.raises(EtlError):
            attempt()
