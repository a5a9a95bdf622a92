"""Documents: whether each row of attachments.csv still has its file, unchanged and in force."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any

from etl.errors import EtlError
from etl.mapping.load import load_mappings
from etl.settings import read_settings
from etl.steps.outcome import Outcome
from etl.steps.run import place_of, read_day
from etl.store import files

Found = tuple[str, str, str, str]  # whose, kind, state, what was found
BROKEN, EXPIRED = ("broken", "changed"), "expired"


def attachments(workspace: str | Path | None, company: str, day: str | date | None = None) -> Outcome:
    """Every document of a company on a day, by default today. Exit code 1 where one is not as entered, or expired."""
    place, on = place_of(workspace), read_day(day) if day else datetime.now(UTC).date()
    folder = place.mappings(company)
    days = read_settings(folder / "company.toml", company).contractors.expiry_days
    rows = load_mappings(folder, company).rows("map_attachments")
    found = list(documents_found(folder, rows, on, days))
    broken = [state for _, _, state, _ in found if state in BROKEN]
    expired = [state for _, _, state, _ in found if state == EXPIRED]
    return Outcome(
        title=f"{len(found)} document(s) on {on}: {len(broken)} not as entered, {len(expired)} expired",
        headings=("whose", "kind", "state", "what was found"),
        rows=tuple(found),
        next_step="put the files back or enter the new ones in attachments.csv" if broken or expired else "",
        exit_code=1 if broken or expired else 0,
    )


def documents_found(folder: Path, rows: list[dict[str, Any]], on: date, expiry_days: int) -> Iterator[Found]:
    """One row per attachment: ok, broken (no such file), changed (another digest), expired, expires, not yet valid."""
    for row in rows:
        state, said = _state(folder, row, on, expiry_days)
        yield f"{row['owner_type']} {row['owner']}", row["kind"], state, said


def _state(folder: Path, row: Mapping[str, Any], on: date, expiry_days: int) -> tuple[str, str]:
    path = _inside(folder, row["path"])
    if path is None:
        return "broken", f"{row['path']} is no plain file below the company's folder"
    try:
        digest = files.sha256_file(path)
    except (OSError, EtlError):
        return "broken", f"{row['path']} cannot be read"
    if digest != row["sha256"]:
        return "changed", f"{row['path']} has the digest {digest[:12]}, entered was {row['sha256'][:12]}"
    if row["valid_from"] is not None and on < row["valid_from"]:
        return "not yet valid", f"valid from {row['valid_from']}"
    expires = row["expires_on"]
    if expires is not None and expires < on:
        return EXPIRED, f"expired on {expires}"
    if expires is not None and expires <= on + timedelta(days=expiry_days):
        return "expires", f"expires on {expires}"
    return "ok", row["path"]


def _inside(folder: Path, text: str) -> Path | None:
    """The plain file that a row names; None where it leaves the company's folder, is a link, or is not there."""
    parts = PurePosixPath(text)
    if parts.is_absolute() or ".." in parts.parts or "\\" in text or ":" in text:
        return None
    path = folder / parts
    is_there = path.is_file() and not path.is_symlink()
    return path if is_there and os.path.realpath(path).startswith(os.path.realpath(folder) + os.sep) else None
