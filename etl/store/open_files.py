"""Tables in forms that any program reads: CSV and Parquet side by side, read back from disk and counted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from etl.disk import told
from etl.store import files
from etl.tables import PARQUET

_BLOCK = 8 << 20


@dataclass
class Counts:
    """Rows, whole seconds and amounts of one table: the sums of its columns by name, exact."""

    rows: int = 0
    sums: dict[str, Decimal] = field(default_factory=dict)

    def add(self, table: pa.Table | pa.RecordBatch) -> None:
        """Count further rows; columns of text are read as the numbers they stand for."""
        self.rows += table.num_rows
        for name in table.schema.names:
            kind = _summed(name)
            if kind is not None:
                total = pc.sum(pc.cast(table.column(name), kind)).as_py()
                self.sums[name] += Decimal(total or 0)

    @classmethod
    def of(cls, schema: pa.Schema) -> Counts:
        """Nothing yet."""
        return cls(sums={name: Decimal(0) for name in schema.names if _summed(name) is not None})

    @property
    def said(self) -> dict[str, str]:
        """Each sum as text, without needless zeros after the point."""
        return {name: _plain(total) for name, total in sorted(self.sums.items())}


def _summed(name: str) -> pa.DataType | None:
    """What a column is added up as: seconds, amounts, money; None for anything else."""
    if name == "seconds" or name.endswith("_seconds"):
        return pa.int64()
    return pa.decimal128(38, 6) if name == "amount" or name.endswith("_amount") else None


def _plain(total: Decimal) -> str:
    text = f"{total:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass
class OpenTable:
    """One table that is being written: <folder>/<name>.csv and .parquet, UTF-8, header first, no index."""

    folder: Path
    name: str
    schema: pa.Schema
    counts: Counts = field(init=False)

    def __post_init__(self) -> None:
        self.counts = Counts.of(self.schema)

    @property
    def paths(self) -> tuple[Path, Path]:
        """The CSV and the Parquet file."""
        return self.folder / f"{self.name}.csv", self.folder / f"{self.name}.parquet"

    @contextmanager
    def writing(self) -> Iterator[OpenTable]:
        """While this lasts rows can be added; then both files are whole."""
        files.make_folder(self.folder)
        csv_path, parquet_path = self.paths
        as_text = pa.schema([(one, pa.string()) for one in self.schema.names])
        with (told("write", csv_path), pa_csv.CSVWriter(str(csv_path), as_text) as self._csv,
              pq.ParquetWriter(str(parquet_path), self.schema, **PARQUET) as self._parquet):
            yield self
        for path in self.paths:
            path.chmod(0o600)

    def write(self, table: pa.Table) -> None:
        """Add rows."""
        table = table.select(self.schema.names).cast(self.schema)
        self.counts.add(table)
        self._parquet.write_table(table)
        self._csv.write_table(pa.table([pc.cast(column, pa.string()) for column in table.columns], self.schema.names))

    def read_back(self) -> tuple[Counts, Counts]:
        """What the CSV and the Parquet file hold, read from disk a part at a time."""
        csv_path, parquet_path = self.paths
        as_text = pa_csv.ConvertOptions(column_types=dict.fromkeys(self.schema.names, pa.string()),
                                        strings_can_be_null=True, null_values=[""], quoted_strings_can_be_null=False)
        from_csv, from_parquet = Counts.of(self.schema), Counts.of(self.schema)
        with pa_csv.open_csv(csv_path, read_options=pa_csv.ReadOptions(block_size=_BLOCK), convert_options=as_text,
                             parse_options=pa_csv.ParseOptions(newlines_in_values=True)) as reader:
            for batch in reader:
                from_csv.add(batch)
        with pq.ParquetFile(parquet_path) as file:
            for batch in file.iter_batches():
                from_parquet.add(batch)
        return from_csv, from_parquet
