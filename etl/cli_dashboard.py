"""The command line's group `dashboard`: serve it, answer its challenge, write the page of a week."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from etl.cli_options import AsJson, Company, Folder, PeriodEnd, Person, place_of

if TYPE_CHECKING:
    from etl.steps.outcome import Outcome


def dashboard_app(show: Callable[[Outcome, bool], None]) -> typer.Typer:
    """The group, printing through `show` as every command does."""
    app = typer.Typer(help="The live dashboard for people who log in; the page of a week.")

    @app.callback(invoke_without_command=True)
    def dashboard(
        context: typer.Context,
        company: Annotated[str | None, typer.Option("--company", help="Only this company.")] = None,
        port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0: any free one.")] = 8078,
        person: Person = None,
        workspace: Folder = None,
    ) -> None:
        """Serve the dashboard on this machine alone; Ctrl-C ends it."""
        if context.invoked_subcommand is not None:
            return
        from etl import dashboard as door  # noqa: PLC0415

        door.serve(place_of(workspace), company or "", port, person, lambda outcome: typer.echo(outcome.text()))

    @app.command("sign")
    def dashboard_sign(
        challenge: Annotated[str, typer.Argument(help="The challenge as the login page shows it.")],
        person: Annotated[str, typer.Option("--person", help="Your id in the people list.")],
        company: Annotated[str, typer.Option("--company", help="A practice company, to log in for practice.")] = "",
        key: Annotated[str, typer.Option("--key", help="The first digits of the key, where you have several.")] = "",
    ) -> None:
        """The answer to the login page's challenge, signed with your key; no workspace is needed."""
        from etl import steps  # noqa: PLC0415

        show(steps.challenge_answer(challenge, person=person, company=company, key=key), False)

    @app.command("page")
    def dashboard_page(
        company: Company,
        period_end: PeriodEnd,
        person: Person = None,
        workspace: Folder = None,
        as_json: AsJson = False,
    ) -> None:
        """Write the views of one period as a page without a script, beside its batch."""
        from etl import steps  # noqa: PLC0415

        show(steps.week_page(place_of(workspace), company, period_end, person=person), as_json)

    return app
