"""Places and devices kept apart from the landing, until the day in the name of their file."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

from etl.store import files
from etl.workspace import Workspace

_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})-[a-z0-9_-]+\.csv", re.ASCII)


def set_apart(workspace: Workspace, company: str, pull_id: str, content: bytes, until: date) -> Path:
    """The file with what a pull told of places and devices; it is deleted after `until`."""
    folder = workspace.places(company)
    files.make_folder(folder)
    path = folder / f"{until}-{pull_id}.csv"
    if not path.exists():
        files.publish_new(path, content)
    return path


def kept_until(today: date, days: int) -> date:
    """The last day on which something received today is kept."""
    return today + timedelta(days=days)


def purge(workspace: Workspace, company: str, today: date) -> list[str]:
    """The names of the files whose day has passed; they are deleted."""
    folder = workspace.places(company)
    if not folder.is_dir():
        return []
    due = [path for path in files.listed(folder)
           if (match := _NAME.fullmatch(path.name)) and date.fromisoformat(match[1]) < today]
    for path in due:
        files.remove(path)
    return [path.name for path in due]
