"""A small company's week in the store: fixed days, fixed people, and ways to look at the tree."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime

import pyarrow as pa

from etl.store import approvals, audit_log, batches, drafts, evidence, exports, landing, mapping_sets
from etl.store.landing import Delivery
from etl.store.sealed import DraftContent
from etl.tables import LANDED_COLUMNS, LANDED_ENTRIES
from etl.terms import RenderedFile
from etl.workspace import Workspace

COMPANY = "acme"
WEEK = date(2026, 11, 15)
NEXT_WEEK = date(2026, 11, 22)
NOW = datetime(2026, 11, 16, 8, 30, tzinfo=UTC)
PREPARER, APPROVER = "Dana Preparer", "Cleo Controller"
REQUEST = {"dialect": "declared", "zone": "America/New_York", "completeness": "additive", "population": []}
MAPPING = {"company.toml": b"[company]\n", "items.csv": b"item\nDesign\n", "private/pay_rates.csv": b"rate\n20.00\n"}
KEPT = ("data/landing", "data/audit_log", "data/drafts", "reports")


def entries(*notes):
    """Landed rows, one per note."""
    columns = {name: pa.nulls(len(notes), pa.string()) for name in LANDED_COLUMNS}
    columns |= {"note": pa.array(notes, pa.string()), "person_ref": pa.array(["dana"] * len(notes), pa.string())}
    return pa.table({"source_row": pa.array(range(2, len(notes) + 2), pa.int64()), **columns}, schema=LANDED_ENTRIES)


def delivery(received=b"person,hours\ndana,8\n", file_name="week 46.csv", request=REQUEST):
    return Delivery("timesheets", file_name, received, request)


def land(workspace, received=b"person,hours\ndana,8\n", file_name="week 46.csv", request=REQUEST):
    return landing.land(workspace, COMPANY, delivery(received, file_name, request), entries("as usual", received.hex()),
                        person=PREPARER, now=NOW)


def land_mapping(workspace):
    return mapping_sets.land_mapping(workspace, COMPANY, MAPPING)


def content(hours="8.00"):
    """What a draft consists of; other hours make another draft."""
    digest = mapping_sets.mapping_digest({name: hashlib.sha256(text).hexdigest() for name, text in MAPPING.items()})
    files = (
        RenderedFile("import/quickbooks_desktop.time.iif", "import", f"!TIMEACT\tDURATION\t{hours}\r\n".encode(), 1,
                     "quickbooks_desktop.time"),
        RenderedFile("tables/postings.parquet", "table", bytes(range(256)) * 3, 12),
        RenderedFile("control.csv", "control", b"figure,left,right\n", 1),
    )
    return DraftContent(files, batch_key=hashlib.sha256(hours.encode()).hexdigest(), figures="ab" * 32,
                        inputs=[{"kind": "mapping", "digest": digest}], control={"seconds": 28800, "hours": hours},
                        locked={"duckdb": "1.5.5"})


def write_draft(workspace, hours="8.00", period_end=WEEK, person=PREPARER):
    return drafts.write_draft(workspace, COMPANY, period_end, content(hours), person=person, now=NOW)


def newest_draft(workspace, period_end=WEEK):
    return batches.find_draft(workspace, COMPANY, period_end, audit_log.read_log(workspace, COMPANY))


def batch(workspace, period_end=WEEK):
    return batches.find_batch(workspace, COMPANY, period_end, audit_log.read_log(workspace, COMPANY))


def approve(workspace, person=APPROVER, policy="four_eyes"):
    return approvals.approve(workspace, COMPANY, newest_draft(workspace), person=person, policy=policy, now=NOW)


def export(workspace, draft=None):
    return exports.export(workspace, COMPANY, draft or newest_draft(workspace), person=PREPARER, now=NOW)


def receipt(workspace):
    sheet = evidence.Sheet("receipt", {"lines": 12, "debits": "160.00"}, "receipt", {"batch": 1})
    return evidence.append_evidence(workspace, COMPANY, WEEK, sheet, person=APPROVER, now=NOW)


def whole_week(root):
    """A workspace with pulls, a mapping set, a replaced draft, an exported batch, a receipt and a second draft."""
    workspace = Workspace(root)
    land(workspace)
    land(workspace, b"person,hours\ndana,7\n")
    land_mapping(workspace)
    write_draft(workspace, "7.00")
    write_draft(workspace, "8.00")
    approve(workspace)
    export(workspace)
    receipt(workspace)
    write_draft(workspace, "6.00", NEXT_WEEK)
    return workspace


def digests(workspace):
    """The sha256 of every file the store must keep, by its path."""
    return {path.relative_to(workspace.root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in committed(workspace)}


def committed(workspace):
    """Every file the store must keep."""
    return [path for part in KEPT for path in sorted((workspace.root / part).rglob("*")) if path.is_file()]


def snapshot(workspace):
    """All that a rerun must leave alone: every file and folder with its bytes and its times."""
    return {path: (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else None)
            for part in KEPT for path in sorted((workspace.root / part).rglob("*"))}
