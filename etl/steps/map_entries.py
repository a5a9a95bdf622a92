"""Map: landed rows become entry versions with person, customer:job, item and exactly one state in each stream."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pyarrow as pa

from etl.errors import RefusedError
from etl.sql.order import MAP
from etl.sql.run import Engine
from etl.steps.holiday_calendar import SOURCE
from etl.steps.inputs import put_inputs, refuse_gaps
from etl.steps.outcome import Outcome
from etl.steps.rounding import refuse_forbidden_rounding
from etl.steps.run import Run
from etl.store.landing import Pull
from etl.targets.accounts import refuse_accounts
from etl.targets.mapped_names import refuse_names
from etl.units import clock_hours

_FORMATS = (
    "zone",
    "date_format",
    "instant_format",
    "duration",
    "decimal_sign",
    "end_rolls_over",
    "billable_words",
    "not_billable_words",
)


def map_entries(run: Run) -> Outcome:
    """Give every landed entry of the window its mapping rows and states, in the run's working database.

    Raises MappingError for gaps every run would fall into; RefusedError when a later complete pull would withdraw more
    of a source than its ceiling allows (an empty or short answer is never read as "all deleted").
    """
    refuse_gaps(run)
    named = {table: run.mappings.rows(table) for table in run.mappings.tables}
    documents = run.settings.targets.documents
    refuse_accounts(named["map_accounts"], run.company, documents, leave=named["map_pay_items"])
    refuse_names(named, documents, run.company)
    pulls = run.pulls()
    if not pulls:
        raise RefusedError(
            "NOTHING_PULLED",
            what=f"Nothing has been pulled for {run.company}",
            where=run.shown(run.workspace.landing(run.company)),
            fix=f"Drop the export into {run.shown(run.workspace.inbox(run.company))} and pull first (10_pull).",
        )
    _refuse_incomplete(run, pulls)
    with run.locked("mapping"), run.engine() as engine:
        stage(run, engine, pulls)
        refuse_forbidden_rounding(run, engine)
        engine.run(MAP)
        refuse_mass_withdrawal(run, engine)
        return _outcome(run, engine)


def stage(run: Run, engine: Engine, pulls: tuple[Pull, ...]) -> None:
    """Bring landed rows and everything the decisions read into the working database; text becomes dates and seconds.

    What a pull was declared as holds for ever, so a later change of settings does not rewrite the past.
    """
    put_inputs(run, engine)
    stage_pulls(engine, pulls)


def stage_pulls(engine: Engine, pulls: tuple[Pull, ...]) -> None:
    """Bring landed rows into the working database, each pull read by the declaration it was landed with."""
    pulls = tuple(pull for pull in pulls if pull.request["completeness"] != "incomplete")   # kept, never drafted from
    engine.put(
        "pulls",
        pa.table(
            {
                "filename": [str(pull.entries_path) for pull in pulls],
                "source": [pull.drop for pull in pulls],
                "pull_number": pa.array([pull.number for pull in pulls], pa.int64()),
                "pull_id": [pull.pull_id for pull in pulls],
                "zone": [pull.request["declaration"]["zone"] for pull in pulls],
            }
        ),
    )
    complete = [pull for pull in pulls if pull.request["completeness"] == "complete"]
    engine.put(
        "complete_pulls",
        pa.table(
            {
                "source": pa.array([pull.drop for pull in complete], pa.string()),
                "pull_number": pa.array([pull.number for pull in complete], pa.int64()),
                "window_start": pa.array(
                    [date.fromisoformat(pull.request["window"][0]) for pull in complete], pa.date32()
                ),
                "window_end": pa.array(
                    [date.fromisoformat(pull.request["window"][1]) for pull in complete], pa.date32()
                ),
                "population": pa.array([pull.request["population"] for pull in complete], pa.list_(pa.string())),
            }
        ),
    )
    engine.link_parquet("landed_files", [pull.entries_path for pull in pulls])
    groups: dict[str, dict[str, Any]] = {}
    for pull in pulls:
        declared, is_connection = pull.request["declaration"], "connection" in pull.request
        ends = not is_connection and any("end_text" in feeds.split() for feeds in declared["columns"].values())
        formats = {name: declared[name] for name in _FORMATS} | {"has_end": ends, "row_zones": is_connection}
        group = groups.setdefault(repr(formats), formats | {"pull_numbers": []})
        group["pull_numbers"].append(pull.number)
    engine.run(("landed_texts", "tracked_people", "tracked_works"))
    engine.run_each("stg_files__time_entries", list(groups.values()))


def landed_between(staged: Engine, first: date, last: date) -> dict[str, pa.Table]:
    """The landed rows of entries that lie between two days in any delivery, as staged, with texts and pulls."""
    staged.run_each("landed_again", [{"first_day": first, "last_day": last}])
    staged.run(("texts_again",))
    again = {"landed_again": "stg_files__time_entries", "texts_again": "landed_texts"}
    whole = ("tracked_people", "tracked_works", "pulls", "complete_pulls")
    return {again.get(name, name): staged.fetch(name) for name in (*again, *whole)}


def put_landed(engine: Engine, landed: Mapping[str, pa.Table]) -> None:
    """Store what `landed_between` found, in place of reading the landing again."""
    for name, table in landed.items():
        engine.put(name, table)


def _refuse_incomplete(run: Run, pulls: tuple[Pull, ...]) -> None:
    """A connection whose newest reading has no proven end waits: what is missing may be anything."""
    newest = {pull.drop: pull for pull in pulls}
    for pull in newest.values():
        if pull.request["completeness"] == "incomplete":
            raise RefusedError(
                "PULL_INCOMPLETE",
                what=f"The newest pull of {pull.drop} is incomplete ({pull.request['evidence'].get('stopped', '')})",
                where=f"{run.shown(pull.entries_path.parent)}",
                fix="Pull again (10_pull); it goes on where it stopped. Nothing is drafted from a part.",
            )


def refuse_mass_withdrawal(run: Run, engine: Engine) -> None:
    """Raise RefusedError DELETE_CEILING where more of a source would be gone than its ceiling allows."""
    ceilings = {drop.name: drop.delete_ceiling_percent for drop in run.settings.drops}
    ceilings[SOURCE] = 100   # what the company takes out of its own calendar is meant
    ceilings |= {connection.name: connection.delete_ceiling_percent for connection in run.settings.connections}
    engine.run(("withdrawal_shares",))
    for row in engine.fetch("withdrawal_shares").to_pylist():
        ceiling = ceilings.get(row["source"], 0)
        if row["withdrawn"] * 100 > ceiling * row["entries"] and row["withdrawn"] > 1:
            raise RefusedError(
                "DELETE_CEILING",
                what=f"{row['withdrawn']} of {row['entries']} of {row['source']} would be gone (over {ceiling} %)",
                where=f"drop {row['source']}, window {run.window.start} to {run.window.end}",
                fix="Look whether the newest export is complete. If the deletions are meant, raise "
                "delete_ceiling_percent of the drop.",
            )


def _outcome(run: Run, engine: Engine) -> Outcome:
    if run.of_fleet:   # what is only told takes a twentieth of a small week
        return Outcome(title="mapped the entry versions of the calculation window")
    engine.run(("state_counts", "repeats_told"))
    rows = engine.fetch("state_counts").to_pylist()
    return Outcome(
        title=f"mapped {engine.count('entry_versions'):,} entry versions of the calculation window",
        facts=(
            *(("differs from approved", told) for told in run.chosen.told),
            *(
                (f"{row['source']}, delivered again", _repeats(row["repeats"], row["late"]))
                for row in engine.fetch("repeats_told").to_pylist()
            ),
        ),
        headings=("stream", "state", "entries", "hours"),
        rows=tuple(
            (row["stream"], row["state"].replace("_", " "), f"{row['count_entries']:,}", clock_hours(row["seconds"]))
            for row in rows
        ),
        next_step="apply the rules (30_rules)",
    )


def _repeats(repeats: int, late: int) -> str:
    """What was delivered more than once, and how much of it came later than a newer state; each counts once."""
    return f"{repeats:,} rows count once" + (f"; {late:,} states came late and change nothing" if late else "")
