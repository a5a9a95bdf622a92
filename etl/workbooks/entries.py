"""The entries behind each line, as a sheet: a line leads to its entries, each of them back to the line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from etl.tables import ALLOCATIONS, BILLABLE_LINES, ENTRIES, assert_schema
from etl.terms import BatchHeader
from etl.workbooks.sheets import MOST_LINKS, Column, Links, Sheet, quoted
from etl.workbooks.words import top_notes

ENTRIES_TITLE, BILLABLE_TITLE, LINE = "Entries", "Billable lines", "Line"
_KEY = ("line_id", "entry_id", "version", "currency")
TOO_MANY = ("The entries behind a line are too many for a sheet with links: data/allocations.parquet of the batch has "
            "them, timebooks explain tells those of one line.")


def entries(header: BatchHeader, tables: Mapping[str, pa.Table]) -> Sheet | None:
    """One row a line and entry: the seconds and the amount of the line that come from the entry.

    None where nothing is allocated, or more than one sheet can link.
    """
    if "allocations" not in tables or not tables["allocations"].num_rows:
        return None
    shares = assert_schema(tables["allocations"], ALLOCATIONS, "allocations").group_by([*_KEY]).aggregate(
        [("seconds", "sum"), ("amount", "sum")])
    if shares.num_rows > MOST_LINKS:
        return None
    shares = shares.sort_by([(name, "ascending") for name in _KEY])
    columns = [Column(LINE, "text", 13), Column("Entry", "text", 24), Column("Version", "count", 9)]
    names = ["line_id", "entry_id", "version"]
    if "entries" in tables:
        of = assert_schema(tables["entries"], ENTRIES, "entries")
        at = pc.index_in(_versions(shares), _versions(of), skip_nulls=True)
        columns += [Column("Employee", "text", 26), Column("Worked on", "date", 12)]
        for name in ("employee_name", "worked_on"):
            shares, names = shares.append_column(name, pc.take(of[name], at)), [*names, name]
    columns += [Column("Seconds", "seconds", 10), Column("Amount", "amount", 14, currency="Currency"),
                Column("Currency", "text", 10)]
    return Sheet(
        ENTRIES_TITLE, tuple(columns), shares.select([*names, "seconds_sum", "amount_sum", "currency"]),
        notes=top_notes(header, "Which seconds and how much of each line come from which entry; the rows of a line add "
                                "up to it. The line's number leads back to the line."))


def _versions(table: pa.Table) -> pa.ChunkedArray:
    """Entry and version as one text; null where no entry is named."""
    return pc.binary_join_element_wise(table["entry_id"], table["version"].cast(pa.string()), "|")


def billable_lines(header: BatchHeader, table: pa.Table) -> Sheet:
    """Every billable line, in the order of their numbers."""
    columns = (
        Column(LINE, "text", 13), Column("Customer:job", "text", 34), Column("Service", "text", 22),
        Column("Rate", "rate", 12), Column("Seconds", "seconds", 12),
        Column("Amount", "amount", 14, currency="Currency"), Column("Currency", "text", 10))
    rows = assert_schema(table, BILLABLE_LINES, "billable_lines").sort_by("line_id").select(
        ["line_id", "customer_job", "service_item", "bill_rate", "bill_seconds", "amount", "currency"])
    return Sheet(BILLABLE_TITLE, columns, rows, notes=top_notes(header, "One row a customer:job, service and rate."))


def linked(behind: Sheet, lines: Sequence[Sheet]) -> tuple[Sheet, list[Sheet]]:
    """The sheet of entries and the sheets of lines, each line linked to its first entry, each entry to its line.

    An entry whose line stands on none of the sheets leads nowhere; the first sheet that has the line counts.
    """
    ids = _line_ids(behind)
    first: dict[str, int] = {}
    for row, line in enumerate(ids, behind.first_row):
        if line is not None:
            first.setdefault(line, row)
    there, back = [], dict[str, str]()
    for sheet in lines:
        own, letter = _line_ids(sheet), sheet.letter(LINE)
        places = [f"{quoted(behind.title)}!A{first[line]}" if line and line in first else None for line in own]
        there.append(replace(sheet, links=Links(LINE, places)))
        for row, line in enumerate(own, sheet.first_row):
            if line is not None:
                back.setdefault(line, f"{quoted(sheet.title)}!{letter}{row}")
    return replace(behind, links=Links(LINE, [back.get(line or "") for line in ids])), there


def _line_ids(sheet: Sheet) -> list[str | None]:
    """The ids of the sheet's rows, in order."""
    if not isinstance(sheet.rows, pa.Table):
        return []
    at = [column.heading for column in sheet.columns if not column.formula].index(LINE)
    return list(sheet.rows.column(at).to_pylist())
