"""Where time comes from: export files dropped into the inbox, and trackers asked through their API."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Field, TypeAdapter, model_validator

from etl.settings.kinds import Name, Part, Zone
from etl.tables import LANDED_COLUMNS


class Personal(Part):
    """Places and devices in an export: what is done with such columns before anything lands.

    `columns`: headings of this export that tell them, beside those known. `drop`: removed. `coarse`: coordinates cut to
    one decimal (about 11 km), the rest removed. `apart`: kept outside the landing for `retention_days`, for a purpose.
    """

    columns: tuple[str, ...] = ()
    mode: Literal["drop", "coarse", "apart"] = "drop"
    purpose: str = ""
    retention_days: Annotated[int, Field(ge=1, le=3660)] | None = None

    @model_validator(mode="after")
    def _reasoned(self) -> Self:
        if self.mode == "apart" and not (self.purpose.strip() and self.retention_days):
            raise ValueError('mode = "apart" needs a purpose and retention_days: why the places are kept, and how long')
        return self


class Drop(Part):
    """One kind of export file: where it lies, how it is written, what each column is. Nothing is guessed.

    `completeness` `additive`: rows can be new or changed, never gone. `complete`: the file holds every entry of its
    window and population, so an entry no longer in it is withdrawn; `window` names the dates in the file's name,
    as in "export_{start}_to_{end}.csv".
    """

    name: Name
    files: Annotated[str, Field(min_length=1)]
    format: Literal["csv", "xlsx", "parquet", "timeclock", "timedot"] = "csv"
    dialect: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")] = "declared"
    zone: Zone
    encoding: Literal["utf-8", "cp1252", "utf-16"] = "utf-8"
    compression: Literal["none", "gzip"] = "none"
    delimiter: Literal[",", ";", "\t", "|"] = ","
    null_text: str = ""
    sheet: str = ""
    columns: dict[str, str] = Field(default={})
    constants: dict[str, str] = Field(default={})
    optional_columns: tuple[str, ...] = ()
    further_columns: dict[str, str] = Field(default={})  # headings beside those of a dialect, and what each feeds
    date_format: str = "%Y-%m-%d"
    instant_format: str = "%Y-%m-%d %H:%M:%S"
    duration: Literal["seconds", "minutes", "decimal_hours", "clock", "labeled", "from_start_and_end"] = "clock"
    # a break is in whole minutes; it is taken off only where the duration comes from start and end
    decimal_sign: Literal[".", ","] = "."
    end_rolls_over: bool = False
    billable_words: tuple[str, ...] = ("yes", "true", "1")
    not_billable_words: tuple[str, ...] = ("no", "false", "0", "")
    completeness: Literal["additive", "complete"] = "additive"
    window: str = ""
    population: tuple[str, ...] = ()  # person_refs; empty = everybody
    delete_ceiling_percent: Annotated[int, Field(ge=0, le=100)] = 20
    personal: Personal = Personal()

    @model_validator(mode="after")
    def _declared(self) -> Self:
        if self.dialect == "declared":
            _check_columns(self)
            if self.further_columns:
                raise ValueError("further_columns is for a drop with a dialect; declare them in [drops.columns]")
        elif self.columns:
            raise ValueError(f"dialect {self.dialect} brings its own columns; leave [drops.columns] out, and declare "
                             "headings of your own in [drops.further_columns]")
        if unknown := sorted({name for feeds in self.further_columns.values() for name in feeds.split()}
                             - set(LANDED_COLUMNS)):
            raise ValueError(f"further_columns: {', '.join(unknown)} is not a column Timebooks knows")
        if self.completeness == "complete" and not ("{start}" in self.window and "{end}" in self.window):
            raise ValueError('completeness = "complete" needs window = "…{start}…{end}…": the dates in the file name')
        return self


def written_drop(drop: Drop) -> str:
    """A drop for another process, what the company left out marked as left out."""
    return json.dumps({"drop": drop.model_dump(mode="json"), "said": sorted(drop.model_fields_set)})


def read_drop(text: str) -> Drop:
    """The drop that was written; with the columns of its dialect filled in it is no declaration of a company."""
    given = json.loads(text)
    values = {name: TypeAdapter(known.annotation or Any).validate_python(given["drop"][name])
              for name, known in Drop.model_fields.items()}
    return Drop.model_construct(_fields_set=set(given["said"]), **values)


def _check_columns(drop: Drop) -> None:
    """A declared drop says what each column of the file feeds: canonical columns, a space between, or extra."""
    feeds = [name for value in drop.columns.values() for name in value.split()]
    if unknown := sorted({*feeds, *drop.constants} - {*LANDED_COLUMNS, "personal"}):
        raise ValueError(f"{', '.join(unknown)}: not a column Timebooks knows; choose from {', '.join(LANDED_COLUMNS)}")
    single = [name for name in feeds if name not in ("extra", "personal", "start_text", "end_text")]
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


class Quota(Part):
    """So many calls in so many seconds, shared by everybody who asks this account."""

    calls: Annotated[int, Field(gt=0)]
    seconds: Annotated[int, Field(gt=0, le=86_400)]


class Connection(Part):
    """One tracker's account that is asked through its API. The secret is found by `name` and stands nowhere here.

    What is unconfirmed about a vendor is a setting: `page_size` and `quotas` (empty: the source's own figures).
    """

    name: Name
    source: Literal["toggl", "harvest", "clockify", "quickbooks_time", "kimai", "timetagger"]
    account: Annotated[str, Field(max_length=80)] = ""  # workspace or account id; of a personal tracker the person
    base_url: str = ""  # self-hosted trackers and practice servers; empty for the vendor's own
    reports_url: str = ""  # where the reports have another host: regions and practice servers
    zone: Zone  # of people whose zone the tracker does not tell
    person: Literal["email", "name", "id", "staff_no"] = "email"  # what employees.csv calls a person
    refs: Literal["names", "ids"] = "names"  # what projects.csv and items.csv call a project and a service
    service_field: str = "Service Item"  # QuickBooks Time: the custom field that holds the service
    breaks: Literal["unpaid", "paid"] = "unpaid"  # Clockify entries of type BREAK; unpaid ones are counted, not worked
    reread_days: Annotated[int, Field(ge=0, le=366)] = 35  # days before the window that are read again for late edits
    delete_ceiling_percent: Annotated[int, Field(ge=0, le=100)] = 20
    page_size: Annotated[int, Field(ge=0, le=5000)] = 0
    quotas: tuple[Quota, ...] = ()
    minutes: Annotated[int, Field(ge=1, le=24 * 60)] = 30  # the longest a pull may take; the rest is resumed later
    ca_file: str = ""  # certificates of the company's own authority, for self-hosted trackers
    secret_since: date | None = None  # when the token was made
    rotate_after_days: Annotated[int, Field(ge=1, le=3650)] = 180

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.source in ("toggl", "harvest", "clockify", "timetagger") and not self.account:
            of = {"harvest": "the account id", "timetagger": "the person, as employees.csv calls them"}
            raise ValueError(f"account is missing: for {self.source} {of.get(self.source, 'the workspace id')}")
        if self.source in ("kimai", "timetagger") and not self.base_url:
            raise ValueError(f"base_url is missing: {self.source} runs on a server of your own")
        return self
