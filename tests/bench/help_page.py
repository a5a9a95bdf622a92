"""The first screen of help, from a shell's enter to the end of the process, against Python with the same library of commands."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from tests.bench.told import Line, told

BUDGET_SECONDS = 0.3
OURS = (str(Path(sys.executable).with_name("timebooks")), "--help")
PEER = (sys.executable, "-c", "import typer.main")


def seconds(command: tuple[str, ...]) -> float:
    """One process from begin to end."""
    began = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    took = time.monotonic() - began
    if command is OURS and "explain" not in done.stdout:
        raise SystemExit("timebooks --help does not show its commands")
    return took


def run(runs: int, count: int = 4) -> Line:
    """`count` processes of each side a run, interleaved; medians over all."""
    seconds(OURS)   # the compiled modules are on the page cache from here on
    ours, theirs = [], []
    for _ in range(runs * count):
        ours.append(seconds(OURS))
        theirs.append(seconds(PEER))
    return told("help_page", ours, theirs, None, budget_seconds=BUDGET_SECONDS)
