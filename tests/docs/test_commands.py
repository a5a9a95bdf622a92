"""Every command that a document shows is one: it runs on a practice company, or stands here with the reason why not."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.exceptions import TyperException
from typer.testing import CliRunner

from etl import steps
from etl.cli import app
from etl.errors import EtlError
from etl.steps.init import SAMPLE, SAMPLE_PERIOD_END, init
from tests.cli.command import ROOT

PAGES = (ROOT / "README.md", *(page for page in sorted((ROOT / "docs").rglob("*.md")) if page.parent.name != "adr"))
ONLY_READ = {   # shown with words of another company; what they say is right is read, not run
    "approve batch": "the practice company's approver is made for the moment: tests/trust/test_signed_week.py",
    "approve mapping": "needs a replay that waits: tests/trust/test_mapping_decisions.py",
    "approve reconciliation": "needs a signed workbook: tests/steps/test_sign_off.py",
    "approve sign": "needs a request: tests/trust/test_approval_files.py",
    "approve time": "needs [approval] time: tests/trust/test_time_approvals.py",
    "archive confirm-backup": "needs a backup of the books: tests/steps/test_uploads.py",
    "archive drill": "minutes of restoring: tests/trust/test_archive.py",
    "archive expire": "needs a purge: tests/trust/test_retention.py",
    "archive pack": "needs somebody's role: tests/trust/test_pack.py",
    "archive restore": "needs an empty machine: tests/trust/test_archive.py",
    "archive snapshots": "needs a backup: tests/trust/test_retention.py",
    "auto alerts": "needs a channel: tests/steps/test_alerts.py",
    "auto schedule": "writes for the machine's own scheduler: tests/steps/test_schedule.py",
    "auto watch": "goes on until it is stopped: tests/steps/test_watch.py",
    "books": "needs a report or an item of the books: tests/steps/test_sign_off.py, tests/books",
    "company iris": "needs the portal's template: tests/steps/test_iris.py",
    "company keys": "needs a people list: tests/trust/test_signed_week.py",
    "company people": "needs a people list: tests/trust/test_signed_week.py",
    "company vendors": "needs private/vendor_payments.csv: tests/steps/test_vendor_year.py",
    "dashboard": "serves until it is stopped: tests/dashboard/test_dashboard_server.py",
    "exceptions assign": "needs an id of the day: tests/trust/test_exceptions.py",
    "exceptions digest": "is for the person and their approver alone: tests/steps/test_alerts.py",
    "exceptions fixed": "needs an id of the day: tests/trust/test_exceptions.py",
    "exceptions show": "needs an id of the day: tests/trust/test_exceptions.py",
    "exceptions verify": "needs an id of the day: tests/trust/test_exceptions.py",
    "feedback answer": "needs an id of the day: tests/steps/test_feedback.py",
    "mapping revert": "needs an approved set: tests/trust/test_mapping_decisions.py",
    "mapping take-in": "needs a workbook that was edited: tests/mapping/test_mapping_sheet.py",
    "quickref": "prints with a browser: tests/pages/test_quickref.py",
    "sandbox train": "needs a notebook that was worked through: tests/notebooks",
    "rules check": "needs examples of the company's own: tests/law/test_examples.py",
    "rules confirm": "needs a person who has read it: tests/law/test_law_table.py",
    "rules replay": "needs other law: tests/law/test_replay.py",
    "sandbox errors": "writes what ships: tests/notebooks/test_training.py",
    "sandbox grade": "needs a training: tests/sandbox/test_training.py",
    "step rollback": "undoes the week: tests/steps/test_rollback.py",
}
LINES = dict.fromkeys(("0042-V-001", "0042-N-001", "0002-C-001", "LINE", "journal_TB0042L.csv:7"), "0001-L-003")
WORDS = {
    "FILE.duckdb": "copy.duckdb",
    "acme": SAMPLE, "C": SAMPLE, "time-log-c": SAMPLE, "DATE": SAMPLE_PERIOD_END, "D": SAMPLE_PERIOD_END, "N": "1",
    "2013-04-28": SAMPLE_PERIOD_END, "2026-11-08": SAMPLE_PERIOD_END, **LINES,
    "VIEW": "payroll", "FILE.xlsx": "file.xlsx",
}


@pytest.fixture(scope="module", name="workspace")
def _workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The practice company's first week, exported and closed."""
    root = tmp_path_factory.mktemp("documents")
    init(root, with_sample=True)
    assert steps.week(steps.start(SAMPLE, SAMPLE_PERIOD_END, root, in_memory=True)).exit_code == 0
    return root


def shown() -> list[str]:
    """Every command line of the documents, without what is said beside it."""
    return sorted({command for page in PAGES for command in _shown(page.read_text(encoding="utf-8"))})


def _shown(text: str) -> Iterator[str]:
    blocks = re.findall(r"^```(?:sh|text)?\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    lines += [line.strip() for line in re.findall(r"^ {4}(timebooks .*)$", text, re.MULTILINE)]
    lines += re.findall(r"`((?:\.venv/bin/)?timebooks [^`]+)`", text.replace("\n", " "))
    for line in lines:
        if found := re.match(r"(?:\.venv/bin/)?timebooks (.*)", line):
            said = re.split(r"\s{2,}|\s+#", found[1])[0].strip()
            first, *others = said.split(" | ")   # "archive hold | release"
            yield re.sub(r"[\[\]]", "", first) if " --" in first else first
            yield from (f"{first.split()[0]} {other}" for other in others)


@cache
def tree() -> Any:
    return typer.main.get_command(app)


@cache
def path_of(command: str) -> tuple[str, Any, tuple[str, ...]]:
    """The command a line begins with, by its words; what the line gives it."""
    words = shlex.split(command)
    here: Any = tree()
    taken = 0
    while taken < len(words) and words[taken] in getattr(here, "commands", {}):
        here = here.commands[words[taken]]
        taken += 1
    return " ".join(words[:taken]), here, tuple(words[taken:])


def is_whole(command: str) -> bool:
    """Whether a line can be typed as it stands; others name a command, perhaps with one option of it."""
    given = path_of(command)[2]
    is_mention = len(given) == 1 and given[0].startswith("--") and given[0] != "--full"
    return "docs build" in command or (bool(given) and "…" not in command and not is_mention)


def is_run(command: str) -> bool:
    path = path_of(command)[0]
    is_dictionary = "select" in command and "* from roll_forward_by_week" not in command   # tests/store/test_history.py
    return is_whole(command) and not is_dictionary and not any(
        path == name or path.startswith(f"{name} ") for name in ONLY_READ)


def typed(command: str) -> tuple[str, ...]:
    """The words with the practice company's names in them."""
    words = [WORDS.get(word, word) for word in shlex.split(command)]
    return tuple(words + (["--no-notebooks"] if words[0] == "week" else []))


COMMANDS = shown()
def shape(words: tuple[str, ...]) -> tuple[str, ...]:
    """A command with its options: of several lines that differ in values alone one is run."""
    path, _, given = path_of(shlex.join(words))
    return path, *sorted(word for word in given if word.startswith("--"))


RUN = sorted({shape(typed(one)): typed(one) for one in COMMANDS if is_run(one)}.values())


def test_some_are_shown():
    assert len(COMMANDS) > 150
    assert len(RUN) > 30
    assert {path_of(shlex.join(one))[0] for one in RUN} >= {"week", "verify", "explain", "docs build"}


@pytest.mark.parametrize("command", COMMANDS)
def test_it_is_a_command_with_options_that_it_has(command: str):
    path, here, given = path_of(command)
    assert path
    options = {option for parameter in here.params for option in parameter.opts}
    assert options >= {word for word in given if word.startswith("--")}
    if is_whole(command):
        here.make_context(path, [WORDS.get(word, word) for word in given])   # whatever it needs is there, of its kind


@pytest.mark.parametrize("line", ["company keys end FINGERPRINT --reason why", "week --company C --period C", "weak C"])
def test_a_line_that_is_no_command_is_seen(line: str):
    with pytest.raises((AssertionError, TyperException)):
        test_it_is_a_command_with_options_that_it_has(line)


def test_a_command_that_is_only_read_is_shown_somewhere_and_its_test_is_there():
    paths = {path_of(one)[0] for one in COMMANDS}
    for name, why in ONLY_READ.items():
        assert any(path == name or path.startswith(f"{name} ") for path in paths), name
        for test in re.findall(r"tests/\S+", why.replace(",", " ")):
            assert (ROOT / test).exists(), test


def in_this_process(words: list[str], workspace: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    """Exit code and everything said, as main() would give them."""
    monkeypatch.setenv("TIMEBOOKS_WORKSPACE", str(workspace))
    monkeypatch.chdir(workspace)
    answer = CliRunner().invoke(app, words)
    if isinstance(answer.exception, EtlError):
        return answer.exception.exit_code, answer.exception.message()
    if answer.exception is not None and not isinstance(answer.exception, SystemExit):
        raise answer.exception
    return answer.exit_code, answer.output


@pytest.mark.parametrize("words", RUN, ids=" ".join)
def test_it_runs(words: tuple[str, ...], workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    places = ("FOLDER", "DIR", "FILE", "copy.duckdb", "import.csv", "file.xlsx", "payroll.csv", "kpi.xlsx",
              "reminders.csv")
    given = [str(tmp_path / word) if word in places else word for word in words]
    if "ENTRY" in given:
        given[given.index("ENTRY")] = an_entry(workspace, monkeypatch)
    if words[:2] == ("docs", "build"):
        given += ["--to", str(tmp_path / "site")]
    code, said = in_this_process(given, workspace, monkeypatch)
    assert code == 0, f"{shlex.join(given)}\n{said}"


def an_entry(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    question = "select entry_id from time_entries_latest where pay_state = 'exported' order by entry_id limit 1"
    _, said = in_this_process(["history", "query", question, "--json"], workspace, monkeypatch)
    found = re.search(r'"entry_id": "([^"]+)"', said)
    assert found, said
    return found[1]
