"""What a tracker is to us: a small file that describes its requests and reads its pages. It never fetches."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Protocol

from etl.settings import Connection, Quota
from etl.sources.http import Limits
from etl.sources.landing_rows import Column, Columns
from etl.sources.listing import IncompleteError, Listing
from etl.sources.rows import Coded, Row, Rows

Lookups = Mapping[str, Sequence[Row]]


@dataclass(frozen=True)
class Window:
    """The days asked for, both inclusive."""

    start: date
    end: date

    def wider(self, days: int = 1) -> Window:
        """With so many days more on both sides: trackers read windows in zones of their own."""
        return Window(self.start - timedelta(days=days), self.end + timedelta(days=days))

    def parts(self, days: int) -> list[Window]:
        """The window in pieces of at most so many days."""
        pieces, start = [], self.start
        while start <= self.end:
            pieces.append(Window(start, min(self.end, start + timedelta(days=days - 1))))
            start = pieces[-1].end + timedelta(days=1)
        return pieces


@dataclass(frozen=True)
class Sorted:
    """The rows of one page by what becomes of them: entries with their landed columns; the others are counted.

    Columns are text in the tracker's own notation; instants carry their offset. `standing`: of the same entries, how
    far they are approved; nothing where the tracker does not tell.
    """

    entries: Columns
    standing: Columns = field(default_factory=dict)
    running: int = 0
    breaks: int = 0
    hidden: int = 0


Reader = Callable[[Rows], Sorted]


class Tracker(Protocol):
    """One tracker's API."""

    @property
    def name(self) -> str:
        """As `source` in company.toml says."""

    @property
    def addresses(self) -> Mapping[str, str]:
        """The vendor's own addresses, by service; empty where everybody has a server of their own."""

    @property
    def quotas(self) -> tuple[Quota, ...]:
        """What the vendor allows an account."""

    @property
    def limits(self) -> Limits:
        """How the vendor says that it is asked too often."""

    @property
    def duration(self) -> str:
        """The notation of duration_text: seconds or decimal_hours."""

    @property
    def is_personal(self) -> bool:
        """Whether an account is one person's, named by the connection."""

    def headers_of(self, connection: Connection, token: str) -> Mapping[str, str]:
        """The headers that open the account."""

    def lookups(self, connection: Connection, window: Window) -> Sequence[Listing]:
        """The small lists that entries refer to, read first; each is kept by its name."""

    def entries(self, connection: Connection, window: Window) -> Sequence[Listing]:
        """The lists of entries of a window; together they hold each entry that begins in it."""

    def marker(self, connection: Connection) -> Listing | None:
        """The tracker's own time of last change, where it tells one: the same before and after means nothing moved."""

    def reader(self, connection: Connection, looked_up: Lookups) -> Reader:
        """What reads the rows of the entries' pages, once the small lists are known."""


def by_id(rows: Sequence[Row], key: str = "id") -> dict[str, Row]:
    """Rows by their id as text."""
    return {str(row[key]): row for row in rows}


def ref(row: Mapping[str, Any] | None, connection: Connection, name: str = "name", key: str = "id") -> str | None:
    """What the cross-references call a project, client or service: its name, or its id where declared."""
    if row is None:
        return None
    return str(row[key]) if connection.refs == "ids" else str(row.get(name) or "")


def zone_extra(zone: str) -> str:
    """The column extra of entries whose zone the tracker tells."""
    return json.dumps({"zone": zone}, ensure_ascii=False)


def refs(rows: Mapping[str, Row], connection: Connection, name: str = "name") -> Callable[[object], str | None]:
    """The reference of each id; one that is not in the list keeps its id, so that the entry waits for a row."""
    known = {id_: ref(row, connection, name) for id_, row in rows.items()}

    def of(key: object) -> str | None:
        if key is None or str(key) in known:
            return None if key is None else known[str(key)]
        if not known:
            raise _dangling(connection)
        return str(key)
    return of


def _dangling(connection: Connection) -> IncompleteError:
    return IncompleteError(
        "PULL_NOT_PROVEN", what="Entries refer to people, clients or projects, and the list of them came empty",
        where=f"connection {connection.name}",
        fix="Run again; if it stays, the token's owner may not see them: use an administrator's token.")


@dataclass(frozen=True)
class Person:
    """A person as a tracker knows them; `zone` IANA's name, empty where the tracker tells none."""

    id: str
    name: str
    email: str = ""
    staff_no: str = ""
    zone: str = ""
    is_contractor: bool = False


class People:
    """What entries of each person say: reference, name and zone."""

    def __init__(self, people: Sequence[Person], connection: Connection) -> None:
        self._connection, self._extra = connection, zone_extra(connection.zone)
        self._said: dict[str, tuple[str, str, str]] = {}   # reference, name, zone
        for person in people:
            refs = {"email": person.email, "name": person.name, "id": person.id, "staff_no": person.staff_no}
            self._said[person.id] = (refs[connection.person] or person.id, person.name,
                                     zone_extra(person.zone or connection.zone))
        self._of: Coded[str | int] = Coded(lambda id_: self._said.get(str(id_), (str(id_), None, self._extra)),
                                           ("person_ref", "person_name", "extra"))

    def columns(self, ids: Sequence[str | int]) -> dict[str, Column]:
        """The columns of so many entries; somebody unknown is called by id, so that the entry waits for a row."""
        if ids and not self._said:
            raise _dangling(self._connection)
        return dict(self._of.columns(ids))


def truth(value: object) -> str:
    """A flag as text."""
    return "true" if value else "false"


def whole(value: int | None) -> str | None:
    """A whole number as text; a stopped entry without a duration has none, and waits for one."""
    return None if value is None else str(value)
