"""Run the real command in a process of its own and read what a person reads."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Answer:
    """Exit code, facts and talk of one command."""

    code: int
    facts: str
    talk: str


def timebooks(*arguments: str, workspace: Path, stdin: str = "") -> Answer:
    """The command as a person types it, with --workspace in front."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", "from etl.cli import main; main()", "--workspace", str(workspace), *arguments],
        capture_output=True,
        text=True,
        env=environment,
        cwd=workspace,
        input=stdin,
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr)
