"""The command `audit`: the names of trackers, cross-references and books compared, before anything is connected."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

from etl.cli_options import AsJson, Company, Folder, Person

if TYPE_CHECKING:
    from etl.steps.outcome import Outcome


def audit_command(app: typer.Typer, show: Callable[[Outcome, bool], None]) -> None:
    """Put the command in, printing through `show` as every command does."""

    @app.command("audit", hidden=True)
    def audit(company: Company, workspace: Folder = None, person: Person = None, as_json: AsJson = False) -> None:
        """Compare the names of trackers, cross-references and books; write audit.xlsx, the scope, CSVs to map."""
        from etl import steps  # noqa: PLC0415

        show(steps.audit_lists(workspace, company, person=person).summary(), as_json)
