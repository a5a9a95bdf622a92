"""Run weeks of a real time log and count, with a reader of its own, what the batches and the source hold."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq

from etl import steps
from etl.sql.run import Limits
from etl.steps.outcome import Outcome
from tests.targets.readers import read_iif, read_journal_csv

STREAMS = ("pay", "cost", "bill")


def source_rows(path: Path) -> list[dict[str, str]]:
    """The log as Python's own csv module reads it."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def monday(row: dict[str, str]) -> date | None:
    """The week an entry starts in; None for an undated one."""
    if row["time_log_start_date"] == r"\N":
        return None
    month, day, year = map(int, row["time_log_start_date"].split(" ")[0].split("/"))
    start = date(year, month, day)
    return start - timedelta(days=start.weekday())


def run_week(root: Path, company: str, week: date, limits: Limits | None = None) -> steps.Run:
    """One week from pull to close, in this process; two people, as the policy asks."""
    run = steps.start(company, week + timedelta(days=6), root, person="preparer", in_memory=True, limits=limits)
    with run.locked("the week of"):
        for step in (steps.pull, steps.map_entries, steps.apply_rules, steps.check, steps.draft):
            outcome = step(run)
            assert not outcome.exit_code, outcome.text()
        steps.approve_batch(run, "approver")
        for step in (steps.export, steps.reconcile):
            outcome = step(run)
            assert not outcome.exit_code, outcome.text()
        approval = run.settings.approval.model_copy(update={"close_over": "anything"})
        closing = replace(run, settings=run.settings.model_copy(update={"approval": approval}))
        assert not steps.close(closing).exit_code
    run.end()
    return run


def batch_of(root: Path, company: str, week: date) -> Path:
    """The batch folder of a week."""
    (folder,) = (root / "reports" / company / (week + timedelta(days=6)).isoformat()).glob("batch-*")
    return folder


def totals(folders: Iterable[Path]) -> dict[tuple[str, str], tuple[int, int]]:
    """Per stream and state the entries and seconds that the batches tell, added up."""
    found: Counter[tuple[str, str, str]] = Counter()
    for folder in folders:
        for row in pq.read_table(folder / "data" / "roll_forward.parquet").to_pylist():
            found[row["stream"], row["state"], "entries"] += row["count_entries"]
            found[row["stream"], row["state"], "seconds"] += row["seconds"]
    return {
        (stream, state): (found[stream, state, "entries"], found[stream, state, "seconds"])
        for stream, state, _ in found
    }


def keys(folders: Iterable[Path], code: str) -> set[str]:
    """The entries that the batches list under a code."""
    return {
        row["entry_id"].removeprefix("time_log:")
        for folder in folders
        for row in pq.read_table(folder / "data" / "exceptions.parquet").to_pylist()
        if row["code"] == code
    }


def journals(folders: Iterable[Path]) -> Iterable[Decimal]:
    """The balance of every written journal, by a reader that shares no code with the writer."""
    for folder in folders:
        for path in sorted((folder / "upload").rglob("journal_*")):
            if path.suffix == ".iif":
                yield sum(
                    (Decimal(record["AMOUNT"]) for record in read_iif(path.read_bytes()) if "AMOUNT" in record),
                    Decimal(0),
                )
            else:
                rows = read_journal_csv(path.read_bytes())
                yield sum((Decimal(row["*Debits"] or 0) - Decimal(row["*Credits"] or 0) for row in rows), Decimal(0))


def standing(run: steps.Run) -> dict[str, dict[str, str]]:
    """The standing roll-forward by stream."""
    outcome: Outcome = steps.standing(run)
    return {str(row[0]): dict(zip(outcome.headings[1:], map(str, row[1:]), strict=True)) for row in outcome.rows}
