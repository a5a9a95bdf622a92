"""Trainings that begin with a closed week: damage in its files, other figures in the books, a report typed wrongly."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from etl.sandbox.training.kinds import Kind
from etl.sandbox.training.plan import Mistake
from etl.sandbox.training.planting import swapped
from etl.sandbox.training.world import Table, table_bytes
from etl.steps.history import query_history
from etl.store import audit_log, batches, files
from etl.store.batches import Batch
from etl.workspace import Workspace

BOOKS_FILE, REPORT_FILE = "books.csv", "report.csv"
_FIGURES = 26   # lines of the report
_BY_JOB = """select customer_job, worked_on, sum(worked_seconds) as seconds from time_entries_latest
where customer_job is not null and worked_seconds is not null group by customer_job, worked_on order by all"""


def closed_batch(place: Workspace, company: str, period_end: date) -> Batch:
    """The week's published batch."""
    found = batches.find_batch(place, company, period_end, audit_log.read_log(place, company))
    assert found is not None
    return found


def places_of(place: Workspace, company: str, period_end: date, role: str) -> list[str]:
    """Where a role's mistakes can be: files of the batch, lines of the books, lines of the report."""
    batch = closed_batch(place, company, period_end)
    if role == "auditor":
        folder = batch.folder.relative_to(place.root).as_posix()
        return sorted(f"{folder}/{file['path']}" for file in batch.manifest["files"])
    if role == "accountant":
        rows = books_of(batch)
        said = [tuple(row.values()) for row in rows.values()]
        return [line for line, row in rows.items() if said.count(tuple(row.values())) == 1 and row["Job"]]
    return [row["job"] for row in report_of(place)]


def books_of(batch: Batch) -> dict[str, dict[str, str]]:
    """What the books hold once the batch is imported as it is, by line."""
    return {row["line_id"]: {
        "Day": str(row["posted_on"]), "Document": row["document_number"], "Account": row["account"],
        "Job": row["customer_job"] or "", "Memo": row["memo"] or "", "Amount": f"{row['amount']:.2f}"}
        for row in batch.table("postings").to_pylist()}


def report_of(place: Workspace) -> Table:
    """The right figures by job, as the history tells them."""
    seconds = seconds_by_job(place)
    return [{"job": job, "hours worked": hours(sum(seconds[job]))} for job in sorted(seconds)[:_FIGURES]]


def seconds_by_job(place: Workspace) -> dict[str, list[int]]:
    """Of each job the seconds of every day, in order."""
    found: dict[str, list[int]] = {}
    for job, _, some in query_history(place.root, _BY_JOB, limit=10_000).rows:
        found.setdefault(str(job), []).append(int(str(some).replace(",", "")))
    return found


def hours(seconds: int) -> str:
    """Decimal hours, half a hundredth up."""
    return str((Decimal(seconds) / 3600).quantize(Decimal("0.01"), ROUND_HALF_UP))


def plant_elsewhere(place: Workspace, company: str, period_end: date, mistakes: Sequence[Mistake], desk: Path) -> None:
    """Make the mistakes that do not stand in the company's own files."""
    for one in mistakes:
        if one.kind.where == "batch":
            _damage(place.root / one.place, one.kind.change)
    if any(one.kind.where == "books" for one in mistakes):
        right = books_of(closed_batch(place, company, period_end))
        rows = [row for line, row in right.items() for row in _changed(right, line, _kind_at(mistakes, line))]
        files.rewrite(desk / BOOKS_FILE, table_bytes(rows, tuple(next(iter(right.values())))))
    if any(one.kind.where == "report" for one in mistakes):
        table, seconds = report_of(place), seconds_by_job(place)
        for row in table:
            row["hours worked"] = _typed(row["hours worked"], seconds[row["job"]], _kind_at(mistakes, row["job"]))
        files.rewrite(desk / REPORT_FILE, table_bytes(table, ("job", "hours worked")))


def _kind_at(mistakes: Sequence[Mistake], where: str) -> Kind | None:
    return next((one.kind for one in mistakes if one.place == where), None)


def _damage(path: Path, change: str) -> None:
    content = path.read_bytes()
    if change == "gone":
        path.parent.chmod(0o700)
        path.unlink()
        return
    target = path.with_name(f"{path.stem}_2{path.suffix}") if change == "added" else path
    at = len(content) // 2
    target.parent.chmod(0o700)
    if change != "added":
        target.chmod(0o600)
    target.write_bytes({"byte": content[:at] + bytes([content[at] ^ 1]) + content[at + 1:],
                        "cut": content[:at]}.get(change, content))


def damaged_file(one: Mistake) -> str:
    """The file that verify names: for a file put there afterwards, that one."""
    path = Path(one.place)
    return path.with_name(f"{path.stem}_2{path.suffix}").as_posix() if one.kind.change == "added" else one.place


def _changed(right: dict[str, dict[str, str]], line: str, kind: Kind | None) -> list[dict[str, str]]:
    """The rows of the books for one line of the batch."""
    row = dict(right[line])
    if kind is None:
        return [row]
    if kind.change == "drop":
        return []
    others = sorted({one["Job"] for one in right.values()} - {"", row["Job"]})
    column, value = {
        "amount": ("Amount", f"{Decimal(row['Amount']) + 10:.2f}"),
        "account": ("Account", "Suspense:Unmapped Labor"),
        "job": ("Job", others[len(row["Memo"]) % len(others)]),
        "day": ("Day", str(date.fromisoformat(row["Day"]) - timedelta(days=1))),
    }[kind.change]
    return [row | {column: value}]


def _typed(right: str, days: Sequence[int], kind: Kind | None) -> str:
    """What stands in the report for a job."""
    if kind is None:
        return right
    seconds = sum(days)
    wrong = {
        "clock_as_decimal": f"{seconds // 3600}.{seconds // 60 % 60:02}", "digits_swapped": swapped(right),
        "counted_twice": hours(2 * seconds), "a_day_left_out": hours(seconds - days[0]),
    }[kind.change]
    return wrong if wrong != right else hours(seconds + 3600)


def read_table(path: Path) -> Table:
    """The rows of a CSV that a person keeps; a file that is gone or cannot be read has none."""
    try:
        text = path.read_bytes()[:5_000_000].decode("utf-8-sig")
        return [{str(name): str(value or "").strip() for name, value in row.items()}
                for row in csv.DictReader(io.StringIO(text, newline=""))]
    except (OSError, UnicodeDecodeError, csv.Error):
        return []
