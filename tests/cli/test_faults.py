"""What happens on a Monday morning: one message with what, where, fix; the right exit code; nothing half-written."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from etl.sandbox.company import make_company
from etl.sandbox.week import make_week
from etl.steps.init import SAMPLE, SAMPLE_PERIOD_END, init
from etl.workspace import Workspace
from tests.cli.command import ROOT, timebooks

WEEK = ("week", "--company", SAMPLE, "--period-end", SAMPLE_PERIOD_END, "--no-notebooks")
EXPORT = "Toggl_time_entries_2026-11-16_to_2026-11-22.csv"
SOMEBODY = make_company().person("E05").ref.partition("@")[0] + "@"
Edit = Callable[[Path], None]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    init(tmp_path, with_sample=True)
    return tmp_path


def export_file(root: Path) -> Path:
    return root / "data" / "inbox" / SAMPLE / EXPORT


def mapping(root: Path, name: str) -> Path:
    return root / "mappings" / SAMPLE / name


def replaced(path: Path, old: str, new: str, count: int = 1) -> None:
    text = path.read_bytes().decode("utf-8")
    assert old in text
    path.write_bytes(text.replace(old, new, count).encode("utf-8"))


def remove_exports(root: Path) -> None:
    for path in export_file(root).parent.glob("Toggl_*"):
        path.unlink()


def wrong_encoding(root: Path) -> None:
    content = export_file(root).read_bytes().decode("utf-8-sig")
    export_file(root).write_bytes(content.encode("cp1252", errors="replace"))


def drop_column(root: Path) -> None:
    lines = export_file(root).read_text(encoding="utf-8-sig").splitlines(keepends=True)
    export_file(root).write_text(lines[0].replace("Email,", ""), encoding="utf-8")


FAULTS: list[tuple[str, Edit, int, str, str]] = [  # name, edit, exit code, code, a word the message must hold
    ("no export in the inbox", remove_exports, 2, "FILE_MISSING", "Toggl_time_entries_*"),
    ("saved as Windows-1252", wrong_encoding, 2, "CSV_ENCODING", "line"),
    ("a column is missing", drop_column, 2, "HEADER_MISSING", "Email"),
    ("a column is renamed", lambda root: replaced(export_file(root), "Duration", "Dauer"), 2, "HEADER_", "Dauer"),
    (
        "a pay rate in no currency",
        lambda root: replaced(mapping(root, "private/pay_rates.csv"), "USD", "USX"),
        2,
        "MAPPING_INVALID",
        "USX",
    ),
    (
        "two rows answer one person",
        lambda root: mapping(root, "employees.csv").write_bytes(
            mapping(root, "employees.csv").read_bytes()
            + mapping(root, "employees.csv").read_bytes().splitlines(keepends=True)[1]
        ),
        2,
        "MAPPING_INVALID",
        "both answer",
    ),
    (
        "a key of the settings is misspelt",
        lambda root: replaced(mapping(root, "company.toml"), "home_currency", "home_curency"),
        2,
        "SETTINGS_INVALID",
        "home_curency",
    ),
    (
        "the home currency does not exist",
        lambda root: replaced(mapping(root, "company.toml"), '"USD"', '"UDS"'),
        2,
        "SETTINGS_INVALID",
        "UDS",
    ),
    (
        "somebody worked whom payroll does not know",
        lambda root: replaced(export_file(root), SOMEBODY, "new.person@"),
        1,
        "TE007",
        "new.person",
    ),
    (
        "no account for the wages",
        lambda root: replaced(mapping(root, "accounts.csv"), "accrued_wages", "wages_expens"),
        2,
        "MAPPING_INVALID",
        "wages_expens",
    ),
]


@pytest.mark.capability("C23", "C32", "C38", "C97", "C107")
@pytest.mark.parametrize(("name", "edit", "exit_code", "code", "word"), FAULTS, ids=[fault[0] for fault in FAULTS])
def test_a_fault_is_told_and_nothing_is_left(
    workspace: Path, name: str, edit: Edit, exit_code: int, code: str, word: str
) -> None:
    edit(workspace)
    answer = timebooks(*WEEK, workspace=workspace)
    told = answer.facts + answer.talk
    assert answer.code == exit_code, told
    assert code in told
    assert word in told
    assert "Traceback" not in told
    if exit_code == 2:
        assert re.search(r"where: .+\n  fix:   .+\n  code:  [A-Z_]+", answer.talk, re.DOTALL), answer.talk
    assert not list(workspace.glob("reports/*/*/batch-*")), "nothing is published"
    assert not list(workspace.glob("data/drafts/*/*/*")), "no draft is sealed"


@pytest.mark.capability("C73")
@pytest.mark.parametrize(
    ("name", "edit", "exit_code", "code", "word"), FAULTS[:4], ids=[fault[0] for fault in FAULTS[:4]]
)
def test_once_the_fault_is_mended_the_week_runs(
    workspace: Path, name: str, edit: Edit, exit_code: int, code: str, word: str
) -> None:
    edit(workspace)
    assert timebooks(*WEEK, workspace=workspace).code == exit_code
    for export, content in make_week(make_company()).files.items():
        (export_file(workspace).parent / export).write_bytes(content)
    answer = timebooks(*WEEK, workspace=workspace)
    assert answer.code == 0, answer.talk
    assert re.search(r"unreconciled\s+0", answer.facts)


HOLDER = """
import sys
from pathlib import Path
from etl.store.lock import company_lock
from etl.workspace import Workspace
with company_lock(Workspace(Path(sys.argv[1])), sys.argv[2], "Dana", "the week of 2026-11-22"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_run_is_told_who_works_and_since_when(workspace: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(workspace), SAMPLE]
    holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert holder.stdout
    assert holder.stdout.readline() == "held\n"
    answer = timebooks(*WEEK, workspace=workspace)
    holder.communicate("")
    assert answer.code == 2
    for word in ("RUN_BUSY", "Dana", "the week of 2026-11-22", f"process {holder.pid}", "since"):
        assert word in answer.talk
    assert timebooks(*WEEK, workspace=workspace).code == 0, "the lock vanishes with its holder"


USAGE = [
    (("week", "--company", "nobody", "--period-end", SAMPLE_PERIOD_END), 2, "COMPANY_MISSING", "no such folder"),
    (("week", "--company", "../x", "--period-end", SAMPLE_PERIOD_END), 2, "COMPANY_MISSING", "a path is no company"),
    (("week", "--company", SAMPLE, "--period-end", "22.11.2026"), 2, "DATE_UNREADABLE", "ISO dates only"),
    (("week", "--company", SAMPLE, "--period-end", "2026-11-19"), 1, "NO_PERIOD", "a Thursday ends no week"),
    (("week", "--company", SAMPLE), 2, "--period-end", "a missing option"),
    (("explain", "0099-L-001"), 1, "NOT_FOUND", "no such line"),
    (("history", "query", "select 1"), 2, "HISTORY_UNAVAILABLE", "nothing exported yet"),
    (("step", "rules", "--company", SAMPLE, "--period-end", SAMPLE_PERIOD_END), 1, "STEP_MISSING", "map comes first"),
    (("approve", "batch", "--company", SAMPLE, "--period-end", SAMPLE_PERIOD_END), 1, "NO_DRAFT", "nothing to approve"),
]


@pytest.mark.parametrize(("arguments", "exit_code", "word", "why"), USAGE, ids=[case[3] for case in USAGE])
def test_a_command_that_cannot_run_says_so(
    workspace: Path, arguments: tuple[str, ...], exit_code: int, word: str, why: str
) -> None:
    answer = timebooks(*arguments, workspace=workspace)
    assert (answer.code, "Traceback" in answer.talk) == (exit_code, False), answer.talk
    assert word in answer.talk + answer.facts, why


@pytest.mark.capability("C74")
def test_the_sandbox_knows_its_place(workspace: Path) -> None:
    assert timebooks(*WEEK, workspace=workspace).code == 0
    batch = Workspace(workspace).batch_folder(SAMPLE, date(2026, 11, 22), 1)
    shown = [path.name for path in batch.rglob("*") if path.is_file() and path.suffix in (".iif", ".csv", ".xlsx")]
    assert shown
    assert all(name.startswith("SANDBOX_") for name in shown)
