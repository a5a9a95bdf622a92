"""Kimai as the practice server imitates it: plain lists, counts in the headers, nothing behind the last page."""

from __future__ import annotations

from datetime import date
from typing import Any

from etl.sandbox.server.asking import Ask, Desk, Reply, cut, is_bearer
from etl.sandbox.server.book import Work

PREFIX = "kimai"


def answer(desk: Desk, ask: Ask) -> Reply:
    """The reply to one question."""
    if not is_bearer(ask, desk.token):
        return Reply(401, {"code": 401, "message": "Unauthorized"})
    rows = _rows(desk, ask.path.removeprefix("/api/"))
    if rows is not None:
        return Reply(200, rows)
    if ask.path == "/api/timesheets":
        return _timesheets(desk, ask)
    return Reply(404, {"code": 404, "message": "Not Found"})


def _rows(desk: Desk, name: str) -> list[dict[str, Any]] | None:
    book = desk.book
    if name == "users":
        return [{"id": one.id, "username": one.email.partition("@")[0], "alias": one.name, "email": one.email,
                 "accountNumber": one.staff_no, "timezone": one.zone, "enabled": True} for one in book.users]
    if name == "customers":
        return [{"id": one.id, "name": one.name, "currency": one.currency, "visible": True} for one in book.clients]
    if name == "projects":
        return [{"id": one.id, "name": one.name, "customer": one.client or 0, "visible": True}
                for one in book.projects]
    if name == "activities":
        return [{"id": one.id, "name": one.name, "project": None, "visible": True} for one in book.tasks]
    return None


def _timesheets(desk: Desk, ask: Ask) -> Reply:
    if ask.query.get("user") != "all":
        return Reply(200, [])   # the token's owner has tracked nothing
    first, last = date.fromisoformat(ask.query["begin"][:10]), date.fromisoformat(ask.query["end"][:10])
    rows = sorted((one for one in desk.book.between(first, last) if one.kind != "break"), key=lambda one: one.id)
    page, size = int(ask.query.get("page", 1)), min(int(ask.query.get("size", 50)), 500)
    pages = max(1, -(-len(rows) // size))
    if page > pages:
        return Reply(404, {"code": 404, "message": "Not Found"})
    return Reply(200, [_sheet(one) for one in cut(rows, page, size)], {
        "X-Page": str(page), "X-Total-Count": str(len(rows)), "X-Total-Pages": str(pages), "X-Per-Page": str(size)})


def _sheet(one: Work) -> dict[str, Any]:
    running = one.kind == "running"
    return {
        "id": one.id, "begin": one.local.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "end": None if running else one.local_end.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "duration": 0 if running else one.seconds, "break": 0, "description": one.note or None,
        "exported": one.is_billed, "billable": one.is_billable, "metaFields": [],
        "activity": one.task.id if one.task else 0, "project": one.project.id if one.project else 0,
        "user": one.user.id, "tags": []}
