"""Key figures over the weeks of a company: each with its definition, numerator, denominator, target and light."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from etl.disk import told
from etl.errors import RefusedError, SettingsError
from etl.settings import Settings
from etl.settings.kpi import Kpi, definitions
from etl.sql.order_reports import KPI
from etl.sql.run import Engine
from etl.steps.kpi_inputs import put_kpi_inputs, put_landed, settings_of
from etl.steps.outcome import Outcome
from etl.steps.run import place_of
from etl.store import files
from etl.units import clock_hours
from etl.workbooks.kpi import render_kpi
from etl.workbooks.kpi_savings import Savings
from etl.workspace import Workspace, is_sandbox

MOST_WEEKS = 260
NO_DATA = "no data"
_TABLES = ("kpi_weeks", "kpi_lights", "kpi_causes", "kpi_resolved", "kpi_adoption", "kpi_figures")


@dataclass(frozen=True)
class KeyFigures:
    """The figures of these weeks as tables of SQL (etl/sql/kpi), and how each part of them is shown."""

    weeks: int
    as_of: date
    companies: dict[str, Settings]
    tables: dict[str, pa.Table]
    said: str = ""

    def rows(self, table: str, company: str | None = None) -> list[dict[str, Any]]:
        """The rows of one table, of one company where it is named."""
        return [row for row in self.tables[table].to_pylist() if company in (None, row["company"])]

    def summary(self) -> Outcome:
        """One row per figure and part: the newest week that has data, all weeks, light and target."""
        lights = self.rows("kpi_lights")
        newest = {_key(row): row for row in lights if row["week"] and row["light"] != NO_DATA}   # in order of weeks
        whole = [row for row in lights if not row["week"]]
        off = sum(row["light"] == "off target" for row in whole)
        none = sum(row["light"] == NO_DATA for row in whole)
        several = len(self.companies) > 1
        return Outcome(
            title=f"{len(whole)} key figure(s) of {self.weeks} week(s) up to {self.as_of}: {off} off target, "
            f"{none} without data",
            facts=(*((("history", self.said),) if self.said else ()),
                   ("targets", "of company.toml where it says company or promise, else defaults to be changed there")),
            headings=(*(("company",) if several else ()), "figure", "of", "newest week", "value", "all weeks", "light",
                      "target"),
            rows=tuple((
                *((row["company"],) if several else ()), row["title"], row["part"],
                newest[_key(row)]["week"] if _key(row) in newest else "",
                value_words(newest.get(_key(row))), value_words(row), row["light"], target_words(row))
                for row in whole))

    def by_week(self) -> Outcome:
        """Every figure of every week with numerator and denominator, for another program."""
        names = ("company", "kpi", "part", "week", "numerator", "denominator", "unit")
        return Outcome(
            title=self.summary().title,
            facts=(("weeks", str(self.weeks)), ("as_of", str(self.as_of))),
            headings=(*names, "value", "light", "target"),
            rows=tuple((*("" if row[name] is None else _plain(row[name]) for name in names),
                        hundredths_words(row["hundredths"]), row["light"], target_words(row))
                       for row in self.rows("kpi_lights")))

    def causes(self) -> Outcome:
        """What holds most time, the largest cause first, each with its share of all that waited so far."""
        return Outcome(
            title=f"what held time in {self.weeks} week(s), the most first",
            headings=("cause", "what", "items", "hours", "so far", "labor cost", "minutes", "what to do"),
            rows=tuple((
                row["code"], row["title"], row["items"], clock_hours(row["seconds"]),
                _share(row["seconds_so_far"], row["seconds_of_all"]),
                "" if row["amount"] is None else f"{row['amount']:,.2f} {row['currency']}",
                "" if row["minutes"] is None else row["minutes"], row["remedy"]) for row in self.rows("kpi_causes")))

    def adoption(self) -> Outcome:
        """Who uses it, by role: people, weeks, records, stages of runs and how long they took."""
        return Outcome(
            title=f"who used it in {self.weeks} week(s)",
            headings=("who", "people", "weeks", "records", "last", "stages run", "time"),
            rows=tuple((
                row["who"], _known(row["people"]), _known(row["weeks_active"]), _known(row["records"]),
                str(row["last_on"] or ""), _known(row["stages"]),
                "" if row["milliseconds"] is None else clock_hours(-(-row["milliseconds"] // 1000)))
                for row in self.rows("kpi_adoption")))


def key_figures(
    company: str | None = None, weeks: int = 13, *, today: date | None = None, workspace: str | Path | None = None,
) -> KeyFigures:
    """The key figures of one company, or of every company with settings, of the newest weeks up to today's.

    Nothing is written but the working folder. Raises SettingsError, RefusedError KPI_WEEKS, KPI_NO_COMPANY.
    """
    if not 1 <= weeks <= MOST_WEEKS:
        raise RefusedError("KPI_WEEKS", what=f"{weeks} weeks cannot be looked at", where="--weeks",
                           fix=f"Give a number of weeks from 1 to {MOST_WEEKS}.")
    place, as_of = place_of(workspace), today or datetime.now(UTC).date()
    names = [company] if company else _companies(place)
    companies = settings_of(place, names)
    first_day = as_of - timedelta(days=as_of.weekday() + 7 * (weeks - 1))
    scratch = place.scratch("_kpi")
    with Engine(None, scratch, [scratch, *(place.landing(name) for name in names)]) as engine:
        put_landed(engine, place, companies)
        said = put_kpi_inputs(engine, place, companies, as_of, first_day, weeks)
        engine.run(KPI)
        return KeyFigures(weeks, as_of, companies, {name: engine.fetch(name) for name in _TABLES}, said)


def write_kpi_workbook(found: KeyFigures, file: Path) -> Outcome:
    """The figures of one company as a workbook. Raises RefusedError KPI_ONE_COMPANY, REPORT_TAKEN."""
    if len(found.companies) != 1:
        raise RefusedError("KPI_ONE_COMPANY", what=f"A workbook holds one company; {len(found.companies)} were asked",
                           where="--workbook", fix="Name one of them with --company.")
    if file.suffix.lower() != ".xlsx":
        raise RefusedError("KPI_WORKBOOK", what=f"{file.name} is no name of a workbook", where="--workbook",
                           fix="Give a name that ends in .xlsx.")
    [(company, settings)] = found.companies.items()
    declared = (settings.kpi or Kpi()).savings
    shipped = [row for row in found.rows("kpi_lights") if row["kpi"] == "touches" and not row["week"]]
    savings = Savings(
        declared.hours_before, declared.hours_now, declared.hourly_cost, declared.weekly_price,
        settings.company.home_currency, found.weeks,
        entries=shipped[0]["denominator"], touches=shipped[0]["numerator"])
    content = render_kpi(
        settings.company.name, found.as_of, {name: found.rows(name, company) for name in _TABLES},
        list(definitions().values()), savings, is_sandbox=is_sandbox(company))
    with told("write the file", file):
        files.write_note(file, content)
    return Outcome(title=f"key figures written to {file}")


def _companies(place: Workspace) -> list[str]:
    root = place.root / "mappings"
    found = sorted(path.parent.name for path in root.glob("*/company.toml")) if root.is_dir() else []
    if not found:
        raise SettingsError("COMPANY_MISSING", what="There is no company in this workspace", where="mappings",
                            fix="Check --workspace, or make one with: timebooks init DIR --sample")
    return found


def _key(row: dict[str, Any]) -> tuple[str, str, str]:
    return row["company"], row["kpi"], row["part"]


def value_words(row: dict[str, Any] | None) -> str:
    """A figure with its unit; no data is never a number."""
    if row is None or row["hundredths"] is None:
        return NO_DATA
    unit = "%" if row["unit"] == "percent" else row["unit"]
    return f"{hundredths_words(row['hundredths'])} {unit}"


def hundredths_words(hundredths: int | Decimal | None) -> str:
    """Hundredths as a number with two digits; empty for none."""
    if hundredths is None:
        return ""
    whole, rest = divmod(abs(int(hundredths)), 100)
    return f"{'-' if hundredths < 0 else ''}{whole:,}.{rest:02}"


def target_words(row: dict[str, Any]) -> str:
    """What the light goes by, and whose it is."""
    if row["green_micro"] is None:
        return ""
    better = definitions()[row["kpi"]].better
    green, red = (_micro(row[name]) for name in ("green_micro", "red_micro"))
    words = ("at most", "above") if better == "lower" else ("at least", "below")
    return f"{words[0]} {green}, off {words[1]} {red} ({row['said']})"


def _micro(value: int) -> str:
    text = f"{Decimal(value).scaleb(-6):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _share(part: int, whole: int) -> str:
    return "" if not whole else hundredths_words((20_000 * int(part) + int(whole)) // (2 * int(whole))) + " %"


def _known(value: int | None) -> int | str:
    return "" if value is None else value


def _plain(value: object) -> str | int:
    return int(value) if isinstance(value, int | Decimal) else str(value)
