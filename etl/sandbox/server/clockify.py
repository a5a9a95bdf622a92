"""Clockify as the practice server imitates it: a report with totals on every page, lists that name the last."""

from __future__ import annotations

from datetime import date
from typing import Any

from etl.sandbox.server.asking import ACCOUNT, Ask, Desk, Reply, cut, refused, zulu
from etl.sandbox.server.book import Work

PREFIX = "clockify"
_KINDS = {"work": "REGULAR", "break": "BREAK", "leave": "TIME_OFF", "running": "REGULAR"}
_WS = f"/workspaces/{ACCOUNT}"


def answer(desk: Desk, ask: Ask) -> Reply:
    """The reply to one question."""
    if ask.headers.get("x-api-key") != desk.token:
        return refused(401, "Api key does not exist")
    if ask.path == f"/reports/v1{_WS}/reports/detailed" and ask.method == "POST":
        return _report(desk, ask)
    rows = _rows(desk, ask.path.removeprefix(f"/api/v1{_WS}/"))
    if rows is None:
        return Reply(404, {"code": 3000, "message": "No static resource"})
    page, size = int(ask.query.get("page", 1)), int(ask.query.get("page-size", 50))
    return Reply(200, cut(rows, page, size), {"Last-Page": "true" if page * size >= len(rows) else "false"})


def _rows(desk: Desk, name: str) -> list[dict[str, Any]] | None:
    book = desk.book
    if name == "users":
        return [{"id": _hex(one.id), "name": one.name, "email": one.email, "status": "ACTIVE",
                 "settings": {"timeZone": one.zone, "weekStart": "MONDAY"}} for one in book.users]
    if name == "clients":
        return [{"id": _hex(one.id), "name": one.name, "currencyCode": one.currency, "archived": False}
                for one in book.clients]
    if name == "projects":
        return [{"id": _hex(one.id), "name": one.name, "clientId": _hex(one.client) if one.client else "",
                 "billable": True, "hourlyRate": None, "costRate": None, "archived": False} for one in book.projects]
    if name in ("tags", "approval-requests"):
        return []
    if name == "time-entries/status/in-progress":
        return [{"id": _hex(one.id), "userId": _hex(one.user.id),
                 "timeInterval": {"start": zulu(one.start), "end": None, "duration": None}}
                for one in book.entries if one.kind == "running"]
    return None


def _report(desk: Desk, ask: Ask) -> Reply:
    asked = ask.body["detailedFilter"]
    if not 1 <= asked["pageSize"] <= 200:
        return refused(400, "pageSize must be between 1 and 200")
    if ask.body["timeZone"] != "UTC":
        return refused(400, "this practice server reads windows in UTC alone")
    first, last = date.fromisoformat(ask.body["dateRangeStart"][:10]), date.fromisoformat(ask.body["dateRangeEnd"][:10])
    if (last - first).days >= 31:
        return refused(400, "the plan covers 31 days")
    rows = sorted((one for one in desk.book.entries if first <= one.start.date() <= last and one.kind != "running"),
                  key=lambda one: (one.start, one.id))
    totals = [{"_id": "", "totalTime": sum(one.seconds for one in rows), "entriesCount": len(rows)}] if rows else []
    return Reply(200, {"totals": totals, "timeentries": [_row(desk, one) for one in cut(rows, asked["page"],
                                                                                        asked["pageSize"])]})


def _row(desk: Desk, one: Work) -> dict[str, Any]:
    client = desk.book.client_of(one.project)
    return {
        "_id": _hex(one.id), "description": one.note, "userId": _hex(one.user.id), "userName": one.user.name,
        "userEmail": one.user.email, "billable": one.is_billable, "locked": False, "approvalRequestId": None,
        "invoicingInfo": {"invoiceId": "1"} if one.is_billed else None, "type": _KINDS[one.kind],
        "projectId": _hex(one.project.id) if one.project else None,
        "projectName": one.project.name if one.project else None, "projectColor": "#03A9F4",
        "clientId": _hex(client.id) if client else None, "clientName": client.name if client else None,
        "taskId": _hex(one.task.id) if one.task else None, "taskName": one.task.name if one.task else None, "tags": [],
        "timeInterval": {"start": zulu(one.start), "end": zulu(one.end), "duration": one.seconds},
        "rate": None, "amounts": [], "customFields": []}


def _hex(number: int) -> str:
    return f"64e1a0b2c3d4e5f6{number:08x}"
