"""The command line's group `rates`: exchange rates from a published file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from etl.cli_options import AsJson

if TYPE_CHECKING:
    from etl.steps.outcome import Outcome


def rates_app(show: Callable[[Outcome, bool], None]) -> typer.Typer:
    """The group, printing through `show` as every command does."""
    app = typer.Typer(no_args_is_help=True, help="Exchange rates by day, each with its source.")

    @app.callback()
    def _group() -> None:
        """Keeps `load` a command of its own."""

    @app.command("load")
    def rates_load(
        file: Annotated[Path, typer.Argument(help="eurofxref.csv, eurofxref-hist.csv, or the zip of either.")],
        company: Annotated[str, typer.Option("--company", help="The company's id.")],
        currencies: Annotated[
            list[str] | None, typer.Option("--currencies", help="Those to take, such as USD,JPY.")
        ] = None,
        since: Annotated[str, typer.Option("--since", help="The first day to take, such as 2026-01-01.")] = "",
        workspace: Annotated[Path | None, typer.Option("--workspace", help="Default: this folder.")] = None,
        as_json: AsJson = False,
    ) -> None:
        """Add the European Central Bank's reference rates to fx_rates.csv; none is ever overwritten."""
        from etl import steps  # noqa: PLC0415

        show(steps.load_rates(file, company, workspace, currencies=tuple(currencies or ()), since=since), as_json)

    return app
