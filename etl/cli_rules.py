"""The command line's group `rules`: what the law library says, and worked examples against the decisions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from etl.steps.outcome import Outcome

AsJson = Annotated[bool, typer.Option("--json", help="Facts as JSON on standard output.")]


def rules_app(show: Callable[[Outcome, bool], None]) -> typer.Typer:
    """The group, printing through `show` as every command does."""
    app = typer.Typer(no_args_is_help=True, help="Labor law as data: look it up, prove it by worked examples.")

    @app.command("show")
    def rules_show(
        jurisdiction: Annotated[str, typer.Option("--jurisdiction", help="A place, such as US-CA, CA-ON or FR.")],
        on: Annotated[
            str | None, typer.Option("--on", help="The day worked, such as 2026-11-22. Default: today.")
        ] = None,
        as_json: AsJson = False,
    ) -> None:
        """The rules of a place on a day, with citation and standing."""
        from etl import steps  # noqa: PLC0415

        show(steps.show_rules(jurisdiction, on), as_json)

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

    return app
