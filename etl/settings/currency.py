"""Where amounts become the home currency, and by which rates."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from etl.settings.kinds import Part

Words = Annotated[str, Field(min_length=1, max_length=80)]


class ChosenRates(Part):
    """Which version of a day's rates holds, where a source has published a second one."""

    source: Words
    rate_date: date
    source_id: Words


class CurrencyChoice(Part):
    """Who converts: the books (`accounting`), Timebooks (`here`) or the tracker (refused: none tells two amounts).

    `source`: whose rates of fx_rates.csv hold. `missing_day`: what holds on a day without a rate; then at most
    `max_age_days` before it.
    """

    convert: Literal["tracker", "here", "accounting"]
    source: Annotated[str, Field(max_length=80)] = ""
    missing_day: Literal["previous_business_day", "stop"] = "stop"
    max_age_days: Annotated[int, Field(ge=1, le=31)] = 5
    chosen: tuple[ChosenRates, ...] = ()

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.convert == "here" and not self.source:
            raise ValueError('convert = "here" needs source, the name that fx_rates.csv gives its rates, such as "ecb"')
        days = [(choice.source, choice.rate_date) for choice in self.chosen]
        if twice := sorted({f"{source} of {day}" for source, day in days if days.count((source, day)) > 1}):
            raise ValueError(f"chosen: two versions are chosen for {', '.join(twice)}; keep one")
        return self
