"""What ships beside the code: stage notebooks, suites, sample mappings; from a wheel or a checkout alike."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def shipped(name: str) -> Path:
    """The shipped folder `notebooks`, `expectations` or `mappings`."""
    inside = Path(str(files("etl"))) / "_shipped" / name
    return inside if inside.is_dir() else Path(str(files("etl"))).parent / name
