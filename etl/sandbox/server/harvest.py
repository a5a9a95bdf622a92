"""Harvest as the practice server imitates it: decimal hours, links to follow, a count of all rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from urllib.parse import urlencode

from etl.sandbox.server.asking import ACCOUNT, Ask, Desk, Reply, cut, is_bearer, refused, zulu
from etl.sandbox.server.book import Work

PREFIX = "harvest"
_AT = "2026-01-05T17:00:00Z"


def answer(desk: Desk, ask: Ask) -> Reply:
    """The reply to one question."""
    if not ask.headers.get("user-agent"):
        return refused(400, "User-Agent header is required")
    if not is_bearer(ask, desk.token):
        return refused(401, "invalid_token")
    if ask.headers.get("harvest-account-id") != ACCOUNT:
        return Reply(404, {"status": 404, "error": "Not Found"})
    if ask.path == "/v2/company":
        return Reply(200, {"full_domain": "practice.example", "name": "Practice", "is_active": True,
                           "wants_timestamp_timers": True, "clock": "12h", "time_format": "decimal"})
    name = ask.path.removeprefix("/v2/")
    rows = _rows(desk, ask, name)
    return Reply(404, {"status": 404, "error": "Not Found"}) if rows is None else _page(ask, name, rows)


def _rows(desk: Desk, ask: Ask, name: str) -> list[dict[str, Any]] | None:
    book = desk.book
    if name == "users":
        return [{"id": one.id, "first_name": one.name.partition(" ")[0], "last_name": one.name.partition(" ")[2],
                 "email": one.email, "timezone": "Eastern Time (US & Canada)", "is_contractor": False,
                 "is_active": True, "employee_id": one.staff_no, "created_at": _AT, "updated_at": _AT}
                for one in book.users]
    if name == "clients":
        return [{"id": one.id, "name": one.name, "currency": one.currency, "is_active": True} for one in book.clients]
    if name == "projects":
        return [_project(desk, one.id) for one in book.projects]
    if name == "tasks":
        return [{"id": one.id, "name": one.name, "is_active": True} for one in book.tasks]
    if name == "time_entries":
        first, last = date.fromisoformat(ask.query["from"]), date.fromisoformat(ask.query["to"])
        found = [one for one in book.between(first, last) if one.kind != "break"]
        return [_entry(desk, one) for one in reversed(found)]
    return None


def _page(ask: Ask, name: str, rows: Sequence[Any]) -> Reply:
    size, page = int(ask.query.get("per_page", 2000)), int(ask.query.get("page", 1))
    if not 1 <= size <= 2000:
        return refused(422, "per_page must be between 1 and 2000")
    pages = max(1, -(-len(rows) // size))
    link = f"{ask.base}{ask.path}?" + urlencode(dict(ask.query) | {"page": str(page + 1)})
    return Reply(200, {
        name: cut(rows, page, size), "per_page": size, "total_pages": pages, "total_entries": len(rows), "page": page,
        "next_page": page + 1 if page < pages else None, "previous_page": page - 1 if page > 1 else None,
        "links": {"first": None, "next": link if page < pages else None, "previous": None, "last": None}})


def _project(desk: Desk, project_id: int) -> dict[str, Any]:
    project = next(one for one in desk.book.projects if one.id == project_id)
    client = desk.book.client_of(project)
    return {"id": project.id, "name": project.name, "code": "", "is_active": True,
            "client": {"id": client.id, "name": client.name, "currency": client.currency} if client else None}


def _entry(desk: Desk, one: Work) -> dict[str, Any]:
    hours = (Decimal(one.seconds) / 3600).quantize(Decimal("0.01"), ROUND_HALF_UP)
    client = desk.book.client_of(one.project)
    running = one.kind == "running"
    return {
        "id": one.id, "spent_date": one.day.isoformat(), "hours": float(hours), "notes": one.note or None,
        "is_locked": one.is_billed, "locked_reason": None, "approval_status": "approved" if one.is_billed else
        "unsubmitted", "is_closed": one.is_billed, "is_billed": one.is_billed, "is_running": running,
        "timer_started_at": zulu(one.start) if running else None, "started_time": _clock(one.local),
        "ended_time": None if running else _clock(one.local_end), "billable": one.is_billable, "budgeted": False,
        "billable_rate": None, "cost_rate": None, "created_at": zulu(one.start), "updated_at": zulu(one.updated),
        "user": {"id": one.user.id, "name": one.user.name},
        "client": {"id": client.id, "name": client.name, "currency": client.currency} if client else None,
        "project": {"id": one.project.id, "name": one.project.name, "code": ""} if one.project else None,
        "task": {"id": one.task.id, "name": one.task.name} if one.task else None,
        "invoice": {"id": 1, "number": "1"} if one.is_billed else None, "external_reference": None}


def _clock(local: Any) -> str:
    return str(local.strftime("%I:%M%p")).lower().lstrip("0")
