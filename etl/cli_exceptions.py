"""The command line's group `exceptions`: what waits for somebody, whose it is, what was done, and who looked again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from etl.cli_options import AsJson, Company, Folder, Person

if TYPE_CHECKING:
    from etl.steps.outcome import Outcome

Item = Annotated[str, typer.Argument(help="The exception, as the list prints it.")]


def exceptions_app(show: Callable[[Outcome, bool], None]) -> typer.Typer:
    """The group, printing through `show` as every command does."""
    app = typer.Typer(no_args_is_help=True, help="What was found about single entries, and what was done about it.")
    _looks(app, show)
    _events(app, show)
    return app


def _looks(app: typer.Typer, show: Callable[[Outcome, bool], None]) -> None:
    @app.command("digest")
    def exceptions_digest(
        company: Company,
        employee: Annotated[str, typer.Option("--employee", help="Whose time: an employee_id of employees.csv.")],
        periods: Annotated[int, typer.Option("--periods", min=1, max=520, help="How many of the newest.")] = 8,
        workspace: Folder = None,
        person: Person = None,
        as_json: AsJson = False,
    ) -> None:
        """A person's own usual mistakes and where each is taught; for that person and their time approver alone."""
        from etl import steps  # noqa: PLC0415

        show(steps.digest(company, employee, person=person, periods=periods, workspace=workspace), as_json)

    @app.command("list")
    def exceptions_list(
        company: Company,
        period_end: Annotated[
            str | None, typer.Option("--period-end", help="Every item of this period's newest draft or batch.")] = None,
        output: Annotated[Path | None, typer.Option("--output", help="The list as a CSV.")] = None,
        closed: Annotated[bool, typer.Option("--closed", help="Closed ones too.")] = False,
        workspace: Folder = None,
        as_json: AsJson = False,
    ) -> None:
        """What waits, of every week, payroll and billing first; with --period-end the items of one period."""
        from etl import steps  # noqa: PLC0415

        if period_end is not None:
            place = steps.place_of(workspace)
            show(steps.exceptions(place.root, company, steps.read_day(period_end)), as_json)
        show(steps.exceptions_open(company, output=output, with_closed=closed, workspace=workspace), as_json)

    @app.command("show")
    def exceptions_show(item: Item, company: Company, workspace: Folder = None, as_json: AsJson = False) -> None:
        """One exception with everything that was done about it."""
        from etl import steps  # noqa: PLC0415

        show(steps.exception_told(company, item, workspace=workspace), as_json)


def _events(app: typer.Typer, show: Callable[[Outcome, bool], None]) -> None:
    @app.command("assign")
    def assign(
        item: Item,
        company: Company,
        to: Annotated[str, typer.Option("--to", help="Whose it is.")],
        said: Annotated[str, typer.Option("--said", help="In one line.")] = "",
        workspace: Folder = None,
        person: Person = None,
        as_json: AsJson = False,
    ) -> None:
        """Give an exception an owner."""
        from etl import steps  # noqa: PLC0415

        show(steps.assign_exception(company, item, to, said=said, person=person, workspace=workspace), as_json)

    @app.command("fixed")
    def fixed(
        item: Item,
        company: Company,
        said: Annotated[str, typer.Option("--said", help="What was done, and what shows it, in one line.")],
        file: Annotated[Path | None, typer.Option("--file", help="A file that shows it; its digest is kept.")] = None,
        minutes: Annotated[int | None, typer.Option("--minutes", min=0, max=10_000, help="How long it took.")] = None,
        workspace: Folder = None,
        person: Person = None,
        as_json: AsJson = False,
    ) -> None:
        """Say what was done; another person verifies it."""
        from etl import steps  # noqa: PLC0415

        done = steps.Done(said, minutes)
        show(steps.fix_exception(company, item, done, file=file, person=person, workspace=workspace), as_json)

    @app.command("verify")
    def verify(
        item: Item,
        company: Company,
        said: Annotated[str, typer.Option("--said", help="What was looked at, in one line.")] = "",
        workspace: Folder = None,
        person: Person = None,
        as_json: AsJson = False,
    ) -> None:
        """Close an exception that another person fixed and that is gone."""
        from etl import steps  # noqa: PLC0415

        show(steps.verify_exception(company, item, said, person=person, workspace=workspace), as_json)
