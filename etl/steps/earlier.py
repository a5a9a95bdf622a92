"""Exported periods before this one: which of them rest on inputs that have changed since a batch last looked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pyarrow as pa

from etl import __version__
from etl.errors import RefusedError
from etl.mapping.load import MappingSet, load_mappings
from etl.periods import DAY, Period
from etl.settings import Settings, parse_settings
from etl.sql.run import Engine
from etl.steps.run import Run
from etl.store import batches
from etl.store.batches import Batch
from etl.store.landing import Pull
from etl.store.mapping_sets import mapping_folder
from etl.store.records import Record

_AS_CHOSEN = ("company", "billing", "unmapped", "pilot", "labor_posting", "payroll_tax", "approval")
_WINDOWS = pa.schema(
    {"batch": pa.int64(), "first_day": pa.date32(), "last_day": pa.date32(), "last_pull": pa.int64()}
)


@dataclass(frozen=True)
class Earlier:
    """An exported period. `seen`: the newest exported batch that looked at it, at first its own."""

    batch: Batch
    seen: Batch

    def last_pull(self, numbers: Mapping[str, int]) -> int:
        """The number of a pull up to which everything was known when it was last looked at; more may have been.

        `numbers`: of all pulls, by pull id.
        """
        return max((numbers[pull_id] for pull_id in self.seen.pull_ids), default=0)


def exported_batches(run: Run) -> list[Batch]:
    """Every exported batch of the company, oldest export first."""
    return batches.exported(run.workspace, run.company, run.records())


def earlier_periods(run: Run) -> list[Earlier]:
    """The exported periods that end before this run's, oldest first."""
    records = run.records()
    exported = batches.exported(run.workspace, run.company, records)
    drafted = {batch.batch: _drafted(records, batch) for batch in exported}
    found = []
    for batch in sorted(exported, key=lambda item: item.period_end):
        if batch.period_end < run.period_end:
            later = [
                other
                for other in exported
                if other.period_end > batch.period_end and drafted[other.batch] > batch.number
            ]
            found.append(Earlier(batch, max(later, key=lambda other: drafted[other.batch], default=batch)))
    return found


def _drafted(records: Sequence[Record], batch: Batch) -> int:
    """The record of the draft that was exported as this batch."""
    numbers = [
        record.number
        for record in batches.of_period(records, "draft", batch.period_end)
        if record.whole("batch") == batch.batch and record.whole("revision") == batch.revision
    ]
    return max(numbers)


def changed(run: Run, engine: Engine, earlier: Sequence[Earlier]) -> list[Earlier]:
    """Those whose pulls, cross-references, settings or rules are others now, or where a wage waits for a person.

    The run's landed rows are mapped in `engine`. A period with equal inputs is not computed again.
    """
    numbers = {pull.pull_id: pull.number for pull in run.pulls()}
    late = [item for item in earlier if item.last_pull(numbers) < max(numbers.values(), default=0)]
    touched: set[int] = set()
    if late:
        rows = [
            {
                "batch": item.batch.batch,
                "first_day": (window := period_run(run, item.batch).window).start - 2 * DAY,
                "last_day": window.end,
                "last_pull": item.last_pull(numbers),
            }
            for item in late
        ]
        engine.put("earlier_windows", pa.Table.from_pylist(rows, schema=_WINDOWS))
        engine.run(("earlier_touched",))
        touched = set(engine.fetch("earlier_touched")["batch"].to_pylist())
    return [item for item in earlier if item.batch.batch in touched or _has_other_rules(run, item)]


def _has_other_rules(run: Run, item: Earlier) -> bool:
    """Whether cross-references, settings or product are others for this period, or an overpaid wage is still open."""
    if item.seen.manifest["product"] != __version__ or _has_open_referral(item):
        return True
    if _is_approved_since(run, item):
        return True
    then, settings = as_drafted(run, item.seen)
    if then is run.mappings and settings is run.settings:
        return False
    if any(getattr(settings, name) != getattr(run.settings, name) for name in ("pay", "rounding", "currency")):
        return True
    window = period_run(run, item.batch).window
    return _within(then, window, item.batch.period_end) != _within(run.mappings, window, item.batch.period_end)


def _is_approved_since(run: Run, item: Earlier) -> bool:
    """Whether somebody may have approved hours of this period since it was last looked at: here, or in a tracker.

    Trackers approve without a new version of the entry, so any later pull of a connection counts.
    """
    source = as_drafted(run, item.batch)[1].approval.time
    if source == "none":
        return False
    pulls = run.pulls()
    last = item.last_pull({pull.pull_id: pull.number for pull in pulls})
    if source != "here" and any(pull.number > last and "connection" in pull.request for pull in pulls):
        return True
    window = period_run(run, item.batch).window
    since = run.records()[_drafted(run.records(), item.seen):]
    weeks = [week["week"] for record in since if record.type == "approve_time" for week in record.body["weeks"]]
    return any(window.start <= date.fromisoformat(week) <= window.end for week in weeks)


def _has_open_referral(item: Earlier) -> bool:
    if not item.seen.has_table("corrections"):
        return False
    rows = item.seen.table("corrections", ["batch", "state"]).to_pylist()
    return any(row["batch"] == item.batch.batch and row["state"] == "referred" for row in rows)


def as_drafted(run: Run, batch: Batch) -> tuple[MappingSet, Settings]:
    """Cross-references and settings as a batch was made with them; the run's own where not a byte is another."""
    digest = batch.mapping_digest
    known = run.mapping_sets.get(digest)
    if known is None:
        folder = mapping_folder(run.workspace, run.company, digest)
        toml = (folder / "company.toml").read_bytes()
        is_same_toml = toml == run.mapping_file("company.toml").read_bytes()
        kept = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        contents = {name for name in kept - {"company.toml"} if not name.startswith("expectations/")}
        is_same = contents == set(run.mappings.contents) and all(
            (folder / name).read_bytes() == run.mappings.contents[name] for name in contents
        )
        known = run.mapping_sets[digest] = (
            run.mappings if is_same else load_mappings(folder, run.company),
            run.settings if is_same_toml else parse_settings(toml.decode(), run.company, f"mapping set {digest[:12]}"),
        )
    return known


def _within(mappings: MappingSet, window: Period, period_end: date) -> dict[str, list[Any]]:
    """What of a mapping set can answer inside a window, in comparable form: spans cut to it, line numbers left out."""
    found: dict[str, list[Any]] = {}
    first, last = window.start - 2 * DAY, window.end
    for table in mappings.tables:
        rows = []
        for row in mappings.rows(table):
            begin, end = row.get("effective_from", first), row.get("effective_to", last)
            if begin > last or end < first or (table == "map_pay_calendar" and row["period_end"] != period_end):
                continue
            if table == "map_fx_rates" and row["rate_date"] > last:
                continue   # each week brings rates of later days
            cut = {"effective_from": max(begin, first), "effective_to": min(end, last), "map_row": 0}
            rows.append(sorted((row | cut).items()))
        found[table] = sorted(rows, key=repr)
    return found


def drafted_run(run: Run, batch: Batch) -> tuple[Run, tuple[Pull, ...]]:
    """The run and the pulls as the exported batch of its period was made with them, whatever came since."""
    mappings, settings = as_drafted(run, batch)
    pulls = run.pulls()
    last = Earlier(batch, batch).last_pull({pull.pull_id: pull.number for pull in pulls})
    periods = tuple(pay for pay in mappings.pay_periods if pay.period.end == batch.period_end)
    billing = settings.billing.period_to(batch.period_end)
    made = replace(
        run, mappings=mappings, settings=settings, pay_periods=periods, billing=billing, in_memory=True, _engine=None
    )
    known = tuple(pull for pull in pulls if pull.number <= last)
    return made, known or pulls[:1]  # in a week without entries no pull contributed, and the first one adds none


def period_run(run: Run, batch: Batch) -> Run:
    """The run of an exported period by today's cross-references and rules, in a working database of its own.

    What the company once chose for the books as a whole (posting, billing period, pilot, go-live, unmapped work, taxes)
    stays as that batch had it. Raises RefusedError EARLIER_PERIOD where the calendar no longer has the period.
    """
    mappings, then = as_drafted(run, batch)
    own = run.settings.model_copy(update={name: getattr(then, name) for name in _AS_CHOSEN})
    periods = tuple(pay for pay in run.mappings.pay_periods if pay.period.end == batch.period_end)
    had = {pay.pay_group for pay in mappings.pay_periods if pay.period.end == batch.period_end}
    if had != {pay.pay_group for pay in periods}:
        raise RefusedError(
            "EARLIER_PERIOD",
            what=f"The pay periods that end on {batch.period_end} are no longer those of batch {batch.batch:04d}",
            where=f"mappings/{run.company}/pay_calendar.csv",
            fix="Put the lines of exported periods back as they were; they are needed to correct them.",
        )
    return replace(
        run,
        period_end=batch.period_end,
        settings=own,
        pay_periods=periods,
        billing=own.billing.period_to(batch.period_end),
        in_memory=True,
        _engine=None,
    )
