"""How time becomes hours and money: pay, billing, rounding, and what is posted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from etl.periods import FIRST_DAY, LAST_DAY, Period, period_ending
from etl.settings.kinds import Part

SalariedCost = Literal["standard_rate", "salary_over_hours"]
Tiers = Annotated[str, Field(pattern=r"^([0-9.]+:[0-9.]+)?(;[0-9.]+:[0-9.]+)*$")]


class PayGroup(Part):
    """What an employer sets for one pay group: the regime it chose by place, where its day and its 14 days begin.

    `salaried_cost` stands for that of [pay] in this group.
    """

    pay_group: Annotated[str, Field(min_length=1)]
    regimes: dict[str, str] = Field(default={})  # jurisdiction -> regime of the law library, or an agreement's rule_id
    workday_start: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] = "00:00"
    fourteen_days_from: date | None = None  # any first day of a fixed 14-day period (8 and 80)
    salaried_cost: SalariedCost | None = None

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


class ExemptSalary(Part):
    """The least weekly salary of exempt staff at a place, in the home currency: states set it anew every year."""

    jurisdiction: Annotated[str, Field(min_length=1)]
    weekly: Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=6)]
    citation: Annotated[str, Field(min_length=1)]
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


class Breaks(Part):
    """Break and rest rules of one place, switched on.

    `premiums`: what a missed break that costs one does: `stop` until the company has decided, `pay` as a line of its
    own, or `refer`: the amount waits for a person. `spread`: for whom a long spread of hours costs one (New York): at
    `all_rates`, or as far as the day pays less than the `minimum_wage` for its hours and one more.
    """

    jurisdiction: Annotated[str, Field(min_length=1)]
    premiums: Literal["stop", "pay", "refer"] = "stop"
    spread: Literal["none", "all_rates", "minimum_wage"] = "none"
    effective_from: date = FIRST_DAY
    effective_to: date = LAST_DAY  # inclusive


class HolidayWeeks(Part):
    """The calendar of holidays.csv whose days are holidays of a place whose law shortens such weeks."""

    jurisdiction: Annotated[str, Field(min_length=1)]
    calendar: Annotated[str, Field(min_length=1)]


class Average(Part):
    """A limit of weekly hours on the average of some weeks that an agreement sets, at a place switched on by Breaks.

    `instead_of`: the rule_id of the law library's own average that it stands for; empty: it holds beside them.
    """

    rule_id: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,60}$")]
    jurisdiction: Annotated[str, Field(min_length=1)]
    hours: Annotated[int, Field(ge=1, le=168)]
    weeks: Annotated[int, Field(ge=2, le=52)]
    instead_of: str = ""
    citation: Annotated[str, Field(min_length=1)]
    effective_from: date = FIRST_DAY
    effective_to: date = LAST_DAY  # inclusive


class MealWaiver(Part):
    """A meal period that a person, or everybody of a pay group, has waived, where the law lets it be waived."""

    rule_id: Annotated[str, Field(min_length=1)]
    employee_id: str = ""
    pay_group: str = ""
    effective_from: date = FIRST_DAY
    effective_to: date = LAST_DAY  # inclusive

    @model_validator(mode="after")
    def _of_somebody(self) -> Self:
        if bool(self.employee_id) == bool(self.pay_group):
            raise ValueError("a waiver names an employee_id or a pay_group")
        return self


class Pay(Part):
    """How hours become pay. `across_midnight`: a shift is cut at midnight, or kept on the day it began.

    `flsa` not_covered: an employer outside the FLSA; a state's own limit holds alone. `shift_gap_minutes`: from this
    much time off on, a new shift begins (Colorado's consecutive hours). `salaried_cost`: how the salary of exempt staff
    becomes cost; without it they are priced by the week as before. `salary_proration`: the days that share a salary if
    somebody joins, leaves or is raised. `salary_rows`: what payroll hears of a salary. `obligations`: where nobody has
    said what a place of work asks for in taxes and reporting, the run stops, or the pre-flight notes it.
    `without_time`: an employee of whom nothing came, no work and no leave, stops the run, is noted, or not looked for.
    """

    across_midnight: Literal["split", "start_day"] = "split"
    flsa: Literal["covered", "not_covered"] = "covered"
    shift_gap_minutes: Annotated[int, Field(ge=1, le=600)] = 120
    salaried_cost: SalariedCost | None = None
    salary_proration: Literal["calendar_days", "working_days"] = "calendar_days"
    salary_rows: Literal["none", "amount"] = "none"
    exempt_salaries: tuple[ExemptSalary, ...] = ()
    obligations: Literal["stop", "note"] = "note"
    without_time: Literal["stop", "note", "off"] = "note"
    groups: tuple[PayGroup, ...] = ()
    confirmed_rules: tuple[ConfirmedRule, ...] = ()
    minimum_wages: tuple[MinimumWage, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    breaks: tuple[Breaks, ...] = ()
    averages: tuple[Average, ...] = ()
    meal_waivers: tuple[MealWaiver, ...] = ()
    holiday_weeks: tuple[HolidayWeeks, ...] = ()

    @model_validator(mode="after")
    def _one_choice_a_place(self) -> Self:
        for name, rows in (("breaks", self.breaks), ("holiday_weeks", self.holiday_weeks)):
            places = [row.jurisdiction for row in rows]
            if len(places) != len(set(places)):
                raise ValueError(f"{name} names a jurisdiction twice")
        return self


class Billing(Part):
    """When billable time is billed: its own period, by kind; periods are counted from `first_start`.

    `rate` omit: what people key in shows hours only, and the books price them; the batch still holds the money.
    `output` draft_invoice: one invoice a customer:job, numbered after `series`, due by `terms` and `terms_days` where
    customers.csv says nothing else; none: no document about billing. `tax` required: no line without a tax code.
    `review`: the worksheet is written as a workbook that comes back with decisions. `unbilled`: time not yet invoiced
    is posted as unbilled revenue and reversed the day after: up to the end of a month inside the period, or all of it
    at the period's end, where the books make the invoice.
    """

    period: Literal["weekly", "biweekly", "semimonthly", "monthly", "none"] = "weekly"
    first_start: date | None = None  # weekly and biweekly: any first day of a period
    rate: Literal["send", "omit"] = "send"
    output: Literal["draft_invoice", "worksheet", "none"] = "worksheet"
    series: Annotated[str, Field(pattern=r"^([A-Z][A-Z0-9-]{0,3})?$")] = ""
    terms: Literal["net", "end_of_month"] = "net"
    terms_days: Annotated[int, Field(ge=0, le=366)] | None = None
    tax: Literal["none", "required"] = "none"
    review: bool = False
    unbilled: Literal["none", "month_end", "period_end"] = "none"

    @model_validator(mode="after")
    def _unbilled_once(self) -> Self:
        if self.unbilled != "none" and self.period == "none":
            raise ValueError("unbilled needs a billing period")
        if self.unbilled == "period_end" and self.makes_invoices:
            raise ValueError('unbilled = "period_end" would post the income of the draft invoices twice: "month_end"')
        return self

    @model_validator(mode="after")
    def _anchored(self) -> Self:
        if self.period in ("weekly", "biweekly") and self.first_start is None:
            raise ValueError("weekly and biweekly billing need first_start, the first day of any billing period")
        if self.makes_invoices and (self.period == "none" or self.terms_days is None):
            raise ValueError('output = "draft_invoice" needs a period and terms_days, the days until an invoice is due')
        if self.makes_invoices and self.rate == "omit":
            raise ValueError('an invoice shows its rates: rate = "omit" is for the worksheet')
        if not self.makes_invoices and (self.tax == "required" or self.review):
            raise ValueError('tax = "required" and review are about invoices: set output = "draft_invoice"')
        return self

    @property
    def makes_invoices(self) -> bool:
        """Whether the batch holds draft invoices."""
        return self.output == "draft_invoice"

    def period_to(self, end: date) -> Period | None:
        """The billing period that ends on this day; None where none does, or nothing is billed."""
        return None if self.period == "none" else period_ending(self.period, end, self.first_start)


class Unmapped(Part):
    """What happens to work without a mapping row, in cost and billing; pay always goes on."""

    mode: Literal["hold", "stop", "suspense"] = "hold"


class LaborPosting(Part):
    """Who has posted the wages already (targets reference, 9.1).

    `month_end` accrue: where a period goes over the end of a month, what was earned up to it is accrued on that day.
    """

    mode: Literal["distribution", "clearing", "accrue", "none"]
    # borne by the job of the hours over, by all jobs of the week, or by an account of its own
    overtime_premium: Literal["job", "spread", "overhead"] = "job"
    month_end: Literal["none", "accrue"] = "none"

    @model_validator(mode="after")
    def _has_a_journal(self) -> Self:
        if self.mode == "none" and self.month_end == "accrue":
            raise ValueError('month_end = "accrue" needs a labor journal; mode is "none"')
        return self


class Contractors(Part):
    """How contractors' time becomes what vendors are owed, where contracts.csv says at which rate.

    `bills` match: the vendor's own invoice is compared with the time; self_bill: the bill is made from the time;
    accrue: a journal at the period's end, reversed the day after. `over_cap` hold: time over a contract's cap waits;
    flag: it goes on and is named. `expiry_days`: a document that expires within so many days is told.
    """

    bills: Literal["match", "self_bill", "accrue"] = "match"
    over_cap: Literal["hold", "flag"] = "hold"
    expiry_days: Annotated[int, Field(ge=0, le=366)] = 30


class PayrollTax(Part):
    """Who computes the employer's taxes and burden: the books or the payroll provider (`accounting`), or Timebooks.

    `burden_rate`: a declared percentage of job labor, which is an estimate and labeled so. `separate`: the taxes of
    payroll_taxes.csv on each person's pay, wage bases by the year so far. `opening`: private/tax_wages.csv holds all
    wages paid up to this day; by default to the day before go-live.
    """

    mode: Literal["accounting", "burden_rate", "separate"] = "accounting"
    opening: date | None = None


class Pilot(Part):
    """A first run of a few people, everybody else out of scope; by person, since overtime looks at all their time."""

    employees: Annotated[tuple[str, ...], Field(min_length=1)]
