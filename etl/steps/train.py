"""Begin a role's training: its practice company and its notebook, in a workspace of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

from etl.disk import told
from etl.sandbox.training.kinds import ROLES, kinds_of
from etl.shipped import shipped
from etl.steps.errors_notebook import NAME
from etl.steps.outcome import Outcome
from etl.steps.training import SEAL, home_of, new_training, role_of


def trainings() -> Outcome:
    """Every training there is."""
    return Outcome(
        title=f"{len(ROLES)} trainings, and one on the codes (errors.ipynb) beside each",
        headings=("role", "kinds of mistakes", "notebook"),
        rows=tuple((role, len(kinds_of(role)), f"training/{role}.ipynb") for role in ROLES),
        next_step="timebooks sandbox train --role bookkeeper")


def train(role: str, *, seed: int = 7, mistakes: int = 12, workspace: str | Path | None = None) -> Outcome:
    """The practice company where it is not there yet, and the notebooks beside it; a notebook in use is left alone."""
    role = role_of(role)
    root = home_of(workspace, role)
    if not (root / SEAL).is_file():
        new_training(root, seed=seed, count=mistakes, role=role)
    folder = root / "notebooks"
    with told("copy the notebooks", folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name in (role, NAME):
            if not (folder / f"{name}.ipynb").exists():
                shutil.copyfile(shipped("notebooks") / "training" / f"{name}.ipynb", folder / f"{name}.ipynb")
    return Outcome(
        title=f"the training of the {role.replace('_', ' ')} is ready",
        facts=(("workspace", str(root)), ("notebook", str(folder / f"{role}.ipynb"))),
        next_step=f"jupyter lab {folder / f'{role}.ipynb'}")
