"""Clockify, "Detailed" report as CSV. Source: sources reference, 3.8 (seven fixtures of an importer).

Date and clock follow the exporter's profile; day first or month first cannot be told from the rows, so it is asked. A
quote inside a text comes as two apostrophes and stays so: nobody can tell which it was.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from etl.sources.dialect import Columns, Dialect, first_of, headings, where


def _kinds_as_services(columns: Columns, rows: pa.Table) -> Columns:
    """A break, a holiday or time off is its own service, for items.csv to give it an hour kind."""
    if "Type" not in rows.column_names:
        return columns
    is_work = pc.equal(first_of(rows["Type"], pa.scalar("Regular")), "Regular")
    return columns | {"service_ref": where(is_work, columns["service_ref"], rows["Type"])}


CLOCKIFY = Dialect(
    name="clockify",
    headings=headings(
        {"Project": "project_ref", "Description": "note", "User": "person_name", "Email": "person_ref",
         "Start Date": "start_text", "Start Time": "start_text", "End Date": "end_text", "End Time": "end_text",
         "Duration (h)": "duration_text"},
        {"Client": "client_ref", "Task": "task_ref service_ref", "Activity": "task_ref service_ref", "Group": "extra",
         "Tags": "tags", "Tag": "tags", "Type": "extra", "Billable": "billable_text", "Invoiced": "billed_text",
         "Invoice ID": "extra", "Duration (decimal)": "extra", "Date of creation": "extra"}),
    open_headings=r"Billable (Rate|Amount) \([A-Z]{3,4}\)",
    formats={"duration": "clock", "billable_words": ("yes",), "not_billable_words": ("no",)},
    asked={"instant_format": "how the exporter's profile writes date and clock, day or month first: "
           '"%m/%d/%Y %I:%M:%S %p", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d.%m.%Y %H:%M:%S" or "%Y-%m-%d %H:%M:%S"'},
    adjust=_kinds_as_services,
)
