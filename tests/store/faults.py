"""Ways to let a step on a file go wrong: the process dies there, the disk is full there, the power goes there."""

from __future__ import annotations

import errno
import os


class Killed(BaseException):
    """The process is dead; nothing in it can clean up."""


class KillAt:
    """Dies before the k-th step (from 0) and lets nothing happen afterwards; counts the steps."""

    def __init__(self, k=None):
        self.k, self.count, self.steps = k, 0, []

    def __call__(self, name, path):
        if self.k is not None and self.count >= self.k:
            raise Killed
        self.count += 1
        self.steps.append((name, path))


class FailAt:
    """Raises an OSError at the k-th step of these kinds, or at all from the k-th on; counts the steps."""

    def __init__(self, k, number, *, names=("open", "write", "fsync", "mkdir", "link", "rename"), lasting=False):
        self.k, self.number, self.names, self.lasting, self.count, self.raised = k, number, names, lasting, 0, False

    def __call__(self, name, path):
        if name not in self.names:
            return
        now, self.count = self.count, self.count + 1
        if now == self.k or (self.lasting and now > self.k):
            self.raised = True
            raise OSError(self.number, os.strerror(self.number))


class OtherDisk:
    """reports/ lies on another file system: only a copy that was just synced there can be renamed into it."""

    def __init__(self):
        self.last = ("", "")

    def __call__(self, name, path):
        just_synced = self.last[0] == "fsync" and (self.last[1].name.startswith(".staging-") or
                                                   self.last[1].parent.name == "reports")
        self.last = (name, path)
        if name == "rename" and "reports" in path.parts and not just_synced:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))


class PowerLossAt(KillAt):
    """Dies before the k-th step, and every file written and not yet synced keeps only half of its bytes."""

    def __init__(self, k=None):
        super().__init__(k)
        self.unsynced = set()

    def __call__(self, name, path):
        if self.k is not None and self.count >= self.k:
            for torn in self.unsynced:
                if torn.is_file():
                    os.truncate(torn, torn.stat().st_size // 2)
            self.unsynced = set()
        super().__call__(name, path)
        if name == "open":
            self.unsynced.add(path)
        elif name == "fsync":
            self.unsynced.discard(path)
