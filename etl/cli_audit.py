"""The commands `audit` and `plan`: the names of all sides compared, and what was decided on one page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

from etl.cli_options import AsJson, Company, Folder, Person

if TYPE_CHECKING:
    from etl.steps.outcome import Outcome


def audit_commands(app: typer.Typer, show: Callable[[Outcome, bool], None]) -> None:
    """Put both commands in, printing through `show` as every command does."""

    @app.command("audit", hidden=True)
    def audit(company: Company, workspace: Folder = None, person: Person = None, as_json: AsJson = False) -> None:
        """Compare the names of trackers, cross-references and books; write audit.xlsx, the scope, CSVs to map."""
        from etl import steps  # noqa: PLC0415

        show(steps.audit_lists(workspace, company, person=person).summary(), as_json)

    @app.command("plan", hidden=True)
    def plan(company: Company, workspace: Folder = None, person: Person = None, as_json: AsJson = False) -> None:
        """Write the integration plan and hand-over as one page; tell what is open."""
        from etl import steps  # noqa: PLC0415

        show(steps.write_plan(workspace, company, person=person), as_json)
