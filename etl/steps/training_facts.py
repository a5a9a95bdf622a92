"""What becomes of each entry with a company's files as they are now: pulled and mapped anew, beside the record."""

from __future__ import annotations

import shutil
import tempfile
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

from etl.sandbox.training.world import World, ticket
from etl.sql.order import MAP
from etl.sql.run import Limits
from etl.steps.map_entries import stage
from etl.steps.run import start
from etl.steps.stages import pull
from etl.workspace import Workspace

Facts = dict[int, list[dict[str, Any]]]
EXPORT_COLUMNS = ("worked_on", "started_at", "worked_seconds", "is_billable")
COLUMNS = {   # which columns each file answers for
    "employees.csv": ("employee_id", "employee_name", "worker_type", "pay_group", "pay_rate_millionths"),
    "projects.csv": ("customer_job", "bill_rate", "bill_currency", "is_fixed_fee"),
    "items.csv": ("service_item", "hour_kind", "bill_rate", "bill_currency", "is_fixed_fee"),
    "rates.csv": ("bill_rate", "bill_currency"),
    "private/pay_rates.csv": ("pay_rate_millionths",),
}
ALL_COLUMNS = tuple(dict.fromkeys((*EXPORT_COLUMNS, *(name for names in COLUMNS.values() for name in names))))
_GONE = ("superseded", "withdrawn")


def columns_of(where: str) -> tuple[str, ...]:
    """What a mistake in this file moves; one in the export moves everything of its entry."""
    return COLUMNS.get(where, ALL_COLUMNS)


def file_of_column(column: str) -> str:
    """The file that is to blame where a column is not what it should be."""
    return next((name for name, columns in COLUMNS.items() if column == columns[0] or column in columns), "export")


def facts_of(files: dict[str, bytes], inbox: dict[str, bytes], company: str, period_end: date) -> Facts:
    """Per ticket the entries that carry it, with what they map to; those gone or replaced are left out.

    Raises EtlError as a run does.
    """
    with tempfile.TemporaryDirectory(prefix="tb-") as private:
        place = Workspace(Path(private))
        for folder, content in ((place.mappings(company), files), (place.inbox(company), inbox)):
            for name, data in content.items():
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                path.write_bytes(data)
                path.chmod(0o600)
        run = start(company, period_end, place.root, in_memory=True, limits=Limits(threads=1))
        pull(run)
        try:
            with run.engine() as engine:
                stage(run, engine, run.pulls())
                engine.run(MAP)
                notes = {(row["pull_number"], row["source_row"]): row["note"] for row in engine.fetch(
                    "landed_texts").select(["pull_number", "source_row", "note"]).to_pylist()}
                rows = engine.fetch("entries_with_states").to_pylist()
        finally:
            run.end()
            shutil.rmtree(place.root / "data", ignore_errors=True)
    found: Facts = defaultdict(list)
    for row in rows:
        if row["pay_state"] not in _GONE:
            row["is_fixed_fee"] = row["bill_reason"] == "TE048"
            number = ticket(notes.get((row["pull_number"], row["source_row"])) or "")
            found[number].append({name: row[name] for name in ALL_COLUMNS})
    return dict(found)


def facts_of_world(world: World) -> Facts:
    """The same with everything as it should be."""
    return facts_of(world.files(), world.exports(), world.company.id, world_end(world))


def world_end(world: World) -> date:
    """The last day of the week to practice on."""
    return date.fromordinal(world.company.monday(1).toordinal() - 1)


def files_below(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, by its path in it."""
    return {path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()}
