"""What every bill file shares: the lines that have a bill number, their description, whole bills, the way back."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pyarrow as pa
import pyarrow.compute as pc

from etl.settings import Settings
from etl.tables import VENDOR_LINES, assert_schema
from etl.targets.fields import changes, name_findings, written_texts
from etl.targets.files import csv_bytes, csv_rows, rendered
from etl.targets.findings import Finding, empty_cells, money_findings, refuse
from etl.targets.printed import clock_seconds, currency_amounts
from etl.terms import BatchHeader, RenderedFile

_NEEDED = ("document_number", "vendor_name", "account", "amount", "currency", "billed_on", "due_on")


def billed(table: pa.Table, document: str) -> pa.Table:
    """The lines that have a bill number, fit to be written; or TargetError with every finding.

    A line without one waits for the vendor's invoice and is left out.
    """
    rows = _numbered(table)
    refuse(empty_cells(rows, _NEEDED, document))
    refuse([*name_findings(rows, document), *money_findings(rows, document), *_twice(rows, document)])
    return rows


def bill_texts(rows: pa.Table, document: str) -> dict[str, pa.Array]:
    """The written texts, and a description that says job, item, time and our line."""
    texts = written_texts(rows, document)
    job = pc.if_else(pc.equal(texts["customer_job"], ""), "internal", texts["customer_job"])
    return texts | {"description": pc.binary_join_element_wise(
        job, " ", texts["service_item"], " ", clock_seconds(rows["seconds"]), " h [", rows["line_id"].combine_chunks(),
        "]", "")}


def bill_files(numbers: list[str], rows_limit: int, bills_limit: int) -> list[tuple[int, int]]:
    """First row and count of each file: whole bills, within both limits."""
    parts: list[tuple[int, int]] = []
    bills = 0
    for start, count in bills_in(numbers):
        if not parts or bills == bills_limit or parts[-1][1] + count > rows_limit:
            parts.append((start, 0))
            bills = 0
        parts[-1] = (parts[-1][0], parts[-1][1] + count)
        bills += 1
    return parts


def bills_in(numbers: list[str]) -> Iterable[tuple[int, int]]:
    """First row and count of each bill, in order."""
    starts = [at for at, number in enumerate(numbers) if at == 0 or number != numbers[at - 1]]
    return ((start, end - start) for start, end in zip(starts, [*starts[1:], len(numbers)], strict=True))


def delete_list(rows: pa.Table, document: str, header: BatchHeader, to_do: str) -> list[RenderedFile]:
    """The bills to delete or to credit by hand, with what each amounts to."""
    if not len(rows):
        return []
    spans = list(bills_in(rows["document_number"].to_pylist()))   # groups of a table come in no order of their own
    sums = [pc.sum(rows["amount"].slice(start, size)).as_py() for start, size in spans]
    bills, count = rows.take([start for start, _ in spans]), len(spans)
    lines = csv_rows((
        bills["document_number"].combine_chunks(), bills["vendor_name"].combine_chunks(),
        currency_amounts(pa.chunked_array([pa.array(sums, pa.decimal128(38, 3))]), bills["currency"]),
        bills["currency"].combine_chunks(), pa.array([to_do] * count, pa.string())))
    name = f"bills_{header.period_end.isoformat()}_delete_list.csv"
    return [rendered(document, "corrections", name, (csv_bytes("bill,vendor,amount,currency,to_do", lines), count))]


def changed_bills(document: str) -> Callable[[pa.Table, BatchHeader, Settings], pa.Table]:
    """What lists every text that a bill file shows otherwise than the lines; for the workbook."""
    def changed(table: pa.Table, _header: BatchHeader, _settings: Settings) -> pa.Table:
        rows = _numbered(table)
        return changes(rows, document, written_texts(rows, document))

    return changed


def _numbered(table: pa.Table) -> pa.Table:
    rows = assert_schema(table, VENDOR_LINES, "vendor_lines")
    return rows.filter(pc.is_valid(rows["document_number"]))


def _twice(rows: pa.Table, document: str) -> list[Finding]:
    """One bill number for one contract only: the books would join the lines of two vendors."""
    found = rows.group_by("document_number").aggregate([("contract_id", "count_distinct"), ("line_id", "min")])
    return [
        Finding("DOCUMENT_NUMBER", f"The bill number {row['document_number']} stands for two contracts",
                f"{document}, line {row['line_id_min']}", "Enter these bills by hand from the vendor worksheet.")
        for row in found.to_pylist() if row["contract_id_count_distinct"] > 1]
