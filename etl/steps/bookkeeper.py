"""What the week's notebook does beside the stages: the mapping workbook and back, the books' report, the close."""

from __future__ import annotations

import os
from pathlib import Path

from etl.steps.books import take_in_books
from etl.steps.mapping_sheet import waiting_rows, write_mapping_sheet
from etl.steps.mapping_take_in import take_in_mapping_sheet
from etl.steps.next_step import approve, bring_report, map_names
from etl.steps.notebook import show_errors_calmly
from etl.steps.outcome import Link, Outcome
from etl.steps.run import Run, place_of
from etl.steps.stages import close_week
from etl.store import batches


def mapping_taken_in(workspace: str | Path | None, company: str, file: str, person: str | None = None) -> Outcome:
    """Take in the mapping workbook of this name, before the week begins; without a name nothing is done.

    A relative name is looked for in the workspace.
    """
    show_errors_calmly()
    if not file:
        return Outcome(title="no mapping workbook to take in")
    return take_in_mapping_sheet(workspace, company, place_of(workspace).root / file, person=person)


def what_waits(run: Run) -> Outcome:
    """What held work of the newest draft waits for, as a mapping workbook to fill in; nothing where all is mapped."""
    count = waiting_rows(run.workspace, run.company, run.settings, run.mappings)
    if not count:
        return Outcome(title="every name in use is mapped")
    written = write_mapping_sheet(run.workspace.root, run.company)
    facts = dict(written.facts)
    path, inside = facts["workbook"].split(" (")[0], facts["to do"]
    here = Path.cwd().resolve()
    return Outcome(
        title=f"{count} row(s) to map; what waits for them is held, pay goes on",
        headings=("file", "to do in it"),
        facts=tuple((name, said) for name, said in written.facts if name.startswith("to do in")),
        rows=((Link(path, Path(os.path.relpath(run.workspace.root / path, here)).as_posix()), inside),),
        next_step=f'fill in the rows marked To do, save, set mapping_workbook = "{path}" above, and run all again; '
        f"in a terminal: {map_names(run.company)}")


def report_taken_in(run: Run, file: str) -> Outcome:
    """Take in a report of the books and compare; without a name nothing is done. A relative name: in the workspace."""
    if not file:
        return Outcome(title="no report of the books to take in", next_step=bring_report(run.company))
    return take_in_books(run.workspace.root, run.company, run.workspace.root / file, person=run.person)


def closed(run: Run, until: str = "close") -> Outcome:
    """Close the period once it is exported and reconciled; before that, and where asked to stop, say what is next."""
    records = run.records()
    if batches.find_batch(run.workspace, run.company, run.period_end, records) is None:
        return Outcome(title="not exported yet: nothing to close", next_step=approve(run.company, run.period_end))
    if until != "close":
        return Outcome(title=f'stopped before the close, as until = "{until}" asks',
                       next_step='set until = "close" above and run all again')
    return close_week(run)
