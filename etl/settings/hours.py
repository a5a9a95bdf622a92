"""How time becomes hours and money: pay, billing, rounding, and what is posted."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from etl.settings.kinds import Part


class Pay(Part):
    """How hours become pay. `across_midnight`: a shift is cut at midnight, or kept on the day it began."""

    across_midnight: Literal["split", "start_day"] = "split"


class Billing(Part):
    """When billable time is billed: its own period, by kind; periods are counted from `first_start`."""

    period: Literal["weekly", "biweekly", "semimonthly", "monthly", "none"] = "weekly"
    first_start: date | None = None  # weekly and biweekly: any first day of a period

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
    effective_from: date = date(1900, 1, 1)
    effective_to: date = date(9999, 12, 31)  # inclusive


class Unmapped(Part):
    """What happens to work without a mapping row, in cost and billing; pay always goes on."""

    mode: Literal["hold", "stop", "suspense"] = "hold"


class LaborPosting(Part):
    """Who has posted the wages already (targets reference, 9.1)."""

    mode: Literal["distribution", "accrue", "none"]


class Pilot(Part):
    """A first run of a few people, everybody else out of scope; by person, since overtime looks at all their time."""

    employees: Annotated[tuple[str, ...], Field(min_length=1)]
