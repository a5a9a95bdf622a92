"""Toggl Track, "Detailed report" as CSV. Source: sources reference, 1.8 (two fixtures of an importer; support page)."""

from __future__ import annotations

from etl.sources.dialect import Dialect, headings

TOGGL_DETAILED = Dialect(
    name="toggl_detailed",
    headings=headings({
        "User": "person_name", "Email": "person_ref", "Client": "client_ref", "Project": "project_ref",
        "Task": "task_ref service_ref", "Description": "note", "Billable": "billable_text",
        "Start date": "start_text", "Start time": "start_text", "End date": "end_text", "End time": "end_text",
        "Duration": "duration_text", "Tags": "tags"}),
    open_headings=r"Amount \(([A-Z]{3})?\)",   # one for each currency; "Amount ()" without a rate; none when hidden
    formats={"date_format": "%Y-%m-%d", "instant_format": "%Y-%m-%d %H:%M:%S", "duration": "clock",
             "decimal_sign": ".", "billable_words": ("yes",), "not_billable_words": ("no",)},
)
