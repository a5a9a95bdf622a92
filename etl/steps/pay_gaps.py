"""What pay items, salaries and holidays must say before a run computes: every gap in words, told at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from etl.periods import DAY
from etl.settings import Settings
from etl.steps.run import Run

_LEAVE = ("paid_leave", "holiday")


def salaried_cost(settings: Settings, pay_group: str) -> str | None:
    """How the salaries of a pay group become cost: its own word, else that of [pay], else none."""
    own = next((group.salaried_cost for group in settings.pay.groups if group.pay_group == pay_group), None)
    return own or settings.pay.salaried_cost


def salaried_costs(run: Run) -> set[str]:
    """The ways in which the salaries of this run's pay groups become cost."""
    return {cost for pay in run.pay_periods if (cost := salaried_cost(run.settings, pay.pay_group))}


def pay_accounts(run: Run) -> set[str]:
    """The accounts that this run's ways of bearing premium and salaries need."""
    needed = {"overtime_premium"} if run.settings.labor_posting.overtime_premium == "overhead" else set()
    return needed | ({"salary_variance"} if "standard_rate" in salaried_costs(run) else set())


def items_paid_apart(run: Run) -> set[tuple[str, str]]:
    """Hour kinds and classes for which every service item of items.csv has a pay item of its own."""
    own = {(row["hour_kind"], row["hour_class"], row["service_item"]) for row in run.mappings.rows("map_pay_items")}
    kinds: dict[str, set[str]] = {}
    for row in run.mappings.rows("map_items"):
        kinds.setdefault(row["hour_kind"], set()).add(row["service_item"])
    return {
        (kind, hours)
        for kind, hours, _ in own
        if kind != "worked" and kinds.get(kind) and all((kind, hours, item) in own for item in kinds[kind])
    }


def pay_gaps(run: Run) -> list[str]:
    """Every finding about pay items, standard rates and holiday pay."""
    return [*_pay_items(run), *_codes(run), *_standard_rates(run), *_two_ways(run)]


def _pay_items(run: Run) -> Iterator[str]:
    known = {(row["hour_kind"], row["service_item"]) for row in run.mappings.rows("map_items")}
    for row in (row for row in run.mappings.rows("map_pay_items") if row["hour_kind"] != "premium"):
        where = f"pay_items.csv, line {row['map_row']}"
        is_in_rate = row["hour_kind"] == "worked" and not row["hour_class"].endswith("_premium")
        if row["in_regular_rate"] not in (None, "yes" if is_in_rate else "no"):
            yield (
                f"{where}: in_regular_rate is {row['in_regular_rate']}, but hours of {row['hour_kind']}, "
                f"{row['hour_class']} are {'always' if is_in_rate else 'never'} in the regular rate (29 USC 207(e))"
            )
        if row["hour_kind"] not in _LEAVE and (row["account"] or row["leave_kind"]):
            yield f"{where}: account and leave_kind are for paid leave and holidays; work takes its account by purpose"
        if row["hour_kind"] != "worked" and row["hour_class"] != "regular":
            yield f"{where}: time that is not worked is of class regular, never {row['hour_class']}"
        if row["service_item"] and row["hour_class"] == "salary":
            yield f"{where}: a salary is one line for all service items; leave service_item empty"
        if row["service_item"] and (row["hour_kind"], row["service_item"]) not in known:
            yield f"{where}: no row of items.csv gives {row['service_item']} the hour kind {row['hour_kind']}"


def _codes(run: Run) -> Iterator[str]:
    items = {row["pay_item"] for row in run.mappings.rows("map_pay_items")}
    for row in run.mappings.rows("map_pay_item_codes"):
        where = f"pay_item_codes.csv, line {row['map_row']}"
        if row["pay_item"] not in items:
            yield f"{where}: pay_items.csv has no pay item {row['pay_item']}"
        if row["document"] not in run.settings.targets.documents:
            yield f"{where}: [targets] of company.toml has no document {row['document']}"


def _spans(run: Run, employee: str, cost: str) -> Iterator[tuple[date, date]]:
    """The days of this run on which a salary of this person becomes cost this way."""
    for pay in run.pay_periods:
        if salaried_cost(run.settings, pay.pay_group) != cost:
            continue
        for row in run.mappings.rows("map_employees"):
            if (row["employee_id"], row["pay_group"], row["flsa_status"]) != (employee, pay.pay_group, "exempt"):
                continue
            for salary in run.mappings.rows("map_salaries"):
                first = max(pay.period.start, row["effective_from"], salary["effective_from"])
                last = min(pay.period.end, row["effective_to"], salary["effective_to"])
                if salary["employee_id"] == employee and first <= last:
                    yield first, last


def _standard_rates(run: Run) -> Iterator[str]:
    """A salary at standard rate needs the rate of every day; a missing one would turn up as over- or under-absorbed."""
    home = run.settings.company.home_currency
    if "standard_rate" not in salaried_costs(run):
        return
    for employee in sorted({row["employee_id"] for row in run.mappings.rows("map_salaries")}):
        rates = sorted(
            (row["effective_from"], row["effective_to"])
            for row in run.mappings.rows("map_pay_rates")
            if row["employee_id"] == employee and row["currency"] == home
        )
        for first, last in sorted(set(_spans(run, employee, "standard_rate"))):
            day = first
            for begins, ends in rates:
                if begins <= day <= ends:
                    day = min(ends, last) + DAY if ends < date.max else last + DAY
            if day <= last:
                yield f"private/pay_rates.csv: no standard rate of {employee} on {day}, which salaried_cost needs"
                break


def _two_ways(run: Run) -> Iterator[str]:
    """One person whose salary would become cost in two ways, in pay groups whose periods end on one day."""
    ways: dict[str, set[str]] = {}
    groups = {pay.pay_group: salaried_cost(run.settings, pay.pay_group) for pay in run.pay_periods}
    for row in run.mappings.rows("map_employees"):
        cost = groups.get(row["pay_group"] or "")
        if (
            cost
            and row["flsa_status"] == "exempt"
            and row["effective_from"] <= run.owned.end
            and row["effective_to"] >= run.owned.start
        ):
            ways.setdefault(row["employee_id"], set()).add(row["pay_group"])
    for employee, own in ways.items():
        for one, other in pairwise(sorted(own)):
            yield f"employees.csv: {employee} is exempt in {one} and {other}, whose periods end on {run.period_end}"
