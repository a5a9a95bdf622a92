"""Payroll hours as a generic CSV for a payroll provider. Source: targets reference, section 4."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from etl.settings import Settings
from etl.tables import PAYROLL_HOURS, assert_schema
from etl.targets.fields import changes, name_findings, written_texts
from etl.targets.files import csv_content, rendered
from etl.targets.findings import Finding, empty_cells, money_findings, refuse
from etl.targets.printed import currency_amounts, dates, hundredths
from etl.terms import BatchHeader, RenderedFile

NAME = "payroll.hours"
GRAIN_SECONDS = 36   # a hundredth of an hour
_NEEDED = ("employee_id", "employee_name", "pay_item", "workweek_start", "exported_seconds")
_TO_DO = ("Before the payroll run: delete this line. After it: pay more on the next payroll under this workweek; "
          "for less pay ask the controller first.")


def render(table: pa.Table, header: BatchHeader, _settings: Settings) -> list[RenderedFile]:
    """The hours file, one row per person, pay item and workweek; hours with two decimals, amounts where known.

    A row without hours and without money is left out: a zero would overwrite what payroll holds. Raises TargetError
    for negative hours or pay, hours off the hundredth, and names nobody can read.
    """
    rows = _rows(table)
    if not len(rows):
        return []
    return [rendered(NAME, "upload", f"hours_{header.period_end.isoformat()}.csv",
                     csv_content(_columns(rows)))]


def correct(table: pa.Table, header: BatchHeader, _settings: Settings) -> list[RenderedFile]:
    """The list of lines to take back by hand, in order: no payroll file carries negative hours (section 13)."""
    rows = _rows(table)
    if not len(rows):
        return []
    columns = {"order": pc.cast(pa.array(range(1, len(rows) + 1)), pa.string()), **_columns(rows),
               "to_do": pa.array([_TO_DO] * len(rows), pa.string())}
    name = f"hours_{header.period_end.isoformat()}_take_back_list.csv"
    return [rendered(NAME, "corrections", name, csv_content(columns))]


def changed_texts(table: pa.Table, _header: BatchHeader, _settings: Settings) -> pa.Table:
    """Names written in composed form; for the workbook."""
    rows = _written_rows(assert_schema(table, PAYROLL_HOURS, "payroll_hours"))
    return changes(rows, NAME, written_texts(rows, NAME))


def _rows(table: pa.Table) -> pa.Table:
    whole = assert_schema(table, PAYROLL_HOURS, "payroll_hours")
    refuse(empty_cells(whole, _NEEDED, NAME))
    rows = _written_rows(whole)
    refuse([*name_findings(rows, NAME), *money_findings(rows, NAME), *_row_findings(rows)])
    return rows


def _written_rows(rows: pa.Table) -> pa.Table:
    has_money = pc.fill_null(pc.not_equal(rows["amount"], 0), fill_value=False)
    return rows.filter(pc.or_(pc.not_equal(rows["exported_seconds"], 0), has_money))


def _row_findings(rows: pa.Table) -> list[Finding]:
    seconds = rows["exported_seconds"]
    off_grain = pc.not_equal(seconds, pc.multiply(pc.divide(seconds, GRAIN_SECONDS), GRAIN_SECONDS))
    is_negative = pc.or_(pc.less(seconds, 0), pc.fill_null(pc.less(rows["amount"], 0), fill_value=False))
    kinds = (
        (is_negative, "PAYROLL_NEGATIVE", "hours and pay are never negative in a payroll file",
         "Settle an overpayment by hand, by the law of the state; ask the controller."),
        (off_grain, "PAYROLL_GRAIN", "the time is not whole hundredths of an hour",
         "Report this: hours were not shared out to the payroll's hundredths."),
    )
    return [Finding(code, f"{row['employee_name']}, workweek {row['workweek_start']}, {row['pay_item']}: {what}",
                    f"{NAME}, line {row['line_id']}", fix)
            for mask, code, what, fix in kinds for row in rows.filter(mask).to_pylist()]


def _columns(rows: pa.Table) -> dict[str, pa.Array]:
    texts = written_texts(rows, NAME)
    return {
        "employee_id": texts["employee_id"], "employee_name": texts["employee_name"], "pay_item": texts["pay_item"],
        "workweek_start": dates(rows["workweek_start"], "%Y-%m-%d"), "hours": hundredths(rows["exported_seconds"]),
        "amount": currency_amounts(rows["amount"], rows["currency"]),
        "currency": pc.fill_null(rows["currency"], "").combine_chunks(),
    }
