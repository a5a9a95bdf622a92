"""What the README shows is what the commands say. (That each runs: tests/docs/test_commands.py.)"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from etl.steps.init import SAMPLE, SAMPLE_PERIOD_END, init
from tests.cli.command import ROOT, timebooks


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("readme")
    init(root, with_sample=True)
    assert (
        timebooks("week", "--company", SAMPLE, "--period-end", SAMPLE_PERIOD_END, "--no-notebooks", workspace=root).code
        == 0
    )
    return root


@pytest.mark.capability("C1", "C135")
def test_the_last_screen_of_the_week_is_the_one_shown(workspace: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"<!-- output of: make week -->\n```text\n(.*?)```", text, re.DOTALL)
    assert shown
    answer = timebooks(
        "week", "--company", SAMPLE, "--period-end", SAMPLE_PERIOD_END, "--no-notebooks", workspace=workspace
    )
    assert answer.facts.strip() == shown[1].strip()
