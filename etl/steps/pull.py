"""Pull: what lies in the inbox is landed as received and parsed; what has landed before adds nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl.errors import SettingsError
from etl.settings import Drop
from etl.sources import files as file_source
from etl.sources import inbox
from etl.sources.dialects import effective, personal_headings
from etl.sources.findings import FileRefusedError, visible
from etl.sources.privacy import Received, headings_of, screened
from etl.steps.connections import Asked, ask, teller
from etl.steps.holiday_calendar import calendar_drop, calendar_file, refuse_taken_name
from etl.steps.outcome import Outcome
from etl.steps.run import Run
from etl.store import audit_log, keeping, landing, places, quarantine
from etl.store.landing import Delivery, Pull
from etl.store.records import Statement

_LATER = ("further_columns", "personal")   # settings that pulls of version 0.1.0 do not name; unused, they say nothing


@dataclass(frozen=True)
class _Pulled:
    drop: str
    file_name: str
    rows: int
    digest: str
    is_new: bool


def pull(run: Run) -> Outcome:
    """Land every file of every declared drop, in the order of their names, then what each connection's tracker has.

    A redelivery adds nothing. All files are parsed before the first is landed: a faulty one leaves nothing half-landed.
    Raises SourceError with every finding of the first faulty file; of each faulty one a copy with a note lies in the
    quarantine. A file that is still being written makes the run wait (SourceError FILE_CHANGING). A connection that
    could not be read to its proven end is landed as incomplete, and the outcome has exit code 1.
    """
    say = teller()
    if not run.settings.drops and not run.settings.connections:
        raise SettingsError(
            "NO_DROPS",
            what=f"{run.company} declares neither a drop nor a connection, so there is nothing to pull",
            where=f"mappings/{run.company}/company.toml",
            fix="Add a [[drops]] section for the tracker's export, or [[connections]] for its API.",
        )
    with run.locked("pulling"):
        clock = audit_log.clock_remark(run.records(), run.now())
        declared = {drop.name: effective(drop) for drop in run.settings.drops}
        found = [(drop, path) for drop in run.settings.drops for path in inbox_files(run, drop)]
        inbox.settled([path for _, path in found])
        pulled, fresh, refusals = [], [], []
        for drop, path in found:
            original = file_source.read_file(path)
            try:
                received, delivery, known = _delivered(run, drop, path.name, original)
                if known is not None:
                    pulled.append(_Pulled(drop.name, path.name, known.rows, known.received_digest, is_new=False))
                    continue
                table = file_source.parse_file(received.content, path.name, declared[drop.name])
            except FileRefusedError as error:
                is_personal = bool(personal_headings(declared[drop.name], headings_of(original, declared[drop.name])))
                refusals.append((original, error, quarantine.Refused(drop.name, path.name, error, is_personal)))
                continue
            fresh.append((delivery, table, received))
        _refuse(run, refusals)
        remarks = [
            (f"{delivery.file_name}, {remark.code}", remark.what)
            for delivery, _, _ in fresh
            for remark in file_source.remarks_of(delivery.received, delivery.file_name, declared[delivery.drop])
        ]
        earlier = landing.read_pulls(run.workspace, run.company, check=False) if fresh else ()
        before = {pull.drop: pull for pull in earlier}   # the newest of each drop
        for delivery, table, received in fresh:
            landed = landing.land(run.workspace, run.company, delivery, table, person=run.person, now=run.now())
            pulled.append(
                _Pulled(landed.drop, landed.file_name, landed.rows, landed.received_digest, is_new=landed.is_new)
            )
            remarks += _keep_apart(run, landed.pull_id, delivery, received)
            remarks += _drift(run, declared[delivery.drop], delivery, before.get(delivery.drop))
        remarks += _purge(run)
        pulled += _calendar(run)
        asked = [ask(run, connection, say) for connection in run.settings.connections]
    return _outcome(pulled, asked, [*_same_files(pulled), *remarks], clock)


def _calendar(run: Run) -> Iterable[_Pulled]:
    """Land the holidays of the company's calendar for the run's window; equal days add nothing."""
    if not run.mappings.tables["map_holiday_pay"].num_rows:
        return
    refuse_taken_name(run)
    drop = calendar_drop(run.settings.company.zone)
    name, content = calendar_file(run)
    delivery = Delivery(drop.name, name, content, request_of(drop, name))
    table = file_source.parse_file(content, name, drop)
    landed = landing.land(run.workspace, run.company, delivery, table, person=run.person, now=run.now())
    yield _Pulled(landed.drop, landed.file_name, landed.rows, landed.received_digest, is_new=landed.is_new)


def inbox_files(run: Run, drop: Drop) -> list[Path]:
    """The files of a drop that lie in the company's inbox."""
    return file_source.list_files(run.workspace.inbox(run.company), drop)


def is_landed(run: Run, drop: Drop, path: Path) -> bool:
    """Whether a file of the inbox has landed as it is, by the declaration of today."""
    try:
        return _delivered(run, drop, path.name, file_source.read_file(path))[2] is not None
    except FileRefusedError:
        return False


def _delivered(run: Run, drop: Drop, file_name: str, original: bytes) -> tuple[Received, Delivery, Pull | None]:
    """What of a file may land, how it is declared today, and the pull where it has landed so before."""
    received = screened(original, file_name, effective(drop))
    delivery = Delivery(drop.name, file_name, received.content, request_of(drop, file_name, received))
    return received, delivery, landing.already_landed(
        run.workspace, run.company, drop.name, file_name, delivery.digest, delivery.request)


def _refuse(run: Run, refusals: list[tuple[bytes, FileRefusedError, quarantine.Refused]]) -> None:
    """Keep a copy of each faulty file with a note, then raise what is wrong with the first."""
    folders = [
        quarantine.keep(run.workspace, run.company, content, refused, (run.person, run.now()))
        for content, _, refused in refusals
    ]
    if refusals:
        more = f"; {len(refusals) - 1} more file(s) are refused as well" if len(refusals) > 1 else ""
        raise refusals[0][1].noted(f"{run.shown(folders[0] / quarantine.NOTE)}{more}")


def _keep_apart(run: Run, pull_id: str, delivery: Delivery, received: Received) -> Iterable[tuple[str, str]]:
    """Set apart what a stated purpose keeps of places and devices, and say what was removed."""
    if received.apart:
        drop = next(drop for drop in run.settings.drops if drop.name == delivery.drop)
        until = places.kept_until(run.now().date(), drop.personal.retention_days or 1)
        places.set_apart(run.workspace, run.company, pull_id, received.apart, until)
        yield f"{delivery.file_name}, places and devices", f"kept apart until {until}: {drop.personal.purpose}"
    elif received.record:
        said = [*received.record["removed"], *(f"{name} made coarse" for name in received.record["coarse"])]
        yield f"{delivery.file_name}, places and devices", f"not landed: {', '.join(said)}"


def _drift(run: Run, drop: Drop, delivery: Delivery, before: Pull | None) -> Iterable[tuple[str, str]]:
    """How the columns of a file differ from those of the drop's newest file before it (C31).

    What the drop does not allow has refused the file; this tells what it does: an optional column, one of its own.
    """
    if before is None or before.request["declaration"].get("format") != drop.format:
        return
    then = headings_of(landing.received_bytes(run.workspace, run.company, before), drop)
    now = headings_of(delivery.received, drop)
    diff = [*(f"+ {name}" for name in now if name not in then), *(f"- {name}" for name in then if name not in now)]
    if diff:
        yield f"{delivery.file_name}, other columns than {before.file_name}", ", ".join(map(visible, diff))


def _purge(run: Run) -> Iterable[tuple[str, str]]:
    """Delete the places whose time has passed, and record it."""
    if standing := keeping.holds(run.records()):
        yield "places and devices", f"nothing is deleted: {standing[0].shown}"
        return
    gone = places.purge(run.workspace, run.company, run.now().date())
    if gone:
        said = Statement("purge", {"what": "places", "files": gone}, run.person, run.now())
        audit_log.commit(run.workspace, run.company, said)
        yield "places and devices", f"{len(gone)} file(s) deleted: their time has passed"


def _same_files(pulled: list[_Pulled]) -> Iterable[tuple[str, str]]:
    """Files with the same bytes under several names: what they hold counts once."""
    counts = Counter(item.digest for item in pulled)
    for digest, count in counts.items():
        if count > 1:
            names = [item.file_name for item in pulled if item.digest == digest]
            yield f"{names[0]}, delivered {count} times", f"also as {', '.join(names[1:])}; its rows count once"


def request_of(drop: Drop, file_name: str, received: Received | None = None) -> dict[str, Any]:
    """What was asked of a file: the whole declaration, the window of a complete drop, and what was kept from landing.

    Part of the pull for ever.
    """
    declared = effective(drop)
    window = file_source.window_of(file_name, declared)
    kept_out = {"privacy": received.record} if received and received.record else {}
    unsaid = {name for name in _LATER if getattr(declared, name) == Drop.model_fields[name].default}
    return kept_out | {
        "declaration": declared.model_dump(mode="json", exclude=unsaid),
        "completeness": drop.completeness,
        "window": [day.isoformat() for day in window] if window else [],
        "population": list(drop.population),
    }


def _outcome(pulled: list[_Pulled], asked: list[Asked], remarks: list[tuple[str, str]], clock: str) -> Outcome:
    new = sum(item.is_new for item in pulled) + sum(item.is_new for item in asked)
    incomplete = [item for item in asked if item.stopped is not None]
    title = f"pulled {len(pulled)} file(s)" + (f" and {len(asked)} connection(s)" if asked else "") + f", {new} new"
    first = incomplete[0] if incomplete else None
    return Outcome(
        title=f"{title}{f'; {clock}' if clock else ''}{f'; {len(incomplete)} incomplete' if incomplete else ''}",
        facts=(*remarks, *(fact for item in asked for fact in item.facts)),
        headings=("drop", "file", "rows", "landed"),
        rows=tuple(
            (item.drop, item.file_name, f"{item.rows:,}", "new" if item.is_new else "already here") for item in pulled
        )
        + tuple((item.connection, item.label, f"{item.rows:,}", item.landed) for item in asked),
        next_step=f"{first.connection}: {first.stopped.what}. {first.stopped.fix}"
        if first is not None and first.stopped is not None
        else "map the entries (20_map)",
        exit_code=1 if incomplete else 0,
    )
