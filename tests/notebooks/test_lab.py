"""The notebooks on screen: opened in JupyterLab in Chromium and run from the menu, as a bookkeeper does it.

With TIMEBOOKS_PICTURES naming a folder, each notebook is photographed into it.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from etl import runner
from etl.shipped import shipped
from etl.steps.init import init
from tests.notebooks.lab import jupyter_lab

PICTURES = os.environ.get("TIMEBOOKS_PICTURES", "")


@pytest.fixture
def lab(tmp_path):
    """JupyterLab on a new workspace with the practice company, the stage notebooks beside the week's."""
    init(tmp_path / "w", with_sample=True)
    for name in (*runner.TO_DRAFT, *runner.AFTER_DRAFT):
        shutil.copy(shipped("notebooks") / f"{name}.ipynb", tmp_path / "w" / "notebooks")
    with jupyter_lab(tmp_path / "w", tmp_path / "private") as found:
        yield found
    assert found.outside == [], "nothing is asked of another machine"


def ran(lab, name):
    """What the notebook shows once all of it has run without an error."""
    prompts = lab.run_all(f"notebooks/{name}.ipynb")
    assert (lab.wrong(), prompts) == ([], [f"[{number}]:" for number in range(1, len(prompts) + 1)])
    if PICTURES:
        lab.photograph(Path(PICTURES), name)
    return lab.outputs()


@pytest.mark.long   # make test has test_newcomer.py: the week from the menu of a company of its own
def test_the_week_runs_from_the_menu(lab):
    shown = ran(lab, "week")
    assert "ready" in shown
    assert "week 2026-W47, closed" in shown
    assert "reconciliation workbook" in shown


@pytest.mark.long
def test_each_notebook_runs_alone_and_in_order(lab):
    for name in (*runner.TO_DRAFT, *runner.AFTER_DRAFT, "history", "audit"):
        assert ran(lab, name), name
