"""The command line's group `approve`: drafts as they lie there, here or by files, reviewed and signed workbooks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from etl.cli_options import AsJson, Company, Folder, PeriodEnd, Person

if TYPE_CHECKING:
    from etl.steps.outcome import Outcome


def approve_app(show: Callable[[Outcome, bool], None]) -> typer.Typer:
    """The group, printing through `show` as every command does."""
    app = typer.Typer(no_args_is_help=True, help="Approve what another person prepared.")
    _drafts(app, show)
    _elsewhere(app, show)
    _billing(app, show)
    _reconciliation(app, show)
    _mapping(app, show)
    _time(app, show)
    return app


def _drafts(app: typer.Typer, show: Callable[[Outcome, bool], None]) -> None:
    @app.command("batch")
    def approve_batch(
        company: Annotated[str | None, typer.Option("--company", help="The company's id.")] = None,
        period_end: Annotated[str | None, typer.Option("--period-end", help="The last day of the period.")] = None,
        request: Annotated[Path | None, typer.Option("--request", help="Write a request for an approver elsewhere.")]
        = None,
        answer: Annotated[Path | None, typer.Option("--answer", help="Take in the answer that came back.")] = None,
        listed: Annotated[Path | None, typer.Option("--list", help="Many drafts: a CSV company,period_end.")] = None,
        workspace: Folder = None,
        person: Person = None,
        as_json: AsJson = False,
    ) -> None:
        """Approve the period's newest draft, exactly as it lies there; or many, or from elsewhere by files."""
        from etl import steps  # noqa: PLC0415

        if answer is not None:
            show(steps.take_in_answer(answer, person=person, workspace=workspace), as_json)
        if listed is None and not (company and period_end):
            raise typer.BadParameter("give --company and --period-end, or --list, or --answer")
        wanted = steps.read_list(listed) if listed else [(str(company), steps.read_day(str(period_end)))]
        if request is not None:
            show(steps.request_approval(wanted, request, person=person, workspace=workspace), as_json)
        if listed is not None:
            show(steps.approve_list(wanted, person=person, workspace=workspace), as_json)
        show(steps.approve_batch(steps.start(*wanted[0], workspace), person), as_json)


def _elsewhere(app: typer.Typer, show: Callable[[Outcome, bool], None]) -> None:
    @app.command("sign")
    def approve_sign(
        request: Annotated[Path, typer.Argument(help="The request that somebody sent.")],
        answer: Annotated[Path, typer.Argument(help="Where the signed answer is written.")],
        person: Annotated[str, typer.Option("--person", help="The approver, by id.")],
        key: Annotated[str, typer.Option("--key", help="The first digits of the key, where there are several.")] = "",
        as_json: AsJson = False,
    ) -> None:
        """On the approver's own machine: show what is asked for and sign it."""
        from etl import steps  # noqa: PLC0415

        show(steps.sign_request(request, answer, person=person, key=key), as_json)

    @app.command("withdraw")
    def approve_withdraw(
        company: Company,
        period_end: PeriodEnd,
        reason: Annotated[str, typer.Option("--reason", help="Why, in one line.")],
        hours: Annotated[bool, typer.Option("--time", help="An approval of hours, not of the batch.")] = False,
        record: Annotated[int | None, typer.Option("--record", help="With --time: which one, by its record.")] = None,
        workspace: Folder = None,
        person: Person = None,
        as_json: AsJson = False,
    ) -> None:
        """Take an approval back before the batch is exported."""
        from etl import steps  # noqa: PLC0415

        if hours:
            run = steps.start(company, period_end, workspace, person=person, in_memory=True)
            show(steps.withdraw_time(run, reason, record=record, person=person), as_json)
        show(steps.withdraw_approval(steps.start(company, period_end, workspace), reason, person), as_json)


def _time(app: typer.Typer, show: Callable[[Outcome, bool], None]) -> None:
    @app.command("time")
    def approve_time(
        company: Annotated[str | None, typer.Option("--company", help="The company's id.")] = None,
        period_end: Annotated[str | None, typer.Option("--period-end", help="The last day of the period.")] = None,
        shown: Annotated[bool, typer.Option("--show", help="Only show the weeks, with hours by project.")] = False,
        employee: Annotated[list[str] | None, typer.Option("--employee", help="Only this person's weeks.")] = None,
        week: Annotated[list[str] | None, typer.Option("--week", help="Only weeks that begin on this day.")] = None,
        seen: Annotated[str, typer.Option("--seen", help="The digest that --show printed.")] = "",
        request: Annotated[Path | None, typer.Option("--request", help="Write a request for an approver elsewhere.")]
        = None,
        approver: Annotated[str, typer.Option("--for", help="With --request: only this approver's team.")] = "",
        answer: Annotated[Path | None, typer.Option("--answer", help="Take in the answer that came back.")] = None,
        listed: Annotated[Path | None, typer.Option("--list", help="Many periods: a CSV company,period_end.")] = None,
        workspace: Folder = None,
        person: Person = None,
        as_json: AsJson = False,
    ) -> None:
        """Approve the hours of your team's weeks as they are now; anything that changes voids it."""
        from etl import steps  # noqa: PLC0415

        if answer is not None:
            show(steps.take_in_time(answer, person=person, workspace=workspace), as_json)
        if listed is not None:
            show(steps.approve_time_list(steps.read_list(listed), person=person, workspace=workspace), as_json)
        if not (company and period_end):
            raise typer.BadParameter("give --company and --period-end, or --list, or --answer")
        run = steps.start(company, period_end, workspace, person=person, in_memory=True)
        if shown:
            show(steps.time_waiting(run), as_json)
        if request is not None:
            show(steps.request_time(run, request, employees=employee or (), weeks=week or (), approver=approver),
                 as_json)
        show(steps.approve_time(run, employees=employee or (), weeks=week or (), seen=seen, person=person), as_json)


def _mapping(app: typer.Typer, show: Callable[[Outcome, bool], None]) -> None:
    @app.command("mapping")
    def approve_mapping(
        company: Annotated[str | None, typer.Option("--company", help="The company's id.")] = None,
        replay: Annotated[str, typer.Option("--replay", help="The id that timebooks mapping replay printed.")] = "",
        request: Annotated[Path | None, typer.Option("--request", help="Write a request for an approver elsewhere.")]
        = None,
        answer: Annotated[Path | None, typer.Option("--answer", help="Take in the answer that came back.")] = None,
        listed: Annotated[Path | None, typer.Option("--list", help="Many replays: a CSV company,replay.")] = None,
        workspace: Folder = None,
        person: Person = None,
        as_json: AsJson = False,
    ) -> None:
        """Answer for edited cross-references, exactly as they were replayed."""
        from etl import steps  # noqa: PLC0415

        if answer is not None:
            show(steps.take_in_mapping(answer, person=person, workspace=workspace), as_json)
        if listed is not None:
            wanted = steps.read_replays(listed)
            show(steps.approve_mapping_list(wanted, person=person, workspace=workspace), as_json)
        if not (company and replay):
            raise typer.BadParameter("give --company and --replay, or --list, or --answer")
        if request is not None:
            show(steps.request_mapping(company, replay, request, person=person, workspace=workspace), as_json)
        show(steps.approve_mapping(company, replay, person=person, workspace=workspace), as_json)


def _billing(app: typer.Typer, show: Callable[[Outcome, bool], None]) -> None:
    @app.command("billing")
    def approve_billing(
        file: Annotated[Path, typer.Argument(help="The billing worksheet as it came back, .xlsx.")],
        company: Company,
        period_end: PeriodEnd,
        workspace: Folder = None,
        person: Person = None,
        as_json: AsJson = False,
    ) -> None:
        """Take in the reviewed billing worksheet: bill, hold, write down or up, line by line."""
        from etl import steps  # noqa: PLC0415

        show(steps.take_in_review(steps.start(company, period_end, workspace), file, person), as_json)


def _reconciliation(app: typer.Typer, show: Callable[[Outcome, bool], None]) -> None:
    @app.command("reconciliation")
    def approve_reconciliation(
        file: Annotated[Path, typer.Argument(help="The signed reconciliation workbook, .xlsx.")],
        company: Company,
        period_end: PeriodEnd,
        workspace: Folder = None,
        person: Person = None,
        as_json: AsJson = False,
    ) -> None:
        """Take in the reconciliation workbook that you signed: agree or disagree; compared cell by cell, then kept."""
        from etl import steps  # noqa: PLC0415

        show(steps.take_in_sign_off(steps.start(company, period_end, workspace), file, person), as_json)
