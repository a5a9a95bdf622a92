"""What ships beside the code: notebooks and suites of expectations; from a wheel or a checkout alike."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def shipped(name: str) -> Path:
    """The shipped folder `notebooks` or `expectations`."""
    package = Path(str(files("etl")))
    inside = package / "_shipped" / name
    return inside if inside.is_dir() else package.parent / name
