"""The command line's group `company`: yearly review of vendors, documents, people and keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from etl.cli_options import AsJson, Company, Folder
from etl.cli_people import keys_app, people_app

if TYPE_CHECKING:
    from etl.steps.outcome import Outcome


def company_app(show: Callable[[Outcome, bool], None]) -> typer.Typer:
    """The group, printing through `show` as every command does."""
    app = typer.Typer(no_args_is_help=True, help="What a company keeps beside its weeks: vendors, documents, people.")
    app.add_typer(people_app(show), name="people")
    app.add_typer(keys_app(show), name="keys")

    @app.command("vendors")
    def company_vendors(
        company: Company,
        year: Annotated[int, typer.Option("--year", min=2000, max=2999, help="The calendar year of the payments.")],
        workspace: Folder = None,
        as_json: AsJson = False,
    ) -> None:
        """The yearly review: payments by vendor and box against the thresholds, as a workbook to sign."""
        from etl import steps  # noqa: PLC0415

        show(steps.vendor_year(workspace, company, year), as_json)

    @app.command("iris")
    def company_iris(
        company: Company,
        year: Annotated[int, typer.Option("--year", min=2000, max=2999, help="The calendar year of the payments.")],
        template: Annotated[Path, typer.Option("--template", help="The CSV template of the form from the IRS portal.")],
        workspace: Folder = None,
        as_json: AsJson = False,
    ) -> None:
        """Fill the IRS portal's template of 1099-NEC or 1099-MISC from the year's review."""
        from etl import steps  # noqa: PLC0415

        show(steps.write_returns(workspace, company, year, template), as_json)

    @app.command("attachments")
    def company_attachments(
        company: Company,
        on: Annotated[str | None, typer.Option("--on", help="The day, such as 2026-11-22. Default: today.")] = None,
        workspace: Folder = None,
        as_json: AsJson = False,
    ) -> None:
        """Every document with its state: there, changed, expired."""
        from etl import steps  # noqa: PLC0415

        show(steps.attachments(workspace, company, on), as_json)
    _what_is_due(app, show)
    return app


def _what_is_due(app: typer.Typer, show: Callable[[Outcome, bool], None]) -> None:
    @app.command("services")
    def company_services(
        company: Company,
        on: Annotated[str | None, typer.Option("--on", help="The day, such as 2026-11-22. Default: today.")] = None,
        workspace: Folder = None,
        as_json: AsJson = False,
    ) -> None:
        """The vendors of trackers, payroll, books and backups: terms, promises kept or not, days for notice."""
        from etl import steps  # noqa: PLC0415

        show(steps.services(workspace, company, on), as_json)

    @app.command("agenda")
    def company_agenda(
        company: Company,
        quarter: Annotated[str | None, typer.Option("--quarter", help="Such as 2027-Q1. Default: this one.")] = None,
        on: Annotated[str | None, typer.Option("--on", help="The day, such as 2026-11-22. Default: today.")] = None,
        workspace: Folder = None,
        as_json: AsJson = False,
    ) -> None:
        """What is due this quarter: law, cross-references, tokens, keys, contracts, backups; one page by day."""
        from etl import steps  # noqa: PLC0415

        show(steps.agenda(workspace, company, quarter=quarter, day=on), as_json)
