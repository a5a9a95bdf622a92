"""The options that commands of every group share, each with its one help text."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

Company = Annotated[str, typer.Option("--company", help="The company's id, the folder's name below mappings/.")]
PeriodEnd = Annotated[str, typer.Option("--period-end", help="The last day of the period, such as 2026-11-22.")]
Folder = Annotated[
    Path | None,
    typer.Option("--workspace", help="The folder with mappings/, data/ and reports/. Default: this folder."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Facts as JSON on standard output.")]
Person = Annotated[str | None, typer.Option("--person", help="Who is working. Default: the account's name.")]


def place_of(workspace: Path | None) -> Path:
    """The workspace that is meant: the option, the environment, this folder."""
    return (workspace or Path(os.environ.get("TIMEBOOKS_WORKSPACE") or Path.cwd())).resolve()
