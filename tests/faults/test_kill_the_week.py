"""A whole week killed at each step it takes on a file: verify finds no damage, and one rerun ends where it should."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from etl import steps
from etl.store import files
from tests.faults import tiny
from tests.faults.children import KILLED, KillSelf, in_child
from tests.store.faults import KillAt

SEED = 20261108
SHARDS = 8   # so that the full sweep is shared out among the workers of pytest


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """An untouched company, the steps of its week, and the files the week leads to."""
    base, done = tmp_path_factory.mktemp("tiny") / "base", tmp_path_factory.mktemp("tiny") / "done"
    tiny.make_company(base)
    shutil.copytree(base, done)
    watch = KillAt()
    with files.watched(watch):
        assert tiny.week(done).exit_code == 0
    assert steps.verify(done, full=True).exit_code == 0
    return base, watch.steps, tiny.batch_digests(done), tiny.names(done)


def killed_week(base: Path, root: Path, k: int) -> None:
    shutil.copytree(base, root)

    def work() -> None:
        with files.watched(KillSelf(k)):
            tiny.week(root)

    assert in_child(work) == KILLED, f"the week ended before step {k}"


def ends_well(root: Path, digests: dict[str, str], names: list[str], why: str) -> None:
    """No damage as the kill left it; one rerun gives the undisturbed files; another one changes nothing."""
    left = steps.verify(root)
    assert left.exit_code == 0, f"{why}: {left.text()}"
    assert in_child(lambda: tiny.week(root)) == 0, why
    after = steps.verify(root, full=True)
    assert (after.exit_code, dict(after.facts).get("waits for the next run")) == (0, None), f"{why}: {after.text()}"
    assert "compared row by row" in dict(after.facts)["history"], f"{why}: {after.text()}"
    assert tiny.batch_digests(root) == digests, why
    assert tiny.names(root) == names, why
    shutil.rmtree(root)


def sweep(undisturbed, tmp_path: Path, chosen) -> None:
    base, taken, digests, names = undisturbed
    for k in chosen:
        killed_week(base, tmp_path / str(k), k)
        name, path = taken[k]
        ends_well(tmp_path / str(k), digests, names, f"killed before step {k}, {name} {path.name}, seed {SEED}")


def by_kind(taken) -> dict[str, list[int]]:
    kinds: dict[str, list[int]] = {}
    for k, (name, _) in enumerate(taken):
        kinds.setdefault(name, []).append(k)
    return kinds


@pytest.mark.capability("C38")
@pytest.mark.parametrize("kind", ["write", "fsync", "link", "rename", "unlink", "mkdir"])
def test_a_week_killed_at_one_step_of_a_kind(undisturbed, tmp_path, kind):
    chance = random.Random(f"{SEED} {kind}")
    sweep(undisturbed, tmp_path, [chance.choice(by_kind(undisturbed[1])[kind])])


@pytest.mark.long
@pytest.mark.parametrize("shard", range(SHARDS))
def test_a_week_killed_at_every_step(undisturbed, tmp_path, shard, record_property):
    chosen = range(shard, len(undisturbed[1]), SHARDS)
    sweep(undisturbed, tmp_path, chosen)
    record_property("kills", len(chosen))
    print(f"shard {shard}: {len(chosen)} of {len(undisturbed[1])} steps, no violation")


def seeded_kills(undisturbed, tmp_path: Path, monkeypatch, chosen: slice) -> int:
    """Kills in the middle of files too: what is written goes out in pieces of a page. How many were tried."""
    base, _, digests, names = undisturbed
    monkeypatch.setattr(files, "CHUNK_BYTES", 4096)
    shutil.copytree(base, tmp_path / "count")
    watch = KillAt()
    with files.watched(watch):
        assert tiny.week(tmp_path / "count").exit_code == 0
    writes, chance = by_kind(watch.steps)["write"], random.Random(SEED)
    kills = [chance.choice(writes) for _ in range(200)][chosen]
    for turn, k in enumerate(kills):
        killed_week(base, tmp_path / str(turn), k)
        ends_well(tmp_path / str(turn), digests, names, f"killed in write {k}, {watch.steps[k][1].name}, seed {SEED}")
    return len(kills)


@pytest.mark.long
@pytest.mark.parametrize("shard", range(SHARDS))
def test_two_hundred_seeded_kills_during_writes(undisturbed, tmp_path, monkeypatch, shard):
    assert seeded_kills(undisturbed, tmp_path, monkeypatch, slice(shard, None, SHARDS)) == 200 // SHARDS
