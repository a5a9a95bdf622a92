"""A Dask cluster of processes on this machine, as an administrator would keep one: whoever ends is started again."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil

DASK = [str(Path(sys.executable).with_name("dask"))]
QUIET = {"DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False"}


class Cluster:
    """A scheduler and so many workers with one thread each. A worker's process is its nanny's child."""

    def __init__(self, folder: Path, port: int, workers: int) -> None:
        self.folder, self.port, self.address = folder, port, f"tcp://127.0.0.1:{port}"
        folder.mkdir(parents=True, exist_ok=True)
        self._over, self.killed, self.restarted = threading.Event(), 0, 0
        self._scheduler = self._start_scheduler()
        self._nannies = [self._start_worker() for _ in range(workers)]
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        self._keeper.start()

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.folder / "cluster.log").open("ab") as log:
            return subprocess.Popen([*DASK, *arguments], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                    env={**os.environ, **QUIET}, cwd=self.folder)

    def _start_scheduler(self) -> subprocess.Popen[bytes]:
        return self._start("scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard")

    def _start_worker(self) -> subprocess.Popen[bytes]:
        return self._start("worker", self.address, "--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1",
                           "--local-directory", str(self.folder), "--death-timeout", "30")

    def _keep(self) -> None:
        while not self._over.wait(0.3):
            if self._scheduler.poll() is not None:
                self._scheduler = self._start_scheduler()
            self._nannies = [nanny if nanny.poll() is None else self._start_worker() for nanny in self._nannies]

    def working(self) -> list[psutil.Process]:
        """The processes that run company-periods now."""
        found = []
        for nanny in self._nannies:
            with suppress(psutil.Error):
                found += [child for child in psutil.Process(nanny.pid).children(recursive=True)
                          if "spawn_main" in " ".join(child.cmdline())]
        return found

    def kill_a_worker(self, dice: random.Random) -> None:
        """SIGKILL to one of them, whatever it is doing."""
        there = self.working()
        if there:
            with suppress(psutil.Error):
                dice.choice(there).send_signal(signal.SIGKILL)
                self.killed += 1

    def restart_scheduler(self) -> None:
        """SIGKILL to the scheduler; the keeper starts another one."""
        self._scheduler.kill()
        self._scheduler.wait()
        self.restarted += 1

    def close(self) -> None:
        self._over.set()
        self._keeper.join()
        for process in [self._scheduler, *self._nannies]:
            with suppress(psutil.Error):
                for child in psutil.Process(process.pid).children(recursive=True):
                    child.kill()
            process.kill()
            process.wait()


class Chaos:
    """While a fleet runs: a worker killed every so many seconds, the scheduler once after the first few."""

    def __init__(self, cluster: Cluster, every: float, seed: int) -> None:
        self._cluster, self._every, self._dice = cluster, every, random.Random(seed)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        turns = 0
        while not self._over.wait(self._every):
            turns += 1
            if turns == 2:
                self._cluster.restart_scheduler()
            else:
                self._cluster.kill_a_worker(self._dice)

    def __enter__(self) -> Chaos:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


def free_port() -> int:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def wait_for(what, seconds: float) -> bool:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if what():
            return True
        time.sleep(0.1)
    return False
