"""What a run knows of approved hours: the weeks approved here that count, and what the trackers say of entries."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa

from etl.errors import EtlError, RefusedError
from etl.periods import DAY, Period
from etl.sources.pulling import standings
from etl.sql.run import Engine
from etl.steps.connections import read_window
from etl.steps.run import Run
from etl.steps.trusted import SIGNED, Trust
from etl.store import files, landing
from etl.store.approvals import is_same_person
from etl.store.evidence import all_filed
from etl.store.records import Record
from etl.strict_json import load
from etl.trust.judge import Signed, refuse_others, refuse_role, refuse_taken_back
from etl.trust.standing import EVERYWHERE
from etl.trust.statements import APPROVE_TIME, WITHDRAW

APPROVE = "approve_time"
HERE = ("here", "either", "both")
_THERE = ("tracker", "either", "both")
_APPROVALS = pa.schema({
    "employee_id": pa.string(), "week": pa.date32(), "content": pa.string(), "approver": pa.string()})
LINES = pa.schema({
    "employee_id": pa.string(), "week": pa.date32(), "entry_id": pa.string(), "worked_on": pa.date32(),
    "worked_seconds": pa.int64(), "place": pa.string(), "billable": pa.string(), "note_mark": pa.string(),
    "line": pa.string()})
_STANDINGS = pa.schema({"entry_id": pa.string(), "standing": pa.string()})
_APPROVERS = pa.schema({"employee_id": pa.string(), "names": pa.string()})
_LET_THROUGH = pa.schema({"entry_id": pa.string()})


@dataclass(frozen=True)
class Week:
    """One person's week as somebody approved it here; `record` says so."""

    employee: str
    week: date
    content: str
    record: Record


def put_time_inputs(run: Run, engine: Engine) -> None:
    """Store what the decisions read about approved hours; without the setting, tables without a row."""
    source = run.settings.approval.time
    weeks = approved_weeks(run, run.window) if source in HERE else []
    engine.put("time_approvals", pa.Table.from_pylist(
        [{"employee_id": one.employee, "week": one.week, "content": one.content, "approver": one.record.person}
         for one in weeks], schema=_APPROVALS))
    engine.put("time_approval_lines", pa.Table.from_pylist(_lines(run, weeks), schema=LINES))
    engine.put("entry_standings", pa.Table.from_pylist(
        list(_standings(run)) if source in _THERE else [], schema=_STANDINGS))
    engine.put("approvers", pa.Table.from_pylist(_approvers(run) if source in HERE else [], schema=_APPROVERS))
    put_let_through(engine, [])


def put_let_through(engine: Engine, entries: Sequence[str]) -> None:
    """Entries that an exported period let through: a later change of theirs is a correcting line."""
    engine.put("let_through", pa.table({"entry_id": pa.array(entries, pa.string())}, schema=_LET_THROUGH))


def approved_weeks(run: Run, window: Period) -> list[Week]:
    """The newest approval of each person's week in a window that counts where it stands."""
    records, trust, own = run.records(), run.trust(), names_of(run)
    found: dict[tuple[str, date], Week] = {}
    for record in records:
        if record.type == APPROVE and _counts(trust, records, record, own, run.settings.company.policy):
            for said in record.body["weeks"]:
                week = date.fromisoformat(said["week"])
                if window.start - 14 * DAY <= week <= window.end:
                    found[said["employee"], week] = Week(said["employee"], week, said["content"], record)
        elif record.type == WITHDRAW:   # an older approval of these weeks does not come back to life by it
            at = record.body.get("approval")
            taken_back = records[at - 1] if isinstance(at, int) and 0 < at < record.number else record
            for said in taken_back.body["weeks"] if taken_back.type == APPROVE else ():
                found.pop((said["employee"], date.fromisoformat(said["week"])), None)
    return [found[key] for key in sorted(found)]


def approvals_digest(run: Run) -> str:
    """One digest over the weeks approved here that this run goes by."""
    lines = "".join(f"{one.employee}\t{one.week}\t{one.content}\n" for one in approved_weeks(run, run.window))
    return hashlib.sha256(lines.encode()).hexdigest()


def hold(
    trust: Trust, records: Sequence[Record], given: object, weeks: Sequence[Mapping[str, Any]], number: int,
    own: Mapping[str, set[str]],
) -> Signed:
    """The approval proven good for these weeks at this position: signature, role, own team, nobody's own hours.

    Raises RefusedError with the reason's own code.
    """
    signed = trust.bench(records).signed(given, APPROVE_TIME, number)
    grant = refuse_role(signed, trust.company, APPROVE)
    refuse_others(signed.said, {"company": trust.company, "weeks": list(weeks)})
    for said in weeks:
        if said["employee"] not in grant.team and EVERYWHERE not in grant.team:
            raise RefusedError(
                "NOT_PERMITTED", what=f"{said['employee']} is not of {signed.person}'s team",
                where=f"{trust.company}, roles of {signed.person}",
                fix="Have the time approver of the team approve it.")
    names = {signed.person, signed.standing.names.get(signed.person, signed.person)}
    if signed.standing.policies.get(trust.company) != "single_person":
        refuse_own(names, [said["employee"] for said in weeks], own)
    return signed


def refuse_own(names: set[str], employees: Sequence[str], own: Mapping[str, set[str]]) -> None:
    """Nothing, where the approver is none of these people; otherwise RefusedError TIME_OWN."""
    for employee in employees:
        if is_own(names, own.get(employee, {employee})):
            raise RefusedError("TIME_OWN", what=f"The week of {employee} is the approver's own", where="the approval",
                               fix="Ask another time approver.")


def is_own(names: set[str], known_as: set[str]) -> bool:
    """Whether an approver, by id and name, is a person as the cross-references and the trackers call them."""
    return any(is_same_person(name, other) or is_same_person(name, other.partition("@")[0])
               for name in names for other in known_as)


def names_of(run: Run) -> dict[str, set[str]]:
    """Every name that employees.csv has for a person."""
    names: dict[str, set[str]] = {}
    for row in run.mappings.rows("map_employees"):
        names.setdefault(row["employee_id"], {row["employee_id"]}).update({row["employee_name"], row["person_ref"]})
    return names


def _counts(
    trust: Trust | None, records: Sequence[Record], record: Record, own: Mapping[str, set[str]], policy: str,
) -> bool:
    weeks = record.body.get("weeks", [])
    try:
        if trust is None or (trust.is_practice and SIGNED not in record.body):
            if policy != "single_person":
                refuse_own({record.person}, [said["employee"] for said in weeks], own)
            return True
        if trust.signed(record, APPROVE_TIME, records) is not None:
            hold(trust, records, record.body[SIGNED], weeks, record.number, own)
            refuse_taken_back(record.body[SIGNED], None, records, record.number)
    except RefusedError:
        return False
    return True


def _lines(run: Run, weeks: Sequence[Week]) -> list[dict[str, Any]]:
    """What each of these weeks held when it was approved, from the evidence; nothing of one that was damaged."""
    filed = {item.record.number: item for item in all_filed(run.records()) if item.record.type == APPROVE}
    kept: dict[int, dict[tuple[str, str], list[dict[str, Any]]]] = {}
    rows = []
    for one in weeks:
        number = one.record.number
        if number not in kept:
            kept[number] = {}
            item = filed.get(number)
            try:
                content = files.read_bytes(item.path(run.workspace)) if item is not None else b""
            except EtlError:
                content = b""
            if item is not None and files.sha256_bytes(content) == item.digest:
                kept[number] = {(week["employee"], week["week"]): week["lines"] for week in load(content)["weeks"]}
        rows += [{**line, "employee_id": one.employee, "week": one.week,
                  "worked_on": date.fromisoformat(line["worked_on"])}
                 for line in kept[number].get((one.employee, str(one.week)), [])]
    return rows


def _standings(run: Run) -> Iterator[dict[str, Any]]:
    """What the newest pull of each connection says of each entry, read from the pages as they came."""
    found: dict[str, str] = {}
    for pull in run.pulls():
        if "connection" in pull.request and pull.request["completeness"] != "incomplete":
            with TemporaryDirectory(prefix="timebooks-standings-") as folder:
                pages = Path(folder) / "received.pages"
                pages.write_bytes(landing.received_bytes(run.workspace, run.company, pull))
                table = standings(pages, *read_window(dict(pull.request)), Path(folder) / "parts")
            found |= {f"{pull.drop}:{row['entry_ref']}": row["standing"] for row in table.to_pylist()}
    return ({"entry_id": entry, "standing": standing} for entry, standing in sorted(found.items()))


def _approvers(run: Run) -> list[dict[str, Any]]:
    """Who may approve each person's hours, in words."""
    trust = run.trust()
    standing = trust.people.now() if trust is not None else None
    rows = []
    for employee, known_as in sorted(names_of(run).items()):
        names = [person for person in sorted(standing.names) if standing is not None
                 and (grant := standing.grants(person, run.company).get("time_approver")) is not None
                 and {employee, EVERYWHERE} & grant.team
                 and not is_own({person, standing.names[person]}, known_as)] if standing is not None else []
        rows.append({"employee_id": employee, "names": " or ".join(names) or "a time approver"})
    return rows
