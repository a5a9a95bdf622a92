"""Payroll hours as a generic CSV for a payroll provider. Source: targets reference, section 4."""

from __future__ import annotations

import pyarrow as pa

from etl.settings import Settings
from etl.targets.files import csv_content, rendered
from etl.targets.payroll_rows import GRAIN_SECONDS, changed_hours, checked_hours, hours_columns, take_back_list
from etl.terms import BatchHeader, RenderedFile

__all__ = ["GRAIN_SECONDS", "NAME", "changed_texts", "correct", "render"]

NAME = "payroll.hours"
_TO_DO = ("Before the payroll run: delete this line. After it: pay more on the next payroll under this workweek; "
          "for less pay ask the controller first.")


def render(table: pa.Table, header: BatchHeader, _settings: Settings) -> list[RenderedFile]:
    """The hours file, one row per person, pay item and workweek; hours with two decimals, amounts where known.

    A row without hours and without money is left out: a zero would overwrite what payroll holds. Raises TargetError
    for negative hours or pay, hours off the hundredth, and names nobody can read.
    """
    rows = checked_hours(table, NAME)
    if not len(rows):
        return []
    return [rendered(NAME, "upload", f"hours_{header.period_end.isoformat()}.csv",
                     csv_content(hours_columns(rows, NAME)))]


def correct(table: pa.Table, header: BatchHeader, _settings: Settings) -> list[RenderedFile]:
    """The list of lines to take back by hand, in order: no payroll file carries negative hours (section 13)."""
    return take_back_list(checked_hours(table, NAME), NAME, header, _TO_DO)


changed_texts = changed_hours(NAME)
