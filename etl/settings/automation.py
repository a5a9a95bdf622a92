"""What happens without a person: who is told what, when data moves, which reports are written, when banks rest."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from etl.codes import codes
from etl.settings.kinds import Name, Part
from etl.terms import Severity

Role = Literal["preparer", "time_approver", "batch_approver", "administrator", "operator", "accountant", "auditor",
               "analyst"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Cadence = Literal["manual", "near_real_time", "hourly", "daily", "weekly"]


class Channel(Part):
    """One place where messages go. Its address is a secret found by `name` and stands nowhere here.

    `role`: whose eyes read it; only some are told who worked (etl/alerts.csv). `severity`: the least that is told.
    `owner`: only the unmapped work of this owner ([approval] owners). `anchors`: the audit log's end goes out after
    each export and daily, even when there is nothing else to tell.
    """

    name: Name
    role: Role
    severity: Severity = "note"
    owner: Annotated[str, Field(max_length=80)] = ""
    anchors: bool = False


class Alerts(Part):
    """What is told by message; without channels nothing is sent.

    `hours_before`: a cut-off is told so long before it. `risks`: notes that are told as risky entries; every hold and
    stop is told in any case.
    """

    channels: tuple[Channel, ...] = ()
    hours_before: Annotated[int, Field(ge=1, le=14 * 24)] = 48
    risks: tuple[str, ...] = ("TE050", "TE053", "TE054", "TE055", "TE056", "TE058", "TE059", "TE063", "TE064", "TE065",
                              "TE077", "TE222")

    @model_validator(mode="after")
    def _known(self) -> Self:
        if unknown := [code for code in self.risks if code not in codes() or codes()[code].severity != "note"]:
            raise ValueError(f"risks: {', '.join(unknown)} is no note of timebooks; holds and stops are told anyway")
        return self

    @model_validator(mode="after")
    def _unique(self) -> Self:
        names = [channel.name for channel in self.channels]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"channels: the name {', '.join(twice)} is used twice")
        return self


class Report(Part):
    """One view of the history, written anew after each run: the company's rows, all of them, in one file."""

    view: Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,40}$")]
    format: Literal["csv", "xlsx", "parquet"] = "csv"
    folder: Annotated[str, Field(min_length=1, max_length=400)]  # from the workspace, or an absolute one


class Schedule(Part):
    """When runs start by themselves, and how far they go.

    `at` is the company's clock. `drafts` ended: only periods that are over get a draft; running: the current one too.
    `approved` wait: a draft that somebody approved is left as it is until a person runs the week; export: it is
    published and reconciled. `bank_days`: whose bank holidays move pay and due dates in what is told;
    no figure moves. `pay_date` and `due_date`: where a date on a day without banks goes.
    """

    cadence: Cadence = "manual"
    at: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] = "06:30"
    weekdays: tuple[Weekday, ...] = ("monday",)  # for weekly
    every_minutes: Literal[1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30] = 15  # for near_real_time
    person: Annotated[str, Field(max_length=80)] = ""  # who the scheduled runs work as; empty: the account's name
    drafts: Literal["ended", "running"] = "ended"
    approved: Literal["wait", "export"] = "wait"
    reports: tuple[Report, ...] = ()
    bank_days: Literal["none", "federal_reserve", "target", "holidays.csv"] = "none"
    bank_calendar: str = ""  # with holidays.csv: which of its calendars
    pay_date: Literal["stays", "before", "after"] = "stays"
    due_date: Literal["stays", "before", "after"] = "stays"

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.cadence == "weekly" and not self.weekdays:
            raise ValueError('cadence = "weekly" needs weekdays')
        if not self.person.isprintable():
            raise ValueError("person is not one line of text")
        if (self.bank_days == "holidays.csv") != bool(self.bank_calendar):
            raise ValueError('bank_calendar names a calendar of holidays.csv, and goes with bank_days = "holidays.csv"')
        if self.bank_days == "none" and {self.pay_date, self.due_date} != {"stays"}:
            raise ValueError("pay_date and due_date move by bank_days; say whose bank holidays count")
        files = [(report.folder, report.view, report.format) for report in self.reports]
        if len(set(files)) < len(files):
            raise ValueError("reports: the same view in the same form and folder stands twice")
        return self
