"""The same batch gives the same bytes: in every zone, locale and hash seed, at any time, in any order of rows."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from etl.workbooks.reconciliation import render_reconciliation
from tests.workbooks.example import header, small, week

RENDER = """
import hashlib, locale
from tests.workbooks.example import header, week
from etl.workbooks.reconciliation import render_reconciliation
locale.setlocale(locale.LC_ALL, "")
print(hashlib.sha256(render_reconciliation(header(), week(people=8))).hexdigest())
"""
PLACES = [  # zone, language, hash seed, threads
    ("UTC", "C.UTF-8", "0", "1"), ("America/Los_Angeles", "C", "1", "2"), ("Pacific/Kiritimati", "POSIX", "4242", "8"),
]


def digest(content):
    return hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(("zone", "language", "seed", "threads"), PLACES)
def test_the_same_bytes_everywhere(zone, language, seed, threads, tmp_path):
    place = {"TZ": zone, "LANG": language, "LC_ALL": language, "PYTHONHASHSEED": seed, "OMP_NUM_THREADS": threads,
             "TMPDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", RENDER], cwd=Path(__file__).resolve().parents[2],
                          env=os.environ | place, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip() == digest(render_reconciliation(header(), week(people=8)))
    assert not list(tmp_path.iterdir()), "nothing is left in the temporary folder"


def test_the_same_bytes_a_while_later():
    before = render_reconciliation(header(), small())
    time.sleep(2.1)   # a zip member's time counts in steps of two seconds
    assert render_reconciliation(header(), small()) == before


def test_the_same_bytes_for_rows_in_another_order():
    tables = week(people=8)
    before = digest(render_reconciliation(header(), tables))
    shuffler = random.Random(46)
    shuffled = {
        name: value if name == "control_totals" else value.take(shuffler.sample(range(len(value)), len(value)))
        for name, value in tables.items()}
    assert shuffled["pieces"] != tables["pieces"]
    assert digest(render_reconciliation(header(), shuffled)) == before


def test_another_batch_gives_other_bytes():
    assert render_reconciliation(header(), small()) != render_reconciliation(header(is_sandbox=True), small())
