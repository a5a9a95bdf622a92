"""The quarterly review of the cross-references: what went through each row, what nothing used, what changed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa

from etl.errors import RefusedError
from etl.mapping.load import load_mappings
from etl.mapping.versions import Edit, edits
from etl.settings import read_settings
from etl.sql.run import Engine
from etl.steps.mapping_changes import known_versions
from etl.steps.mapping_versions import is_private, set_of, working_set
from etl.steps.outcome import Outcome
from etl.steps.run import place_of, read_day
from etl.store import audit_log, batches, files
from etl.store.batches import Batch
from etl.store.records import Record
from etl.units import clock_hours, money
from etl.workbooks.mapping_review import render_mapping_review
from etl.workspace import Workspace, is_sandbox

QUARTER, STALE = timedelta(days=91), timedelta(days=182)
_ASKING = ("never used", "stale", "unused")
_TRIGGERS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("new department or class", ("dimensions.csv",), "Do people, projects and items have the right one?"),
    ("chart of accounts changed", ("accounts.csv", "invoice_accounts.csv", "target_lists.csv", "pay_items.csv"),
     "Does every purpose still post to the account meant? Compare with the books' own list."),
    ("billing practice changed", ("rates.csv", "projects.csv", "tax_codes.csv", "fees.csv", "job_limits.csv"),
     "Do contracts and customers agree with rates, methods and caps?"),
    ("pay practice changed", ("private/pay_rates.csv", "private/salaries.csv", "premiums.csv", "pay_calendar.csv"),
     "Were the people told, and is the law of their place observed?"),
    ("settings changed", ("company.toml",), "Was each change decided, and by whom?"),
)


def mapping_review(company: str, since: str | None = None, *, workspace: str | Path | None = None) -> Outcome:
    """Write the workbook of a quarter, or since a day, and tell what asks for a decision.

    Exit code 1 never: a row that nothing used is no error. Raises RefusedError REVIEW_EMPTY without an exported batch.
    """
    place = place_of(workspace)
    records = audit_log.read_log(place, company)
    exported = batches.exported(place, company, records)
    if not exported:
        raise RefusedError("REVIEW_EMPTY", what=f"No batch of {company} is exported yet, so no row was used",
                           where=f"data/audit_log/{company}", fix="Review them after the first quarter.")
    newest = max(batch.period_end for batch in exported)
    first = read_day(since, "--since") if since else newest - QUARTER
    settings = read_settings(place.mappings(company) / "company.toml", company)
    rows = use_of_rows(place, company, exported, first)
    changes = list(triggers(place, company, records, first))
    content = render_mapping_review(
        settings.company.name, first.isoformat(), rows, changes, is_sandbox=is_sandbox(company))
    mark = "SANDBOX_" if is_sandbox(company) else ""
    name = f"{mark}mapping-review_{newest}_{files.sha256_bytes(content)[:8]}.xlsx"
    path = place.root / "reports" / company / "reviews" / name
    if not path.exists():
        files.make_folder(path.parent)
        files.publish_new(path, content)
    asking = [row for row in rows.to_pylist() if row["standing"] in _ASKING]
    return Outcome(
        title=f"{settings.company.name}, cross-references since {first}: {len(asking)} row(s) nothing went through, "
        f"{len(changes)} trigger(s)",
        facts=(("workbook", path.relative_to(place.root).as_posix()),
               *((trigger, what) for trigger, what, _ in changes)),
        headings=("file", "line", "row", "standing", "last use", "hours", "billed"),
        rows=tuple(
            (row["file"], str(row["map_row"]), row["what"], row["standing"], str(row["last_used_on"] or ""),
             clock_hours(row["seconds"]), "" if row["billed"] is None else money(row["billed"], row["currency"]))
            for row in asking),
        next_step="keep, end or delete each row, sign the workbook, then timebooks mapping replay where a row changed")


def use_of_rows(place: Workspace, company: str, exported: Sequence[Batch], since: date) -> pa.Table:
    """The rows of mapping_row_use over these batches, by the files as they lie there."""
    mappings = load_mappings(place.mappings(company), company)
    with (
        tempfile.TemporaryDirectory(prefix="timebooks-review-") as folder,
        Engine(None, Path(folder), [place.root / "reports", Path(folder)]) as engine,
    ):
        for name in ("entries", "allocations"):
            engine.link_parquet(f"exported_{name}", [batch.file(f"data/{name}.parquet") for batch in exported])
        for name in ("map_employees", "map_projects", "map_items", "map_rates", "map_pay_rates"):
            engine.put(name, mappings.tables[name])
        engine.put("review_parameters", pa.table({
            "since": pa.array([since], pa.date32()), "stale_before": pa.array([since + QUARTER - STALE], pa.date32())}))
        engine.run(("mapping_row_use",))
        return engine.fetch("mapping_row_use")


def triggers(
    place: Workspace, company: str, records: Sequence[Record], since: date,
) -> Iterator[tuple[str, str, str]]:
    """What changed around the cross-references since a day: trigger, what, what to look at."""
    before = ""
    for version in known_versions(place, company, records):
        if version.record.recorded_at[:10] < since.isoformat() or not before:
            before = version.digest
    found = edits(set_of(place, company, before), working_set(place, company)) if before else []
    for trigger, names, look in _TRIGGERS:
        own = [edit for edit in found if edit.file in names]
        if own:
            yield trigger, f"{len(own)} edit(s): {'; '.join(dict.fromkeys(map(_said, own[:3])))}" + (
                "; …" if len(own) > 3 else ""), look


def _said(edit: Edit) -> str:
    row = "a row" if is_private(edit.file) else edit.row
    change = f", {edit.column} {edit.old} -> {edit.new}" if edit.what == "changed" and not is_private(edit.file) else ""
    return f"{edit.file} {edit.what}: {row}{change}"
