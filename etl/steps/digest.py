"""A person's own usual mistakes, with what to do about each and where it is taught; for that person and their lead."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from pathlib import Path

from etl.codes import codes
from etl.errors import RefusedError
from etl.mapping.load import load_mappings
from etl.sandbox.training.kinds import ROLES, kinds_of
from etl.steps.exceptions import settings_now
from etl.steps.outcome import Cell, Outcome
from etl.steps.run import person_of, place_of
from etl.steps.time_inputs import is_own
from etl.steps.trusted import trust_of
from etl.store import audit_log, batches
from etl.trust.permissions import TIME_APPROVER
from etl.trust.standing import EVERYWHERE
from etl.workspace import Workspace

OWN = (   # what whoever tracks the time can avoid; a missing row of the cross-references is nobody's entry
    *(f"TE{n:03}" for n in (1, 2, 3, 4, 5, 6, 13, 16, 19, 20, 21, 22, 23, 24, 50, 53, 54, 55, 56, 57, 58, 61, 62)),
    "TE071", "TE073", "TE076", "TE077", "TE100", "TE101",
)
_PERIODS = 8


def digest(
    company: str, employee: str, *, person: str | None = None, periods: int = _PERIODS,
    workspace: str | Path | None = None,
) -> Outcome:
    """What was found of one person's time in the newest periods, by cause, the most frequent first.

    Raises RefusedError DIGEST_PRIVATE for anybody but the person and the time approver of their team, and
    DIGEST_NOBODY where employees.csv does not know the person.
    """
    place, who = place_of(workspace), person or person_of(company)
    known_as = _names(place, company, employee)
    _refuse_strangers(place, company, employee, known_as, who)
    counted: Counter[str] = Counter()
    newest: dict[str, str] = {}
    latest: Counter[str] = Counter()
    records, periods_seen = audit_log.read_log(place, company), 0
    for at, (sealed, _) in enumerate(islice(batches.newest_of_each(place, company, records), periods)):
        periods_seen += 1
        columns = ["code", "entry_id", "employee_ref", "worked_on"]
        own = {(row["code"], row["entry_id"], row["worked_on"])
               for row in sealed.table("exceptions", columns).to_pylist()
               if row["code"] in OWN and row["employee_ref"] in known_as}
        for code, _, day in own:
            counted[code] += 1
            latest[code] += at == 0
            newest[code] = max(newest.get(code, ""), str(day or ""))
    rows: list[tuple[Cell, ...]] = [
        (code, codes()[code].title, count, latest[code], newest[code], codes()[code].fix, _lesson(code))
        for code, count in sorted(counted.items(), key=lambda item: (-item[1], item[0]))]
    return Outcome(
        title=f"{employee}: {sum(counted.values())} finding(s) in {periods_seen} period(s), "
        f"{sum(latest.values())} in the newest",
        facts=(("for", f"{employee} and their time approver"),),
        headings=("code", "what it is", "times", "newest period", "last on", "what helps", "to practice"),
        rows=tuple(rows), next_step="timebooks sandbox train --role time_approver" if rows else "")


def _names(place: Workspace, company: str, employee: str) -> set[str]:
    """Every name and address that employees.csv has for the person, at any time."""
    rows = load_mappings(place.mappings(company), company).rows("map_employees")
    names = {text for row in rows if row["employee_id"] == employee
             for text in (row["employee_id"], row["employee_name"], row["person_ref"])}
    if not names:
        raise RefusedError("DIGEST_NOBODY", what=f"employees.csv does not know {employee[:40]!r}",
                           where=f"mappings/{company}/employees.csv", fix="Give an employee_id that stands there.")
    return names


def _refuse_strangers(place: Workspace, company: str, employee: str, known_as: set[str], who: str) -> None:
    """Nothing for the person and whoever approves their hours by the people list."""
    policy = settings_now(place, company).company.policy
    trust = trust_of(place, company, policy, audit_log.read_log(place, company))
    names = {who}
    if trust is not None and who in (standing := trust.people.now()).names:
        names.add(standing.names[who])
        grant = standing.grants(who, company).get(TIME_APPROVER)
        if grant is not None and (EVERYWHERE in grant.team or employee in grant.team):
            return
    if not is_own(names, known_as):
        raise RefusedError(
            "DIGEST_PRIVATE", what=f"What was found of {employee}'s time is for {employee} and their time approver",
            where="--person", fix="Ask one of the two; the exceptions of a period stand in its workbook.")


def _lesson(code: str) -> str:
    roles = [role for role in ROLES if any(kind.code == code for kind in kinds_of(role))]
    return "\n".join([f"errors.ipynb, {code}", *(f"{role}.ipynb" for role in roles)])
