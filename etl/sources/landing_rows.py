"""The entries of a pull on their way to Parquet: a page at a time, in row groups of one size, never all in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from etl.sources.beside import Beside
from etl.tables import LANDED_COLUMNS, LANDED_ENTRIES, PARQUET, TEXT

ROWS_PER_GROUP = 20_480
ROWS_AT_ONCE = 1_000   # made Arrow's together; texts of many more pages would crowd the memory
Column: TypeAlias = Sequence[str | None] | pa.Array
Columns = Mapping[str, Column]


class RowFile:
    """The landed entries of a pull that is under way; the file is written anew with each listing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writer: pq.ParquetWriter | None = None
        self._writing = Beside("parquet")   # of the row group before
        self._waiting: list[list[pa.Array]] = []
        self._count_waiting = 0
        self._pages: list[tuple[Columns, int]] = []
        self._count_of_pages = 0
        self.rows = 0

    def begin(self) -> None:
        """An empty file."""
        self.close()
        self._waiting, self._count_waiting, self.rows = [[] for _ in LANDED_COLUMNS], 0, 0
        self._pages, self._count_of_pages = [], 0
        self.path.unlink(missing_ok=True)   # never into a file that somebody still holds open
        self._writer = _writer(self.path)

    def add(self, columns: Columns, count: int) -> None:
        """Rows of one page: text columns by name, the others are null; an empty text is null too."""
        self._pages.append((columns, count))
        self._count_of_pages += count
        self.rows += count
        if self._count_of_pages >= ROWS_AT_ONCE:
            self._make()

    def _make(self) -> None:
        """Arrow's columns of the pages that came last."""
        pages, self._pages = self._pages, []
        nothing = pa.nulls(self._count_of_pages, TEXT)
        made: dict[tuple[int, ...], list[pa.Array]] = {}   # columns that hold the same are made once
        for name, waiting in zip(LANDED_COLUMNS, self._waiting, strict=True):
            told = [columns.get(name) for columns, _ in pages]
            same = tuple(map(id, told))
            if same not in made:
                made[same] = [nothing] if told.count(None) == len(told) else _as_arrow(told, [n for _, n in pages])
            waiting.extend(made[same])
        self._count_waiting += self._count_of_pages
        self._count_of_pages = 0
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
                self.add({name: table[name].combine_chunks() for name in LANDED_COLUMNS}, table.num_rows)

    def close(self) -> None:
        """The file with everything added. Raises what writing it raised."""
        if self._writer is None:
            return
        try:
            self._make()
            self._write(self._count_waiting)
            self._writing.wait()
        finally:
            self._writing.end()
            writer, self._writer = self._writer, None
            writer.close()

    def _write(self, count: int) -> None:
        """The first rows of those that wait, as one row group, written while further pages are read."""
        if self._writer is None or not count:
            return
        first = self.rows - self._count_waiting + 1
        waiting = [pa.chunked_array(chunks, TEXT) for chunks in self._waiting]
        group = [texts.slice(0, count) for texts in waiting]
        self._waiting = [list(texts.slice(count).chunks) for texts in waiting]
        self._count_waiting -= count
        self._writing.begin(_write_group, self._writer, first, group)

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


def _as_arrow(columns: Sequence[Column | None], counts: Sequence[int]) -> list[pa.Array]:
    """One column of some pages, in order; lists of text become one array."""
    made: list[pa.Array] = []
    texts: list[str | None] = []
    for column, count in zip(columns, counts, strict=True):
        if isinstance(column, pa.Array):
            made += [pa.array(texts, TEXT), column] if texts else [column]
            texts = []
        else:
            texts += [None] * count if column is None else column
    return [*made, pa.array(texts, TEXT)] if texts else made


def _writer(path: Path) -> pq.ParquetWriter:
    return pq.ParquetWriter(path, LANDED_ENTRIES, **PARQUET)


def _write_group(writer: pq.ParquetWriter, first: int, columns: Sequence[pa.ChunkedArray]) -> None:
    count = len(columns[0])
    numbers = pa.array(np.arange(first, first + count), pa.int64())
    texts = [_nothing_for_empty(texts.combine_chunks()) for texts in columns]
    writer.write_table(pa.table([numbers, *texts], schema=LANDED_ENTRIES), row_group_size=ROWS_PER_GROUP)


def _nothing_for_empty(texts: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, TEXT), texts)
