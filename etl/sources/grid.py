"""A report as its cells: every row of a CSV or a sheet as texts, titles and totals included, rows of one width."""

from __future__ import annotations

import csv
import io

from etl.settings import Drop
from etl.sources.findings import LIMITS, Finding, Limits, refuse_if, refused
from etl.sources.preflight import csv_text, kind_of, too_large
from etl.sources.xlsx_reader import xlsx_cells

Grid = list[tuple[str, ...]]


def read_grid(
    content: bytes, file_name: str, *, encoding: str = "utf-8", delimiter: str = ",", sheet: str = "",
    limits: Limits = LIMITS,
) -> Grid:
    """The rows of a report in file order, empty cells as empty texts.

    A workbook's dates are ISO, its durations H:MM:SS.

    UTF-8 is read as such; another encoding only where the bytes are no UTF-8. Raises FileRefusedError with every
    finding of the pre-flight: kind of file, encoding, NUL, line ends, quotes, sizes.
    """
    if not content:
        raise refused(file_name, "FILE_EMPTY", "The file is empty: 0 bytes", "Export the report again.")
    if len(content) > limits.file_bytes:
        refuse_if(file_name, [too_large(limits.file_bytes, "in all")])
    if kind_of(content) == "zip":
        return _of_one_width(xlsx_cells(content, file_name, sheet, limits), file_name, limits)
    if kind_of(content) != "text":
        raise refused(file_name, "FILE_FORMAT", f"The content is {kind_of(content)}, no CSV text and no workbook",
                      "Export the report as CSV or as an Excel workbook (.xlsx) without a password.")
    drop = Drop.model_construct(name="books", encoding=_encoding(content, encoding), delimiter=delimiter)
    text = csv_text(content, file_name, drop, limits).content.decode("utf-8")
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise refused(file_name, "CSV_UNREADABLE", f"The rows cannot be read: {error}",
                      "Export the report again; if it stays, report this with the file.") from None
    return _of_one_width([tuple(row) for row in rows], file_name, limits)


def _encoding(content: bytes, declared: str) -> str:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return declared
    return "utf-8"


def _of_one_width(rows: Grid, file_name: str, limits: Limits) -> Grid:
    wide = max((len(row) for row in rows), default=0)
    if wide > limits.columns:
        refuse_if(file_name, [Finding(0, "", "FILE_TOO_WIDE", f"A row has {wide:,} cells; up to {limits.columns} are "
                                      "read", "Export the report with only the columns named in the documents.")])
    if len(rows) > limits.rows:
        refuse_if(file_name, [Finding(0, "", "FILE_TOO_LARGE", f"The file has {len(rows):,} rows; up to "
                                      f"{limits.rows:,} are read", "Export a shorter span of time.")])
    longest = max((len(cell) for row in rows for cell in row), default=0)
    if longest > limits.cell_bytes:
        refuse_if(file_name, [Finding(0, "", "CSV_TOO_LONG", f"A cell has {longest:,} characters; up to "
                                      f"{limits.cell_bytes:,} are read", "Shorten the text in the books.")])
    return [(*row, *[""] * (wide - len(row))) for row in rows]
