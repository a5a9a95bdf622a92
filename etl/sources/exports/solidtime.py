"""solidtime, detailed export as CSV. Source: sources reference, 7 (TimeEntriesDetailedCsvExport.php of the project).

A person is known by name; start and end stand in the zone chosen for the export. A running timer has no end.
"""

from __future__ import annotations

from etl.sources.dialect import Dialect, headings

SOLIDTIME = Dialect(
    name="solidtime",
    headings=headings({
        "Description": "note", "Task": "task_ref service_ref", "Project": "project_ref", "Client": "client_ref",
        "User": "person_ref person_name", "Start": "start_text", "End": "end_text", "Duration": "duration_text",
        "Duration (decimal)": "extra", "Billable": "billable_text", "Tags": "tags"}),
    formats={"instant_format": "%Y-%m-%d %H:%M:%S", "duration": "clock", "billable_words": ("yes",),
             "not_billable_words": ("no",)},
)
