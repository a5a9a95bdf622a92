"""QuickBooks Time as the practice server imitates it: objects keyed by id, jobcodes in a tree, services as a field."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from etl.sandbox.server.asking import Ask, Desk, Reply, cut, is_bearer, iso, refused
from etl.sandbox.server.book import Work

PREFIX = "quickbooks_time"
_SERVICE, _LUNCH, _LEAVE = 88010, 60001, 60002   # the custom field; jobcodes of breaks and of leave
_AT = "2026-01-06T17:00:00+00:00"


def answer(desk: Desk, ask: Ask) -> Reply:
    """The reply to one question."""
    if not is_bearer(ask, desk.token):
        return Reply(401, {"error": "invalid_grant", "error_description": "The access token provided has expired."})
    name = ask.path.removeprefix("/api/v1/")
    if name == "last_modified_timestamps":
        return Reply(200, {"results": {"last_modified_timestamps": {"timesheets": iso(desk.book.changed)}}})
    rows = _rows(desk, ask, name)
    return refused(404, "Not Found") if rows is None else _page(ask, name, rows)


def _rows(desk: Desk, ask: Ask, name: str) -> list[dict[str, Any]] | None:
    book = desk.book
    if name == "users":
        return [{"id": one.id, "first_name": one.name.partition(" ")[0], "last_name": one.name.partition(" ")[2],
                 "email": one.email, "username": one.email, "payroll_id": one.staff_no, "active": True,
                 "approved_to": "2026-01-01", "submitted_to": "2026-01-01", "last_modified": _AT}
                for one in book.users]
    if name == "jobcodes":
        return [_job(_LUNCH, 0, "Lunch", "unpaid_break"), _job(_LEAVE, 0, "Paid Time Off", "pto"),
                *(_job(one.id, 0, one.name) for one in book.clients),
                *(_job(one.id, one.client or 0, one.name) for one in book.projects)]
    if name == "customfields":
        return [{"id": _SERVICE, "name": "Service Item", "active": True, "type": "managed-list"}]
    if name == "timesheets":
        found = book.between(date.fromisoformat(ask.query["start_date"]), date.fromisoformat(ask.query["end_date"]))
        clock = ask.query.get("on_the_clock", "no")
        return [_sheet(one) for one in found if clock == "both" or (one.kind == "running") == (clock == "yes")]
    return None


def _page(ask: Ask, name: str, rows: Sequence[dict[str, Any]]) -> Reply:
    size, page = int(ask.query.get("limit", 200)), int(ask.query.get("page", 1))
    if not 1 <= size <= 200:
        return Reply(417, {"error": {"code": 417, "message": "Expectation Failed"}})
    shown = cut(rows, page, size)
    return Reply(200, {"results": {name: {str(row["id"]): row for row in shown} or []},
                       "more": page * size < len(rows)})


def _job(number: int, parent: int, name: str, kind: str = "regular") -> dict[str, Any]:
    return {"id": number, "parent_id": parent, "name": name, "type": kind, "billable": parent > 0, "billable_rate": 0,
            "active": True, "has_children": False, "last_modified": _AT}


def _sheet(one: Work) -> dict[str, Any]:
    job = {"break": _LUNCH, "leave": _LEAVE}.get(one.kind) or (one.project.id if one.project else 0)
    return {
        "id": one.id, "user_id": one.user.id, "jobcode_id": job, "start": iso(one.local),
        "end": "" if one.kind == "running" else iso(one.local_end),
        "duration": 0 if one.kind == "running" else one.seconds, "date": one.day.isoformat(), "tz": -5,
        "tz_str": one.user.zone, "type": "regular", "on_the_clock": one.kind == "running", "locked": 0,
        "notes": one.note, "customfields": {str(_SERVICE): one.task.name} if one.task else "", "attached_files": [],
        "last_modified": iso(one.updated)}
