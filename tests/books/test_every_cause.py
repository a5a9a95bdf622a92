"""Reconciling items of every cause, alone and mixed, over four weeks: each has its cause and age, nothing is left."""

from __future__ import annotations

import atexit
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from etl import steps
from etl.steps.books import stated
from etl.steps.books_state import Statement
from tests.books.ledger import DECLARED, BookPast, Ledger, Line, bring, week_of
from tests.books.test_kinds import DESKTOP, register, time_report
from tests.steps.corrected import COMPANY, MONDAY, sunday

DOCUMENTS = '"quickbooks_online.labor_journal", "quickbooks_desktop.time", "payroll.hours"'
WEEKS = range(4)
PEOPLE, DAYS = ("ann", "bob"), range(5)
PROJECTS = ("web", "shop", "dock", "yard", "lift", "mast")
LATE = sunday(3) + timedelta(days=20)


def _work(past: BookPast) -> None:
    """Each person works each day on two projects: 20 entries a week; a time such as 3:16 is no whole hundredth."""
    past.work("\n".join(
        f"w{week}{person[0]}{day}{project[0]} {person} {project} {7 * week + day} {3 + day % 2}:{15 + 10 * week + day}"
        for week in WEEKS for person in PEOPLE for day in DAYS for project in PROJECTS[2 * (day % 3) :][:2]))
    past.work("\n".join(f"held{week} ann web {7 * week + 5} 25:00" for week in (1,)))


@cache
def four_weeks() -> Path:
    """Four published weeks; one entry of the first is corrected by the third."""
    root = Path(tempfile.mkdtemp(prefix="causes-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    past = _company(root)
    _work(past)
    for week in WEEKS:
        if week == 2:
            _edit(past, "w0a0w", "6:30")
        past.publish(week)
    return root


def _company(root: Path) -> BookPast:
    past = BookPast(root, documents=DOCUMENTS, more=DESKTOP, books=DECLARED, weeks=6)
    past.tables["projects.csv"] += [("tracker", "*", name, f"Mill:{name.title()}", "time_and_materials", MONDAY, "")
                                    for name in PROJECTS[2:]]
    return past


def _edit(past: BookPast, ref: str, time: str) -> None:
    person, project, day, _time, billable = past.entries[ref]
    past.entries[ref] = (person, project, day, time, billable)


@dataclass
class Books:
    """What stands in the books: journals by week, time and payroll as their programs list them."""

    past: BookPast
    postings: dict[int, Ledger] = field(default_factory=dict)
    time: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    pay: dict[int, list[dict[str, Any]]] = field(default_factory=dict)

    def take(self, week: int) -> None:
        """Import a week as it is."""
        self.postings[week] = Ledger()
        for path in self.past.uploads(week, ".csv"):
            if "journal" in path.name:
                self.postings[week].take(path)
        self.time[week] = [row for row in self.past.rows(week, "time_activities") if row["exported_seconds"]]
        self.pay[week] = self.past.rows(week, "payroll_hours")

    def own(self, week: int, job: str) -> int:
        """Where the line of a job stands in a week's labor journal; without one, the last."""
        lines = self.postings[week].lines
        return max(at for at, line in enumerate(lines) if line.number == f"SB000{week + 1}L" and line.job == job)

    def bring(self, week: int) -> Statement:
        """The reports of all weeks until this one, taken in; the statement."""
        first, last = MONDAY, sunday(week)
        every = Ledger([line for one in sorted(self.postings) for line in self.postings[one].lines])
        bring(self.past, every.journal_report(first, last), f"journal{week}.csv")
        for one in range(week + 1):
            days = {"first": str(week_of(one)[0]), "last": str(week_of(one)[1])}
            rows = [row for key in sorted(self.time) for row in self.time[key] if _within(row["worked_on"], one)]
            bring(self.past, time_report(rows), f"time{one}.csv", **days)
            if one in self.pay:
                bring(self.past, register(self.pay[one]), f"register{one}.csv", **days)
        return statement(self.past)


def _within(day: date, week: int) -> bool:
    first, last = week_of(week)
    return first <= day <= last


def statement(past: BookPast) -> Statement:
    run = steps.start(COMPANY, sunday(3), past.root, person="ada")
    try:
        return stated(run)
    finally:
        run.end()


Plant = Callable[[Books, int], None]
PLANTS: dict[str, tuple[str, Plant]] = {}


def plant(name: str, code: str) -> Callable[[Plant], Plant]:
    def kept(how: Plant) -> Plant:
        PLANTS[name] = code, how
        return how
    return kept


@plant("half a journal", "TE211")
def _half(books: Books, week: int) -> None:
    lines = books.postings[week].lines
    del lines[books.own(week, "")]


@plant("a journal twice", "TE212")
def _twice(books: Books, week: int) -> None:
    number = f"SB000{week + 1}L"
    books.postings[week].lines += [line for line in books.postings[week].lines if line.number == number]


@plant("an activity twice", "TE212")
def _activity_twice(books: Books, week: int) -> None:
    books.time[week].append(dict(books.time[week][2]))


@plant("a line deleted", "TE213")
def _deleted(books: Books, week: int) -> None:
    del books.postings[week].lines[books.own(week, "Mill:Web")]


@plant("an amount", "TE214")
def _amount(books: Books, week: int) -> None:
    at = books.own(week, "Mill:Shop")
    books.postings[week].edit(at, amount=books.postings[week].lines[at].amount + Decimal("0.01"))


@plant("an account", "TE215")
def _account(books: Books, week: int) -> None:
    books.postings[week].edit(books.own(week, "Mill:Dock"), account="Office Supplies")


@plant("an activity's time", "TE216")
def _time(books: Books, week: int) -> None:
    books.time[week][0] = books.time[week][0] | {"exported_seconds": books.time[week][0]["exported_seconds"] + 60}


@plant("an activity's day", "TE217")
def _day(books: Books, week: int) -> None:
    row = next(row for row in books.time[week] if row["worked_on"] == week_of(week)[0] + timedelta(days=1))
    books.time[week][books.time[week].index(row)] = row | {"worked_on": row["worked_on"] + timedelta(days=1)}


@plant("an activity's job", "TE218")
def _job(books: Books, week: int) -> None:
    at = max(at for at, row in enumerate(books.time[week]) if row["employee_name"] == "Bob")
    books.time[week][at] = books.time[week][at] | {"customer_job": "Mill:Elsewhere"}


@plant("an activity's person", "TE219")
def _person(books: Books, week: int) -> None:
    at = max(at for at, row in enumerate(books.time[week]) if row["employee_name"] == "Ann")
    books.time[week][at] = books.time[week][at] | {"employee_name": "Zoe"}


@plant("a posting by hand", "TE220")
def _posting(books: Books, week: int) -> None:
    books.postings[week].lines.append(
        Line(sunday(week), f"ADJ-{week}", "Job Costs:Labor", "Mill:Web", "by hand", Decimal("12.34")))


@plant("a line in another period", "TE221")
def _period(books: Books, week: int) -> None:
    other = sunday(week) - timedelta(days=7) if week else sunday(1)
    books.postings[week].edit(books.own(week, "Mill:Yard"), day=other)


@plant("gross", "TE225")
def _gross(books: Books, week: int) -> None:
    books.pay[week][0] = books.pay[week][0] | {"amount": books.pay[week][0]["amount"] + Decimal("0.37")}


@plant("a ghost", "TE226")
def _ghost(books: Books, week: int) -> None:
    books.pay[week].append(books.pay[week][0] | {"employee_name": "Gus Ghost"})


@plant("no pay", "TE227")
def _no_pay(books: Books, week: int) -> None:
    books.pay[week] = [row for row in books.pay[week] if row["employee_name"] != "Bob"]


@pytest.fixture(name="books")
def _books(tmp_path: Path) -> Books:
    past = _company(tmp_path / "own")
    _work(past)
    _edit(past, "w0a0w", "6:30")
    shutil.rmtree(past.root)
    shutil.copytree(four_weeks(), past.root)
    return Books(past)


@pytest.fixture(name="on")
def _on() -> Iterator[Callable[[date], None]]:
    """Sets the day on which everything is done."""
    patch = pytest.MonkeyPatch()
    yield lambda day: patch.setattr(
        steps.Run, "now", lambda _run: datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
    patch.undo()


def counted(made: Statement) -> Counter[str]:
    """Items by cause, without what the target's form alone makes."""
    return Counter(row["code"] for row in made.items.to_pylist() if row["status"] != "computed")


# all of them are told in test_mixed_over_four_weeks too; alone, each is also told to be nothing else
ALONE = [name if name in random.Random(7).sample(sorted(PLANTS), 4) else pytest.param(name, marks=pytest.mark.long)
         for name in PLANTS]


@pytest.mark.capability("C95", "C96")
@pytest.mark.parametrize("name", ALONE)
def test_each_alone(books: Books, name: str) -> None:
    code, how = PLANTS[name]
    books.take(0)
    how(books, 0)
    made = books.bring(1 if code == "TE221" else 0)
    assert {found for found in counted(made) if found not in ("TE210", "TE223")} == {code}, made.items.to_pylist()
    assert made.unreconciled == []


def test_what_was_changed_after_the_export_until_its_correction_is_in_the_books(books: Books) -> None:
    for week in (0, 1):
        books.take(week)
    made = books.bring(2)
    found = [row for row in made.items.to_pylist() if row["code"] == "TE222"]
    assert {row["document_number"] for row in found} == {"SB0003D01"}, "not imported yet, as its batch"
    assert {row["status"] for row in found} == {"timing"}
    books.take(2)
    assert not counted(books.bring(2))["TE222"]
    _edit(books.past, "w1b3s", "1:00")
    books.past.write()
    run = steps.start(COMPANY, sunday(3), books.past.root, person="ada")
    steps.pull(run)
    made = statement(books.past)
    found = [row for row in made.items.to_pylist() if row["code"] == "TE222"]
    assert {row["batch"] for row in found} == {2}, "no batch carries the correction yet"
    assert all(row["line_id"].startswith("0002-") for row in found)
    paid = [row for row in found if row["pay_item"].startswith("pay ")]
    worked = next(row for row in books.past.rows(1, "time_activities") if row["entry_ref"] == "w1b3s")
    assert sum(row["seconds"] for row in paid) == 3600 - worked["pay_seconds"]
    assert made.unreconciled == []
    outcome = steps.take_in_books(books.past.root, COMPANY, None, person="ada")
    assert outcome.exit_code == 0
    assert "TE222" in outcome.text()


@pytest.mark.capability("C156")
@pytest.mark.parametrize("seed", range(1))
def test_mixed_over_four_weeks(books: Books, on: Callable[[date], None], seed: int) -> None:
    _mixed(books, on, seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1, 30))
def test_mixed_over_four_weeks_again(books: Books, on: Callable[[date], None], seed: int) -> None:
    _mixed(books, on, seed)


def _mixed(books: Books, on: Callable[[date], None], seed: int) -> None:
    """Each week some things go wrong, in the end one is put right; what stays keeps its first day and its owner."""
    dice = random.Random(seed)
    order = dice.sample(sorted(set(PLANTS) - {"a journal twice", "a line in another period"}), len(PLANTS) - 2)
    order.insert(dice.randrange(len(order) // 2, len(order)), "a line in another period")   # not of the first week
    share = -(-len(order) // len(WEEKS))
    open_since: dict[str, int] = {}
    for week in WEEKS:
        books.take(week)
        for name in order[week * share : (week + 1) * share]:
            PLANTS[name][1](books, week)
            open_since[name] = week
        if week == 3:
            since = open_since.pop("a posting by hand")
            ledger = books.postings[since]
            ledger.lines = [line for line in ledger.lines if not line.number.startswith("ADJ")]
        on(sunday(week) + timedelta(days=1))
        made = books.bring(week)
        _is_told(made, open_since, week)
        if not week:
            mine = made.open_items()[0]["item"]
            steps.decide_item(books.past.root, COMPANY, steps.Decision(mine, "", "ada"), person="ada")
    assert [row["item"] for row in made.open_items() if row["owner"] == "ada"] == [mine] or mine in _cleared(made, mine)


def _cleared(made: Statement, item: str) -> set[str]:
    return {item} - {row["item"] for row in made.items.to_pylist()}


def _is_told(made: Statement, open_since: dict[str, int], week: int) -> None:
    assert made.unreconciled == []
    items = made.open_items()
    for name, since in open_since.items():
        ages = [row["age_days"] for row in items if row["code"] == PLANTS[name][0]]
        assert 7 * (week - since) in ages, (name, items)
    assert {row["code"] for row in items} == {PLANTS[name][0] for name in open_since}
    rolled = {row["code"]: row["closing"] for row in made.roll_forward.to_pylist()}
    everything = Counter(row["code"] for row in made.items.to_pylist())
    assert {code: count for code, count in rolled.items() if count} == everything


def test_every_code_of_the_books_is_planted_here(books: Books) -> None:
    """With those of time that waits and of the target's form: all that the statement can say."""
    for week in (0, 1):
        books.take(week)
    said = {row["code"] for row in books.bring(1).items.to_pylist()}
    assert said == {"TE223", "TE224"}
    planted = {code for code, _ in PLANTS.values()}
    assert said | planted | {"TE210", "TE222"} == {f"TE{number}" for number in range(210, 228)}
