"""The commands `auto …`: what happens without a person, written for a scheduler, watched, told and looked at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from etl.cli_kpi import kpi_commands
from etl.cli_options import AsJson, Company, Folder, Person, place_of

if TYPE_CHECKING:
    from etl.steps.outcome import Outcome

Show = Callable[["Outcome", bool], None]


def auto_app(show: Show) -> typer.Typer:
    """The commands, printing through `show` as every command does."""
    app = typer.Typer(no_args_is_help=True, help="Runs, alerts, reports and key figures without a person.")
    _runs(app, show)
    _looks(app, show)
    kpi_commands(app, show)
    return app


def _runs(app: typer.Typer, show: Show) -> None:
    """What starts runs."""

    @app.command("schedule")
    def auto_schedule(
        company: Company,
        to: Annotated[Path | None, typer.Option("--to", help="The folder. Default: reports/COMPANY/schedule.")] = None,
        program: Annotated[str, typer.Option("--program", help="The command as the scheduler finds it.")] = "",
        workspace: Folder = None,
        person: Person = None,
        as_json: AsJson = False,
    ) -> None:
        """Write crontab, systemd units, a Windows task, an Airflow DAG and a Prefect flow from [schedule]."""
        from etl import steps  # noqa: PLC0415

        show(steps.write_schedule(company, place_of(workspace), to=to, program=program, person=person), as_json)

    @app.command("watch")
    def auto_watch(
        company: Company,
        once: Annotated[bool, typer.Option("--once", help="One micro-batch, then end.")] = False,
        workspace: Folder = None,
        person: Person = None,
        as_json: AsJson = False,
    ) -> None:
        """Pull and draft what has changed, until SIGTERM or Ctrl-C; alerts and scheduled reports go out with it."""
        from etl import steps  # noqa: PLC0415

        def say(line: str) -> None:
            typer.echo(f"  {line}", err=True)

        show(steps.watch(company, place_of(workspace), once=once, person=person, say=say), as_json)


def _looks(app: typer.Typer, show: Show) -> None:
    """What tells."""

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
