"""Pay lines for Paychex Flex, the Standard Payroll Import. Source: targets reference, section 4."""

from __future__ import annotations

from datetime import timedelta

import pyarrow as pa

from etl.settings import Paychex, Settings
from etl.targets.files import csv_table, rendered
from etl.targets.findings import undescribed
from etl.targets.payroll_rows import (
    GRAIN_SECONDS,
    changed_hours,
    pay_lines,
    printed_hours,
    printed_money,
    provider_rows,
    refuse_lines,
    take_back_list,
)
from etl.terms import BatchHeader, RenderedFile

__all__ = ["GRAIN_SECONDS", "NAME", "changed_texts", "correct", "render"]

NAME = "payroll.paychex"
_ID = "[A-Za-z0-9-]{1,10}"
_COLUMNS = (
    *("CLIENT ID", "WORKER ID", "ORG", "JOB NUMBER", "PAY COMPONENT", "RATE", "RATE NUMBER", "HOURS", "UNITS"),
    *("LINE DATE", "AMOUNT", "CHECK SEQ NUMBER", "OVERRIDE STATE", "OVERRIDE LOCAL", "OVERRIDE LOCAL JURISDICTION"),
    "LABOR ASSIGNMENT",
)
_TO_DO = ("Before the payroll run: delete this line by hand in Paychex Flex; an import never removes one. After it: "
          "pay more on the next payroll under this workweek; for less pay ask the controller first.")


def render(table: pa.Table, header: BatchHeader, settings: Settings) -> list[RenderedFile]:
    """One line per employee, pay component and workweek: its hours, or its amount where it has no hours.

    A pay item's code is the pay component, exactly as in Paychex. The line date is the last day of the workweek, at
    the latest that of the period. Raises TargetError for people Paychex does not know.
    """
    paychex = paychex_settings(settings)
    lines = pay_lines(table, NAME, header, _ID)
    refuse_lines([(line, "it has neither hours nor an amount", "Add the pay rate to private/pay_rates.csv.")
                  for line in lines if line.hours is None and line.amount is None], NAME)
    if not lines:
        return []
    rows = []
    for line in lines:
        day = min(line.workweek_start + timedelta(days=6), header.period_end)
        cells = {"CLIENT ID": paychex.client_id, "WORKER ID": line.person.payroll_id, "PAY COMPONENT": line.code,
                 "LINE DATE": day.strftime("%m/%d/%Y")}
        if line.hours is not None:
            cells["HOURS"] = printed_hours(line.hours)
        elif line.amount is not None:
            cells["AMOUNT"] = printed_money(line.amount)
        rows.append([cells.get(column, "") for column in _COLUMNS])
    return [rendered(NAME, "upload", f"spi_{header.period_end.isoformat()}.csv", csv_table(_COLUMNS, rows))]


def correct(table: pa.Table, header: BatchHeader, _settings: Settings) -> list[RenderedFile]:
    """The list of lines to delete by hand: an import adds and never takes away."""
    return take_back_list(provider_rows(table, NAME), NAME, header, _TO_DO, "spi")


changed_texts = changed_hours(NAME)


def paychex_settings(settings: Settings) -> Paychex:
    """What the file must know of the client; TargetError where company.toml does not say it."""
    if settings.targets.paychex is None:
        raise undescribed(settings, "paychex", "Add [targets.paychex] with client_id.")
    return settings.targets.paychex
