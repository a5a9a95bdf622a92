"""Micro-batches: however often, however close together, the last draft is the one of a single run over everything."""

from __future__ import annotations

import csv
import io
import os
import random
import signal
import subprocess
import sys
import time
from datetime import date

import pytest

from etl import steps
from etl.steps.watch import due_periods, micro_batch
from etl.store import audit_log, batches
from etl.store.watching import only_watch
from etl.workspace import Workspace
from tests.cli.command import ROOT, timebooks
from tests.faults import tiny
from tests.steps.sink import web_sink
from tests.trust import office

COMPANY, END, TUESDAY = "acme", tiny.PERIOD_END, date(2026, 11, 10)
DESK = '[alerts]\n[[alerts.channels]]\nname = "desk"\nrole = "operator"\n[billing]'


def company(root, weeks=1, more="[billing]"):
    place = tiny.make_company(root, weeks, company=COMPANY)
    settings = place.mappings(COMPANY) / "company.toml"
    settings.write_text(settings.read_text().replace("[billing]", more, 1))
    return place


def practice(root):
    """A practice company with one week to do: it bills by the month."""
    place = tiny.make_company(root)
    settings = place.mappings(tiny.COMPANY) / "company.toml"
    settings.write_text(settings.read_text().replace('[billing]\nperiod = "weekly"', '[billing]\nperiod = "monthly"'))
    return place


def entries(place):
    """The rows of the export, which is taken out of the inbox."""
    file = place.inbox(COMPANY) / "time.csv"
    heading, *rows = csv.reader(io.StringIO(file.read_text()))
    file.unlink()
    return heading, rows


def drop(place, name, heading, rows):
    text = io.StringIO()
    csv.writer(text).writerows([heading, *rows])
    (place.inbox(COMPANY) / f".{name}").write_text(text.getvalue())
    (place.inbox(COMPANY) / f".{name}").rename(place.inbox(COMPANY) / name)


def sealed(place, end=END):
    return batches.find_draft(place, COMPANY, end, audit_log.read_log(place, COMPANY))


def figures(place):
    """All that the draft says of entries, hours and money."""
    found = sealed(place)
    tables = [found.table(name).to_pylist() for name in ("payroll_lines", "postings")]
    return found.manifest["control"], tables, sorted(row["entry_ref"] for row in found.table("entries").to_pylist()
                                                     if row["version"])


def one_run(root, heading, rows):
    """The figures of one run over everything, in one file."""
    place = company(root)
    entries(place)
    drop(place, "all.csv", heading, rows)
    assert not micro_batch(place, COMPANY, today=TUESDAY).failed
    return figures(place)


def overlapping(root, count, seed):
    """So many micro-batches, each after a file with a window that overlaps those before it."""
    dice, place = random.Random(seed), company(root)
    heading, rows = entries(place)
    for turn in range(count):
        upto = max(1, len(rows) * (turn + 1) // count)
        first = dice.randrange(upto)
        chosen = rows[:upto] if turn == count - 1 else rows[first:upto]
        drop(place, f"w{turn:03}.csv", heading, dice.sample(chosen, len(chosen)))
        done = micro_batch(place, COMPANY, today=TUESDAY)
        assert not done.failed, done.lines
    return place, heading, rows


def check_overlapping(tmp_path, count, seed):
    place, heading, rows = overlapping(tmp_path / "many", count, seed)
    control, tables, refs = figures(place)
    whole = one_run(tmp_path / "one", heading, rows)
    assert refs == sorted(row[0] for row in rows), "no entry twice, none missing"
    assert tables == whole[1]
    for stream, states in whole[0].items():
        told = {state: said for state, said in control[stream].items() if state != "received"}
        assert told == {state: said for state, said in states.items() if state != "received"}, stream
    assert steps.verify(place.root).exit_code == 0


@pytest.mark.capability("C82", "C20")
def test_overlapping_micro_batches_add_nothing_twice(tmp_path):
    check_overlapping(tmp_path, 6, seed=1)


@pytest.mark.long
@pytest.mark.capability("C82")
def test_a_hundred_overlapping_micro_batches_add_nothing_twice(tmp_path):
    check_overlapping(tmp_path, 100, seed=2)


def test_a_micro_batch_without_a_change_changes_nothing(tmp_path):
    place = company(tmp_path)
    micro_batch(place, COMPANY, today=TUESDAY)
    before = {name: path for name, path in tiny.times(place.root).items() if "/runs/" not in name}
    assert micro_batch(place, COMPANY, today=TUESDAY).lines[0][1].endswith("revision 1 unchanged")
    assert {name: path for name, path in tiny.times(place.root).items() if "/runs/" not in name} == before


def test_what_is_due(tmp_path):
    """Over and not exported, and what runs today; before the first day of a period it is not there."""
    place = company(tmp_path, weeks=3)
    settings = steps.start(COMPANY, END, place.root).settings

    def due(day):
        ended, running = due_periods(place, COMPANY, settings, date.fromisoformat(day))
        return [end.isoformat() for end in ended], [end.isoformat() for end in running]

    assert due("2026-11-08") == ([], ["2026-11-08"])
    assert due("2026-11-09") == (["2026-11-08"], ["2026-11-15"])
    assert due("2026-11-16") == (["2026-11-08", "2026-11-15"], ["2026-11-22"])


def test_the_running_period_is_pulled_and_drafted_only_where_asked(tmp_path):
    place = company(tmp_path)
    done = micro_batch(place, COMPANY, today=END)
    assert [line[1] for line in done.lines] == ["pulled 1 file(s), 1 new"]
    settings = place.mappings(COMPANY) / "company.toml"
    settings.write_text(settings.read_text().replace("[billing]", '[schedule]\ndrafts = "running"\n[billing]', 1))
    assert "draft batch 0001" in micro_batch(place, COMPANY, today=END).lines[0][1]


def test_an_approved_draft_waits_or_goes_out_and_is_not_drafted_again(tmp_path):
    place = company(tmp_path)
    micro_batch(place, COMPANY, person="dana", today=TUESDAY)
    steps.approve_batch(steps.start(COMPANY, END, place.root, person="cleo"), "cleo")
    heading, rows = entries(place)
    drop(place, "late.csv", heading, [[*rows[0][:5], "9:00:00", rows[0][6]], *rows[1:]])
    lines = micro_batch(place, COMPANY, person="dana", today=TUESDAY).lines
    assert lines[0] == (str(END), "batch 0001 is approved and waits for a person to run the week")
    assert sealed(place).revision == 1
    settings = place.mappings(COMPANY) / "company.toml"
    settings.write_text(settings.read_text().replace("[billing]", '[schedule]\napproved = "export"\n[billing]', 1))
    assert "unreconciled" in micro_batch(place, COMPANY, person="dana", today=TUESDAY).lines[0][1]
    assert batches.find_batch(place, COMPANY, END, audit_log.read_log(place, COMPANY)) is not None


def test_an_operator_pulls_and_a_preparer_drafts(tmp_path):
    """Roles hold without a person too: who may not draft stops before it, and nothing fails."""
    made = office.make(tmp_path)
    with made.at_work():
        done = micro_batch(made.place, COMPANY, person="olga", today=TUESDAY)
        assert done.lines[0][1].endswith("olga may not draft, a preparer does")
        assert not done.failed
        assert sealed(made.place) is None
        assert "draft batch 0001" in micro_batch(made.place, COMPANY, person="dana", today=TUESDAY).lines[0][1]


def test_one_failure_keeps_no_other_period_and_is_told_once(tmp_path, monkeypatch):
    place = company(tmp_path, 2, DESK)
    with web_sink() as sink:
        monkeypatch.setenv("TIMEBOOKS_SECRET_DESK", f"json://127.0.0.1:{sink.port}/desk")
        (place.inbox(COMPANY) / "bad.csv").write_text("ID\n1\n")
        for _ in range(2):
            assert steps.watch(COMPANY, place.root, once=True).exit_code == 1
        told = "".join(sink.texts())
        assert told.count("A run ended before its work was done") == 1
        assert "HEADER_MISSING" in told
        (place.inbox(COMPANY) / "bad.csv").unlink()
        assert steps.watch(COMPANY, place.root, once=True).exit_code == 0


@pytest.mark.long   # two real processes, each with its whole start
def test_two_processes_at_once_interleave_nothing(tmp_path):
    """Each has its turn under the company's lock; who finds it taken comes back later."""
    place = company(tmp_path)
    text = ("import time\nfrom datetime import date\nfrom pathlib import Path\n"
            "from etl.steps.watch import micro_batch\nfrom etl.workspace import Workspace\n"
            f"place, is_done = Workspace(Path({str(place.root)!r})), False\n"
            f"while not is_done:\n"
            f"    done = micro_batch(place, {COMPANY!r}, person='dana', today=date(2026, 11, 10))\n"
            f"    assert not done.failed, done.lines\n    is_done = not done.is_not_yet\n    time.sleep(0.3)\n")
    both = [subprocess.Popen([sys.executable, "-c", text], cwd=ROOT, stderr=subprocess.PIPE, text=True)
            for _ in range(2)]
    assert [process.communicate()[1] for process in both] == ["", ""]
    assert sealed(place).revision == 1
    assert steps.verify(place.root).exit_code == 0


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.capability("C90")
def test_a_watch_reconciles_without_a_person_and_ends_calmly_on_sigterm(tmp_path):
    """A practice company's week to its reconciliation; nothing unreconciled; one watch at a time; no half work left."""
    place = practice(tmp_path)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", "from etl.cli import main; main()", "--workspace", str(place.root),
               "auto", "watch", "--company", tiny.COMPANY]
    watching = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    workbook = place.batch_folder(tiny.COMPANY, END, 1) / "SANDBOX_reconciliation.xlsx"
    until = time.monotonic() + 90
    while not workbook.exists() and time.monotonic() < until:
        time.sleep(0.1)
    other = timebooks("auto", "watch", "--company", tiny.COMPANY, workspace=place.root)
    assert (other.code, "WATCH_RUNNING" in other.talk) == (2, True)
    once = steps.watch(tiny.COMPANY, place.root, once=True)
    assert (once.exit_code, "another watch" in once.title) == (0, True)
    watching.send_signal(signal.SIGTERM)
    facts, talk = watching.communicate(timeout=90)
    record = next(one for one in reversed(audit_log.read_log(place, tiny.COMPANY)) if one.type == "reconcile")
    assert record.whole("unreconciled") == 0
    assert watching.returncode == 0, talk
    assert "the watch has ended after 1 micro-batch(es); nothing half-written is left" in facts
    assert steps.verify(place.root).exit_code == 0


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_after_a_machine_that_died_the_next_watch_goes_on(tmp_path):
    """Killed in the middle of its work: no lock stays, the next one finishes and the figures are those of one run."""
    place = company(tmp_path / "w")
    text = (f"from datetime import date\nfrom pathlib import Path\nfrom etl.store.watching import only_watch\n"
            f"from etl.steps.watch import micro_batch\nfrom etl.workspace import Workspace\n"
            f"place = Workspace(Path({str(place.root)!r}))\nwith only_watch(place, {COMPANY!r}) as ours:\n"
            f"    print(ours, flush=True)\n"
            f"    micro_batch(place, {COMPANY!r}, person='dana', today=date(2026, 11, 10))")
    dying = subprocess.Popen([sys.executable, "-c", text], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert dying.stdout.readline() == "True\n"
    until = time.monotonic() + 60
    while not (place.root / "data" / "landing").is_dir() and time.monotonic() < until:
        time.sleep(0.01)
    dying.kill()
    dying.wait()
    with only_watch(Workspace(place.root), COMPANY) as ours:
        assert ours
        assert not micro_batch(place, COMPANY, person="dana", today=TUESDAY).failed
    heading, rows = entries(place)
    assert figures(place)[1:] == one_run(tmp_path / "one", heading, rows)[1:]
    assert steps.verify(place.root).exit_code == 0
