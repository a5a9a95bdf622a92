"""Generated histories: weeks are exported, and in between people edit, withdraw, re-map and re-rate the closed ones."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from tests.steps.corrected import MONDAY, Past, Totals, sunday

PROJECTS = ("web", "shop", "new")  # the last one is not mapped at first
Edit = Callable[[Past, random.Random, int], None]


def add_work(past: Past, dice: random.Random, week: int, count: int) -> None:
    """Some entries of one week."""
    for _ in range(count):
        ref = f"e{len(past.entries) + dice.randrange(10**6):07}"
        person, project = dice.choice(("ann", "bob")), dice.choices(PROJECTS, (5, 3, 2))[0]
        day = MONDAY + timedelta(days=7 * week + dice.randrange(6))
        past.entries[ref] = (person, project, day, f"{dice.randrange(3, 11)}:{dice.randrange(60):02}",
                             dice.choice(("yes", "yes", "no")))


def late_entry(past: Past, dice: random.Random, week: int) -> None:
    add_work(past, dice, dice.randrange(week + 1), 1)


def _some(past: Past, dice: random.Random) -> str:
    return dice.choice(sorted(past.entries))


def edit_time(past: Past, dice: random.Random, _: int) -> None:
    ref = _some(past, dice)
    person, project, day, _time, billable = past.entries[ref]
    past.entries[ref] = (person, project, day, f"{dice.randrange(1, 11)}:{dice.randrange(60):02}", billable)


def edit_rest(past: Past, dice: random.Random, week: int) -> None:
    ref = _some(past, dice)
    person, project, day, time, billable = past.entries[ref]
    what = dice.randrange(4)
    if what == 0:
        person = "ann" if person == "bob" else "bob"
    elif what == 1:
        project = dice.choice(PROJECTS)
    elif what == 2:
        day = MONDAY + timedelta(days=dice.randrange(7 * (week + 1)))
    else:
        billable = "no" if billable == "yes" else "yes"
    past.entries[ref] = (person, project, day, time, billable)


def withdraw(past: Past, dice: random.Random, _: int) -> None:
    if len(past.entries) > 3:
        del past.entries[_some(past, dice)]


def map_the_new(past: Past, dice: random.Random, _: int) -> None:
    rows = past.tables["projects.csv"]
    if all(row[2] != "new" for row in rows):
        rows.append(("tracker", "*", "new", dice.choice(("Mill:New", "Mill:Web")), "time_and_materials", MONDAY, ""))
    else:
        rows[:] = [row for row in rows if row[2] != "new"]


def remap(past: Past, dice: random.Random, _: int) -> None:
    rows = past.tables["projects.csv"]
    at = dice.randrange(len(rows))
    job = dice.choice(("Mill:Web", "Mill:Shop", "Loom:Web", ""))
    rows[at] = (*rows[at][:3], job, *rows[at][4:])


def pay_rate(past: Past, dice: random.Random, week: int) -> None:
    at = dice.randrange(2)
    start = sunday(dice.randrange(week + 1)) - timedelta(days=dice.choice((6, 3)))
    rate = f"{dice.randrange(15, 60)}.{dice.randrange(100):02}"
    rows = [row for row in past.tables["private/pay_rates.csv"] if row[0] == f"E{at + 1}"]
    others = [row for row in past.tables["private/pay_rates.csv"] if row[0] != f"E{at + 1}"]
    if start == MONDAY:
        rows = [(f"E{at + 1}", rate, "USD", MONDAY, "")]
    else:
        rows = [(f"E{at + 1}", rows[0][1], "USD", MONDAY, start - timedelta(days=1)),
                (f"E{at + 1}", rate, "USD", start, "")]
    past.tables["private/pay_rates.csv"] = rows + others


def bill_rate(past: Past, dice: random.Random, _: int) -> None:
    past.tables["rates.csv"] = [("*", "*", "*", f"{dice.randrange(20, 300)}.{dice.choice(('00', '50', '333'))}", "USD",
                                 MONDAY, "")]


def pay_items(past: Past, dice: random.Random, _: int) -> None:
    rows = past.tables["pay_items.csv"]
    rows[0] = (*rows[0][:2], dice.choice(("Regular", "Hourly")))


def accounts(past: Past, dice: random.Random, _: int) -> None:
    rows = past.tables["accounts.csv"]
    rows[0] = (rows[0][0], dice.choice(("Job Costs:Labor", "Job Costs:Wages")), rows[0][2])
    rows[3] = (rows[3][0], dice.choice(("Accrued Wages", "Wages Clearing")), rows[3][2])
    rows[4] = (rows[4][0], dice.choice(("Wages Expense", "Payroll Expense")), rows[4][2])


def place(past: Past, dice: random.Random, _: int) -> None:
    rows = past.tables["employees.csv"]
    rows[1] = (*rows[1][:7], dice.choice(("US", "US-CA", "US-AK")), *rows[1][8:])


EDITS: tuple[tuple[Edit, int], ...] = (
    (late_entry, 5), (edit_time, 5), (edit_rest, 4), (withdraw, 3), (map_the_new, 2), (remap, 2), (pay_rate, 2),
    (bill_rate, 1), (pay_items, 1), (accounts, 1), (place, 1),
)


def history(root: Path, seed: int, weeks: int) -> Past:
    """A company after `weeks` exported weeks with edits in between; the last week was run after the last edit.

    Every week asserts that what was published before kept every byte.
    """
    dice = random.Random(seed)
    past = Past(root, weeks=weeks, posting=dice.choice(("accrue", "distribution")),
                unmapped=dice.choice(("suspense", "hold")),
                more=dice.choice(("", f"[books]\nlocked_through = {sunday(0)}")))
    lock, past.more = past.more, ""   # the books are locked once the first week is in them
    for week in range(weeks):
        add_work(past, dice, week, dice.randrange(4, 12))
        if week:
            for edit, in zip(dice.choices([edit for edit, _ in EDITS], [weight for _, weight in EDITS],
                                          k=dice.randrange(1, 5)), strict=True):
                edit(past, dice, week - 1)
        before = past.digests()
        past.publish(week)
        past.more = lock
        after = past.digests()
        assert {name: after[name] for name in before} == before, "a published file was changed"
    return past


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
