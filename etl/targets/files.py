"""Names of rendered files, and rows as CSV: comma, CRLF, UTF-8 without BOM, quotes only where they are needed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.targets.printed import each_distinct
from etl.terms import FileRole, RenderedFile

Folder = Literal["upload", "corrections", "worksheets"]
_ROLES: dict[Folder, FileRole] = {"upload": "import", "corrections": "correction", "worksheets": "worksheet"}
_NEEDS_QUOTES = '[,"]'


def rendered(document: str, folder: Folder, name: str, content: tuple[bytes, int]) -> RenderedFile:
    """One file of a document with its rows: upload/quickbooks_desktop/<name>, corrections/…, worksheets/…."""
    return RenderedFile(f"{folder}/{document.partition('.')[0]}/{name}", _ROLES[folder], *content, document)


def part_name(stem: str, number: int, count: int, ending: str) -> str:
    """The name of one file of several: journal_TB0042L_1of3.csv; of a single one journal_TB0042L.csv."""
    return f"{stem}_{number}of{count}.{ending}" if count > 1 else f"{stem}.{ending}"


def csv_content(columns: dict[str, pa.Array]) -> tuple[bytes, int]:
    """The columns under their names, with the number of rows. Texts hold no line break: they were cleaned before."""
    rows = csv_rows(list(columns.values()))
    head = ",".join(_quoted(name) for name in columns)
    return csv_bytes(head, rows), len(rows)


def csv_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[bytes, int]:
    """The rows under their heading, with their number; for files whose rows are made one by one."""
    lines = [",".join(_quoted(cell) for cell in row) for row in [head, *rows]]
    return "".join(f"{line}\r\n" for line in lines).encode(), len(rows)


def csv_rows(columns: Sequence[pa.Array]) -> pa.Array:
    """One text per row: the columns quoted where needed and joined by commas. Source: RFC 4180."""
    return pc.binary_join_element_wise(*(_quoted_column(column) for column in columns), ",")


def csv_bytes(head: str, rows: pa.Array) -> bytes:
    """Header and rows, each ended by CRLF."""
    return f"{head}\r\n".encode() + joined_bytes(pc.binary_join_element_wise(rows, "", "\r\n"))


def joined_bytes(texts: pa.Array, start: int = 0, end: int | None = None) -> bytes:
    """The texts from one to another, one after the other: as a column holds them anyway."""
    _, offsets, content = texts.buffers()
    if not len(texts) or content is None:
        return b""
    places = np.frombuffer(offsets, np.int32, len(texts) + 1, texts.offset * 4)
    return memoryview(content)[places[start]:places[len(texts) if end is None else end]].tobytes()


def _quoted_column(column: pa.Array) -> pa.Array:
    if not pc.any(pc.match_substring_regex(column, _NEEDS_QUOTES)).as_py():
        return column
    return each_distinct(column, _quoted)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if "," in text or '"' in text else text
