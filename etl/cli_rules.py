"""The command line's group `rules`: what the law library says, and worked examples against the decisions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from etl.cli_options import AsJson, Company, Folder

if TYPE_CHECKING:
    from etl.steps.outcome import Outcome

Output = Annotated[Path | None, typer.Option("--csv", help="Also write the rows to this CSV file.")]


def rules_app(show: Callable[[Outcome, bool], None]) -> typer.Typer:
    """The group, printing through `show` as every command does."""
    app = typer.Typer(no_args_is_help=True, help="Labor law as data: look it up, prove it by worked examples.")

    @app.command("show")
    def rules_show(
        jurisdiction: Annotated[str, typer.Option("--jurisdiction", help="A place, such as US-CA, CA-ON or FR.")],
        on: Annotated[
            str | None, typer.Option("--on", help="The day worked, such as 2026-11-22. Default: today.")
        ] = None,
        company: Annotated[str | None, typer.Option("--company", help="Also what this company has confirmed.")] = None,
        about: Annotated[
            Literal["overtime", "breaks", "rounding"], typer.Option("--about", help="Which law.")
        ] = "overtime",
        workspace: Folder = None,
        as_json: AsJson = False,
    ) -> None:
        """The rules of a place on a day, with citation and standing."""
        from etl import steps  # noqa: PLC0415

        show(steps.show_rules(jurisdiction, on, company, about=about, workspace=workspace), as_json)

    @app.command("check")
    def rules_check(
        file: Annotated[
            Path | None, typer.Argument(help="A CSV of worked examples. Default: the library's own.")
        ] = None,
        as_json: AsJson = False,
    ) -> None:
        """Compute worked examples as a payroll run would; exit 1 where any differs from its printed answer."""
        from etl import steps  # noqa: PLC0415

        show(steps.check_examples(file), as_json)

    _answers(app, show)
    _records(app, show)
    return app


def _records(app: typer.Typer, show: Callable[[Outcome, bool], None]) -> None:
    @app.command("confirm")
    def rules_confirm(
        rule: Annotated[str, typer.Option("--rule", help="The rule_id, as rules show prints it.")],
        company: Company,
        person: Annotated[str, typer.Option("--person", help="Who has read the law.")],
        reason: Annotated[str, typer.Option("--reason", help="What was read, and how it agrees.")],
        source: Annotated[
            Path | None, typer.Option("--source", help="The text that was read; its digest is recorded.")
        ] = None,
        workspace: Folder = None,
        as_json: AsJson = False,
    ) -> None:
        """Record in the audit log that a person has confirmed a row; a row that changes needs a new one."""
        from etl import steps  # noqa: PLC0415

        show(steps.confirm_rule(company, rule, person, reason, source, workspace=workspace), as_json)


def _answers(app: typer.Typer, show: Callable[[Outcome, bool], None]) -> None:
    @app.command("replay")
    def rules_replay(
        company: Company,
        first_day: Annotated[str, typer.Option("--from", help="Workweeks that begin on this day or later.")],
        last_day: Annotated[str, typer.Option("--to", help="Workweeks that begin on this day or earlier.")],
        law: Annotated[Path | None, typer.Option("--law", help="Rows in the form of overtime_rules.csv.")] = None,
        rule: Annotated[str | None, typer.Option("--rule", help="A rule whose newest version begins elsewhen.")] = None,
        effective_from: Annotated[str | None, typer.Option("--effective-from", help="With --rule: the day.")] = None,
        output: Output = None,
        workspace: Folder = None,
        as_json: AsJson = False,
    ) -> None:
        """What exported weeks would have cost under other law, per person; nothing is recorded."""
        from etl import steps  # noqa: PLC0415

        change = steps.Change(law, rule, effective_from)
        tell = partial(typer.echo, err=True)
        show(
            steps.replay(company, (first_day, last_day), change, output=output, workspace=workspace, tell=tell), as_json
        )

    @app.command("qualified-overtime")
    def rules_qualified_overtime(
        company: Company,
        year: Annotated[int, typer.Option("--year", help="The year in which the wages were paid.")],
        output: Output = None,
        workspace: Folder = None,
        as_json: AsJson = False,
    ) -> None:
        """The year's FLSA premium per person (Form W-2 box 12 code TT), from exported batches."""
        from etl import steps  # noqa: PLC0415

        show(steps.qualified_overtime(company, year, output=output, workspace=workspace), as_json)

    @app.command("obligations")
    def rules_obligations(
        company: Company,
        on: Annotated[str | None, typer.Option("--on", help="A day, such as 2026-11-22. Default: today.")] = None,
        workspace: Folder = None,
        as_json: AsJson = False,
    ) -> None:
        """Taxes, reporting and records of the places where people work, each with owner and status."""
        from etl import steps  # noqa: PLC0415

        show(steps.show_obligations(company, on, workspace=workspace), as_json)
