"""The dashboard seen from a notebook: how it is opened. Who opens notebooks owns the files; roles bind the server."""

from __future__ import annotations

from etl.steps.notebook import show_errors_calmly
from etl.steps.outcome import Outcome
from etl.steps.run import place_of
from etl.workspace import is_sandbox


def how_to_open(workspace: str, company: str) -> Outcome:
    """What to type to have the dashboard served."""
    show_errors_calmly()
    place = place_of(workspace)
    only = f" --company {company}" if company else ""
    return Outcome(
        title="The dashboard is served to people who log in",
        facts=(("workspace", str(place.root)), ("shows", company or "every company in which you hold a role")),
        next_step=f"in a terminal: timebooks dashboard{only}, then open the address that it prints")


def banner_of(company: str) -> str:
    """What stands above figures that are made up."""
    return "SANDBOX: a practice company, its figures are made up" if is_sandbox(company) else ""
