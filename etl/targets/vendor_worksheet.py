"""Vendor worksheet: what each vendor is owed by contract, job and item, for people who enter vendors' bills."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from etl.settings import Settings
from etl.tables import VENDOR_LINES, assert_schema
from etl.targets.fields import changes, name_findings, written_texts
from etl.targets.files import Folder, csv_content, rendered
from etl.targets.findings import empty_cells, money_findings, refuse
from etl.targets.printed import by_group, clock_seconds, currency_amounts, dates, rates
from etl.terms import BatchHeader, RenderedFile

NAME = "vendor.worksheet"
_NEEDED = ("vendor_id", "vendor_name", "contract_id", "rate", "seconds", "amount", "currency")
_TO_DO = "Where a bill was entered from this line: enter a vendor credit by hand, same vendor and account."


def render(table: pa.Table, header: BatchHeader, _settings: Settings) -> list[RenderedFile]:
    """One row per line: vendor, contract, job, item, time as H:MM:SS, rate, amount, the bill it belongs to."""
    return _file(table, header, "worksheets", {})


def correct(table: pa.Table, header: BatchHeader, _settings: Settings) -> list[RenderedFile]:
    """The list of lines to take back by hand; the worksheet itself posts nothing."""
    return _file(table, header, "corrections", {"to_do": pa.array([_TO_DO] * len(table), pa.string())})


def changed_texts(table: pa.Table, _header: BatchHeader, _settings: Settings) -> pa.Table:
    """Names written in composed form; for the workbook."""
    rows = assert_schema(table, VENDOR_LINES, "vendor_lines")
    return changes(rows, NAME, written_texts(rows, NAME))


def _file(table: pa.Table, header: BatchHeader, folder: Folder, more: dict[str, pa.Array]) -> list[RenderedFile]:
    rows = assert_schema(table, VENDOR_LINES, "vendor_lines")
    if not len(rows):
        return []
    refuse(empty_cells(rows, _NEEDED, NAME))
    refuse([*name_findings(rows, NAME), *money_findings(rows, NAME)])
    end = "_credit_list" if folder == "corrections" else ""
    return [rendered(NAME, folder, f"vendors_{header.period_end.isoformat()}{end}.csv",
                     csv_content({**_columns(rows), **more}))]


def _columns(rows: pa.Table) -> dict[str, pa.Array]:
    texts = written_texts(rows, NAME)
    return {
        **{name: texts[name] for name in ("vendor_id", "vendor_name", "contract_id", "customer_job", "service_item")},
        "time": clock_seconds(rows["seconds"]), "rate": by_group(rows["rate"], rows["currency"], rates),
        "amount": currency_amounts(rows["amount"], rows["currency"]), "currency": rows["currency"].combine_chunks(),
        "over_cap": pc.if_else(rows["is_over_cap"].combine_chunks(), "yes", "no"),
        "bill": texts["document_number"], "due_on": dates(rows["due_on"], "%Y-%m-%d"),
    }
