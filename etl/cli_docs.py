"""The command line's group `docs`: the documents as pages that need neither network nor server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from etl.cli_options import AsJson, Folder

if TYPE_CHECKING:
    from etl.steps.outcome import Outcome


def docs_app(show: Callable[[Outcome, bool], None]) -> typer.Typer:
    """The group, printing through `show` as every command does."""
    app = typer.Typer(no_args_is_help=True, help="The documents: a page per role and task, law, codes, a search.")

    @app.callback()
    def group() -> None:
        """The documents: a page per role and task, law, codes, a search."""

    @app.command("build")
    def build(
        to: Annotated[Path | None, typer.Option("--to", help="Folder. Default: docs-site in the workspace.")] = None,
        workspace: Folder = None,
        as_json: AsJson = False,
    ) -> None:
        """Write every page as HTML; the tables in them are those the program itself reads."""
        from etl import steps  # noqa: PLC0415

        show(steps.build_docs(to, workspace), as_json)

    return app
