"""The pre-flight: each thing that is missing is named with its exact remedy, in the notebook and the terminal alike."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from etl import steps
from etl.steps.next_step import approve, map_names
from etl.workspace import Workspace
from tests.faults.tiny import COMPANY, PERIOD_END, make_company, week

pytestmark = pytest.mark.capability("C6")


def answers(root: Path) -> dict[str, tuple[str, str]]:
    outcome = steps.preflight(steps.start(COMPANY, PERIOD_END, root))
    return {str(question): (str(answer), str(found)) for question, answer, found in outcome.rows}


@pytest.fixture(name="root")
def _root(tmp_path) -> Path:
    make_company(tmp_path / "w")
    return tmp_path / "w"


def test_before_anything_all_is_there_and_says_what_is_next(root):
    found = steps.preflight(steps.start(COMPANY, PERIOD_END, root))
    assert found.title.endswith("ready")
    assert found.next_step == "nothing is missing: run the stages, one after another"
    assert answers(root)["approval"] == ("ok", "asked for once there is a draft")
    assert steps.told_before(steps.start(COMPANY, PERIOD_END, root)) == found.title


def test_an_empty_inbox(root):
    shutil.rmtree(Workspace(root).inbox(COMPANY))
    state, said = answers(root)["exports of tracker"]
    assert state == "missing"
    assert said.endswith(f"Put the export into {Workspace(root).inbox(COMPANY)}, or correct files of this drop.")
    told = steps.told_before(steps.start(COMPANY, PERIOD_END, root))
    assert f"missing: exports of tracker: {said}" in told, "the same words in the terminal"


def test_an_account_that_every_week_needs(root):
    file = Workspace(root).mappings(COMPANY) / "accounts.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("accrued_wages,Accrued Wages Payable,OCLIAB\n", ""),
                    encoding="utf-8")
    state, said = answers(root)["cross-references every week needs"]
    assert state == "missing"
    assert "accrued_wages" in said
    assert "Add" in said


def test_names_that_wait_and_a_draft_that_waits(root):
    inbox = Workspace(root).inbox(COMPANY) / "time.csv"
    inbox.write_text(inbox.read_text(encoding="utf-8").replace(",Web,Code,2026-11-02", ",Ferry,Code,2026-11-02"),
                     encoding="utf-8", newline="")
    run = steps.start(COMPANY, PERIOD_END, root, in_memory=True)
    for step in (steps.pull, steps.map_entries, steps.apply_rules, steps.check, steps.draft):
        step(run)
    run.end()
    found = answers(root)
    assert found["names without a row"] == ("note", f"1; what waits for them is held: {map_names(COMPANY)}")
    assert found["approval"] == ("note", f"draft 0001 waits; {approve(COMPANY, PERIOD_END)}")
    steps.approve_batch(steps.start(COMPANY, PERIOD_END, root))
    assert answers(root)["approval"] == ("ok", "given by sandbox-approver; void as soon as the draft changes")


def test_a_closed_period(root):
    week(root)
    found = answers(root)
    assert found["period"] == ("note", "closed: the stages only show that nothing has changed")
    assert found["approval"] == ("ok", "given, the batch is exported")
