"""No document may be dated where the books are locked: the target would refuse it, or a closed month would change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from etl.errors import RefusedError
from etl.steps.run import Run

_DATED = (("postings", "document_number", "posted_on"), ("invoice_lines", "invoice_number", "billed_on"))


def refuse_locked_books(run: Run, tables: Mapping[str, pa.Table]) -> None:
    """Raise RefusedError BOOKS_LOCKED where a journal, invoice or bill of the batch lies in locked books.

    Corrections never do: they go to the first open day. Time activities are no postings and may.
    """
    locked = run.settings.books.locked_through
    found = sorted(_dated_by(run, tables, locked)) if locked else []
    if found:
        first = f"{found[0][1]} of {found[0][0]}"
        others = f" and {len(found) - 1} more" if len(found) > 1 else ""
        raise RefusedError(
            "BOOKS_LOCKED",
            what=f"The books are locked through {locked}, and the batch would post into them: {first}{others}",
            where=f"{run.shown(run.workspace.mappings(run.company) / 'company.toml')}, [books] locked_through",
            fix="Have the accountant open the books for this period and correct locked_through, then draft again; "
            "nothing was drafted.",
        )


def _dated_by(run: Run, tables: Mapping[str, pa.Table], locked: date) -> Iterator[tuple[date, str]]:
    """The documents that lie in locked books: day and number."""
    for name, number, day in _DATED:
        if (table := tables.get(name)) is not None:
            early = table.filter(pc.less_equal(table[day], pa.scalar(locked)))
            yield from ((row[day], row[number]) for row in early.group_by([day, number]).aggregate([]).to_pylist())
    bills = tables.get("vendor_lines")
    if bills is not None and bills.num_rows and run.billing is not None and run.billing.end <= locked:
        yield from ((run.billing.end, name) for name in run.settings.targets.documents if name.endswith(".bill"))
