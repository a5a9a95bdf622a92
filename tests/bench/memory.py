"""The most memory this process has had."""

from __future__ import annotations

import resource
from contextlib import suppress
from pathlib import Path


def peak_mib() -> int:
    """Since its program began: what getrusage tells counts what the process was before, a copy of the one that started it."""
    with suppress(OSError, ValueError, IndexError):
        text = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        return int(text.split("VmHWM:", 1)[1].split()[0]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
