"""The yearly review of vendors: payments of a calendar year by payee and box against the thresholds, as a workbook."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from etl.errors import MappingError
from etl.law.information_returns import due_days, threshold_of
from etl.mapping.declared_vendors import FORM_BOXES, PAYMENT_FILES
from etl.mapping.load import MappingSet, load_file, load_mappings
from etl.settings import Settings, read_settings
from etl.sql.run import Engine
from etl.steps.attachments import BROKEN, documents_found
from etl.steps.outcome import Outcome
from etl.steps.run import place_of
from etl.store import files
from etl.tables import AMOUNT
from etl.units import money
from etl.workbooks.vendor_year import render_vendor_year
from etl.workspace import Workspace, is_sandbox

_THRESHOLDS = pa.schema({"box": pa.string(), "jurisdiction": pa.string(), "amount": AMOUNT, "status": pa.string()})


def vendor_year(workspace: str | Path | None, company: str, year: int) -> Outcome:
    """Write the workbook of a year and tell what is due and what asks. Exit code 1 where a person must decide.

    Reads vendors.csv, private/vendor_payments.csv and form_1099_accounts.csv; the form follows payments, never hours.
    Raises MappingError for a payment to a vendor nobody knows.
    """
    place = place_of(workspace)
    folder = place.mappings(company)
    settings, mappings, review, read = reviewed(place, company, year)
    rows = review.to_pylist()
    documents = documents_found(
        folder, mappings.rows("map_attachments"), date(year, 12, 31), settings.contractors.expiry_days)
    notes = [*_due(year), *_open(rows), *(
        (f"{whose}, {kind}", state, said) for whose, kind, state, said in documents if state in (*BROKEN, "expired"))]
    content = render_vendor_year(settings.company.name, year, (review, read), notes, is_sandbox=is_sandbox(company))
    mark = "SANDBOX_" if is_sandbox(company) else ""
    path = place.root / "reports" / company / "vendors" / f"{mark}vendors_{year}_{files.sha256_bytes(content)[:8]}.xlsx"
    if not path.exists():
        files.make_folder(path.parent)
        files.publish_new(path, content)
    asking = [row for row in rows if row["missing"] or "ask" in (row["federal"][:3], row["state_copy"][:3])]
    return Outcome(
        title=f"{settings.company.name}, payments of {year}: "
        f"{sum(row['federal'].startswith('report') for row in rows)} to report, {len(asking)} to decide",
        facts=(("workbook", path.relative_to(place.root).as_posix()),),
        headings=("vendor", "box", "reportable", "threshold", "federal", "state", "missing"),
        rows=tuple(
            (row["vendor_name"], row["box"], money(row["reportable"], row["currency"]),
             "unknown" if row["threshold"] is None else money(row["threshold"], "USD"),
             row["federal"], row["state_copy"], row["missing"])
            for row in rows),
        next_step="settle what says ask and what is missing, then sign the workbook" if asking else "sign the workbook",
        exit_code=1 if asking else 0,
    )


def reviewed(place: Workspace, company: str, year: int) -> tuple[Settings, MappingSet, pa.Table, pa.Table]:
    """Settings, cross-references, the rows of vendor_year and of vendor_payments_read as the files stand."""
    folder = place.mappings(company)
    settings, mappings = read_settings(folder / "company.toml", company), load_mappings(folder, company)
    payments, boxes = (load_file(folder, declared, company) for declared in PAYMENT_FILES)
    _refuse_strangers(mappings, payments, company)
    return settings, mappings, *decide(place.scratch(company) / "vendors", mappings, payments, boxes, year)


def decide(
    scratch: Path, mappings: MappingSet, payments: pa.Table, boxes: pa.Table, year: int
) -> tuple[pa.Table, pa.Table]:
    """The rows of vendor_year and of vendor_payments_read, by the statements of etl/sql."""
    places = {"US", *(row["state"] for row in mappings.rows("map_vendors") if row["state"])}
    found = [threshold_of(box, where, year) for box in FORM_BOXES for where in sorted(places)]
    asked = [(box, where) for box in FORM_BOXES for where in sorted(places)]
    thresholds: list[dict[str, Any]] = [
        {"box": box, "jurisdiction": where, "amount": row.amount, "status": row.status}
        for (box, where), row in zip(asked, found, strict=True)
        if row is not None
    ]
    with Engine(None, scratch, [scratch]) as engine:
        engine.put("map_vendors", mappings.tables["map_vendors"])
        engine.put("payments", payments)
        engine.put("boxes", boxes)
        engine.put("review_parameters", pa.table({"tax_year": pa.array([year], pa.int64())}))
        engine.put("return_thresholds", pa.Table.from_pylist(thresholds, schema=_THRESHOLDS))
        engine.run(("vendor_payments_read", "vendor_year"))
        return engine.fetch("vendor_year"), engine.fetch("vendor_payments_read")


def _refuse_strangers(mappings: MappingSet, payments: pa.Table, company: str) -> None:
    known = {row["vendor_id"] for row in mappings.rows("map_vendors")}
    lost = [row for row in payments.to_pylist() if row["vendor_id"] not in known]
    if lost:
        raise MappingError(
            "PAYMENT_VENDOR",
            what=f"{len(lost)} payment(s) go to vendors nobody knows, first {lost[0]['vendor_id']}",
            where=f"mappings/{company}/private/vendor_payments.csv, line {lost[0]['map_row']}",
            fix="Give each of them a row in vendors.csv; a payment left out would be a form left out.",
        )


def _due(year: int) -> list[tuple[str, str, str]]:
    return [
        (due.what, str(due.day), "" if due.day == due.by_law else f"{due.by_law} is no business day (IRC 7503)")
        for due in due_days(year)
    ]


def _open(rows: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """What a person decides or looks up, one line a payee and question."""
    notes = []
    for row in rows:
        name = f"{row['vendor_name']}, {row['box']}"
        notes += [
            (name, answer, "nobody has entered what is needed; look it up, do not guess")
            for answer in (row["federal"], row["state_copy"])
            if answer.startswith("ask")
        ]
        figures = {row["threshold"]: row["threshold_status"], row["state_threshold"]: row["state_status"]}
        notes += [
            (name, f"threshold {amount:,.0f} USD", "not read at its source: confirm before filing")
            for amount, status in figures.items()
            if status in ("confirmed-secondary", "knowledge")
        ]
        if row["missing"]:
            notes.append((name, "missing", row["missing"]))
    return notes
