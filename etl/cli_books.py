"""The command `books`: take in a report of the books, and decide about what it shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from etl.cli_options import AsJson, Company, Folder, Person

if TYPE_CHECKING:
    from etl.steps.outcome import Outcome


def books_command(app: typer.Typer, show: Callable[[Outcome, bool], None]) -> None:
    """Put the command on the first screen, printing through `show` as every command does."""

    @app.command("books")
    def books(
        company: Company,
        file: Annotated[Path | None, typer.Argument(help="The report, CSV or XLSX; none: the statement alone.")] = None,
        form: Annotated[str, typer.Option("--form", help="Its form, where the file fits several.")] = "",
        first: Annotated[str, typer.Option("--from", help="The first day it was run for.")] = "",
        last: Annotated[str, typer.Option("--to", help="The last day it was run for.")] = "",
        accept: Annotated[str, typer.Option("--accept", help="Accept this item as it is; needs --reason.")] = "",
        assign: Annotated[str, typer.Option("--assign", help="Give this item an owner, named by --owner.")] = "",
        owner: Annotated[str, typer.Option("--owner", help="Who clears the item.")] = "",
        reason: Annotated[str, typer.Option("--reason", help="Why the item stays as it is.")] = "",
        workspace: Folder = None,
        person: Person = None,
        as_json: AsJson = False,
    ) -> None:
        """Take in a report from the books and reconcile: tracker, batches, books."""
        from etl import steps  # noqa: PLC0415

        if accept or assign:
            decision = steps.Decision(accept or assign, "accepted" if accept else "", owner, reason)
            show(steps.decide_item(workspace, company, decision, person=person), as_json)
        asked = steps.Asked(form, first, last)
        show(steps.take_in_books(workspace, company, file, asked=asked, person=person), as_json)
