"""Many processes commit into one history of PostgreSQL while others read: nothing lost or torn, no reader errs."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pytest

import etl.steps  # noqa: F401 - tells the store where secrets are found
from etl.store import history
from etl.store.history_tables import KINDS
from etl.workspace import Workspace
from tests import postgres
from tests.store.history_example import WEEK, publish
from tests.store.test_history import ROOT

SEED = 20261127

COMMITTER = """
import json, sys
from datetime import date
from pathlib import Path
import etl.steps
from etl.errors import BusyError
from etl.store import history, leases
from etl.workspace import Workspace
leases.SECONDS = 3.0
told = json.loads(sys.stdin.read())
batches = [history.PublishedBatch(**{**batch, "period_end": date.fromisoformat(batch["period_end"]),
                                     "folder": Path(batch["folder"])}) for batch in told["batches"]]
with history.publisher(Workspace(Path(told["root"]))) as publish:
    for batch in batches:
        while True:
            try:
                publish([batch])
                break
            except BusyError as busy:   # taken for dead; it says to run again
                print(busy.code, flush=True)
        print(batch.batch, flush=True)
"""
READER = """
import sys, time
from pathlib import Path
import etl.steps
from etl.store import history
from etl.workspace import Workspace
TORN = '''with entries as (
        select company, batch, count(*) as rows, sum(pay_seconds) as seconds from stored.entries group by all),
    pieces as (
        select company, batch, count(*) as rows, sum(pay_seconds) as seconds from stored.pieces group by all)
    select count(*) as batches, count(distinct (company, batch)) as different,
        count(*) filter (where entries.rows is distinct from 3 + batch % 7
            or pieces.rows is distinct from entries.rows or entries.seconds is distinct from 3600 * (3 + batch % 7)
            or pieces.seconds is distinct from entries.seconds or batches.manifest_digest is null) as torn
    from stored.batches full join entries using (company, batch) full join pieces using (company, batch)'''
seen = asked = 0
while not Path(sys.argv[2]).exists():
    with history.attach(Workspace(Path(sys.argv[1]))) as connection:
        for _ in range(20):
            (count, different, torn), = [tuple(row.values()) for row in history.ask(connection, TORN).to_pylist()]
            asked += 1
            if torn or count != different or count < seen:
                sys.exit(f"{torn} torn, {count - different} twice, {seen} seen before {count}")
            seen = count
            time.sleep(0.1)
            if Path(sys.argv[2]).exists():
                break
print(asked, seen)
"""
COMPACTER = """
import sys, time
from pathlib import Path
import etl.steps
from etl.store import history, leases
from etl.workspace import Workspace
leases.SECONDS = 3.0
merged = []
while not Path(sys.argv[2]).exists():
    merged.append(history.compact(Workspace(Path(sys.argv[1]))))
    time.sleep(1)
print(len(merged), sum(merged))
"""


def small_batch(workspace, company, number):
    """Entries and pieces of one batch: as many rows as its number says, an hour each."""
    rows = 3 + number % 7
    ids = pa.array([f"{number}-{row}" for row in range(rows)])
    known = {"entry_id": ids, "piece_id": ids, "version": pa.repeat(pa.scalar(1, pa.int32()), rows),
             "worked_on": pa.repeat(pa.scalar(WEEK), rows), "pay_seconds": pa.repeat(3600, rows)}
    tables = {kind: pa.table([known.get(one.name, pa.nulls(rows)).cast(one.type) for one in KINDS[kind]],
                             schema=KINDS[kind]) for kind in ("entries", "pieces")}
    return publish(workspace, company, WEEK, number, tables)


def started(code, *given, text=None, stdout=subprocess.PIPE):
    child = subprocess.Popen([sys.executable, "-c", code, *map(str, given)], stdin=subprocess.PIPE, text=True, cwd=ROOT,
                             stdout=stdout, stderr=subprocess.PIPE)
    if text is not None:
        child.stdin.write(text)
    child.stdin.close()
    child.stdin = None
    return child


def committing(workspace, batches):
    told = [{**vars(batch), "period_end": str(batch.period_end), "folder": str(batch.folder)} for batch in batches]
    with _said(workspace, batches[0].company).open("a", encoding="utf-8") as said:
        return started(COMMITTER, text=json.dumps({"root": str(workspace.root), "batches": told}), stdout=said)


def _said(workspace, company):
    return workspace.root / f"said-{company}.txt"


def kills(children, batches, workspace, chance, count):
    """Wait for all; now and then one is killed in the middle and another one takes up the rest."""
    killed, lost = 0, {}
    acknowledged = {company: set() for company in batches}
    due = sorted(chance.uniform(0.1, 0.9) for _ in range(count))
    total = sum(map(len, batches.values()))
    while any(child.poll() is None for child in children.values()) or any(
            len(acknowledged[company]) < len(batches[company]) for company in batches):
        for company, child in list(children.items()):
            ended = child.poll()
            lines = _said(workspace, company).read_text(encoding="utf-8").split("\n")[:-1]
            lost[company] = lines.count("HISTORY_LEASE")
            acknowledged[company] = {int(line) for line in lines if line.isdigit()}
            assert ended in (None, 0, -9), child.stderr.read()[-2000:]
        done = sum(map(len, acknowledged.values()))
        if killed < len(due) and done >= due[killed] * total:
            company = chance.choice([one for one, child in children.items() if child.poll() is None] or [None])
            killed += 1
            if company is not None:
                children[company].kill()
                children[company].wait()
                rest = [batch for batch in batches[company] if batch.batch not in acknowledged[company]]
                children[company] = committing(workspace, rest)
        time.sleep(0.05)
    return killed, sum(lost.values())


@pytest.mark.parametrize(("committers", "each", "readers", "killed"), [
    pytest.param(2, 3, 1, 1, id="sample"),
    pytest.param(8, 125, 4, 6, id="eight", marks=pytest.mark.long)])
def test_no_batch_is_lost_or_torn_and_no_reader_errs(tmp_path, monkeypatch, committers, each, readers, killed):
    monkeypatch.setenv("TIMEBOOKS_SECRET_HISTORY_CATALOG", postgres.PASSWORD)
    chance = random.Random(SEED)
    workspace, stop = Workspace(tmp_path / "w"), tmp_path / "stop"
    (tmp_path / "lake").mkdir()
    with postgres.server() as server:
        workspace.shared_history.parent.mkdir(parents=True)
        workspace.shared_history.write_text(f'catalog = "{server.database()}"\nfiles = "{tmp_path / "lake"}"\n')
        batches = {f"firm-{one}": [small_batch(workspace, f"firm-{one}", number) for number in range(1, each + 1)]
                   for one in range(committers)}
        every = [batch for some in batches.values() for batch in some]
        assert history.commit(workspace, []) == 0, "the tables are there"
        began = time.monotonic()
        asking = [started(READER, workspace.root, stop) for _ in range(readers)]
        asking.append(started(COMPACTER, workspace.root, stop))
        children = {company: committing(workspace, some) for company, some in batches.items()}
        try:
            done = kills(children, batches, workspace, chance, killed)
            took = time.monotonic() - began
            stop.touch()
            said = [(child.communicate(), child.returncode) for child in asking]
        finally:
            for child in (*asking, *children.values()):
                child.kill()
        assert [code for _, code in said] == [0] * len(said), said
        history.compact(workspace)
        assert history.compare(workspace, every) == ()
        kept = server.sql("select count(*) from timebooks.ducklake_data_file where end_snapshot is null",
                          _database(workspace))
        assert int(kept) == 3, "one file a table: entries, pieces, batches"
    print(f"\n{len(every)} commits by {committers} in {took:.0f} s; killed, leases lost: {done}; readers (asked, seen) "
          f"and compacting (times, files): {[out.split() for (out, _), _ in said]}")


def _database(workspace):
    return Path(workspace.shared_history.read_text().splitlines()[0].rpartition("/")[2].strip('"')).name
