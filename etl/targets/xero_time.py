"""Xero Projects time as bodies for its API. Source: targets reference, section 3.2; Xero-OpenAPI 16.1.0."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from etl.settings import Settings
from etl.targets.files import part_name, rendered
from etl.targets.findings import Finding, refuse
from etl.targets.json_text import json_column, json_lists, json_objects
from etl.targets.target_names import codes_in
from etl.targets.time_rows import (
    GRAIN_SECONDS,
    TimeDocument,
    changed_time,
    checked_time,
    delete_list,
    keyed_notes,
    time_texts,
)
from etl.terms import BatchHeader, RenderedFile

__all__ = ["GRAIN_SECONDS", "NAME", "changed_texts", "correct", "render", "with_project"]

NAME = "xero.time"
CALLS_A_DAY = 5000
_DOCUMENT = TimeDocument(NAME)
_LISTS = {"employee_name": ("employee", "vendor"), "customer_job": ("project",), "task": ("task",)}   # who is a user
_GUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


def render(table: pa.Table, header: BatchHeader, _settings: Settings) -> list[RenderedFile]:
    """One call per time activity, whole minutes, in numbered files of at most 5000 calls, a day's limit.

    User, project and task are ids from target_lists.csv; a task is named "job/item". Time without a job has no place
    in Xero Projects and is left out. Raises TargetError with every finding.
    """
    rows = _rows(table)
    if not len(rows):
        return []
    named = _named(rows)
    codes, findings = {}, []
    for column, lists in _LISTS.items():
        codes[column], missing = codes_in(named, column, NAME, header, lists)
        findings += [*missing, *_malformed(codes[column], lists[0])]
    refuse(findings)
    body = json_objects(2, {
        "userId": json_column(named["employee_name"], 3, codes["employee_name"].__getitem__),
        "taskId": json_column(named["task"], 3, codes["task"].__getitem__),
        "dateUtc": json_column(rows["worked_on"], 3, "{:%Y-%m-%dT00:00:00Z}".format),
        "duration": json_column(rows["exported_seconds"], 3, lambda seconds: seconds // GRAIN_SECONDS),
        "description": json_column(keyed_notes(time_texts(rows, NAME)), 3)})
    calls = json_objects(1, {
        "path": json_column(named["customer_job"], 2, lambda job: f"/Projects/{codes['customer_job'][job]}/Time"),
        "idempotency_key": json_column(named["line_id"], 2), "body": body})
    parts = json_lists(calls, 0, CALLS_A_DAY)
    return [rendered(NAME, "upload", part_name(f"time_{header.period_end.isoformat()}", number, len(parts), "json"),
                     (part + b"\n", count))
            for number, (part, count) in enumerate(parts, 1)]


def correct(table: pa.Table, header: BatchHeader, _settings: Settings) -> list[RenderedFile]:
    """The list of entries to delete, one call each, while they are active; the key is in the description."""
    return delete_list(_rows(table), NAME, header, "key_in_description")


changed_texts = changed_time(_DOCUMENT)


def with_project(rows: pa.Table) -> pa.Table:
    """The rows that a project can carry: those with a job and a service item."""
    return rows.filter(pc.and_(pc.not_equal(pc.fill_null(rows["customer_job"], ""), ""),
                               pc.not_equal(pc.fill_null(rows["service_item"], ""), "")))


def _rows(table: pa.Table) -> pa.Table:
    return with_project(checked_time(_DOCUMENT, table, is_transferred=False, is_billed=False))


def _named(rows: pa.Table) -> pa.Table:
    """The rows with the name of their task, job/item: tasks belong to a project."""
    return rows.append_column("task", pc.binary_join_element_wise(rows["customer_job"], rows["service_item"], "/"))


def _malformed(codes: dict[str, str], one: str) -> list[Finding]:
    return [Finding("TARGET_LIST", f"The id {code!r} of the {one} {name!r} is none of Xero's", NAME,
                    "Give the id as Xero's API shows it, such as 00000000-0000-4000-8000-000000000055.")
            for name, code in codes.items() if code and not re.fullmatch(_GUID, code)]
