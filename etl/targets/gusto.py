"""Hours for Gusto's payroll upload. Source: targets reference, section 4."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pyarrow as pa

from etl.settings import Settings
from etl.targets.files import csv_table, rendered
from etl.targets.payroll_rows import (
    GRAIN_SECONDS,
    PayLine,
    changed_hours,
    payable_rows,
    printed_hours,
    printed_money,
    provider_rows,
    refuse_faults,
    summed_lines,
    take_back_list,
)
from etl.terms import BatchHeader, RenderedFile

__all__ = ["GRAIN_SECONDS", "NAME", "changed_texts", "correct", "render"]

NAME = "payroll.gusto"
_ID = "[A-Za-z0-9]{6}"
_OWN = ("last_name", "first_name", "title", "gusto_employee_id", "ssn", "personal_note")
_MONEY = ("bonus", "commission", "paycheck_tips", "cash_tips", "correction_payment", "reimbursement", "owners_draw")
_TO_DO = ("Before the payroll is submitted: upload again, or edit it in Gusto; a blank cell leaves what is there. "
          "After it: pay more on the next payroll under this workweek; for less pay ask the controller first.")


def render(table: pa.Table, header: BatchHeader, settings: Settings) -> list[RenderedFile]:
    """One row per employee in the columns of the company's template; a pay item's code is the column it fills.

    Columns of hours take hours, all others money; nothing is left blank that has a figure, and no zero is written,
    because a zero overwrites what Gusto holds. The workweeks of a pay period are one figure: Gusto's file has no column
    for them. Raises TargetError for people Gusto does not know and for codes that are no column.
    """
    columns = settings.targets.gusto.columns
    payable = payable_rows(table, NAME, header, _ID)
    refuse_faults(payable, NAME, header, lambda line: _fault(line, columns))
    if not len(payable):
        return []
    rows: dict[str, dict[str, str]] = {}
    sums: dict[tuple[str, str], Decimal] = {}
    for line in summed_lines(payable, header):
        person, key = line.person, (line.employee_id, line.code)
        row = rows.setdefault(line.employee_id, {
            "last_name": person.last_name, "first_name": person.first_name, "title": person.title,
            "gusto_employee_id": person.payroll_id})
        figure = line.hours if _is_hours(line.code) else line.amount
        sums[key] = sums.get(key, Decimal(0)) + (figure or Decimal(0))
        row[line.code] = printed_hours(sums[key]) if _is_hours(line.code) else printed_money(sums[key])
    content = csv_table(columns, [[row.get(column, "") for column in columns] for row in rows.values()])
    return [rendered(NAME, "upload", f"gusto_hours_{header.period_end.isoformat()}.csv", content)]


def correct(table: pa.Table, header: BatchHeader, _settings: Settings) -> list[RenderedFile]:
    """The list of lines to take back by hand, each with the column it stands in."""
    return take_back_list(provider_rows(table, NAME), NAME, header, _TO_DO, "gusto_hours")


changed_texts = changed_hours(NAME)


def _is_hours(column: str) -> bool:
    return column.endswith("_hours")


def _fault(line: PayLine, columns: Sequence[str]) -> tuple[str, str] | None:
    """What keeps a line out of the file, and the way out; None where it can be written."""
    is_money = line.code in _MONEY or line.code.startswith("custom_earning_")
    if line.code in _OWN or line.code not in columns or not (is_money or _is_hours(line.code)):
        fitting = ", ".join(name for name in columns if name in _MONEY or _is_hours(name))
        return ("it is no column of the template for hours or money",
                f"Give the pay item a code for {NAME} in pay_item_codes.csv: {fitting}.")
    if _is_hours(line.code) and line.hours is None:
        return ("the line has money and no hours",
                "Give the pay item a column of money as its code in pay_item_codes.csv, such as correction_payment.")
    if is_money and line.amount is None:
        return ("its amount is not known",
                "Add the pay rate to private/pay_rates.csv, or give a column of hours in pay_item_codes.csv.")
    return None
