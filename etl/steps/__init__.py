"""One use case a file, one call a notebook cell: gather, decide, apply."""

from etl.steps.again import make_again
from etl.steps.agenda import agenda
from etl.steps.alerts import show_alerts, telling, try_channels
from etl.steps.approve import approval, approve_batch, withdraw_approval
from etl.steps.approve_files import (
    approve_list,
    read_list,
    read_replays,
    request_approval,
    sign_request,
    take_in_answer,
)
from etl.steps.approve_time import approve_time, time_waiting
from etl.steps.approve_time_files import approve_time_list, request_time, take_in_time, withdraw_time
from etl.steps.archive import create as create_archive
from etl.steps.archive import restore as restore_archive
from etl.steps.attachments import attachments
from etl.steps.backup_expiry import snapshots
from etl.steps.billing_review import take_in_review
from etl.steps.bookkeeper import closed, mapping_taken_in, report_taken_in, what_waits
from etl.steps.books import Asked, Decision, books_beside, decide_item, take_in_books
from etl.steps.cycles import show_cycles
from etl.steps.dashboard import week_page
from etl.steps.dashboard_login import challenge_answer, dashboard_desk, dashboard_ready, is_practice_only
from etl.steps.digest import digest
from etl.steps.docs import build_docs
from etl.steps.drill import drill
from etl.steps.errors_notebook import write_errors_notebook
from etl.steps.estimate import estimate
from etl.steps.exception_events import Done, assign_exception, fix_exception, verify_exception
from etl.steps.exceptions import exception_told, exceptions_open
from etl.steps.explain import explain
from etl.steps.feedback import add_feedback, answer_feedback, list_feedback, write_faq
from etl.steps.fleet import (
    Reached,
    as_words,
    code_key,
    commit_history,
    company_period,
    fleet_companies,
    marked,
    note_run,
    read_periods,
    same_workspace,
    warm_up,
)
from etl.steps.forecast import missing_time
from etl.steps.fx_rates import load_rates
from etl.steps.history import compact_history, export_history, history_view, query_history, rebuild_history
from etl.steps.init import init, new_sandbox
from etl.steps.iris import write_returns
from etl.steps.keeping import (
    Deciders,
    propose_expiry,
    propose_hold,
    propose_purge,
    propose_release,
    retention,
    sign_keeping,
)
from etl.steps.kpi import KeyFigures, key_figures, write_kpi_workbook
from etl.steps.lesson import code_told, lesson
from etl.steps.list_audit import audit_lists
from etl.steps.mapping_approve import approve_mapping, revert_mapping
from etl.steps.mapping_approve_files import approve_mapping_list, request_mapping, take_in_mapping
from etl.steps.mapping_changes import mapping_changes, mapping_diff
from etl.steps.mapping_replay import replay_mapping
from etl.steps.mapping_review import mapping_review
from etl.steps.mapping_sheet import write_mapping_sheet
from etl.steps.mapping_take_in import take_in_mapping_sheet
from etl.steps.outcome import Outcome
from etl.steps.pack import make_pack
from etl.steps.people import (
    change_people,
    end_key,
    enroll,
    found_people,
    keys_list,
    new_key,
    people_list,
    policy_of,
    sign_change,
)
from etl.steps.plan import write_plan
from etl.steps.practice import serve
from etl.steps.quickref import quickref_commands, write_quickref
from etl.steps.repair import repair
from etl.steps.report_file import write_report
from etl.steps.review import after_approval, links, preflight, told_before
from etl.steps.rollback import rollback
from etl.steps.rules_check import check_examples
from etl.steps.rules_confirm import confirm_rule
from etl.steps.rules_obligations import show_obligations
from etl.steps.rules_qualified import qualified_overtime
from etl.steps.rules_replay import Change, replay
from etl.steps.rules_show import show_rules
from etl.steps.run import Run, place_of, read_day, start
from etl.steps.runs import keep_run
from etl.steps.schedule import write_schedule
from etl.steps.services import services
from etl.steps.sign_off import take_in_sign_off
from etl.steps.stages import (
    apply_rules,
    check,
    close,
    close_week,
    draft,
    export,
    map_entries,
    progress,
    pull,
    reconcile,
)
from etl.steps.standing import standing
from etl.steps.status import exceptions, status
from etl.steps.summary import summary
from etl.steps.take_out import take_out
from etl.steps.train import train, trainings
from etl.steps.training import grade, new_training
from etl.steps.trial_import import trial_import
from etl.steps.uploads import confirm_books_backup
from etl.steps.vendor_year import vendor_year
from etl.steps.verify import verify
from etl.steps.view_export import export_view
from etl.steps.watch import micro_batch, watch
from etl.steps.week import goes_on, week
from etl.steps.week_charts import causes_chart, hours_chart, mapped_chart, money_chart, projects_chart

__all__ = [
    "Asked",
    "Change",
    "Deciders",
    "Decision",
    "Done",
    "KeyFigures",
    "Outcome",
    "Reached",
    "Run",
    "add_feedback",
    "after_approval",
    "agenda",
    "answer_feedback",
    "apply_rules",
    "approval",
    "approve_batch",
    "approve_list",
    "approve_mapping",
    "approve_mapping_list",
    "approve_time",
    "approve_time_list",
    "as_words",
    "assign_exception",
    "attachments",
    "audit_lists",
    "books_beside",
    "build_docs",
    "causes_chart",
    "challenge_answer",
    "change_people",
    "check",
    "check_examples",
    "close",
    "close_week",
    "closed",
    "code_key",
    "code_told",
    "commit_history",
    "compact_history",
    "company_period",
    "confirm_books_backup",
    "confirm_rule",
    "create_archive",
    "dashboard_desk",
    "dashboard_ready",
    "decide_item",
    "digest",
    "draft",
    "drill",
    "end_key",
    "enroll",
    "estimate",
    "exception_told",
    "exceptions",
    "exceptions_open",
    "explain",
    "export",
    "export_history",
    "export_view",
    "fix_exception",
    "fleet_companies",
    "found_people",
    "goes_on",
    "grade",
    "history_view",
    "hours_chart",
    "init",
    "is_practice_only",
    "keep_run",
    "key_figures",
    "keys_list",
    "lesson",
    "links",
    "list_feedback",
    "load_rates",
    "make_again",
    "make_pack",
    "map_entries",
    "mapped_chart",
    "mapping_changes",
    "mapping_diff",
    "mapping_review",
    "mapping_taken_in",
    "marked",
    "micro_batch",
    "missing_time",
    "money_chart",
    "new_key",
    "new_sandbox",
    "new_training",
    "note_run",
    "people_list",
    "place_of",
    "policy_of",
    "preflight",
    "progress",
    "projects_chart",
    "propose_expiry",
    "propose_hold",
    "propose_purge",
    "propose_release",
    "pull",
    "qualified_overtime",
    "query_history",
    "quickref_commands",
    "read_day",
    "read_list",
    "read_periods",
    "read_replays",
    "rebuild_history",
    "reconcile",
    "repair",
    "replay",
    "replay_mapping",
    "report_taken_in",
    "request_approval",
    "request_mapping",
    "request_time",
    "restore_archive",
    "retention",
    "revert_mapping",
    "rollback",
    "same_workspace",
    "serve",
    "services",
    "show_alerts",
    "show_cycles",
    "show_obligations",
    "show_rules",
    "sign_change",
    "sign_keeping",
    "sign_request",
    "snapshots",
    "standing",
    "start",
    "status",
    "summary",
    "take_in_answer",
    "take_in_books",
    "take_in_mapping",
    "take_in_mapping_sheet",
    "take_in_review",
    "take_in_sign_off",
    "take_in_time",
    "take_out",
    "telling",
    "time_waiting",
    "told_before",
    "train",
    "trainings",
    "trial_import",
    "try_channels",
    "vendor_year",
    "verify",
    "verify_exception",
    "warm_up",
    "watch",
    "week",
    "week_page",
    "what_waits",
    "withdraw_approval",
    "withdraw_time",
    "write_errors_notebook",
    "write_faq",
    "write_kpi_workbook",
    "write_mapping_sheet",
    "write_plan",
    "write_quickref",
    "write_report",
    "write_returns",
    "write_schedule",
]
