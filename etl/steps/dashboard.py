"""The dashboard's views: figures by statements, cut to what the reader's roles may see before anything is rendered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from etl.errors import RefusedError
from etl.pages.charts import Chart, hours_bars
from etl.pages.views import MOST_SHOWN, STYLE, ViewPart, render_week, table_of
from etl.settings import read_settings
from etl.sql.dashboard_order import DASHBOARD
from etl.sql.run import Engine
from etl.steps.dashboard_figures import Figures, gather
from etl.steps.outcome import Outcome
from etl.steps.run import person_of, place_of, read_day
from etl.steps.trusted import people_of, practice_people
from etl.store import files
from etl.trust.permissions import PREPARER
from etl.trust.standing import Grant
from etl.trust.views import Reach, ViewColumn, reach
from etl.units import clock_hours, money
from etl.workspace import Workspace, is_sandbox

_RIGHT = ("seconds", "count", "rate", "amount")
_MOST_JOBS = 12


@dataclass(frozen=True)
class View:
    """One view: its name in etl/trust/views.csv, what it is called, the statement behind it, what to say when empty."""

    name: str
    title: str
    statement: str
    text: str
    empty: str


VIEWS: tuple[View, ...] = (   # a further view is one line here, its statement, and its columns in views.csv
    View("periods", "Where each period stands", "period_states", "As timebooks status says it.",
         "No period has begun."),
    View("approvals", "Waiting for approval", "approval_backlog",
         "Drafts, hours and edits that wait for somebody's word, the oldest first.", "Nothing waits for an approval."),
    View("exceptions", "Open exceptions", "exceptions_followed",
         "Whose they are, how old, and until when; payroll and billing first, then the oldest.",
         "No exception is open."),
    View("unmapped", "Unmapped work", "unmapped_work",
         "Names without a row in the cross-references. Their time is held for cost and billing; pay goes on.",
         "Every name in use is mapped."),
    View("hours", "Hours by project", "hours_by_project", "Exported, and drafted so far.",
         "No hours yet."),
    View("pay", "Hours and pay by person", "pay_by_person", "Exported, and drafted so far.",
         "No payroll yet."),
    View("calls", "Calls to trackers", "api_health",
         "The newest calls of the ops log by connection and day: how many failed, how long they took.",
         "No tracker has been called; files come through the inbox."),
)


@dataclass(frozen=True)
class Seen:
    """One view as one reader sees it: only rows and columns that the roles allow."""

    view: View
    columns: tuple[ViewColumn, ...]
    rows: pa.Table


def roles_of(place: Workspace, company: str, person: str, *, is_owner: bool = False) -> Mapping[str, Grant]:
    """The roles a person holds in a company now. `is_owner`: who started the dashboard where there is no people list.

    Without a people list there are no roles: whoever can start it owns the files, and sees what a preparer sees.
    """
    if is_sandbox(company):
        policy = read_settings(place.mappings(company) / "company.toml", company).company.policy
        return practice_people(company, policy).now().grants(person, company)
    people = people_of(place)
    if people is None:
        return {PREPARER: Grant(PREPARER)} if is_owner else {}
    return people.now().grants(person, company)


def seen(figures: Figures, held: Mapping[str, Grant], scratch: Path) -> list[Seen]:
    """Every view that these roles may see, in order; rows and columns are cut before anything leaves the database."""
    reached = {view.name: found for view in VIEWS if (found := reach(view.name, held, figures.nameless)) is not None}
    if not reached:
        return []
    with Engine(None, scratch, [scratch]) as engine:
        for name, table in {**figures.tables, **_reader(figures, reached)}.items():
            engine.put(name, table)
        at = DASHBOARD.index("work_to_map")
        engine.run(DASHBOARD[:at])
        engine.put("entries_to_map", engine.fetch("held_entries"))   # what it reads, by its own name
        engine.run(DASHBOARD[at:])
        return [_cut(engine, view, reached[view.name]) for view in VIEWS if view.name in reached]


def _reader(figures: Figures, reached: Mapping[str, Reach]) -> dict[str, pa.Table]:
    """Who reads, as tables for the statements: a view that is not named is seen by nobody."""
    team: frozenset[str] = frozenset().union(*(one.team or () for one in reached.values()))
    return {
        "reader": pa.table({"view": pa.array([*reached, "none"]),
                            "is_all": pa.array([*(one.team is None for one in reached.values()), False])}),
        "team": pa.table({"employee_id": pa.array(sorted(team), pa.string())}),
        "reading": pa.table({"today": pa.array([figures.today], pa.date32())}),
    }


def _cut(engine: Engine, view: View, own: Reach) -> Seen:
    rows = engine.fetch(view.statement)
    return Seen(view, own.columns, rows.select([column.name for column in own.columns]))


def part_of(one: Seen, forms: Sequence[tuple[str, str]] = (), most: int = MOST_SHOWN) -> ViewPart:
    """The view for a screen: at most so many rows, each cell as a person reads it."""
    shown = one.rows.slice(0, most).to_pylist()
    return ViewPart(
        one.view.name, one.view.title, one.view.text, one.view.empty,
        tuple(column.heading for column in one.columns), tuple(column.kind in _RIGHT for column in one.columns),
        [tuple(_shown(row, column) for column in one.columns) for row in shown], one.rows.num_rows, tuple(forms))


def _shown(row: Mapping[str, Any], column: ViewColumn) -> str:
    value = row[column.name]
    if value is None:
        return ""
    if column.kind == "seconds":
        return clock_hours(value)
    if column.kind == "count":
        return f"{value:,}"
    if column.kind == "rate":
        return f"{value:,.6f}".rstrip("0").ljust(f"{value:,.6f}".index(".") + 3, "0")
    if column.kind == "amount":
        return money(value, row["currency"])
    return str(value)


def hours_by_job(one: Seen) -> Chart | None:
    """Bars of the largest jobs of the newest period in the view of hours; None where there is none."""
    rows = one.rows.to_pylist()
    newest = [row for row in rows if row["period_end"] == rows[0]["period_end"] and row["worked_seconds"]]
    if not newest:
        return None
    largest = newest[:_MOST_JOBS]
    more = f", the {_MOST_JOBS} largest of {len(newest)}" if len(newest) > _MOST_JOBS else ""
    kinds = [(column.heading.lower(), column.name) for column in one.columns if column.kind == "seconds"]
    values: list[dict[str, str | int]] = [
        {"name": str(row["customer_job"]), "kind": kind, "seconds": int(row[name] or 0)}
        for row in largest for kind, name in kinds[:1]]
    return hours_bars(f"Hours worked by project, period to {newest[0]['period_end']}{more}", values,
                      kinds=[kind for kind, _ in kinds[:1]])


def week_page(
    workspace: str | Path | None, company: str, period_end: str | date, *, person: str | None = None,
) -> Outcome:
    """Write reports/<company>/<period>/week.html: what the person may see of one period, as one page without a script.

    Raises RefusedError NOT_PERMITTED where the person holds no role here.
    """
    place, day = place_of(workspace), read_day(period_end, "--period-end")
    who = person or person_of(company)
    held = roles_of(place, company, who, is_owner=True)
    figures = gather(place, company)
    views = [_of_period(one, day) for one in seen(figures, held, place.scratch(company) / "dashboard")]
    if not views:
        raise nobody(who, company)
    content = render_week(
        figures.name, f"period to {day}, as of {figures.today}",
        [part_of(one, most=one.rows.num_rows) for one in views],
        banner="SANDBOX: a practice company, its figures are made up" if is_sandbox(company) else "")
    path = place.period(company, day) / "week.html"
    files.make_folder(path.parent)
    files.rewrite(path, content)
    return Outcome(
        title=f"{figures.name}, period to {day}: one page of {len(views)} views, as {', '.join(sorted(held))} sees it",
        facts=(("page", path.relative_to(place.root).as_posix()),
               *((one.view.title, f"{one.rows.num_rows:,} row(s)") for one in views)),
        next_step="keep the page as confidential as the payroll")


def _of_period(one: Seen, day: date) -> Seen:
    """The rows of one period where a view tells periods apart; all of them where it does not."""
    if "period_end" not in one.rows.column_names:
        return one
    wanted = [at for at, end in enumerate(one.rows["period_end"].to_pylist()) if end is None or end == day]
    return Seen(one.view, one.columns, one.rows.take(pa.array(wanted, pa.int64())))


def nobody(person: str, company: str) -> RefusedError:
    """This person sees nothing of this company."""
    return RefusedError(
        "NOT_PERMITTED", what=f"{person} holds no role in {company} that sees a view of the dashboard", where=company,
        fix="Have administrators grant one: timebooks company people grant.")


def titles_of(place: Workspace, company: str, held: Mapping[str, Grant]) -> list[tuple[str, str]]:
    """Name and title of each view that these roles see at all."""
    nameless = read_settings(place.mappings(company) / "company.toml", company).dashboard.names_hidden_from
    return [(view.name, view.title) for view in VIEWS if reach(view.name, held, nameless) is not None]


TABLE_STYLE = STYLE + ".wide{max-height:34rem;overflow:auto}thead th{position:sticky;top:0}"


def html_of(one: Seen, forms: Sequence[tuple[str, str]]) -> str:
    """The view for the live page."""
    return table_of(part_of(one, forms))
