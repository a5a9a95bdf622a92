"""Paydata for ADP Workforce Now, PRcccEPI.csv. Source: targets reference, section 4."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import pyarrow as pa

from etl.settings import Adp, Settings
from etl.targets.files import csv_table, rendered
from etl.targets.findings import undescribed
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

NAME = "payroll.adp"
_ID = "[0-9]{1,6}"
_PLAIN = ("Reg Hours", "O/T Hours", "Reg Earnings", "O/T Earnings")
_CODED = re.compile(r"(?P<cell>(?:Hours|Earnings) [3-5]) (?P<code>[A-Z0-9]{1,3})")
_TO_DO = ("Before the payroll run: delete the batch in ADP. After it: pay more on the next payroll under this "
          "workweek; for less pay ask the controller first.")


@dataclass
class _Row:
    """One row of the file: its cells by column, and what the coded ones stand for."""

    cells: dict[str, Decimal] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)


def render(table: pa.Table, header: BatchHeader, settings: Settings) -> list[RenderedFile]:
    """One row per employee and workweek in the columns of the client's template, more where a cell is taken.

    A pay item's code names its cell: `Reg Hours`, `O/T Hours`, or `Hours 3 HOL` for the code HOL in the third pair of
    columns. Blank means none, so no zero is written. Raises TargetError for people ADP does not know and for codes
    that have no column.
    """
    adp = adp_settings(settings)
    payable = payable_rows(table, NAME, header, _ID)
    refuse_faults(payable, NAME, header, lambda line: _fault(line, adp.columns))
    if not len(payable):
        return []
    packed: dict[tuple[str, object], list[_Row]] = {}
    for line in summed_lines(payable, header):
        _put(packed.setdefault((line.person.payroll_id.zfill(6), line.workweek_start), []), line)
    batch = f"{'SB' if header.is_sandbox else 'TB'}{header.batch:04d}"
    rows = [_printed(row, {"Co Code": adp.company_code, "Batch ID": batch, "File #": number}, adp.columns)
            for (number, _), rows in packed.items() for row in rows]
    name = f"PR{adp.company_code.ljust(3, '_')}EPI.csv"
    return [rendered(NAME, "upload", name, csv_table(adp.columns, rows))]


def correct(table: pa.Table, header: BatchHeader, _settings: Settings) -> list[RenderedFile]:
    """The list of lines to take back by hand, each with its cell."""
    return take_back_list(provider_rows(table, NAME), NAME, header, _TO_DO, "adp_hours")


changed_texts = changed_hours(NAME)


def adp_settings(settings: Settings) -> Adp:
    """What the file must know of the client; TargetError where company.toml does not say it."""
    if settings.targets.adp is None:
        raise undescribed(
            settings, "adp", "Add [targets.adp] with company_code, and columns where the client's template has others.")
    return settings.targets.adp


def _put(rows: list[_Row], line: PayLine) -> None:
    """Add the line to the first row whose cell is free for it, or holds the same code; else to a further row."""
    coded = _CODED.fullmatch(line.code)
    cell, code = (f"{coded['cell']} Amount", coded["code"]) if coded else (line.code, "")
    figure = line.amount if "Earnings" in cell else line.hours
    row = next((row for row in rows if row.codes.get(cell, code) == code), None)
    if row is None:
        rows.append(row := _Row())
    row.codes[cell] = code
    row.cells[cell] = row.cells.get(cell, Decimal(0)) + (figure or Decimal(0))


def _printed(row: _Row, cells: dict[str, str], columns: Sequence[str]) -> list[str]:
    for cell, figure in row.cells.items():
        cells[cell] = printed_money(figure) if "Earnings" in cell else printed_hours(figure)
        if row.codes[cell]:
            cells[cell.replace("Amount", "Code")] = row.codes[cell]
    return [cells.get(column, "") for column in columns]


def _fault(line: PayLine, columns: Sequence[str]) -> tuple[str, str] | None:
    """What keeps a line out of the file, and the way out; None where it can be written."""
    coded = _CODED.fullmatch(line.code)
    needed = {f"{coded['cell']} Code", f"{coded['cell']} Amount"} if coded else {line.code} & set(_PLAIN)
    if not needed:
        return ("it names no cell of the file", (
            f"Give the pay item a code for {NAME} in pay_item_codes.csv: {', '.join(_PLAIN)}, or Hours 3 with the "
            "client's own code, such as Hours 3 HOL."))
    if missing := sorted(needed - set(columns)):
        return (f"the template has no column {' and '.join(missing)}",
                "Set targets.adp.columns to the first line of the client's import template, or give another code.")
    is_money = "Earnings" in line.code
    if is_money and line.amount is None:
        return "its amount is not known", "Add the pay rate to private/pay_rates.csv, or give a code of hours."
    if not is_money and line.hours is None:
        return ("the line has money and no hours",
                "Give the pay item a code of earnings in pay_item_codes.csv, such as Earnings 3 BON.")
    return None
