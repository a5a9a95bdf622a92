"""The command `fleet`: many companies at once, on this machine or on a Dask cluster."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from etl.cli_options import AsJson, Folder, Person, place_of

if TYPE_CHECKING:
    from etl.steps.outcome import Outcome


def fleet_command(app: typer.Typer, show: Callable[[Outcome, bool], None]) -> None:
    """Add the command, printing through `show` as every command does."""

    @app.command("fleet", hidden=True)
    def fleet(
        companies: Annotated[str, typer.Option("--companies", help="Ids with commas, all, or @FILE with one a line.")],
        period_end: Annotated[
            list[str], typer.Option("--period-end", help="The last day of a period; again for more, run in order.")],
        workers: Annotated[
            int, typer.Option("--workers", min=0, max=512, help="Processes of this machine. Default: one a core.")] = 0,
        scheduler: Annotated[
            str, typer.Option("--scheduler", help="A Dask cluster instead, such as tls://10.0.0.5:8786.")] = "",
        export: Annotated[
            bool, typer.Option("--export", help="The second pass: publish what is approved, to the close.")] = False,
        tries: Annotated[
            int, typer.Option("--tries", min=1, max=99, help="How often a run may fail before it is left.")] = 3,
        minutes: Annotated[
            int, typer.Option("--minutes", min=1, max=1440, help="The longest that one run may take.")] = 60,
        costs: Annotated[Path | None, typer.Option("--costs", help="What each run cost, as a CSV.")] = None,
        workspace: Folder = None,
        person: Person = None,
        as_json: AsJson = False,
    ) -> None:
        """Many companies to their drafts, without notebooks; then, with --export, what was approved to its files."""
        from etl import fleet as door  # noqa: PLC0415
        from etl import progress, steps  # noqa: PLC0415

        place = place_of(workspace)
        total = len(steps.fleet_companies(place, companies)) * len(set(period_end))
        with progress.fleet(total) as watcher:
            outcome = door.fleet(
                place, companies, period_end, workers=workers, scheduler=scheduler, publish=export, tries=tries,
                minutes=minutes, person=person, costs=costs, watcher=watcher)
        show(outcome, as_json)
