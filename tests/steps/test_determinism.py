"""The same entries give the same bytes: whatever the order of rows, zone, locale, hash seed, threads."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

from tests.shared import shared
from tests.steps.real_logs import monday, source_rows

ROOT = Path(__file__).resolve().parents[2]
ZONES = ("UTC", "America/St_Johns", "Asia/Kathmandu")
LOCALES = ("C.UTF-8", "de_DE.UTF-8", "tr_TR.UTF-8")
SAMPLE = [  # zone, locale, hash seed, threads, shuffle seed
    (ZONES[0], LOCALES[0], "0", 1, 0),
    (ZONES[1], LOCALES[2], "1", 2, 11),
]
HASH_SEEDS, SHARDS = ("0", "1", "2"), 4
ALL = [
    (zone, locale, seed, threads, 1 + number)
    for number, (zone, locale, seed, threads) in enumerate(product(ZONES, LOCALES, HASH_SEEDS, (1, 2)))
]


Case = tuple[str, str, str, int, int]


def run(root: Path, source: Path, weeks: list[str], case: Case, extent: str) -> dict[str, str]:
    zone, locale, hash_seed, threads, shuffle = case
    root.mkdir()
    environment = os.environ | {
        "TZ": zone,
        "LANG": locale,
        "LC_ALL": locale,
        "PYTHONHASHSEED": hash_seed,
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.steps.digest_weeks",
            str(root),
            str(source),
            "D",
            str(shuffle),
            str(threads),
            ",".join(weeks),
            extent,
        ],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def some_weeks(source: Path, count: int) -> list[str]:
    weeks = sorted({week for row in source_rows(source) if (week := monday(row))})
    return [week.isoformat() for week in sorted(random.Random(3).sample(weeks, count))]


def check(cases: list[Case], tmp_path: Path, count: int, extent: str = "whole") -> None:
    """Every case against the first of all: rows in order, one thread, UTC."""
    source = shared("data/cesaw/time_log_org_D.csv.gz")
    weeks = some_weeks(source, count)
    first = run(tmp_path / "first", source, weeks, SAMPLE[0], extent)
    assert len([name for name in first if name.endswith("postings.parquet")]) == count
    assert len([name for name in first if name.endswith(".xlsx")]) == count, "workbooks are in the set"
    for number, case in enumerate(case for case in cases if case != SAMPLE[0]):
        other = run(tmp_path / str(number), source, weeks, case, extent)
        differing = sorted(name for name in first.keys() | other.keys() if first.get(name) != other.get(name))
        assert not differing, (case, differing)


def test_two_weeks_give_one_set_of_digests(tmp_path: Path) -> None:
    check(SAMPLE, tmp_path, 2, "cut")


@pytest.mark.long
@pytest.mark.parametrize("shard", range(SHARDS))
def test_every_zone_locale_hash_seed_and_thread_count_gives_one_set_of_digests(tmp_path: Path, shard: int) -> None:
    """R07: 3 zones x 3 locales x 3 hash seeds x 2 thread counts, each with the rows in another order."""
    assert len(ALL) == 54
    check(ALL[shard::SHARDS], tmp_path, 3)
