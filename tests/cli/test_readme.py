"""What the README shows is what the commands say; every command in README and docs runs."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from etl.steps.init import SAMPLE, SAMPLE_PERIOD_END, init
from tests.cli.command import ROOT, timebooks

PAGES = (ROOT / "README.md", ROOT / "docs" / "history.md", ROOT / "docs" / "examples" / "real-time-log" / "README.md")
PLACEHOLDERS = {
    "--company C": f"--company {SAMPLE}",
    "--company time-log-c": f"--company {SAMPLE}",
    "2013-04-28": SAMPLE_PERIOD_END,  # a week of the real log, which another company has
    "DATE": SAMPLE_PERIOD_END,
}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("readme")
    init(root, with_sample=True)
    assert (
        timebooks("week", "--company", SAMPLE, "--period-end", SAMPLE_PERIOD_END, "--no-notebooks", workspace=root).code
        == 0
    )
    return root


def commands() -> list[str]:
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
        found += [line for block in blocks for line in block.splitlines()]
        found += re.findall(r"`((?:\.venv/bin/)?timebooks [^`]+)`", text)
    return sorted({re.sub(r"^(\.venv/bin/)?timebooks ", "", line).strip() for line in found if "timebooks " in line})


@pytest.mark.parametrize("command", commands())
def test_every_command_runs(workspace: Path, command: str) -> None:
    for old, new in PLACEHOLDERS.items():
        command = command.replace(old, new)
    if " week " in f" {command} ":
        command += " --no-notebooks"
    answer = timebooks(*shlex.split(command), workspace=workspace)
    assert answer.code == 0, f"{command}\n{answer.talk}"
    assert "Traceback" not in answer.talk


@pytest.mark.capability("C1", "C135")
def test_the_last_screen_of_the_week_is_the_one_shown(workspace: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"<!-- output of: make week -->\n```text\n(.*?)```", text, re.DOTALL)
    assert shown
    answer = timebooks(
        "week", "--company", SAMPLE, "--period-end", SAMPLE_PERIOD_END, "--no-notebooks", workspace=workspace
    )
    assert answer.facts.strip() == shown[1].strip()


def test_links_lead_somewhere() -> None:
    for page in [*PAGES, *(ROOT / "docs" / "adr").glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
