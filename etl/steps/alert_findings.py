"""What there is to tell about a company now: from drafts and batches, its audit log, its calendar and the last run."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from etl.alerts import shown
from etl.codes import codes
from etl.errors import EtlError
from etl.mapping.load import MappingSet
from etl.settings import Settings
from etl.steps.alert import BILLING, PAYROLL, RUNS, UNMAPPED, Alert, local
from etl.steps.cycles import Cycle, cycles
from etl.steps.exceptions import item_id
from etl.steps.forecast import forecast
from etl.steps.mapping_versions import choose, mappings_now
from etl.steps.missing_rows import missing_rows
from etl.steps.next_step import approve, option, run_week
from etl.steps.run import start
from etl.store import batches
from etl.store.batches import Draft, Sealed
from etl.store.records import Record
from etl.units import clock_hours
from etl.workspace import Workspace

_BY_ROW = {"TE008", "TE009", "TE011", "TE012"}   # told as the row that is missing
_RECENT = timedelta(days=92)   # what is held in a period closed before that is in the list of exceptions alone
_OVERDUE = "Overdue: the payroll cut-off has passed, an approver decides"
_DUE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}")


@dataclass(frozen=True)
class Ran:
    """What has just run, and what came of it. `failed`: the code it ended with; `said`: the step's own title.

    `of`: the period's end, or the part of the work that belongs to none.
    """

    of: str
    failed: str = ""
    said: str = ""


@dataclass
class Found:
    """Everything there is to tell, and the beginnings of keys that could not be looked at this time."""

    alerts: list[Alert] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    ran: tuple[str, ...] = ()   # what has just run; what another period failed with is not looked at

    def is_seen(self, key: str) -> bool:
        """Whether an alert with this key would have been found if it were there."""
        if key.startswith("failed/"):
            return key.startswith(tuple(f"failed/{of}/" for of in self.ran))
        return not key.startswith(tuple(self.unseen))


@dataclass(frozen=True)
class Look:
    """The company as it is looked at."""

    place: Workspace
    company: str
    settings: Settings
    records: tuple[Record, ...]
    now: datetime

    @property
    def here(self) -> datetime:
        """The company's own clock."""
        return self.now.astimezone(ZoneInfo(self.settings.company.zone)).replace(tzinfo=None)

    @cached_property
    def mappings(self) -> MappingSet:
        """The cross-references a run would use now. Raises MappingError, each time it is asked."""
        return mappings_now(self.place, self.company)


def find_alerts(look: Look, rans: Sequence[Ran] = ()) -> Found:
    """Every alert there is. What cannot be looked at is an alert itself and takes nothing for gone."""
    found = Found(ran=tuple(ran.of for ran in rans))
    found.alerts += [alert for ran in rans for alert in _failed(look, ran)]
    sources: tuple[tuple[str, Callable[[Look], Iterator[Alert]]], ...] = (
        ("item/", _items), ("row/", _rows), ("wait/", _waiting), ("edits/", _edits), ("cut-off/", _cut_offs),
        ("missing/", _missing))
    for prefix, source in sources:
        try:
            found.alerts += list(source(look))
        except EtlError as error:
            found.unseen.append(prefix)
            found.alerts.append(Alert(
                f"unseen/{prefix}{error.code}", RUNS, "stop", "Something could not be looked at",
                what=_title(error.code), see=f"timebooks status --company {look.company}"))
    return found


def _failed(look: Look, ran: Ran) -> Iterator[Alert]:
    if ran.failed:
        is_period = ran.of[:1].isdigit()
        said = f"period to {ran.of}: " if is_period else ""
        yield Alert(
            f"failed/{ran.of}/{ran.failed}", RUNS, "stop", "A run ended before its work was done",
            what=f"{said}{shown(ran.said) or _title(ran.failed)}",
            see=run_week(look.company, ran.of) if is_period else f"timebooks status --company {look.company}")


def _title(code: str) -> str:
    return f"{codes()[code].title} ({code})" if code in codes() else code


def _open(look: Look) -> list[Sealed]:
    """The newest draft or batch of every period that is not closed, or closed and of the last quarter."""
    since = look.here.date() - _RECENT
    return [sealed for sealed, _ in batches.newest_of_each(look.place, look.company, look.records)
            if sealed.period_end >= since or not batches.is_closed(look.records, sealed.period_end)]


def _items(look: Look) -> Iterator[Alert]:
    """Risky entries: everything held, and the notes told as risks. An overdue one is another alert."""
    risks = set(look.settings.alerts.risks)
    for sealed in _open(look):
        see = f"timebooks exceptions list {option(look.company, sealed.period_end)}"
        for row in sealed.table("exceptions").to_pylist():
            code = row["code"]
            if code in _BY_ROW or (row["severity"] == "note" and code not in risks):
                continue
            due = _DUE.search(row["due"] or "")
            when = datetime.fromisoformat(due[0]) if due else None
            hours = "" if row["seconds"] is None else clock_hours(row["seconds"])
            who = ", ".join(text for text in (row["employee_ref"], str(row["worked_on"] or ""), hours) if text)
            key, part = f"item/{item_id(row)}", PAYROLL if "pay" in (row["streams"] or "") else BILLING
            if when is not None and when < look.here and row["severity"] != "note":
                yield Alert(f"{key}/overdue", PAYROLL, "stop", _OVERDUE, who, code, f"was due {when:%Y-%m-%d %H:%M}",
                            see=see)
                continue
            yield Alert(key, part, row["severity"], _title(code), who, see=see,
                        due=f"decide before {local(when, look.settings.company.zone)}" if when else "")


def _rows(look: Look) -> Iterator[Alert]:
    """Names without a row: whose they are, and the row to check and add."""
    for row in missing_rows(look.place, look.company, look.settings, look.mappings, _open(look)):
        is_person = row.file in ("employees.csv", "private/pay_rates.csv")
        is_ready = row.file in ("projects.csv", "items.csv")
        yield Alert(
            f"row/{row.file}/{row.source}/{row.outer_ref}/{row.ref}", PAYROLL if is_person else UNMAPPED, "hold",
            f"A row is missing in {row.file}", who=row.ref if is_person else "", what=row.why,
            owner=row.owner(look.settings.approval.owners), row=row.csv_row if is_ready else "",
            see=f"timebooks exceptions list --company {look.company}" if is_ready
            else f"timebooks mapping edit --company {look.company}")


def _waiting(look: Look) -> Iterator[Alert]:
    """Drafts that wait for an approval, approvals that a change has made void, differences that nobody explained."""
    for sealed in _open(look):
        end, label = sealed.period_end, f"batch {sealed.batch:04d}, period to {sealed.period_end}"
        if isinstance(sealed, Draft):
            if batches.approval_of(look.records, sealed) is not None:
                continue
            since = look.records[sealed.number - 1].recorded_at[:10]
            see = approve(look.company, end, f"another person than {shown(sealed.person)}")
            yield Alert(f"wait/{end}/approval", RUNS, "hold", "A draft waits for approval",
                        what=f"{label}, since {since}", see=see)
            given = batches.newest(look.records, "approve", end)
            if given is not None:
                yield Alert(f"wait/{end}/stale/r{sealed.revision}", RUNS, "stop",
                            "An approval is void: the draft has changed", what=label, see=see)
        elif (reconciled := batches.newest(look.records, "reconcile", end)) and reconciled.whole("unreconciled"):
            yield Alert(f"wait/{end}/unreconciled", RUNS, "stop", "Tracker, batch and files do not agree",
                        what=f"{label}, {reconciled.whole('unreconciled')} unreconciled",
                        see=f"timebooks step reconcile {option(look.company, end)}")


def _edits(look: Look) -> Iterator[Alert]:
    for said in choose(look.place, look.company).told:
        yield Alert(f"edits/{hashlib.sha256(said.encode()).hexdigest()[:10]}", RUNS, "hold",
                    "An edit of the cross-references waits for approval", what=shown(said),
                    see=f"timebooks mapping diff --company {look.company}")


def _near(look: Look) -> Iterator[tuple[Cycle, str]]:
    """The pay periods whose cut-off is near while they are not exported yet, with the cut-off as it is told."""
    until = look.here + timedelta(hours=look.settings.alerts.hours_before)
    for cycle in cycles(look.settings, look.mappings):
        if cycle.cut_off is not None and look.here <= cycle.cut_off <= until and batches.newest(
                look.records, "export", cycle.period.end) is None:
            yield cycle, f"cut-off {local(cycle.cut_off, look.settings.company.zone)}"


def _cut_offs(look: Look) -> Iterator[Alert]:
    for cycle, due in _near(look):
        yield Alert(f"cut-off/{cycle.group}/{cycle.period.end}", PAYROLL, "hold", "A payroll cut-off is near",
                    what=f"{cycle.group}, period to {cycle.period.end}", due=due,
                    see=f"timebooks status --company {look.company}")


def _missing(look: Look) -> Iterator[Alert]:
    """Whose time is probably missing for a cut-off that is near, where the company asks for it; missing is not zero."""
    asked = look.settings.forecast
    if asked is None or asked.missing != "tell":
        return
    for end, due in sorted({cycle.period.end: due for cycle, due in _near(look)}.items()):
        run = start(look.company, end, look.place.root, in_memory=True)
        for row in forecast(run, min(look.here.date() - timedelta(days=1), end))["missing_time"].to_pylist():
            yield Alert(
                f"missing/{end}/{row['employee_id']}/{row['count_days']}", PAYROLL, "hold", "Time is probably missing",
                who=f"{row['employee_name']}: {row['found']}", what=f"period to {end}, {row['certainty']}", due=due,
                see=f"timebooks auto missing {option(look.company, end)}")
