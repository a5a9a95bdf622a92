"""Everything a batch consists of, rendered in memory: import files, the way back, tables, control sheet, workbook."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import PurePosixPath
from typing import Any

import pyarrow as pa

from etl import tables as schemas
from etl.settings import Settings
from etl.sql.run import Engine
from etl.steps.inputs import CORRECTION_TABLES
from etl.steps.rounding_certificate import FILE_NAME, certificate_csv
from etl.store.landing import parquet_bytes
from etl.targets.correction_lists import correction_files
from etl.targets.dimensions import lost_dimensions
from etl.targets.documents import Document, document, ready_lists
from etl.targets.pay_item_codes import NO_CODES, Codes, with_codes
from etl.targets.side_by_side import side_by_side
from etl.targets.target_names import refuse_unlisted
from etl.targets.text import CSV, cleaned
from etl.terms import STREAMS, BatchHeader, RenderedFile
from etl.workbooks.billing_review import render_billing_review
from etl.workbooks.reconciliation import render_reconciliation

BATCH_TABLES: Mapping[str, pa.Schema] = {
    "entries": schemas.ENTRIES,
    "pieces": schemas.PIECES,
    "payroll_lines": schemas.PAYROLL_LINES,
    "postings": schemas.POSTINGS,
    "allocations": schemas.ALLOCATIONS,
    "time_activities": schemas.TIME_ACTIVITIES,
    "payroll_hours": schemas.PAYROLL_HOURS,
    "billable_lines": schemas.BILLABLE_LINES,
    "exceptions": schemas.EXCEPTIONS,
    "roll_forward": schemas.ROLL_FORWARD,
    "control_totals": schemas.CONTROL_TOTALS,
}
_BESIDE = "rounding_certificate"  # a file of the batch and a sheet, where a rule of rounding is in force; no figures
_TOLD = frozenset({_BESIDE, "inputs"})  # what the control sheet and the workbook tell; no tables of the batch
WHERE_USED: Mapping[str, pa.Schema] = {
    "pay_additions": schemas.PAY_ADDITIONS,
    "premiums_by_law": schemas.PREMIUMS_BY_LAW,
    "invoice_lines": schemas.INVOICE_LINES,
    "billing_review": schemas.BILLING_REVIEW,
    "priced_activities": schemas.PRICED_ACTIVITIES,
    "names_written": schemas.NAMES_WRITTEN,
    "payroll_taxes": schemas.PAYROLL_TAXES,
    "vendor_lines": schemas.VENDOR_LINES,
    "vendor_bills": schemas.VENDOR_BILLS,
    "conversions": schemas.CONVERSIONS,
    "converted_shares": schemas.CONVERTED_SHARES,
    **CORRECTION_TABLES,
}
"""Tables that stand in a batch only where they have rows; those of the corrections together."""
_REPEATS = {"data/control_totals.parquet", "data/premiums_by_law.parquet"}
_TOGETHER = {"correction_parts": "corrections"}


def batch_tables(engine: Engine) -> dict[str, pa.Table]:
    """The tables of a batch, each in its schema."""
    where_used = {**WHERE_USED, _BESIDE: schemas.ROUNDING_CERTIFICATE}
    used = {name: schema for name, schema in where_used.items() if engine.count(_TOGETHER.get(name, name))}
    wanted = {**BATCH_TABLES, **used}
    return {name: schemas.assert_schema(engine.fetch(name), schema, name) for name, schema in wanted.items()}


def render_batch(
    tables: Mapping[str, pa.Table], header: BatchHeader, settings: Settings, codes: Codes = NO_CODES
) -> list[RenderedFile]:
    """Every file of the batch. A sandbox's files for people and programs carry SANDBOX in their names.

    `codes`: per document what it calls a pay item; the tables keep the company's own names.
    """
    given = [(document(name), tables.get(document(name).table)) for name in settings.targets.documents]
    rendered = side_by_side([
        (table.num_rows, partial(_document, wanted, table, header, settings, codes))
        for wanted, table in given if table is not None and table.num_rows
    ])
    files = [file for own, _ in rendered for file in own]
    changes = [changed for _, changed in rendered]
    if "corrections" in tables:
        files += correction_files(tables["corrections"], header, settings)
    shown = dict(tables)
    if changes:
        shown["text_changes"] = pa.concat_tables(changes)
    files.append(
        RenderedFile("control_sheet.csv", "control", _control_sheet(tables, header), tables["control_totals"].num_rows)
    )
    files.append(
        RenderedFile(
            "reconciliation.xlsx", "workbook", render_reconciliation(header, shown), tables["postings"].num_rows
        )
    )
    if (review := tables.get("billing_review")) is not None:
        name = f"worksheets/billing/billing_review_{header.period_end.isoformat()}.xlsx"
        files.append(RenderedFile(name, "worksheet", render_billing_review(header, review), review.num_rows))
    if (certificate := tables.get(_BESIDE)) is not None:
        files.append(RenderedFile(FILE_NAME, "control", certificate_csv(certificate), certificate.num_rows))
    if header.is_sandbox:
        files = [_marked(file) for file in files]
    files += [
        RenderedFile(f"data/{name}.parquet", "table", bytes(parquet_bytes(table)), table.num_rows)
        for name, table in tables.items()
        if name not in _TOLD
    ]
    return files + ready_lists(files)


def _document(
    wanted: Document, table: pa.Table, header: BatchHeader, settings: Settings, codes: Codes
) -> tuple[list[RenderedFile], pa.Table]:
    """One document's files with its way back, and the texts that stand in them otherwise than in the table."""
    coded = with_codes(table, wanted.name, codes)
    refuse_unlisted(coded, wanted.name, header, settings)
    files = wanted.render(coded, header, settings) + wanted.correct(coded, header, settings)
    changed = wanted.changed_texts(coded, header, settings), lost_dimensions(coded, wanted.name, header, settings)
    return files, pa.concat_tables(changed)


def figures_digest(files: list[RenderedFile]) -> str:
    """One digest over the batch's tables: equal figures, equal digest.

    What repeats the other tables stays out: the control totals, which count every row landed, of later weeks too, and
    the premiums by law, which batches of earlier versions do not have.
    """
    digest = hashlib.sha256()
    figures = [file for file in files if file.role == "table" and file.path not in _REPEATS]
    for file in sorted(figures, key=lambda file: file.path):
        digest.update(f"{file.path} {hashlib.sha256(file.content).hexdigest()}\n".encode())
    return digest.hexdigest()


def _marked(file: RenderedFile) -> RenderedFile:
    path = PurePosixPath(file.path)
    return replace(file, path=str(path.with_name(f"SANDBOX_{path.name}")))


def _control_sheet(tables: Mapping[str, pa.Table], header: BatchHeader) -> bytes:
    """Source count, seconds, money by stream and state, then the control totals: what an auditor ticks off."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(
        [
            "company",
            header.company_id,
            "period",
            header.period_start,
            header.period_end,
            "batch",
            f"{header.batch:04d}",
            "SANDBOX, NOT FOR UPLOAD" if header.is_sandbox else "",
        ]
    )
    writer.writerow(
        ["policy", header.policy, "labor posting", header.labor_posting, "mapping set", header.mapping_digest, "", ""]
    )
    writer.writerow(["stream", "state", "reason", "entries", "seconds", "amount", "currency", ""])
    for row in tables["roll_forward"].to_pylist():
        writer.writerow(
            [
                row["stream"],
                row["state"],
                row["reason"] or "",
                row["count_entries"],
                row["seconds"],
                "" if row["amount"] is None else row["amount"],
                row["currency"] or "",
                "",
            ]
        )
    writer.writerow(["control figure", "left", "value", "right", "value", "difference", "", ""])
    for row in tables["control_totals"].to_pylist():
        writer.writerow(
            [
                row["figure"],
                row["left_name"],
                row["left_value"],
                row["right_name"],
                row["right_value"],
                row["difference"],
                "",
                "",
            ]
        )
    if (inputs := tables.get("inputs")) is not None:
        writer.writerow(["input", *(name.replace("_", " ") for name in inputs.schema.names[1:])])
        writer.writerows([_cell(value) for value in row.values()] for row in inputs.to_pylist())
    return text.getvalue().encode("utf-8")


def _cell(value: Any) -> Any:
    """A name from outside as a spreadsheet shows it: never a formula."""
    return "" if value is None else cleaned(value, CSV)[0] if isinstance(value, str) else value


def control_figures(tables: Mapping[str, pa.Table]) -> dict[str, Any]:
    """Per stream and state the entries, seconds and money, as the manifest and the approver see them."""
    figures: dict[str, Any] = {}
    for stream in STREAMS:
        rows = [row for row in tables["roll_forward"].to_pylist() if row["stream"] == stream]
        figures[stream] = {}
        for row in rows:
            state = figures[stream].setdefault(row["state"], {"entries": 0, "seconds": 0, "money": {}})
            state["entries"] += row["count_entries"]
            state["seconds"] += row["seconds"]
            if row["amount"] is not None:
                before = state["money"].get(row["currency"], 0)
                state["money"][row["currency"]] = str(
                    row["amount"] if before == 0 else type(row["amount"])(before) + row["amount"]
                )
    return figures
