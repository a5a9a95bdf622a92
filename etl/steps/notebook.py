"""Inside a notebook: errors as what, where, fix instead of a traceback, a bar, a kernel that ends with its parent."""

from __future__ import annotations

import ctypes
import gc
import html
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import walk_tb
from types import TracebackType
from typing import Any

from etl.checks.validate import load_library
from etl.errors import EtlError
from etl.steps.pace import Pace, time_left

_PR_SET_PDEATHSIG, _SIGKILL = 1, 9
_TICK_SECONDS = 0.3


def settle_kernel(parent: int) -> None:
    """Called once in a run's own kernel: it shows errors calmly and dies with `parent`, who started it.

    What the check needs is imported beside the first stages: it takes seconds, and they leave a processor idle.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, _SIGKILL)
        if os.getppid() != parent:  # the parent was gone before the request
            os._exit(1)
    show_errors_calmly()
    threading.Thread(target=_load_ahead, name="timebooks-ahead", daemon=True).start()


def _load_ahead() -> None:
    load_library()
    gc.freeze()  # a million objects that stay are not looked through again at every cleaning


def show_errors_calmly() -> None:
    """In an interactive session, what goes wrong in a step shows what, where, fix. Elsewhere nothing happens."""
    shell = _shell()
    if shell is not None:
        shell.set_custom_exc((Exception,), _calm)


def _shell() -> Any:
    interactive = sys.modules.get("IPython")
    return interactive.get_ipython() if interactive is not None else None


def _calm(
    shell: Any,
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
    tb_offset: int | None = None,
) -> list[str]:
    """Show the error as its message alone; notebook clients and papermill are told by it too.

    What a person's own cell got wrong, outside a run's own kernel, is shown as Python shows it.
    """
    if isinstance(error, EtlError):
        lines = str(error).splitlines()
    elif os.environ.get("TIMEBOOKS_DEBUG") != "1" and (_is_own_kernel() or _is_ours(trace)):
        lines = [
            f"Something unforeseen happened: {kind.__name__}: {next(iter(str(error).splitlines()), '')}",
            "  where: the cell above",
            "  fix:   Start Jupyter with TIMEBOOKS_DEBUG=1, run the cell again and report what it shows.",
            "  code:  UNFORESEEN",
        ]
    else:
        return list(shell.showtraceback((kind, error, trace), tb_offset=tb_offset) or [])
    shell._showtraceback(kind, error, lines)
    return lines


def _is_own_kernel() -> bool:
    """Whether this is the kernel of a run, with nobody in front of it."""
    return os.environ.get("TIMEBOOKS_HOLD_LOCK") == "1"


def _is_ours(trace: TracebackType | None) -> bool:
    """Whether the error came out of a step."""
    ours = str(Path(__file__).resolve().parents[1])
    return any(frame.f_code.co_filename.startswith(ours) for frame, _ in walk_tb(trace))


class WeekBar:
    """A bar over the stages of a run in Jupyter: which one runs, how far the whole is, how long it will take."""

    def __init__(self, pace: Pace, bar: Any) -> None:
        self._pace, self._bar = pace, bar
        self._show("waiting for the cells below", 0, pace.left())

    @contextmanager
    def running(self, stage: str) -> Iterator[None]:
        """While this lasts, the stage runs and the bar moves by the clock; a stage that stops leaves it where it is."""
        began = time.monotonic()
        done = threading.Event()
        mover = threading.Thread(target=self._move, args=(stage, began, done), daemon=True)
        mover.start()
        try:
            yield
        except BaseException:
            done.set()
            mover.join()
            self._show(f"stopped at {stage}", self._pace.passed(), None)
            raise
        done.set()
        mover.join()
        if stage in self._pace.expected:
            self._pace.taken[stage] = round((time.monotonic() - began) * 1000)
            left = self._pace.left()
            self._show(f"{stage} done" if left else "all stages done", self._pace.passed(), left or None)

    def _move(self, stage: str, began: float, done: threading.Event) -> None:
        number = list(self._pace.expected).index(stage) + 1 if stage in self._pace.expected else 0
        while number and not done.is_set():
            elapsed = round((time.monotonic() - began) * 1000)
            what = f"stage {number} of {len(self._pace.expected)}: {stage}"
            self._show(what, self._pace.passed(stage, elapsed), self._pace.left(stage, elapsed))
            done.wait(_TICK_SECONDS)

    def _show(self, what: str, passed: int, left: int | None) -> None:
        self._bar.n = passed
        self._bar.set_description_str(html.escape(what), refresh=False)
        self._bar.set_postfix_str(time_left(left) if left is not None else "", refresh=False)
        self._bar.refresh()


def show_bar(pace: Pace) -> WeekBar | None:
    """The bar, shown below the cell that asks for it; None outside Jupyter and in a run's own kernel."""
    if getattr(_shell(), "kernel", None) is None or _is_own_kernel():
        return None
    from tqdm.notebook import tqdm  # noqa: PLC0415 - only a person in front of Jupyter needs it

    bar = tqdm(total=pace.total, bar_format="{desc} {bar} {postfix}")
    bar.container.layout.width = "100%"
    return WeekBar(pace, bar)
