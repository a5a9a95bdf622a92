"""The company's choices: company.toml as one frozen model, with errors that name file, key and fix."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from etl.errors import SettingsError
from etl.tables import LANDED_COLUMNS
from etl.terms import Policy
from etl.units import is_currency

COMPANY_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
RESERVED = {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))}


def _company_id(value: str) -> str:
    if not COMPANY_ID.fullmatch(value) or value in RESERVED:
        raise ValueError("use lower-case letters, digits and hyphens, at most 31, such as acme-studio")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{value!r} is not a time zone; use a name such as America/New_York") from None
    return value


def _currency(value: str) -> str:
    if not is_currency(value):
        raise ValueError(f"{value!r} is not a currency of ISO 4217; use a code such as USD")
    return value


Zone = Annotated[str, AfterValidator(_zone)]
Currency = Annotated[str, AfterValidator(_currency)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,30}$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Company(_Part):
    """Who the books belong to. `go_live`: earlier entries are out of scope."""

    id: Annotated[str, AfterValidator(_company_id)]
    name: Annotated[str, Field(min_length=1, max_length=80)]
    home_currency: Currency
    zone: Zone
    go_live: date
    policy: Policy


Tiers = Annotated[str, Field(pattern=r"^([0-9.]+:[0-9.]+)?(;[0-9.]+:[0-9.]+)*$")]
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(9999, 12, 31)


class PayGroup(_Part):
    """What an employer sets for one pay group: the regime it chose by place, where its day and its 14 days begin."""

    pay_group: Annotated[str, Field(min_length=1)]
    regimes: dict[str, str] = {}  # jurisdiction -> regime of the law library, or an agreement's rule_id
    workday_start: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] = "00:00"
    fourteen_days_from: date | None = None  # any first day of a fixed 14-day period (8 and 80)

    @property
    def workday_minutes(self) -> int:
        """Where the workday, and with it the workweek, begins after midnight."""
        return int(self.workday_start[:2]) * 60 + int(self.workday_start[3:])


class ConfirmedRule(_Part):
    """The company's own word for a row of the law library that was not read at its source yet."""

    rule_id: Annotated[str, Field(min_length=1)]
    confirmed_by: Annotated[str, Field(min_length=1)]
    confirmed_on: date


class MinimumWage(_Part):
    """An hourly minimum wage in the home currency: such figures change every year and are not shipped."""

    jurisdiction: Annotated[str, Field(min_length=1)]
    hourly: Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=6)]
    effective_from: date = FIRST_DAY
    effective_to: date = LAST_DAY  # inclusive


class Agreement(_Part):
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


class Pay(_Part):
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


class Billing(_Part):
    """When billable time is billed: its own period, by kind; periods are counted from `first_start`."""

    period: Literal["weekly", "biweekly", "semimonthly", "monthly", "none"] = "weekly"
    first_start: date | None = None  # weekly and biweekly: any first day of a period

    @model_validator(mode="after")
    def _anchored(self) -> Self:
        if self.period in ("weekly", "biweekly") and self.first_start is None:
            raise ValueError("weekly and biweekly billing need first_start, the first day of any billing period")
        return self


class Rounding(_Part):
    """How worked seconds become pay or bill seconds; the rule in force on the day worked counts."""

    purpose: Literal["pay", "bill"]
    unit_seconds: Annotated[int, Field(gt=0, le=3600)]
    mode: Literal["nearest", "up", "down"]
    grain: Literal["entry", "day", "week"] = "entry"
    effective_from: date = date(1900, 1, 1)
    effective_to: date = date(9999, 12, 31)  # inclusive


class Unmapped(_Part):
    """What happens to work without a mapping row, in cost and billing; pay always goes on."""

    mode: Literal["hold", "stop", "suspense"] = "hold"


class LaborPosting(_Part):
    """Who has posted the wages already (targets reference, 9.1)."""

    mode: Literal["distribution", "accrue", "none"]


class QuickBooksDesktop(_Part):
    """What an IIF file must know of the company file."""

    company_name: Annotated[str, Field(min_length=1)]
    company_create_time: Annotated[str, Field(pattern=r"^[0-9]{1,12}$")]
    transfer_to_payroll: bool


class Targets(_Part):
    """The documents to write, and what each target needs to know."""

    documents: tuple[str, ...]
    quickbooks_desktop: QuickBooksDesktop | None = None


class Drop(_Part):
    """One kind of export file: where it lies, how it is written, what each column is. Nothing is guessed.

    `completeness` `additive`: rows can be new or changed, never gone. `complete`: the file holds every entry of its
    window and population, so an entry no longer in it is withdrawn; `window` names the dates in the file's name,
    as in "export_{start}_to_{end}.csv".
    """

    name: Name
    files: Annotated[str, Field(min_length=1)]
    format: Literal["csv", "xlsx", "parquet"] = "csv"
    dialect: Literal["declared", "toggl_detailed", "kimai"] = "declared"
    zone: Zone
    encoding: Literal["utf-8", "cp1252", "utf-16"] = "utf-8"
    compression: Literal["none", "gzip"] = "none"
    delimiter: Literal[",", ";", "\t", "|"] = ","
    null_text: str = ""
    sheet: str = ""
    columns: dict[str, str] = {}
    constants: dict[str, str] = {}
    optional_columns: tuple[str, ...] = ()
    date_format: str = "%Y-%m-%d"
    instant_format: str = "%Y-%m-%d %H:%M:%S"
    duration: Literal["seconds", "minutes", "decimal_hours", "clock", "from_start_and_end"] = "clock"
    # a break is in whole minutes; it is taken off only where the duration comes from start and end
    decimal_sign: Literal[".", ","] = "."
    end_rolls_over: bool = False
    billable_words: tuple[str, ...] = ("yes", "true", "1")
    not_billable_words: tuple[str, ...] = ("no", "false", "0", "")
    completeness: Literal["additive", "complete"] = "additive"
    window: str = ""
    population: tuple[str, ...] = ()  # person_refs; empty = everybody
    delete_ceiling_percent: Annotated[int, Field(ge=0, le=100)] = 20

    @model_validator(mode="after")
    def _declared(self) -> Self:
        if self.dialect == "declared":
            _check_columns(self)
        elif self.columns:
            raise ValueError(f"dialect {self.dialect} brings its own columns; leave [drops.columns] out")
        if self.completeness == "complete" and not ("{start}" in self.window and "{end}" in self.window):
            raise ValueError('completeness = "complete" needs window = "…{start}…{end}…": the dates in the file name')
        return self


def _check_columns(drop: Drop) -> None:
    """A declared drop says what each column of the file feeds: canonical columns, a space between, or extra."""
    feeds = [name for value in drop.columns.values() for name in value.split()]
    if unknown := sorted({*feeds, *drop.constants} - set(LANDED_COLUMNS)):
        raise ValueError(f"{', '.join(unknown)}: not a column Timebooks knows; choose from {', '.join(LANDED_COLUMNS)}")
    single = [name for name in feeds if name not in ("extra", "start_text", "end_text")]
    if twice := sorted({name for name in single if single.count(name) > 1} | (set(feeds) & set(drop.constants))):
        raise ValueError(f"{', '.join(twice)}: fed twice; keep one, the other column is extra")
    if strangers := sorted(set(drop.optional_columns) - set(drop.columns)):
        raise ValueError(f"optional_columns: {', '.join(strangers)} is not one of the columns declared")
    if "person_ref" not in {*feeds, *drop.constants}:
        raise ValueError("no column is declared as person_ref")
    if not {"date_text", "start_text"} & set(feeds):
        raise ValueError("no column is declared as date_text or start_text: when was the time worked?")
    if drop.duration != "from_start_and_end" and "duration_text" not in feeds:
        raise ValueError(f'duration = "{drop.duration}" needs a column declared as duration_text')


class Settings(_Part):
    """company.toml, whole."""

    company: Company
    pay: Pay = Pay()
    billing: Billing
    rounding: tuple[Rounding, ...] = ()
    unmapped: Unmapped = Unmapped()
    labor_posting: LaborPosting
    targets: Targets
    drops: tuple[Drop, ...] = ()

    @model_validator(mode="after")
    def _unique(self) -> Self:
        names = [drop.name for drop in self.drops]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"drops: the name {', '.join(twice)} is used twice")
        for purpose in ("pay", "bill"):
            rules = sorted((r for r in self.rounding if r.purpose == purpose), key=lambda r: r.effective_from)
            for earlier, later in pairwise(rules):
                if later.effective_from <= earlier.effective_to:
                    raise ValueError(
                        f"rounding: two {purpose} rules are in force on {later.effective_from}; end the earlier one "
                        "the day before"
                    )
        return self


def read_settings(path: Path, company: str) -> Settings:
    """The settings of one company. Raises SettingsError with every finding, each by key."""
    where = f"mappings/{company}/company.toml"
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SettingsError(
            "COMPANY_MISSING",
            what=f"There is no company {company!r} in this workspace",
            where=where,
            fix="Check the id after --company, or make a workspace with: timebooks init DIR --sample",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            "SETTINGS_UNREADABLE",
            what=f"The settings cannot be read: {error}",
            where=where,
            fix="Save the file as UTF-8 text and make it readable for you.",
        ) from None
    return parse_settings(text, company, where)


def parse_settings(text: str, company: str, where: str) -> Settings:
    """The settings in a text of TOML."""
    try:
        raw: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            "SETTINGS_UNREADABLE",
            what=f"The settings are not valid TOML: {error}",
            where=where,
            fix="Correct that line; a text needs quotes, a list needs [ ].",
        ) from None
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as error:
        findings = [_finding(item) for item in error.errors()]
        raise SettingsError(
            "SETTINGS_INVALID",
            what="; ".join(what for _, what, _ in findings),
            where=", ".join(f"{where}, key {key}" for key, _, _ in findings),
            fix=" ".join(dict.fromkeys(fix for _, _, fix in findings)),
        ) from None
    if settings.company.id != company:
        raise SettingsError(
            "SETTINGS_INVALID",
            what=f"company.id is {settings.company.id!r}, the folder {company!r}",
            where=f"{where}, key company.id",
            fix="Give the folder and the id the same name.",
        )
    return settings


def _finding(item: Any) -> tuple[str, str, str]:
    """Key, what and fix of one pydantic finding, in words."""
    key = ".".join(str(part) for part in item["loc"]) or "(top)"
    kind, message = item["type"], item["msg"].removeprefix("Value error, ")
    if kind == "extra_forbidden":
        return key, f"{key} is not a setting", f"Remove {key}, or correct its spelling."
    if kind == "missing":
        return key, f"{key} is missing", f"Add {key}."
    return key, f"{key}: {message}", f"Correct {key}."
