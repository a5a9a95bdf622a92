"""The command line's group `approve`: a draft as it lies there, a reviewed billing worksheet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from etl.cli_options import AsJson, Company, Folder, PeriodEnd, Person

if TYPE_CHECKING:
    from etl.steps.outcome import Outcome


def approve_app(show: Callable[[Outcome, bool], None]) -> typer.Typer:
    """The group, printing through `show` as every command does."""
    app = typer.Typer(no_args_is_help=True, help="Approve what another person prepared.")

    @app.command("batch")
    def approve_batch(
        company: Company,
        period_end: PeriodEnd,
        workspace: Folder = None,
        person: Person = None,
        as_json: AsJson = False,
    ) -> None:
        """Approve the period's newest draft, exactly as it lies there."""
        from etl import steps  # noqa: PLC0415

        show(steps.approve_batch(steps.start(company, period_end, workspace), person), as_json)

    @app.command("billing")
    def approve_billing(
        file: Annotated[Path, typer.Argument(help="The billing worksheet as it came back, .xlsx.")],
        company: Company,
        period_end: PeriodEnd,
        workspace: Folder = None,
        person: Person = None,
        as_json: AsJson = False,
    ) -> None:
        """Take in the reviewed billing worksheet: bill, hold, write down or up, line by line."""
        from etl import steps  # noqa: PLC0415

        show(steps.take_in_review(steps.start(company, period_end, workspace), file, person), as_json)

    return app
