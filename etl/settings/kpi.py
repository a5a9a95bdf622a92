"""Key figures: what each of them means, the company's targets, the vendors' promises, inputs of the savings sheet."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from etl.settings.kinds import Name, Part

Figure = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=6)]
Words = Annotated[str, Field(min_length=1, max_length=160)]


@dataclass(frozen=True)
class Definition:
    """One key figure: numerator × up, divided by denominator × down, in its unit. green, red: the defaults, or ""."""

    kpi: str
    title: str
    unit: str
    up: int
    down: int
    better: str
    green: str
    red: str
    week: str
    definition: str
    numerator: str
    denominator: str
    not_covered: str


@cache
def definitions() -> dict[str, Definition]:
    """Every key figure by its id, in the order they are shown."""
    text = (files("etl.settings") / "kpis.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {row["kpi"]: _definition(row) for row in rows}


def _definition(row: dict[str, str]) -> Definition:
    words = {name: text for name, text in row.items() if name not in ("up", "down")}
    return Definition(up=int(row["up"]), down=int(row["down"]), **words)


class Target(Part):
    """At `green` or better a figure is on target, worse than `red` it is off; both in the figure's own unit.

    `part`: the source, connection or currency it holds for, where not for all.
    """

    kpi: Annotated[str, Field(min_length=1)]
    part: str = ""
    green: Figure
    red: Figure

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.kpi not in definitions():
            raise ValueError(f"{self.kpi!r} is no key figure; they are {', '.join(definitions())}")
        low, high = (self.green, self.red) if definitions()[self.kpi].better == "lower" else (self.red, self.green)
        if low > high:
            raise ValueError(f"green {self.green} is worse than red {self.red} for {self.kpi}")
        return self


class Promise(Part):
    """What a tracker's vendor promised for a connection, in percent of calls and milliseconds; `source`: where."""

    connection: Name
    success: Annotated[Decimal, Field(gt=0, le=100, max_digits=9, decimal_places=6)] | None = None
    milliseconds: Annotated[int, Field(gt=0)] | None = None
    source: Words

    @model_validator(mode="after")
    def _promised(self) -> Self:
        if self.success is None and self.milliseconds is None:
            raise ValueError("a promise needs success or milliseconds")
        return self


class Savings(Part):
    """What the savings sheet starts with; every cell of it can be changed there. Money in the home currency."""

    hours_before: Figure | None = None
    hours_now: Figure | None = None
    hourly_cost: Figure | None = None
    weekly_price: Figure | None = None


class Kpi(Part):
    """Key figures. `adoption`: whether who uses it is shown by role, or person by person where people know of it."""

    adoption: Literal["role", "person"] = "role"
    targets: tuple[Target, ...] = ()
    promises: tuple[Promise, ...] = ()
    savings: Savings = Savings()

    @model_validator(mode="after")
    def _once(self) -> Self:
        for said in ([(one.kpi, one.part) for one in self.targets], [one.connection for one in self.promises]):
            if len(set(said)) != len(said):
                raise ValueError("a key figure or connection has two targets or promises")
        return self


class Forecast(Part):
    """Who probably misses time before the cut-off, told from their own weeks in the history.

    `missing` tell: a line of the pre-flight. `weeks`: how many are looked at; `least_weeks`: with fewer a person is
    told as such. From `likely_percent` of the weeks on a day is usual, from `certain_percent` on nearly always.
    """

    missing: Literal["off", "tell"] = "off"
    weeks: Annotated[int, Field(ge=2, le=52)] = 10
    least_weeks: Annotated[int, Field(ge=1, le=52)] = 4
    likely_percent: Annotated[int, Field(ge=50, le=100)] = 60
    certain_percent: Annotated[int, Field(ge=50, le=100)] = 90

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.likely_percent > self.certain_percent:
            raise ValueError("likely_percent is above certain_percent")
        if self.least_weeks > self.weeks:
            raise ValueError("least_weeks is more than weeks")
        return self
