"""Work that a thread does beside the reading of further pages: one piece at a time, in order."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec

Given = ParamSpec("Given")


class Beside:
    """At most one piece of work is under way; what it raises is raised by the next call."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._thread: ThreadPoolExecutor | None = None
        self._work: Future[object] | None = None

    def begin(self, work: Callable[Given, object], *given: Given.args, **named: Given.kwargs) -> None:
        """Begin a piece of work once the one before is done."""
        self.wait()
        self._thread = self._thread or ThreadPoolExecutor(1, self._name)
        self._work = self._thread.submit(work, *given, **named)

    def wait(self) -> None:
        """Until the work under way is done."""
        work, self._work = self._work, None
        if work is not None:
            work.result()

    def end(self) -> None:
        """Let go of the thread; what is under way is done first, and what it raises is not told."""
        if self._thread is not None:
            self._thread.shutdown()
            self._thread = self._work = None
