"""How worked seconds become pay and bill seconds, for whom, from when, and in whose system that happens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import combinations
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from etl.periods import FIRST_DAY, LAST_DAY
from etl.settings.kinds import Part

Where = Literal["here", "tracker", "accounting"]
SCOPES = ("pay_group", "work_location", "customer", "customer_job", "service_item")
_OF_PAY, _OF_BILL = frozenset(SCOPES[:2]), frozenset(SCOPES[2:])
_ONLY = {"punch": "pay", "invoice_line": "bill"}  # grains that make sense for one purpose alone
_NEAREST = ("nearest", "nearest_even", "nearest_half_down")


class Rounding(Part):
    """One rule of rounding; the most specific one in force on the day worked counts.

    `mode` none: exact, for a scope that a wider rule would round. `unit_seconds` is given for every other mode.
    `pay_group`, `work_location` (pay), `customer`, `customer_job`, `service_item` (bill): empty is everybody.
    """

    purpose: Literal["pay", "bill"]
    unit_seconds: Annotated[int, Field(gt=0, le=3600)] | None = None
    mode: Literal["nearest", "nearest_even", "nearest_half_down", "up", "down", "none"]
    grain: Literal["punch", "entry", "day", "day_project", "week", "invoice_line"] = "entry"
    pay_group: str = ""
    work_location: str = ""
    customer: str = ""
    customer_job: str = ""
    service_item: str = ""
    effective_from: date = FIRST_DAY
    effective_to: date = LAST_DAY  # inclusive

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        only = _ONLY.get(self.grain, self.purpose)
        own, other = (_OF_PAY, _OF_BILL) if self.purpose == "pay" else (_OF_BILL, _OF_PAY)
        strange, fitting = " and ".join(sorted(other & set(self.scope))), " and ".join(sorted(own))
        faults = [
            (only != self.purpose, f"grain {self.grain} is for purpose {only} only; take entry, day or week"),
            (
                self.grain == "punch" and self.mode not in (*_NEAREST, "none"),
                f"grain punch takes a nearest mode: {self.mode} would move start and end alike; take grain entry",
            ),
            (bool(strange), f"{strange} cannot narrow a rule of purpose {self.purpose}; that one takes {fitting}"),
            (bool(self.customer and self.customer_job), "name customer or customer_job, not both"),
            (self.mode == "none" and self.unit_seconds is not None, "mode none is exact; leave unit_seconds out"),
            (self.mode != "none" and self.unit_seconds is None, f"mode {self.mode} needs unit_seconds"),
            (
                self.effective_from > self.effective_to,
                f"effective_from {self.effective_from} is after effective_to {self.effective_to}",
            ),
        ]
        if found := [text for is_so, text in faults if is_so]:
            raise ValueError("; ".join(found))
        return self

    @property
    def scope(self) -> dict[str, str]:
        """What the rule is narrowed to: nothing for the whole company."""
        return {name: value for name in SCOPES if (value := getattr(self, name))}

    @property
    def closeness(self) -> int:
        """How specific the rule is: one for each column named; a customer:job also names its customer."""
        return len(self.scope) + bool(self.customer_job)

    def words(self, number: int) -> str:
        """The rule as an error names it."""
        scope = ", ".join(f'{name} = "{value}"' for name, value in self.scope.items()) or "the whole company"
        unit = "" if self.unit_seconds is None else f" to {self.unit_seconds} s"
        return f"[[rounding]] no. {number} ({self.purpose}, {self.mode}{unit} by {self.grain}, {scope})"


class RoundingWhere(Part):
    """In whose system time is rounded, by purpose; once only.

    `exact_sources`: drops and connections whose people note whole units of their own accord, such as timesheets typed
    in quarter hours: their time counts as exact, and rounding it is no second rounding.
    """

    pay: Where = "here"
    bill: Where = "here"
    exact_sources: tuple[str, ...] = ()

    def of(self, purpose: str) -> Where:
        """Where a purpose is rounded."""
        return self.pay if purpose == "pay" else self.bill


def refuse_contradictions(rules: Sequence[Rounding], where: RoundingWhere, sources: Iterable[str]) -> None:
    """Raises ValueError for two rules of which neither is the more specific, and for rules where others round."""
    numbered = list(enumerate(rules, 1))
    for number, rule in numbered:
        if (place := where.of(rule.purpose)) != "here":
            raise ValueError(
                f"rounding: {rule.words(number)} is a rule, but [rounding_where] says {rule.purpose} is rounded in the "
                f"{place}; remove the rule, or say here"
            )
    for (first, one), (second, other) in combinations(numbered, 2):
        day = max(one.effective_from, other.effective_from)
        if (
            one.purpose == other.purpose
            and one.closeness == other.closeness
            and day <= min(one.effective_to, other.effective_to)
            and _may_meet(one, other)
        ):
            raise ValueError(
                f"rounding: two {one.purpose} rules are in force on {day}, and neither is the more specific: "
                f"{one.words(first)} and {other.words(second)}; end the earlier one the day before, or "
                "narrow one of them further"
            )
    if unknown := sorted(set(where.exact_sources) - set(sources)):
        names = ", ".join(unknown)
        raise ValueError(f"rounding_where: exact_sources names {names}, which is no drop and no connection")


def _may_meet(one: Rounding, other: Rounding) -> bool:
    """Whether one entry can lie in the scope of both rules."""
    shared = one.scope.keys() & other.scope.keys()
    if any(one.scope[name] != other.scope[name] for name in shared):
        return False
    for job, rule in ((one.customer_job, other), (other.customer_job, one)):
        if job and rule.customer and customer_of(job) != rule.customer:
            return False
    return True


def customer_of(customer_job: str) -> str:
    """The customer of a customer:job."""
    return customer_job.partition(":")[0]
