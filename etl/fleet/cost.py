"""What one run cost its process: CPU time of its own and of its children, time on the clock, the highest memory."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

try:
    import resource
except ImportError:   # Windows
    resource = None   # type: ignore[assignment]

_CLEAR, _STATUS = Path("/proc/self/clear_refs"), Path("/proc/self/status")
_FORGET_PEAK = "5"   # Linux: the highest memory begins anew


class Cost:
    """Counted from its construction on."""

    def __init__(self) -> None:
        with suppress(OSError):
            _CLEAR.write_text(_FORGET_PEAK, encoding="ascii")
        self._cpu, self._clock = _cpu_seconds(), time.monotonic()

    def words(self) -> dict[str, int]:
        """`cpu_ms`, `wall_ms` and `peak_mib` until now; of the memory, where the system tells it (else 0)."""
        return {"cpu_ms": round((_cpu_seconds() - self._cpu) * 1000),
                "wall_ms": round((time.monotonic() - self._clock) * 1000), "peak_mib": _peak_mib()}


def _cpu_seconds() -> float:
    seconds = time.process_time()
    if resource is not None:
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds += children.ru_utime + children.ru_stime
    return seconds


def _peak_mib() -> int:
    with suppress(OSError, ValueError, IndexError):
        text = _STATUS.read_text(encoding="ascii", errors="replace")
        return int(text.split("VmHWM:", 1)[1].split()[0]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024 if resource is not None else 0
