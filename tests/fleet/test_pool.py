"""A fleet on this machine: drafted once, the drafts of a week; poison companies alone, and everything else goes on."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from etl import fleet as door
from etl import steps
from etl.errors import SettingsError
from etl.fleet import pool
from etl.fleet.plan import Plan
from etl.fleet.running import Terms, carry_out
from etl.steps.stages import TO_DRAFT
from tests.fleet import companies

ROOT = Path(__file__).resolve().parents[2]


class Quiet:
    def __init__(self):
        self.lines, self.jobs = [], []

    def settled(self, done, job):
        self.jobs.append(job)

    def say(self, line):
        self.lines.append(line)


def run(root, periods, names="all", **options):
    return door.fleet(root, names, periods, watcher=Quiet(), **{"workers": 2, **options})


def test_two_passes_draft_once_and_publish_once_and_a_repeated_one_is_a_no_op(tmp_path):
    root, alone = tmp_path / "w", tmp_path / "alone"
    names = companies.make(root, 2, 2)
    companies.make(alone, 1, 2)
    first = run(root, companies.PERIODS[:2], costs=tmp_path / "costs.csv")
    assert (first.exit_code, dict(first.facts)["drafted"]) == (0, "4"), first.text()
    made = companies.drafts(root, names)
    assert len(made) == 4
    for period_end in companies.PERIODS[:2]:   # the same steps in one process, with other threads and memory
        single = steps.start(names[0], period_end, alone, in_memory=True)
        for step in TO_DRAFT.values():
            assert step(single).exit_code == 0
        single.end()
    assert companies.drafts(alone, names[:1]).items() <= made.items()
    with (tmp_path / "costs.csv").open(encoding="utf-8-sig", newline="") as file:
        costs = list(csv.DictReader(file))
    assert {(row["company"], row["period_end"]): row["manifest"] for row in costs} == {
        tuple(key.split(" ")): digest for key, digest in made.items()}
    assert all(float(row["cpu_seconds"]) > 0 and int(row["peak_mib"]) > 50 and row["tries"] == "1" for row in costs)
    assert [row["entries"] for row in costs] == ["30", "30", "35", "35"]
    noted = (root / "data" / "log" / names[0] / "fleet.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["outcome"] for line in noted] == ["drafted", "drafted"]

    again = run(root, companies.PERIODS[:2], workers=1)
    assert (again.exit_code, dict(again.facts)["already drafted"]) == (0, "4")
    published = run(root, companies.PERIODS[:2], publish=True, workers=1)
    assert (published.exit_code, dict(published.facts)["exported"]) == (0, "4"), published.text()
    assert dict(published.facts)["history"] == "up to date"
    assert steps.query_history(root, "select company, batch from batches").rows
    checked = steps.verify(root, full=True)
    assert checked.exit_code == 0
    assert "4 batch(es) compared row by row" in checked.text()
    for publish in (True, False):
        assert steps.company_period(names[0], companies.PERIODS[0], root, publish=publish).outcome == "already exported"


def test_what_waits_for_a_person_is_told_and_the_rest_goes_on(tmp_path):
    names = companies.make(tmp_path, 3, 1)
    (tmp_path / "mappings" / names[0] / "projects.csv").write_text("not,a,projects,file\n", encoding="utf-8")
    (tmp_path / "data" / "inbox" / names[1] / "time.csv").unlink()
    done = run(tmp_path, companies.PERIODS[:1], ",".join(names), workers=1)
    rows, facts = {row[0]: (row[2], row[-1]) for row in done.rows}, dict(done.facts)
    assert rows == {names[0]: ("failed", "1"), names[1]: ("failed", "3"), names[2]: ("drafted", "1")}
    assert done.exit_code == 2
    assert "projects.csv" in facts[f"{names[0]}, {companies.PERIODS[0]}"]
    assert "data/inbox" in facts[f"{names[1]}, {companies.PERIODS[0]}"]
    undrafted = run(tmp_path, companies.PERIODS[:1], names[1], workers=1, publish=True)
    assert undrafted.exit_code == 1
    assert "NO_DRAFT" in dict(undrafted.facts)[f"{names[1]}, {companies.PERIODS[0]}"]


def test_poison_companies_are_left_alone_after_their_tries(tmp_path, monkeypatch):
    names = companies.make(tmp_path, 4, 2)
    monkeypatch.setattr(pool, "COMMAND", [sys.executable, str(Path(__file__).with_name("faulty_child.py")), str(ROOT)])
    plan, watcher = Plan(names, companies.PERIODS[:2], 2), Quiet()
    with steps.marked(steps.place_of(tmp_path)) as word:
        crew = pool.Pool(2, (str(tmp_path), word, steps.code_key()))
        try:
            carry_out(plan, crew, Terms(str(tmp_path), publish=False, person="", seconds=3), watcher)
        finally:
            crew.close()
    said = {job.company: (job.state, job.tries, job.said.get("code")) for job in plan
            if job.period_end == companies.PERIODS[0]}
    assert said == {
        names[0]: ("failed", 2, "FLEET_LOST"), names[1]: ("failed", 2, "FLEET_TOO_LONG"),
        names[2]: ("failed", 2, "UNFORESEEN"), names[3]: ("done", said[names[3]][1], None)}
    assert [job.state for job in plan.jobs[names[3]]] == ["done", "done"]
    assert [jobs[1].state for jobs in plan.jobs.values()] == ["left", "left", "left", "done"]
    assert plan.jobs[names[0]][0].said["what"].endswith("(signal 9)")
    assert len(companies.drafts(tmp_path, names[3:])) == 2


def test_workers_that_die_at_their_start_end_the_fleet(tmp_path, monkeypatch):
    monkeypatch.setattr(pool, "COMMAND", [sys.executable, "-c", "raise SystemExit(3)"])
    plan, crew = Plan(["a", "b"], companies.PERIODS[:1], 3), pool.Pool(2, ("", "", ""))
    carry_out(plan, crew, Terms(str(tmp_path), publish=False, person="", seconds=9), Quiet())
    crew.close()
    assert {(job.exit_code, job.said["code"]) for job in plan} == {(2, "FLEET_WORKERS")}
    assert "exit code 3" in next(iter(plan)).said["what"]


@pytest.mark.parametrize("asked", ["", "nobody", "../up", "@missing.txt", "a b"])
def test_companies_that_are_none_are_refused(tmp_path, asked):
    companies.make(tmp_path, 1, 1)
    with pytest.raises(SettingsError, match="FLEET_COMPANIES"):
        steps.fleet_companies(tmp_path, asked)


def test_companies_are_named_in_three_ways(tmp_path):
    names = companies.make(tmp_path, 3, 1)
    listed = tmp_path / "list.txt"
    listed.write_text(f"# the second and the first\n{names[1]}\n\n{names[0]}\n{names[1]}\n", encoding="utf-8")
    assert steps.fleet_companies(tmp_path, "all") == names
    assert steps.fleet_companies(tmp_path, f" {names[2]},{names[0]}") == [names[2], names[0]]
    assert steps.fleet_companies(tmp_path, f"@{listed}") == [names[1], names[0]]


def test_a_worker_with_other_code_or_another_workspace_does_not_fit(tmp_path):
    from etl.fleet import work

    here, there = tmp_path / "here", tmp_path / "there"
    companies.make(here, 1, 1)
    companies.make(there, 1, 1)
    greet = "import sys; from etl.fleet import work; print(work.greet(*sys.argv[1:]))"

    def said(workspace, word, code):
        done = subprocess.run([sys.executable, "-c", greet, str(workspace), word, code], cwd=ROOT, capture_output=True,
                              text=True, check=True)
        return json.loads(done.stdout.splitlines()[-1])

    with steps.marked(steps.place_of(here)) as word:
        assert said(here, word, "timebooks 0")["code"] == "FLEET_WORKER_OTHER"
        assert said(there, word, steps.code_key())["code"] == "FLEET_WORKSPACE_OTHER"
        assert said(here, word, steps.code_key()) == {}
        assert not list((there / "data").glob("lock/_fleet*"))
    assert not list((here / "data" / "lock").glob("_fleet*"))
    assert "FLEET_WORKSPACE_OTHER" in work.greet(str(here), word, steps.code_key()), "the fleet is over"
