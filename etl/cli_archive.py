"""The command line's group `archive`: keep the record, prove that it can be brought back, destroy what is due."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from etl.cli_options import AsJson, Company, Folder, Person, place_of

if TYPE_CHECKING:
    from etl.steps.outcome import Outcome

Who = Annotated[str, typer.Option("--person", help="Who decides, by the id of the people list.")]
Second = Annotated[str, typer.Option("--second", help="The other person, where there is no people list.")]
SignFile = Annotated[Path | None, typer.Option("--file", help="The file that the other person signs.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, in one line.")]
Anchors = Annotated[list[str] | None, typer.Option("--anchor", help="A log's end as noted: company:number:digest.")]
Source = Annotated[str, typer.Argument(help="The folder, or s3://bucket/prefix, that archive create wrote.")]
Number = Annotated[int | None, typer.Option("--snapshot", help="Its number. Default: the newest.")]
OnDay = Annotated[str | None, typer.Option("--on", help="The day, such as 2026-11-22. Default: today.")]


def archive_app(show: Callable[[Outcome, bool], None]) -> typer.Typer:
    """The group, printing through `show` as every command does."""
    app = typer.Typer(no_args_is_help=True, help="Backups, restore drill, retention, legal holds, auditor's pack.")
    _backups(app, show)
    _copies(app, show)
    _retention(app, show)

    @app.command("again")
    def archive_again(
        company: Company,
        batch: Annotated[int, typer.Option("--batch", min=1, help="The number of an exported batch.")],
        workspace: Folder = None,
        as_json: AsJson = False,
    ) -> None:
        """Make a past batch again from what was received, and compare every byte."""
        from etl import steps  # noqa: PLC0415

        show(steps.make_again(workspace, company, batch), as_json)

    @app.command("everything")
    def archive_everything(
        company: Company,
        to: Annotated[Path, typer.Argument(help="The new folder.")],
        workspace: Folder = None,
        as_json: AsJson = False,
    ) -> None:
        """Take everything of a company out in open forms, counted against what was received."""
        from etl import steps  # noqa: PLC0415

        show(steps.take_out(company, to, workspace), as_json)

    @app.command("confirm-backup")
    def archive_confirm_backup(
        file: Annotated[Path, typer.Argument(help="The backup that the accounting program made.")],
        company: Company,
        person: Person = None,
        workspace: Folder = None,
        as_json: AsJson = False,
    ) -> None:
        """Confirm that the books were backed up before an upload: name and digest go into the audit log."""
        from etl import steps  # noqa: PLC0415

        show(steps.confirm_books_backup(file, company, person=person, workspace=workspace), as_json)

    @app.command("pack")
    def archive_pack(
        company: Company,
        to: Annotated[Path, typer.Argument(help="The new zip.")],
        start: Annotated[str | None, typer.Option("--from", help="Periods that end on this day or later.")] = None,
        end: Annotated[str | None, typer.Option("--to", help="Periods that end on this day or earlier.")] = None,
        person: Person = None,
        workspace: Folder = None,
        as_json: AsJson = False,
    ) -> None:
        """Write the auditor's pack: one signed zip that its reader can verify without Timebooks."""
        from etl import steps  # noqa: PLC0415

        show(steps.make_pack(company, to, span=(start, end), person=person, workspace=workspace), as_json)

    return app


def _backups(app: typer.Typer, show: Callable[[Outcome, bool], None]) -> None:
    @app.command("make", hidden=True)
    @app.command("create")
    def archive_create(
        to: Annotated[str, typer.Option("--to", help="A folder, or s3://bucket/prefix. Default: company.toml's.")] = "",
        company: Annotated[str | None, typer.Option("--company", help="Only this company.")] = None,
        full: Annotated[bool, typer.Option("--full", help="Read everything back, not a sample.")] = False,
        person: Person = None,
        workspace: Folder = None,
        as_json: AsJson = False,
    ) -> None:
        """Copy the record into a backup, and read a random sample back."""
        from etl import steps  # noqa: PLC0415

        show(steps.create_archive(to, company=company, person=person, is_full=full, workspace=workspace), as_json)

    @app.command("restore")
    def archive_restore(
        source: Source,
        target: Annotated[Path, typer.Argument(help="The new workspace: a folder that is empty or not there.")],
        snapshot: Number = None,
        anchor: Anchors = None,
        as_json: AsJson = False,
    ) -> None:
        """Bring a backup back into an empty folder, prove it, make its history."""
        from etl import steps  # noqa: PLC0415

        show(steps.restore_archive(source, target, snapshot=snapshot, anchors=anchor or ()), as_json)

    @app.command("drill")
    def archive_drill(
        source: Source,
        snapshot: Number = None,
        anchor: Anchors = None,
        certificate: Annotated[Path | None, typer.Option("--certificate", help="Where it is written, as JSON.")] = None,
        person: Annotated[str, typer.Option("--person", help="Who drills; stands on the certificate.")] = "",
        workspace: Folder = None,
        as_json: AsJson = False,
    ) -> None:
        """Restore onto an empty place, prove, damage and heal it; print and write the certificate."""
        from etl import steps  # noqa: PLC0415

        show(steps.drill(source, snapshot=snapshot, anchors=anchor or (), certificate=certificate, person=person,
                         workspace=place_of(workspace)), as_json)


def _copies(app: typer.Typer, show: Callable[[Outcome, bool], None]) -> None:
    @app.command("snapshots")
    def archive_snapshots(source: Source, as_json: AsJson = False) -> None:
        """Every snapshot of a backup, and which hold what was destroyed on purpose."""
        from etl import steps  # noqa: PLC0415

        show(steps.snapshots(source), as_json)

    @app.command("expire")
    def archive_expire(
        source: Source, company: Company, reason: Reason, person: Who, second: Second = "", file: SignFile = None,
        workspace: Folder = None, as_json: AsJson = False,
    ) -> None:
        """Let the snapshots go that hold what was destroyed on purpose. Two people decide."""
        from etl import steps  # noqa: PLC0415

        by = steps.Deciders(person, second, file)
        show(steps.propose_expiry(company, source, reason, by, workspace=workspace), as_json)


def _retention(app: typer.Typer, show: Callable[[Outcome, bool], None]) -> None:
    @app.command("retention")
    def archive_retention(
        company: Company, on: OnDay = None, workspace: Folder = None, as_json: AsJson = False,
    ) -> None:
        """What is kept until when, by which law, and what may be destroyed."""
        from etl import steps  # noqa: PLC0415

        show(steps.retention(workspace, company, on), as_json)

    @app.command("purge")
    def archive_purge(
        company: Company, reason: Reason, person: Who, second: Second = "", file: SignFile = None, on: OnDay = None,
        workspace: Folder = None, as_json: AsJson = False,
    ) -> None:
        """Destroy what is due. Two people decide; the digests stay for ever."""
        from etl import steps  # noqa: PLC0415

        by = steps.Deciders(person, second, file)
        show(steps.propose_purge(company, reason, by, day=on, workspace=workspace), as_json)

    @app.command("hold")
    def archive_hold(
        company: Company, reason: Reason, person: Who, second: Second = "", file: SignFile = None,
        start: Annotated[str | None, typer.Option("--from", help="First day. Default: the beginning.")] = None,
        end: Annotated[str | None, typer.Option("--to", help="Last day. Default: open.")] = None,
        people: Annotated[list[str] | None, typer.Option("--employee", help="Whom it is about.")] = None,
        workspace: Folder = None, as_json: AsJson = False,
    ) -> None:
        """Place a legal hold: while it stands nothing is destroyed. Two people decide."""
        from etl import steps  # noqa: PLC0415

        by = steps.Deciders(person, second, file)
        show(steps.propose_hold(company, reason, by, span=(start, end), people=people or (), workspace=workspace),
             as_json)

    @app.command("release")
    def archive_release(
        company: Company, hold: Annotated[int, typer.Option("--hold", min=1, help="Its number.")], reason: Reason,
        person: Who, second: Second = "", file: SignFile = None, workspace: Folder = None, as_json: AsJson = False,
    ) -> None:
        """Release a legal hold. Two people decide."""
        from etl import steps  # noqa: PLC0415

        by = steps.Deciders(person, second, file)
        show(steps.propose_release(company, hold, reason, by, workspace=workspace), as_json)

    @app.command("sign")
    def archive_sign(
        file: Annotated[Path, typer.Argument(help="The file that the first person wrote.")],
        person: Who,
        workspace: Folder = None,
        as_json: AsJson = False,
    ) -> None:
        """Sign a purge, a hold or a release as the other person; it is done at once."""
        from etl import steps  # noqa: PLC0415

        show(steps.sign_keeping(file, person=person, workspace=workspace), as_json)
