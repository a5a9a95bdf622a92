"""Reconcile: tracker against published batch against written files, each read anew. Unreconciled must be 0."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from etl.errors import RefusedError
from etl.sql.order import MAP
from etl.steps.earlier import drafted_run
from etl.steps.map_entries import stage
from etl.steps.outcome import Outcome
from etl.steps.run import Run
from etl.store import batches
from etl.store.evidence import Sheet, append_evidence
from etl.targets.readback import journal_totals, minutes_to_write, time_minutes


@dataclass(frozen=True)
class Tie:
    """One figure on two sides; it ties out when they are equal to the last second or cent."""

    figure: str
    left: str
    right: str

    @property
    def is_tied(self) -> bool:
        """Whether nothing is left over."""
        return self.left == self.right


def reconcile(run: Run) -> Outcome:
    """Tie the tracker to the batch and the batch to its files; the result is evidence, recorded once.

    Exit code 1 where a figure does not tie out. The books' own report comes in later (timebooks books FILE).
    """
    with run.locked("reconciling"):
        batch = batches.find_batch(run.workspace, run.company, run.period_end, run.records())
        if batch is None:
            raise RefusedError(
                "NOT_EXPORTED",
                what=f"The batch of {run.company} for {run.period_end} is not exported yet",
                where=run.shown(run.workspace.period(run.company, run.period_end)),
                fix="Export it first (60_export).",
            )
        ties = _tracker_to_batch(run, batch) + _batch_to_files(batch)
        open_ties = [tie for tie in ties if not tie.is_tied]
        sheet = Sheet(
            "reconciliation",
            {
                "batch": batch.batch,
                "manifest": batch.manifest_digest,
                "unreconciled": len(open_ties),
                "figures": [{"figure": tie.figure, "left": tie.left, "right": tie.right} for tie in ties],
                **_after_rollback(run),
            },
            "reconcile",
            {"batch": batch.batch, "unreconciled": len(open_ties)},
        )
        append_evidence(run.workspace, run.company, run.period_end, sheet, person=run.person, now=run.now())
    return Outcome(
        title=f"reconciled batch {batch.batch:04d}: unreconciled {len(open_ties)}",
        headings=("figure", "one side", "other side"),
        rows=tuple((tie.figure, tie.left, tie.right) for tie in (open_ties or ties)),
        next_step="find the cause of each line above before the period can be closed"
        if open_ties
        else "close the period (80_close)",
        exit_code=1 if open_ties else 0,
    )


def _after_rollback(run: Run) -> dict[str, int]:
    """Which rollback the batch was uploaded again after; nothing where there was none."""
    count = len(list(batches.of_period(run.records(), "rollback", run.period_end)))
    return {"after_rollback": count} if count else {}


def _tracker_to_batch(run: Run, batch: batches.Batch) -> list[Tie]:
    """Entries and seconds of the landing, read anew, against the published entries.

    Both as the batch knew them: what came or changed since is corrected in an open period and reconciled there.
    """
    fresh, pulls = drafted_run(run, batch)
    with fresh.engine() as engine:
        stage(fresh, engine, pulls)
        engine.run(MAP)
        landed = engine.fetch("entries_with_states").select(
            ["entry_id", "version", "worked_seconds", "pay_state", "cost_state", "bill_state"]
        )
    fresh.end()
    entries = batch.table("entries")
    ties = []
    for stream in ("pay", "cost", "bill"):
        left, right = _by_state(landed, f"{stream}_state"), _by_state(entries, f"{stream}_state")
        ties += [
            Tie(f"{stream}, {state}: entries and seconds", left.get(state, "none"), right.get(state, "none"))
            for state in sorted(left.keys() | right.keys())
        ]
    return ties


def _by_state(entries: pa.Table, column: str) -> dict[str, str]:
    seconds = entries.set_column(
        entries.schema.get_field_index("worked_seconds"), "worked_seconds", pc.fill_null(entries["worked_seconds"], 0)
    )
    rows = seconds.group_by(column).aggregate([("entry_id", "count"), ("worked_seconds", "sum")]).to_pylist()
    return {row[column]: f"{row['entry_id_count']} | {row['worked_seconds_sum']}" for row in rows}


def _batch_to_files(batch: batches.Batch) -> list[Tie]:
    """Journals and time in the written files, read back, against the batch's own tables."""
    postings = batch.table("postings")
    activities = batch.table("time_activities")
    expected = {
        str(number): sum(
            (row["amount"] for row in postings.to_pylist() if row["document_number"] == number and row["amount"] > 0),
            Decimal(0),
        )
        for number in set(postings["document_number"].to_pylist())
    }
    ties = []
    files = [file for file in batch.manifest["files"] if file["role"] == "import"]
    of_document = {file["document"]: [one for one in files if one["document"] == file["document"]] for file in files}
    for file in files:
        content = batch.file(file["path"]).read_bytes()
        if file["document"].endswith("labor_journal"):
            for number, (debit, credit) in journal_totals(content, file["document"]).items():
                ties.append(
                    Tie(
                        f"{number} in {file['path']}: debits",
                        f"{debit:.2f}",
                        f"{expected.get(number, Decimal(0)):.2f}",
                    )
                )
                ties.append(Tie(f"{number} in {file['path']}: debits and credits", f"{debit:.2f}", f"{credit:.2f}"))
        elif file["document"].endswith(".time") and file is of_document[file["document"]][0]:
            ties.append(_minutes(batch, of_document[file["document"]], activities))
    return ties


def _minutes(batch: batches.Batch, files: list[dict[str, Any]], activities: pa.Table) -> Tie:
    """The minutes of a time document, of all its files together, against the batch's activities that it carries."""
    document, more = files[0]["document"], f" and {len(files) - 1} more files" if len(files) > 1 else ""
    written = sum(time_minutes(batch.file(file["path"]).read_bytes(), document) for file in files)
    return Tie(f"minutes in {files[0]['path']}{more}", str(written), str(minutes_to_write(activities, document)))
