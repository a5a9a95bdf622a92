"""The commands `auto …`: what happens without a person, written for a scheduler, watched, told and looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from etl.cli_options import AsJson, Company, Folder, Person, place_of

if TYPE_CHECKING:
    from etl.steps.outcome import Outcome


def auto_app(show: Callable[[Outcome, bool], None]) -> typer.Typer:
    """The commands, printing through `show` as every command does."""
    app = typer.Typer(no_args_is_help=True, help="Runs, alerts and reports without a person.")

    @app.command("alerts")
    def auto_alerts(
        company: Company,
        workspace: Folder = None,
        test: Annotated[bool, typer.Option("--test", help="Send one test message to each channel.")] = False,
        person: Person = None,
        as_json: AsJson = False,
    ) -> None:
        """What each channel was told and what the next run tells it; nothing is sent without --test."""
        from etl import steps  # noqa: PLC0415

        place = place_of(workspace)
        show(steps.try_channels(company, place, person=person) if test else steps.show_alerts(company, place), as_json)

    @app.command("calendar")
    def auto_calendar(
        company: Company,
        weeks: Annotated[int, typer.Option("--weeks", min=1, max=104, help="How far ahead.")] = 10,
        start: Annotated[str | None, typer.Option("--from", help="The first day. Default: today.")] = None,
        workspace: Folder = None,
        as_json: AsJson = False,
    ) -> None:
        """The next cut-offs, pay dates and due dates, moved by bank holidays where the company declares so."""
        from etl import steps  # noqa: PLC0415

        show(steps.show_cycles(company, place_of(workspace), weeks=weeks, today=start), as_json)

    return app
