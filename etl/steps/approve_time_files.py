"""Hours approved from elsewhere by files, for many periods at once, and taken back."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from etl.errors import DamageError, EtlError, RefusedError
from etl.settings import COMPANY_ID
from etl.steps.approve_time import (
    approve_time,
    by_project,
    lined,
    named,
    own_team,
    recorded,
    refuse_not_asked,
    said_of,
    weeks_now,
)
from etl.steps.outcome import NEW_LINE, Outcome
from etl.steps.people import read_signed
from etl.steps.request_file import REQUEST, WEEKS, need_list, unasked, write_request
from etl.steps.run import Run, place_of, start
from etl.steps.signing import end_of
from etl.steps.time_inputs import APPROVE, hold, names_of
from etl.steps.trusted import SIGNED, refuse_no_reason
from etl.store import audit_log, files
from etl.store.evidence import Filed, Sheet, append_evidence
from etl.store.records import Record
from etl.strict_json import load
from etl.trust.judge import refuse_old, refuse_taken_back, refuse_times
from etl.trust.standing import EVERYWHERE
from etl.trust.statements import APPROVE_TIME, WITHDRAW, head, opened
from etl.units import clock_hours

_HEADINGS = ("employee", "week", "hours", "entries", "by project")
_FIELD = "\x1f"   # between the fields of an entry's line, in the order of etl/sql/rules/week_lines.sql
_SECONDS, _PLACE = 3, slice(4, 7)


def request_time(
    run: Run, file: Path, *, employees: Sequence[str] = (), weeks: Sequence[str] = (), approver: str = "",
) -> Outcome:
    """A file for a time approver elsewhere: the weeks that wait, every entry of them, and where the audit log ends.

    `approver`: only the weeks of this person's team, never the own one.
    """
    run.permit(REQUEST)
    if approver:
        run.permit("approve_time", approver)
    refuse_not_asked(run)
    trust = need_list(run.trust())
    with run.locked("requesting an approval"):
        found, lines = weeks_now(run)
        asked = named([week for week in found if week["state"] != "approved"], employees, weeks)
        chosen = own_team(run, approver, asked, is_named=False) if approver else asked
        if not chosen:
            raise RefusedError("TIME_NOTHING", what="No such week waits for an approval",
                               where=f"{run.company}, period to {run.period_end}",
                               fix="Look at timebooks approve time --show.")
        said, behind = said_of(chosen), [lines[week["employee_id"], week["week"]] for week in chosen]
        log = end_of(run.records())
        digest = write_request(file, trust, WEEKS, {
            "company": run.company, "period_end": run.period_end.isoformat(), "log": log, "weeks": [
                {**one, "lines": [line["line"] for line in own]} for one, own in zip(said, behind, strict=True)]})
        content = {"format": 1, "kind": "time-request", "request": digest, "weeks": lined(said, behind)}
        append_evidence(run.workspace, run.company, run.period_end, Sheet(
            "time-request", content, REQUEST, {"weeks": said, "log": log, "request": digest}),
            person=run.person, now=run.now())
    return Outcome(
        title=f"request over {len(said)} person-week(s) written", facts=(("file", str(file)), ("digest", digest[:12])),
        headings=_HEADINGS,
        rows=tuple((one["employee"], one["week"], clock_hours(one["seconds"]), one["entries"], by_project(own))
                   for one, own in zip(said, behind, strict=True)),
        next_step=f"the approver: timebooks approve sign {file.name} ANSWER --person ID; then timebooks approve time "
        "--answer ANSWER here")


def weeks_shown(said: Mapping[str, Any], person: str, digest: str) -> tuple[dict[str, Any], Outcome]:  # noqa: ARG001
    """What an approver elsewhere signs, and what they see: both from the entries themselves, proven by their digest.

    Raises RefusedError STATEMENT_FORM where a week is not what its entries add up to.
    """
    weeks, rows = [], []
    for week in said["weeks"]:
        own = {name: value for name, value in week.items() if name != "lines"}
        weeks.append(own)
        rows.append(_week_shown(own, week.get("lines")))
    return {"company": said["company"], "weeks": weeks, "log": said["log"]}, Outcome(
        title=f"{len(weeks)} person-week(s) of {said['company']} signed by {person}", headings=_HEADINGS,
        rows=tuple(rows), next_step="send the answer back; what changes there meanwhile is void")


def _week_shown(week: Mapping[str, Any], lines: object) -> tuple[str, ...]:
    if not isinstance(lines, list) or not all(isinstance(line, str) and line.count(_FIELD) == 9 for line in lines):
        raise _wrong(week, "its entries cannot be read")
    entries = [line.split(_FIELD) for line in lines]
    seconds = sum(int(entry[_SECONDS] or 0) for entry in entries if entry[_SECONDS].removeprefix("-").isdecimal())
    said = (hashlib.sha256("\n".join(lines).encode()).hexdigest(), seconds, len(lines))
    if said != (week.get("content"), week.get("seconds"), week.get("entries")):
        raise _wrong(week, "its entries are not what it says")
    sums: dict[str, int] = defaultdict(int)
    for entry in entries:
        sums[" : ".join(filter(None, entry[_PLACE])) or "(none)"] += int(entry[_SECONDS] or 0)
    return (str(week["employee"]), str(week["week"]), clock_hours(seconds), str(len(lines)), NEW_LINE.join(
        f"{place} {clock_hours(own)}" for place, own in sorted(sums.items())))


def take_in_time(file: Path, *, person: str | None = None, workspace: str | Path | None = None) -> Outcome:
    """The approval in a signed answer, as it was asked for; weeks that moved since are void from the start.

    Taking it in twice changes nothing. Raises RefusedError for what nobody asked, what is older than thirty days, what
    was taken back, and for everything that would stop an approval given here.
    """
    given = read_signed(file).as_json()
    said = opened(given, APPROVE_TIME)[1]
    company, place = said["company"], place_of(workspace)
    records = audit_log.read_log(place, company) if COMPANY_ID.fullmatch(company) else ()
    asked = next((record for record in records if record.type == REQUEST and record.body.get("weeks") == said["weeks"]
                  and record.body.get("log") == said["log"]), None)
    if asked is None:
        raise unasked(company[:40])
    run = start(company, asked.day("period_end"), place.root, person=person, in_memory=True)
    run.permit("take_in_answer")
    refuse_not_asked(run)
    with run.locked("taking an approval of hours in"):
        records, now = run.records(), run.now()
        refuse_taken_back(given, None, records, len(records) + 1)
        known = [record for record in records if record.type == APPROVE
                 and record.body.get(SIGNED, {}).get("payload") == given["payload"]]
        if known:
            return _taken(run, said, known[-1], "was approved already")
        signed = hold(need_list(run.trust()), records, given, said["weeks"], len(records) + 1, names_of(run))
        refuse_times(signed, None, now)
        refuse_old(signed, now)
        behind = {(week["employee"], week["week"]): week["lines"] for week in _kept(run, asked)}
        record = recorded(run, signed.person, said["weeks"],
                          [behind[week["employee"], week["week"]] for week in said["weeks"]], given)
    return _taken(run, said, record, "approved")


def approve_time_list(
    wanted: Sequence[tuple[str, date]], *, person: str | None = None, workspace: str | Path | None = None,
) -> Outcome:
    """The own team's weeks of many periods, one statement each; a period in which none waits is told in its row."""
    rows, refused = [], 0
    for company, day in wanted:
        try:
            run = start(company, day, place_of(workspace).root, person=person, in_memory=True)
            done = approve_time(run, person=person)
            rows.append((company, day.isoformat(), len(done.rows), "approved"))
        except EtlError as error:
            refused += error.code != "TIME_NOTHING"
            rows.append((company, day.isoformat(), 0, f"{error.what} ({error.code})"))
    return Outcome(
        title=f"{sum(int(row[2]) for row in rows)} person-week(s) approved in {len(rows)} period(s)",
        headings=("company", "period", "weeks", "what was done"), rows=tuple(rows), exit_code=1 if refused else 0,
        next_step="look at what was refused" if refused else "run the weeks again")


def withdraw_time(run: Run, reason: str, *, record: int | None = None, person: str | None = None) -> Outcome:
    """Take an approval of hours back: its weeks wait again, and the same statement approves nothing any more.

    `record`: which one; by default the person's newest. Raises RefusedError NOT_APPROVED where there is none.
    """
    who = person or run.person
    run.permit("withdraw_time", who)
    refuse_no_reason(reason, "Taking an approval back")
    with run.locked("taking an approval of hours back"):
        records, trust = run.records(), run.trust()
        gone = {one.body.get("approval") for one in records if one.type == WITHDRAW}
        found = [one for one in records if one.type == APPROVE and one.number not in gone
                 and one.number == (record or one.number) and (record or one.person == who)]
        if not found:
            raise RefusedError("NOT_APPROVED", what="There is no approval of hours to take back",
                               where=f"{run.company}, record {record}" if record else f"{run.company}, by {who}",
                               fix="Give its record with --record, as timebooks approve time printed it.")
        given, body = found[-1], {"period_end": found[-1].text("period_end"), "approval": found[-1].number,
                                  "reason": reason.strip()}
        signed: dict[str, Any] = {}
        if trust is not None and trust.signs(who):
            team = trust.people.now().grants(who, run.company)["time_approver"].team
            _refuse_other_team(run, who, team, given)
            fields = {"company": run.company, "approval": head(given.number, given.digest), "reason": reason.strip()}
            signed = {SIGNED: trust.statement(WITHDRAW, fields, who, run.now())}
        audit_log.append(run.workspace, run.company, WITHDRAW, {**body, **signed}, person=who, now=run.now())
    return Outcome(
        title=f"the approval of {len(given.body['weeks'])} person-week(s), record {given.number} by {given.person}, is "
        f"taken back by {who}",
        next_step=f"timebooks approve time --company {run.company} --period-end {run.period_end} --show")


def _refuse_other_team(run: Run, who: str, team: frozenset[str], given: Record) -> None:
    others = sorted({week["employee"] for week in given.body["weeks"]} - team)
    if others and EVERYWHERE not in team:
        raise RefusedError("NOT_PERMITTED", what=f"{others[0]} is not of {who}'s team", where=f"{run.company}, {who}",
                           fix="Have the time approver of the team take it back.")


def _kept(run: Run, asked: Record) -> list[dict[str, Any]]:
    """The entries that a request was about, from the evidence, proven. Raises DamageError."""
    named_file = asked.body["evidence"]
    filed = Filed(asked.day("period_end"), named_file["file"], named_file["sha256"], asked)
    content = files.read_bytes(filed.path(run.workspace))
    if files.sha256_bytes(content) != filed.digest:
        raise DamageError("DAMAGE", what="What was asked for is not what it was", where=run.shown(
            filed.path(run.workspace)), fix="Restore it from the backup, or write a new request.")
    weeks: list[dict[str, Any]] = load(content)["weeks"]
    return weeks


def _taken(run: Run, said: Mapping[str, Any], record: Record, what: str) -> Outcome:
    now = {(week["employee_id"], str(week["week"])): week for week in weeks_now(run)[0]}
    rows = []
    for week in said["weeks"]:
        own = now.get((week["employee"], week["week"]))
        moved = "the week is empty now" if own is None else own["told"] if own["state"] != "approved" else ""
        rows.append((week["employee"], week["week"], clock_hours(week["seconds"]), f"void: {moved}" if moved else what))
    void = sum(row[3].startswith("void") for row in rows)
    return Outcome(
        title=f"{len(rows) - void} of {len(rows)} person-week(s) approved by {said['person']}, record {record.number}",
        headings=("employee", "week", "hours", "what was done"), rows=tuple(rows), exit_code=1 if void else 0,
        next_step=f"timebooks week --company {run.company} --period-end {run.period_end}")


def _wrong(week: Mapping[str, Any], why: str) -> RefusedError:
    return RefusedError("STATEMENT_FORM", what=f"A week of the request cannot be signed: {why}",
                        where=f"{str(week.get('employee'))[:40]}, week from {str(week.get('week'))[:10]}",
                        fix="Have the request written again: timebooks approve time --request FILE")
