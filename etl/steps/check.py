"""Check: the promises about entries, as exception items; a stop item keeps any draft from being sealed."""

from __future__ import annotations

from etl.checks.suites import check as check_suite
from etl.checks.suites import read_suite
from etl.shipped import shipped
from etl.sql.run import Engine
from etl.steps.outcome import Outcome
from etl.steps.rules import need
from etl.steps.run import Run
from etl.tables import EXCEPTIONS, assert_schema

MOST_SHOWN = 20


def check(run: Run) -> Outcome:
    """Run the suites and collect every exception item of this run. Exit code 1 where an item says stop."""
    with run.locked("checking"), run.engine() as engine:
        need(engine, "hours_hundredths", "apply the rules (30_rules)")
        suite = read_suite(shipped("expectations") / "entries.json")
        engine.run(("entries_to_check",))
        engine.put("checked_items", check_suite(suite, engine.fetch("entries_to_check")))
        engine.run(("exceptions",))
        return exceptions_outcome(engine)


def exceptions_outcome(engine: Engine) -> Outcome:
    """What was found, the most urgent first."""
    items = assert_schema(engine.fetch("exceptions"), EXCEPTIONS, "exceptions").to_pylist()
    counts = {severity: sum(item["severity"] == severity for item in items) for severity in ("stop", "hold", "note")}
    return Outcome(
        title=f"found {len(items)} exception item(s)",
        facts=tuple((severity, str(count)) for severity, count in counts.items()),
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
