"""Sixteen workers on one company, round after round: one batch a period, no gap, and who holds it is told."""

from __future__ import annotations

import json
import multiprocessing
import os
import re
from datetime import timedelta

import pytest

from etl import steps
from etl.errors import BusyError
from etl.store import audit_log
from tests.faults import tiny

FORK = multiprocessing.get_context("fork")
WORKERS = 16
BUSY = re.compile(r"Another run is working on sandbox-tiny: (Worker \d\d) \(the week of [0-9-]+\) on \S+, "
                  r"process (\d+), since [0-9T:Z-]+, \d+ min")


def work(root, number, rounds, barrier, path):
    """One long-lived worker: in each round it tries the week of that round, once, at the same moment as the others."""
    told = []
    for n in range(rounds):
        period_end = tiny.PERIOD_END + timedelta(weeks=n)
        barrier.wait(300)
        try:
            run = steps.start(tiny.COMPANY, period_end, root, person=f"Worker {number:02d}", in_memory=True)
            steps.week(run)
            told.append("done")
        except BusyError as busy:
            told.append(busy.what)
    path.write_text(json.dumps({"pid": os.getpid(), "told": told}), encoding="utf-8")
    os._exit(0)


def compete(tmp_path, rounds):
    """What the workers told, round by round; everything is checked but that."""
    root, barrier = tmp_path / "w", FORK.Barrier(WORKERS)
    workspace = tiny.make_company(root, weeks=rounds, entries_a_week=2)
    tiny.make_company(tmp_path / "warm")
    tiny.week(tmp_path / "warm")   # everything is imported once, before the workers are forked
    workers = [FORK.Process(target=work, args=(root, n, rounds, barrier, tmp_path / str(n))) for n in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(3600)
    assert [worker.exitcode for worker in workers] == [0] * WORKERS
    told = [json.loads((tmp_path / str(n)).read_text(encoding="utf-8")) for n in range(WORKERS)]
    records = audit_log.read_log(workspace, tiny.COMPANY)
    for kind in ("draft", "approve", "export", "reconcile", "close"):
        said = [record for record in records if record.type == kind]
        assert [record.body["batch"] for record in said] == list(range(1, rounds + 1)), f"{kind}: one each, in order"
    assert [record.number for record in records] == list(range(1, len(records) + 1))
    assert sum(record.type == "pull" for record in records) == 1
    assert len(list((root / "reports" / tiny.COMPANY).glob("*/batch-*"))) == rounds
    checked = steps.verify(root, full=True)
    assert checked.exit_code == 0, checked.text()
    assert f"{rounds} batch(es) compared row by row" in checked.text()
    return told


def judge(told, rounds):
    """How often a worker worked and how often it heard who does; nobody heard anything else."""
    pids = {f"Worker {number:02d}": worker["pid"] for number, worker in enumerate(told)}
    done = heard = 0
    for worker in told:
        assert len(worker["told"]) == rounds
        for said in worker["told"]:
            if said == "done":
                done += 1
                continue
            holder = BUSY.fullmatch(said)
            assert holder, said
            assert pids[holder[1]] == int(holder[2])
            assert int(holder[2]) != worker["pid"]
            heard += 1
    assert done + heard == WORKERS * rounds
    assert done >= rounds
    return done, heard


def test_sixteen_workers_for_two_rounds(tmp_path):
    _, heard = judge(compete(tmp_path, 2), 2)
    assert heard > 0


@pytest.mark.long
def test_sixteen_workers_for_fifty_rounds(tmp_path):
    done, heard = judge(compete(tmp_path, 50), 50)
    print(f"50 rounds of 16: {done} weeks worked, {heard} times told who holds the company")
    assert heard > 50
