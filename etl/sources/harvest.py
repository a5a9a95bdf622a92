"""Harvest (API v2): entries with a billing date and decimal hours; every list is followed link by link."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from importlib.resources import files
from operator import not_
from urllib.parse import parse_qsl, urlsplit

from etl.errors import SourceError
from etl.settings import Connection, Quota
from etl.sources.answers import (
    ID,
    NUMBER,
    NUMBER_OR_NOTHING,
    OBJECT,
    TEXT,
    TEXT_OR_NOTHING,
    TRUTH,
    Page,
    Shape,
)
from etl.sources.auth import bearer
from etl.sources.calls import Request
from etl.sources.http import Limits
from etl.sources.landing_rows import Columns
from etl.sources.listing import Listing, rows_at
from etl.sources.rows import Row, Rows
from etl.sources.trackers import Lookups, People, Person, Reader, Sorted, Window, by_id, ref, truth

_BASE = "https://api.harvestapp.com/v2"
_ROWS = 2000
_STATES = frozenset({"unsubmitted", "submitted", "approved"})
_ENTRY = Shape(
    "time entry",
    {"id": ID, "spent_date": TEXT, "hours": NUMBER, "is_running": TRUTH, "billable": TRUTH, "user": OBJECT,
     "client": (dict, type(None)), "project": (dict, type(None)), "task": (dict, type(None)), "updated_at": TEXT},
    {"notes": TEXT_OR_NOTHING, "started_time": TEXT_OR_NOTHING, "ended_time": TEXT_OR_NOTHING, "is_billed": TRUTH,
     "billable_rate": NUMBER_OR_NOTHING, "cost_rate": NUMBER_OR_NOTHING, "is_locked": TRUTH, "is_closed": TRUTH,
     "locked_reason": TEXT_OR_NOTHING, "approval_status": TEXT_OR_NOTHING, "invoice": (dict, type(None)),
     "hours_without_timer": NUMBER_OR_NOTHING, "rounded_hours": NUMBER_OR_NOTHING},
    frozenset({"timer_started_at", "budgeted", "created_at", "user_assignment", "task_assignment",
               "external_reference"}),
    {"approval_status": _STATES})
_TIMES = frozenset({"created_at", "updated_at"})
_USER = Shape(
    "user", {"id": ID, "first_name": TEXT_OR_NOTHING, "last_name": TEXT_OR_NOTHING},
    {"email": TEXT_OR_NOTHING, "timezone": TEXT_OR_NOTHING, "employee_id": TEXT_OR_NOTHING, "is_contractor": TRUTH,
     "is_active": TRUTH, "cost_rate": NUMBER_OR_NOTHING, "default_hourly_rate": NUMBER_OR_NOTHING},
    _TIMES | {"telephone", "has_access_to_all_future_projects", "weekly_capacity", "roles", "access_roles",
              "avatar_url", "saml_sign_in_required", "calendar_integration_enabled", "calendar_integration_source",
              "can_create_projects", "permissions_claims"})
_COMPANY = Shape("company", {"wants_timestamp_timers": TRUTH, "clock": TEXT}, {}, frozenset({
    "base_uri", "full_domain", "name", "is_active", "week_start_day", "time_format", "date_format", "plan_type",
    "currency_code_display", "currency_symbol_display", "decimal_symbol", "thousands_separator", "color_scheme",
    "weekly_capacity", "expense_feature", "invoice_feature", "estimate_feature", "approval_feature", "team_feature",
    "currency", "day_entry_notes_required", "saml_sign_in_required"}), {"clock": frozenset({"12h", "24h"})})
_CLIENT = Shape("client", {"id": ID, "name": TEXT}, {"currency": TEXT_OR_NOTHING},
                _TIMES | {"is_active", "address", "statement_key"})
_PROJECT = Shape("project", {"id": ID, "name": TEXT}, {"code": TEXT_OR_NOTHING, "client": (dict, type(None))},
                 _TIMES | {"is_active", "is_billable", "is_fixed_fee", "bill_by", "hourly_rate", "budget", "budget_by",
                           "budget_is_monthly", "notify_when_over_budget", "over_budget_notification_percentage",
                           "show_budget_to_all", "over_budget_notification_date", "cost_budget", "fee", "notes",
                           "starts_on", "ends_on", "cost_budget_include_expenses", "report_seconds_include_in_budget"})
_TASK = Shape("task", {"id": ID, "name": TEXT}, {"default_hourly_rate": NUMBER_OR_NOTHING},
              _TIMES | {"billable_by_default", "is_default", "is_active"})


class _Harvest:
    name = "harvest"
    addresses: Mapping[str, str] = {"core": _BASE}
    quotas = (Quota(calls=100, seconds=15),)
    limits = Limits()
    is_personal = False
    duration = "decimal_hours"

    def headers_of(self, connection: Connection, token: str) -> Mapping[str, str]:
        return {**bearer(token), "Harvest-Account-Id": connection.account}

    def lookups(self, connection: Connection, window: Window) -> Sequence[Listing]:  # noqa: ARG002
        company = Listing("company", Request("/company"), lambda page: [page.data], _COMPANY,
                          key="full_domain")
        shapes = {"users": _USER, "clients": _CLIENT, "projects": _PROJECT, "tasks": _TASK}
        return [company, *(_listing(name, connection, shape, ()) for name, shape in shapes.items())]

    def entries(self, connection: Connection, window: Window) -> Sequence[Listing]:
        return [_listing("time_entries", connection, _ENTRY, (("from", str(window.start)), ("to", str(window.end))))]

    def marker(self, connection: Connection) -> Listing | None:  # noqa: ARG002
        return None

    def reader(self, connection: Connection, looked_up: Lookups) -> Reader:
        people = People([Person(
            str(one["id"]), f"{one['first_name'] or ''} {one['last_name'] or ''}".strip(), one.get("email") or "",
            one.get("employee_id") or "", iana_zone(one.get("timezone") or "", connection))
            for one in looked_up["users"]], connection)
        clients = by_id(looked_up["clients"])

        def read(rows: Rows) -> Sorted:
            entries = rows.where(list(map(not_, rows["is_running"])))
            tasks = [ref(task, connection) for task in entries["task"]]
            return Sorted(people.columns([user["id"] for user in entries["user"]]) | {
                "entry_ref": list(map(str, entries["id"])),
                "updated_text": entries["updated_at"],
                "client_ref": [ref(client, connection) for client in entries["client"]],
                "project_ref": [ref(project, connection) for project in entries["project"]],
                "task_ref": tasks,
                "service_ref": tasks,
                "date_text": entries["spent_date"],
                "start_text": [f"{day} {time}" if time else None for day, time in zip(
                    entries["spent_date"], entries.get("started_time"), strict=True)],
                "end_text": entries.get("ended_time"),
                "duration_text": list(map(str, entries["hours"])),
                "billable_text": list(map(truth, entries["billable"])),
                "billed_text": list(map(truth, entries.get("is_billed"))),
                "currency_text": [_currency(client, clients) if rate is not None else None for client, rate in zip(
                    entries["client"], entries.get("billable_rate"), strict=True)],
                "note": entries.get("notes"),
            }, _standing(entries), running=len(rows) - len(entries))
        return read


def _listing(name: str, connection: Connection, shape: Shape, query: tuple[tuple[str, str], ...]) -> Listing:
    size = connection.page_size or _ROWS
    return Listing(
        name, Request(f"/{name}", (*query, ("per_page", str(size)))), rows_at(name), shape,
        next=partial(_next, base=connection.base_url or _BASE), proof="total", total=_total, size=size)


def _total(page: Page) -> int | None:
    total = page.data.get("total_entries") if isinstance(page.data, dict) else None
    return total if isinstance(total, int) else None


def _next(page: Page, base: str) -> Request | None:
    links = page.data.get("links")
    link = links.get("next") if isinstance(links, dict) else None
    return followed(link, base, page) if link else None


def followed(link: object, base: str, page: Page) -> Request:
    """The request of a link in an answer. Raises SourceError LINK_FOREIGN where it leads anywhere but below `base`."""
    there, ours = urlsplit(str(link)), urlsplit(base)
    same = (there.scheme, there.hostname, there.port) == (ours.scheme, ours.hostname, ours.port)
    if not same or there.username or not there.path.startswith(ours.path.rstrip("/") + "/"):
        raise SourceError("LINK_FOREIGN", what="The link to the next page leads to another address than the tracker's",
                          where=page.request.path,
                          fix="Correct base_url of the connection; the link was not followed and nothing was used.")
    query = tuple(parse_qsl(there.query, keep_blank_values=True))
    return Request(there.path.removeprefix(ours.path.rstrip("/")), query, service=page.request.service)


def _standing(entries: Rows) -> Columns:
    """Of each entry; where approval_status is not there, the older is_closed tells the same."""
    words = entries.get("approval_status")
    return {"standing": [
        word if word in ("approved", "submitted") else "approved" if word is None and is_closed else
        "locked" if is_closed or is_locked else "open"
        for word, is_closed, is_locked in zip(words, entries.get("is_closed"), entries.get("is_locked"), strict=True)],
        "tracker_word": words}


def _currency(client: Row | None, clients: Mapping[str, Row]) -> str | None:
    """The client's currency, which an entry's rate is in."""
    if client is None:
        return None
    return client.get("currency") or clients.get(str(client.get("id")), {}).get("currency")


_ZONES: dict[str, str] = {}


def iana_zone(name: str, connection: Connection) -> str:
    """The zone behind Rails' name for it, such as Pacific Time (US & Canada). Raises SourceError ZONE_UNKNOWN."""
    if not _ZONES:
        _ZONES.update(json.loads((files("etl.sources") / "rails_zones.json").read_text(encoding="utf-8")))
    if name and name not in _ZONES and name not in _ZONES.values():
        raise SourceError("ZONE_UNKNOWN", what=f"The tracker calls a person's time zone {name[:60]!r}",
                          where=f"connection {connection.name}, users",
                          fix="Choose another zone for the person in the tracker, and report this name.")
    return _ZONES.get(name, name)


SOURCE = _Harvest()
