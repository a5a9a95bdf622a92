"""Rollback: an uploaded batch is taken out of the books again by its way back; the record says who, why, what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from etl.errors import RefusedError
from etl.lint.lines import ReadFile
from etl.lint.reading import read_file
from etl.steps.corrections import corrected_by
from etl.steps.outcome import Outcome
from etl.steps.run import Run
from etl.store import batches
from etl.store.batches import Batch
from etl.store.evidence import Sheet, append_evidence

_ORDER = ("time", "hours", "gusto", "adp", "paychex", "invoice", "bill", "labor_journal", "worksheet", "lists")
"""Last uploaded, first taken back: a list goes last, when nothing uses its names any more."""
_TO_DO = {
    "list": "work through it by hand, row by row; it says what to do and what must be left",
    "file": "import it after the file it takes back; it has numbers of its own",
    "applied": "import it, then apply by hand: {pairs}",
}
Row = tuple[str, str, int, str]


def rollback(run: Run, reason: str) -> Outcome:
    """The files and lists that take the period's exported batch out of the books, in order, each with what to do.

    The batch keeps every byte, and its number is not used again: uploaded once more and reconciled, it stands as
    before. Again without a reconciliation since is a no-op. Raises RefusedError NOT_EXPORTED, ROLLBACK_REASON;
    ROLLBACK_ORDER while a later batch that corrects this one lies in the books.
    """
    if not reason.strip() or not reason.isprintable():
        raise RefusedError("ROLLBACK_REASON", what="A rollback needs its reason, on one line", where="--reason",
                           fix='Say why, such as --reason "imported into another company".')
    run.permit("rollback")
    with run.locked("rolling back"):
        records = run.records()
        batch = batches.find_batch(run.workspace, run.company, run.period_end, records)
        if batch is None:
            raise RefusedError(
                "NOT_EXPORTED", what=f"No batch of {run.company} for {run.period_end} is exported yet",
                where=run.shown(run.workspace.period(run.company, run.period_end)),
                fix="A draft needs no rollback; draft again.")
        _refuse_later(run, batch)
        rows = _rows(batch)
        already = batches.rolled_back(records, run.period_end)
        if already is None:
            content = {"batch": batch.batch, "manifest": batch.manifest_digest, "reason": reason.strip(),
                       "way_back": [_filed(batch, row) for row in rows],
                       "turn": 1 + len(list(batches.of_period(records, "rollback", run.period_end)))}
            sheet = Sheet("rollback", content, "rollback", {"batch": batch.batch, "reason": reason.strip()})
            append_evidence(run.workspace, run.company, run.period_end, sheet, person=run.person, now=run.now())
    folder = run.shown(batch.folder)
    return Outcome(
        title=f"batch {batch.batch:04d} is {'rolled back' if already is None else 'being rolled back already'}: "
        f"{len(rows)} files and lists take it out of the books",
        facts=(("reason", str(already.body["reason"]) if already else reason.strip()), ("files", folder)),
        headings=("document", "file", "rows", "what to do"), rows=tuple(rows),
        next_step="work from the first row to the last; then upload the batch again and reconcile it, or leave it out")


def _refuse_later(run: Run, batch: Batch) -> None:
    records = run.records()
    exported = batches.exported(run.workspace, run.company, records)
    ends: dict[int, date] = {other.batch: other.period_end for other in exported}
    there = [number for number in corrected_by(run, batch) if batches.rolled_back(records, ends[number]) is None]
    if there:
        raise RefusedError(
            "ROLLBACK_ORDER",
            what=f"Batch {there[-1]:04d} corrects lines of batch {batch.batch:04d} and is in the books",
            where=run.shown(batch.folder),
            fix=f"Roll it back first: timebooks step rollback --company {run.company} --period-end {ends[there[-1]]}")


def _rows(batch: Batch) -> list[Row]:
    """One row per file of the way back, in the order of working through them."""
    found = [file for file in batch.manifest["files"] if file["role"] == "correction"]
    found.sort(key=lambda file: (_ORDER.index(file["document"].partition(".")[2]), file["document"], file["path"]))
    return [(file["document"], file["path"], file["rows"], _to_do(batch, file)) for file in found]


def _to_do(batch: Batch, file: dict[str, Any]) -> str:
    if PurePosixPath(file["path"]).name.endswith("_list.csv"):
        return _TO_DO["list"]
    if file["document"].endswith((".invoice", ".bill")):
        own = [one for one in batch.manifest["files"]
               if one["document"] == file["document"] and one["role"] == "import"]
        first = _numbers([_read(batch, one) for one in own])
        pairs = zip(_numbers([_read(batch, file)]), first, strict=True)
        return _TO_DO["applied"].format(pairs=", ".join(f"{back} to {number}" for back, number in pairs))
    return _TO_DO["file"]


def _numbers(read: Sequence[ReadFile]) -> list[str]:
    """The numbers of the documents in order."""
    return list(dict.fromkeys(line.number for one in read for line in one.lines))


def _read(batch: Batch, file: dict[str, Any]) -> ReadFile:
    return read_file(file["path"], file["document"], batch.file(file["path"]).read_bytes())


def _filed(batch: Batch, row: Row) -> dict[str, Any]:
    """A file of the way back as the evidence names it, unchanged since it was published."""
    document, path, rows, to_do = row
    batch.file(path)
    digest = next(file["sha256"] for file in batch.manifest["files"] if file["path"] == path)
    return {"document": document, "file": path, "rows": rows, "sha256": digest, "to_do": to_do}
