"""The command line's group `feedback`: remarks of users, answers, and the page of questions and answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from etl.cli_options import AsJson, Folder, Person

if TYPE_CHECKING:
    from etl.steps.outcome import Outcome

Of = Annotated[str, typer.Option("--company", help="About this company; without it, about all of them.")]


def feedback_app(show: Callable[[Outcome, bool], None]) -> typer.Typer:
    """The group, printing through `show` as every command does."""
    app = typer.Typer(no_args_is_help=True, help="Remarks and questions of users, and what became of them.")
    _said(app, show)
    _read(app, show)
    return app


def _said(app: typer.Typer, show: Callable[[Outcome, bool], None]) -> None:
    @app.command("add")
    def feedback_add(
        text: Annotated[str, typer.Argument(help="The remark or question, in your own words.")],
        about: Annotated[str, typer.Option("--about", help="A code, a line, a page it is about.")] = "",
        company: Of = "",
        workspace: Folder = None,
        person: Person = None,
        as_json: AsJson = False,
    ) -> None:
        """Keep a remark or a question."""
        from etl import steps  # noqa: PLC0415

        show(steps.add_feedback(text, about=about, company=company, person=person, workspace=workspace), as_json)

    @app.command("answer")
    def feedback_answer(
        remark: Annotated[str, typer.Argument(help="The remark, as the list prints it.")],
        text: Annotated[str, typer.Argument(help="The answer.")],
        change: Annotated[str, typer.Option("--change", help="What was changed because of it.")] = "",
        company: Of = "",
        workspace: Folder = None,
        person: Person = None,
        as_json: AsJson = False,
    ) -> None:
        """Answer a remark, and name what was changed because of it."""
        from etl import steps  # noqa: PLC0415

        show(steps.answer_feedback(remark, text, change=change, company=company, person=person, workspace=workspace),
             as_json)


def _read(app: typer.Typer, show: Callable[[Outcome, bool], None]) -> None:
    @app.command("list")
    def feedback_list(
        only_open: Annotated[bool, typer.Option("--open", help="Only those without an answer.")] = False,
        unlinked: Annotated[bool, typer.Option("--unlinked", help="Only those that changed nothing yet.")] = False,
        company: Of = "",
        workspace: Folder = None,
        as_json: AsJson = False,
    ) -> None:
        """Every remark, the newest first, with answers and changes."""
        from etl import steps  # noqa: PLC0415

        show(steps.list_feedback(company=company, only_open=only_open, unlinked=unlinked, workspace=workspace), as_json)

    @app.command("faq")
    def feedback_faq(
        output: Annotated[
            Path | None, typer.Argument(help="The page. Default: reports/questions.html.")] = None,
        company: Of = "",
        workspace: Folder = None,
        as_json: AsJson = False,
    ) -> None:
        """Write questions and answers as a page; nobody is named in it."""
        from etl import steps  # noqa: PLC0415

        show(steps.write_faq(output, company=company, workspace=workspace), as_json)
