"""What ships beside the code: notebooks, suites of expectations, documents; from a wheel or a checkout alike."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from pathlib import Path

from etl.errors import SettingsError


def shipped(name: str) -> Path:
    """The shipped folder `notebooks`, `expectations` or `docs`; README and changelog lie beside the last one."""
    package = Path(str(files("etl")))
    inside = package / "_shipped" / name
    return inside if inside.is_dir() else package.parent / name


def refuse_changed(path: Path) -> None:
    """Nothing, where a shipped notebook is the one of its release; otherwise SettingsError NOTEBOOK_CHANGED."""
    sums = path.with_name("SHA256SUMS")
    listed = sums.read_text(encoding="ascii").splitlines() if sums.is_file() else []
    if f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" not in listed:
        raise SettingsError(
            "NOTEBOOK_CHANGED",
            what=f"{path.name} is not the notebook of this release",
            where=str(path),
            fix="Install Timebooks again; change copies of your own, such as those that timebooks init writes.",
        )
