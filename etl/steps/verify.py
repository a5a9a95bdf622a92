"""Verify: recompute every digest, the chain, signatures and invariants of what was published; name what is damaged."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from etl.errors import SettingsError
from etl.steps.made_again import made_again
from etl.steps.outcome import Outcome
from etl.steps.verify_conversions import broken_conversions, conversions_of
from etl.steps.verify_mappings import differing_mappings
from etl.steps.verify_signatures import examine_signatures
from etl.store import audit_log, batches, keeping
from etl.store.verify import Anchor, anchored, verify_store
from etl.terms import CORRECTED
from etl.workspace import PEOPLE_LOG, Workspace

_ANCHOR = re.compile(r"(?P<company>_people|[a-z0-9-]+):(?P<number>[0-9]{1,8}):(?P<digest>[0-9a-f]{12,64})")
_LINE = ("line_id", "amount")
_LOOKED_AT: dict[str, tuple[str, ...] | None] = {
    "roll_forward": None, "postings": (*_LINE, "document_number"), "allocations": _LINE, "billable_lines": _LINE,
    "entries": ("worked_seconds",), "pieces": ("worked_seconds",), "control_totals": None,
}
_WHERE_THERE = {"vendor_lines": _LINE, "invoice_lines": (*_LINE, "line_kind")}
_KEPT = ("data/audit_log", "data/landing", "data/drafts", "reports")


def verify(workspace: str | Path, *, full: bool = False, anchors: Sequence[str] = ()) -> Outcome:
    """Every company of the workspace, checked to the last byte, cent and signature. Reads only. Exit code 1 on damage.

    `full`: also what could be made again is made again and compared, the landed entries from the bytes received and
    the history's rows from the published batches. What a dead run left for the next start is told and is no damage.
    `anchors`: ends of audit logs as somebody noted them outside, each `company:number:digest` (12 digits will do).
    Raises SettingsError ANCHOR_UNREADABLE.
    """
    place = Workspace(Path(workspace).resolve())
    names = stored_companies(place)
    damage: list[tuple[str, str, str]] = []
    waits: list[str] = []
    clocks: list[str] = []
    gone: list[str] = []
    edited: list[str] = []
    noted = _noted(anchors, names)
    heads: list[str] = []
    counted = 0
    for company in names:
        found = verify_store(place, company, noted.get(company))
        heads.append(_head(place, company, is_noted=company in noted))
        waits += [f"{finding.where}: {finding.what}" for finding in found if finding.waits]
        wrong = [(company, finding.where, finding.what) for finding in found if not finding.waits]
        if not wrong:
            clocks += _clocks(place, company)
            gone += _gone(place, company)
            edited += [differing] if (differing := differing_mappings(place, company)) else []
            for batch in _exported(place, company):
                counted += 1
                wrong += [(company, f"batch-{batch.batch:04d}", what) for what in broken_promises(batch)]
        damage += wrong
    signatures = examine_signatures(place, names)
    damage += signatures.damage
    if PEOPLE_LOG in noted:
        listed, _ = audit_log.examine(place, PEOPLE_LOG)
        damage += [(PEOPLE_LOG, finding.where, finding.what)
                   for finding in anchored(place, PEOPLE_LOG, listed, noted[PEOPLE_LOG])]
    heads += [signatures.head] if signatures.head else []
    again = made_again(place, names) if full and not damage else None
    return Outcome(
        title=f"verified {counted} batch(es) of {len(names)} company(ies): "
        f"{len(damage) + len(again.findings if again else ())} finding(s)",
        facts=(
            *_facts("waits for the next run", waits),
            *_facts("destroyed on purpose", gone),
            *_facts("clock", clocks),
            *_facts("differs from approved", edited),
            *_facts("audit log", heads),
            *_facts("signed with a stolen key, to be repeated", signatures.to_repeat),
            *(again.facts if again else ()),
        ),
        headings=("company", "where", "what"),
        rows=(*damage, *(again.findings if again else ())),
        next_step="stop writing and edit nothing; timebooks verify --repair makes damaged entries again from the bytes "
        "received, the backup restores the rest"
        if damage
        else (again.next_step if again else ""),
        exit_code=1 if damage or (again and again.findings) else 0,
    )


def _facts(name: str, told: list[str]) -> tuple[tuple[str, str], ...]:
    return ((name, "; ".join(told)),) if told else ()


def _noted(anchors: Sequence[str], names: Sequence[str]) -> dict[str, Anchor]:
    noted = {}
    for anchor in anchors:
        said = _ANCHOR.fullmatch(anchor)
        if said is None or said["company"] not in (*names, PEOPLE_LOG):
            raise SettingsError(
                "ANCHOR_UNREADABLE",
                what=f"{anchor!r} is no end of an audit log kept here",
                where="--anchor",
                fix="Give company:number:digest as verify prints it, such as acme:7:3f2a90c1d4e5.",
            )
        noted[said["company"]] = Anchor(int(said["number"]), said["digest"])
    return noted


def _head(place: Workspace, company: str, *, is_noted: bool) -> str:
    """The end of the log, to be noted outside: only against such a note does a cut end show."""
    records, _ = audit_log.examine(place, company)
    if not records:
        return f"{company} has no record"
    end = f"{company}:{records[-1].number}:{records[-1].digest[:12]}"
    return f"{end}, as noted outside or longer" if is_noted else f"{end}, not compared with a note kept outside"


def _clocks(place: Workspace, company: str) -> Iterator[str]:
    """Records that carry an earlier time than the one before: no damage, since order is by number alone."""
    for before, record in pairwise(audit_log.read_log(place, company)):
        if record.recorded_at < before.recorded_at:
            yield (
                f"record {record.number} of {company} carries {record.recorded_at}, "
                f"record {before.number} {before.recorded_at}: the clock was set back"
            )


def _gone(place: Workspace, company: str) -> Iterator[str]:
    """What two people destroyed when its time had passed: told for ever, no damage."""
    purged = Counter(keeping.purged(audit_log.read_log(place, company)).values())
    for number, count in purged.items():
        yield f"{count} place(s) of {company} by record {number}"


def stored_companies(place: Workspace) -> list[str]:
    """Every company something is kept of: one whose audit log is gone must not go unseen."""
    folders = [place.root / part for part in _KEPT if (place.root / part).is_dir()]
    return sorted({path.name for folder in folders for path in folder.iterdir() if path.is_dir()})


def _exported(place: Workspace, company: str) -> list[batches.Batch]:
    """The published batches; one that waits for its rename counts as none."""
    exported = batches.exported(place, company, audit_log.read_log(place, company))
    return [batch for batch in exported if batch.folder.is_dir()]


def broken_promises(batch: batches.Sealed) -> list[str]:
    """What of a batch does not add up: partition, journals, every cent of a line to its entries."""
    tables = {name: batch.table(name, columns) for name, columns in _LOOKED_AT.items()}
    tables |= {name: batch.table(name, columns) for name, columns in _WHERE_THERE.items() if batch.has_table(name)}
    return [
        *_open_streams(tables["roll_forward"]),
        *_unbalanced(tables["postings"]),
        *_unallocated(tables, conversions_of(batch)),
        *broken_conversions(batch, _amounts(tables["postings"])),
        *_cut(tables),
        *_uninvoiced(tables),
        *_uncorrected(batch, tables["postings"]),
        *(
            f"control figure {row['figure']} differs by {row['difference']}"
            for row in tables["control_totals"].to_pylist()
            if row["difference"].strip("0.") not in ("", "-")
        ),
    ]


def _open_streams(rolled: pa.Table) -> Iterable[str]:
    for stream in ("pay", "cost", "bill"):
        rows = [row for row in rolled.to_pylist() if row["stream"] == stream]
        entries = sum(
            row["count_entries"] * (1 if row["state"] == "received" else -1)
            for row in rows
            if row["state"] not in ("carried_in", "carried_out", "undated", *CORRECTED)
        )
        seconds = sum(
            row["seconds"] * (1 if row["state"] in ("received", "carried_in") else -1)
            for row in rows
            if row["state"] not in ("undated", *CORRECTED)
        )
        if entries or seconds:
            yield f"stream {stream} is open by {entries} entries and {seconds} seconds"


def _unbalanced(postings: pa.Table) -> Iterable[str]:
    for row in postings.group_by("document_number").aggregate([("amount", "sum")]).to_pylist():
        if row["amount_sum"]:
            yield f"journal {row['document_number']} is out of balance by {row['amount_sum']}"


def _amounts(table: pa.Table) -> dict[str, Decimal]:
    return {row["line_id"]: row["amount"] for row in table.select(["line_id", "amount"]).to_pylist()}


def _unallocated(tables: dict[str, pa.Table], converted: dict[str, dict[str, Any]]) -> Iterable[str]:
    """A converted line is looked at in its own currency: its entries' shares are in it."""
    shares = {
        row["line_id"]: row["amount_sum"]
        for row in tables["allocations"].group_by("line_id").aggregate([("amount", "sum")]).to_pylist()
    }
    named = [tables[name] for name in ("postings", "billable_lines", "vendor_lines") if name in tables]
    lines = {line_id: amount for table in named for line_id, amount in _amounts(table).items()}
    lines |= {line_id: row["amount"] for line_id, row in converted.items()}
    for line_id, amount in shares.items():
        if lines.get(line_id) != amount:
            yield f"line {line_id} is {lines.get(line_id)}, its entries add up to {amount}"


def _uninvoiced(tables: dict[str, pa.Table]) -> Iterable[str]:
    """Where a batch holds invoices: billable lines that no invoice has in full."""
    if "invoice_lines" not in tables:
        return
    lines = tables["invoice_lines"]
    times = _amounts(lines.filter(pc.equal(lines["line_kind"], "time")))
    billed = _amounts(tables["billable_lines"])
    for line_id in sorted(times.keys() | billed.keys()):
        if times.get(line_id) != billed.get(line_id):
            yield f"billable line {line_id} is {billed.get(line_id)}, on invoices {times.get(line_id)}"


def _uncorrected(batch: batches.Sealed, postings: pa.Table) -> Iterable[str]:
    """Correcting lines that are not what was posted, or not what their entries add up to."""
    if not batch.has_table("corrections"):
        return
    shares: dict[str, Decimal] = defaultdict(Decimal)
    for row in batch.table("correction_parts", ["line_id", "amount"]).to_pylist():
        shares[row["line_id"]] += row["amount"] or 0
    posted = dict(zip(postings["line_id"].to_pylist(), postings["amount"].to_pylist(), strict=True))
    for line in batch.table("corrections", ["line_id", "stream", "amount"]).to_pylist():
        line_id, amount = line["line_id"], line["amount"]
        if line["stream"] == "cost" and posted.get(line_id, 0) != amount:
            yield f"correcting line {line_id} is {amount}, posted is {posted.get(line_id, 0)}"
        if line["stream"] != "pay" and line_id in shares and shares[line_id] != amount:
            yield f"correcting line {line_id} is {amount}, its entries add up to {shares[line_id]}"


def _cut(tables: dict[str, pa.Table]) -> Iterable[str]:
    entries, pieces = (
        pc.sum(tables["entries"]["worked_seconds"]).as_py() or 0,
        pc.sum(tables["pieces"]["worked_seconds"]).as_py() or 0,
    )
    if entries != pieces:
        yield f"entries hold {entries} worked seconds, their pieces {pieces}"
