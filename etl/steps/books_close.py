"""What the books have to say before a period closes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from etl.errors import RefusedError
from etl.steps.books import stated
from etl.steps.books_state import Statement
from etl.steps.run import Run
from etl.store import books

_SHOWN = 5


def books_at_close(run: Run) -> dict[str, Any]:
    """What the close says of the books: the items it carries forward; nothing where no report came and none is needed.

    Raises RefusedError BOOKS_MISSING where the company wants a report for all days and one is missing, BOOKS_OPEN
    where an error of this period or an earlier one is open.
    """
    is_needed = run.settings.books.report_to_close
    if not is_needed and not any(record.type == books.REPORT for record in run.records()):
        return {}
    made = stated(run)
    if is_needed:
        _refuse_unanswered(run, made)
    if found := made.open_items(run.period_end):
        shown = [f"{row['item']} {row['code']} {row['cause']}: {_where(row)}" for row in found[:_SHOWN]]
        more = [f"and {len(found) - _SHOWN:,} more"] if len(found) > _SHOWN else []
        raise RefusedError(
            "BOOKS_OPEN", what="\n    ".join([f"{len(found)} error(s) in the books are open:", *shown, *more]),
            where=f"the statement of the books, {run.period_end} and before",
            fix=f"Correct the books and take in a new report, or accept: timebooks books --company {run.company} "
            "--accept ITEM --reason TEXT")
    carried = [row for row in made.items.to_pylist()
               if row["status"] in ("timing", "accepted") and row["period_end"] <= run.period_end]
    return {"books": {
        "reports": [report.filed.digest for report in made.reports],
        "carried_forward": [{"item": row["item"], "code": row["code"], "status": row["status"],
                             "first_seen": str(row["first_seen"])} for row in carried]}}


def _refuse_unanswered(run: Run, made: Statement) -> None:
    """Nothing where reports of every kind that came so far, and one of postings at least, answer for every day."""
    answered = {(row["kind"], row["day"]) for row in made.answered.to_pylist()}
    kinds = {kind for kind, _ in answered} or {"posting"}
    days = [run.owned.start + timedelta(days=step) for step in range((run.owned.end - run.owned.start).days + 1)]
    missing = [day for day in days if not all((kind, day) in answered for kind in kinds)]
    if missing:
        raise RefusedError(
            "BOOKS_MISSING", what=f"No report of the books answers for {missing[0]} to {missing[-1]}",
            where="mappings/" + run.company + "/company.toml, books.report_to_close",
            fix=f"Run the report for the whole period and take it in: timebooks books FILE --company {run.company}")


def _where(row: dict[str, Any]) -> str:
    return row["line_id"] or row["document_number"] or row["line_key"] or row["books_account"] or row["person"] or ""
