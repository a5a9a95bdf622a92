"""Pay lines for Paychex Flex, the Standard Payroll Import. Source: targets reference, section 4."""

from __future__ import annotations

from datetime import timedelta

import pyarrow as pa
import pyarrow.compute as pc

from etl.settings import Paychex, Settings
from etl.targets.files import csv_content, rendered
from etl.targets.findings import undescribed
from etl.targets.payroll_rows import (
    GRAIN_SECONDS,
    PayLine,
    changed_hours,
    payable_rows,
    provider_rows,
    refuse_faults,
    take_back_list,
)
from etl.targets.printed import amounts, each_distinct, hundredths
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
    rows = payable_rows(table, NAME, header, _ID)
    has_hours = pc.not_equal(rows["exported_seconds"], 0).combine_chunks()
    refuse_faults(rows, NAME, header, _fault)
    if not len(rows):
        return []
    empty = pa.array([""] * len(rows), pa.string())
    days = each_distinct(rows["workweek_start"],
                         lambda day: min(day + timedelta(days=6), header.period_end).strftime("%m/%d/%Y"))
    cells = {
        "CLIENT ID": pa.array([paychex.client_id] * len(rows), pa.string()),
        "WORKER ID": each_distinct(rows["employee_id"], lambda person: header.payroll_people[person].payroll_id),
        "PAY COMPONENT": rows["pay_item"].combine_chunks(), "LINE DATE": days,
        "HOURS": pc.if_else(has_hours, hundredths(rows["exported_seconds"]), ""),
        "AMOUNT": pc.if_else(has_hours, "", amounts(rows["amount"], 2)),
    }
    content = csv_content({column: cells.get(column, empty) for column in _COLUMNS})
    return [rendered(NAME, "upload", f"spi_{header.period_end.isoformat()}.csv", content)]


def _fault(line: PayLine) -> tuple[str, str] | None:
    if line.hours is None and line.amount is None:
        return "it has neither hours nor an amount", "Add the pay rate to private/pay_rates.csv."
    return None


def correct(table: pa.Table, header: BatchHeader, _settings: Settings) -> list[RenderedFile]:
    """The list of lines to delete by hand: an import adds and never takes away."""
    return take_back_list(provider_rows(table, NAME), NAME, header, _TO_DO, "spi")


changed_texts = changed_hours(NAME)


def paychex_settings(settings: Settings) -> Paychex:
    """What the file must know of the client; TargetError where company.toml does not say it."""
    if settings.targets.paychex is None:
        raise undescribed(settings, "paychex", "Add [targets.paychex] with client_id.")
    return settings.targets.paychex
