"""How time becomes hours and money: pay, billing, rounding, and what is posted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from etl.periods import FIRST_DAY, LAST_DAY
from etl.settings.kinds import Part

Tiers = Annotated[str, Field(pattern=r"^([0-9.]+:[0-9.]+)?(;[0-9.]+:[0-9.]+)*$")]


class PayGroup(Part):
    """What an employer sets for one pay group: the regime it chose by place, where its day and its 14 days begin."""

    pay_group: Annotated[str, Field(min_length=1)]
    regimes: dict[str, str] = Field(default={})  # jurisdiction -> regime of the law library, or an agreement's rule_id
    workday_start: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] = "00:00"
    fourteen_days_from: date | None = None  # any first day of a fixed 14-day period (8 and 80)

    @property
    def workday_minutes(self) -> int:
        """Where the workday, and with it the workweek, begins after midnight."""
        return int(self.workday_start[:2]) * 60 + int(self.workday_start[3:])


class ConfirmedRule(Part):
    """The company's own word for a row of the law library that was not read at its source yet."""

    rule_id: Annotated[str, Field(min_length=1)]
    confirmed_by: Annotated[str, Field(min_length=1)]
    confirmed_on: date


class MinimumWage(Part):
    """An hourly minimum wage in the home currency: such figures change every year and are not shipped."""

    jurisdiction: Annotated[str, Field(min_length=1)]
    hourly: Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=6)]
    effective_from: date = FIRST_DAY
    effective_to: date = LAST_DAY  # inclusive


class Agreement(Part):
    """What an agreement decides about overtime, as hours and multipliers: `week_tiers = "35:1.1"`."""

    rule_id: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,60}$")]
    jurisdiction: Annotated[str, Field(min_length=1)]
    day_tiers: Tiers = ""
    week_tiers: Tiers = ""
    combine: Literal["union_no_pyramid", "greater_of", "weekly_only"] = "union_no_pyramid"
    premium_base: Literal["regular_rate", "base_rate", "usual_rate"] = "regular_rate"
    citation: Annotated[str, Field(min_length=1)]
    effective_from: date = FIRST_DAY
    effective_to: date = LAST_DAY  # inclusive


class Pay(Part):
    """How hours become pay. `across_midnight`: a shift is cut at midnight, or kept on the day it began.

    `flsa` not_covered: an employer outside the FLSA; a state's own limit holds alone. `shift_gap_minutes`: from this
    much time off on, a new shift begins (Colorado's consecutive hours).
    """

    across_midnight: Literal["split", "start_day"] = "split"
    flsa: Literal["covered", "not_covered"] = "covered"
    shift_gap_minutes: Annotated[int, Field(ge=1, le=600)] = 120
    groups: tuple[PayGroup, ...] = ()
    confirmed_rules: tuple[ConfirmedRule, ...] = ()
    minimum_wages: tuple[MinimumWage, ...] = ()
    agreements: tuple[Agreement, ...] = ()


class Billing(Part):
    """When billable time is billed: its own period, by kind; periods are counted from `first_start`.

    `rate` omit: what people key in shows hours only, and the books price them; the batch still holds the money.
    """

    period: Literal["weekly", "biweekly", "semimonthly", "monthly", "none"] = "weekly"
    first_start: date | None = None  # weekly and biweekly: any first day of a period
    rate: Literal["send", "omit"] = "send"

    @model_validator(mode="after")
    def _anchored(self) -> Self:
        if self.period in ("weekly", "biweekly") and self.first_start is None:
            raise ValueError("weekly and biweekly billing need first_start, the first day of any billing period")
        return self


class Rounding(Part):
    """How worked seconds become pay or bill seconds; the rule in force on the day worked counts."""

    purpose: Literal["pay", "bill"]
    unit_seconds: Annotated[int, Field(gt=0, le=3600)]
    mode: Literal["nearest", "up", "down"]
    grain: Literal["entry", "day", "week"] = "entry"
    effective_from: date = FIRST_DAY
    effective_to: date = LAST_DAY  # inclusive


class Unmapped(Part):
    """What happens to work without a mapping row, in cost and billing; pay always goes on."""

    mode: Literal["hold", "stop", "suspense"] = "hold"


class LaborPosting(Part):
    """Who has posted the wages already (targets reference, 9.1)."""

    mode: Literal["distribution", "accrue", "none"]


class PayrollTax(Part):
    """Who computes the employer's taxes and burden: the books or the payroll provider (`accounting`), or Timebooks.

    `burden_rate`: a declared percentage of job labor, which is an estimate and labeled so.
    """

    mode: Literal["accounting", "burden_rate"] = "accounting"


class Pilot(Part):
    """A first run of a few people, everybody else out of scope; by person, since overtime looks at all their time."""

    employees: Annotated[tuple[str, ...], Field(min_length=1)]
