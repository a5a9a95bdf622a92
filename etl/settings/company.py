"""The company's choices: company.toml as one frozen model, with errors that name file, key and fix."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

from pydantic import Field, ValidationError, model_validator

from etl.errors import SettingsError
from etl.settings.approval import Approval
from etl.settings.automation import Alerts, Schedule
from etl.settings.books import Books, Master
from etl.settings.currency import CurrencyChoice
from etl.settings.dashboard import Dashboard
from etl.settings.hours import Billing, Contractors, LaborPosting, Pay, PayrollTax, Pilot, Unmapped
from etl.settings.kinds import CompanyId, Currency, Part, Zone
from etl.settings.kpi import Forecast, Kpi
from etl.settings.retention import Retention
from etl.settings.rounding import Rounding, RoundingWhere, refuse_contradictions
from etl.settings.sources import Connection, Drop
from etl.settings.targets import Targets
from etl.settings.uploads import Uploads
from etl.terms import Policy

_Model = TypeVar("_Model", bound=Part)


class Company(Part):
    """Who the books belong to. `go_live`: earlier entries are out of scope."""

    id: CompanyId
    name: Annotated[str, Field(min_length=1, max_length=80)]
    home_currency: Currency
    zone: Zone
    go_live: date
    policy: Policy


class Settings(Part):
    """company.toml, whole."""

    company: Company
    pay: Pay = Pay()
    billing: Billing
    rounding: tuple[Rounding, ...] = ()
    rounding_where: RoundingWhere = RoundingWhere()
    unmapped: Unmapped = Unmapped()
    pilot: Pilot | None = None
    labor_posting: LaborPosting
    payroll_tax: PayrollTax = PayrollTax()
    currency: CurrencyChoice | None = None
    contractors: Contractors = Contractors()
    targets: Targets
    books: Books = Books()
    approval: Approval = Approval()
    master: Master = Master()
    retention: Retention = Retention()
    uploads: Uploads = Uploads()
    kpi: Kpi | None = None
    forecast: Forecast | None = None
    alerts: Alerts = Alerts()
    schedule: Schedule = Schedule()
    dashboard: Dashboard = Dashboard()
    drops: tuple[Drop, ...] = ()
    connections: tuple[Connection, ...] = ()

    @model_validator(mode="after")
    def _unique(self) -> Self:
        names = [*(drop.name for drop in self.drops), *(connection.name for connection in self.connections)]
        if taken := sorted({channel.name for channel in self.alerts.channels} & set(names)):
            raise ValueError(f"alerts.channels: {', '.join(taken)} is the name of a drop or connection already")
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"drops and connections: the name {', '.join(twice)} is used twice")
        refuse_contradictions(self.rounding, self.rounding_where, names)
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
    settings = validated(Settings, text, where)
    if settings.company.id != company:
        raise SettingsError(
            "SETTINGS_INVALID",
            what=f"company.id is {settings.company.id!r}, the folder {company!r}",
            where=f"{where}, key company.id",
            fix="Give the folder and the id the same name.",
        )
    return settings


def validated(model: type[_Model], text: str, where: str) -> _Model:
    """A text of TOML as the model says it is. Raises SettingsError with every finding, each by key."""
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
        return model.model_validate(raw)
    except ValidationError as error:
        findings = [_finding(item) for item in error.errors()]
        raise SettingsError(
            "SETTINGS_INVALID",
            what="; ".join(what for _, what, _ in findings),
            where=", ".join(f"{where}, key {key}" for key, _, _ in findings),
            fix=" ".join(dict.fromkeys(fix for _, _, fix in findings)),
        ) from None


def _finding(item: Any) -> tuple[str, str, str]:
    """Key, what and fix of one pydantic finding, in words."""
    key = ".".join(str(part) for part in item["loc"]) or "(top)"
    kind, message = item["type"], item["msg"].removeprefix("Value error, ")
    if kind == "extra_forbidden":
        return key, f"{key} is not a setting", f"Remove {key}, or correct its spelling."
    if kind == "missing":
        return key, f"{key} is missing", f"Add {key}."
    return key, f"{key}: {message}", f"Correct {key}."
