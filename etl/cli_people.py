"""The command line's groups `company people` and `company keys`: who may do what, and the keys they sign with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from etl.cli_options import AsJson, Company, Folder

if TYPE_CHECKING:
    from etl.steps.outcome import Outcome

Show = Callable[["Outcome", bool], None]
Signer = Annotated[str, typer.Option("--person", help="The administrator who signs, by id.")]
Change = Annotated[Path | None, typer.Option("--file", help="Where the change waits for the other administrator.")]
Whom = Annotated[str, typer.Argument(help="The person's id.")]
Role = Annotated[str, typer.Option("--role", help="Such as preparer, batch_approver, accountant.")]


def people_app(show: Show) -> typer.Typer:
    """The group `people`, printing through `show` as every command does."""
    app = typer.Typer(no_args_is_help=True, help="Who may do what; every change is signed by administrators.")
    _who(app, show)
    _roles(app, show)
    _rules(app, show)
    return app


def _who(app: typer.Typer, show: Show) -> None:
    @app.command("list")
    def people_list(workspace: Folder = None, as_json: AsJson = False) -> None:
        """Everybody with roles, teams and limits."""
        from etl import steps  # noqa: PLC0415

        show(steps.people_list(workspace), as_json)

    @app.command("found")
    def people_found(
        cards: Annotated[list[Path], typer.Argument(help="The cards of the first administrators.")],
        person: Signer,
        file: Annotated[Path, typer.Option("--file", help="Where it waits for the other administrator.")],
        workspace: Folder = None,
        as_json: AsJson = False,
    ) -> None:
        """Begin the list with its administrators; print the fingerprints and have them signed on paper."""
        from etl import steps  # noqa: PLC0415

        show(steps.found_people(cards, file, person=person, workspace=workspace), as_json)

    @app.command("enroll")
    def people_enroll(
        card: Annotated[Path, typer.Argument(help="The card that `company keys new` wrote.")],
        person: Signer,
        file: Change = None,
        workspace: Folder = None,
        as_json: AsJson = False,
    ) -> None:
        """Take in a person, or a further key of one."""
        from etl import steps  # noqa: PLC0415

        show(steps.enroll(card, file, person=person, workspace=workspace), as_json)


def _roles(app: typer.Typer, show: Show) -> None:
    @app.command("grant")
    def people_grant(
        whom: Whom,
        role: Role,
        person: Signer,
        company: Annotated[str, typer.Option("--company", help="The company; * for an administrator.")],
        team: Annotated[list[str] | None, typer.Option("--employee", help="Of a time approver's team; * for all.")]
        = None,
        limit: Annotated[list[str] | None, typer.Option("--limit", help="Of a batch approver, as USD=50000.")] = None,
        file: Change = None,
        workspace: Folder = None,
        as_json: AsJson = False,
    ) -> None:
        """Give somebody a role in a company."""
        from etl import steps  # noqa: PLC0415

        limits = {one.partition("=")[0]: one.partition("=")[2] for one in limit or ()}
        change = {"change": "grant", "person": whom, "company": company, "role": role, "team": team or [],
                  "limits": limits}
        show(steps.change_people([change], file, person=person, workspace=workspace), as_json)

    @app.command("take-away")
    def people_take_away(
        whom: Whom, role: Role, person: Signer,
        company: Annotated[str, typer.Option("--company", help="The company; * for an administrator.")],
        file: Change = None, workspace: Folder = None, as_json: AsJson = False,
    ) -> None:
        """Take a role away; what was signed before stays valid."""
        from etl import steps  # noqa: PLC0415

        change = {"change": "take-away", "person": whom, "company": company, "role": role}
        show(steps.change_people([change], file, person=person, workspace=workspace), as_json)


def _rules(app: typer.Typer, show: Show) -> None:
    @app.command("policy")
    def people_policy(
        company: Company, person: Signer, file: Change = None, workspace: Folder = None, as_json: AsJson = False,
    ) -> None:
        """Put the policy of company.toml into the list; without it nobody has a role in the company."""
        from etl import steps  # noqa: PLC0415

        change = {"change": "policy", "company": company, "policy": steps.policy_of(company, workspace)}
        show(steps.change_people([change], file, person=person, workspace=workspace), as_json)

    @app.command("administrators")
    def people_administrators(
        needed: Annotated[int, typer.Argument(help="How many sign a change: 1 or 2.")],
        person: Signer, file: Change = None, workspace: Folder = None, as_json: AsJson = False,
    ) -> None:
        """How many administrators sign a change; one only where every company is single_person."""
        from etl import steps  # noqa: PLC0415

        change = {"change": "administrators", "needed": needed}
        show(steps.change_people([change], file, person=person, workspace=workspace), as_json)

    @app.command("sign")
    def people_sign(
        file: Annotated[Path, typer.Argument(help="The change that another administrator signed.")],
        person: Signer, workspace: Folder = None, as_json: AsJson = False,
    ) -> None:
        """Sign a change; with the last signature it holds."""
        from etl import steps  # noqa: PLC0415

        show(steps.sign_change(file, person=person, workspace=workspace), as_json)


def keys_app(show: Show) -> typer.Typer:
    """The group `keys`, printing through `show` as every command does."""
    app = typer.Typer(no_args_is_help=True, help="The keys that people sign with.")

    @app.command("new")
    def keys_new(
        person: Annotated[str, typer.Option("--person", help="Your id: lower-case letters, digits, hyphens.")],
        name: Annotated[str, typer.Option("--name", help="Your name as others know you.")],
        card: Annotated[Path, typer.Option("--card", help="Where the public card is written.")],
        in_keyring: Annotated[bool, typer.Option("--keyring", help="Make up a passphrase and keep it there.")] = False,
        workspace: Folder = None,
        as_json: AsJson = False,
    ) -> None:
        """Make a key pair on this machine; the private half is encrypted and stays here."""
        from etl import steps  # noqa: PLC0415

        show(steps.new_key(person, name, card, workspace=workspace, in_keyring=in_keyring), as_json)

    @app.command("list")
    def keys_list(workspace: Folder = None, as_json: AsJson = False) -> None:
        """Every key with its fingerprint and whether it is in use."""
        from etl import steps  # noqa: PLC0415

        show(steps.keys_list(workspace), as_json)

    @app.command("end")
    def keys_end(
        key: Annotated[str, typer.Argument(help="The first digits of its fingerprint.")],
        reason: Annotated[str, typer.Option("--reason", help="Replaced, lost, stolen.")],
        person: Signer,
        since: Annotated[list[str] | None, typer.Option("--since", help="company:number; later signatures are void.")]
        = None,
        file: Change = None,
        workspace: Folder = None,
        as_json: AsJson = False,
    ) -> None:
        """End a key: signatures before it stay valid, unless --since says from where on it was stolen."""
        from etl import steps  # noqa: PLC0415

        show(steps.end_key(key, reason, since or [], file, person=person, workspace=workspace), as_json)

    return app
