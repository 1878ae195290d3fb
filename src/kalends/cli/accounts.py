"""`kalends account`: logins, for whoever runs the server."""

from __future__ import annotations

import secrets
import sys
from typing import Annotated, Any

import typer

from kalends.cli import picking
from kalends.cli.acting import choose_workspace, list_accounts
from kalends.cli.answering import answer, list_of, table_of
from kalends.cli.desk import Desk, composed, open_desk, open_services, settings_of
from kalends.cli.options import shared
from kalends.features.identity.models import Permission, Role
from kalends.features.identity.registration import Registration
from kalends.kit.errors import InvalidInput
from kalends.upkeep import bring_up

app = typer.Typer(no_args_is_help=True, help="List, add, disable and enable accounts; set passwords.")

Username = Annotated[str, typer.Argument(help="The name to sign in with.")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input, for scripts.")
]


@app.command("list")
def list_(ctx: typer.Context) -> None:
    """List every account of the installation."""
    found = list_accounts(open_services(ctx).database)
    answer(
        ctx,
        [
            {
                "id": str(account.id),
                "username": account.username,
                "email": account.email,
                "created_at": account.created_at.isoformat(),
                "disabled_at": account.disabled_at and account.disabled_at.isoformat(),
                "members": [
                    {"id": str(each.id), "name": each.name, "workspace_id": str(each.workspace_id)}
                    for each in members
                ],
            }
            for account, members in found
        ],
        table_of(
            ["username", "is", "mail", "disabled"],
            [
                [
                    account.username,
                    ", ".join(each.name for each in members),
                    account.email,
                    bool(account.disabled_at),
                ]
                for account, members in found
            ],
            empty="There are no accounts.",
        ),
    )


@app.command()
def add(
    ctx: typer.Context,
    username: Username,
    name: Annotated[str | None, typer.Option(help="Of the person; by default the username.")] = None,
    email: Annotated[str | None, typer.Option()] = None,
    zone: Annotated[str, typer.Option(metavar="IANA", help="Of a new workspace.")] = "UTC",
    found: Annotated[str | None, typer.Option(metavar="NAME", help="What a new workspace is called.")] = None,
    join: Annotated[
        bool,
        typer.Option("--join", help="Join the one workspace, or that of --workspace, in place of a new one."),
    ] = False,
    member: Annotated[
        str | None, typer.Option(metavar="NAME", help="Join as this member, who has no account yet.")
    ] = None,
    role: Annotated[Role | None, typer.Option(help="What the member is to the others.")] = None,
    permission: Annotated[Permission, typer.Option(help="What a joining member may do.")] = Permission.EDITOR,
    password_stdin: FromStdin = False,
) -> None:
    """Add an account, with a workspace of its own unless it joins one.

    The password is asked for; where nobody can be asked one is made up and shown once. The first account
    makes the database.
    """
    settings = settings_of(shared(ctx))
    bring_up(settings)
    services = composed(ctx, settings)
    password, made_up = _password(ctx, password_stdin)
    invitation = None
    if join or member is not None:
        choose_workspace(services.database, shared(ctx).workspace)
        invitation = _invitation(open_desk(ctx), member, role, permission)
    actor = services.identity.register(
        Registration(
            username=username,
            password=password,
            name=name or member or username,
            email=email,
            invitation=invitation,
            workspace_name=found,
            zone=zone,
            role=role or Role.PARENT,
        )
    )
    data = {"username": username, "member_id": str(actor.member_id), "workspace_id": str(actor.workspace_id)}
    _tell(ctx, f"Added {username}", data, password if made_up else None)


@app.command()
def disable(ctx: typer.Context, username: Username) -> None:
    """Shut an account out, and end its sign-ins."""
    open_services(ctx).identity.set_disabled(username, True)
    _tell(ctx, f"Disabled {username}", {"username": username, "disabled": True}, None)


@app.command()
def enable(ctx: typer.Context, username: Username) -> None:
    """Let an account in again."""
    open_services(ctx).identity.set_disabled(username, False)
    _tell(ctx, f"Enabled {username}", {"username": username, "disabled": False}, None)


@app.command("reset-password")
def reset_password(ctx: typer.Context, username: Username) -> None:
    """Make a token with which somebody sets a new password themselves, within an hour."""
    identity = open_services(ctx).identity
    token = identity.reset_for_username(username)
    minutes = int(identity.settings.reset_lifetime.total_seconds() // 60)
    answer(
        ctx,
        {"username": username, "token": token, "minutes": minutes},
        list_of([token, f"Shown only now, good for {minutes} minutes: hand it to {username}."]),
    )


@app.command("set-password")
def set_password(ctx: typer.Context, username: Username, password_stdin: FromStdin = False) -> None:
    """Set a new password, and end every sign-in of the account."""
    identity = open_services(ctx).identity
    password, made_up = _password(ctx, password_stdin)
    identity.reset_password(identity.reset_for_username(username), password)
    _tell(ctx, f"Set the password of {username}", {"username": username}, password if made_up else None)


def _invitation(desk: Desk, member: str | None, role: Role | None, permission: Permission) -> str:
    """Invite on behalf of the workspace's owner."""
    member_id = picking.member(desk, member).id if member else None
    return desk.write(
        lambda tx: desk.services.identity.invitations.create(
            tx, desk.actor, role=role, permission=permission, member_id=member_id
        )
    ).secret


def _password(ctx: typer.Context, from_stdin: bool) -> tuple[str, bool]:
    """Give a password, and whether it was made up here. None comes from the command line: others see that."""
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
        if not password:
            raise InvalidInput("There is no password on standard input.", field="password")
        return password, False
    if sys.stdin.isatty() and not shared(ctx).json:
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True)), False
    return secrets.token_urlsafe(12), True


def _tell(ctx: typer.Context, done: str, data: dict[str, Any], password: str | None) -> None:
    lines = [f"{done}."]
    if password is not None:
        data = {**data, "password": password}
        lines.append(f"The password is {password} and is shown only now.")
    answer(ctx, data, list_of(lines))
