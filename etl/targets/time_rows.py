"""What every time document shares: the rows written, what is refused, notes with their key, the delete list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from etl.settings import Settings
from etl.tables import TIME_ACTIVITIES, assert_schema
from etl.targets.fields import changes, cut, name_findings, text_fields, written_texts
from etl.targets.files import csv_content, rendered
from etl.targets.findings import Finding, empty_cells, refuse
from etl.targets.printed import clock, dates
from etl.terms import BatchHeader, RenderedFile
from etl.units import SECONDS_PER_DAY

GRAIN_SECONDS = 60
_NEEDED = ("worked_on", "employee_name", "entry_ref", "exported_seconds", "is_for_payroll", "is_billable")


@dataclass(frozen=True)
class TimeDocument:
    """A time document and the table it is written from."""

    name: str
    schema: pa.Schema = TIME_ACTIVITIES
    table: str = "time_activities"


def checked_time(document: TimeDocument, table: pa.Table, *, is_transferred: bool, is_billed: bool = True) -> pa.Table:
    """The rows to write, all of them fit for it; or TargetError with every finding.

    A row whose share of the target's minutes is 0 is left out. `is_transferred`: paychecks are made from this time, so
    that each row for payroll needs a payroll item; `is_billed`: the books bill it, so that it needs a job and an item.
    """
    whole = assert_schema(table, document.schema, document.table)
    refuse(empty_cells(whole, _NEEDED, document.name))
    rows = written_time(whole)
    refuse([*name_findings(rows, document.name),
            *_row_findings(rows, document.name, is_transferred=is_transferred, is_billed=is_billed)])
    return rows


def written_time(table: pa.Table) -> pa.Table:
    """The rows that have time in the target's minutes."""
    return table.filter(pc.not_equal(table["exported_seconds"], 0))


def time_texts(rows: pa.Table, document: str) -> dict[str, pa.Array]:
    """The written texts, the note cut so that it stands with its key within the limit of its field."""
    texts = written_texts(rows, document)
    limit = next(field.limit for field in text_fields(document) if field.column == "note")
    long = pc.indices_nonzero(pc.greater(pc.utf8_length(keyed_notes(texts)), limit)).to_pylist() if limit else []
    if long:
        notes, keys = texts["note"].to_pylist(), texts["entry_ref"]
        for row in long:
            notes[row] = cut(notes[row], limit - len(keys[row].as_py()) - len(" []"))
        texts["note"] = pa.array(notes, pa.string())
    return texts


def keyed_notes(texts: dict[str, pa.Array]) -> pa.Array:
    """A note as `<note> [<entry key>]`: no time format has a field for a key."""
    gap = pc.if_else(pc.equal(texts["note"], ""), "[", " [")
    return pc.binary_join_element_wise(texts["note"], gap, texts["entry_ref"], "]", "")


def delete_list(
    rows: pa.Table, document: str, header: BatchHeader, found_by: str = "key_in_note",
) -> list[RenderedFile]:
    """The list of time activities to delete by hand, in order, with what must be left of the batch after each.

    No time import carries a negative duration (targets reference, section 13); `found_by` heads the column of the key.
    """
    if not len(rows):
        return []
    texts, seconds = time_texts(rows, document), rows["exported_seconds"].combine_chunks()
    left = pc.subtract(pc.sum(seconds), pc.cumulative_sum(seconds))
    content = csv_content({
        "order": pc.cast(pa.array(range(1, len(rows) + 1)), pa.string()), found_by: texts["entry_ref"],
        "date": dates(rows["worked_on"], "%m/%d/%Y"), "person": texts["employee_name"],
        "customer_job": texts["customer_job"], "duration": clock(seconds), "left_of_batch": clock(left),
    })
    return [rendered(document, "corrections", f"time_{header.period_end.isoformat()}_delete_list.csv", content)]


def changed_time(document: TimeDocument) -> Callable[[pa.Table, BatchHeader, Settings], pa.Table]:
    """What lists every text of the written rows that the file shows otherwise than the tracker; for the workbook."""
    def changed(table: pa.Table, _header: BatchHeader, _settings: Settings) -> pa.Table:
        rows = written_time(assert_schema(table, document.schema, document.table))
        return changes(rows, document.name, time_texts(rows, document.name))

    return changed


def _row_findings(rows: pa.Table, document: str, *, is_transferred: bool, is_billed: bool) -> list[Finding]:
    seconds = rows["exported_seconds"]
    off_grain = pc.not_equal(seconds, pc.multiply(pc.divide(seconds, GRAIN_SECONDS), GRAIN_SECONDS))
    bad_duration = pc.or_(pc.or_(pc.less(seconds, 0), pc.greater_equal(seconds, SECONDS_PER_DAY)), off_grain)
    incomplete = pc.or_(_is_blank(rows["customer_job"]), _is_blank(rows["service_item"]))
    unbillable = pc.and_(pc.and_(rows["is_billable"], is_billed), incomplete)
    unpayable = pc.and_(pc.and_(rows["is_for_payroll"], is_transferred), _is_blank(rows["pay_item"]))
    kinds = (
        (bad_duration, "TIME_DURATION", "the time is not whole minutes between 0:01 and 23:59",
         "Correct the entry at the source, or split it at midnight, then draft again."),
        (unbillable, "TIME_BILLABLE", "it is billable without a job or a service item",
         "Map the project to a job and the task to a service item, or mark the entry not billable."),
        (unpayable, "TIME_PAY_ITEM", "it goes to payroll without a payroll item",
         "Give its hour class a payroll item in pay_items.csv."),
    )
    return [Finding(code, f"{row['employee_name']}, {row['worked_on']}, {row['exported_seconds']} s: {what}",
                    f"{document}, line {row['line_id']}", fix)
            for mask, code, what, fix in kinds for row in rows.filter(mask).to_pylist()]


def _is_blank(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.equal(pc.fill_null(column, ""), "")
