"""One use case a file, one call a notebook cell: gather, decide, apply."""

from etl.steps.approve import approval, approve_batch
from etl.steps.check import check
from etl.steps.close import close
from etl.steps.draft import draft
from etl.steps.explain import explain
from etl.steps.export import export
from etl.steps.history import compact_history, export_history, history_view, query_history, rebuild_history
from etl.steps.init import init, new_sandbox
from etl.steps.map_entries import map_entries
from etl.steps.outcome import Outcome
from etl.steps.pull import pull
from etl.steps.reconcile import reconcile
from etl.steps.rules import apply_rules
from etl.steps.run import Run, read_day, start
from etl.steps.runs import keep_run
from etl.steps.standing import standing
from etl.steps.status import exceptions, status
from etl.steps.summary import summary
from etl.steps.verify import verify
from etl.steps.week import goes_on, week

__all__ = [
    "Outcome",
    "Run",
    "apply_rules",
    "approval",
    "approve_batch",
    "check",
    "close",
    "compact_history",
    "draft",
    "exceptions",
    "explain",
    "export",
    "export_history",
    "goes_on",
    "history_view",
    "init",
    "keep_run",
    "map_entries",
    "new_sandbox",
    "pull",
    "query_history",
    "read_day",
    "rebuild_history",
    "reconcile",
    "standing",
    "start",
    "status",
    "summary",
    "verify",
    "week",
]
