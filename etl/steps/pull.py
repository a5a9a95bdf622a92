"""Pull: what lies in the inbox is landed as received and parsed; what has landed before adds nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from etl.errors import SettingsError
from etl.settings import Drop
from etl.sources import files as file_source
from etl.sources.dialects import effective
from etl.steps.connections import Asked, ask, teller
from etl.steps.outcome import Outcome
from etl.steps.run import Run
from etl.store import audit_log, landing
from etl.store.landing import Delivery


@dataclass(frozen=True)
class _Pulled:
    drop: str
    file_name: str
    rows: int
    is_new: bool


def pull(run: Run) -> Outcome:
    """Land every file of every declared drop, in the order of their names, then what each connection's tracker has.

    A redelivery adds nothing. All files are parsed before the first is landed: a faulty one leaves nothing
    half-landed. Raises SourceError with every finding of the first faulty file. A connection that could not be read to
    its proven end is landed as incomplete, and the outcome has exit code 1.
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
        pulled, fresh = [], []
        for drop in run.settings.drops:
            for path in file_source.list_files(run.workspace.inbox(run.company), drop):
                received = file_source.read_file(path)
                request = request_of(drop, path.name)
                delivery = Delivery(drop.name, path.name, received, request)
                known = landing.already_landed(
                    run.workspace, run.company, drop.name, path.name, delivery.digest, request
                )
                if known is not None:
                    pulled.append(_Pulled(drop.name, path.name, known.rows, is_new=False))
                    continue
                fresh.append((delivery, file_source.parse_file(received, path.name, declared[drop.name])))
        remarks = [
            (f"{delivery.file_name}, {remark.code}", remark.what)
            for delivery, _ in fresh
            for remark in file_source.remarks_of(delivery.received, delivery.file_name, declared[delivery.drop])
        ]
        for delivery, table in fresh:
            landed = landing.land(run.workspace, run.company, delivery, table, person=run.person, now=run.now())
            pulled.append(_Pulled(landed.drop, landed.file_name, landed.rows, landed.is_new))
        asked = [ask(run, connection, say) for connection in run.settings.connections]
    return _outcome(pulled, asked, remarks, clock)


def request_of(drop: Drop, file_name: str) -> dict[str, Any]:
    """What was asked of a file: the whole declaration, and the window of a complete drop. Part of the pull for ever."""
    declared = effective(drop)
    window = file_source.window_of(file_name, declared)
    return {
        "declaration": declared.model_dump(mode="json"),
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
