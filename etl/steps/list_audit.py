"""The audit before the first week: names of the trackers beside those of cross-references and the books' own lists."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa

from etl.codes import codes_table
from etl.mapping.declared import FILES
from etl.settings import Settings, read_settings
from etl.sql.order_reports import LISTS
from etl.sql.run import Engine
from etl.steps.notebook import show_errors_calmly
from etl.steps.outcome import NEW_LINE, Cell, Link, Outcome
from etl.steps.report_file import write_report
from etl.steps.run import person_of, place_of
from etl.steps.tracker_side import lenient_mappings, newest_day, stage_all_time
from etl.steps.trusted import permit
from etl.store import files
from etl.units import clock_hours
from etl.workbooks.list_audit import SIDES, render_list_audit
from etl.workspace import Workspace, is_sandbox

TO_MAP = {"person": "employees.csv", "project": "projects.csv", "item": "items.csv"}
_STATEMENTS = tuple(name for name in LISTS if name != "work_to_map")


@dataclass(frozen=True)
class ListAudit:
    """What the audit found, as tables, and where its files lie. Each method shows one part of it."""

    name: str
    source: str
    as_of: date
    tables: dict[str, pa.Table]
    folder: str
    files: tuple[str, ...]
    company: str

    def summary(self) -> Outcome:
        """How many findings of each kind, how much time is in, waits or is out, and the files."""
        counts = Counter((row["code"], row["title"]) for row in self.tables["list_findings"].to_pylist())
        missing = self.tables["rows_to_map"].num_rows
        return Outcome(
            title=f"{self.name}: {sum(counts.values())} finding(s) about names, {missing} row(s) to map",
            facts=(("compared", f"{self.source}, up to {self.as_of}"), *_scope_facts(self.tables["scope_table"]),
                   ("files", self.folder)),
            headings=("code", "finding", "names"),
            rows=tuple((code, title, f"{count:,}") for (code, title), count in sorted(counts.items())),
            next_step=f"look through {self.files[0]}" + (
                f"; complete {', '.join(self.files[2:])} and add the rows to mappings/{self.company}/" if missing
                else "; every name in use is mapped"))

    def findings(self) -> Outcome:
        """Every finding, the surest first."""
        rows = self.tables["list_findings"].to_pylist()
        return Outcome(
            title=f"{len(rows)} finding(s)",
            headings=("finding", "whose", "name", "other name", "score", "hours", "told"),
            rows=tuple((row["title"], f"{SIDES[row['side']]}{NEW_LINE}{row['kind'].replace('_', ' ')}",
                        row["name"] or "", row["other"] or "",
                        "" if row["score"] is None else row["score"],
                        "" if row["seconds"] is None else clock_hours(row["seconds"]), row["told"] or "")
                       for row in rows))

    def scope(self) -> Outcome:
        """What is in, waits and is out, with hours and reason."""
        rows = self.tables["scope_table"].to_pylist()
        return Outcome(
            title="what is in, what waits, what is out",
            headings=("kind", "name", "scope", "reason", "entries", "hours", "from", "to"),
            rows=tuple((row["kind"], _named(row), row["scope"], row["reason"], f"{row['count_entries']:,}",
                        clock_hours(row["seconds"]), str(row["first_day"] or ""), str(row["last_day"] or ""))
                       for row in rows))

    def to_map(self) -> Outcome:
        """The rows that are missing, with a suggestion where a name is alike."""
        rows = self.tables["rows_to_map"].to_pylist()
        return Outcome(
            title=f"{len(rows)} row(s) to map",
            headings=("file", "name", "entries", "hours", "since", "may be", "score"),
            rows=tuple((TO_MAP[row["kind"]], _named(row), f"{row['count_entries']:,}", clock_hours(row["seconds"]),
                        str(row["first_day"]), row["suggested"] or "", "" if row["score"] is None else row["score"])
                       for row in rows))

    def links(self) -> Outcome:
        """The files, to open from a notebook that lies in notebooks/."""
        rows: tuple[tuple[Cell, ...], ...] = tuple((Link(name, f"../{self.folder}/{name}"),) for name in self.files)
        return Outcome(title=f"files in {self.folder}", headings=("file",), rows=rows)


def audit_lists(
    workspace: str | Path | None, company: str, *, person: str | None = None, today: date | None = None,
) -> ListAudit:
    """Compare the lists, write audit.xlsx, scope_table.csv and the CSVs to map below reports/<company>/audit/.

    Needs company.toml and exports, landed or in the inbox; cross-references and target_lists.csv as far as they are
    there. Reads only: no cross-reference is changed, nothing merged, a folder that is there is not written over.
    """
    show_errors_calmly()
    place = place_of(workspace)
    permit(place, company, "audit_lists", person or person_of(company))
    settings = read_settings(place.mappings(company) / "company.toml", company)
    tables, source, as_of = decide(place, company, settings, today or datetime.now(UTC).date())
    folder, names = _write(place, company, settings, tables, (source, as_of))
    return ListAudit(settings.company.name, source, as_of, tables, folder, names, company)


def decide(
    place: Workspace, company: str, settings: Settings, today: date,
) -> tuple[dict[str, pa.Table], str, date]:
    """The tables of the audit by name, where the time came from, and the day names are judged in force on."""
    scratch = place.scratch(company) / "audit"
    mappings = lenient_mappings(place.mappings(company), company)
    with Engine(None, scratch, [place.landing(company), scratch]) as engine:
        for name, table in mappings.items():
            engine.put(name, table)
        engine.put("codes", codes_table())
        source = stage_all_time(engine, place, company, settings, scratch)
        as_of = newest_day(engine, today)
        engine.put("list_parameters", _parameters(settings, as_of))
        engine.run(_STATEMENTS)
        found = {name: engine.fetch(name) for name in ("list_findings", "scope_table", "rows_to_map", "names_listed")}
    files.remove_tree(scratch)
    return found, source, as_of


def _parameters(settings: Settings, as_of: date) -> pa.Table:
    pilot = list(settings.pilot.employees) if settings.pilot else []
    return pa.table({
        "as_of": pa.array([as_of], pa.date32()), "go_live": pa.array([settings.company.go_live], pa.date32()),
        "pilot_employees": pa.array([pilot], pa.list_(pa.string())),
        **{name: [getattr(settings.master, name)] for name in ("people", "customers", "items", "accounts")}})


def _scope_facts(table: pa.Table) -> list[tuple[str, str]]:
    """Entries and hours by scope, counted by person."""
    facts = []
    for scope in ("in", "waits", "out"):
        rows = [row for row in table.to_pylist() if (row["kind"], row["scope"]) == ("person", scope)]
        if rows:
            hours = clock_hours(sum(row["seconds"] for row in rows))
            facts.append((f"people: {scope}", f"{sum(row['count_entries'] for row in rows):,} entries, {hours}"))
    return facts


def _named(row: dict[str, str]) -> str:
    outer = row["outer_ref"] if row["outer_ref"] not in ("", "(none)") else ""
    title = f" ({row['title']})" if row["title"] and row["title"] != row["ref"] else ""
    return f"{outer} : {row['ref']}" if outer else f"{row['ref']}{title}"


def _write(
    place: Workspace, company: str, settings: Settings, tables: dict[str, pa.Table], told: tuple[str, date],
) -> tuple[str, tuple[str, ...]]:
    """The folder of this audit, named by what it says, and its files; written once."""
    content = render_list_audit(settings.company.name, told, tables, is_sandbox=is_sandbox(company))
    mark = "SANDBOX_" if is_sandbox(company) else ""
    folder = place.root / "reports" / company / "audit" / f"{told[1]}-{files.sha256_bytes(content)[:8]}"
    to_map = {kind: [row for row in tables["rows_to_map"].to_pylist() if row["kind"] == kind] for kind in TO_MAP}
    names = (f"{mark}audit.xlsx", f"{mark}scope_table.csv", *(
        f"{mark}{name.removesuffix('.csv')}_to_map.csv" for kind, name in TO_MAP.items() if to_map[kind]))
    if not (folder / names[0]).exists():
        files.make_folder(folder)
        scope = tables["scope_table"]
        write_report(folder / names[1], scope.column_names, (list(row.values()) for row in scope.to_pylist()))
        for kind, name in TO_MAP.items():
            if to_map[kind]:
                declared = next(one for one in FILES if one.name == name)
                rows = [_csv_row(declared.needed, row) for row in to_map[kind]]
                write_report(folder / f"{mark}{name.removesuffix('.csv')}_to_map.csv", declared.needed, rows)
        files.publish_new(folder / names[0], content)
    return folder.relative_to(place.root).as_posix(), names


def _csv_row(headings: list[str], row: dict[str, object]) -> list[object]:
    """One row ready to be completed: what is known, and a name where one is alike; what a person decides is empty."""
    sure = row["suggested_id"] if row["score"] is not None else None
    known: dict[str, object] = {
        "source": row["source"], "person_ref": row["ref"], "client_ref": row["outer_ref"], "project_ref": row["ref"],
        "service_ref": row["ref"], "effective_from": row["first_day"],
        "employee_id": sure, "employee_name": row["suggested"] or row["title"], "customer_job": sure,
        "service_item": row["suggested"]}
    return [known.get(name) or "" for name in headings]
