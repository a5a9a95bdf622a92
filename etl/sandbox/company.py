"""One practice company: 60 people, two pay groups, 12 clients, 40 projects, three currencies; all from its seed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from unicodedata import normalize

from etl.sandbox import words
from etl.sandbox.dice import Dice
from etl.workspace import SANDBOX_PREFIX

FIRST_MONDAY = date(2026, 11, 16)
ZONE, ABROAD_ZONE = "America/New_York", "Europe/Berlin"
TASKS = {  # the tracker's task -> service item of the books; what is not worked is in LEAVE
    "Development": "Engineering", "Design": "Design", "UX Research": "Research",
    "Project Management": "Project Management", "Install": "Installation", "Training": "Training", "Admin": "Admin",
}
LEAVE = {"Paid Time Off": "paid_leave", "Sick Day": "paid_leave", "Unpaid Leave": "unpaid_leave", "Holiday": "holiday"}


@dataclass(frozen=True)
class Person:
    """Somebody who tracks time. `pay_rate` and `raised_rate` in cents an hour; 0: none is agreed.

    `source`: the tracker. `raised_rate` holds from the first Thursday; `earlier_ref` was the person's address until
    the first Wednesday.
    """

    employee_id: str
    name: str
    ref: str
    source: str
    worker_type: str
    pay_group: str
    flsa_status: str
    work_location: str
    pay_rate: int
    pay_currency: str = "USD"
    raised_rate: int = 0
    earlier_ref: str = ""
    tracker_name: str = ""   # where the tracker knows another name than the books

    @property
    def is_nonexempt(self) -> bool:
        """Whether overtime is paid."""
        return self.worker_type == "employee" and self.flsa_status == "nonexempt"


@dataclass(frozen=True)
class Project:
    """One project of the tracker. Without `client` it is the company's own; without `is_billed` it has a fixed fee."""

    client: str
    name: str
    is_billed: bool = True
    currency: str = "USD"

    @property
    def customer_job(self) -> str:
        """What it is called in the books; empty for the company's own."""
        return normalize("NFC", f"{self.client}:{self.name}") if self.client else ""


@dataclass(frozen=True)
class Company:
    """Who works for whom, from the first Monday on."""

    seed: int
    number: int
    first_monday: date
    people: tuple[Person, ...]
    projects: tuple[Project, ...]
    label: str = "studio"

    @property
    def id(self) -> str:
        """The folder's name: sandbox-studio, sandbox-studio-2 and so on."""
        return f"{SANDBOX_PREFIX}{self.label}" + (f"-{self.number}" if self.number > 1 else "")

    @property
    def name(self) -> str:
        """What its documents say."""
        return f"Sandbox {self.label.title()}" + (f" {self.number}" if self.number > 1 else "") + " (practice company)"

    def person(self, employee_id: str) -> Person:
        """One of the people, by id."""
        return next(person for person in self.people if person.employee_id == employee_id)

    def monday(self, week: int) -> date:
        """The first day of a week; the first week is 0."""
        return self.first_monday + timedelta(weeks=week)

    @property
    def change_day(self) -> date:
        """The Thursday of the first week: from it on new rates hold."""
        return self.first_monday + timedelta(days=3)


PITCHES, OPERATIONS, TIME_OFF, NO_PROJECT = (
    Project("", "Pitches"), Project("", "Studio Operations", is_billed=False),
    Project("", "Time Off", is_billed=False), Project("", ""))
TRAINEES = Project("", "Apprentices", is_billed=False)


def make_company(seed: int = 1, number: int = 1, first_monday: date = FIRST_MONDAY) -> Company:
    """The company with this number of the seed; equal arguments give an equal company."""
    dice = Dice(seed, number, "company")
    domain = f"{SANDBOX_PREFIX}studio{number}.example"
    given, family = dice.in_any_order(words.GIVEN), dice.in_any_order(words.FAMILY)
    people = []
    for place, kind in enumerate(_kinds()):
        name = f"{given[place]} {family[place]}"
        rate = {"salaried": 6200, "contractor": 0}.get(kind[0], 3600) + 25 * dice.between(0, 60)
        people.append(_person(kind, name, f"{_ascii(given[place])}.{_ascii(family[place])}@{domain}", rate))
    return Company(seed, number, first_monday, tuple(_odd(people, domain)), tuple(_projects(dice)))


def _kinds() -> list[tuple[str, str, str, str]]:
    """Kind, id, tracker and pay group: 41 hourly (6 of them the crew), 5 salaried, 6 abroad, 8 contractors."""
    hourly = [("hourly", f"E{n:02}", "toggl", "weekly" if n <= 26 else "biweekly") for n in range(1, 36)]
    crew = [("hourly", f"E{n:02}", "crew", "weekly") for n in range(36, 42)]
    salaried = [("salaried", f"E{n:02}", "toggl", "biweekly") for n in range(42, 47)]
    abroad = [("abroad", f"E{n:02}", "kimai", "biweekly") for n in range(47, 53)]
    contractors = [("contractor", f"V{n:02}", "toggl", "") for n in range(1, 9)]
    return [*hourly, *crew, *salaried, *abroad, *contractors]


def _person(kind: tuple[str, str, str, str], name: str, ref: str, rate: int) -> Person:
    label, employee_id, source, group = kind
    if label == "contractor":
        return Person(employee_id, name, ref, source, "contractor", "", "", "US", 0)
    # work abroad is outside the Fair Labor Standards Act (29 U.S.C. 213(f)): no overtime by its rules
    return Person(employee_id, name, ref, source, "employee", group,
                  "nonexempt" if label == "hourly" else "exempt", "DE" if label == "abroad" else "US", rate)


def _odd(people: list[Person], domain: str) -> list[Person]:
    """What is special about some: a raise, no rate yet, a rate in euros, two addresses, two people on one name."""
    special: dict[str, dict[str, Any]] = {
        "E17": {"raised_rate": 4825},
        "E21": {"pay_rate": 0},
        "E22": {"earlier_ref": f"trainee22@{domain}"},
        "E23": {"name": "Robin Ashgrove", "ref": f"robin.ashgrove@{domain}"},
        "E24": {"name": "Robin J. Ashgrove", "ref": f"robin.ashgrove2@{domain}", "tracker_name": "Robin Ashgrove"},
        "E48": {"pay_rate": 4150, "pay_currency": "EUR"},
    }
    return [replace(person, **special.get(person.employee_id, {})) for person in people]


def _projects(dice: Dice) -> list[Project]:
    """12 clients with 3 projects each, the last two clients in euros and yen; 4 of the company's own."""
    clients = [(name, "USD") for name in dice.in_any_order(words.CLIENTS)[:10]]
    clients += [(dice.one_of(words.EURO_CLIENTS), "EUR"), (dice.one_of(words.YEN_CLIENTS), "JPY")]
    projects = []
    for place, (client, currency) in enumerate(clients):
        for turn, job in enumerate(dice.in_any_order(words.JOBS)[:3]):
            projects.append(Project(client, job, is_billed=(place % 4, turn) != (0, 2), currency=currency))
    return [*projects, OPERATIONS, PITCHES, TRAINEES, TIME_OFF]


def _ascii(name: str) -> str:
    plain = name.lower().translate(str.maketrans("éøë", "eoe"))
    return "".join(sign for sign in plain if sign.isalpha())
