"""Generated histories: weeks are exported, and in between people edit, withdraw, re-map and re-rate the closed ones."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from tests.steps.corrected import MONDAY, Past, Totals, sunday

PROJECTS = ("web", "shop", "new")  # the last one is not mapped at first
Edit = Callable[[Past, random.Random, int, str], None]


def add_work(past: Past, dice: random.Random, week: int, team: str, count: int = 1) -> None:
    """Some entries of one week."""
    for _ in range(count):
        ref = f"e{team}{len(_own(past, team)) + dice.randrange(10**6):07}"
        person, project = dice.choice(("ann", "bob")), dice.choices(PROJECTS, (5, 3, 2))[0]
        day = MONDAY + timedelta(days=7 * week + dice.randrange(6))
        past.entries[ref] = (f"{person}{team}", f"{project}{team}", day,
                             f"{dice.randrange(3, 11)}:{dice.randrange(60):02}", dice.choice(("yes", "yes", "no")))


def late_entry(past: Past, dice: random.Random, week: int, team: str) -> None:
    add_work(past, dice, dice.randrange(week + 1), team)


def _own(past: Past, team: str) -> list[str]:
    """The entries of a team's people."""
    people = (f"ann{team}", f"bob{team}")
    return sorted(ref for ref, entry in past.entries.items() if entry[0] in people)


def edit_time(past: Past, dice: random.Random, _: int, team: str) -> None:
    ref = dice.choice(_own(past, team))
    person, project, day, _time, billable = past.entries[ref]
    past.entries[ref] = (person, project, day, f"{dice.randrange(1, 11)}:{dice.randrange(60):02}", billable)


def edit_rest(past: Past, dice: random.Random, week: int, team: str) -> None:
    ref = dice.choice(_own(past, team))
    person, project, day, time, billable = past.entries[ref]
    what = dice.randrange(4)
    if what == 0:
        person = f"ann{team}" if person == f"bob{team}" else f"bob{team}"
    elif what == 1:
        project = f"{dice.choice(PROJECTS)}{team}"
    elif what == 2:
        day = MONDAY + timedelta(days=dice.randrange(7 * (week + 1)))
    else:
        billable = "no" if billable == "yes" else "yes"
    past.entries[ref] = (person, project, day, time, billable)


def withdraw(past: Past, dice: random.Random, _: int, team: str) -> None:
    if len(own := _own(past, team)) > 3:
        del past.entries[dice.choice(own)]


def map_the_new(past: Past, dice: random.Random, _: int, team: str) -> None:
    rows, new = past.tables["projects.csv"], f"new{team}"
    if all(row[2] != new for row in rows):
        job = dice.choice((f"Mill{team}:New", f"Mill{team}:Web"))
        rows.append(("tracker", "*", new, job, "time_and_materials", MONDAY, ""))
    else:
        rows[:] = [row for row in rows if row[2] != new]


def remap(past: Past, dice: random.Random, _: int, team: str) -> None:
    rows = past.tables["projects.csv"]
    at = dice.choice([at for at, row in enumerate(rows) if row[2] in {f"{name}{team}" for name in PROJECTS}])
    job = dice.choice((f"Mill{team}:Web", f"Mill{team}:Shop", f"Loom{team}:Web", ""))
    rows[at] = (*rows[at][:3], job, *rows[at][4:])


def pay_rate(past: Past, dice: random.Random, week: int, team: str) -> None:
    person = f"E{dice.randrange(2) + 1}{team}"
    start = sunday(dice.randrange(week + 1)) - timedelta(days=dice.choice((6, 3)))
    rate = f"{dice.randrange(15, 60)}.{dice.randrange(100):02}"
    rows = [row for row in past.tables["private/pay_rates.csv"] if row[0] == person]
    others = [row for row in past.tables["private/pay_rates.csv"] if row[0] != person]
    if start == MONDAY:
        rows = [(person, rate, "USD", MONDAY, "")]
    else:
        rows = [(person, rows[0][1], "USD", MONDAY, start - timedelta(days=1)), (person, rate, "USD", start, "")]
    past.tables["private/pay_rates.csv"] = rows + others


def bill_rate(past: Past, dice: random.Random, _: int, team: str) -> None:
    new = past.bill_rates(team, f"{dice.randrange(20, 300)}.{dice.choice(('00', '50', '333'))}")
    people = {row[2] for row in new}
    past.tables["rates.csv"] = [row for row in past.tables["rates.csv"] if row[2] not in people] + new


def pay_items(past: Past, dice: random.Random, _: int, __: str) -> None:
    rows = past.tables["pay_items.csv"]
    rows[0] = (*rows[0][:2], dice.choice(("Regular", "Hourly")))


def accounts(past: Past, dice: random.Random, _: int, __: str) -> None:
    rows = past.tables["accounts.csv"]
    rows[0] = (rows[0][0], dice.choice(("Job Costs:Labor", "Job Costs:Wages")), rows[0][2])
    rows[3] = (rows[3][0], dice.choice(("Accrued Wages", "Wages Clearing")), rows[3][2])
    rows[4] = (rows[4][0], dice.choice(("Wages Expense", "Payroll Expense")), rows[4][2])


def place(past: Past, dice: random.Random, _: int, team: str) -> None:
    rows = past.tables["employees.csv"]
    at = next(at for at, row in enumerate(rows) if row[2] == f"E2{team}")
    rows[at] = (*rows[at][:7], dice.choice(("US", "US-CA", "US-AK")), *rows[at][8:])


EDITS: tuple[tuple[Edit, int], ...] = (
    (late_entry, 5), (edit_time, 5), (edit_rest, 4), (withdraw, 3), (map_the_new, 2), (remap, 2), (pay_rate, 2),
    (bill_rate, 1), (pay_items, 1), (accounts, 1), (place, 1),
)
_LETTERS = ("", *"bcdefghij")


def history(root: Path, seeds: Sequence[int], weeks: int) -> Past:
    """A company after `weeks` exported weeks with edits in between; the last week was run after the last edit.

    Each seed is the history of one team with people, projects and rates of its own; the company's settings are the
    first one's. Every week asserts that what was published before kept every byte.
    """
    dices = [random.Random(seed) for seed in seeds]
    choices = [{"posting": dice.choice(("accrue", "distribution")), "unmapped": dice.choice(("suspense", "hold")),
                "more": dice.choice(("", f"[books]\nlocked_through = {sunday(0)}"))} for dice in dices]
    past = Past(root, weeks=weeks, teams=_LETTERS[: len(seeds)], **choices[0])
    lock, past.more = past.more, ""   # the books are locked once the first week is in them
    for week in range(weeks):
        for team, dice in zip(past.teams, dices, strict=True):
            _live(past, dice, week, team)
        before = past.digests()
        past.publish(week)
        past.more = lock
        after = past.digests()
        assert {name: after[name] for name in before} == before, "a published file was changed"
    return past


def _live(past: Past, dice: random.Random, week: int, team: str) -> None:
    """What a team works in a week, and what it then changes of the weeks before."""
    add_work(past, dice, week, team, dice.randrange(4, 12))
    if week:
        edits, weights = zip(*EDITS, strict=True)
        for edit in dice.choices(edits, weights, k=dice.randrange(1, 5)):
            edit(past, dice, week - 1, team)


def last_state(past: Past, root: Path, weeks: int) -> Totals:
    """What a company comes to that knew everything from the beginning."""
    fresh = replace(past, root=root)
    fresh.entries, fresh.tables = dict(past.entries), {name: list(rows) for name, rows in past.tables.items()}
    totals = Totals()
    for week in range(weeks):
        totals.of(fresh.computed(week))
    return totals


def differences(past: Past, wanted: Totals, weeks: int) -> dict[tuple[str, object], tuple[Decimal, Decimal]]:
    """Where the sums of all exported lines, with the referred overpayments listed, are not the last state."""
    got = past.exported(range(weeks)).plus(past.referred(weeks - 1))
    return {key: (got.get(key, Decimal(0)), wanted.get(key, Decimal(0)))
            for key in sorted(got.keys() | wanted.keys(), key=str) if got.get(key) != wanted.get(key)}
