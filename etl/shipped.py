"""What ships beside the code: stage notebooks, suites, sample mappings; from a wheel or a checkout alike."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

_IN_CHECKOUT = {"inbox": "data/inbox"}


def shipped(name: str) -> Path:
    """The shipped folder `notebooks`, `expectations`, `mappings` or `inbox` (the sample's exports)."""
    package = Path(str(files("etl")))
    inside = package / "_shipped" / name
    return inside if inside.is_dir() else package.parent / _IN_CHECKOUT.get(name, name)
