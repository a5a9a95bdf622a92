"""Keep executed notebooks as runs: immutable, with their own digests, outside the batch folder."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from etl.store import files
from etl.workspace import Workspace


def keep_run(workspace: str | Path, company: str, period_end: date, notebooks: Mapping[str, bytes]) -> Path:
    """The folder reports/<company>/<period>/runs/<instant>-<process>/ with every executed notebook and digests.json."""
    runs = Workspace(Path(workspace).resolve()).runs(company, period_end)
    folder = runs / f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{os.getpid()}"
    files.make_folder(folder)
    digests = {}
    for name, content in sorted(notebooks.items()):
        files.write_new(folder / name, content)
        digests[name] = files.sha256_bytes(content)
    files.write_new(folder / "digests.json", (json.dumps(digests, indent=1, sort_keys=True) + "\n").encode())
    return folder
