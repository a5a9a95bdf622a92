"""Quick references: one page a role, as HTML and, where asked, as PDF."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from etl.disk import told
from etl.pages.paper import print_pages
from etl.pages.quickref import TITLES, render_quickref, tasks
from etl.steps.outcome import Outcome
from etl.steps.training import role_of


def write_quickref(folder: Path, helps: Mapping[str, str], *, role: str = "", as_pdf: bool = False) -> Outcome:
    """The page of a role, or of every role, in a folder. The same commands give the same bytes."""
    roles = [role_of(role)] if role else list(TITLES)
    written = {}
    for one in roles:
        page = folder / f"quick-reference-{one.replace('_', '-')}.html"
        with told("write the page", page):
            folder.mkdir(parents=True, exist_ok=True)
            page.write_bytes(render_quickref(one, helps))
        written[page] = page.with_suffix(".pdf")
    if as_pdf:
        print_pages(written)
    return Outcome(
        title=f"{len(written)} quick reference(s) in {folder}",
        headings=("role", "page"),
        rows=tuple((TITLES[one], (paper if as_pdf else page).name)
                   for one, (page, paper) in zip(roles, written.items(), strict=True)))


def quickref_commands() -> tuple[str, ...]:
    """Every command that stands on some page."""
    return tuple(dict.fromkeys(task.command for task in tasks()))
