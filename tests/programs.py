"""Programs of the system that tests use as judges or tools; absent on a laptop, required on CI."""

from __future__ import annotations

import os
import shutil
import tempfile
from functools import cache

import pytest


def program(*names: str) -> str:
    """Where the first of these is; without any the test skips, on CI (TIMEBOOKS_REQUIRE_SHARED=1) it fails."""
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        if os.environ.get("TIMEBOOKS_REQUIRE_SHARED") == "1":
            pytest.fail(f"{names[0]} is missing; make tools installs it")
        pytest.skip(f"{names[0]} is not here (make tools installs it)")
    return found


def office() -> list[str]:
    """LibreOffice without a screen; its profile takes seconds to make, so one serves this process."""
    return [program("soffice", "libreoffice"), f"-env:UserInstallation=file://{_profile().name}", "--headless"]


@cache
def _profile() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="timebooks-office-")
