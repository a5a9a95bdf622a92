"""The entries of a pull on their way to Parquet: a page at a time, in row groups of one size, never all in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from etl.tables import LANDED_COLUMNS, LANDED_ENTRIES, PARQUET, TEXT

ROWS_PER_GROUP = 20_480
Columns = Mapping[str, Sequence[str | None]]


class RowFile:
    """The landed entries of a pull that is under way; the file is written anew with each listing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writer: pq.ParquetWriter | None = None
        self._waiting: list[pa.Table] = []
        self._count_waiting = 0
        self.rows = 0

    def begin(self) -> None:
        """An empty file."""
        self.close()
        self._waiting, self._count_waiting, self.rows = [], 0, 0
        self.path.unlink(missing_ok=True)   # never into a file that somebody still holds open
        self._writer = _writer(self.path)

    def add(self, columns: Columns, count: int) -> None:
        """Rows of one page: text columns by name, the others are null; an empty text is null too."""
        numbers = pa.array(np.arange(self.rows + 1, self.rows + count + 1), pa.int64())
        texts = [pa.array(columns[name], TEXT) if name in columns else pa.nulls(count, TEXT)
                 for name in LANDED_COLUMNS]   # at once: texts of many pages would crowd the memory
        self._waiting.append(pa.table([numbers, *texts], schema=LANDED_ENTRIES))
        self._count_waiting += count
        self.rows += count
        while self._count_waiting >= ROWS_PER_GROUP:
            self._write(ROWS_PER_GROUP)

    def adopt(self, other: RowFile) -> None:
        """Another file becomes this one."""
        other.path.replace(self.path)
        self.rows = other.rows

    def add_file(self, path: Path) -> None:
        """The rows of another file, numbered on."""
        with pq.ParquetFile(path) as file:
            for group in range(file.num_row_groups):
                table = file.read_row_group(group, columns=list(LANDED_COLUMNS))
                self.add(table.to_pydict(), table.num_rows)

    def close(self) -> None:
        """The file with everything added."""
        if self._writer is not None:
            self._write(self._count_waiting)
            self._writer.close()
            self._writer = None

    def _write(self, count: int) -> None:
        """The first rows of those that wait, as one row group."""
        if self._writer is None or not count:
            return
        waiting = pa.concat_tables(self._waiting).combine_chunks()
        group = waiting.slice(0, count)
        for place, name in enumerate(LANDED_COLUMNS, 1):
            group = group.set_column(place, LANDED_ENTRIES.field(name), _nothing_for_empty(group[name]))
        self._writer.write_table(group, row_group_size=ROWS_PER_GROUP)
        self._waiting = [waiting.slice(count)]
        self._count_waiting -= count

    def keep_latest(self, repeated: Sequence[int]) -> int:
        """Of rows whose keys came more than once, only the latest stays: by update time, else by order of reading.

        `repeated`: the places (0 is the first row) of all rows whose key may have come more than once. Gives how many
        rows went.
        """
        places = np.asarray(sorted(repeated), np.int64)
        file = pq.ParquetFile(self.path)
        told = []
        first = 0
        for group in range(file.num_row_groups):
            count = file.metadata.row_group(group).num_rows
            inside = places[(places >= first) & (places < first + count)]
            if len(inside):
                rows = file.read_row_group(group, columns=["entry_ref", "updated_text"]).take(inside - first)
                told += [(row["entry_ref"], row["updated_text"] or "", place)
                         for row, place in zip(rows.to_pylist(), inside.tolist(), strict=True)]
            first += count
        latest: dict[str, tuple[str, int]] = {}
        for ref, updated, place in told:
            if ref not in latest or (updated, place) > latest[ref]:
                latest[ref] = (updated, place)
        gone = np.asarray(sorted(place for ref, _, place in told if latest[ref][1] != place), np.int64)
        if len(gone):
            self._without(file, gone)
        return len(gone)

    def _without(self, file: pq.ParquetFile, gone: np.ndarray) -> None:
        beside = self.path.with_suffix(".fewer")
        first = 0
        with _writer(beside) as writer:
            for group in range(file.num_row_groups):
                table = file.read_row_group(group)
                stays = ~np.isin(np.arange(first, first + table.num_rows), gone)
                writer.write_table(table.filter(pa.array(stays)), row_group_size=ROWS_PER_GROUP)
                first += table.num_rows
        file.close()
        beside.replace(self.path)
        self.rows -= len(gone)


def _writer(path: Path) -> pq.ParquetWriter:
    return pq.ParquetWriter(path, LANDED_ENTRIES, **PARQUET)


def _nothing_for_empty(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, TEXT), texts)
