"""The secrets of a shared history, found like every other one: by name, for the workspace instead of a company."""

from __future__ import annotations

from pathlib import Path

from etl.trust.secrets import Whose, find_secret

_WORKSPACE = "_workspace"   # no company can have this id


def shared_secret(root: Path, name: str, what: str) -> str:
    """From TIMEBOOKS_SECRET_<NAME>, mappings/_workspace/private/<name>.secret or the keyring. Raises SettingsError."""
    whose = Whose(_WORKSPACE, name, root / "mappings" / _WORKSPACE / "private", what="shared history", content=what)
    return find_secret(whose).opened()
