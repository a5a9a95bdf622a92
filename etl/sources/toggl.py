"""Toggl Track: a workspace's entries by the Reports API, names by the Track API.

The reports show neither running nor deleted entries and tell no count: what does not fit on one page is listed twice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from etl.settings import Connection, Quota
from etl.sources.answers import (
    ID,
    NUMBER_OR_NOTHING,
    TEXT,
    TEXT_OR_NOTHING,
    TRUTH,
    WHOLE,
    Page,
    Shape,
)
from etl.sources.auth import basic
from etl.sources.calls import Answer, Request
from etl.sources.http import Limits
from etl.sources.listing import Listing, other_form, rows_at
from etl.sources.rows import Row, Rows
from etl.sources.trackers import Lookups, People, Person, Reader, Sorted, Window, by_id, refs, truth

_MOST_DAYS, _ROWS = 366, 50   # of one report; 50 rows a page is the documented default, page_size sets another
_ID_OR_NOTHING = (int, str, type(None))
_CURSOR = {"x-next-id": "first_id", "x-next-row-number": "first_row_number", "x-next-timestamp": "first_timestamp"}
_ENTRY = Shape(
    "time entry",
    {"id": ID, "user_id": ID, "seconds": WHOLE, "start": TEXT, "stop": TEXT_OR_NOTHING, "at": TEXT, "billable": TRUTH,
     "project_id": _ID_OR_NOTHING, "task_id": _ID_OR_NOTHING, "description": TEXT_OR_NOTHING},
    {"tag_ids": (list, type(None)), "currency": TEXT_OR_NOTHING, "hourly_rate_in_cents": NUMBER_OR_NOTHING,
     "billable_amount_in_cents": NUMBER_OR_NOTHING, "username": TEXT_OR_NOTHING},
    frozenset({"row_number", "at_tz", "client_name", "project_name", "project_color", "project_hex", "task_name",
               "tag_names", "email"}))
_NAMED = {"id": ID, "name": TEXT}


def _quota_resets_in(answer: Answer) -> float | None:
    """Seconds until the hourly quota is whole again; None where 402 means the plan."""
    seconds: Any = answer.headers.get("x-toggl-quota-resets-in", "")
    is_spent = answer.headers.get("x-toggl-quota-remaining", "0") == "0"
    return float(seconds) if is_spent and seconds.isdigit() else None


class _Toggl:
    name = "toggl"
    addresses: Mapping[str, str] = {"core": "https://api.track.toggl.com/api/v9",
                                    "reports": "https://api.track.toggl.com/reports/api/v3"}
    quotas = (Quota(calls=1, seconds=1), Quota(calls=240, seconds=3600))   # the hourly one is the plan's (30 to 600)
    limits = Limits(parked_for=_quota_resets_in, throttled_wait=60.0)
    is_personal = False
    duration = "seconds"

    def headers_of(self, connection: Connection, token: str) -> Mapping[str, str]:  # noqa: ARG002
        return basic(token, "api_token")

    def lookups(self, connection: Connection, window: Window) -> Sequence[Listing]:  # noqa: ARG002
        at = f"/workspaces/{connection.account}"
        return (
            Listing("people", Request(f"{at}/users"), rows_at(), Shape(
                "user", {"id": ID, "fullname": TEXT_OR_NOTHING},
                {"email": TEXT_OR_NOTHING, "timezone": TEXT_OR_NOTHING},
                frozenset({"inactive", "is_active", "is_admin", "role"}))),
            Listing("clients", Request(f"{at}/clients", (("status", "both"),)), rows_at(), Shape(
                "client", _NAMED, {}, frozenset({"wid", "archived", "at", "creator_id", "notes"}))),
            Listing("projects", Request(f"{at}/projects", (("active", "both"), ("page", "1"), ("per_page", "200"))),
                    rows_at(), _PROJECT, next=_next_projects, size=200, promises=False),
            Listing("tasks", Request(f"{at}/tasks", (("active", "both"), ("page", "1"), ("per_page", "200"))),
                    _tasks, Shape("task", _NAMED, {"project_id": ID}, frozenset({
                        "workspace_id", "user_id", "recurring", "active", "at", "server_deleted_at",
                        "estimated_seconds", "tracked_seconds"})), next=_next_tasks, size=200,
                    promises=False),
            Listing("tags", Request(f"{at}/tags"), rows_at(), Shape(
                "tag", _NAMED, {}, frozenset({"workspace_id", "at", "creator_id", "deleted_at"}))))

    def entries(self, connection: Connection, window: Window) -> Sequence[Listing]:
        size = connection.page_size or _ROWS
        return [Listing("entries", Request(
            f"/workspace/{connection.account}/search/time_entries", service="reports", body=json.dumps({
                "start_date": str(part.start), "end_date": str(part.end), "grouped": False, "page_size": size,
                "order_by": "date", "order_dir": "ASC"})),
            _entries, _ENTRY, next=_next_entries, proof="repeat", headers=tuple(_CURSOR), size=size)
            for part in window.wider().parts(_MOST_DAYS)]

    def marker(self, connection: Connection) -> Listing | None:  # noqa: ARG002
        return None

    def reader(self, connection: Connection, looked_up: Lookups) -> Reader:
        client_ref, projects = refs(by_id(looked_up["clients"]), connection), by_id(looked_up["projects"])
        project_of, task_of = refs(projects, connection), refs(by_id(looked_up["tasks"]), connection)
        tag_of = {id_: str(tag["name"]) for id_, tag in by_id(looked_up["tags"]).items()}
        client_of = {id_: client_ref(project["client_id"]) for id_, project in projects.items()}
        people = People([Person(str(one["id"]), one["fullname"] or "", one.get("email") or "",
                                zone=one.get("timezone") or "") for one in looked_up["people"]], connection)

        def read(rows: Rows) -> Sorted:
            entries = rows.where([stop is not None for stop in rows["stop"]])
            tasks = list(map(task_of, entries["task_id"]))
            return Sorted(people.columns(entries["user_id"]) | {
                "entry_ref": list(map(str, entries["id"])),
                "updated_text": entries["at"],
                "client_ref": list(map(client_of.get, map(str, entries["project_id"]))),
                "project_ref": list(map(project_of, entries["project_id"])),
                "task_ref": tasks,
                "service_ref": tasks,
                "start_text": entries["start"],
                "end_text": entries["stop"],
                "duration_text": list(map(str, entries["seconds"])),
                "billable_text": list(map(truth, entries["billable"])),
                "currency_text": [currency if rate else None for currency, rate in zip(
                    entries.get("currency"), entries.get("hourly_rate_in_cents"), strict=True)],
                "note": entries["description"],
                "tags": [", ".join(tag_of.get(str(tag), str(tag)) for tag in tags or ())
                         for tags in entries.get("tag_ids")],
            }, running=len(rows) - len(entries))
        return read


_PROJECT = Shape(
    "project", _NAMED | {"client_id": _ID_OR_NOTHING},
    {"rate": NUMBER_OR_NOTHING, "currency": TEXT_OR_NOTHING, "billable": (bool, type(None))},
    frozenset({"workspace_id", "is_private", "active", "at", "created_at", "server_deleted_at", "color", "template",
               "auto_estimates", "estimated_hours", "estimated_seconds", "rate_last_updated", "recurring", "wid", "cid",
               "fixed_fee", "actual_hours", "actual_seconds", "recurring_parameters", "current_period", "template_id",
               "start_date", "end_date", "status", "first_time_entry", "is_shared", "can_track_time", "permissions",
               "client_name", "pinned", "integration_ext_id", "integration_ext_type", "external_reference"}))


def _entries(page: Page) -> list[Row]:
    """One row an inner entry: the date sits there, and a grouped row holds several."""
    rows: list[Row] = []
    for group in rows_at()(page):
        inner = group.get("time_entries") if isinstance(group, dict) else None
        if not isinstance(inner, list) or not all(isinstance(one, dict) for one in inner):
            other_form(page, "a report row without its list of time_entries")
        outer = {name: value for name, value in group.items() if name != "time_entries"}
        rows += [outer | one for one in inner or ()]
    return rows


def _next_entries(page: Page) -> Request | None:
    cursor = {field: int(page.headers[name]) for name, field in _CURSOR.items()
              if page.headers.get(name, "").lstrip("-").isdigit()}
    return page.request.with_body(**cursor) if cursor else None


def _next_projects(page: Page) -> Request | None:
    return _numbered(page, len(page.data or ()))


def _tasks(page: Page) -> list[Row] | Rows:
    """An object with its pages; older servers answer with the list itself."""
    return rows_at("data")(page) if isinstance(page.data, dict) and page.data.get("data") is not None else (
        [] if isinstance(page.data, dict) else rows_at()(page))


def _next_tasks(page: Page) -> Request | None:
    return _numbered(page, len(_tasks(page)))


def _numbered(page: Page, count: int) -> Request | None:
    """The next page after a full one; more rows than asked for mean that the server does not divide."""
    query = dict(page.request.query)
    return page.request.with_query("page", int(query["page"]) + 1) if count == int(query["per_page"]) else None


SOURCE = _Toggl()
