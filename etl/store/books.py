"""Reports of the books as they came in: evidence of a period; a record has the digest of each and how it is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from etl.store import audit_log, files
from etl.store.damage import finding
from etl.store.evidence import Filed, Sheet, all_filed, append_evidence
from etl.store.records import Record
from etl.strict_json import load
from etl.workspace import Workspace

REPORT, STATEMENT, DECISION = "books_report", "books_statement", "books_decision"
_SUFFIXES = ("csv", "xlsx")


@dataclass(frozen=True)
class Received:
    """A report of the books: its bytes, and what its record says (form, span, file name, rows)."""

    filed: Filed
    content: bytes

    @property
    def record(self) -> Record:
        """The record that names it."""
        return self.filed.record


def land_report(
    workspace: Workspace, company: str, period_end: date, report: tuple[bytes, Mapping[str, Any]],
    said: tuple[str, datetime],
) -> Record:
    """The report as a numbered file beside the period's batch; the newest one again, read the same way, is no second.

    `report`: its bytes, and file name, form, span, and what else it takes to read it again. `said`: by whom, and when.
    """
    content, body = report
    person, now = said
    records = audit_log.read_log(workspace, company)
    suffix = "xlsx" if str(body["file_name"]).lower().endswith(".xlsx") else "csv"
    digest = files.sha256_bytes(content)
    kind = "books-report"
    newest = [item for item in all_filed(records) if item.record.type == REPORT]
    if newest and newest[-1].digest == digest:
        if all(newest[-1].record.body.get(key) == value for key, value in body.items()):
            return newest[-1].record
        kind = "books-report" if newest[-1].file.endswith(f"-read-anew.{suffix}") else "books-report-read-anew"
    sheet = Sheet(kind, content, REPORT, {**body, "sha256": digest, "bytes": len(content)}, suffix)
    return append_evidence(workspace, company, period_end, sheet, person=person, now=now)


def received(workspace: Workspace, records: Sequence[Record]) -> list[Received]:
    """Every report of the books, oldest first. Raises DamageError where one is not what was recorded."""
    return [Received(item, content) for item, content in _checked(workspace, records, REPORT)]


def statements(workspace: Workspace, records: Sequence[Record]) -> list[dict[str, Any]]:
    """Every statement of the books, oldest first, as it was recorded."""
    return [{**load(content), "recorded_at": item.record.recorded_at}
            for item, content in _checked(workspace, records, STATEMENT)]


def _checked(workspace: Workspace, records: Sequence[Record], kind: str) -> Iterator[tuple[Filed, bytes]]:
    for item in all_filed(records):
        if item.record.type != kind or not item.file.endswith((".json", *(f".{end}" for end in _SUFFIXES))):
            continue
        path = item.path(workspace)
        content = files.read_bytes(path)
        if files.sha256_bytes(content) != item.digest:
            raise finding(workspace, path, "What came back from the books was changed after it was taken in",
                          item.record.number).error()
        yield item, content
