"""QuickBooks Desktop time: TIMERHDR and one TIMEACT per time activity. Source: targets reference, section 1.3."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from etl.settings import Settings
from etl.tables import TIME_ACTIVITIES, assert_schema
from etl.targets.fields import changes, cut, name_findings, text_fields, written_texts
from etl.targets.files import csv_content, rendered
from etl.targets.findings import Finding, empty_cells, refuse
from etl.targets.iif import desktop_settings, iif_bytes, iif_rows
from etl.targets.printed import clock, dates
from etl.terms import BatchHeader, RenderedFile
from etl.units import SECONDS_PER_DAY

NAME = "quickbooks_desktop.time"
GRAIN_SECONDS = 60
_TIMER_HEADER = ("!TIMERHDR", "VER", "REL", "COMPANYNAME", "IMPORTEDBEFORE", "FROMTIMER", "COMPANYCREATETIME")
_HEADER = ("!TIMEACT", "DATE", "JOB", "EMP", "ITEM", "PITEM", "DURATION", "PROJ", "NOTE", "XFERTOPAYROLL",
           "BILLINGSTATUS")
_NEEDED = ("worked_on", "employee_name", "entry_ref", "exported_seconds", "is_for_payroll", "is_billable")


def render(table: pa.Table, header: BatchHeader, settings: Settings) -> list[RenderedFile]:
    """The time import file, one TIMEACT per row that has time in the target's minutes; no file without rows.

    Raises TargetError with every name the code page or a length limit refuses, every duration that is not H:MM
    below 24:00, and every billable row without job or item.
    """
    desktop = desktop_settings(settings)
    rows = _rows(table, is_transferred=desktop.transfer_to_payroll)
    if not len(rows):
        return []
    texts = _texts(rows)
    for_payroll = rows["is_for_payroll"].combine_chunks()
    transferred = pc.and_(for_payroll, desktop.transfer_to_payroll)
    lines = iif_rows((
        "TIMEACT", dates(rows["worked_on"], "%m/%d/%y"), texts["customer_job"], texts["employee_name"],
        texts["service_item"], pc.if_else(for_payroll, texts["pay_item"], ""), clock(rows["exported_seconds"]),
        texts["class"], _keyed_notes(texts), pc.if_else(transferred, "Y", "N"),
        pc.if_else(rows["is_billable"].combine_chunks(), "1", "0"),
    ))
    timer = ("TIMERHDR", "8", "0", desktop.company_name, "N", "Y", desktop.company_create_time)
    content = iif_bytes((_TIMER_HEADER, timer, _HEADER), lines.to_pylist())
    return [rendered(NAME, "upload", f"time_{header.period_end.isoformat()}.iif", (content, len(lines)))]


def correct(table: pa.Table, header: BatchHeader, settings: Settings) -> list[RenderedFile]:
    """The list of time activities to delete by hand, in order, with what must be left of the batch after each.

    No time import carries a negative duration (targets reference, section 13); the key stands in NOTE.
    """
    rows = _rows(table, is_transferred=desktop_settings(settings).transfer_to_payroll)
    if not len(rows):
        return []
    texts, seconds = _texts(rows), rows["exported_seconds"].combine_chunks()
    left = pc.subtract(pc.sum(seconds), pc.cumulative_sum(seconds))
    content = csv_content({
        "order": pc.cast(pa.array(range(1, len(rows) + 1)), pa.string()), "key_in_note": texts["entry_ref"],
        "date": dates(rows["worked_on"], "%m/%d/%Y"), "person": texts["employee_name"],
        "customer_job": texts["customer_job"], "duration": clock(seconds), "left_of_batch": clock(left),
    })
    name = f"time_{header.period_end.isoformat()}_delete_list.csv"
    return [rendered(NAME, "corrections", name, content)]


def changed_texts(table: pa.Table, _header: BatchHeader, _settings: Settings) -> pa.Table:
    """Every text of the written rows that the file shows otherwise than the tracker; for the workbook."""
    rows = assert_schema(table, TIME_ACTIVITIES, "time_activities")
    rows = rows.filter(pc.not_equal(rows["exported_seconds"], 0))
    return changes(rows, NAME, _texts(rows))


def _rows(table: pa.Table, *, is_transferred: bool) -> pa.Table:
    """The rows to write, all of them fit for it; or TargetError with every finding."""
    whole = assert_schema(table, TIME_ACTIVITIES, "time_activities")
    refuse(empty_cells(whole, _NEEDED, NAME))
    rows = whole.filter(pc.not_equal(whole["exported_seconds"], 0))
    refuse([*name_findings(rows, NAME), *_row_findings(rows, is_transferred=is_transferred)])
    return rows


def _row_findings(rows: pa.Table, *, is_transferred: bool) -> list[Finding]:
    seconds = rows["exported_seconds"]
    off_grain = pc.not_equal(seconds, pc.multiply(pc.divide(seconds, GRAIN_SECONDS), GRAIN_SECONDS))
    bad_duration = pc.or_(pc.or_(pc.less(seconds, 0), pc.greater_equal(seconds, SECONDS_PER_DAY)), off_grain)
    incomplete = pc.or_(_is_blank(rows["customer_job"]), _is_blank(rows["service_item"]))
    unbillable = pc.and_(rows["is_billable"], incomplete)
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
                    f"{NAME}, line {row['line_id']}", fix)
            for mask, code, what, fix in kinds for row in rows.filter(mask).to_pylist()]


def _is_blank(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.equal(pc.fill_null(column, ""), "")


def _texts(rows: pa.Table) -> dict[str, pa.Array]:
    """The written texts, the note cut so that it stands with its key within NOTE's limit."""
    texts = written_texts(rows, NAME)
    limit = next(field.limit for field in text_fields(NAME) if field.column == "note")
    long = pc.indices_nonzero(pc.greater(pc.utf8_length(_keyed_notes(texts)), limit)).to_pylist()
    if long:
        notes, keys = texts["note"].to_pylist(), texts["entry_ref"]
        for row in long:
            notes[row] = cut(notes[row], limit - len(keys[row].as_py()) - len(" []"))
        texts["note"] = pa.array(notes, pa.string())
    return texts


def _keyed_notes(texts: dict[str, pa.Array]) -> pa.Array:
    """NOTE as `<note> [<entry key>]`: the format has no field for a key."""
    gap = pc.if_else(pc.equal(texts["note"], ""), "[", " [")
    return pc.binary_join_element_wise(texts["note"], gap, texts["entry_ref"], "]", "")
