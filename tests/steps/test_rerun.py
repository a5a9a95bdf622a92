"""Run twice: no byte, no row, no record, no time of change is another; only the ops log and the runs may grow."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from etl import steps
from etl.sandbox.cases import STRANGE
from etl.steps.init import SAMPLE, SAMPLE_PERIOD_END, init

WORKBOOK = "SANDBOX_reconciliation.xlsx"


def tree(root: Path) -> dict[str, tuple[str, int]]:
    """Digest and time of change of every file that is to last."""
    kept = [
        path
        for part in ("data/landing", "data/audit_log", "data/drafts", "reports")
        for path in (root / part).rglob("*")
        if path.is_file()
    ]
    return {
        path.relative_to(root).as_posix(): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in kept
    }


def week(root: Path) -> steps.Outcome:
    return steps.week(steps.start(SAMPLE, SAMPLE_PERIOD_END, root, in_memory=True))


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    init(tmp_path, with_sample=True)
    return tmp_path


@pytest.mark.capability("C5", "C90")
def test_a_finished_week_runs_again_and_nothing_changes(workspace: Path) -> None:
    first = week(workspace)
    assert dict(first.facts)["unreconciled"] == "0"
    before = tree(workspace)
    assert any(name.endswith(WORKBOOK) for name in before)
    assert week(workspace) == first
    assert tree(workspace) == before
    assert steps.verify(workspace).exit_code == 0


def test_a_draft_runs_again_and_keeps_its_revision(workspace: Path) -> None:
    run = steps.start(SAMPLE, SAMPLE_PERIOD_END, workspace, in_memory=True)
    for step in (steps.pull, steps.map_entries, steps.apply_rules, steps.check, steps.draft):
        step(run)
    before = tree(workspace)
    again = steps.start(SAMPLE, SAMPLE_PERIOD_END, workspace, in_memory=True)
    for step in (steps.pull, steps.map_entries, steps.apply_rules, steps.check):
        step(again)
    assert "revision 1 unchanged" in steps.draft(again).title
    assert tree(workspace) == before


def test_two_workspaces_give_the_same_bytes(tmp_path: Path) -> None:
    digests = []
    for name in ("one", "two"):
        init(tmp_path / name, with_sample=True)
        week(tmp_path / name)
        digests.append({path: digest for path, (digest, _) in tree(tmp_path / name).items() if "batch-0001/" in path})
    assert digests[0] == digests[1]


def test_a_mapping_row_for_the_held_work_after_the_export_waits_for_the_next_period(workspace: Path) -> None:
    """The exported week keeps every byte and stays reconciled; what the row moves is told by lines and causes."""
    week(workspace)
    projects = workspace / "mappings" / SAMPLE / "projects.csv"
    header = projects.read_text(encoding="utf-8").splitlines()[0].split(",")
    row = {
        "source": "*",
        "client_ref": STRANGE.client,
        "project_ref": STRANGE.name,
        "customer_job": STRANGE.customer_job,
        "billing_method": "time_and_materials",
        "effective_from": "2026-11-16",
        "effective_to": "",
    }
    with projects.open("a", encoding="utf-8", newline="") as file:
        file.write(",".join(row[name] for name in header) + "\n")
    before = tree(workspace)
    run = steps.start(SAMPLE, SAMPLE_PERIOD_END, workspace, in_memory=True)
    for step in (steps.pull, steps.map_entries, steps.apply_rules, steps.check):
        step(run)
    told = steps.draft(run)
    assert told.exit_code == 0
    assert "is corrected in the next open period" in told.title
    assert {line[:1] + line[2:3] for line in told.rows} >= {("cost", "released hold"), ("bill", "released hold")}
    assert dict(week(workspace).facts)["unreconciled"] == "0"
    kept = ("/mappings/", "/runs/")
    assert {name: value for name, value in tree(workspace).items() if not any(part in name for part in kept)} == {
        name: value for name, value in before.items() if not any(part in name for part in kept)
    }, "nothing but the mapping set and the page of the checks is kept"
