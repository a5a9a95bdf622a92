"""The real command under strace: the k-th call of a kind is answered with SIGKILL, wherever it comes from."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.cli.command import ROOT
from tests.faults import tiny
from tests.programs import program

CALLS = ("fsync", "fdatasync", "rename", "renameat", "renameat2", "link", "linkat")
WEEK = ("week", "--company", tiny.COMPANY, "--period-end", tiny.PERIOD_END.isoformat(), "--no-notebooks")
KILLED = 128 + 9, -9


def traced(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """The real week under strace with these options."""
    command = [sys.executable, "-c", "from etl.cli import main; main()", "--workspace", str(root), *WEEK]
    return subprocess.run([program("strace"), "-f", "-qq", *options, "--", *command],
                          capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False)


def killed_at(root: Path, call: str, k: int, only: tuple[str, ...] = ()) -> bool:
    """Whether the week died at the k-th such call (from 1) of one of its threads; False: it made fewer and ended.

    `only`: calls on these files count, no others.
    """
    paths = [option for name in only for option in ("-P", str(root / name))]
    done = traced(root, "-o", os.devnull, *paths, "-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={k}")
    assert done.returncode in (0, *KILLED), done.stderr
    return done.returncode != 0


def calls_of(root: Path, log: Path) -> list[tuple[str, str]]:
    """Every such call of an undisturbed week in order, with its arguments as strace shows them."""
    done = traced(root, "--seccomp-bpf", "-y", "-o", str(log), "-e", f"trace={','.join(CALLS)}")
    assert done.returncode == 0, done.stderr
    lines = [line.split(maxsplit=1)[1] for line in log.read_text(encoding="utf-8").splitlines() if "(" in line]
    return [(line.partition("(")[0], line.partition("(")[2]) for line in lines]
