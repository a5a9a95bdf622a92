"""Parquet exports: typed columns as text, each type in one fixed form."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from etl.settings import Drop
from etl.sources.dialects import fitted
from etl.sources.findings import KEPT, LIMITS, FileRefusedError, Finding, Limits, counted, no_rows, refuse_if, refused
from etl.sources.headers import check_header
from etl.sources.landed import FIRST_ROW
from etl.sources.numbers import plain_number
from etl.sources.preflight import too_large
from etl.tables import TEXT

_UTC_NAMES = ("UTC", "Etc/UTC", "Z", "+00:00")


def read_parquet(content: bytes, file_name: str, drop: Drop, limits: Limits = LIMITS) -> pa.Table:
    """The rows of a Parquet file: one text column per column; empty and null_text are null.

    Texts as they are; whole and decimal numbers in plain digits; dates YYYY-MM-DD; timestamps YYYY-MM-DD HH:MM:SS,
    with Z behind them where they are UTC (so that they never pass for local time), fractions of a second only where
    there are some; times HH:MM:SS; truth true or false. A 64-bit float is taken as the shortest decimal that is this
    number, and refused where that needs an exponent; smaller floats and nested types are refused.
    """
    try:
        texts = _texts(content, file_name, drop, limits)
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        raise refused(file_name, "PARQUET_DAMAGED", f"The Parquet file is damaged: {error}",
                      "Export or copy the file again.") from None
    nulls = pa.array(sorted({"", drop.null_text}))
    return pa.table({name: pc.if_else(pc.is_in(text, value_set=nulls), pa.scalar(None, TEXT), text)
                     for name, text in texts.items()})


def _texts(content: bytes, file_name: str, drop: Drop, limits: Limits) -> dict[str, pa.ChunkedArray]:
    """Each column as text. Texts are read as codes, so that a small file cannot become a large table unseen."""
    schema = pq.read_schema(pa.BufferReader(content))
    names = list(schema.names)
    refuse_if(file_name, check_header(names, fitted(drop, names), unit="row"))
    coded = [field.name for field in schema if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)]
    file = pq.ParquetFile(pa.BufferReader(content), read_dictionary=coded, page_checksum_verification=True)
    if file.metadata.num_rows == 0:
        raise no_rows(file_name)
    refuse_if(file_name, _beyond(file.metadata, limits))
    table = file.read()
    table.validate(full=True)   # Parquet does not promise that its texts are UTF-8
    size = sum(_bytes_of_texts(column) for column in table.columns)
    if size > limits.unpacked_bytes:
        raise FileRefusedError(file_name, [too_large(limits.unpacked_bytes, "unpacked")])
    findings: list[Finding] = []
    texts = {name: _text(table[name], name, findings) for name in names}
    refuse_if(file_name, [*findings, *_nul(texts)])
    return texts


def _nul(texts: dict[str, pa.ChunkedArray]) -> list[Finding]:
    """NUL characters inside a text (B06)."""
    return [Finding(0, name, "TEXT_NUL", f"A text of column {name!r} holds a NUL character",
                    "Export again; a NUL is never part of a name or a note.")
            for name, text in texts.items() if pc.any(pc.match_substring(text, "\0")).as_py()]


def _bytes_of_texts(column: pa.ChunkedArray) -> int:
    """What the texts of a coded column need when each is written out."""
    if not pa.types.is_dictionary(column.type):
        return 0
    return sum(pc.sum(pc.binary_length(chunk.dictionary).take(chunk.indices).cast(pa.int64())).as_py() or 0
               for chunk in column.chunks)


def _beyond(metadata: pq.FileMetaData, limits: Limits) -> list[Finding]:
    """More than is read; told by the file's own footer before anything is unpacked."""
    size = sum(metadata.row_group(number).total_byte_size for number in range(metadata.num_row_groups))
    if metadata.num_rows > limits.rows or size > limits.unpacked_bytes or metadata.num_columns > limits.columns:
        return [Finding(0, "", "FILE_TOO_LARGE",
                        f"The file has {metadata.num_rows:,} rows, {metadata.num_columns:,} columns, {size:,} bytes",
                        "Export a shorter span of time into each file.")]
    return []


def _text(column: pa.ChunkedArray, name: str, findings: list[Finding]) -> pa.ChunkedArray:
    """A column as text; what has none is added to the findings."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return column.cast(TEXT)
    if pa.types.is_null(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_date(kind):
        return column.cast(TEXT)
    if pa.types.is_float64(kind) or pa.types.is_decimal(kind):
        return _numbers(column, name, findings)
    if pa.types.is_timestamp(kind) and (kind.tz is None or kind.tz in _UTC_NAMES):
        return _clocked(column.cast(pa.timestamp(kind.unit)), "Z" if kind.tz else "")
    if pa.types.is_time(kind):
        return _without_zeros(column.cast(pa.time64("ns")).cast(TEXT))
    findings.append(Finding(0, name, "PARQUET_TYPE", f"Column {name!r} is of type {kind}, which has no plain text",
                            "Write the column as text, decimal, date or UTC timestamp into the file."))
    return pa.chunked_array([pa.nulls(len(column), TEXT)])


def _numbers(column: pa.ChunkedArray, name: str, findings: list[Finding]) -> pa.ChunkedArray:
    """Floats and decimals in plain digits, each distinct value once."""
    coded = pc.dictionary_encode(column.combine_chunks())
    values = coded.dictionary.to_pylist()
    texts = [plain_number(value) if isinstance(value, float) else f"{value:f}" for value in values]
    wrong = pc.indices_nonzero(pc.is_in(coded.indices, value_set=pa.array(
        [code for code, text in enumerate(texts) if not text], coded.indices.type)))
    found = [Finding(row + FIRST_ROW, name, "PARQUET_NUMBER",
                     f"Row {row + FIRST_ROW} of column {name!r} holds {column[row].as_py()!r}, no plain decimal",
                     "Write the column as decimal or text into the file.", "row") for row in wrong[:KEPT].to_pylist()]
    findings += counted(found, len(wrong))
    return pa.chunked_array([pa.array(texts, TEXT).take(coded.indices)])


def _clocked(column: pa.ChunkedArray, zone: str) -> pa.ChunkedArray:
    """Timestamps as text, a fraction of a second only where there is one."""
    text = pc.strftime(column, format="%Y-%m-%d %H:%M:%S")
    text = text if column.type.unit == "s" else _without_zeros(text)
    return pc.binary_join_element_wise(text, zone, "") if zone else text


def _without_zeros(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """Clock times with digits behind the point, cut to those that say something."""
    return pc.utf8_rtrim(pc.utf8_rtrim(text, characters="0"), characters=".")
