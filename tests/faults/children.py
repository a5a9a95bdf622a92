"""Run a piece of work in a child process of its own, and hear how it ended."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from etl.cli import main

KILLED = -signal.SIGKILL


def in_child(work: Callable[[], object]) -> int:
    """The exit code of a forked child that did the work: 0, 1 for an error that is shown, or minus the signal."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            sys.stdout.flush()
            work()
            code = 0
        except BaseException:  # noqa: BLE001 - the child ends here, whatever happened
            traceback.print_exc()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


class KillSelf:
    """A hook of `files.watched`: the process gets SIGKILL right before its k-th step (from 0)."""

    def __init__(self, k):
        self.k, self.count = k, 0

    def __call__(self, name, path):
        if self.count == self.k:
            os.kill(os.getpid(), signal.SIGKILL)
        self.count += 1


@dataclass(frozen=True)
class Told:
    """How a command ended in a child, and what it told."""

    code: int
    facts: str
    talk: str

    @property
    def problem(self) -> str:
        """The code of the error it ended with, as its last line names it."""
        return self.talk.rpartition("code:")[2].strip() if "code:" in self.talk else ""


def command(root: Path, *arguments: str, before: Callable[[], object] = lambda: None) -> Told:
    """`timebooks` as a person types it, in a forked child; `before` happens in the child first."""
    with tempfile.TemporaryFile() as facts, tempfile.TemporaryFile() as talk:

        def work() -> None:
            os.dup2(facts.fileno(), 1)
            os.dup2(talk.fileno(), 2)
            sys.stdout, sys.stderr = os.fdopen(1, "w", closefd=False), os.fdopen(2, "w", closefd=False)
            sys.argv = ["timebooks", "--workspace", str(root), *arguments]
            before()
            try:
                main()
            except SystemExit as stop:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(stop.code if isinstance(stop.code, int) else 99)

        code = in_child(work)
        facts.seek(0)
        talk.seek(0)
        return Told(code, facts.read().decode(), talk.read().decode())
