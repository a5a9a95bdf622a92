"""The real command killed at every sync, rename and link it makes: strace sends SIGKILL at the k-th call.

One call at a time: strace counts per call and per thread, so a combined list would never reach the rarer ones.
"""

from __future__ import annotations

import random
import shutil

import pytest

from tests.faults import tiny
from tests.faults.test_kill_the_week import ends_well
from tests.faults.traced import CALLS, calls_of, killed_at

SEED = 20261108
SHARDS = 6
HISTORY = tuple(f"data/history/catalog.sqlite{suffix}" for suffix in ("", "-wal", "-journal"))
USED = ("fsync", "link", "rename")   # by the week; the others are swept too and have to stay unused or end well


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """An untouched company, the calls of its week in order, and the files it leads to."""
    folder = tmp_path_factory.mktemp("traced")
    tiny.make_company(folder / "base")
    shutil.copytree(folder / "base", folder / "done")
    calls = calls_of(folder / "done", folder / "log")
    return folder / "base", calls, tiny.batch_digests(folder / "done"), tiny.names(folder / "done")


def sweep(undisturbed, tmp_path, call, chosen, only=()):
    """How many kills it took; stops at the first k that the week does not reach."""
    base, _, digests, names = undisturbed
    kills = 0
    for k in chosen:
        root = tmp_path / f"{call}-{k}"
        shutil.copytree(base, root)
        if not killed_at(root, call, k, only):
            shutil.rmtree(root)
            break
        kills += 1
        ends_well(root, digests, names, f"killed at {call} number {k}, seed {SEED}")
    return kills


@pytest.mark.capability("C38")
@pytest.mark.parametrize("call", USED)
def test_the_command_killed_at_one_call_of_a_kind(undisturbed, tmp_path, call):
    count = sum(name == call and "data/history" not in told for name, told in undisturbed[1])
    k = random.Random(f"{SEED} {call}").randint(1, count)
    assert sweep(undisturbed, tmp_path, call, [k]) == 1


@pytest.mark.long
@pytest.mark.parametrize("call", [call for call in CALLS if call != "fsync"])
def test_the_command_killed_at_every_call(undisturbed, tmp_path, call):
    count = sum(name == call for name, _ in undisturbed[1])
    kills = sweep(undisturbed, tmp_path, call, range(1, count + 2))
    print(f"{call}: {kills} kills of {count} calls, no violation")
    assert kills == count


@pytest.mark.long
@pytest.mark.parametrize("shard", range(SHARDS))
def test_the_command_killed_at_every_sync(undisturbed, tmp_path, shard):
    count = sum(name == "fsync" for name, _ in undisturbed[1])
    kills = sweep(undisturbed, tmp_path, "fsync", range(1 + shard, count + 2, SHARDS))
    print(f"fsync, shard {shard}: {kills} kills of {count} calls, no violation")
    assert kills >= (count - 20) // SHARDS   # the catalog's syncs may be another thread's; they have their own sweep


@pytest.mark.long
def test_the_command_killed_at_every_sync_of_the_catalog(undisturbed, tmp_path):
    count = sum(name == "fsync" and "catalog.sqlite" in told for name, told in undisturbed[1])
    kills = sweep(undisturbed, tmp_path, "fsync", range(1, count + 2), HISTORY)
    print(f"fsync of the catalog: {kills} kills of {count} calls, no violation")
    assert 0 < kills <= count


def test_the_order_of_an_export_as_the_system_sees_it(undisturbed):
    """The record's bytes are synced, then named, then its folder synced; only then the batch gets its name."""
    calls = undisturbed[1]
    linked = [k for k, (name, told) in enumerate(calls) if name == "link" and "data/audit_log" in told]
    (renamed,) = [k for k, (name, told) in enumerate(calls) if name == "rename" and "batch-0001-r1" in
                  told.partition(",")[0] and "reports" in told.partition(",")[2]]
    commit = max(k for k in linked if k < renamed)
    number = calls[commit][1].rpartition("/")[2].partition('"')[0]
    assert (calls[commit - 1][0], f".{number}.tmp-" in calls[commit - 1][1]) == ("fsync", True)
    assert (calls[commit + 1][0], "data/audit_log" in calls[commit + 1][1]) == ("fsync", True)
    after = [told for name, told in calls[renamed + 1:renamed + 3] if name == "fsync"]
    assert len(after) == 2, "both folders are synced"
    assert "/reports/" in after[0], after
    assert "/data/drafts/" in after[1], after
    named = {told.partition("<")[2].partition(">")[0] for name, told in calls[:commit] if name == "fsync"}
    assert any(path.endswith("manifest.json") for path in named), "what the record stands for was synced before it"
