"""The command line: each command is one line into etl.steps. Facts to standard output, talk to standard error."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.exceptions import TyperException

from etl.cli_approve import approve_app
from etl.cli_archive import archive_app
from etl.cli_audit import audit_commands
from etl.cli_auto import auto_app
from etl.cli_books import books_command
from etl.cli_company import company_app
from etl.cli_currency import rates_app
from etl.cli_dashboard import dashboard_app
from etl.cli_docs import docs_app
from etl.cli_exceptions import exceptions_app
from etl.cli_feedback import feedback_app
from etl.cli_fleet import fleet_command
from etl.cli_history import history_app
from etl.cli_mapping import mapping_app
from etl.cli_options import AsJson, Company, Folder, PeriodEnd, Person, place_of
from etl.cli_quickref import quickref_command
from etl.cli_rules import rules_app
from etl.cli_sandbox import sandbox_app
from etl.disk import refused
from etl.errors import EtlError, no_memory

if TYPE_CHECKING:  # the steps are imported when a command runs: help stays fast
    from etl.steps.outcome import Outcome
    from etl.steps.run import Run

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Time-tracker exports to payroll and billing import files, with proof that nothing was lost.",
)
step_app = typer.Typer(no_args_is_help=True, help="One step of the week at a time.")
app.add_typer(step_app, name="step", hidden=True)

AnyCompany = Annotated[str | None, typer.Option("--company", help="Only this company.")]
AnyPeriodEnd = Annotated[str | None, typer.Option("--period-end", help="With --company: every entry since go-live.")]


@app.callback()
def _workspace(workspace: Folder = None) -> None:
    if workspace is not None:
        os.environ["TIMEBOOKS_WORKSPACE"] = str(workspace.resolve())


def _show(outcome: Outcome, as_json: bool) -> None:
    typer.echo(json.dumps(outcome.as_json(), ensure_ascii=False) if as_json else outcome.text())
    raise typer.Exit(outcome.exit_code)


def _tell(outcome: Outcome) -> None:
    typer.echo(f"  {outcome.title}", err=True)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="The new workspace.")],
    sample: Annotated[bool, typer.Option("--sample", help="With sandbox-studio, a company to practice on.")] = False,
) -> None:
    """Make a workspace; with --sample one to practice in at once."""
    from etl import steps  # noqa: PLC0415

    _show(steps.init(folder, with_sample=sample), as_json=False)


@app.command()
def week(
    company: Company,
    period_end: PeriodEnd,
    workspace: Folder = None,
    person: Person = None,
    no_notebooks: Annotated[bool, typer.Option("--no-notebooks", help="The same steps without notebooks.")] = False,
    as_json: AsJson = False,
) -> None:
    """Pull, map, rules, check, draft. The sandbox goes on to export, reconcile, close."""
    from etl import steps  # noqa: PLC0415

    place = place_of(workspace)
    with steps.telling(company, period_end, place, lambda line: typer.echo(f"  {line}", err=True)) as ending:
        run = steps.start(company, period_end, place, person=person, in_memory=True)
        typer.echo(steps.told_before(run), err=True)
        if no_notebooks:
            ending.outcome = steps.week(run, _tell)
        else:
            from etl import progress, runner  # noqa: PLC0415

            with progress.terminal(company, run.period_end, place) as watcher:
                say = watcher.tell if watcher else _tell
                ending.outcome = runner.run_week(company, run.period_end, place, person, say, watcher)
    _show(ending.outcome, as_json)


@app.command()
def status(
    company: AnyCompany = None,
    period_end: AnyPeriodEnd = None,
    workspace: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Where every company and period stands, and the next step; or what became of every entry since go-live."""
    from etl import steps  # noqa: PLC0415

    if company and period_end:
        _show(steps.standing(steps.start(company, period_end, place_of(workspace))), as_json)
    _show(steps.status(place_of(workspace), company), as_json)


@app.command()
def explain(
    reference: Annotated[str, typer.Argument(
        help="A line such as 0042-L-017, a file's line such as journal_TB0042L.csv:7, or an entry id.")],
    company: AnyCompany = None,
    workspace: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Every second, rule and approval behind one line; every line of one entry."""
    from etl import steps  # noqa: PLC0415

    _show(steps.explain(reference, place_of(workspace), company), as_json)


@app.command()
def verify(
    full: Annotated[bool, typer.Option("--full", help="Also parse what landed again and compare the history.")] = False,
    anchor: Annotated[
        list[str] | None,
        typer.Option("--anchor", help="An audit log's end as noted outside: company:number:digest."),
    ] = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Make damaged entries of a pull again from the bytes received.")
    ] = False,
    person: Person = None,
    workspace: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Recompute every digest, the chain, the invariants; name what is damaged."""
    from etl import steps  # noqa: PLC0415

    if repair:
        _show(steps.repair(place_of(workspace), person), as_json)
    _show(steps.verify(place_of(workspace), full=full, anchors=tuple(anchor or ())), as_json)


def _one_step(name: str, help_text: str) -> None:
    def command(
        company: Company,
        period_end: PeriodEnd,
        workspace: Folder = None,
        person: Person = None,
        as_json: AsJson = False,
    ) -> None:
        from etl import steps  # noqa: PLC0415

        chosen: Callable[[Run], Outcome] = {
            "map": steps.map_entries,
            "rules": steps.apply_rules,
            "check": steps.check,
            "draft": steps.draft,
            "export": steps.export,
            "reconcile": steps.reconcile,
            "close": steps.close,
        }[name]
        _show(chosen(steps.start(company, period_end, place_of(workspace), person=person)), as_json)

    step_app.command(name, help=help_text)(command)


@step_app.command("pull")
def step_pull(
    company: Company,
    period_end: PeriodEnd,
    workspace: Folder = None,
    person: Person = None,
    estimate: Annotated[bool, typer.Option("--estimate", help="Only tell calls and minutes.")] = False,
    as_json: AsJson = False,
) -> None:
    """Land what lies in the inbox and what the trackers of the connections have."""
    from etl import steps  # noqa: PLC0415

    run = steps.start(company, period_end, place_of(workspace), person=person)
    _show(steps.estimate(run) if estimate else steps.pull(run), as_json)


@step_app.command("test-import")
def step_test_import(
    company: Company,
    period_end: PeriodEnd,
    workspace: Folder = None,
    person: Person = None,
    report: Annotated[Path | None, typer.Option("--report", help="Findings as a CSV, balances beside it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Read the draft's files back as their targets would; post them and take them back in a ledger for trial."""
    from etl import steps  # noqa: PLC0415

    _show(steps.trial_import(steps.start(company, period_end, place_of(workspace), person=person), report), as_json)


@step_app.command("rollback")
def step_rollback(
    company: Company,
    period_end: PeriodEnd,
    reason: Annotated[str, typer.Option("--reason", help="Why the upload is taken out of the books again.")],
    workspace: Folder = None,
    person: Person = None,
    as_json: AsJson = False,
) -> None:
    """Give the files and lists that take an exported batch out of the books again, and record it."""
    from etl import steps  # noqa: PLC0415

    _show(steps.rollback(steps.start(company, period_end, place_of(workspace), person=person), reason), as_json)


for _name, _help in (
    ("map", "Give each entry its mapping rows and states."),
    ("rules", "Round, cut, classify, price."),
    ("check", "Find exception items."),
    ("draft", "Render and seal the batch."),
    ("export", "Publish the approved draft."),
    ("reconcile", "Tie tracker, batch and files."),
    ("close", "Lock the period."),
):
    _one_step(_name, _help)


app.add_typer(exceptions_app(_show), name="exceptions")
app.add_typer(approve_app(_show), name="approve")
books_command(app, _show)
audit_commands(app, _show)
quickref_command(app, _show)
fleet_command(app, _show)
app.add_typer(history_app(_show), name="history", hidden=True)
app.add_typer(rules_app(_show), name="rules", hidden=True)
app.add_typer(rates_app(_show), name="rates", hidden=True)
app.add_typer(mapping_app(_show), name="mapping", hidden=True)
app.add_typer(company_app(_show), name="company", hidden=True)
app.add_typer(archive_app(_show), name="archive", hidden=True)
app.add_typer(sandbox_app(_show), name="sandbox", hidden=True)
app.add_typer(feedback_app(_show), name="feedback", hidden=True)
app.add_typer(docs_app(_show), name="docs", hidden=True)
app.add_typer(auto_app(_show), name="auto", hidden=True)
app.add_typer(dashboard_app(_show), name="dashboard", hidden=True)


def main() -> None:
    """Run the command line. 0: natural stop; 1: a person must decide; 2: could not run. No traceback is shown."""
    os.umask(0o077)   # what a command writes is its owner's alone
    try:
        code = app(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except EtlError as error:
        typer.echo(error.message(), err=True)
        sys.exit(error.exit_code)
    except typer.Exit as stop:
        sys.exit(stop.exit_code)
    except TyperException as error:  # a missing or unknown option, said as the command line says it
        typer.echo(getattr(error, "format_message", error.__str__)(), err=True)
        typer.echo("  fix:   see timebooks --help, or the command with --help", err=True)
        sys.exit(2)
    except (KeyboardInterrupt, typer.Abort):
        typer.echo("stopped; nothing half-written is left, run again to go on", err=True)
        sys.exit(2)
    except Exception as error:
        if os.environ.get("TIMEBOOKS_DEBUG") == "1":
            raise
        if isinstance(error, OSError) and error.errno is not None:   # what a library met while it worked for us
            typer.echo(refused("write", Path(error.filename or "this workspace"), error).message(), err=True)
            sys.exit(2)
        if isinstance(error, MemoryError):
            typer.echo(no_memory("this command").message(), err=True)
            sys.exit(2)
        typer.echo(
            f"Something unforeseen happened: {type(error).__name__}: {next(iter(str(error).splitlines()), '')}\n"
            "  where: this command\n  fix:   Run it again with TIMEBOOKS_DEBUG=1 and report what it prints.\n"
            "  code:  UNFORESEEN",
            err=True,
        )
        sys.exit(2)
