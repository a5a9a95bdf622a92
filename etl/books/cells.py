"""The cells of a report as a table: one row per row below the headings, one text column per thing a form can feed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import pyarrow as pa
import pyarrow.compute as pc

from etl.books.forms import TEXTS, Form
from etl.errors import SourceError
from etl.tables import TEXT
from etl.tables.kinds import schema

CELLS = schema(
    ("report_no", pa.int64()), ("report_row", pa.int64()), ("day", pa.date32()), *((name, TEXT) for name in TEXTS))
"""One row per row of a report below its headings; `report_row` counts from the first row of the file;
`day` is the date as a day, null where it is none."""


def cells_of(form: Form, header_at: int, grid: Sequence[tuple[str, ...]], report_no: int, file_name: str) -> pa.Table:
    """The rows below the headings, each column under what it feeds; an empty cell is null.

    Raises SourceError BOOKS_FORM where a heading stands twice.
    """
    try:
        places = form.places(grid[header_at])
    except ValueError as error:
        raise SourceError(
            "BOOKS_FORM", what=f"The heading {str(error)[:80]!r} stands twice in the report", where=file_name,
            fix="Run the report with each column once, for one span of days, without comparing periods.") from None
    rows = grid[header_at + 1:]
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(grid[header_at])
    count = len(rows)
    made: dict[str, pa.Array] = {
        "report_no": pa.array([report_no] * count, pa.int64()),
        "report_row": pa.array(range(header_at + 2, header_at + 2 + count), pa.int64())}
    for name in TEXTS:
        column = columns[places[name]] if name in places else [None] * count
        made[name] = pa.array([cell if cell and cell.strip() else None for cell in column], TEXT)
    if form.group_feeds and "label" not in places:   # no column of its own: a row with its first cell alone is a label
        alone = [row[0] if row[0].strip() and not any(cell.strip() for cell in row[1:]) else None for row in rows]
        made["label"] = pa.array(alone, TEXT)
        made["date"] = pc.if_else(pc.is_valid(made["label"]), pa.scalar(None, TEXT), made["date"])
    dates = made["date"].dictionary_encode()   # a report has few days and many rows
    days = pa.array([_day(text, form.date_format) for text in dates.dictionary.to_pylist()], pa.date32())
    made["day"] = days.take(dates.indices)
    return pa.table({name: made[name] for name in CELLS.names}, schema=CELLS)


def _day(text: str, date_format: str) -> date | None:
    """A date in the report's form, or as a workbook's cell gives it (ISO)."""
    for words, form in ((text.strip(), date_format), (text.strip()[:10], "%Y-%m-%d")):
        try:
            return datetime.strptime(words, form).date()  # noqa: DTZ007 - a calendar date has no zone
        except ValueError:
            continue
    return None
