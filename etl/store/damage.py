"""What is wrong with a stored file, as a finding of verify or as the error that stops a run; or what only waits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from etl.errors import DamageError
from etl.workspace import Workspace

FIX = ("Change nothing here. Run timebooks verify for the whole list, then timebooks verify --repair where it is the "
       "entries of a pull, and restore anything else from the backup.")


@dataclass(frozen=True)
class Finding:
    """One stored file that is missing, changed or extra. `file` is relative to the workspace, "/" between parts."""

    file: str
    record: int | None   # number of the audit-log record that names it
    what: str
    waits: bool = False   # nothing is damaged: a run died here, and the next one finishes or sweeps it

    @property
    def where(self) -> str:
        """File and record, as an error message names them."""
        return self.file if self.record is None else f"{self.file} (audit log record {self.record})"

    def error(self) -> DamageError:
        """The same as the error that stops a run."""
        return DamageError("DAMAGE", what=self.what, where=self.where, fix=FIX)


def finding(workspace: Workspace, path: Path, what: str, record: int | None = None) -> Finding:
    """A finding about one file of this workspace."""
    return Finding(shown(workspace, path), record, what)


def waiting(workspace: Workspace, path: Path, what: str, record: int | None = None) -> Finding:
    """Something a run that died left for the next one."""
    return Finding(shown(workspace, path), record, what, waits=True)


def shown(workspace: Workspace, path: Path) -> str:
    """The path as messages show it: relative to the workspace, "/" between parts."""
    return path.relative_to(workspace.root).as_posix()
