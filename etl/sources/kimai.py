"""Kimai 2, on a server of one's own: everybody's timesheets by id, counted by the server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from etl.settings import Connection, Quota
from etl.sources.answers import ID, NUMBER_OR_NOTHING, TEXT, TEXT_OR_NOTHING, TRUTH, Page, Shape
from etl.sources.auth import bearer
from etl.sources.calls import Request
from etl.sources.http import Limits
from etl.sources.listing import Listing, rows_at
from etl.sources.rows import Rows
from etl.sources.trackers import Lookups, People, Person, Reader, Sorted, Window, by_id, refs, truth, whole

_ROWS = 500   # more is cut to this without a word
_ENTRY = Shape(
    "timesheet",
    {"id": ID, "begin": TEXT, "end": TEXT_OR_NOTHING, "duration": (int, type(None)), "project": ID, "activity": ID,
     "user": ID, "billable": TRUTH},
    {"description": TEXT_OR_NOTHING, "break": (int, type(None)), "exported": TRUTH, "tags": (list,),
     "rate": NUMBER_OR_NOTHING, "internalRate": NUMBER_OR_NOTHING, "hourlyRate": NUMBER_OR_NOTHING,
     "fixedRate": NUMBER_OR_NOTHING},
    frozenset({"metaFields"}))
_LOOKS = frozenset({"visible", "billable", "color", "color-safe", "metaFields", "comment", "number", "teams", "budget",
                    "timeBudget", "budgetType"})
_USER = Shape("user", {"id": ID, "username": TEXT}, {
    "alias": TEXT_OR_NOTHING, "email": TEXT_OR_NOTHING, "accountNumber": TEXT_OR_NOTHING, "timezone": TEXT_OR_NOTHING},
    frozenset({"enabled", "apiToken", "systemAccount", "color", "color-safe", "avatar", "initials", "title", "language",
               "locale", "supervisor", "roles", "teams", "memberships", "preferences"}))
_CUSTOMER = Shape("customer", {"id": ID, "name": TEXT}, {"currency": TEXT_OR_NOTHING}, _LOOKS | {
    "language", "country", "company", "homepage", "timezone", "fax", "mobile", "phone", "vatId", "contact", "address",
    "email", "addressLine1", "addressLine2", "addressLine3", "postCode", "city", "buyerReference"})
_PROJECT = Shape("project", {"id": ID, "name": TEXT, "customer": ID}, {}, _LOOKS | {
    "orderNumber", "orderDate", "globalActivities", "start", "end", "parentTitle"})
_ACTIVITY = Shape("activity", {"id": ID, "name": TEXT}, {"project": (int, str, type(None))}, _LOOKS | {"parentTitle"})


class _Kimai:
    name = "kimai"
    addresses: Mapping[str, str] = {}
    quotas = (Quota(calls=10, seconds=1),)   # Kimai itself has no limit
    limits = Limits()
    is_personal = False
    duration = "seconds"

    def headers_of(self, connection: Connection, token: str) -> Mapping[str, str]:  # noqa: ARG002
        return bearer(token)

    def lookups(self, connection: Connection, window: Window) -> Sequence[Listing]:  # noqa: ARG002
        shapes = {"users": _USER, "customers": _CUSTOMER, "projects": _PROJECT, "activities": _ACTIVITY}
        everything = {"projects": (("visible", "3"), ("ignoreDates", "1"))}
        return [Listing(name, Request(f"/{name}", everything.get(name, (("visible", "3"),))), rows_at(), shape)
                for name, shape in shapes.items()]

    def entries(self, connection: Connection, window: Window) -> Sequence[Listing]:
        wide = window.wider()   # the window is read in the zone of the token's owner
        size = min(connection.page_size or _ROWS, _ROWS)
        query = (("user", "all"), ("begin", f"{wide.start}T00:00:00"), ("end", f"{wide.end}T23:59:59"),
                 ("orderBy", "id"), ("order", "ASC"), ("size", str(size)), ("page", "1"))
        return [Listing("timesheets", Request("/timesheets", query), rows_at(), _ENTRY, next=_next, proof="total",
                        total=lambda page: _whole(page, "x-total-count"), size=size,
                        headers=("x-page", "x-total-count", "x-total-pages", "x-per-page"))]

    def marker(self, connection: Connection) -> Listing | None:  # noqa: ARG002
        return None

    def reader(self, connection: Connection, looked_up: Lookups) -> Reader:
        customers, projects = by_id(looked_up["customers"]), by_id(looked_up["projects"])
        project_of, activity_of = refs(projects, connection), refs(by_id(looked_up["activities"]), connection)
        customer_ref = refs(customers, connection)
        client_of = {id_: customer_ref(one["customer"] or None) for id_, one in projects.items()}
        currency_of = {id_: customers.get(str(one["customer"]), {}).get("currency") for id_, one in projects.items()}
        people = People([Person(str(one["id"]), one.get("alias") or one["username"], one.get("email") or "",
                                one.get("accountNumber") or "", one.get("timezone") or "")
                         for one in looked_up["users"]], connection)

        def read(rows: Rows) -> Sorted:
            entries = rows.where([end is not None for end in rows["end"]])
            activities = list(map(activity_of, entries["activity"]))
            projects_of = list(map(str, entries["project"]))
            return Sorted(people.columns(entries["user"]) | {
                "entry_ref": list(map(str, entries["id"])),
                "client_ref": list(map(client_of.get, projects_of)),
                "project_ref": list(map(project_of, entries["project"])),
                "task_ref": activities,
                "service_ref": activities,
                "date_text": [begin[:10] for begin in entries["begin"]],   # in the entry's own zone
                "start_text": entries["begin"],
                "end_text": entries["end"],
                "duration_text": list(map(whole, entries["duration"])),   # breaks are taken off already
                "billable_text": list(map(truth, entries["billable"])),
                "billed_text": list(map(truth, entries.get("exported"))),
                "currency_text": [currency_of.get(id_) if rate else None
                                  for id_, rate in zip(projects_of, entries.get("rate"), strict=True)],
                "note": entries.get("description"),
                "tags": [", ".join(map(str, tags or ())) for tags in entries.get("tags")],
            }, {"standing": ["locked" if exported else "open" for exported in entries.get("exported")],
                "tracker_word": ["exported" if exported else None for exported in entries.get("exported")]},
                running=len(rows) - len(entries))
        return read


def _next(page: Page) -> Request | None:
    number, pages = int(dict(page.request.query)["page"]), _whole(page, "x-total-pages")
    return page.request.with_query("page", number + 1) if pages is not None and number < pages else None


def _whole(page: Page, header: str) -> int | None:
    text = page.headers.get(header, "")
    return int(text) if text.isdigit() else None


SOURCE = _Kimai()
