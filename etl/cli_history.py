"""The commands `history …`: asked by analysts, kept by whoever runs the workspace."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from etl.cli_options import AsJson, Folder, place_of

if TYPE_CHECKING:
    from etl.steps.outcome import Outcome


def history_app(show: Callable[[Outcome, bool], None]) -> typer.Typer:
    """The commands, printing through `show` as every command does."""
    app = typer.Typer(no_args_is_help=True, help="Query, rebuild or copy the history.")

    @app.command("query")
    def history_query(
        sql: Annotated[str, typer.Argument(help="A query over the documented views.")],
        workspace: Folder = None,
        limit: Annotated[int, typer.Option("--limit", help="At most this many rows.")] = 100,
        as_of: Annotated[str | None, typer.Option("--as-of", help="As it was known at the end of that day.")] = None,
        as_json: AsJson = False,
    ) -> None:
        """Ask the history; it can only be read."""
        from etl import steps  # noqa: PLC0415

        show(steps.query_history(place_of(workspace), sql, limit, as_of), as_json)

    @app.command("rebuild")
    def history_rebuild(
        workspace: Folder = None,
        whole: Annotated[bool, typer.Option("--whole", help="Shared: delete it for every workspace.")] = False,
    ) -> None:
        """Delete the history and build it again from the published batches."""
        from etl import steps  # noqa: PLC0415

        show(steps.rebuild_history(place_of(workspace), whole=whole), False)

    @app.command("export")
    def history_export(
        file: Annotated[Path, typer.Argument(help="A new file: DuckDB, or with --view .csv, .xlsx or .parquet.")],
        view: Annotated[str | None, typer.Option("--view", help="One documented view alone.")] = None,
        company: Annotated[str | None, typer.Option("--company", help="With --view: only this company.")] = None,
        workspace: Folder = None,
    ) -> None:
        """Write a plain DuckDB copy for tools that cannot open a lake, or one view as CSV, XLSX or Parquet."""
        from etl import steps  # noqa: PLC0415

        place = place_of(workspace)
        show(steps.export_view(place, view, file, company) if view else steps.export_history(place, file), False)

    @app.command("compact")
    def history_compact(workspace: Folder = None) -> None:
        """Merge small files of the history."""
        from etl import steps  # noqa: PLC0415

        show(steps.compact_history(place_of(workspace)), False)

    return app
