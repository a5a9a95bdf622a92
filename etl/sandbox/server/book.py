"""What the practice trackers know: people, clients, projects, tasks and time, all invented."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from etl.sandbox.company import ZONE, Company
from etl.sandbox.timesheets import Entry


@dataclass(frozen=True)
class User:
    """Somebody who tracks time."""

    id: int
    name: str
    email: str
    zone: str
    staff_no: str


@dataclass(frozen=True)
class Client:
    """Somebody work is done for."""

    id: int
    name: str
    currency: str


@dataclass(frozen=True)
class Project:
    """What is worked on."""

    id: int
    name: str
    client: int | None


@dataclass(frozen=True)
class Task:
    """The kind of work."""

    id: int
    name: str


@dataclass(frozen=True)
class Work:
    """One time entry. `kind`: work, break, leave or running."""

    id: int
    user: User
    project: Project | None
    task: Task | None
    start: datetime
    seconds: int
    note: str
    is_billable: bool
    updated: datetime
    kind: str = "work"
    is_billed: bool = False

    @property
    def end(self) -> datetime:
        """The instant it ended."""
        return self.start + timedelta(seconds=self.seconds)

    @property
    def local(self) -> datetime:
        """When it began by the person's clock."""
        return self.start.astimezone(ZoneInfo(self.user.zone))

    @property
    def local_end(self) -> datetime:
        """When it ended by the person's clock."""
        return self.end.astimezone(ZoneInfo(self.user.zone))

    @property
    def day(self) -> date:
        """The person's day."""
        return self.local.date()


@dataclass
class Book:
    """One tracker's account; `entries` may change while it is read, as a real one's do."""

    users: list[User] = field(default_factory=list)
    clients: list[Client] = field(default_factory=list)
    projects: list[Project] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    entries: list[Work] = field(default_factory=list)
    changed: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    def client_of(self, project: Project | None) -> Client | None:
        """The client a project is for."""
        return next((one for one in self.clients if project and one.id == project.client), None)

    def between(self, first: date, last: date) -> list[Work]:
        """Entries by the day they began, oldest first."""
        return sorted((one for one in self.entries if first <= one.day <= last), key=lambda one: (one.start, one.id))

    def add(self, work: Work) -> None:
        """One more entry."""
        self.entries.append(work)
        self._moved()

    def remove(self, entry_id: int) -> None:
        """An entry is deleted at the tracker."""
        self.entries = [one for one in self.entries if one.id != entry_id]
        self._moved()

    def edit(self, entry_id: int, **changes: object) -> None:
        """An entry is changed at the tracker."""
        self.entries = [replace(one, updated=one.updated + timedelta(hours=1), **changes)  # type: ignore[arg-type]
                        if one.id == entry_id else one for one in self.entries]
        self._moved()

    def _moved(self) -> None:
        self.changed += timedelta(seconds=1)


def book_of(company: Company, entries: Sequence[Entry], source: str = "toggl") -> Book:
    """The account of one of a practice company's trackers, as it is after the week's last export."""
    book = Book()
    users = {person.employee_id: User(9000 + number, person.tracker_name or person.name, person.ref, ZONE,
                                      person.employee_id)
             for number, person in enumerate(company.people) if person.source == source}
    names = list(dict.fromkeys(project.client for project in company.projects if project.client))
    currencies = {project.client: project.currency for project in company.projects}
    clients = {name: Client(700 + number, name, currencies[name]) for number, name in enumerate(names)}
    projects = {(project.client, project.name): Project(
        5000 + number, project.name, clients[project.client].id if project.client else None)
        for number, project in enumerate(company.projects) if project.name}
    tasks: dict[str, Task] = {}
    last = [entry for entry in entries if entry.person.source == source and "last" in entry.within]
    for number, entry in enumerate(last):
        task = tasks.setdefault(entry.task, Task(300 + len(tasks), entry.task)) if entry.task else None
        start = entry.started.replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
        book.entries.append(Work(
            400_001 + number, users[entry.person.employee_id],
            projects.get((entry.project.client, entry.project.name)), task, start, max(entry.seconds, 0), entry.note,
            entry.is_billable, start + timedelta(seconds=max(entry.seconds, 0) + 60)))
    book.users, book.clients = list(users.values()), list(clients.values())
    book.projects, book.tasks = list(projects.values()), list(tasks.values())
    return book
