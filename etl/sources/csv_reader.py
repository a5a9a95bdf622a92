"""CSV exports: every field of every row as the text it is, or the whole file refused with its faulty lines."""

from __future__ import annotations

import csv

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from etl.settings import Drop
from etl.sources.dialects import fitted
from etl.sources.findings import KEPT, LIMITS, FileRefusedError, Finding, Limits, counted, no_rows, refuse_if, refused
from etl.sources.headers import check_header
from etl.sources.preflight import BOM, CsvText, csv_text

_BLOCK = 1 << 23   # bytes one thread parses at a time


def read_csv(content: bytes, file_name: str, drop: Drop, limits: Limits = LIMITS) -> pa.Table:
    """The rows of a CSV file in file order: one text column per heading; empty and null_text are null.

    Raises FileRefusedError with every finding: the pre-flight's, the header's (B14-B17), and every row that has
    another number of fields than the header (B10-B13).
    """
    text = csv_text(content, file_name, drop, limits)
    names = header_names(text, file_name, drop, limits)
    refuse_if(file_name, check_header(names, fitted(drop, names)))
    if not text.rows:
        raise no_rows(file_name)
    refuse_if(file_name, _endless(text))
    table = _rows(text, names, file_name, drop)
    refuse_if(file_name, _too_large(table, limits))
    return table


def header_names(text: CsvText, file_name: str, drop: Drop, limits: Limits = LIMITS) -> list[str]:
    """The headings of the file, in its order."""
    try:
        names = next(csv.reader([text.header], delimiter=drop.delimiter, strict=True))
    except (csv.Error, StopIteration):
        names = []
    if not names or len(names) > limits.columns:
        what = f"The first line has {len(names):,} columns; a header has up to {limits.columns}"
        raise refused(file_name, "FILE_TOO_WIDE", what,
                      "Export again with only the declared columns, one heading each in the first line.", line=1)
    return names


def _endless(text: CsvText) -> list[Finding]:
    """A stretch of half a block in which no row ends.

    Arrow must never see one: after its own error for it, Arrow 26 aborts the whole process at exit.
    """
    before, last = 0, text.rows_at + len(text.rows)
    for at in range(text.rows_at, last, _BLOCK // 2):
        end = at + _BLOCK // 2
        if end < last and not _row_ends(text, at, end, before):
            line = text.line_of(at)
            return [Finding(line, "", "CSV_TOO_LONG",
                            f"The row in line {line} does not end within {_BLOCK // 2:,} bytes",
                            "Export again; a line end or a quote is probably missing.")]
        before += text.content.count(b'"', at, end) if text.has_quotes else 0
    return []


def _row_ends(text: CsvText, at: int, end: int, quotes: int) -> bool:
    """Whether a line end outside quotes lies in the stretch; `quotes` is how many came before it."""
    while (place := text.content.find(text.newline, at, end)) >= 0:
        quotes += text.content.count(b'"', at, place)
        if quotes % 2 == 0:
            return True
        at = place + 1
    return False


def _rows(text: CsvText, names: list[str], file_name: str, drop: Drop) -> pa.Table:
    """Arrow's reader, told everything: no type, no null word, no quote rule is left for it to guess."""
    wrong: list[int] = []
    rows = BOM + text.rows if text.rows[:3] == BOM else text.rows   # Arrow takes one mark off whatever it reads

    def note(row: arrow_csv.InvalidRow) -> str:
        wrong.append(row.actual_columns)
        return "skip"   # never kept: the file is refused below

    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(pa.py_buffer(rows)),
            read_options=arrow_csv.ReadOptions(column_names=names, block_size=_BLOCK),
            parse_options=arrow_csv.ParseOptions(
                delimiter=drop.delimiter, quote_char='"', double_quote=True, escape_char=False,
                newlines_in_values=text.has_quotes, ignore_empty_lines=False, invalid_row_handler=note),
            convert_options=arrow_csv.ConvertOptions(
                check_utf8=False, column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True,
                quoted_strings_can_be_null=True, null_values=["", drop.null_text]))
    except pa.ArrowInvalid as error:
        raise refused(file_name, "CSV_UNREADABLE", f"The rows cannot be read: {error}",
                      "Export again; if it stays, report this with the file.") from None
    if wrong:
        raise FileRefusedError(file_name, _wrong_rows(text, len(names), drop))
    return table


def _wrong_rows(text: CsvText, width: int, drop: Drop) -> list[Finding]:
    """Each row with another number of fields than the header, by line. Only looked for once one is known to exist."""
    signs = np.frombuffer(text.rows, np.uint8)
    newline = ord(text.newline)
    inside = np.bitwise_xor.accumulate(signs == ord('"'))
    marks = np.flatnonzero(((signs == ord(drop.delimiter)) | (signs == newline)) & ~inside)
    ends = np.append(np.flatnonzero(signs[marks] == newline), len(marks))
    fields = np.diff(ends, prepend=-1)
    wrong = np.flatnonzero(fields != width)
    starts = np.concatenate(([0], marks[ends[:-1]] + 1))[wrong]
    first_line = text.line_of(text.rows_at)
    lines = np.searchsorted(np.flatnonzero(signs == newline), starts[:KEPT]) + first_line
    found = [
        Finding(int(line), "", "CSV_FIELDS", _fields_told(int(count), int(line), width),
                "Correct that line in the export, or export again; no row is read while one is torn.")
        for line, count in zip(lines, fields[wrong[:KEPT]], strict=True)]
    return counted(found, len(wrong))


def _fields_told(count: int, line: int, width: int) -> str:
    return f"Line {line} has {count} field{'s' if count != 1 else ''}, the header has {width}"


def _too_large(table: pa.Table, limits: Limits) -> list[Finding]:
    if table.num_rows > limits.rows:
        what = f"The file has {table.num_rows:,} rows; up to {limits.rows:,} are read"
        return [Finding(0, "", "FILE_TOO_LARGE", what, "Export a shorter span of time into each file.")]
    longest = {name: pc.max(pc.binary_length(table[name])).as_py() or 0 for name in table.column_names}
    return [Finding(0, name, "CSV_TOO_LONG",
                    f"A field of column {name!r} has {size:,} bytes; up to {limits.cell_bytes:,} are read",
                    "Shorten the text in the tracker, or leave the column out of the export.")
            for name, size in longest.items() if size > limits.cell_bytes]
