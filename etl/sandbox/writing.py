"""A practice company's files in a workspace; nothing that exists is overwritten."""

from __future__ import annotations

from pathlib import Path

from etl.errors import RefusedError
from etl.sandbox.company import Company
from etl.sandbox.crossrefs import mapping_files, origin
from etl.sandbox.week import make_week
from etl.workspace import Workspace


def write_company(workspace: Workspace, company: Company, weeks: int = 1, *, first: int = 0) -> int:
    """Settings, cross-references and the exports of the first `weeks` weeks, from `first` on; how many files are new.

    Raises RefusedError SANDBOX_TAKEN where the company's folder was made from another seed or first day.
    """
    folder, inbox = workspace.mappings(company.id), workspace.inbox(company.id)
    settings = folder / "company.toml"
    if settings.exists() and origin(company) not in settings.read_text(encoding="utf-8", errors="replace").splitlines():
        raise RefusedError(
            "SANDBOX_TAKEN",
            what=f"{company.id} is there already, made otherwise; the first line of its company.toml would be "
            f"{origin(company)!r}",
            where=str(settings),
            fix="Use the seed and first day it was made from, or a new folder.",
        )
    new = 0
    for name, content in mapping_files(company).items():
        new += _write_new(folder / name, content, is_private=name.startswith("private/"))
    for week in range(first, weeks):
        for name, content in make_week(company, week).files.items():
            new += _write_new(inbox / name, content)
    return new


def _write_new(path: Path, content: bytes, *, is_private: bool = False) -> bool:
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    if is_private:
        path.parent.chmod(0o700)
        path.touch(0o600)
    path.write_bytes(content)
    return True
