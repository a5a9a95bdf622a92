"""The commands `mapping edit` and `mapping take-in`: the cross-references as a workbook, and back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from etl.cli_options import AsJson, Company, Folder, Person

if TYPE_CHECKING:
    from etl.steps.outcome import Outcome


def sheet_commands(app: typer.Typer, show: Callable[[Outcome, bool], None]) -> None:
    """Put both into the group `mapping`, printing through `show` as every command does."""

    @app.command("edit")
    def mapping_edit(
        company: Company,
        to: Annotated[Path | None, typer.Option("--to", help="A new file. Default: below reports/<company>.")] = None,
        private: Annotated[bool, typer.Option("--private", help="With the files of pay in private/.")] = False,
        workspace: Folder = None,
        as_json: AsJson = False,
    ) -> None:
        """Write the cross-references as one workbook: text cells, drop-downs, what waits for a row first."""
        from etl import steps  # noqa: PLC0415

        show(steps.write_mapping_sheet(workspace, company, to, with_private=private), as_json)

    @app.command("take-in")
    def mapping_take_in(
        file: Annotated[Path, typer.Argument(help="The workbook that came back.")],
        company: Company,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
        workspace: Folder = None,
        person: Person = None,
        as_json: AsJson = False,
    ) -> None:
        """Show what was changed in the workbook row by row, check it as the CSVs are, and keep it."""
        from etl import steps  # noqa: PLC0415

        show(steps.take_in_mapping_sheet(workspace, company, file, person=person, only_show=dry_run), as_json)
