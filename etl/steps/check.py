"""Check: what the suites promise of seven tables, as exception items; a stop item keeps any draft from being sealed."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from etl.checks.data_docs import render_data_docs
from etl.checks.suites import Suites, read_suites
from etl.checks.tables import CHECKED
from etl.checks.validate import Result, exception_items, validate
from etl.errors import RefusedError
from etl.shipped import shipped
from etl.sql.run import Engine
from etl.steps.burden import refuse_missing_burden
from etl.steps.cost_rates import refuse_missing_cost_rates
from etl.steps.currency import refuse_missing_rates
from etl.steps.outcome import Outcome
from etl.steps.rounding_certificate import YEAR_FILE_NAME, year_so_far
from etl.steps.rules import need
from etl.steps.run import Run
from etl.steps.runs import keep_run
from etl.tables import EXCEPTIONS, ROUNDING_CERTIFICATE, assert_schema

MOST_SHOWN = 20
_LOOKED_AT = tuple(f"{table}_to_check" for table in CHECKED)


def check(run: Run) -> Outcome:
    """Ask the suites and collect every exception item of this run. Exit code 1 where an item says stop.

    The page of all answers is kept beside the executed notebooks. Raises SettingsError for a suite that cannot be used.
    """
    suites = read_run_suites(run)
    with run.locked("checking"), run.engine() as engine:
        need(engine, "hours_hundredths", "apply the rules (30_rules)")
        refuse_missing_rates(run, engine)
        refuse_missing_burden(run, engine)
        refuse_missing_cost_rates(run, engine)
        engine.run(("labor_lines", "charge_lines", "labor_journal", "vendor_lines", "contractor_journal"))
        engine.run(("accrual_journal", "postings"))
        engine.run(_LOOKED_AT)
        tables = {
            table: assert_schema(engine.fetch(f"{table}_to_check"), schema, f"{table}_to_check")
            for table, schema in CHECKED.items()
        }
        results = validate(suites, tables)
        engine.put("checked_items", exception_items(results))
        engine.put("checked_suites", pa.table({"digest": [suites.digest]}))
        engine.run(("invoice_lines", "rounding_certificate"))
        engine.run(("rounding_items", "tax_items", "accrual_items", "exceptions"))
        certificate = assert_schema(engine.fetch("rounding_certificate"), ROUNDING_CERTIFICATE, "rounding_certificate")
        pages = {"checks.html": render_data_docs(run.settings.company.name, run.owned.label, results)}
        rounded: tuple[tuple[str, str], ...] = ()
        if certificate.num_rows:
            pages[YEAR_FILE_NAME], rounded = year_so_far(run, certificate)
        kept = _keep(run, pages)
        return exceptions_outcome(engine, (("expectations", _told(results)), ("data docs", kept), *rounded))


def read_run_suites(run: Run) -> Suites:
    """The shipped suites with the company's own laid over them, as they are now."""
    return read_suites(shipped("expectations"), run.mapping_file("expectations/"))


def suites_as_checked(run: Run, engine: Engine) -> Suites:
    """The suites, proven to be those the check asked. Raises RefusedError SUITES_CHANGED."""
    suites = read_run_suites(run)
    if engine.fetch("checked_suites")["digest"].to_pylist() != [suites.digest]:
        raise RefusedError(
            "SUITES_CHANGED",
            what="The company's suites are not those that were checked",
            where=f"mappings/{run.company}/expectations/",
            fix="Check again (40_check), then draft.",
        )
    return suites


def exceptions_outcome(engine: Engine, facts: tuple[tuple[str, str], ...] = ()) -> Outcome:
    """What was found, the most urgent first."""
    items = assert_schema(engine.fetch("exceptions"), EXCEPTIONS, "exceptions").to_pylist()
    counts = {severity: sum(item["severity"] == severity for item in items) for severity in ("stop", "hold", "note")}
    return Outcome(
        title=f"found {len(items)} exception item(s)",
        facts=(*((severity, str(count)) for severity, count in counts.items()), *facts),
        headings=("severity", "code", "streams", "person", "day", "found", "remedy"),
        rows=tuple(
            (
                item["severity"],
                item["code"],
                item["streams"],
                item["employee_ref"] or "",
                str(item["worked_on"] or ""),
                item["found"],
                item["remedy"],
            )
            for item in items[:MOST_SHOWN]
        ),
        next_step="correct what says stop, then run again from 10_pull; nothing was drafted"
        if counts["stop"]
        else "draft the batch (50_draft)",
        exit_code=1 if counts["stop"] else 0,
    )


def _told(results: tuple[Result, ...]) -> str:
    broken = sum(bool(result.items) for result in results)
    return f"{len(results)} asked of {len(CHECKED)} tables, {broken} found something"


def _keep(run: Run, pages: Mapping[str, bytes]) -> str:
    """Where the pages are kept; a run that found the same adds no second copy."""
    runs = run.workspace.runs(run.company, run.period_end)
    for kept in sorted(runs.glob("*/checks.html"), reverse=True):
        beside = {name: kept.with_name(name) for name in pages}
        if all(path.is_file() and path.read_bytes() == pages[name] for name, path in beside.items()):
            return run.shown(kept)
    folder = keep_run(run.workspace.root, run.company, run.period_end, pages)
    return run.shown(folder / "checks.html")
