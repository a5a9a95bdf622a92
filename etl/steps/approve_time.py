"""Approve the hours of persons' weeks, bound to what they are now; anything that changes voids it."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from etl.errors import RefusedError
from etl.sql.order import MAP
from etl.steps.map_entries import stage
from etl.steps.outcome import NEW_LINE, Outcome
from etl.steps.run import Run
from etl.steps.signing import end_of
from etl.steps.time_inputs import APPROVE, HERE, approvals_digest, hold, is_own, names_of, refuse_own
from etl.steps.trusted import SANDBOX_APPROVER, SIGNED
from etl.store.batches import Draft
from etl.store.evidence import Sheet, append_evidence
from etl.store.records import Record
from etl.trust.standing import EVERYWHERE
from etl.trust.statements import APPROVE_TIME
from etl.units import clock_hours
from etl.workspace import is_sandbox

_TO_WEEKS = MAP[: MAP.index("entries_unapproved") + 1]
_LINE = ("entry_id", "worked_on", "worked_seconds", "place", "billable", "note_mark", "line")
Rows = list[dict[str, Any]]


def time_waiting(run: Run) -> Outcome:
    """The person-weeks of the run's calculation window with hours by project, those that wait first; reads only."""
    refuse_not_asked(run)
    weeks, lines = weeks_now(run)
    waiting = [week for week in weeks if week["state"] != "approved"]
    return Outcome(
        title=f"{len(waiting)} of {len(weeks)} person-week(s) wait for an approval",
        facts=(("shown", _shown(waiting)),) if waiting else (),
        headings=("employee", "name", "week", "hours", "by project", "state"),
        rows=tuple(
            (week["employee_id"], week["employee_name"], str(week["week"]), clock_hours(week["seconds"]),
             by_project(lines[week["employee_id"], week["week"]]), week["told"])
            for week in sorted(weeks, key=lambda week: week["state"] == "approved")),
        next_step=f"timebooks approve time --company {run.company} --period-end {run.period_end} --seen "
        f"{_shown(waiting)} --person ID" if waiting else "")


def approve_time(
    run: Run, *, employees: Sequence[str] = (), weeks: Sequence[str] = (), seen: str = "", person: str | None = None,
) -> Outcome:
    """Record that a person approves these weeks as they are now, in one statement; by default all of the own team.

    `seen`: the digest that the list showed. Raises RefusedError TIME_OWN for the approver's own week, TIME_SEEN where
    the weeks are others by now, TIME_NOTHING where none waits.
    """
    who = person or (SANDBOX_APPROVER if is_sandbox(run.company) else run.person)
    run.permit("approve_time", who)
    refuse_not_asked(run)
    with run.locked("approving hours"):
        found, lines = weeks_now(run)
        waiting = [week for week in found if week["state"] != "approved"]
        if seen and _shown(waiting) != seen:
            raise RefusedError("TIME_SEEN", what="The weeks that wait are not those that the list showed",
                               where=f"{run.company}, period to {run.period_end}",
                               fix="Look at timebooks approve time --show again and approve what it shows.")
        chosen = own_team(run, who, named(waiting, employees, weeks), is_named=bool(employees))
        if not chosen:
            raise RefusedError("TIME_NOTHING", what=f"No week waits for {who}",
                               where=f"{run.company}, period to {run.period_end}",
                               fix="Look at timebooks approve time --show.")
        said = said_of(chosen)
        records, trust, given = run.records(), run.trust(), None
        if trust is not None and trust.signs(who):
            given = trust.statement(
                APPROVE_TIME, {"company": run.company, "weeks": said, "log": end_of(records)}, who, run.now())
            hold(trust, records, given, said, len(records) + 1, names_of(run))
        record = recorded(run, who, said, [lines[week["employee_id"], week["week"]] for week in chosen], given)
    left = len(waiting) - len(chosen)
    return Outcome(
        title=f"{len(chosen)} person-week(s) approved by {who}, record {record.number}"
        + (f"; {left} wait for somebody else" if left else ""),
        headings=("employee", "name", "week", "hours", "by project"),
        rows=tuple((week["employee_id"], week["employee_name"], str(week["week"]), clock_hours(week["seconds"]),
                    by_project(lines[week["employee_id"], week["week"]])) for week in chosen),
        next_step=f"timebooks week --company {run.company} --period-end {run.period_end}")


def week_states(run: Run) -> dict[str, str]:
    """Of each person whether the week of the run is approved as it is now: approved, changed or waiting; reads only."""
    weeks, _ = weeks_now(run)
    order = ("approved", "changed", "waiting")   # of several weeks the one that is furthest from done
    states: dict[str, str] = {}
    for week in weeks:
        states[week["employee_id"]] = max(states.get(week["employee_id"], "approved"), week["state"], key=order.index)
    return states
def named(weeks: Rows, employees: Sequence[str], begins: Sequence[str]) -> Rows:
    """Of these weeks those of the named employees that begin on the named days; nothing named is everything."""
    return [week for week in weeks if (not employees or week["employee_id"] in employees)
            and (not begins or str(week["week"]) in begins)]


def said_of(weeks: Rows) -> Rows:
    """Weeks as a statement names them."""
    return [{"employee": week["employee_id"], "week": str(week["week"]), "content": week["content"],
             "seconds": week["seconds"], "entries": week["count_entries"]} for week in weeks]


def lined(said: Rows, lines: Sequence[Rows]) -> Rows:
    """The same with the entries behind each, as evidence keeps them."""
    return [{**one, "lines": [{name: line[name] if isinstance(line[name], int) else str(line[name]) for name in _LINE}
                              for line in own]} for one, own in zip(said, lines, strict=True)]


def recorded(run: Run, who: str, said: Rows, lines: Sequence[Rows], given: Mapping[str, Any] | None) -> Record:
    """The record of an approval of these weeks, the entries behind them among the evidence."""
    content = {"format": 1, "kind": "time-approval", "approved_by": who, "log": end_of(run.records()),
               "weeks": lined(said, lines)}
    body = {"weeks": said, **({} if given is None else {SIGNED: dict(given)})}
    return append_evidence(run.workspace, run.company, run.period_end, Sheet(
        "time-approval", content, APPROVE, body), person=who, now=run.now())


def refuse_changed_approvals(run: Run, draft: Draft) -> None:
    """Nothing, where the approvals of hours are those the draft was made with; otherwise RefusedError TIME_CHANGED."""
    known = [item["digest"] for item in draft.manifest["inputs"] if item["kind"] == "time_approvals"]
    now = [approvals_digest(run)] if run.settings.approval.time in HERE else []
    if known != now:
        raise RefusedError(
            "TIME_CHANGED", what="Approvals of hours changed since this draft was made",
            where=f"draft batch {draft.batch:04d} revision {draft.revision}",
            fix=f"Run timebooks week --company {run.company} --period-end {run.period_end} again and have the new "
            "draft approved.")


def refuse_not_asked(run: Run) -> None:
    """Nothing, where approvals of hours given here count; otherwise RefusedError TIME_NOT_ASKED."""
    if run.settings.approval.time not in HERE:
        raise RefusedError(
            "TIME_NOT_ASKED", what="Approvals of hours given here do not count in this company",
            where=f"mappings/{run.company}/company.toml, [approval] time", fix='Set time = "here", "either" or "both".')


def weeks_now(run: Run) -> tuple[Rows, dict[tuple[str, Any], Rows]]:
    """Every person-week of the window with its state, and the lines behind each."""
    with run.engine() as engine:
        stage(run, engine, run.pulls())
        engine.run(_TO_WEEKS)
        contents = engine.fetch("week_contents").to_pylist()
        lines: dict[tuple[str, Any], Rows] = defaultdict(list)
        for line in sorted(engine.fetch("week_lines").to_pylist(), key=lambda line: (line["entry_id"], line["line"])):
            lines[line["employee_id"], line["week"]].append(line)
        given = {(row["employee_id"], row["week"]): row for row in engine.fetch("time_approvals").to_pylist()}
        changed = {(row["employee_id"], row["week"]): row for row in engine.fetch("weeks_changed").to_pylist()}
    for week in contents:
        key = week["employee_id"], week["week"]
        if key not in given:
            week |= {"state": "waiting", "told": "waiting"}
        elif given[key]["content"] == week["content"]:
            week |= {"state": "approved", "told": f"approved by {given[key]['approver']}"}
        else:
            week |= {"state": "changed", "told": f"approved by {given[key]['approver']}, then {changed[key]['told']}"}
    return sorted(contents, key=lambda week: (week["employee_id"], week["week"])), lines


def _shown(waiting: Rows) -> str:
    """A digest over the weeks of a list, so that what is approved is what was seen."""
    said = "".join(f"{week['employee_id']}\t{week['week']}\t{week['content']}\n" for week in waiting)
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def own_team(run: Run, who: str, asked: Rows, *, is_named: bool) -> Rows:
    """The weeks this person may approve; one that was named and is not among them is refused."""
    trust, own = run.trust(), names_of(run)
    team: Collection[str] = {EVERYWHERE}
    names = {who}
    if trust is not None and trust.signs(who):
        standing = trust.people.now()
        team = standing.grants(who, run.company)["time_approver"].team
        names = {who, standing.names[who]}
    is_alone = run.settings.company.policy == "single_person"
    if is_named:
        if not is_alone:
            refuse_own(names, [week["employee_id"] for week in asked], own)
        return asked   # the team is looked at with the signature
    return [week for week in asked if (EVERYWHERE in team or week["employee_id"] in team)
            and (is_alone or not is_own(names, own[week["employee_id"]]))]


def by_project(lines: Rows) -> str:
    """Hours by project, a line each."""
    sums: dict[str, int] = defaultdict(int)
    for line in lines:
        sums[line["place"].partition(" / ")[0]] += line["worked_seconds"] or 0
    return NEW_LINE.join(f"{place} {clock_hours(seconds)}" for place, seconds in sorted(sums.items()))
