"""Init: a new workspace, with the practice company where asked."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from etl.errors import StoreError
from etl.sandbox.company import Company, make_company
from etl.sandbox.writing import write_company
from etl.shipped import shipped
from etl.steps.outcome import Outcome
from etl.workspace import Workspace

NOTEBOOKS = ("week.ipynb", "audit.ipynb", "history.ipynb")  # what a person opens; the others run from the package


def init(folder: Path, *, with_sample: bool) -> Outcome:
    """A folder with mappings/, data/inbox/ and reports/; again is a no-op. Nothing that exists is overwritten.

    With the sample: the practice company's settings, cross-references and first week of exports.
    """
    with _told_where(folder):
        _make_folders(folder)
        company = make_company()
        new = write_company(Workspace(folder.resolve()), company) if with_sample else 0
    return Outcome(
        title=f"workspace ready in {folder}",
        facts=(("new files of the practice company", str(new)),) if with_sample else (),
        next_step=week_command(folder, company)
        if with_sample
        else "put company.toml and the cross-references into mappings/<company>/",
    )


def new_sandbox(folder: Path, *, seed: int, companies: int, weeks: int) -> Outcome:
    """So many practice companies with so many weeks of exports each; a company that is there gets the weeks it lacks.

    Raises RefusedError SANDBOX_TAKEN where a company of another seed has the folder.
    """
    with _told_where(folder):
        _make_folders(folder)
        made = [make_company(seed, number) for number in range(1, companies + 1)]
        new = [write_company(Workspace(folder.resolve()), company, weeks) for company in made]
    return Outcome(
        title=f"{companies} practice company(s) of seed {seed} in {folder}",
        headings=("company", "people", "first period ends", "last period ends", "new files"),
        rows=tuple(
            (company.id, str(len(company.people)), str(_ends(company, 0)), str(_ends(company, weeks - 1)), str(count))
            for company, count in zip(made, new, strict=True)
        ),
        next_step=week_command(folder, made[0]),
    )


def week_command(folder: Path, company: Company) -> str:
    """The command that runs a practice company's first week."""
    return f"timebooks --workspace {folder} week --company {company.id} --period-end {_ends(company, 0)}"


def _ends(company: Company, week: int) -> date:
    return company.monday(week) + timedelta(days=6)


SAMPLE, SAMPLE_PERIOD_END = make_company().id, str(_ends(make_company(), 0))


def _make_folders(folder: Path) -> None:
    root = folder.resolve()
    for part in ("mappings", "data/inbox", "reports", "notebooks"):
        (root / part).mkdir(parents=True, exist_ok=True)
    for name in NOTEBOOKS:
        if not (root / "notebooks" / name).exists():
            shutil.copyfile(shipped("notebooks") / name, root / "notebooks" / name)


@contextmanager
def _told_where(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(
            "NOT_WRITABLE",
            what=f"The workspace cannot be made: {error.strerror}",
            where=str(error.filename or folder),
            fix="Choose a folder you may write to.",
        ) from None
