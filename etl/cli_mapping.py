"""The command line's group `mapping`: what differs, what it would move, its changelog, its review, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from etl.cli_mapping_sheet import sheet_commands
from etl.cli_options import AsJson, Company, Folder, Person

if TYPE_CHECKING:
    from etl.steps.outcome import Outcome

Private = Annotated[bool, typer.Option("--with-private", help="Show pay rates and salaries too.")]


def mapping_app(show: Callable[[Outcome, bool], None]) -> typer.Typer:
    """The group, printing through `show` as every command does."""
    app = typer.Typer(no_args_is_help=True, help="Cross-references: what changed, what it moves, the way back.")
    _replays(app, show)
    _looks(app, show)
    sheet_commands(app, show)
    return app


def _replays(app: typer.Typer, show: Callable[[Outcome, bool], None]) -> None:
    @app.command("replay")
    def replay(
        company: Company,
        weeks: Annotated[int, typer.Option("--weeks", help="How many of the last exported weeks.")] = 4,
        output: Annotated[Path | None, typer.Option("--output", help="Every figure that moves, as a CSV.")] = None,
        workspace: Folder = None,
        person: Person = None,
        as_json: AsJson = False,
    ) -> None:
        """What the last weeks would have been with the edited files; the id it prints is what an approval names."""
        from etl import steps  # noqa: PLC0415

        show(steps.replay_mapping(company, weeks, output=output, person=person, workspace=workspace,
                                  tell=lambda text: typer.echo(f"  {text}", err=True)), as_json)

    @app.command("revert")
    def revert(
        company: Company,
        reason: Annotated[str, typer.Option("--reason", help="Why, in one line.")],
        to: Annotated[str, typer.Option("--to", help="A mapping set. Default: the approved one.")] = "",
        workspace: Folder = None,
        person: Person = None,
        as_json: AsJson = False,
    ) -> None:
        """Put the files back as they were approved, to the byte; what lies there is kept."""
        from etl import steps  # noqa: PLC0415

        show(steps.revert_mapping(company, reason, to=to, person=person, workspace=workspace), as_json)


def _looks(app: typer.Typer, show: Callable[[Outcome, bool], None]) -> None:
    @app.command("diff")
    def diff(company: Company, private: Private = False, workspace: Folder = None, as_json: AsJson = False) -> None:
        """What lies there against what was approved, row by row."""
        from etl import steps  # noqa: PLC0415

        show(steps.mapping_diff(company, with_private=private, workspace=workspace), as_json)

    @app.command("changes")
    def changes(
        company: Company,
        output: Annotated[Path | None, typer.Option("--output", help="The changelog as a CSV.")] = None,
        private: Private = False,
        workspace: Folder = None,
        as_json: AsJson = False,
    ) -> None:
        """The changelog: who changed what, when, old and new."""
        from etl import steps  # noqa: PLC0415

        show(steps.mapping_changes(company, output=output, with_private=private, workspace=workspace), as_json)

    @app.command("review")
    def review(
        company: Company,
        since: Annotated[str | None, typer.Option("--since", help="A day. Default: the last quarter.")] = None,
        workspace: Folder = None,
        as_json: AsJson = False,
    ) -> None:
        """The quarterly workbook: last use, hours and money of each row, stale ones, and what changed around them."""
        from etl import steps  # noqa: PLC0415

        show(steps.mapping_review(company, since, workspace=workspace), as_json)
