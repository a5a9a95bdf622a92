"""The reconciliation workbook of a batch: it proves, in live formulas, that nothing was lost on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pyarrow as pa

from etl.terms import BatchHeader
from etl.workbooks.detail import conversions, corrections, exceptions, inputs, lines, payroll_taxes, text_changes
from etl.workbooks.entries import TOO_MANY, billable_lines, entries, linked
from etl.workbooks.invoices import invoices
from etl.workbooks.pay_lines import pay_lines
from etl.workbooks.pivots import by_employee, by_project
from etl.workbooks.roll_forward import roll_forward
from etl.workbooks.rounding import rounding
from etl.workbooks.sheets import Page, Sheet
from etl.workbooks.summary import Behind, summary
from etl.workbooks.words import batch_words, marks
from etl.workbooks.writer import render_workbook


def render_reconciliation(header: BatchHeader, tables: Mapping[str, pa.Table]) -> bytes:
    """The workbook with Summary, Roll-forward, By employee, Pay lines, By project, Exceptions, Lines, in this order.

    `tables`: by their names in etl/tables.py in lower case: entries, pieces, payroll_lines, postings,
    time_activities, payroll_hours, billable_lines, exceptions, roll_forward, control_totals; `allocations` adds the
    number of entries behind each line, `pay_additions` the reasons of their payroll lines; `corrections`,
    `invoice_lines`, `payroll_taxes`, `conversions`, `text_changes` (any columns) and `rounding_certificate` a sheet
    each, where they have rows, as payroll_lines have Pay lines and allocations Entries, to which each line leads. Of
    another table that is not given its sheet says so.
    Row order does not matter, but for control_totals, shown as given. Hours are live formulas on whole seconds, totals
    on the rows.
    Raises ConservationError for a table of another shape, an unknown state or a piece without its entry.
    """
    roll = roll_forward(header, tables.get("roll_forward"))
    employees, projects = by_employee(header, tables), by_project(header, tables)
    journal = lines(header, tables.get("postings"), tables.get("allocations"))
    behind = entries(header, tables)
    if behind is None and "allocations" in tables and tables["allocations"].num_rows:
        journal = replace(journal, notes=(*journal.notes, TOO_MANY))
    sheets: list[Sheet | Page] = [
        summary(header, tables, Behind(roll, employees, projects, journal)),
        roll.page, employees, projects, exceptions(header, tables.get("exceptions")),
        *_lines_and_entries(header, tables, journal, behind)]
    paid = tables.get("payroll_lines")
    if paid is not None and paid.num_rows:
        sheets.insert(3, pay_lines(header, tables))
    corrected = tables.get("corrections")
    if corrected is not None:
        sheets.append(corrections(header, corrected))
    taxes = tables.get("payroll_taxes")
    if taxes is not None and taxes.num_rows:
        sheets.append(payroll_taxes(header, taxes))
    converted = tables.get("conversions")
    if converted is not None and converted.num_rows:
        sheets.append(conversions(header, converted))
    changes = tables.get("text_changes")
    if changes is not None and changes.num_rows:
        sheets.append(text_changes(header, changes))
    certificate = tables.get("rounding_certificate")
    if certificate is not None and certificate.num_rows:
        sheets.append(rounding(header, certificate))
    given = tables.get("inputs")
    if given is not None:
        sheets.append(inputs(header, given))
    whose = f"{header.company_name}, {header.period_label}, {batch_words(header)}"
    return render_workbook(sheets, title="Reconciliation", subject=whose, marks=replace(marks(header), is_locked=True))


def _lines_and_entries(
    header: BatchHeader, tables: Mapping[str, pa.Table], journal: Sheet, behind: Sheet | None,
) -> list[Sheet]:
    """The sheets of posted lines, linked with the entries behind them where those are a sheet."""
    posted = [journal]
    billed, invoiced = tables.get("billable_lines"), tables.get("invoice_lines")
    if invoiced is not None and invoiced.num_rows:
        posted.append(invoices(header, invoiced))
    elif behind is not None and billed is not None and billed.num_rows:
        posted.append(billable_lines(header, billed))
    if behind is None:
        return posted
    behind, posted = linked(behind, posted)
    return [*posted, behind]
