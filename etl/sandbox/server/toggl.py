"""Toggl Track as the practice server imitates it: reports without running entries, a cursor in the headers."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from etl.sandbox.company import ZONE
from etl.sandbox.server.asking import ACCOUNT, Ask, Desk, Reply, cut, is_basic, iso, refused
from etl.sandbox.server.book import Work

PREFIX = "toggl"
_AT = "2026-01-05T17:00:00+00:00"


def answer(desk: Desk, ask: Ask) -> Reply:
    """The reply to one question."""
    if not is_basic(ask, desk.token, "api_token"):
        return refused(403, "Incorrect username and/or password")
    if ask.path == f"/reports/api/v3/workspace/{ACCOUNT}/search/time_entries":
        return _report(desk, ask) if ask.method == "POST" else refused(405, "Method Not Allowed")
    lists = {"users": _users, "clients": _clients, "projects": _projects, "tasks": _tasks, "tags": _tags}
    for name, made in lists.items():
        if ask.path == f"/api/v9/workspaces/{ACCOUNT}/{name}":
            return made(desk, ask)
    return refused(404, "Not Found")


def _users(desk: Desk, ask: Ask) -> Reply:  # noqa: ARG001
    return Reply(200, [{"id": one.id, "fullname": one.name, "email": one.email, "timezone": one.zone, "inactive": False,
                        "is_active": True, "is_admin": False, "role": "user"} for one in desk.book.users])


def _clients(desk: Desk, ask: Ask) -> Reply:  # noqa: ARG001
    return Reply(200, [{"id": one.id, "wid": int(ACCOUNT), "archived": False, "name": one.name, "at": _AT}
                       for one in desk.book.clients] or None)


def _projects(desk: Desk, ask: Ask) -> Reply:
    rows = [{"id": one.id, "workspace_id": int(ACCOUNT), "client_id": one.client, "name": one.name, "active": True,
             "at": _AT, "billable": one.client is not None, "rate": None, "currency": "USD", "color": "#0b83d9"}
            for one in desk.book.projects]
    return Reply(200, cut(rows, int(ask.query.get("page", 1)), int(ask.query.get("per_page", 151))))


def _tasks(desk: Desk, ask: Ask) -> Reply:
    size, page = int(ask.query.get("per_page", 50)), int(ask.query.get("page", 1))
    rows = [{"id": one.id, "name": one.name, "workspace_id": int(ACCOUNT), "project_id": desk.book.projects[0].id,
             "active": True, "at": _AT} for one in desk.book.tasks]
    return Reply(200, {"total_count": len(rows), "per_page": size, "page": page, "data": cut(rows, page, size)})


def _tags(desk: Desk, ask: Ask) -> Reply:  # noqa: ARG001
    return Reply(200, None)


def _report(desk: Desk, ask: Ask) -> Reply:
    first, last = date.fromisoformat(ask.body["start_date"]), date.fromisoformat(ask.body["end_date"])
    if (last - first).days >= 366 or last < first:
        return refused(400, "the range is at most 366 days")
    size, start = int(ask.body.get("page_size", 50)), int(ask.body.get("first_row_number", 1))
    rows = [one for one in desk.book.between(first, last) if one.kind in ("work", "leave")]
    shown = rows[start - 1:start - 1 + size]
    headers = {"X-Page-Size": str(size), "X-Toggl-Quota-Remaining": "200", "X-Toggl-Quota-Resets-In": "3000"}
    if start - 1 + size < len(rows):
        following = rows[start - 1 + size]
        headers |= {"X-Next-ID": str(following.id), "X-Next-Row-Number": str(start + size),
                    "X-Next-Timestamp": str(int(following.start.timestamp()))}
    return Reply(200, [_row(desk, one, start + number) for number, one in enumerate(shown)], headers)


def _row(desk: Desk, one: Work, number: int) -> dict[str, Any]:
    client = desk.book.client_of(one.project)
    profile = ZoneInfo(ZONE)
    return {
        "user_id": one.user.id, "username": one.user.name, "project_id": one.project.id if one.project else None,
        "task_id": one.task.id if one.task else None, "billable": one.is_billable, "description": one.note,
        "tag_ids": [], "billable_amount_in_cents": None, "hourly_rate_in_cents": None,
        "currency": client.currency if client else "USD", "row_number": number,
        "time_entries": [{
            "id": one.id, "seconds": one.seconds, "start": iso(one.start.astimezone(profile)),
            "stop": iso(one.end.astimezone(profile)), "at": iso(one.updated), "at_tz": iso(one.updated)}]}
