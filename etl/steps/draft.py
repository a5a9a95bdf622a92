"""Draft: the whole batch rendered and sealed by its manifest, before anybody approves it."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from importlib.metadata import version
from typing import Any

import pyarrow as pa

from etl.sql.order import MARTS
from etl.sql.run import Engine
from etl.steps.check import exceptions_outcome, suites_as_checked
from etl.steps.corrections import corrected_by, facts_of, waiting_for
from etl.steps.exceptions import note_opened
from etl.steps.inputs_told import input_rows
from etl.steps.locked_books import refuse_locked_books
from etl.steps.mapping_versions import VERSION, note_version
from etl.steps.outcome import Outcome
from etl.steps.rendering import batch_tables, control_figures, figures_digest, render_batch
from etl.steps.rules import need
from etl.steps.run import Run
from etl.steps.signing import preparer
from etl.steps.time_inputs import HERE, approvals_digest
from etl.store import audit_log, batches
from etl.store.drafts import write_draft
from etl.store.mapping_sets import land_mapping
from etl.store.sealed import DraftContent
from etl.targets.compatibility import refuse_forbidden
from etl.targets.pay_item_codes import codes_of
from etl.terms import STREAMS
from etl.units import clock_hours, money
from etl.workspace import is_sandbox

_LOCKED = ("duckdb", "openpyxl", "pandas", "pyarrow")


def draft(run: Run) -> Outcome:
    """Render the batch and seal it. Equal content keeps its revision; other content is the next revision.

    After the export of the period nothing is drafted, because exported files never change: equal figures say so, other
    figures are told as the corrections that wait for the next open period (docs/adr/0035).
    """
    refuse_forbidden(run.settings.targets.documents, run.settings)
    with run.locked("drafting"), run.engine() as engine:
        need(engine, "checked_items", "check the figures (40_check)")
        engine.run(MARTS, keep_made=True)
        stopped = exceptions_outcome(engine)
        if stopped.exit_code:
            return stopped
        content, tables = content_of(run, engine)
        exported = batches.find_batch(run.workspace, run.company, run.period_end, run.records())
        if exported is not None:
            return _already_exported(run, engine, exported, content.figures)
        refuse_locked_books(run, tables)
        by = preparer(run.trust(), run.person, run.settings.company.policy, tables, run.now())
        sealed = write_draft(run.workspace, run.company, run.period_end, content, person=by, now=run.now())
        _note_version(run, sealed)
        if run.settings.approval.exceptions == "followed":
            note_opened(run.workspace, run.company, sealed, person=run.person, now=run.now())
    return _outcome(run, sealed, dict(content.control))


def content_of(run: Run, engine: Engine) -> tuple[DraftContent, dict[str, pa.Table]]:
    """The batch rendered, and its tables, from decisions that were made and checked."""
    tables = batch_tables(engine)
    inputs = _inputs(run, engine)
    tables["inputs"] = input_rows(run.pulls(), engine)
    own_suites = suites_as_checked(run, engine).contents
    mapping_digest = land_mapping(run.workspace, run.company, {**_mapping_files(run), **own_suites})
    codes = codes_of(run.mappings.rows("map_pay_item_codes"))
    files = render_batch(tables, run.header(mapping_digest), run.settings, codes)
    return DraftContent(
        files,
        batch_key(run, inputs, mapping_digest),
        figures_digest(files),
        [*inputs, {"kind": "mapping", "digest": mapping_digest}],
        control_figures(tables),
        locked_versions(),
    ), tables


def locked_versions() -> dict[str, str]:
    """The versions of what decides the bytes of a batch."""
    return {name: version(name) for name in _LOCKED}


def _note_version(run: Run, sealed: batches.Draft) -> None:
    """Where edits wait for an approval, the log says which set went out with which batch."""
    if run.settings.approval.mappings == "replay":
        body = note_version(run.records(), sealed.mapping_digest, sealed.batch, sealed.revision)
        if body is not None:
            audit_log.append(run.workspace, run.company, VERSION, body, person=run.person, now=run.now())


def batch_key(run: Run, inputs: list[dict[str, Any]], mapping_digest: str) -> str:
    """What the batch is a function of: company, period, documents, pulls, mapping set (company.toml included)."""
    parts = {
        "company": run.company,
        "period_end": run.period_end.isoformat(),
        "documents": list(run.settings.targets.documents),
        "inputs": inputs,
        "mapping": mapping_digest,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _mapping_files(run: Run) -> dict[str, bytes]:
    settings = run.mapping_file("company.toml").read_bytes()
    return run.mappings.contents | {"company.toml": settings}


def _inputs(run: Run, engine: Engine) -> list[dict[str, Any]]:
    engine.run(("run_inputs", "input_totals"))
    used = {row["pull_id"] for row in engine.fetch("run_inputs").to_pylist()}
    is_asked = run.settings.approval.time in HERE
    approved = [{"kind": "time_approvals", "digest": approvals_digest(run)}] if is_asked else []
    return approved + [
        {
            "kind": "pull",
            "pull_id": pull.pull_id,
            "drop": pull.drop,
            "file": pull.file_name,
            "received": pull.received_digest,
        }
        for pull in run.pulls()
        if pull.pull_id in used
    ]


def _already_exported(run: Run, engine: Engine, exported: batches.Batch, figures: str) -> Outcome:
    """Nothing is drafted; what changed since is told as the lines that the next open period will carry."""
    folder = run.shown(run.workspace.batch_folder(run.company, run.period_end, exported.batch))
    if exported.figures == figures:
        return Outcome(
            title=f"batch {exported.batch:04d} is already exported; nothing has changed", facts=(("files", folder),)
        )
    waiting = waiting_for(run, engine, exported)
    by = ", ".join(f"batch {number:04d}" for number in corrected_by(run, exported))
    if waiting.rows:
        since = "what changed since is corrected in the next open period"
    else:
        since = f"what changed since is corrected by {by}" if by else "what changed since moves no line"
    return Outcome(
        title=f"batch {exported.batch:04d} is already exported, and stays as it is; {since}",
        facts=(*waiting.facts, ("files", folder)),
        headings=waiting.headings,
        rows=waiting.rows,
        next_step=waiting.next_step,
    )


def _outcome(run: Run, sealed: batches.Draft, control: dict[str, Any]) -> Outcome:
    folder = run.workspace.draft_folder(run.company, run.period_end, sealed.batch, sealed.revision)
    rows = []
    for stream in STREAMS:
        states = control[stream]
        rows.append(
            (
                stream,
                *(_cell(states.get(state)) for state in ("received", "exported", "held")),
                ", ".join(
                    money(Decimal(amount), currency)
                    for currency, amount in states.get("exported", {}).get("money", {}).items()
                ),
            )
        )
    approver = "sandbox-approver" if is_sandbox(run.company) else "another person"
    return Outcome(
        title=f"draft batch {sealed.batch:04d} revision {sealed.revision} {'sealed' if sealed.is_new else 'unchanged'}",
        facts=(
            *(("differs from approved", told) for told in run.chosen.told),
            *facts_of(control),
            ("manifest", sealed.manifest_digest[:12]),
            ("files", run.shown(folder)),
        ),
        headings=("stream", "in", "to export", "held", "money to export"),
        rows=tuple(rows),
        next_step=f"{approver} looks at the workbook and approves: timebooks approve batch --company {run.company} "
        f"--period-end {run.period_end}",
    )


def _cell(state: dict[str, Any] | None) -> str:
    return f"{state['entries']:,} entries, {clock_hours(state['seconds'])} h" if state else "0 entries, 0:00:00 h"
