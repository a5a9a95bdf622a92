"""QuickBooks Time (TSheets): timesheets by date; whether anything moved meanwhile the tracker tells itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import repeat
from operator import not_

from etl.settings import Connection, Quota, is_zone
from etl.sources.answers import ID, NUMBER, NUMBER_OR_NOTHING, TEXT, TEXT_OR_NOTHING, TRUTH, WHOLE, Page, Shape
from etl.sources.auth import bearer
from etl.sources.calls import Request
from etl.sources.http import Limits
from etl.sources.landing_rows import Columns
from etl.sources.listing import Listing, RowsById, other_form
from etl.sources.rows import Coded, Once, Row, Rows, columns
from etl.sources.trackers import Lookups, People, Person, Reader, Sorted, Window, by_id, ref, refs, truth, zone_extra

_ROWS = 200
_ENTRY = Shape(
    "timesheet",
    {"id": ID, "user_id": ID, "jobcode_id": ID, "start": TEXT, "end": TEXT, "duration": WHOLE, "date": TEXT,
     "on_the_clock": TRUTH, "type": TEXT, "last_modified": TEXT},
    {"notes": TEXT_OR_NOTHING, "customfields": (dict, list, str, type(None)), "locked": WHOLE,
     "tz_str": TEXT_OR_NOTHING, "tz": (int, type(None))},
    frozenset({"location", "attached_files", "created_by_user_id", "flagged", "active", "created", "origin_hint",
               "jobcode_type", "billable"}),
    {"type": frozenset({"regular", "manual"})})
_JOB_KINDS = frozenset({"regular", "pto", "paid_break", "unpaid_break", "unbillable"})
_STAMPS = frozenset({"last_modified", "created"})
_USER = Shape(
    "user", {"id": ID, "first_name": TEXT_OR_NOTHING, "last_name": TEXT_OR_NOTHING},
    {"email": TEXT_OR_NOTHING, "username": TEXT_OR_NOTHING, "payroll_id": TEXT_OR_NOTHING,
     "approved_to": TEXT_OR_NOTHING, "submitted_to": TEXT_OR_NOTHING, "pay_rate": NUMBER_OR_NOTHING,
     "pay_interval": TEXT_OR_NOTHING},
    _STAMPS | {"display_name", "group_id", "active", "employee_number", "salaried", "exempt", "email_verified",
               "mobile_number", "hire_date", "term_date", "last_active", "client_url", "company_name",
               "profile_image_url", "pto_balances", "manager_of_group_ids", "require_password_change", "permissions",
               "customfields", "display_name_format", "pronouns", "timezone_name"})
_JOB = Shape(
    "jobcode", {"id": ID, "parent_id": ID, "name": TEXT, "type": TEXT, "billable": TRUTH},
    {"billable_rate": NUMBER}, _STAMPS | {
        "assigned_to_all", "active", "has_children", "short_code", "filtered_customfielditems",
        "required_customfields", "locations", "connect_with_quickbooks", "geofence_config_id", "project_id"},
    {"type": _JOB_KINDS})
_FIELD = Shape("custom field", {"id": ID, "name": TEXT}, {}, _STAMPS | {
    "active", "required", "applies_to", "type", "short_code", "regex_filter", "ui_preference", "required_customfields",
    "show_to_all"})
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MARKER = Shape("time of last change", {}, {}, frozenset())
_ZONES = {"tsPT": "America/Los_Angeles", "tsMT": "America/Denver", "tsCT": "America/Chicago",
          "tsET": "America/New_York", "tsAT": "America/Halifax", "tsHT": "Pacific/Honolulu"}


class _QuickBooksTime:
    name = "quickbooks_time"
    addresses: Mapping[str, str] = {"core": "https://rest.tsheets.com/api/v1"}
    quotas = (Quota(calls=300, seconds=300),)
    limits = Limits(throttled_wait=300.0)   # until the window of five minutes has passed
    is_personal = False
    duration = "seconds"

    def headers_of(self, connection: Connection, token: str) -> Mapping[str, str]:  # noqa: ARG002
        return bearer(token)

    def lookups(self, connection: Connection, window: Window) -> Sequence[Listing]:  # noqa: ARG002
        return (_paged("users", _USER, ("active", "both")), _paged("jobcodes", _JOB, ("active", "both")),
                _paged("customfields", _FIELD, ("active", "both")))

    def entries(self, connection: Connection, window: Window) -> Sequence[Listing]:
        days = (("start_date", str(window.start)), ("end_date", str(window.end)))
        return [_paged("timesheets", _ENTRY, *days, ("on_the_clock", "both"), ("supplemental_data", "no"),
                       size=min(connection.page_size or _ROWS, _ROWS))]

    def marker(self, connection: Connection) -> Listing | None:  # noqa: ARG002
        return Listing("last_modified_timestamps", Request("/last_modified_timestamps", (
            ("endpoints", "timesheets,timesheets_deleted"),)), lambda page: [page.data], _MARKER)

    def reader(self, connection: Connection, looked_up: Lookups) -> Reader:
        jobs = by_id(looked_up["jobcodes"])
        people = People([Person(
            str(one["id"]), f"{one['first_name'] or ''} {one['last_name'] or ''}".strip(),
            one.get("email") or one.get("username") or "", one.get("payroll_id") or "")
            for one in looked_up["users"]], connection)
        named = {str(one["name"]).casefold(): str(one["id"]) for one in looked_up["customfields"]}
        service = named.get(connection.service_field.casefold(), "")
        billable = next((id_ for name, id_ in named.items() if name.startswith("billable")), "")
        job_known = refs(jobs, connection)
        is_work: Once[int | str, bool] = Once(lambda job: jobs.get(str(job), {}).get("type") != "unpaid_break")
        zone_of, standing_of = _zones(connection), _standings(looked_up["users"])

        def place(job: int | str) -> tuple[str | None, str | None, str | None]:
            return _job_refs(str(job), jobs, connection) if str(job) in jobs else (None, job_known(job or None), None)

        place_of: Coded[int | str] = Coded(lambda job: place(job)[:2], ("client_ref", "project_ref"))
        task_of: Once[int | str, tuple[str | None, str]] = Once(
            lambda job: (place(job)[2], truth(jobs.get(str(job), {}).get("billable"))))

        def read(rows: Rows) -> Sorted:
            stopped = rows.where(list(map(not_, rows["on_the_clock"])))
            entries = stopped.where([is_work[job] for job in stopped["jobcode_id"]])
            tasks, flags = columns(map(task_of.__getitem__, entries["jobcode_id"]), 2)
            fields = entries.get("customfields")
            if set(map(type, fields)) - {dict}:   # none come as an empty list or text
                fields = [field if isinstance(field, dict) else {} for field in fields]
            tasks = [task or told for task, told in zip(tasks, map(dict.get, fields, repeat(service)), strict=True)]
            return Sorted({
                **people.columns(entries["user_id"]),
                **place_of.columns(entries["jobcode_id"]),
                "entry_ref": entries.texts("id"),
                "updated_text": entries["last_modified"],
                "task_ref": tasks,
                "service_ref": tasks,
                "date_text": entries["date"],
                "start_text": entries["start"],
                "end_text": entries["end"],
                "duration_text": entries.texts("duration"),
                "billable_text": [str(told or flag) for told, flag in zip(
                    map(dict.get, fields, repeat(billable)), flags, strict=True)],
                "note": entries.get("notes"),
                "extra": [zone_of[name] for name in entries.get("tz_str")],
            }, standing_of(entries), running=len(rows) - len(stopped), breaks=len(stopped) - len(entries))
        return read


def _paged(name: str, shape: Shape, *query: tuple[str, str], size: int = _ROWS) -> Listing:
    return Listing(name, Request(f"/{name}", (*query, ("page", "1"), ("limit", str(size)))),
                   RowsById(("results", name)), shape, next=_next, proof="marker", size=size)


def _next(page: Page) -> Request | None:
    more = page.data.get("more")
    if not isinstance(more, bool):
        other_form(page, "no word whether there is more")
    return page.request.with_query("page", int(dict(page.request.query)["page"]) + 1) if more else None


def _job_refs(id_: str, jobs: Mapping[str, Row], connection: Connection) -> tuple[str | None, str | None, str | None]:
    """Client, project and task of a jobcode: the tree from its root; leave and breaks are nobody's project."""
    way: list[Row] = []
    while id_ in jobs and jobs[id_] not in way:
        way.insert(0, jobs[id_])
        id_ = str(jobs[id_]["parent_id"])
    if way[-1]["type"] in ("pto", "paid_break"):
        return None, None, ref(way[-1], connection)
    names = [ref(job, connection) for job in way]
    if len(names) == 1:
        return None, names[0], None
    return names[0], names[1], names[-1] if len(names) > 2 else None


def _standings(users: Sequence[Row]) -> Callable[[Rows], Columns]:
    """How entries stand: approval is a date on the person, and reaches every entry up to it."""
    until = {str(one["id"]): (_day(one.get("approved_to")), _day(one.get("submitted_to"))) for one in users}

    def said(of: tuple[object, str, object]) -> tuple[str, str | None]:
        user, day, locked = of
        approved, submitted = until.get(str(user), ("", ""))
        if day <= approved:
            return "approved", f"approved_to {approved}"
        if day <= submitted:
            return "submitted", f"submitted_to {submitted}"
        return "locked" if locked else "open", None

    known, are_any = Once(said), any(map(any, until.values()))

    def of(entries: Rows) -> Columns:
        if not are_any:   # an account that does not use approvals
            return {"standing": ["locked" if locked else "open" for locked in entries.get("locked")]}
        asked = zip(entries["user_id"], entries["date"], entries.get("locked"), strict=True)
        standing, word = columns(map(known.__getitem__, asked), 2)
        return {"standing": standing, "tracker_word": word}
    return of


def _day(text: str | None) -> str:
    """A day in ISO form; anything else, such as 0000-00-00, is none, and before every other."""
    return text if text and _DAY.fullmatch(text) and not text.startswith("0000") else ""


def _zones(connection: Connection) -> Once[str | None, str]:
    """The column extra of each zone the tracker names; unconfirmed names mean the connection's own zone."""
    def extra(name: str | None) -> str:
        text = name or ""
        return zone_extra(_ZONES.get(text) or (text if is_zone(text) else connection.zone))
    return Once(extra)


SOURCE = _QuickBooksTime()
