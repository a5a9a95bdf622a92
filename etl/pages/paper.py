"""A page as a PDF, printed by the Chromium of this machine, without a network."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from etl.errors import SettingsError, StoreError

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
_SECONDS = 120


def print_pages(pages: dict[Path, Path]) -> None:
    """Each HTML file as the PDF named for it. Raises SettingsError PDF_PROGRAM, StoreError PDF_FAILED."""
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        raise SettingsError(
            "PDF_PROGRAM", what="Nothing on this machine prints a page as a PDF", where="PATH",
            fix="Install Chromium, or open the HTML pages in a browser and print them.")
    is_root = getattr(os, "geteuid", lambda: 1)() == 0   # a container's only account has no sandbox of its own
    for page, paper in pages.items():
        with tempfile.TemporaryDirectory(prefix="tb-") as private:
            command = [
                program, "--headless", "--disable-gpu", "--disable-background-networking", "--no-first-run",
                f"--user-data-dir={private}", *(["--no-sandbox"] if is_root else []), "--no-pdf-header-footer",
                f"--print-to-pdf={paper.resolve()}", page.resolve().as_uri()]
            try:
                subprocess.run(command, check=True, capture_output=True, timeout=_SECONDS)  # noqa: S603 - no shell
            except (OSError, subprocess.SubprocessError):
                paper.unlink(missing_ok=True)
        if not paper.is_file():
            raise StoreError("PDF_FAILED", what="The page could not be printed as a PDF", where=str(page),
                             fix="Open the page in a browser and print it.")
