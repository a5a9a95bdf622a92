"""The rows that held work waits for, in one place: workbook, list of exceptions and alerts show the same ones."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from etl.mapping.load import MappingSet
from etl.settings import Settings
from etl.sql.run import Engine
from etl.store.batches import Sealed
from etl.tables import ENTRIES
from etl.units import clock_hours
from etl.workspace import Workspace

KNOWN = {   # of a row to do: the columns whose cells are known
    "employees.csv": ("source", "person_ref"), "projects.csv": ("source", "client_ref", "project_ref"),
    "items.csv": ("source", "service_ref"), "rates.csv": ("customer_job", "service_item", "employee_id"),
    "private/pay_rates.csv": ("employee_id",)}
NO_NAME = "(none)"
_HELD = ("entry_id", "source", "person_ref", "employee_id", "client_ref", "project_ref", "service_ref", "customer_job",
         "service_item", "worked_on", "worked_seconds", "pay_reason", "cost_reason", "bill_reason")
_TABLES = ("map_employees", "map_projects", "map_items", "map_rates", "map_pay_rates")


@dataclass(frozen=True)
class MissingRow:
    """A name without a row in one file: the cells that are known, and how much waits for it since when."""

    file: str
    source: str
    outer_ref: str   # the client of a project, the item of a rate
    ref: str
    first_day: date
    entries: int
    seconds: int
    headings: tuple[str, ...]
    since: date      # the first day the row has to hold on

    @property
    def why(self) -> str:
        """How much waits since when."""
        return f"{self.entries:,} entries, {clock_hours(self.seconds)}, since {self.first_day}"

    @property
    def cells(self) -> list[str]:
        """What is known, in the order of the company's own file."""
        known = {"source": self.source, "person_ref": self.ref, "client_ref": self.outer_ref, "project_ref": self.ref,
                 "service_ref": self.ref, "customer_job": self.ref, "service_item": self.outer_ref,
                 "employee_id": "*" if self.file == "rates.csv" else self.ref}
        given = {name: known[name] for name in KNOWN[self.file]} | {"effective_from": self.since.isoformat()}
        return [given.get(name, "") for name in self.headings]

    @property
    def csv_row(self) -> str:
        """The whole row, ready to be checked and pasted: a project or a service under the name the tracker gives it."""
        guessed = {}
        if self.file == "projects.csv":
            is_of_client = self.outer_ref != NO_NAME
            job = f"{self.outer_ref}:{self.ref}" if is_of_client else f"Customer:{self.ref}"
            guessed = {"client_ref": self.outer_ref if is_of_client else "*", "customer_job": job,
                       "billing_method": "time_and_materials"}
        elif self.file == "items.csv":
            guessed = {"service_item": self.ref, "hour_kind": "worked"}
        text = io.StringIO()
        csv.writer(text, lineterminator="").writerow(
            [guessed.get(name, cell) for name, cell in zip(self.headings, self.cells, strict=True)])
        return text.getvalue()

    def owner(self, owners: Mapping[str, str]) -> str:
        """Whose it is by [approval] owners: the project's, its client's, everything's; else the bookkeeper's."""
        return next((owners[name] for name in (self.ref, self.outer_ref, "*") if name in owners), "the bookkeeper")


def missing_rows(
    place: Workspace, company: str, settings: Settings, mappings: MappingSet, sealed: Sequence[Sealed],
    entry_ids: Collection[str] | None = None,
) -> list[MissingRow]:
    """What keeps entries of these drafts and batches held and the cross-references still do not answer.

    `entry_ids`: only what these entries wait for.
    """
    if not sealed or (entry_ids is not None and not entry_ids):
        return []
    told_of = [one.table("entries", list(_HELD)) for one in sealed]
    if entry_ids is not None:
        wanted = pa.array(sorted(entry_ids), pa.string())
        told_of = [table.filter(pc.is_in(table["entry_id"], value_set=wanted)) for table in told_of]
    scratch = place.scratch(company) / "mapping"
    with Engine(None, scratch, [scratch]) as engine:
        engine.put("entries_to_map", pa.concat_tables([ENTRIES.empty_table().select(list(_HELD)), *told_of]))
        for table in _TABLES:
            engine.put(table, mappings.tables[table])
        engine.run(("work_to_map",))
        rows = engine.fetch("work_to_map").to_pylist()
    headings = {name: _headings(mappings, name) for name in KNOWN}
    return [MissingRow(
        row["file"], row["source"], row["outer_ref"], row["ref"], row["first_day"], row["count_entries"],
        row["seconds"], headings[row["file"]], max(row["first_day"], settings.company.go_live)) for row in rows]


def _headings(mappings: MappingSet, name: str) -> tuple[str, ...]:
    content = mappings.contents.get(name, b"")
    return tuple(next(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")), ()))
