"""Explain: every second, rule, cross-reference and approval behind one line; every line of one entry."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from etl.errors import RefusedError
from etl.steps.explain_corrections import corrected_pieces, correcting_line, correcting_lines
from etl.steps.explain_files import file_line, is_file_line, told
from etl.steps.explain_mapping import billed_by, mapped_by
from etl.steps.history import companies
from etl.steps.outcome import Outcome
from etl.store import audit_log, batches, landing
from etl.store.records import Record
from etl.units import clock_hours
from etl.workspace import Workspace

_DECISIONS = ("draft", "approve", "export", "reconcile", "close")
_LINE = re.compile(r"(?P<batch>[0-9]{4,})-(?P<letter>[LRUEBJPTVSCDWOMN]|SR|CR|ER|MR|NR)-[0-9]+")

_TABLES = {
    "L": "postings", "R": "postings", "U": "postings", "E": "postings", "ER": "postings",
    "S": "postings", "SR": "postings", "M": "postings", "MR": "postings",
    "N": "postings", "NR": "postings", "B": "billable_lines",
    "P": "payroll_lines", "T": "time_activities", "V": "vendor_lines",
    "J": "invoice_lines",
}


def explain(reference: str, workspace: str | Path, company: str | None = None) -> Outcome:
    """What stands behind a line such as 0042-L-017, or every line that an entry id is part of.

    A line of a written file, journal_TB0042L.csv:7, is explained as the line of the batch it shows, or lists them.

    A credit line or a reversal line is explained by the debit lines of its journal, a correcting line by what changed
    and the line it corrects. Raises RefusedError NOT_FOUND.
    """
    place = Workspace(Path(workspace).resolve())
    for candidate in [company] if company else companies(place):
        records = audit_log.read_log(place, candidate)
        for record in records:
            if record.type != "export":
                continue
            batch = batches.batch_of(place, candidate, record)
            found = _any(place, batch, reference, records)
            if found is not None:
                return found
        if (late := correcting_lines(place, candidate, reference)) is not None:
            return late
    raise RefusedError(
        "NOT_FOUND",
        what=f"No exported line or entry is called {reference!r}",
        where="the exported batches",
        fix="Take a line from the workbook's sheet Lines, such as 0001-L-003, or an entry id from Exceptions.",
    )


def _any(
    place: Workspace, batch: batches.Batch, reference: str, records: tuple[Record, ...],
) -> Outcome | None:
    if _LINE.fullmatch(reference):
        return _line(place, batch, reference, records)
    if is_file_line(reference) and (shown := file_line(place, batch, reference)) is not None:
        path, lines = shown
        one = _line(place, batch, lines[0][0], records) if len(lines) == 1 else None
        return one or told(batch, path, reference.rpartition(":")[2], lines)
    return _entry(place, batch, reference)


def _line(
    place: Workspace, batch: batches.Batch, reference: str, records: tuple[Record, ...],
) -> Outcome | None:
    match = _LINE.fullmatch(reference)
    if match is None or int(match["batch"]) != batch.batch:
        return None
    letter = match["letter"]
    if letter in ("C", "CR", "D", "W", "O"):
        return correcting_line(batch, reference, _decisions(batch, records))
    table = _TABLES[letter]
    if table in ("vendor_lines", "invoice_lines") and not batch.has_table(table):
        return None
    key = "payroll_line_id" if letter == "P" else "line_id"
    rows = [row for row in batch.table(table).to_pylist() if row[key] == reference]
    if not rows:
        return None
    line = rows[0]
    facts = [(name.replace("_", " "), str(value)) for name, value in line.items() if value is not None]
    if letter in ("B", "J"):
        shares = batch.table("allocations")
        billed = line["adjusts"] if letter == "J" and line["adjusts"] else reference
        behind = shares.filter(pc.equal(shares["line_id"], billed))["entry_id"]
        facts += billed_by(place, batch, set(behind.drop_null().to_pylist()))
    return Outcome(
        title=f"line {reference} of batch {batch.batch:04d}, period {batch.period_end}",
        facts=(*facts, ("cross-references", f"set {batch.mapping_digest[:12]}"), *_decisions(batch, records)),
        headings=("entry", "day", "seconds", "amount", "class", "rule"),
        rows=_pieces_of(batch, reference, letter, line),
        next_step="timebooks explain ENTRY shows every line of one entry",
    )


def _pieces_of(batch: batches.Batch, reference: str, letter: str, line: dict[str, Any]) -> tuple[tuple[str, ...], ...]:
    pieces = {piece["piece_id"]: piece for piece in batch.table("pieces").to_pylist()}
    additions = _additions(batch)
    if letter == "T":
        own = [
            piece
            for piece in pieces.values()
            if piece["entry_id"] == line["entry_id"] and piece["piece_on"] == line["worked_on"]
        ]
        return tuple(_shown(piece, piece["pay_seconds"], "") for piece in own)
    if letter == "P":
        own = [
            piece
            for piece in pieces.values()
            if (piece["employee_id"], piece["workweek_start"], piece["pay_item"])
            == (line["employee_id"], line["workweek_start"], line["pay_item"])
        ]
        paid = [row for row in additions.values() if row["payroll_line_id"] == reference]
        return (
            *(_shown(piece, piece["pay_seconds"], "") for piece in own),
            *(
                _shown_addition(row, "(pay addition)", row["printed_seconds"], str(row["amount"] or "rate missing"))
                for row in paid
            ),
        )
    shares = batch.table("allocations")
    mask = pc.equal(shares["line_id"], reference)
    if letter == "J":  # a fee or a retainer rests on no entry, a reduction on those of its line
        mask = pc.fill_null(pc.equal(shares["line_id"], pa.scalar(line["adjusts"], pa.string())), fill_value=False)
    elif letter in ("S", "SR"):  # accrued contractors: the vendors' lines of that account, job, class
        own_lines = _accrued_lines(batch, line)
        mask = pc.is_in(shares["line_id"], pa.array(own_lines, pa.string()))
    elif letter[0] in "MN":  # of the days up to a month's end
        mask = _accrued_days(batch, line, letter, pieces)
    elif letter in ("R", "ER") or not pc.any(mask).as_py():  # a credit or a reversal rests on all debits of its journal
        journal = letter[0] if letter[0] in "UE" else "L"
        mask = pc.starts_with(shares["line_id"], f"{batch.batch:04d}-{journal}-")
    return tuple(
        _shown(pieces[share["piece_id"]], share["seconds"], str(share["amount"]))
        if share["piece_id"] in pieces
        else _shown_addition(
            additions[share["piece_id"]], share["entry_id"] or "(no entry)", share["seconds"], str(share["amount"])
        )
        for share in shares.filter(mask).to_pylist()
    )


def _accrued_lines(batch: batches.Batch, line: dict[str, Any]) -> list[str]:
    """The lines of vendors' bills behind a line of their accrual; behind its credit, all of them."""
    keys = ("account", "customer_job", "class")
    lines = batch.table("vendor_lines").to_pylist()
    own = [row["line_id"] for row in lines if all(row[key] == line[key] for key in keys)]
    return own or [row["line_id"] for row in lines]


def _accrued_days(batch: batches.Batch, line: dict[str, Any], letter: str, pieces: dict[str, dict[str, Any]]) -> Any:
    """Which shares lie up to the day of an accrual, on lines of its account, job and class, or on all it balances."""
    shares, last_day = batch.table("allocations"), line["posted_on"] - timedelta(days=1 if letter.endswith("R") else 0)
    days = {name for name, piece in pieces.items() if piece["piece_on"] and piece["piece_on"] <= last_day}
    if letter[0] == "N":
        own = {row["line_id"] for row in batch.table("billable_lines").to_pylist()
               if line["customer_job"] in (None, row["customer_job"])}
    else:
        labor = [row for row in batch.table("postings").to_pylist() if row["line_id"].split("-")[1] in ("L", "E")]
        keys = ("account", "customer_job", "class")
        alike = {row["line_id"] for row in labor if all(row[key] == line[key] for key in keys)}
        own = alike or {row["line_id"] for row in labor}
    return pa.array([row["line_id"] in own and row["piece_id"] in days
                     for row in shares.select(["line_id", "piece_id"]).to_pylist()], pa.bool_())


def _shown(piece: dict[str, Any], seconds: int, amount: str) -> tuple[str, ...]:
    """One piece behind a line: entry, day, time, money, class and the sentence of its rule."""
    day = str(piece["piece_on"])
    return piece["entry_id"], day, clock_hours(seconds), amount, piece["hour_class"], piece["rule_sentence"]


def _additions(batch: batches.Batch) -> dict[str, dict[str, Any]]:
    """The pay additions of the batch by their ids; most batches have none."""
    if not (batch.folder / "data" / "pay_additions.parquet").exists():
        return {}
    return {row["addition_id"]: row for row in batch.table("pay_additions").to_pylist()}


def _shown_addition(row: dict[str, Any], entry: str, seconds: int, amount: str) -> tuple[str, ...]:
    """One pay addition behind a line: the entry that bears it, its day or workweek, money, class and its sentence."""
    day = str(row["addition_on"] or row["workweek_start"])
    return entry, day, clock_hours(seconds), amount, row["hour_class"], row["rule_sentence"]


def _decisions(batch: batches.Batch, records: tuple[Record, ...]) -> list[tuple[str, str]]:
    """Who drafted, approved, exported, reconciled and closed the batch, and when."""
    return [
        (f"{record.type} (record {record.number})", f"{record.person}, {record.recorded_at}")
        for record in records
        if record.body.get("batch") == batch.batch and record.type in _DECISIONS
    ]


def _entry(place: Workspace, batch: batches.Batch, reference: str) -> Outcome | None:
    entries = batch.table("entries")
    own = entries.filter(pc.equal(entries["entry_id"], reference)).to_pylist()
    shares = batch.table("allocations")
    lines = shares.filter(pc.equal(shares["entry_id"], reference)).to_pylist()
    if not own:
        return None
    newest = own[-1]
    facts = [(name.replace("_", " "), str(value)) for name, value in newest.items() if value is not None]
    return Outcome(
        title=f"entry {reference} in batch {batch.batch:04d}, period {batch.period_end}",
        facts=(*facts, *mapped_by(place, batch, newest), *_deliveries(place, batch.company, newest)),
        headings=("line", "piece", "seconds", "amount"),
        rows=(
            *(
                (share["line_id"], share["piece_id"], clock_hours(share["seconds"]), _money(share))
                for share in lines
            ),
            *corrected_pieces(place, batch.company, reference),
        ),
        next_step="timebooks explain LINE shows everything behind one line",
    )


def _money(share: dict[str, Any]) -> str:
    return f"{share['amount']} {share['currency']}"


def _deliveries(place: Workspace, company: str, entry: dict[str, Any]) -> list[tuple[str, str]]:
    """Where the entry came from: pull, file and row, by the tracker's id where it has one."""
    facts = []
    for pull in landing.read_pulls(place, company):
        if pull.drop != entry["source"] or entry["entry_ref"] is None:
            continue
        table = pq.read_table(
            pull.entries_path, columns=["entry_ref", "source_row"], filters=[("entry_ref", "=", entry["entry_ref"])]
        )
        facts += [
            (f"delivered by pull {pull.pull_id}", f"{pull.file_name}, row {row}")
            for row in table["source_row"].to_pylist()
        ]
    return facts
