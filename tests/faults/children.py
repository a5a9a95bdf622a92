"""Run a piece of work in a child process of its own, and hear how it ended."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable

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
