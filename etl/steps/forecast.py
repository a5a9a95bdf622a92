"""The week-complete forecast: whose time is probably missing before the cut-off, by their own usual weeks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from etl.errors import EtlError, RefusedError
from etl.periods import DAY
from etl.settings.kpi import Forecast
from etl.sql.order import MAP, statement
from etl.sql.order_reports import FORECAST, FORECAST_FROM_RUN
from etl.sql.run import Engine
from etl.steps.history import settle_history
from etl.steps.map_entries import stage
from etl.steps.outcome import Outcome
from etl.steps.report_file import write_report
from etl.steps.run import Run, read_day, start
from etl.store import history
from etl.units import clock_hours

PARAMETERS = pa.schema({"as_of": pa.date32(), **dict.fromkeys(
    ("weeks", "least_weeks", "likely_percent", "certain_percent"), pa.int64())})
PERIODS = pa.schema({"pay_group": pa.string(), "period_start": pa.date32(), "period_end": pa.date32()})
HISTORY = pa.schema({"employee_id": pa.string(), "worked_on": pa.date32(), "worked_seconds": pa.int64(),
                     "has_leave": pa.bool_()})
_ALL_ROWS = 1 << 40
_HEADINGS = ("how sure", "employee", "name", "days", "usually", "so far", "what is missing")
_REMINDERS = ("employee_id", "employee_name", "period_end", "cut_off", "certainty", "reminder")
_MOST_SHOWN = 7
_TABLES = ("missing_time", "days_missing", "usual_days", "people_silent")
QUESTION = "time that is probably missing"


def missing_time(run: Run, as_of: str | date | None = None, reminders: Path | None = None) -> Outcome:
    """Everybody whose time is probably missing on days up to `as_of` (default: yesterday), the surest first.

    Nothing is entered, held or sent. `reminders`: their texts as a CSV. Raises SettingsError DATE_UNREADABLE.
    """
    day = read_day(as_of, "--as-of") if as_of is not None else _yesterday(run)
    found = forecast(run, day)
    rows = found["missing_time"].to_pylist()
    if reminders is not None:
        write_report(reminders, _REMINDERS, [tuple(str(row[name] or "") for name in _REMINDERS) for row in rows])
    sure = Counter(row["certainty"] for row in rows)
    last = min(day, run.owned.end)
    return Outcome(
        title=f"{run.settings.company.name}, {run.owned.label}: {len(rows)} person(s) probably miss time up to {last}"
        if found["days_told"].num_rows else f"{run.settings.company.name}, {run.owned.label}: nothing has landed yet",
        facts=(("compared with", _compared(found, chosen(run))),
               *((word, str(sure[word])) for word in ("nearly always", "usually", "too few weeks") if sure[word]),
               *((("not heard of", _silent(found["people_silent"])),) if found["people_silent"].num_rows else ()),
               *((("a holiday?", "; ".join(alone)),) if (alone := _nobody(found["days_missing"].to_pylist())) else ())),
        headings=_HEADINGS,
        rows=tuple((row["certainty"], row["employee_id"], row["employee_name"], row["count_days"],
                    "" if row["usual_seconds"] is None else clock_hours(row["usual_seconds"]),
                    clock_hours(row["told_seconds"]), row["found"]) for row in rows),
        next_step="ask them, then pull again; what stays missing is not zero and is never entered" if rows else "")


def told_missing(run: Run) -> tuple[str, str, str] | None:
    """The line of the pre-flight, where the company asks for it: who probably misses time."""
    is_out = any(record.type == "export" and record.day("period_end") == run.period_end for record in run.records())
    if chosen(run).missing != "tell" or is_out:
        return None
    try:
        found = forecast(run, _yesterday(run))
    except EtlError as error:   # another line of the pre-flight says what is missing for it
        return QUESTION, "note", f"cannot be told yet: {' '.join(error.what.split())}"
    names = found["missing_time"]["employee_name"].to_pylist()
    if not found["days_told"].num_rows:
        return QUESTION, "note", "nothing has landed for this period yet"
    if not names:
        return QUESTION, "ok", "nobody's, by their own usual weeks"
    command = f"timebooks auto missing --company {run.company} --period-end {run.period_end}"
    return QUESTION, "note", f"{len(names)} person(s): {_few(names)}; {command}"


def forecast(run: Run, as_of: date) -> dict[str, pa.Table]:
    """missing_time, days_missing, days_told of the period and usual_days, from what has landed and the history."""
    fresh = start(run.company, run.period_end, run.workspace.root, person=run.person, in_memory=True)
    if not fresh.pulls():
        raise RefusedError(
            "NOTHING_PULLED", what=f"Nothing has been pulled for {run.company}",
            where=run.shown(run.workspace.landing(run.company)),
            fix=f"Pull first: timebooks step pull --company {run.company} --period-end {run.period_end}")
    weeks, own = past_periods(fresh), chosen(fresh)
    try:
        with fresh.engine() as engine:
            stage(fresh, engine, fresh.pulls())
            engine.run(MAP)
            engine.put("map_holidays", fresh.mappings.tables["map_holidays"])
            engine.put("map_holiday_pay", fresh.mappings.tables["map_holiday_pay"])
            engine.run(FORECAST_FROM_RUN)
            put_past(engine, weeks, history_of(fresh, own), own, as_of)
            engine.run(FORECAST)
            found = {name: engine.fetch(name) for name in _TABLES}
            told = engine.fetch("days_told")
    finally:
        fresh.end()
    return found | {"days_told": told.filter(pa.array(
        [day in fresh.owned for day in told["worked_on"].to_pylist()], pa.bool_()))}


def put_past(
    engine: Engine, weeks: Sequence[dict[str, Any]], before: pa.Table, own: Forecast, as_of: date,
) -> None:
    """Store what the statements of FORECAST read beside the period itself."""
    engine.put("periods_exported", pa.Table.from_pylist(list(weeks), schema=PERIODS))
    engine.put("forecast_history", before)
    engine.put("forecast_parameters", pa.Table.from_pylist([{
        "as_of": as_of, "weeks": own.weeks, "least_weeks": own.least_weeks, "likely_percent": own.likely_percent,
        "certain_percent": own.certain_percent}], schema=PARAMETERS))


def past_periods(run: Run) -> list[dict[str, Any]]:
    """The pay periods of every group that were exported before this one: what the history knows completely."""
    ends = {record.day("period_end") for record in run.records() if record.type == "export"}
    return [{"pay_group": pay.pay_group, "period_start": pay.period.start, "period_end": pay.period.end}
            for pay in run.mappings.pay_periods if pay.period.end in ends and pay.period.end < run.period_end]


def history_of(run: Run, own: Forecast) -> pa.Table:
    """The days of the weeks before the period that the history holds; none where nothing was exported."""
    if not any(record.type == "export" for record in run.records()):
        return HISTORY.empty_table()
    settle_history(run.workspace)
    first = min(pay.period.start for pay in run.pay_periods)
    last = max(pay.period.start for pay in run.pay_periods)
    asked = {"company": run.company, "first_day": first - timedelta(days=7 * own.weeks), "period_start": last}
    table = history.query(run.workspace, statement("forecast_history"), asked, limit=_ALL_ROWS)
    return table.select(HISTORY.names).cast(HISTORY)


def chosen(run: Run) -> Forecast:
    """What the company has declared, else the defaults."""
    return run.settings.forecast or Forecast()


def _yesterday(run: Run) -> date:
    """By the company's own clock."""
    return run.now().astimezone(ZoneInfo(run.settings.company.zone)).date() - DAY


def _compared(found: dict[str, pa.Table], own: Forecast) -> str:
    seen = max(found["usual_days"]["weeks_seen"].to_pylist(), default=0)
    return (f"each person's own weeks, at most {own.weeks}, {seen} in the history; usual: a day worked in "
            f"{own.likely_percent} % of them, nearly always: {own.certain_percent} %")


def _silent(table: pa.Table) -> str:
    return f"{_few(table['employee_name'].to_pylist())}: nothing for two weeks; the draft tells them (TE136)"


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_SHOWN} more" if len(names) > _MOST_SHOWN else ""
    return f"{', '.join(names[:_MOST_SHOWN])}{more}"


def _nobody(missing: Sequence[dict[str, Any]]) -> list[str]:
    """Days of which several people were expected and nobody has told anything."""
    days = {row["day"]: row["count_expected"] for row in missing if not row["count_told"] and row["count_expected"] > 2}
    return [f"nobody of {count} has time on {day}; if it is one, holidays.csv lacks it"
            for day, count in sorted(days.items())]
