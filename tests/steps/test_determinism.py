"""The same entries give the same bytes: whatever the order of rows, zone, locale, hash seed, threads."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shared import shared
from tests.steps.real_logs import monday, source_rows

ROOT = Path(__file__).resolve().parents[2]
ZONES = ("UTC", "America/St_Johns", "Asia/Kathmandu")
LOCALES = ("C.UTF-8", "de_DE.UTF-8", "tr_TR.UTF-8")
SAMPLE = [  # zone, locale, hash seed, threads, shuffle seed
    (ZONES[0], LOCALES[0], "0", 1, 0),
    (ZONES[1], LOCALES[1], "1", 2, 11),
    (ZONES[2], LOCALES[2], "2", 2, 12),
]
ALL = [
    (zone, locale, str(place), threads, place * 2 + threads)
    for place, (zone, locale) in enumerate((zone, locale) for zone in ZONES for locale in LOCALES)
    for threads in (1, 2)
]


Case = tuple[str, str, str, int, int]


def run(root: Path, source: Path, weeks: list[str], case: Case) -> dict[str, str]:
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
        ],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def ten_weeks(source: Path) -> list[str]:
    weeks = sorted({week for row in source_rows(source) if (week := monday(row))})
    return [week.isoformat() for week in sorted(random.Random(3).sample(weeks, 10))]


def check(cases: list[Case], tmp_path: Path) -> None:
    source = shared("data/cesaw/time_log_org_D.csv.gz")
    weeks = ten_weeks(source)
    first = run(tmp_path / "first", source, weeks, cases[0])
    assert len([name for name in first if name.endswith("postings.parquet")]) == 10
    for number, case in enumerate(cases[1:]):
        other = run(tmp_path / str(number), source, weeks, case)
        differing = sorted(name for name in first.keys() | other.keys() if first.get(name) != other.get(name))
        assert not differing, (case, differing)


def test_ten_weeks_give_one_set_of_digests(tmp_path: Path) -> None:
    check(SAMPLE, tmp_path)


@pytest.mark.long
def test_ten_weeks_give_one_set_of_digests_in_every_zone_locale_and_thread_count(tmp_path: Path) -> None:
    check(ALL, tmp_path)
