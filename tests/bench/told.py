"""The line of JSON that a benchmark tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

Line = Mapping[str, object]


def told(
    name: str, ours: Sequence[float], theirs: Sequence[float], budget: float | None, **more: object
) -> dict[str, object]:
    """Medians of the seconds of both sides, their ratio, the ratio that must not be passed, and what else is to say."""
    our, their = median(ours), median(theirs)
    return {
        "name": name,
        "ours": round(our, 3),
        "peer": round(their, 3),
        "ratio": round(our / their, 2),
        "budget": budget,
        "spread": round((max(ours) - min(ours)) / our, 2),
        "peak_mib": None,
        **more,
    }
