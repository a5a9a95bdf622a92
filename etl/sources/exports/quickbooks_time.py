"""QuickBooks Time (TSheets), timesheet report as CSV. Source: sources reference, 4.7: unconfirmed but for its headings.

Clients, projects, tasks, breaks and leave are one tree of jobcodes; a custom field is a column under the name the
company gave it. Nothing says billable: give it as a constant, or declare the custom field in further_columns.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from etl.sources.dialect import Columns, Dialect, first_of, headings, where


def _tree(columns: Columns, _rows: pa.Table) -> Columns:
    """A job without a parent is a project of no client; where no service item is given, the lowest jobcode is one."""
    client, project, task = columns["client_ref"], columns["project_ref"], columns["task_ref"]
    is_alone = pc.is_null(project)
    return columns | {
        "client_ref": where(is_alone, None, client), "project_ref": first_of(project, client),
        "service_ref": first_of(columns["service_ref"], task, where(is_alone, client, project))}


QUICKBOOKS_TIME = Dialect(
    name="quickbooks_time",
    headings=headings(
        {"username": "person_ref", "fname": "person_name", "lname": "person_name", "local_date": "date_text",
         "local_start_time": "start_text", "local_end_time": "end_text", "hours": "duration_text"},
        {"payroll_id": "extra", "number": "extra", "group": "extra", "local_day": "extra", "tz": "extra",
         "jobcode": "client_ref", "jobcode_1": "client_ref", "jobcode_2": "project_ref", "jobcode_3": "task_ref",
         "service item": "service_ref", "class": "extra", "location": "personal", "notes": "note",
         "approved_status": "extra", "has_flags": "extra", "flag_types": "extra"}),
    open_headings=r"[a-z0-9][^A-Z\x00-\x1f]*",   # custom fields, in lower case
    formats={"date_format": "%Y-%m-%d", "instant_format": "%Y-%m-%d %H:%M", "duration": "decimal_hours",
             "decimal_sign": "."},
    adjust=_tree,
)
