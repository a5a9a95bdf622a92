"""The command line's group `sandbox`: practice companies, the practice server, planted mistakes and their marks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from etl.cli_options import AsJson, Folder, place_of

if TYPE_CHECKING:
    from etl.steps.outcome import Outcome

Role = Annotated[str, typer.Option("--role", help="Whose work is practiced, such as bookkeeper or time_approver.")]


def sandbox_app(show: Callable[[Outcome, bool], None]) -> typer.Typer:
    """The group, printing through `show` as every command does."""
    app = typer.Typer(no_args_is_help=True, help="Practice companies, invented from a seed.")
    _new(app, show)
    _serve(app)
    _training(app, show)
    return app


def _new(app: typer.Typer, show: Callable[[Outcome, bool], None]) -> None:
    @app.command("new")
    def sandbox_new(
        folder: Annotated[
            Path | None, typer.Argument(help="The workspace, new or with practice companies of this seed.")] = None,
        seed: Annotated[int, typer.Option("--seed", help="Another seed, other people and figures.")] = 1,
        companies: Annotated[int, typer.Option("--companies", min=1, max=999, help="How many of them.")] = 1,
        weeks: Annotated[int, typer.Option("--weeks", min=1, max=52, help="How many weeks of exports each.")] = 1,
        planted_errors: Annotated[
            int, typer.Option("--planted-errors", min=0, max=99,
                              help="A small company with so many mistakes to find, in training/ROLE.")] = 0,
        role: Role = "mixed",
        workspace: Folder = None,
        as_json: AsJson = False,
    ) -> None:
        """Practice companies of 60 people with about 3,000 entries a week; again with more weeks adds what is missing.

        With --planted-errors one of 18 people instead, in a workspace of its own, to find and mend mistakes in.
        """
        from etl import steps  # noqa: PLC0415

        if planted_errors:
            show(steps.new_training(folder, seed=seed, count=planted_errors, role=role, workspace=workspace), as_json)
        target = folder or place_of(workspace)
        show(steps.new_sandbox(target, seed=seed, companies=companies, weeks=weeks), as_json)


def _serve(app: typer.Typer) -> None:
    @app.command("serve")
    def sandbox_serve(
        seed: Annotated[int, typer.Option("--seed", help="The practice company's seed.")] = 1,
        weeks: Annotated[int, typer.Option("--weeks", min=1, max=52, help="How many weeks of entries.")] = 1,
        port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0: any free one.")] = 8077,
        faults: Annotated[int | None, typer.Option("--faults", help="The seed of a schedule of faults.")] = None,
    ) -> None:
        """Each tracker's API imitated on this machine, to practice pulling with; Ctrl-C ends it."""
        from etl import steps  # noqa: PLC0415

        steps.serve(seed=seed, weeks=weeks, port=port, faults=faults, told=lambda outcome: typer.echo(outcome.text()))


def _training(app: typer.Typer, show: Callable[[Outcome, bool], None]) -> None:
    @app.command("grade")
    def sandbox_grade(role: Role = "", workspace: Folder = None, as_json: AsJson = False) -> None:
        """What became of each planted mistake, judged by the workspace as it is now, and the score."""
        from etl import steps  # noqa: PLC0415

        show(steps.grade(workspace, role), as_json)

    @app.command("train")
    def sandbox_train(
        role: Role = "",
        seed: Annotated[int, typer.Option("--seed", help="Another seed, other mistakes.")] = 7,
        planted_errors: Annotated[
            int, typer.Option("--planted-errors", min=1, max=99, help="How many mistakes.")] = 12,
        listed: Annotated[bool, typer.Option("--list", help="Which trainings there are.")] = False,
        workspace: Folder = None,
        as_json: AsJson = False,
    ) -> None:
        """A role's training: its practice company and its notebook, in training/ROLE."""
        from etl import steps  # noqa: PLC0415

        if listed or not role:
            show(steps.trainings(), as_json)
        show(steps.train(role, seed=seed, mistakes=planted_errors, workspace=workspace), as_json)

    @app.command("errors")
    def sandbox_errors(
        folder: Annotated[Path | None, typer.Argument(help="Where to; none: the notebooks that ship.")] = None,
        as_json: AsJson = False,
    ) -> None:
        """Write the notebook on every code from the table of codes."""
        from etl import steps  # noqa: PLC0415

        show(steps.write_errors_notebook(folder), as_json)
