"""The line of JSON that a benchmark tells, and the budgets it may break."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

Line = Mapping[str, object]


def told(
    name: str, ours: Sequence[float], theirs: Sequence[float], budget: float | None, **more: object
) -> dict[str, object]:
    """Medians of the seconds of both sides, their ratio, the ratio that must not be passed, and what else is to say.

    `peak_mib` with `budget_mib` beside it is a budget of memory; `budget_seconds` one of our own seconds.
    """
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


def over_budget(line: Line) -> str:
    """Why a line breaks a budget, in words; empty where it breaks none."""
    broken = []
    if line["budget"] is not None and float(str(line["ratio"])) > float(str(line["budget"])):
        broken.append(f"{line['ratio']} x its peer, the budget is {line['budget']} x")
    for budget, figure, words in (
        ("budget_seconds", "ours", "s"),
        ("budget_ms", "ours", "ms"),
        ("budget_mib", "peak_mib", "MiB of memory"),
    ):
        if line.get(budget) is not None and float(str(line[figure])) > float(str(line[budget])):
            broken.append(f"{line[figure]} {words}, the budget is {line[budget]} {words.partition(' ')[0]}")
    return f"{line['name']}: {'; '.join(broken)}" if broken else ""
