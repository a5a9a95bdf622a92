"""The statements behind the dashboard, in their order; steps/dashboard_figures.py puts what they read beside them."""

from __future__ import annotations

HISTORY_ASKED: tuple[str, ...] = ("exported_held", "exported_hours", "exported_pay")  # asked of the history
DASHBOARD: tuple[str, ...] = (
    "held_now",
    "held_entries",  # what the reader may see of it
    "work_to_map",  # of the lists
    "unmapped_work",
    "approval_backlog",
    "exceptions_followed",
    "hours_by_project",
    "pay_by_person",
    "period_states",
    "api_health",
)
OWN: tuple[str, ...] = (*HISTORY_ASKED, *(name for name in DASHBOARD if name != "work_to_map"))
