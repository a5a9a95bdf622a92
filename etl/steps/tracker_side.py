"""What the trackers have told so far, without a period: for the audit before the first week, mapped or not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa

from etl.errors import RefusedError
from etl.mapping.declared import FILES
from etl.mapping.load import load_file
from etl.periods import FIRST_DAY, LAST_DAY
from etl.settings import Settings
from etl.sources import files as file_source
from etl.sources.dialects import effective
from etl.sources.privacy import screened
from etl.sql.run import Engine
from etl.steps.map_entries import stage_pulls
from etl.steps.pull import request_of
from etl.store import files, landing
from etl.store.landing import Pull
from etl.workspace import Workspace

CROSS_REFERENCES = ("map_employees", "map_projects", "map_scope", "map_items", "map_accounts", "map_target_lists")
_VERSIONS = ("midnights", "fingerprints", "entries_keyed", "entries_redelivered", "entry_versions", "work_used",
             "refs_used", "refs_resolved")


def lenient_mappings(folder: Path, company: str) -> dict[str, pa.Table]:
    """The cross-references that audits compare, by table; a file that is not there yet has no rows.

    Raises MappingError for a file that is there and has faults.
    """
    declared = [one for one in FILES if one.table in CROSS_REFERENCES]
    return {one.table: load_file(folder, replace(one, optional=True, rows_needed=False), company) for one in declared}


def stage_all_time(engine: Engine, place: Workspace, company: str, settings: Settings, scratch: Path) -> str:
    """Every entry version of all time (entry_versions) and the row that answers each name (refs_resolved); where from.

    From what has landed; before the first pull from the files in the inbox, read once and not kept.
    Raises RefusedError NOTHING_PULLED where there is neither.
    """
    pulls = landing.read_pulls(place, company)
    source = f"{len(pulls)} pull(s) in {place.landing(company).relative_to(place.root).as_posix()}"
    if not pulls:
        pulls = _from_inbox(place, company, settings, scratch)
        source = f"{len(pulls)} file(s) in {place.inbox(company).relative_to(place.root).as_posix()}, not landed yet"
    engine.put("run_parameters", pa.table({
        "first_day_read": pa.array([FIRST_DAY], pa.date32()), "window_end": pa.array([LAST_DAY], pa.date32())}))
    stage_pulls(engine, pulls)
    engine.run(_VERSIONS)
    return source


def _from_inbox(place: Workspace, company: str, settings: Settings, scratch: Path) -> tuple[Pull, ...]:
    """The export files as pulls that nobody keeps: parsed by the same readers, written to scratch."""
    pulls: list[Pull] = []
    files.make_folder(scratch)
    for drop in settings.drops:
        for path in file_source.list_files(place.inbox(company), drop):
            received = screened(file_source.read_file(path), path.name, effective(drop))
            table = file_source.parse_file(received.content, path.name, drop)
            number = len(pulls) + 1
            parquet = scratch / f"{number}.parquet"
            files.write_note(parquet, bytes(landing.parquet_bytes(table)))
            pulls.append(Pull(str(number), number, drop.name, path.name, parquet, table.num_rows,
                              request_of(drop, path.name, received), files.sha256_bytes(received.content)))
    if not pulls:
        raise RefusedError(
            "NOTHING_PULLED", what=f"There is no time of {company} to compare: nothing has landed, no drop is declared",
            where=f"mappings/{company}/company.toml",
            fix="Declare the tracker's export under [[drops]] and put it into the inbox, or pull a connection first.")
    return tuple(pulls)


def newest_day(engine: Engine, today: date) -> date:
    """The last day anybody worked, the day names are judged in force on; today where nothing is dated."""
    days = engine.fetch("refs_used")["worked_on"].to_pylist()
    return max(days, default=today)
