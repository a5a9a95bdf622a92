"""Quick references: every command is one that there is, each page is one sheet of paper with nothing cut off."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer

from etl import steps
from etl.cli import app
from etl.cli_quickref import helps_of
from etl.errors import SettingsError
from etl.pages.paper import print_pages
from etl.pages.quickref import TITLES, render_quickref, tasks
from etl.sandbox.training.kinds import ROLES
from etl.steps.init import SAMPLE, SAMPLE_PERIOD_END, init
from tests.cli.command import timebooks
from tests.programs import program

COMMANDS = steps.quickref_commands()
WORDS = {"C": SAMPLE, "DATE": SAMPLE_PERIOD_END, "NUMBER": "1", "LINE": "0001-L-003", "PLACE": "US-NY"}


def filled(command: str) -> list[str]:
    """The command's words after `timebooks`, each word of the page with something in its place."""
    return [WORDS.get(word, word) for word in shlex.split(command)[1:]]


def parsed(words: list[str]) -> None:
    """Take the command apart as the command line would, without running it."""
    at: Any = typer.main.get_command(app)
    while getattr(at, "commands", None):
        at, words = at.commands[words[0]], words[1:]
    at.make_context(at.name, words)


@pytest.mark.capability("C8")
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_on_a_page_is_one_that_there_is(command: str) -> None:
    parsed(filled(command))
    assert helps_of(app, (command,))[command], "its help says what it does"


def test_a_command_that_there_is_not_would_be_seen() -> None:
    with pytest.raises(KeyError):
        parsed(["week-end"])
    with pytest.raises(Exception, match="No such option"):
        parsed(["week", "--company", "c", "--period-end", "d", "--nothing"])


def test_every_role_has_a_page_and_every_line_a_role() -> None:
    assert set(TITLES) == set(ROLES) == {task.role for task in tasks()}


@pytest.mark.capability("C8")
def test_a_page_says_its_commands_and_their_own_help(tmp_path: Path) -> None:
    timebooks("quickref", str(tmp_path), "--role", "bookkeeper", workspace=tmp_path)
    text = (tmp_path / "quick-reference-bookkeeper.html").read_text(encoding="utf-8")
    assert text == render_quickref("bookkeeper", helps_of(app, COMMANDS)).decode()
    assert "timebooks exceptions list --company C" in text
    assert "Every second, rule and approval behind one line" in text
    assert "http" not in text.replace("http-equiv", ""), "nothing is loaded from anywhere"


@pytest.mark.parametrize("roles", [("administrator",), pytest.param(ROLES, marks=pytest.mark.long)])
def test_each_is_one_page_with_nothing_cut_off(tmp_path: Path, roles: tuple[str, ...]) -> None:
    program("chromium")
    for role in roles:
        steps.write_quickref(tmp_path, helps_of(app, COMMANDS), role=role, as_pdf=True)
        paper = tmp_path / f"quick-reference-{role.replace('_', '-')}.pdf"
        asked = [program("pdfinfo"), str(paper)], [program("pdftotext"), "-layout", str(paper), "-"]
        told, text = (subprocess.run(one, capture_output=True, text=True, check=True).stdout for one in asked)
        assert "Pages:           1\n" in told
        assert f"timebooks sandbox train --role {role}" in text, "the last line"
        assert all(task.what.split()[0] in text for task in tasks() if task.role == role)


def test_without_a_browser_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SettingsError) as refused:
        print_pages({tmp_path / "a.html": tmp_path / "a.pdf"})
    assert refused.value.code == "PDF_PROGRAM"


def test_a_browser_that_writes_nothing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "chromium").write_text("#!/bin/sh\nexit 1\n", encoding="ascii")
    (tmp_path / "chromium").chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Exception, match="PDF_FAILED"):
        print_pages({tmp_path / "a.html": tmp_path / "a.pdf"})


@pytest.mark.long
def test_every_command_on_a_page_runs_or_says_why_not(tmp_path: Path) -> None:
    init(tmp_path, with_sample=True)
    week = ("week", "--company", SAMPLE, "--period-end", SAMPLE_PERIOD_END, "--no-notebooks")
    assert timebooks(*week, workspace=tmp_path).code == 0
    for command in COMMANDS:
        words = filled(command) + (["--no-notebooks"] if " week " in command else [])
        answer = timebooks(*words, workspace=tmp_path, stdin="one\none\n")
        assert answer.code == 0 or "  fix:   " in answer.talk or "next:" in answer.facts, f"{command}\n{answer.talk}"
        assert "see timebooks --help" not in answer.talk, command
        assert "UNFORESEEN" not in answer.talk, command
