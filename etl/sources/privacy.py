"""Places and devices: removed, made coarse or set apart before anything of an export lands (docs/adr/0019).

The pull record keeps the digest of the file as it came, so that the original can be recognized without being kept.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq

from etl.settings import Drop
from etl.sources import limited
from etl.sources.csv_reader import read_csv
from etl.sources.dialects import personal_headings
from etl.sources.findings import LIMITS, Limits
from etl.sources.preflight import unpacked
from etl.tables import TEXT

_HEAD = 1 << 16   # bytes looked at for the headings
_COORDINATES = r"^\s*-?[0-9]{1,3}(\.[0-9]+)?(\s*[,; ]\s*-?[0-9]{1,3}(\.[0-9]+)?)?\s*$"


@dataclass(frozen=True)
class Received:
    """What of a file may land. `record`: for the pull record, empty where nothing was changed; `apart`: as CSV."""

    content: bytes
    record: dict[str, Any] = field(default_factory=dict)
    apart: bytes = b""


def screened(content: bytes, file_name: str, drop: Drop, limits: Limits = LIMITS) -> Received:
    """The bytes of an export without what it tells of places and devices, by the drop's `personal`.

    CSV and Parquet files are written anew without these columns; a workbook that has them is refused by its reader.
    Raises FileRefusedError with whatever a faulty CSV file is refused with.
    """
    if drop.format == "parquet" and limited.is_foreign(drop):   # no column of a workbook is looked at here
        record, [kept, apart] = limited.ask("screened", content, file_name, drop, limits)
        return Received(kept if record else content, record, apart)
    return screened_here(content, file_name, drop, limits)


def screened_here(content: bytes, file_name: str, drop: Drop, limits: Limits) -> Received:
    """The same in this process."""
    names = headings_here(content, drop)
    found = personal_headings(drop, names)
    if not found:
        return Received(content)
    rows = _rows(content, file_name, drop, limits)
    coarse = [name for name in found if drop.personal.mode == "coarse" and _is_coordinates(rows[name])]
    kept = pa.table({name: _coarse(rows[name]) if name in coarse else rows[name]
                     for name in rows.column_names if name not in found or name in coarse})
    apart = drop.personal.mode == "apart"
    record = {
        "original_sha256": hashlib.sha256(content).hexdigest(), "mode": drop.personal.mode,
        "removed": [name for name in found if name not in coarse], "coarse": coarse,
        "purpose": drop.personal.purpose if apart else ""}
    return Received(_written(kept, drop), record, _csv(rows.select(found), ",") if apart else b"")


def headings_of(content: bytes, drop: Drop) -> list[str]:
    """The headings of a file; none where it is not what was declared, which its reader will tell."""
    if drop.format == "parquet" and limited.is_foreign(drop):
        found, _ = limited.ask("headings", content, "", drop, LIMITS)
        return [str(name) for name in found]
    return headings_here(content, drop)


def headings_here(content: bytes, drop: Drop) -> list[str]:
    """The same in this process."""
    try:
        if drop.format == "parquet":
            return list(pq.read_schema(pa.BufferReader(content)).names)
        if drop.format != "csv":
            return []
        head = gzip.GzipFile(fileobj=io.BytesIO(content)).read(_HEAD) if drop.compression == "gzip" else content[:_HEAD]
        text = head.decode("utf-8-sig" if drop.encoding == "utf-8" else drop.encoding, "ignore")
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=drop.delimiter), [])
    except (OSError, EOFError, ValueError, csv.Error, pa.ArrowException):
        return []


def _rows(content: bytes, file_name: str, drop: Drop, limits: Limits) -> pa.Table:
    """The file's columns: a CSV's texts as they are, a Parquet file's with their types."""
    plain = unpacked(content, file_name, drop, limits)
    if drop.format == "parquet":
        return pq.read_table(pa.BufferReader(plain), page_checksum_verification=True)
    as_they_are = drop.model_copy(update={"null_text": ""})
    return read_csv(plain, file_name, as_they_are, limits)


def _is_coordinates(column: pa.ChunkedArray) -> bool:
    """Whether all that stands in a column is a latitude, a longitude or both."""
    if not pa.types.is_string(column.type):
        return False
    return bool(pc.all(pc.fill_null(pc.match_substring_regex(column, _COORDINATES), fill_value=True)).as_py())


def _coarse(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Coordinates cut to one decimal."""
    return pc.replace_substring_regex(column, r"(\.[0-9])[0-9]+", r"\1")


def _written(table: pa.Table, drop: Drop) -> bytes:
    """The table in the form the drop declares; the same bytes for the same rows."""
    if drop.format == "parquet":
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink, version="2.6", compression="zstd", store_schema=False, write_page_checksum=True)
        return bytes(sink.getvalue())
    text = _csv(table, drop.delimiter)
    encoded = text if drop.encoding == "utf-8" else text.decode().encode(drop.encoding)
    return gzip.compress(encoded, mtime=0) if drop.compression == "gzip" else encoded


def _csv(table: pa.Table, delimiter: str) -> bytes:
    """Rows as CSV in UTF-8, quoted where needed; an absent value is an empty field."""
    sink = io.BytesIO()
    texts = pa.table({name: table[name].cast(TEXT) for name in table.column_names})
    arrow_csv.write_csv(texts, sink, arrow_csv.WriteOptions(delimiter=delimiter, quoting_style="needed"))
    return sink.getvalue()
