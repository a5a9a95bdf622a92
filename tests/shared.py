"""Where the shared samples and real time logs lie; absent on a laptop, required on CI."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[1].parent / "shared"


def shared(name: str) -> Path:
    """The folder or file below ../shared; without it the test skips, on CI (TIMEBOOKS_REQUIRE_SHARED=1) it fails."""
    path = SHARED / name
    if not path.exists():
        if os.environ.get("TIMEBOOKS_REQUIRE_SHARED") == "1":
            pytest.fail(f"../shared/{name} is missing; link the shared folder beside the project")
        pytest.skip(f"../shared/{name} is not here: real samples are read from there and never copied")
    return path
