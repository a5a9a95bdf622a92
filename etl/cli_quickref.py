"""The command `quickref`: one page a role, with what the command line itself says of each command."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from etl.cli_options import AsJson

if TYPE_CHECKING:
    from etl.steps.outcome import Outcome


def quickref_command(app: typer.Typer, show: Callable[[Outcome, bool], None]) -> None:
    """Put the command on the command line, printing through `show` as every command does."""

    @app.command("quickref", hidden=True)
    def quickref(
        folder: Annotated[Path, typer.Argument(help="Where the pages go.")] = Path("quick-reference"),
        role: Annotated[str, typer.Option("--role", help="Only this role's.")] = "",
        as_pdf: Annotated[bool, typer.Option("--pdf", help="As PDF too; needs Chromium.")] = False,
        as_json: AsJson = False,
    ) -> None:
        """One page a role: the usual tasks, the commands for them, what each does."""
        from etl import steps  # noqa: PLC0415

        show(steps.write_quickref(folder, helps_of(app, steps.quickref_commands()), role=role, as_pdf=as_pdf), as_json)


def helps_of(app: typer.Typer, commands: tuple[str, ...]) -> dict[str, str]:
    """The first sentence of each command's own help. Raises KeyError for a command that there is not."""
    top: Any = typer.main.get_command(app)
    found = {}
    for text in commands:
        at = top
        for word in shlex.split(text)[1:]:
            if not getattr(at, "commands", None):
                break
            at = at.commands[word]
        found[text] = " ".join((at.help or "").split("\n\n", maxsplit=1)[0].split())
    return found
