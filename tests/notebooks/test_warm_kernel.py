"""The warm kernel forgets between notebooks, and whoever is killed, nobody is left who could write."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from etl import runner
from etl.errors import EtlError
from etl.steps.init import SAMPLE, SAMPLE_PERIOD_END, init
from etl.store.lock import company_lock
from etl.workspace import Workspace
from tests.cli.command import ROOT, timebooks

WEEK = ("week", "--company", SAMPLE, "--period-end", SAMPLE_PERIOD_END)


def code_cell(source: str, *, tagged: bool = False) -> dict[str, Any]:
    tags = {"tags": ["parameters"]} if tagged else {}
    return {"cell_type": "code", "id": f"c{abs(hash(source))}", "metadata": tags, "outputs": [],
            "execution_count": None, "source": source}


@pytest.fixture
def notebooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Notebooks of the test's own in place of the shipped ones."""
    monkeypatch.setattr(runner, "shipped", lambda _: tmp_path)
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}

    def write(name: str, *sources: str) -> None:
        cells = [code_cell('word: str = "none"', tagged=True), *(code_cell(source) for source in sources)]
        text = json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5})
        (tmp_path / f"{name}.ipynb").write_text(text, encoding="utf-8")
        with (tmp_path / "SHA256SUMS").open("a", encoding="ascii") as sums:
            sums.write(f"{hashlib.sha256(text.encode()).hexdigest()}  {name}.ipynb\n")

    return write


def shown(executed: runner.Executed) -> list[str]:
    """What each cell of an executed notebook shows."""
    assert executed.stopped is None, executed.stopped
    return ["".join(output["data"]["text/plain"]) for cell in json.loads(executed.content)["cells"]
            for output in cell.get("outputs", []) if output["output_type"] == "execute_result"]


def test_a_planted_variable_is_not_seen_by_the_next_notebook(notebooks: Callable[..., None]) -> None:
    notebooks("first", "planted = 41", "def helper(): pass", "import os; os.getpid()", "word")
    notebooks("second", "sorted({'planted', 'helper', 'os', '_41', 'injected'} & set(globals()))",
              "import os; os.getpid()", "word")
    with runner.warm_kernel():
        pid, first_word = shown(runner.run_notebook("first", {"word": "given"}))
        left, second_pid, second_word = shown(runner.run_notebook("second", {}))
    assert first_word == "'given'"
    assert left == "[]", "nothing of the first notebook is left"
    assert second_word == "'none'", "nor is its parameter"
    assert pid == second_pid, "and yet it is one warm kernel"


FAILING = [  # source, words a person needs, why
    ("1 / 0", ("CELL_FAILED", "ZeroDivisionError", "broken.ipynb", "fix:"), "an unforeseen failure"),
    ("from etl.errors import StoreError\nraise StoreError('DISK_FULL', what='No space', where='data', fix='Free some')",
     ("DISK_FULL", "No space", "where: data", "fix:   Free some"), "an error of ours keeps its three parts"),
    ("import os; os._exit(3)", ("KERNEL_DIED", "broken.ipynb", "nothing half-written is left"), "the kernel is gone"),
]


@pytest.mark.parametrize(("source", "words", "why"), FAILING, ids=[case[2] for case in FAILING])
def test_a_failed_cell_says_what_where_and_fix(
    notebooks: Callable[..., None], source: str, words: tuple[str, ...], why: str
) -> None:
    notebooks("broken", source)
    with runner.warm_kernel():
        executed = runner.run_notebook("broken", {})
    assert isinstance(executed.stopped, EtlError), why
    for word in words:
        assert word in executed.stopped.message(), why
    told = executed.stopped.message() + executed.content.decode()
    assert "Traceback" not in told, "neither the message nor the notebook that is kept shows one"


def test_the_watcher_is_told_of_every_cell(notebooks: Callable[..., None]) -> None:
    told: list[tuple[str, object]] = []

    class Listener:
        def stage(self, name: str, count_cells: int) -> None:
            told.append((name, count_cells))

        def cell(self, number: int) -> None:
            told.append(("cell", number))

        def done(self) -> None:
            told.append(("done", ""))

    notebooks("two", "1")
    with runner.warm_kernel(Listener()):
        runner.run_notebook("two", {})
    assert told == [("two", 2), ("cell", 1), ("cell", 2)]


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not yet collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_for(condition: Callable[[], object], seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what} within {seconds} s"
        time.sleep(0.01)


def stages_done(root: Path) -> int:
    log = Workspace(root).ops_log(SAMPLE) / "stages.jsonl"
    return len(log.read_bytes().splitlines()) if log.exists() else 0


def writer(root: Path) -> int:
    """The process that holds the company's lock: the kernel."""
    holder = Workspace(root).lock(SAMPLE).with_suffix(".holder")
    try:
        return int(json.loads(holder.read_bytes())["pid"])
    except (FileNotFoundError, ValueError):
        return 0


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
class TestKilled:
    """At a stage of a real week: somebody is killed, and the week is run again."""

    MOMENTS = range(7)

    def start(self, root: Path, moment: int) -> tuple[subprocess.Popen[str], int]:
        """A week that has done `moment` more stages, and its writer."""
        if not root.exists() or not any(root.iterdir()):
            init(root, with_sample=True)
        moment += stages_done(root)
        command = subprocess.Popen(
            [sys.executable, "-c", "from etl.cli import main; main()", "--workspace", str(root), *WEEK],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
            # a job in the background ignores the signal, and so would its children
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))  # noqa: PLW1509 - no threads here
        wait_for(lambda: (pid := writer(root)) and alive(pid) and stages_done(root) >= moment, 120, "the stage begins")
        pid = writer(root)
        assert pid != command.pid, "the process that writes holds the lock"
        return command, pid

    def is_let_go(self, root: Path, pid: int) -> None:
        """No writer, and a free lock."""
        wait_for(lambda: not alive(pid), 10, "the kernel is gone")
        with company_lock(Workspace(root), SAMPLE, "test"):
            pass

    def ends_well(self, root: Path, pid: int) -> None:
        """Nobody is left, and a rerun closes the period."""
        self.is_let_go(root, pid)
        answer = timebooks(*WEEK, workspace=root)
        assert answer.code == 0, answer.talk
        assert "closed" in answer.facts
        assert timebooks("verify", workspace=root).code == 0

    def kill_the_command(self, root: Path, moment: int) -> int:
        command, pid = self.start(root, moment)
        command.kill()
        command.communicate()
        return pid

    def kill_the_kernel(self, root: Path, moment: int) -> int:
        command, pid = self.start(root, moment)
        os.kill(pid, signal.SIGKILL)
        _, talk = command.communicate(timeout=60)
        assert command.returncode == 2, talk
        assert "KERNEL_DIED" in talk
        assert "Traceback" not in talk
        return pid

    def stop_the_command(self, root: Path, moment: int, sent: signal.Signals = signal.SIGINT) -> int:
        command, pid = self.start(root, moment)
        command.send_signal(sent)
        _, talk = command.communicate(timeout=60)
        assert command.returncode not in (0, 1), talk
        assert "Traceback" not in talk
        return pid

    def test_one_week_killed_three_times_closes(self, tmp_path: Path) -> None:
        """The command, then its kernel, then by a person: each time nobody is left, and at last the period closes."""
        self.is_let_go(tmp_path, self.kill_the_command(tmp_path, 0))
        self.is_let_go(tmp_path, self.kill_the_kernel(tmp_path, 0))
        self.ends_well(tmp_path, self.stop_the_command(tmp_path, 1))

    @pytest.mark.long
    @pytest.mark.parametrize("moment", MOMENTS)
    def test_killing_the_command_takes_the_kernel_along(self, tmp_path: Path, moment: int) -> None:
        self.ends_well(tmp_path, self.kill_the_command(tmp_path, moment))

    @pytest.mark.long
    @pytest.mark.parametrize("moment", MOMENTS)
    def test_killing_the_kernel_ends_the_command_with_a_message(self, tmp_path: Path, moment: int) -> None:
        self.ends_well(tmp_path, self.kill_the_kernel(tmp_path, moment))

    @pytest.mark.long
    @pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
    def test_a_person_may_stop_the_command(self, tmp_path: Path, sent: signal.Signals) -> None:
        self.ends_well(tmp_path, self.stop_the_command(tmp_path, 1, sent))
