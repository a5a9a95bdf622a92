"""The command line's group `auto`: what is looked at and told besides the week itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

from etl.cli_kpi import kpi_commands

if TYPE_CHECKING:
    from etl.steps.outcome import Outcome


def auto_app(show: Callable[[Outcome, bool], None]) -> typer.Typer:
    """The group, printing through `show` as every command does."""
    app = typer.Typer(no_args_is_help=True, help="Key figures and forecasts over the weeks.")
    kpi_commands(app, show)
    return app
