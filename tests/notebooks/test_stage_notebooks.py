"""The stage notebooks through papermill: the same bytes as without them, alone and in order, strangers refused."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from etl import runner, steps
from etl.errors import RefusedError, SettingsError
from etl.shipped import shipped
from etl.steps.init import SAMPLE, SAMPLE_PERIOD_END, init
from tests.shared import shared
from tests.steps.digest_weeks import digests
from tests.steps.real_logs import monday, run_week, source_rows
from tests.timelog import company_id, make_time_log_company

STAGES = (*runner.TO_DRAFT, *runner.AFTER_DRAFT)


def through_notebooks(root: Path, company: str, week: date) -> None:
    """One week as two people work: drafted through notebooks, approved, and run again to the close."""
    end = week + timedelta(days=6)
    drafted = runner.run_week(company, end, root, "preparer", lambda _: None)
    assert "approve" in drafted.next_step
    steps.approve_batch(steps.start(company, end, root), "approver")
    with runner.warm_kernel():
        for name in runner.AFTER_DRAFT:
            outcome = runner.run_notebook(
                name, {"company": company, "period_end": str(end), "workspace": str(root)}
            ).outcome
            assert outcome is not None
            assert outcome.exit_code == 0


@pytest.mark.parametrize("count", [1, pytest.param(3, marks=pytest.mark.long)])
def test_real_weeks_give_the_same_bytes_with_and_without_notebooks(tmp_path: Path, count: int) -> None:
    source = shared("data/cesaw/time_log_org_D.csv.gz")
    weeks = sorted({week for row in source_rows(source) if (week := monday(row))})[20 : 20 + count]
    company = company_id("D")
    for name in ("notebooks", "steps"):
        make_time_log_company(tmp_path / name, "D", source)
    for week in weeks:
        through_notebooks(tmp_path / "notebooks", company, week)
        run_week(tmp_path / "steps", company, week)
    with_notebooks = digests(tmp_path / "notebooks", company)
    assert len([name for name in with_notebooks if name.endswith("postings.parquet")]) == count
    assert with_notebooks == digests(tmp_path / "steps", company)
    runs = list((tmp_path / "notebooks" / "reports").rglob("runs/*/10_pull.ipynb"))
    assert len(runs) == count, "executed notebooks are kept as runs"
    assert not list((tmp_path / "notebooks" / "reports").rglob("batch-*/**/*.ipynb")), "and never in the batch folder"


@pytest.mark.parametrize("together", [3, pytest.param(1, marks=pytest.mark.long)])
def test_notebooks_run_in_kernels_of_their_own_and_in_order(tmp_path: Path, together: int) -> None:
    """Nothing but the working database passes from one kernel to the next."""
    init(tmp_path, with_sample=True)
    parameters = {"company": SAMPLE, "period_end": SAMPLE_PERIOD_END, "workspace": str(tmp_path)}
    for first in range(0, len(STAGES), together):
        with runner.warm_kernel():
            for name in STAGES[first : first + together]:
                runs(name, parameters)


def runs(name: str, parameters: dict[str, object]) -> None:
    """The notebook ends well, and no cell shows an error."""
    executed = runner.run_notebook(name, parameters)
    outcome = executed.outcome
    assert outcome is not None, executed.stopped
    assert outcome.exit_code == 0, outcome.text()
    cells = json.loads(executed.content)["cells"]
    assert not [output for cell in cells for output in cell.get("outputs", []) if output["output_type"] == "error"]


@pytest.mark.capability("C1")
def test_the_front_door_and_the_history_run_from_top_to_bottom(tmp_path: Path) -> None:
    init(tmp_path, with_sample=True)
    with runner.warm_kernel():
        outcome = runner.run_notebook("week", {"workspace": str(tmp_path)}).outcome
        assert outcome is not None
        assert "batch 0001" in outcome.title
        assert outcome.title.endswith("closed"), "in a sandbox the throw-away approver lets it go on to the close"
    with runner.warm_kernel():
        outcome = runner.run_notebook("history", {"workspace": str(tmp_path)}).outcome
    assert outcome is not None
    assert outcome.rows
    with runner.warm_kernel():
        outcome = runner.run_notebook("audit", {"workspace": str(tmp_path)}).outcome
    assert outcome is not None
    assert "SANDBOX_audit.xlsx" in str(outcome.rows)


@pytest.mark.capability("C4")
def test_a_step_before_its_time_says_so_without_a_traceback(tmp_path: Path) -> None:
    init(tmp_path, with_sample=True)
    with runner.warm_kernel():
        executed = runner.run_notebook(
            "30_rules", {"company": SAMPLE, "period_end": SAMPLE_PERIOD_END, "workspace": str(tmp_path)}
        )
    assert isinstance(executed.stopped, RefusedError)
    assert executed.stopped.code == "STEP_MISSING"
    assert executed.stopped.fix
    assert b"Traceback" not in executed.content


STRANGERS = [
    ({"compnay": "x"}, "a misspelt name, of which papermill would only warn"),
    ({"period_end": 20261122}, "a number where a text is declared"),
    ({"company = __import__('os').system('true') or 'x'": "y"}, "code in a name: papermill pastes names into the cell"),
]


@pytest.mark.parametrize(("parameters", "why"), STRANGERS, ids=[why for _, why in STRANGERS])
def test_undeclared_parameters_are_refused(parameters: dict[str, object], why: str) -> None:
    with pytest.raises(SettingsError) as refused:
        runner.check_parameters(shipped("notebooks") / "10_pull.ipynb", parameters)
    assert refused.value.code == "PARAMETER_REFUSED", why
