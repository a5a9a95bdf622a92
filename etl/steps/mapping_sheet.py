"""The cross-references as a workbook to edit: the CSVs as they are, before them the rows that held work waits for."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from etl.errors import RefusedError
from etl.mapping.columns import MappingFile
from etl.mapping.declared import FILES
from etl.mapping.load import MappingSet, load_mappings
from etl.settings import Settings, read_settings
from etl.steps.missing_rows import missing_rows
from etl.steps.outcome import Outcome
from etl.steps.run import place_of
from etl.store import audit_log, batches, files
from etl.workbooks.mapping_sheet import Field, MappingTable, render_mapping, title_of
from etl.workspace import Workspace, is_sandbox

_NOT_BY_HAND = ("fx_rates.csv", "billing_decisions.csv")   # loaded, or taken in from a worksheet of their own
_TARGET_LISTS = {"customer_job": "customer_job", "service_item": "service_item", "account": "account",
                 "employee_name": "employee", "vendor_name": "vendor"}   # a column: the books' list of its names
_OFFERED = ("source", "customer_job", "service_item", "account", "employee_id", "employee_name", "pay_group",
            "work_location", "client_ref", "project_ref", "service_ref", "vendor_id", "vendor_name", "currency",
            "pay_item", "customer", "place")
Todo = Sequence[tuple[str, Sequence[str]]]


@dataclass(frozen=True)
class Edited:
    """One CSV as it lies there: heading and rows as text, and its bytes."""

    declared: MappingFile
    content: bytes
    headings: tuple[str, ...]
    rows: list[tuple[str, ...]]

    @property
    def digest(self) -> str:
        """The sha256 of the file."""
        return files.sha256_bytes(self.content)


def write_mapping_sheet(
    workspace: str | Path | None, company: str, to: Path | None = None, *, with_private: bool = False,
) -> Outcome:
    """Write the workbook: a sheet for each CSV, text cells, drop-downs from the books' lists, rows to do first.

    What is to do comes from the newest draft or batch of each period: names that keep its entries held and that the
    cross-references still do not answer. Files of pay (private/) are in it only where asked for. An existing file is
    never written over. Raises MappingError, RefusedError SHEET_TAKEN.
    """
    place = place_of(workspace)
    settings = read_settings(place.mappings(company) / "company.toml", company)
    mappings = load_mappings(place.mappings(company), company)
    todo = _todo(place, company, settings, mappings)
    found = [file for file in edited(mappings) if with_private or not file.declared.name.startswith("private/")]
    tables = [_table(file, todo.get(file.declared.name, [])) for file in found]
    target = to or place.root / "reports" / company / "mapping"
    command = f"timebooks mapping take-in FILE --company {company}"
    content = render_mapping(tables, _lists(settings, mappings), company=settings.company.name, command=command,
                             is_sandbox=is_sandbox(company))
    mark = "SANDBOX_" if is_sandbox(company) else ""
    path = to or target / f"{mark}mapping_{files.sha256_bytes(content)[:8]}.xlsx"
    is_there = path.exists()
    if is_there and to is not None:
        raise RefusedError("SHEET_TAKEN", what=f"{path.name} is there already and may hold somebody's changes",
                           where=str(path), fix="Take it in first, or give another name with --to.")
    if not is_there:
        if to is None:
            files.make_folder(path.parent)
        files.publish_new(path, content)
    at = path.relative_to(place.root).as_posix() if path.is_relative_to(place.root) else str(path)
    left = sum(len(table.todo) for table in tables)
    hidden = {name: rows for name, rows in todo.items() if name not in {file.declared.name for file in found}}
    facts = [("workbook", f"{at}{' (there already, left as it is)' if is_there else ''}"), ("to do", str(left))]
    facts += [(f"to do in {name}", f"{len(rows)}; with --private") for name, rows in hidden.items()]
    return Outcome(
        title=f"{settings.company.name}: {len(tables)} files of cross-references to edit",
        facts=tuple(facts), headings=("sheet", "file", "rows", "to do"),
        rows=tuple((title_of(table.file), table.file, f"{len(table.rows):,}", f"{len(table.todo):,}")
                   for table in tables),
        next_step=f"edit the workbook, save it, then timebooks mapping take-in {at} --company {company}")


def waiting_rows(place: Workspace, company: str, settings: Settings, mappings: MappingSet) -> int:
    """How many rows held work of the drafts waits for, in all files."""
    return sum(len(rows) for rows in _todo(place, company, settings, mappings).values())


def edited(mappings: MappingSet) -> Iterator[Edited]:
    """The CSVs that a person edits, in the order they are declared."""
    for declared in FILES:
        if declared.name in mappings.contents and declared.name not in _NOT_BY_HAND:
            content = mappings.contents[declared.name]
            lines = [cells for cells in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")) if cells]
            yield Edited(declared, content, tuple(lines[0]), [tuple(cells) for cells in lines[1:]])


def _todo(place: Workspace, company: str, settings: Settings, mappings: MappingSet) -> dict[str, Todo]:
    """By file, the rows that are missing: why, and the cells that are known."""
    sealed = [one for one, _ in batches.newest_of_each(place, company, audit_log.read_log(place, company))]
    todo: dict[str, list[tuple[str, Sequence[str]]]] = defaultdict(list)
    for row in missing_rows(place, company, settings, mappings, sealed):
        todo[row.file].append((row.why, row.cells))
    return dict(todo)


def _table(file: Edited, todo: Todo) -> MappingTable:
    kinds = {column.name: column for column in file.declared.columns}
    fields = tuple(Field(name, kinds[name].choices, name if name in _OFFERED and not kinds[name].choices else "")
                   for name in file.headings)
    return MappingTable(file.declared.name, file.digest, fields, file.rows, todo)


def _lists(settings: Settings, mappings: MappingSet) -> dict[str, list[str]]:
    """What each column's drop-down offers: the books' own list, and what the cross-references already say."""
    lists: dict[str, set[str]] = {name: set() for name in _OFFERED}
    for row in mappings.rows("map_target_lists"):
        for column, one in _TARGET_LISTS.items():
            if row["list"] == one:
                lists[column].add(row["name"])
    for file in edited(mappings):
        for at, name in enumerate(file.headings):
            if name in lists and name != "source":
                lists[name] |= {row[at] for row in file.rows if len(row) > at}
    lists["source"] |= {"*", *(one.name for one in settings.drops), *(one.name for one in settings.connections)}
    return {name: sorted(values - {""}, key=lambda text: (text.casefold(), text)) for name, values in lists.items()}
