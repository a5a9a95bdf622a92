"""A disk that is full at any point of a week: said in words, nothing visible, and with room the week ends as ever."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys

import pytest

from tests.cli.command import ROOT
from tests.faults import tiny

SEED = 20261108
SHARDS = 4
STEP_KIB = 4   # a page: the file system in memory gives no less


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """An untouched company, what its week leads to, and how many KiB and files it starts from and ends with."""
    folder = tmp_path_factory.mktemp("disk")
    tiny.make_company(folder / "base")
    shutil.copytree(folder / "base", folder / "done")
    tiny.week(folder / "done")
    digests = tiny.batch_digests(folder / "done")
    return folder / "base", digests, taken(folder / "base"), taken(folder / "done")


def taken(root):
    """KiB of whole pages, and names."""
    paths = list(root.rglob("*"))
    return sum(-(-path.stat().st_size // 4096) * 4 for path in paths if path.is_file()), len(paths) + 2


def on_small_disks(base, point, sizes):
    """What the week did on a disk of each size; skips where no file system can be mounted in a namespace."""
    unshare = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-Urm"]
    point.mkdir()
    if shutil.which("unshare") is None or subprocess.run(
            [*unshare, "mount", "-t", "tmpfs", "tmpfs", str(point)], capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here; test_kills.py fills the disk at every step instead")
    done = subprocess.run([*unshare, sys.executable, "-m", "tests.faults.small_disk", str(base), str(point), *sizes],
                          capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [item["size"] for item in found] == list(sizes)
    return found


def judge(found, digests):
    """How often the disk was full; each time it was said so, and nothing was half there."""
    full = 0
    for item in found:
        size = f"disk of {item['size']}: {item['talk']}"
        assert (item["code"], item["problem"]) in {(0, ""), (2, "DISK_FULL")}, size
        assert item["left"] == 0, f"{size}\n{item['left_text']}"
        if item["code"]:
            full += 1
            assert "disk is full" in item["talk"].lower(), size
            assert "MB" in item["talk"], size
            assert "Traceback" not in item["talk"], size
        assert set(item["visible"]) in (set(), {name for name in digests if name.startswith("reports")}), size
        assert (item["again"], item["after"]) == (0, 0), f"{size}\n{item['again_talk']}\n{item['after_text']}"
        assert "compared row by row" in item["history"], f"{size}\n{item['after_text']}"
        assert item["digests"] == digests, size
    return full


def sizes_of(undisturbed):
    """Every size from a disk that just holds the company to one on which the week ends, files without limit."""
    _, _, (low, _), (high, _) = undisturbed
    return [f"{kib}/0" for kib in range(low + 2 * STEP_KIB + low % STEP_KIB, high + 400, STEP_KIB)]


def test_some_full_disks(undisturbed, tmp_path):
    chance = random.Random(SEED)
    (_, names), (_, more) = undisturbed[2:]
    sizes = [chance.choice(sizes_of(undisturbed)[:60]) for _ in range(3)] + [f"8192/{chance.randint(names + 3, more)}"]
    assert judge(on_small_disks(undisturbed[0], tmp_path / "disk", sizes), undisturbed[1]) >= 2


@pytest.mark.long
@pytest.mark.parametrize("shard", range(SHARDS))
def test_every_size_of_a_full_disk(undisturbed, tmp_path, shard):
    sizes = sizes_of(undisturbed)[shard::SHARDS]
    full = judge(on_small_disks(undisturbed[0], tmp_path / "disk", sizes), undisturbed[1])
    print(f"shard {shard}: {len(sizes)} sizes, {full} times full, no violation")
    assert 10 < full < len(sizes), "from too small to large enough"


@pytest.mark.long
def test_every_number_of_files_of_a_full_disk(undisturbed, tmp_path):
    (_, names), (_, more) = undisturbed[2:]
    sizes = [f"8192/{count}" for count in range(names + 3, more + 12)]
    full = judge(on_small_disks(undisturbed[0], tmp_path / "disk", sizes), undisturbed[1])
    print(f"{len(sizes)} numbers of files, {full} times full, no violation")
    assert 10 < full < len(sizes)
