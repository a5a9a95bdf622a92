"""How many examples a dear property is shown: a seeded few in `make test`, many and ever others in `make test-long`."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, settings

_SHORT = {"is_short": False}


def choose(marker_expression: str) -> None:
    """Before any test is collected: whether long sweeps are left out, as `make test` does."""
    _SHORT["is_short"] = marker_expression == "not long"


def examples(sample: int, whole: int, **more: Any) -> settings:
    """The settings of a property whose examples are each a week or more: `sample` in `make test`, else `whole`."""
    quiet = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large]} | more
    if _SHORT["is_short"]:
        return settings(max_examples=sample, derandomize=True, **quiet)
    return settings(max_examples=whole, **quiet)
