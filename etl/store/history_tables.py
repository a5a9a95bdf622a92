"""What the history holds: one table per kind of data, the batch's own columns in front, no file read unchecked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from etl import tables
from etl.disk import damaged
from etl.errors import StoreError
from etl.store import files
from etl.tables.sql_types import sql_type

BATCH_COLUMNS = pa.schema([
    pa.field("company", pa.string()), pa.field("period_end", pa.date32()),
    pa.field("batch", pa.int32()), pa.field("audit_number", pa.int64()),
])
"""In front of every table: whose batch, of which period, and the record of its export in the company's audit log."""

KINDS: Mapping[str, pa.Schema] = {
    "entries": tables.ENTRIES, "pieces": tables.PIECES, "payroll_lines": tables.PAYROLL_LINES,
    "postings": tables.POSTINGS, "allocations": tables.ALLOCATIONS, "billable_lines": tables.BILLABLE_LINES,
    "payroll_hours": tables.PAYROLL_HOURS, "time_activities": tables.TIME_ACTIVITIES, "exceptions": tables.EXCEPTIONS,
    "roll_forward": tables.ROLL_FORWARD, "control_totals": tables.CONTROL_TOTALS, "pay_additions": tables.PAY_ADDITIONS,
    "premiums_by_law": tables.PREMIUMS_BY_LAW, "payroll_taxes": tables.PAYROLL_TAXES,
    "vendor_lines": tables.VENDOR_LINES, "vendor_bills": tables.VENDOR_BILLS,
    "invoice_lines": tables.INVOICE_LINES,
    "conversions": tables.CONVERSIONS, "converted_shares": tables.CONVERTED_SHARES,
}
"""The tables of a batch that the history keeps, by the name of their file in data/."""

STORED: Mapping[str, pa.Schema] = {
    **{kind: pa.schema([*BATCH_COLUMNS, *schema]) for kind, schema in KINDS.items()},
    "batches": pa.schema([
        *BATCH_COLUMNS, pa.field("revision", pa.int32()), pa.field("exported_at", tables.INSTANT),
        pa.field("manifest_digest", pa.string())]),
}
"""The tables as the history stores them; `batches` has one row per exported batch."""

ROWS_AT_ONCE = 500_000


@dataclass(frozen=True)
class PublishedBatch:
    """An exported batch, told by its audit-log record and its manifest.

    `audit_number` is the record of the export, `exported_at` its time (ISO, UTC); `tables` gives the sha256 of
    data/<kind>.parquet for each kind the batch has.
    """

    company: str
    period_end: date
    batch: int
    revision: int
    audit_number: int
    exported_at: str
    manifest_digest: str
    folder: Path
    tables: Mapping[str, str]


def check_files(batch: PublishedBatch) -> None:
    """Nothing, where every table of the batch lies there as its manifest says; otherwise DamageError."""
    for kind in _kinds(batch):
        _content(batch, kind)


def read_tables(batch: PublishedBatch) -> Iterator[tuple[str, pa.Table]]:
    """Each table of the batch in the history's columns, from bytes whose digest was checked a moment before.

    A column that a batch of an earlier version does not have is null. Raises DamageError for changed bytes,
    StoreError for columns this version does not know.
    """
    for kind in _kinds(batch):
        table = pq.read_table(pa.BufferReader(_content(batch, kind)))
        _refuse_strange(batch, kind, table.schema)
        columns = [_column(table, field) for field in KINDS[kind]]
        yield kind, _with_batch_columns(batch, pa.table(columns, schema=KINDS[kind]))


def batch_rows(batches: Sequence[PublishedBatch]) -> pa.Table:
    """The rows of the table `batches`, in the given order."""
    return pa.Table.from_pylist([
        {"company": batch.company, "period_end": batch.period_end, "batch": batch.batch,
         "audit_number": batch.audit_number, "revision": batch.revision, "exported_at": _instant(batch),
         "manifest_digest": batch.manifest_digest} for batch in batches], schema=STORED["batches"])


def in_portions(batches: Sequence[PublishedBatch]) -> Iterator[tuple[str, pa.Table]]:
    """All rows of these batches, some batches at a time, so that few files are written and memory stays bounded.

    The table `batches` comes last.
    """
    waiting: dict[str, list[pa.Table]] = {}
    for batch in batches:
        for name, table in read_tables(batch):
            waiting.setdefault(name, []).append(table)
        if sum(table.num_rows for some in waiting.values() for table in some) >= ROWS_AT_ONCE:
            yield from _joined(waiting)
            waiting = {}
    yield from _joined(waiting)
    yield from _joined({"batches": [batch_rows(batches)]})


def _joined(waiting: Mapping[str, Sequence[pa.Table]]) -> Iterator[tuple[str, pa.Table]]:
    for name, some in waiting.items():
        table = pa.concat_tables(some)
        if table.num_rows:
            yield name, table


def layout() -> dict[str, dict[str, str]]:
    """Per stored table its columns and their types, as DuckDB names them."""
    return {name: {field.name: sql_type(field.type) for field in schema} for name, schema in STORED.items()}


def _kinds(batch: PublishedBatch) -> list[str]:
    unknown = sorted(set(batch.tables) - set(KINDS))
    if unknown:
        raise _newer(batch, f"Batch {batch.batch:04d} holds tables this version does not know: {', '.join(unknown)}")
    return [kind for kind in KINDS if kind in batch.tables]


def _content(batch: PublishedBatch, kind: str) -> bytes:
    path = batch.folder / "data" / f"{kind}.parquet"
    content = files.read_bytes(path)
    if files.sha256_bytes(content) != batch.tables[kind]:
        raise damaged(path, "was changed")
    return content


def _refuse_strange(batch: PublishedBatch, kind: str, schema: pa.Schema) -> None:
    expected = KINDS[kind]
    strange = [f"{field.name} ({field.type})" for field in schema
               if field.name not in expected.names or _narrow(field.type) != expected.field(field.name).type]
    if strange:
        raise _newer(batch, f"Table {kind} of batch {batch.batch:04d} has other columns than this version knows: "
                            f"{', '.join(strange)}")


def _narrow(kind: pa.DataType) -> pa.DataType:
    return pa.string() if pa.types.is_large_string(kind) else kind


def _column(table: pa.Table, field: pa.Field) -> pa.ChunkedArray | pa.Array:
    if field.name not in table.column_names:
        return pa.nulls(table.num_rows, field.type)
    return table.column(field.name).cast(field.type)


def _with_batch_columns(batch: PublishedBatch, table: pa.Table) -> pa.Table:
    values = (batch.company, batch.period_end, batch.batch, batch.audit_number)
    front = [pa.repeat(pa.scalar(value, field.type), table.num_rows)
             for value, field in zip(values, BATCH_COLUMNS, strict=True)]
    return pa.table([*front, *table.columns], schema=pa.schema([*BATCH_COLUMNS, *table.schema]))


def _instant(batch: PublishedBatch) -> datetime:
    try:
        instant = datetime.fromisoformat(batch.exported_at)
    except ValueError:
        instant = None
    if instant is None or instant.utcoffset() != timedelta(0):
        raise StoreError(
            "HISTORY_UNAVAILABLE", what=f"The time of an export is not an instant in UTC: {batch.exported_at}",
            where=f"audit log of {batch.company}, record {batch.audit_number}",
            fix="Run timebooks verify; it names the record if it was changed.")
    return instant


def _newer(batch: PublishedBatch, what: str) -> StoreError:
    return StoreError(
        "HISTORY_UNAVAILABLE", what=what, where=str(batch.folder),
        fix="Update Timebooks to the version that exported this batch, then run timebooks history rebuild.")
