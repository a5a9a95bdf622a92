"""Explain, for corrections: the line that is corrected, what changed, and every correcting line of an entry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow.compute as pc

from etl.steps.outcome import Outcome
from etl.store import audit_log, batches
from etl.units import clock_hours
from etl.workspace import Workspace

Row = tuple[str, str, str, str]


def correcting_line(batch: batches.Batch, reference: str, decisions: Sequence[tuple[str, str]]) -> Outcome | None:
    """One correcting line with the entries behind it, each with its cause; a reversal (CR) as the line it reverses."""
    own = reference.replace("-CR-", "-C-")
    rows = _lines(batch, "corrections", "line_id", own)
    if not rows:
        return None
    line = rows[0]
    parts = _lines(batch, "correction_parts", "line_id", own)
    facts = [(name.replace("_", " "), str(value)) for name, value in line.items() if value is not None]
    return Outcome(
        title=f"line {reference} of batch {batch.batch:04d} corrects {line['corrects']}, period {line['period_end']}",
        facts=(*facts, *decisions),
        headings=("entry", "version", "day", "seconds", "amount", "cause"),
        rows=tuple(
            (part["entry_id"], part["version"], str(part["piece_on"]), clock_hours(part["seconds"]), _amount(part),
             part["cause"])
            for part in parts
        ),
        next_step=f"timebooks explain {line['corrects']}" if line["corrects"].count("-") == 2 else
        "timebooks explain ENTRY shows every line of one entry",
    )


def correcting_lines(place: Workspace, company: str, entry_id: str) -> Outcome | None:
    """An entry that is in no batch's own period: it came after the export, and only corrections carry it."""
    rows = corrected_pieces(place, company, entry_id)
    if not rows:
        return None
    return Outcome(
        title=f"entry {entry_id} came after the export of its period; these lines correct it",
        headings=("line", "piece", "seconds", "amount"),
        rows=rows,
        next_step="timebooks explain LINE shows everything behind one line",
    )


def corrected_pieces(place: Workspace, company: str, entry_id: str) -> tuple[Row, ...]:
    """Every piece of an entry in a correcting line, over all exported batches."""
    return tuple(
        (part["line_id"], part["piece_id"], clock_hours(part["seconds"]), _amount(part))
        for batch in batches.exported(place, company, audit_log.read_log(place, company))
        for part in _lines(batch, "correction_parts", "entry_id", entry_id)
    )


def _lines(batch: batches.Batch, table: str, column: str, value: str) -> list[dict[str, Any]]:
    if not batch.has_table(table):
        return []
    rows = batch.table(table)
    return list(rows.filter(pc.equal(rows[column], value)).to_pylist())


def _amount(part: dict[str, Any]) -> str:
    return "" if part["amount"] is None else f"{part['amount']} {part['currency']}"
