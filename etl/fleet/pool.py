"""A crew of processes on this machine: started anew, kept warm, ended when they take too long, replaced when they die.

They hear and say lines of JSON over pipes; nothing is pickled.
"""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from etl.errors import SettingsError, StoreError
from etl.fleet.words import ANSWER, LOST, READY, Event, Order, database_mib, heard, spoken
from etl.machine import memory_bytes

COMMAND = [sys.executable, "-I", "-m", "etl.fleet.child"]
_GRACE_SECONDS = 10   # after its own alarm clock, then it is ended from here
_DEAD_STARTS = 3      # processes that die before they are ready, one after another


@dataclass
class _Worker:
    process: subprocess.Popen[str]
    is_ready: bool = False
    ends_at: float = 0.0   # of the order it works on

    def say(self, do: str, words: Sequence[object]) -> None:
        with suppress(OSError, ValueError):   # it has just died: its end is heard in a moment
            assert self.process.stdin is not None
            self.process.stdin.write(spoken({"do": do, "words": list(words)}) + "\n")
            self.process.stdin.flush()


class Pool:
    """So many processes; each one proves first that it fits."""

    def __init__(self, count: int, greeting: Sequence[str | int]) -> None:
        self._memory = database_mib(memory_bytes() / count)
        self._greeting, self._heard = greeting, queue.Queue[tuple[str, str | None]]()
        self._workers: dict[str, _Worker] = {}
        self._started = self._dead_starts = 0
        for _ in range(count):
            self._start()

    def _start(self) -> None:
        self._started += 1
        name = f"worker {self._started}"
        process = subprocess.Popen(  # noqa: S603 - this very Python, a module of ours
            COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            encoding="ascii",
            env={**os.environ, "GX_ANALYTICS_ENABLED": "false"})
        self._workers[name] = _Worker(process)
        threading.Thread(target=self._listen, args=(name, process), daemon=True).start()
        self._workers[name].say("greet", self._greeting)

    def _listen(self, name: str, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with suppress(OSError, ValueError):
            for line in process.stdout:
                self._heard.put((name, line))
        self._heard.put((name, None))

    def workers(self) -> Sequence[str]:
        """Who has proven to fit."""
        return [name for name, worker in self._workers.items() if worker.is_ready]

    def memory_mib(self, worker: str) -> int:  # noqa: ARG002 - all have the same share
        """What its database may take."""
        return self._memory

    def give(self, worker: str, order: Order) -> None:
        """Let it begin."""
        one = self._workers[worker]
        one.ends_at = time.monotonic() + order.seconds + _GRACE_SECONDS
        one.say("run", order.words())

    def wait(self, seconds: float) -> list[Event]:
        """What happened, waited for no longer than this."""
        events: list[Event] = []
        with suppress(queue.Empty):
            events += self._event(*self._heard.get(timeout=seconds))
            while True:
                events += self._event(*self._heard.get_nowait())
        for worker in self._workers.values():
            if worker.ends_at and worker.ends_at < time.monotonic():
                worker.process.kill()
        return events

    def _event(self, name: str, line: str | None) -> list[Event]:
        worker = self._workers.get(name)
        if worker is None:
            return []
        if line is None:
            return [self._died(name, worker)]
        said, was_ready = heard(line), worker.is_ready
        if was_ready:
            worker.ends_at = 0.0
            return [Event(ANSWER, name, answer=said)]
        if said:
            raise SettingsError(str(said["code"]), what=f"A worker on this machine does not fit: {said['what']}",
                                where=str(self._greeting[0]),
                                fix="End what changes the installation or the workspace, then run again.")
        worker.is_ready, self._dead_starts = True, 0
        return [Event(READY, name)]

    def _died(self, name: str, worker: _Worker) -> Event:
        code = worker.process.wait()
        del self._workers[name]
        if not worker.is_ready:
            self._dead_starts += 1
            if self._dead_starts >= _DEAD_STARTS:
                raise StoreError(
                    "FLEET_WORKERS", what=f"The workers of this fleet die at their start (exit code {code})",
                    where="this machine", fix="Free memory or give a lower --workers, then run again: what is done "
                                              "stays done.")
        self._start()
        return Event(LOST, name, f"the process of the worker ended ({_ended(code)})")

    def close(self) -> None:
        """End them all, and wait until they are gone."""
        for worker in self._workers.values():
            worker.process.kill()
        for worker in self._workers.values():
            worker.process.wait()
            for pipe in (worker.process.stdin, worker.process.stdout):
                with suppress(OSError):
                    if pipe is not None:
                        pipe.close()
        self._workers.clear()


def _ended(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
