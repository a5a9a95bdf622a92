"""Init: a new workspace, with the practice company where asked."""

from __future__ import annotations

import shutil
from pathlib import Path

from etl.errors import StoreError
from etl.shipped import shipped
from etl.steps.outcome import Outcome
from etl.workspace import Workspace

SAMPLE, SAMPLE_PERIOD_END = "sandbox-studio", "2026-11-22"
NOTEBOOKS = ("week.ipynb", "history.ipynb")  # what a person opens; the stage notebooks run from the package


def init(folder: Path, *, with_sample: bool) -> Outcome:
    """A folder with mappings/, data/inbox/ and reports/; again is a no-op. Nothing that exists is overwritten.

    With the sample: the practice company's settings, cross-references and export, and the notebook for analysts.
    """
    workspace = Workspace(folder.resolve())
    try:
        for part in ("mappings", "data/inbox", "reports", "notebooks"):
            (workspace.root / part).mkdir(parents=True, exist_ok=True)
        copied = _copy_sample(workspace) if with_sample else 0
        for name in NOTEBOOKS:
            _copy_new(shipped("notebooks") / name, workspace.root / "notebooks" / name)
    except OSError as error:
        raise StoreError(
            "NOT_WRITABLE",
            what=f"The workspace cannot be made: {error.strerror}",
            where=str(error.filename or folder),
            fix="Choose a folder you may write to.",
        ) from None
    week = f"timebooks --workspace {folder} week --company {SAMPLE} --period-end {SAMPLE_PERIOD_END}"
    return Outcome(
        title=f"workspace ready in {folder}",
        facts=(("new files of the practice company", str(copied)),) if with_sample else (),
        next_step=week if with_sample else "put company.toml and the cross-references into mappings/<company>/",
    )


def _copy_sample(workspace: Workspace) -> int:
    count = 0
    for source, target in (
        (shipped("mappings") / SAMPLE, workspace.mappings(SAMPLE)),
        (shipped("inbox") / SAMPLE, workspace.inbox(SAMPLE)),
    ):
        for path in sorted(source.rglob("*")):
            if path.is_file():
                count += _copy_new(path, target / path.relative_to(source), private="private" in path.parts)
    return count


def _copy_new(source: Path, target: Path, *, private: bool = False) -> bool:
    if target.exists():
        return False
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700 if private else 0o755)
    shutil.copyfile(source, target)
    target.chmod(0o600 if private else 0o644)
    return True
