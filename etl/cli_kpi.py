"""The commands `auto kpi` and `auto missing`: key figures over the weeks, and whose time is probably missing."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from etl.cli_options import AsJson, Company, Folder, PeriodEnd, place_of

if TYPE_CHECKING:
    from etl.steps.outcome import Outcome


class Part(StrEnum):
    """What of the key figures is shown."""

    FIGURES = "figures"
    CAUSES = "causes"
    ADOPTION = "adoption"


def kpi_commands(app: typer.Typer, show: Callable[[Outcome, bool], None]) -> None:
    """Add both commands, printing through `show` as every command does."""

    @app.command("kpi")
    def kpi(
        company: Annotated[str | None, typer.Option("--company", help="Only this company.")] = None,
        weeks: Annotated[int, typer.Option("--weeks", help="How many weeks, this one included.")] = 13,
        part: Annotated[
            Part, typer.Option("--show", help="The figures, what holds time, or who uses it.")
        ] = Part.FIGURES,
        workbook: Annotated[Path | None, typer.Option("--workbook", help="Also as a workbook.")] = None,
        workspace: Folder = None,
        as_json: AsJson = False,
    ) -> None:
        """How the work goes: key figures over the weeks against the company's targets."""
        from etl import steps  # noqa: PLC0415

        found = steps.key_figures(company, weeks, workspace=place_of(workspace))
        if workbook is not None:
            typer.echo(steps.write_kpi_workbook(found, workbook).title, err=True)
        figures = found.by_week if as_json else found.summary
        show({Part.FIGURES: figures, Part.CAUSES: found.causes, Part.ADOPTION: found.adoption}[part](), as_json)

    @app.command("missing")
    def missing(
        company: Company,
        period_end: PeriodEnd,
        as_of: Annotated[str | None, typer.Option("--as-of", help="Days up to this one. Default: yesterday.")] = None,
        reminders: Annotated[Path | None, typer.Option("--reminders", help="The reminders as a CSV.")] = None,
        workspace: Folder = None,
        as_json: AsJson = False,
    ) -> None:
        """Whose time is probably missing in a period, by their own usual weeks; missing is never zero."""
        from etl import steps  # noqa: PLC0415

        run = steps.start(company, period_end, place_of(workspace), in_memory=True)
        show(steps.missing_time(run, as_of, reminders), as_json)
