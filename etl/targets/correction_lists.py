"""Corrections of earlier periods as lists for people: what to bill or to credit, and what no import file can carry."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from etl.settings import Settings
from etl.tables import CORRECTIONS, assert_schema
from etl.targets import billing_worksheet
from etl.targets.files import csv_content, rendered
from etl.targets.printed import currency_amounts, dates
from etl.terms import BatchHeader, RenderedFile

NAME = "corrections"
_TO_DO = {
    ("pay", "exported"): "Owed: it is on this payroll under its own workweek.",
    ("pay", "referred"): "Overpaid: ask the controller; nothing is deducted by itself.",
    ("pay", "settled"): "Overpaid and settled: nothing to do.",
    ("cost", "exported"): "Posted by this batch's journal of the document named.",
    ("bill", "exported"): "Bill it; where it is negative, make a credit memo for the same customer:job and item.",
}
_TIME = " Time in QuickBooks: add, change or delete the activities of these entries by hand."


def correction_files(table: pa.Table, header: BatchHeader, settings: Settings) -> list[RenderedFile]:
    """One list of all correcting lines with what to do; and, where billing is written, its lines as a worksheet.

    Raises TargetError for a billing line where printed hours x rate is not the amount.
    """
    rows = assert_schema(table, CORRECTIONS, "corrections")
    files = [rendered(NAME, "worksheets", f"corrections_{header.period_end.isoformat()}.csv",
                      csv_content(_columns(rows, settings)))]
    billed = rows.filter(pc.equal(rows["stream"], "bill"))
    if billing_worksheet.NAME in settings.targets.documents and len(billed):
        files.append(billing_worksheet.corrected(billed, header, settings))
    return files


def _columns(rows: pa.Table, settings: Settings) -> dict[str, pa.Array]:
    has_time = any(name.endswith(".time") for name in settings.targets.documents)
    to_do = [_TO_DO[stream, state] + (_TIME if has_time and stream != "cost" and state == "exported" else "")
             for stream, state in zip(rows["stream"].to_pylist(), rows["state"].to_pylist(), strict=True)]
    texts = ("line_id", "stream", "state", "corrects", "cause", "document_number", "employee_id", "employee_name",
             "pay_item", "account", "customer_job", "class", "service_item")
    columns = {name: pc.fill_null(rows[name], "").combine_chunks() for name in texts}
    return {
        **columns,
        "period_end": dates(rows["period_end"], "%Y-%m-%d"),
        "workweek_start": pc.fill_null(dates(rows["workweek_start"], "%Y-%m-%d"), ""),
        "seconds": pc.cast(rows["seconds"], pa.string()).combine_chunks(),
        "amount": currency_amounts(rows["amount"], rows["currency"]),
        "currency": pc.fill_null(rows["currency"], "").combine_chunks(),
        "to_do": pa.array(to_do, pa.string()),
    }
