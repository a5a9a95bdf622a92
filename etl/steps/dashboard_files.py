"""A view of the dashboard as a file: CSV, XLSX or Parquet with exactly the rows and columns that its reader sees."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping

import pyarrow as pa
import pyarrow.parquet as pq

from etl.steps.dashboard import Seen
from etl.steps.report_file import report_bytes
from etl.trust.views import ViewColumn
from etl.units import clock_hours
from etl.workbooks.sheets import Column, Kind, Marks, Sheet
from etl.workbooks.writer import render_workbook

_WORKBOOK: Mapping[str, tuple[Kind, int]] = {
    "text": ("text", 24), "name": ("text", 24), "pay": ("text", 30), "date": ("date", 12), "seconds": ("seconds", 12),
    "count": ("count", 10), "rate": ("rate", 12), "amount": ("amount", 14)}


def csv_of(one: Seen) -> bytes:
    """UTF-8 with a BOM; hours as H:MM:SS; a text that begins like a formula gets an apostrophe."""
    rows = one.rows.to_pylist()
    return report_bytes([column.heading for column in one.columns],
                        ([_plain(row[column.name], column) for column in one.columns] for row in rows))


def xlsx_of(one: Seen) -> bytes:
    """A workbook of one sheet; texts are texts, hours are whole seconds."""
    columns = tuple(
        Column(f"{column.heading}, seconds" if column.kind == "seconds" else column.heading, *_WORKBOOK[column.kind],
               currency="Currency" if column.kind == "amount" else "")
        for column in one.columns)
    sheet = Sheet(one.view.title, columns, one.rows, notes=(one.view.text,), empty=one.view.empty)
    return render_workbook([sheet], title=one.view.title, subject="Dashboard", marks=Marks())


def parquet_of(one: Seen) -> bytes:
    """The columns with their exact types, by their names in SQL."""
    sink = io.BytesIO()
    pq.write_table(pa.table(one.rows.columns, names=[column.name for column in one.columns]), sink,
                   compression="zstd", write_page_checksum=True)
    return sink.getvalue()


FORMS: Mapping[str, tuple[str, str, Callable[[Seen], bytes]]] = {
    "csv": ("CSV", "text/csv; charset=utf-8", csv_of),
    "xlsx": ("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx_of),
    "parquet": ("Parquet", "application/vnd.apache.parquet", parquet_of),
}
"""By the ending of the file: its name for people, its media type, and what makes it."""


def _plain(value: object, column: ViewColumn) -> object:
    if value is None:
        return ""
    return clock_hours(value).replace(",", "") if column.kind == "seconds" and isinstance(value, int) else value
