"""Clockify: everybody's entries by the detailed report, asked in UTC; names and approvals by the core."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from etl.settings import Connection, Quota
from etl.sources.answers import NUMBER_OR_NOTHING, OBJECT, TEXT, TEXT_OR_NOTHING, TRUTH, Page, Shape
from etl.sources.calls import Request
from etl.sources.http import Limits
from etl.sources.landing_rows import Columns
from etl.sources.listing import Listing, other_form, rows_at
from etl.sources.rows import Row, Rows
from etl.sources.trackers import Lookups, People, Person, Reader, Sorted, Window, by_id, truth, whole

_ROWS, _CORE_ROWS = 200, 200   # of a report page at most 200; the core's most is not documented
_DAYS = 31   # a report of the free plan covers no more
_KINDS = frozenset({"REGULAR", "BREAK", "HOLIDAY", "TIME_OFF"})
_STATES = {"PENDING": "submitted", "APPROVED": "approved"}   # of the three that can be listed
_LEAVE = {"HOLIDAY": "Holiday", "TIME_OFF": "Time off"}
_ENTRY = Shape(
    "time entry",
    {"_id": TEXT, "userId": TEXT, "billable": TRUTH, "start": TEXT, "end": TEXT_OR_NOTHING,
     "duration": (int, type(None)), "description": TEXT_OR_NOTHING},
    {"type": TEXT, "projectId": TEXT_OR_NOTHING, "projectName": TEXT_OR_NOTHING, "clientId": TEXT_OR_NOTHING,
     "clientName": TEXT_OR_NOTHING, "taskId": TEXT_OR_NOTHING, "taskName": TEXT_OR_NOTHING,
     "tags": (list, type(None)), "userName": TEXT_OR_NOTHING, "userEmail": TEXT_OR_NOTHING,
     "rate": NUMBER_OR_NOTHING, "locked": TRUTH, "approvalRequestId": TEXT_OR_NOTHING,
     "invoicingInfo": (dict, str, type(None))},
    frozenset({"projectColor", "amounts", "customFields", "isLocked", "currency", "kioskId", "approvalStatus"}),
    {"type": _KINDS})
_NAMED = {"id": TEXT, "name": TEXT}
_USER = Shape("user", _NAMED | {"email": TEXT_OR_NOTHING, "settings": (dict, type(None))}, {"status": TEXT},
              frozenset({"memberships", "profilePicture", "activeWorkspace", "defaultWorkspace", "customFields"}))
_CLIENT = Shape("client", _NAMED, {"currencyCode": TEXT_OR_NOTHING}, frozenset({
    "email", "workspaceId", "archived", "address", "note", "currencyId", "ccEmails"}))
_PROJECT = Shape("project", _NAMED, {"clientId": TEXT_OR_NOTHING, "hourlyRate": (dict, type(None)),
                                     "costRate": (dict, type(None)), "billable": TRUTH}, frozenset({
    "clientName", "workspaceId", "memberships", "color", "archived", "duration", "note", "template", "public",
    "estimate", "timeEstimate", "budgetEstimate", "estimateReset"}))
_TAG = Shape("tag", _NAMED, {}, frozenset({"workspaceId", "archived"}))
_APPROVAL = Shape("approval", {"approvalRequest": OBJECT, "id": TEXT}, {}, frozenset({
    "entries", "expenses", "trackedTime", "billableTime", "breakTime", "approvedTime", "pendingTime", "billableAmount",
    "costAmount", "expenseTotal"}))
_RUNNING = Shape("running timer", {"id": TEXT, "timeInterval": OBJECT}, {"userId": TEXT}, frozenset({
    "description", "tagIds", "billable", "taskId", "projectId", "workspaceId", "customFieldValues", "type", "kioskId",
    "hourlyRate", "costRate", "isLocked"}))


class _Clockify:
    name = "clockify"
    addresses: Mapping[str, str] = {"core": "https://api.clockify.me/api/v1",
                                    "reports": "https://reports.api.clockify.me/v1"}
    quotas = (Quota(calls=10, seconds=1),)   # 50 for add-ons; for keys none is documented
    limits = Limits()
    is_personal = False
    duration = "seconds"

    def headers_of(self, connection: Connection, token: str) -> Mapping[str, str]:  # noqa: ARG002
        return {"X-Api-Key": token}

    def lookups(self, connection: Connection, window: Window) -> Sequence[Listing]:  # noqa: ARG002
        at = f"/workspaces/{connection.account}"
        return (
            _paged("users", f"{at}/users", _USER, ("status", "ALL")),
            _paged("clients", f"{at}/clients", _CLIENT),
            _paged("projects", f"{at}/projects", _PROJECT),
            _paged("tags", f"{at}/tags", _TAG),
            *(replace(_paged(f"approvals {state.lower()}", f"{at}/approval-requests", _APPROVAL, ("status", state)),
                      rows=_approvals)
              for state in _STATES),
            _paged("running timers", f"{at}/time-entries/status/in-progress", _RUNNING))

    def entries(self, connection: Connection, window: Window) -> Sequence[Listing]:
        size = min(connection.page_size or _ROWS, _ROWS)
        return [Listing("entries", Request(
            f"/workspaces/{connection.account}/reports/detailed", service="reports", body=json.dumps({
                "dateRangeStart": f"{part.start}T00:00:00.000", "dateRangeEnd": f"{part.end}T23:59:59.999",
                "timeZone": "UTC", "sortOrder": "ASCENDING", "rounding": False, "exportType": "JSON",
                "amounts": ["EARNED", "COST"],
                "detailedFilter": {"page": 1, "pageSize": size, "sortColumn": "DATE",
                                   "options": {"totals": "CALCULATE"}}})),
            _entries, _ENTRY, next=_next_report, proof="total", total=_total, size=size,
            key="_id")
            for part in window.wider().parts(_DAYS)]

    def marker(self, connection: Connection) -> Listing | None:  # noqa: ARG002
        return None

    def reader(self, connection: Connection, looked_up: Lookups) -> Reader:
        currency_of = {id_: row.get("currencyCode") for id_, row in by_id(looked_up["clients"]).items()}
        people = People([Person(one["id"], one["name"], one["email"] or "",
                                zone=(one["settings"] or {}).get("timeZone") or "")
                         for one in looked_up["users"]], connection)
        standing_of = _standings(looked_up)
        client, project, task = (("clientId", "projectId", "taskId") if connection.refs == "ids"
                                 else ("clientName", "projectName", "taskName"))

        def read(rows: Rows) -> Sorted:
            stopped = rows.where([end is not None for end in rows["end"]])
            entries = (stopped.where([kind != "BREAK" for kind in stopped.get("type")])
                       if connection.breaks == "unpaid" else stopped)
            tasks = entries.get(task)
            return Sorted(people.columns(entries["userId"]) | {
                "entry_ref": entries["_id"],
                "client_ref": entries.get(client),
                "project_ref": entries.get(project),
                "task_ref": tasks,
                "service_ref": list(map(_LEAVE.get, entries.get("type"), tasks)),
                "start_text": entries["start"],
                "end_text": entries["end"],
                "duration_text": list(map(whole, entries["duration"])),
                "billable_text": list(map(truth, entries["billable"])),
                "billed_text": list(map(truth, entries.get("invoicingInfo"))),
                "currency_text": [currency_of.get(id_) if rate else None
                                  for id_, rate in zip(entries.get("clientId"), entries.get("rate"), strict=True)],
                "note": entries["description"],
                "tags": [", ".join(str(tag.get("name")) for tag in tags or ()) for tags in entries.get("tags")],
            }, standing_of(entries), running=len(rows) - len(stopped), breaks=len(stopped) - len(entries))
        return read


def _paged(name: str, path: str, shape: Shape, *query: tuple[str, str]) -> Listing:
    return Listing(name, Request(path, (*query, ("page", "1"), ("page-size", str(_CORE_ROWS)))), rows_at(), shape,
                   next=_next_core, headers=("last-page",), size=_CORE_ROWS, promises=False)


def _standings(looked_up: Lookups) -> Callable[[Rows], Columns]:
    """How entries stand: by the request they belong to. One that was rejected or withdrawn is in neither list."""
    known = {id_: (standing, state, *_decided(row["approvalRequest"].get("status") if state == "APPROVED" else None))
             for state, standing in _STATES.items()
             for id_, row in by_id(looked_up[f"approvals {state.lower()}"]).items()}

    def of(entries: Rows) -> Columns:
        found = [known.get(id_ or "", ("locked" if is_locked else "open", None, None, None))
                 for id_, is_locked in zip(entries.get("approvalRequestId"), entries.get("locked"), strict=True)]
        return dict(zip(("standing", "tracker_word", "approved_by", "approved_at"), zip(*found, strict=True),
                        strict=False))
    return of


def _decided(status: object) -> tuple[str | None, str | None]:
    """Who decided on a request, and when."""
    said = status if isinstance(status, dict) else {}
    who, when = said.get("updatedByUserName") or said.get("updatedBy"), said.get("updatedAt")
    return str(who) if who else None, str(when) if when else None


def _approvals(page: Page) -> list[Row]:
    """The rows with the id of their request at the top."""
    return [row | {"id": row["approvalRequest"].get("id")}
            if isinstance(row, dict) and isinstance(row.get("approvalRequest"), dict) else row
            for row in rows_at()(page)]


def _next_core(page: Page) -> Request | None:
    """The header says which page is the last; a list without it ends with a page that is not full."""
    query = dict(page.request.query)
    last = page.headers.get("last-page", "").lower()
    is_last = last == "true" if last else len(page.data or ()) < int(query["page-size"])
    return None if is_last else page.request.with_query("page", int(query["page"]) + 1)


def _entries(page: Page) -> list[Row]:
    """The rows with start, end and duration of their interval at the top."""
    rows = rows_at("timeentries")(page)
    if not all(isinstance(row, dict) and isinstance(row.get("timeInterval"), dict) for row in rows):
        other_form(page, "a report row without its timeInterval")
    return [row | row.pop("timeInterval") for row in rows]


def _total(page: Page) -> int | None:
    """The count of all rows; no totals at all is how a report without rows looks."""
    totals = page.data.get("totals")
    if isinstance(totals, list) and totals and isinstance(totals[0], dict):
        count = totals[0].get("entriesCount")
        return count if isinstance(count, int) else None
    return 0 if not page.data.get("timeentries") else None


def _next_report(page: Page) -> Request | None:
    asked = json.loads(page.request.body)["detailedFilter"]
    total = _total(page)
    if not page.data["timeentries"] or total is None or asked["page"] * asked["pageSize"] >= total:
        return None
    return page.request.with_body(detailedFilter=asked | {"page": asked["page"] + 1})


SOURCE = _Clockify()
