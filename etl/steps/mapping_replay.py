"""Replay edited cross-references: what the last weeks would have been with them, and the record an approval needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from etl.errors import RefusedError, SettingsError
from etl.mapping.load import load_mappings
from etl.mapping.versions import Edit, edits, needing_approval
from etl.settings import read_settings
from etl.sql.order import MAP
from etl.steps.corrections import SIDES, side, today
from etl.steps.map_entries import stage
from etl.steps.mapping_versions import (
    AS_THEY_LIE,
    REPLAY,
    Chosen,
    approved_digest,
    digest_of,
    set_of,
    settings_of,
    working_set,
)
from etl.steps.outcome import Outcome
from etl.steps.report_file import write_report
from etl.steps.run import person_of, place_of, start
from etl.steps.trusted import permit
from etl.store import audit_log, batches
from etl.store.batches import Batch
from etl.store.evidence import Sheet, append_evidence
from etl.store.files import sha256_bytes
from etl.store.lock import company_lock
from etl.store.mapping_sets import land_mapping, mapping_folder
from etl.store.records import Record
from etl.units import clock_hours, money
from etl.workspace import Workspace

_HEADINGS = ("what", "stream", "name", "hours", "hours then", "amount", "amount then", "difference")
_COLUMNS = ("kind", "stream", "name", "seconds_before", "seconds_after", "amount_before", "amount_after", "currency")
_WEIGHED = (("account", "cost"), ("customer", "bill"), ("person", "pay"))
ID_DIGITS = 16


@dataclass(frozen=True)
class Replayed:
    """Two sets over the same periods: digests, what moves, and who and what stands behind it."""

    before: str
    after: str
    periods: tuple[date, ...]
    rows: tuple[dict[str, Any], ...]

    @property
    def id(self) -> str:
        """Bound to both sets, the periods and every figure that moves."""
        said = "\n".join([self.before, self.after, *map(str, self.periods), *(repr(list(map(str, row.values())))
                                                                            for row in self.rows)])
        return sha256_bytes(said.encode())[:ID_DIGITS]

    @property
    def gross(self) -> dict[str, dict[str, str]]:
        """Per stream and currency what moves: the greater of all that comes and all that goes."""
        sums: dict[str, dict[str, list[Decimal]]] = {"pay": {}, "cost": {}, "bill": {}}
        for row in self.rows:
            if (row["kind"], row["stream"]) in _WEIGHED and row["currency"] is not None:
                come_gone = sums[row["stream"]].setdefault(row["currency"], [Decimal(0), Decimal(0)])
                moved = row["amount_after"] - row["amount_before"]
                come_gone[moved < 0] += abs(moved)
        return {stream: {currency: str(max(both)) for currency, both in sorted(found.items())}
                for stream, found in sums.items()}


def replay_mapping(
    company: str,
    weeks: int,
    *,
    output: Path | None = None,
    person: str | None = None,
    workspace: str | Path | None = None,
    tell: Callable[[str], None] | None = None,
) -> Outcome:
    """The exported periods of the last weeks by the approved and by the edited set; recorded with its id.

    Raises RefusedError REPLAY_EMPTY without an exported period, MappingError for a set that cannot be used.
    """
    place, who = place_of(workspace), person or person_of(company)
    if not 1 <= weeks <= 520:
        raise SettingsError("REPLAY_WEEKS", what=f"{weeks} week(s) cannot be replayed", where="--weeks",
                            fix="Give a number of weeks from 1 to 520.")
    permit(place, company, "replay_mapping", who)
    records = audit_log.read_log(place, company)
    looked_at = _batches(place, company, records, weeks)
    before = approved_digest(place, company, records) or looked_at[-1].mapping_digest
    contents = working_set(place, company)
    found = edits(set_of(place, company, before), contents)
    if not found:
        return Outcome(title="the cross-references are as they were approved; there is nothing to replay",
                       facts=(("mapping set", before[:12]),))
    made = Replayed(before, digest_of(contents), tuple(batch.period_end for batch in looked_at),
                    tuple(_moved(place, company, before, looked_at, tell)))
    if output is not None:
        write_report(output, _COLUMNS, ([row[name] for name in _COLUMNS] for row in made.rows))
    record = _kept(place, company, made, contents, found, who)
    return _outcome(place, company, made, found, record)


def _batches(place: Workspace, company: str, records: Sequence[Record], weeks: int) -> list[Batch]:
    exported = sorted(batches.exported(place, company, records), key=lambda batch: batch.period_end)
    if not exported:
        raise RefusedError(
            "REPLAY_EMPTY", what=f"No period of {company} is exported yet, so there is nothing to replay",
            where=f"data/audit_log/{company}", fix="The approval of the first batch covers its cross-references.")
    first = exported[-1].period_end - timedelta(days=7 * weeks)
    return [batch for batch in exported if batch.period_end > first]


def _moved(
    place: Workspace, company: str, before: str, looked_at: Sequence[Batch], tell: Callable[[str], None] | None,
) -> list[dict[str, Any]]:
    """Everything that the edited set changes, by account, customer, person and state."""
    base = start(company, looked_at[-1].period_end, place.root, in_memory=True)
    folder, own = mapping_folder(place, company, before), place.mappings(company)
    then = replace(
        base, mappings=load_mappings(folder, company), settings=settings_of(place, company, before), _engine=None,
        chosen=Chosen({"company.toml": folder}, ()), mapping_sets={})
    now = replace(
        base, mappings=load_mappings(own, company), settings=read_settings(own / "company.toml", company),
        _engine=None, chosen=AS_THEY_LIE, mapping_sets={})
    sides: dict[str, list[pa.Table]] = {name: [schema.empty_table()] for name, schema in SIDES.items()}
    sides = {name: [_marked(parts[0])] for name, parts in sides.items()}
    with then.engine() as engine:
        stage(then, engine, then.pulls())
        engine.run(MAP)
        for batch in looked_at:
            if tell:
                tell(f"batch {batch.batch:04d}, period {batch.period_end}")
            for is_now, run in ((False, then), (True, now)):
                for name, table in today(run, engine, batch).items():
                    sides[name].append(side(table, batch, is_now=is_now))
        for name, parts in sides.items():
            engine.put(f"side_{name}", pa.concat_tables(parts))
        engine.run(("mapping_differences",))
        rows: list[dict[str, Any]] = engine.fetch("mapping_differences").to_pylist()
    for run in (then, now, base):
        run.end()
    return rows


def _marked(empty: pa.Table) -> pa.Table:
    return empty.append_column("is_now", pa.array([], pa.bool_())).append_column("batch", pa.array([], pa.int32()))


def _kept(
    place: Workspace, company: str, made: Replayed, contents: Mapping[str, bytes], found: Sequence[Edit], who: str,
) -> Record:
    with company_lock(place, company, who, "keeping a replay"):
        land_mapping(place, company, contents)
        body = {
            "replay": made.id, "mapping": made.after, "before": made.before, "gross": made.gross,
            "periods": [str(day) for day in made.periods], "edits": len(found), "waiting": needing_approval(found)}
        content = {**body, "format": 1, "kind": "mapping-replay", "rows": [
            {name: value if value is None or isinstance(value, int) else str(value) for name, value in row.items()}
            for row in made.rows]}
        sheet = Sheet("mapping-replay", content, REPLAY, body)
        return append_evidence(place, company, made.periods[-1], sheet, person=who, now=datetime.now(UTC))


def _outcome(place: Workspace, company: str, made: Replayed, found: Sequence[Edit], record: Record) -> Outcome:
    waiting = needing_approval(found)
    if not waiting:
        next_step = "nothing to approve: these rows map only work that waits, and go out with the batch's approval"
    elif not approved_digest(place, company, audit_log.read_log(place, company)):
        next_step = "edits need no approval of their own here ([approval] mappings in company.toml)"
    else:
        next_step = f"another person: timebooks approve mapping --company {company} --replay {made.id}"
    weeks = f"{made.periods[0]} to {made.periods[-1]}" if len(made.periods) > 1 else str(made.periods[0])
    return Outcome(
        title=f"{len(found)} edit(s) over {len(made.periods)} exported period(s): {len(made.rows)} figure(s) move",
        facts=(("replay", made.id), ("record", f"{record.number} by {record.person}"), ("periods", weeks),
               ("mapping set", f"{made.before[:12]} -> {made.after[:12]}"),
               ("needs an approval", ", ".join(waiting) or "nothing"), *_gross_told(made.gross)),
        headings=_HEADINGS,
        rows=tuple(_shown(row) for row in made.rows), next_step=next_step)


def _gross_told(gross: Mapping[str, Mapping[str, str]]) -> list[tuple[str, str]]:
    return [(f"moves, {stream}", ", ".join(money(Decimal(amount), currency) for currency, amount in sums.items()))
            for stream, sums in gross.items() if any(Decimal(amount) for amount in sums.values())]


def _shown(row: Mapping[str, Any]) -> tuple[str, ...]:
    currency = row["currency"]
    hours = [clock_hours(row[name]) if row["seconds_before"] or row["seconds_after"] else ""
             for name in ("seconds_before", "seconds_after")]
    amounts = ["", "", ""] if currency is None else [
        money(amount, currency) for amount in (row["amount_before"], row["amount_after"],
                                               row["amount_after"] - row["amount_before"])]
    return row["kind"], row["stream"], row["name"], *hours, *amounts
