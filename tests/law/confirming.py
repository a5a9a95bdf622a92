"""Runs whose company has confirmed rows of the law library, by a record as the audit log holds it."""

from __future__ import annotations

from etl.law import breaks, rounding, rows
from etl.law.holiday_weeks import holiday_library
from etl.steps.law import CONFIRM, confirmed
from etl.steps.run import Run
from etl.store.records import Record


def record_of(*rule_ids: str) -> Record:
    """A confirmation of these rules as their rows stand."""
    library = (*rows.library(), *breaks.break_library(), *rounding.library(), *holiday_library())
    said = {rule.digest: {} for rule in library if rule.rule_id in rule_ids}
    return Record(2, CONFIRM, "2026-01-05T09:00:00Z", "A", {"rows": said, "reason": "read"}, "", "", "sql", "")


def confirming(run: Run, *rule_ids: str) -> Run:
    """The run, whose company has confirmed these rules."""
    if rule_ids:
        run.__dict__["confirmed"] = frozenset(confirmed((record_of(*rule_ids),)))
    return run
