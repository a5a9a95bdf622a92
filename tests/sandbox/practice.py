"""Practice companies run for tests: written, every week from pull to close, and read back from the sealed batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from etl import steps
from etl.codes import codes_table
from etl.sandbox.company import Company
from etl.sandbox.timesheets import Case
from etl.sandbox.week import Week, make_week
from etl.sandbox.writing import write_company
from etl.sql.run import Limits
from etl.steps.run import Run
from etl.workspace import Workspace

Row = dict[str, Any]
STREAMS = ("pay", "cost", "bill")
SHOWN = {row["code"] for row in codes_table().to_pylist() if row["severity"] in ("stop", "hold", "note")}


@dataclass(frozen=True)
class Ran:
    """One week of a company as it was made, and the tables of its batch."""

    root: Path
    company: Company
    number: int
    week: Week
    facts: dict[str, str]
    tables: dict[str, list[Row]]


def run(company: Company, number: int, root: Path) -> Run:
    """The run of a week, the first is 0."""
    return steps.start(company.id, company.monday(number) + timedelta(days=6), root, in_memory=True,
                       limits=Limits(threads=1))   # small weeks, beside other tests


def close_weeks(company: Company, root: Path, count: int = 1) -> list[Ran]:
    """So many weeks from pull to close, each delivered when it has ended."""
    done = []
    for number in range(count):
        write_company(Workspace(root), company, number + 1, first=number)
        outcome = steps.week(run(company, number, root))
        assert outcome.exit_code == 0, outcome.text()
        tables = batch(company, number, root)
        done.append(Ran(root, company, number, make_week(company, number), dict(outcome.facts), tables))
    return done


def batch(company: Company, number: int, root: Path) -> dict[str, list[Row]]:
    """The tables of a published batch, by name."""
    end = company.monday(number) + timedelta(days=6)
    folder = Workspace(root).batch_folder(company.id, end, number + 1) / "data"
    return {path.stem: pq.read_table(path).to_pylist() for path in folder.glob("*.parquet")}


def differences(ran: Ran, cases: Sequence[Case]) -> list[str]:
    """What became of each case otherwise than planted; empty when all is as it must be."""
    return [f"{case.name} ({case.source}, {case.note!r}, version {case.version}): {fault}"
            for case in cases for fault in case_faults(case, ran.tables)]


def case_faults(case: Case, tables: dict[str, list[Row]]) -> list[str]:
    """The same for one case: number of entries, state and reason per stream, exception items, seconds per class."""
    found = [row for row in tables["entries"]
             if (row["source"], row["person_ref"], row["note"]) == (case.source, case.person_ref, case.note)
             and row["version"] == case.version and _is_same_time(row, case)]
    if len(found) != case.count:
        return [f"{len(found)} entries, not {case.count}"]
    faults = [fault for row in found for fault in _row_faults(case, row, tables)]
    return faults + _item_faults(case, found, tables)


def _is_same_time(row: Row, case: Case) -> bool:
    """An entry whose time was edited keeps its note; where the export says something else, its time may be another."""
    return bool(case.entry.told) or row["worked_seconds"] == case.entry.seconds


def _row_faults(case: Case, row: Row, tables: dict[str, list[Row]]) -> list[str]:
    states = " / ".join(f"{row[f'{stream}_state']} {row[f'{stream}_reason'] or '-'}" for stream in STREAMS)
    checks: list[tuple[str, object, object]] = [("states", states, case.states)]
    if case.regular_seconds is not None:
        pieces = [piece for piece in tables["pieces"]
                  if (piece["entry_id"], piece["version"]) == (row["entry_id"], row["version"])]
        for kind, expected in (("regular", case.regular_seconds), ("overtime", case.overtime_seconds)):
            checks.append((kind, sum(p["pay_seconds"] for p in pieces if p["hour_class"] == kind), expected))
    if case.bill_seconds is not None:
        checks.append(("bill seconds", row["bill_seconds"], case.bill_seconds))
    return [f"{name} {found}, not {wanted}" for name, found, wanted in checks if found != wanted]


def _item_faults(case: Case, found: Sequence[Row], tables: dict[str, list[Row]]) -> list[str]:
    """Exception items of all entries of the case: of two that are alike, the later one carries what they share."""
    codes = {row[f"{stream}_reason"] for row in found for stream in STREAMS} & SHOWN
    ids = {row["entry_id"] for row in found}
    items = {item["code"] for item in tables["exceptions"] if item["entry_id"] in ids}
    if any(len([other for other in tables["entries"] if other["entry_id"] == entry]) > 1 for entry in ids):
        return [f"items of all versions lack {sorted(codes - items)}"] if codes - items else []
    wanted = {*codes, *case.items}
    return [f"items {sorted(items)}, not {sorted(wanted)}"] if items != wanted else []
