"""Explain, for an entry: which rows of the cross-references answered it, as its batch was made with them."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from etl.mapping.load import MappingSet, load_mappings
from etl.sql.run import Engine
from etl.store import batches
from etl.store.mapping_sets import mapping_folder
from etl.tables import TEXT
from etl.tables.kinds import schema
from etl.workspace import Workspace

_REFS = schema(("kind", TEXT), ("source", TEXT), ("outer_ref", TEXT), ("ref", TEXT), ("worked_on", pa.date32()))
_RATED = ("employee_id", "customer_job", "service_item")
_FILES = {"person": "employees.csv", "project": "projects.csv", "item": "items.csv"}
_TABLES = ("map_employees", "map_projects", "map_items")


def mapping_of(place: Workspace, batch: batches.Batch) -> MappingSet:
    """The cross-references a batch was made with, as they landed."""
    return load_mappings(mapping_folder(place, batch.company, batch.mapping_digest), batch.company)


def mapped_by(place: Workspace, batch: batches.Batch, entry: dict[str, Any]) -> list[tuple[str, str]]:
    """The set and its rows behind an entry: person, project, item, and where the pay rate of its day stands."""
    facts = [("cross-references", f"set {batch.mapping_digest[:12]}")]
    if entry["worked_on"] is None:
        return facts
    mappings = mapping_of(place, batch)
    day, source = entry["worked_on"], entry["source"]
    refs = [("person", "", entry["person_ref"]), ("project", entry["client_ref"] or "(none)", entry["project_ref"]),
            ("item", "", entry["service_ref"])]
    scratch = place.scratch(batch.company) / "explain"
    with Engine(None, scratch, [scratch]) as engine:
        engine.put("refs_used", pa.Table.from_pylist(
            [{"kind": kind, "source": source, "outer_ref": outer, "ref": ref or "(none)", "worked_on": day}
             for kind, outer, ref in refs], schema=_REFS))
        for table in (*_TABLES, "map_rates"):
            engine.put(table, mappings.tables[table])
        engine.run(("refs_resolved", "bill_rates_ranked"))
        answers = {row["kind"]: row["map_row"] for row in engine.fetch("refs_resolved").to_pylist()}
        rates = engine.fetch("bill_rates_ranked").to_pylist()
    facts += [(f"{kind} by", f"{name}, line {answers[kind]}" if kind in answers else f"no row of {name}")
              for kind, name in _FILES.items()]
    facts += [("pay rate by", f"private/pay_rates.csv, line {row['map_row']}") for row in mappings.rows("map_pay_rates")
              if row["employee_id"] == entry["employee_id"] and row["effective_from"] <= day <= row["effective_to"]]
    return facts + [("bill rate by", f"rates.csv, line {line}") for line in _rated_by(rates, [entry])]


def billed_by(place: Workspace, batch: batches.Batch, entry_ids: set[str]) -> list[tuple[str, str]]:
    """The rows of rates.csv behind a billed line, from the entries that it bills."""
    entries = batch.table("entries")
    own = entries.filter(pc.is_in(entries["entry_id"], pa.array(sorted(entry_ids), pa.string()))).to_pylist()
    scratch = place.scratch(batch.company) / "explain"
    with Engine(None, scratch, [scratch]) as engine:
        engine.put("map_rates", mapping_of(place, batch).tables["map_rates"])
        engine.run(("bill_rates_ranked",))
        lines = _rated_by(engine.fetch("bill_rates_ranked").to_pylist(), own)
    told = f"rates.csv, line{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines))}"
    return [("bill rate by", told)] if lines else []


def _rated_by(rates: list[dict[str, Any]], entries: list[dict[str, Any]]) -> list[int]:
    """The lines of rates.csv that price these entries, as far as they are billed: the closest of a day."""
    found = set()
    for entry in entries:
        day = entry["worked_on"]
        fitting = [row for row in rates if entry["bill_state"] == "exported"
                   and row["effective_from"] <= day <= row["effective_to"]
                   and all(row[name] in ("*", entry[name]) for name in _RATED)]
        found |= {max(fitting, key=lambda row: row["closeness"])["map_row"]} if fitting else set()
    return sorted(found)
