"""What the machine under this process has: its memory, the most that the process has held of it, and who cleans it."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import resource
except ImportError:   # Windows
    resource = None   # type: ignore[assignment]


def memory_bytes() -> int:
    """The memory of this machine; 0 where the system does not tell."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return 0


def peak_mib() -> int:
    """The most memory this process has held since its program began; 0 where the system does not tell.

    getrusage counts what the process was before that too, a copy of the one that started it.
    """
    with suppress(OSError, ValueError, IndexError):
        text = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        return int(text.split("VmHWM:", 1)[1].split()[0]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024 if resource is not None else 0


@contextmanager
def no_search_for_cycles() -> Iterator[None]:
    """While texts are read into trees, freed as they are used: to search a million objects for cycles finds nothing."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
