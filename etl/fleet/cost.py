"""What one run cost its process: CPU time of its own and of its children, time on the clock, the highest memory."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

from etl.machine import peak_mib

try:
    import resource
except ImportError:   # Windows
    resource = None   # type: ignore[assignment]

_CLEAR = Path("/proc/self/clear_refs")
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
                "wall_ms": round((time.monotonic() - self._clock) * 1000), "peak_mib": peak_mib()}


def _cpu_seconds() -> float:
    seconds = time.process_time()
    if resource is not None:
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds += children.ru_utime + children.ru_stime
    return seconds
