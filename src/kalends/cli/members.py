"""`kalends member`: the people of a workspace."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from kalends.cli import picking
from kalends.cli.answering import answer, confirm, list_of, table_of
from kalends.cli.desk import Desk, open_desk
from kalends.cli.paging import every
from kalends.features.identity.members import MemberChanges
from kalends.features.identity.models import AutoResolve, Member, Permission, Role
from kalends.features.identity.preferences import Preferences
from kalends.features.scheduling.personal_data import export_member
from kalends.kit.errors import InvalidInput
from kalends.kit.pagination import LARGEST_LIMIT
from kalends.storage import Unit

app = typer.Typer(no_args_is_help=True, help="List, add, change and remove members of the workspace.")

Who = Annotated[str, typer.Argument(help="A member, by name or id.")]


@app.command("list")
def list_(ctx: typer.Context) -> None:
    """List the members of the workspace."""
    desk = open_desk(ctx)
    found = desk.read(lambda tx: _every_member(tx, desk))
    answer(
        ctx,
        [_as_json(each) for each in found],
        table_of(
            ["id", "name", "role", "permission", "zone", "signs in"],
            [
                [
                    picking.short(each.id),
                    each.name,
                    each.role,
                    each.permission,
                    each.zone,
                    bool(each.account_id),
                ]
                for each in found
            ],
        ),
    )


@app.command()
def add(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="What they are called.")],
    role: Annotated[Role, typer.Option(help="What they are to the others.")] = Role.OTHER,
    permission: Annotated[Permission, typer.Option(help="What they may do.")] = Permission.EDITOR,
    zone: Annotated[str | None, typer.Option(metavar="IANA", help="By default the workspace's.")] = None,
) -> None:
    """Add somebody who does not sign in, until `kalends member invite` gives them an account."""
    desk = open_desk(ctx)
    member = desk.write(
        lambda tx: desk.services.identity.members.add(
            tx, desk.actor, name=name, role=role, permission=permission, zone_name=zone
        )
    )
    _tell(ctx, member, "Added")


@app.command()
def edit(
    ctx: typer.Context,
    member: Who,
    name: Annotated[str | None, typer.Option()] = None,
    role: Annotated[Role | None, typer.Option()] = None,
    permission: Annotated[Permission | None, typer.Option()] = None,
    zone: Annotated[str | None, typer.Option(metavar="IANA")] = None,
    auto_resolve: Annotated[
        AutoResolve | None, typer.Option(help="What may move by itself after their edits.")
    ] = None,
    calendar: Annotated[str | None, typer.Option(metavar="NAME", help="Their default calendar.")] = None,
) -> None:
    """Change a member."""
    desk = open_desk(ctx)
    given: dict[str, Any] = {
        "name": name,
        "role": role,
        "permission": permission,
        "zone": zone,
        "auto_resolve": auto_resolve,
        "default_calendar_id": picking.calendar(desk, calendar).id if calendar else None,
    }
    changes = MemberChanges(**{key: value for key, value in given.items() if value is not None})
    if not changes.given():
        raise InvalidInput("Say what to change; see kalends member edit --help.", field="changes")
    id = picking.member(desk, member).id
    changed = desk.write(lambda tx: desk.services.identity.members.change(tx, desk.actor, id, changes))
    _tell(ctx, changed, "Changed")


@app.command()
def prefer(
    ctx: typer.Context,
    member: Who,
    settings: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME=JSON]...", help="Such as max_events_per_day=4.")
    ] = None,
) -> None:
    """Show how a member likes their days, or change it."""
    desk = open_desk(ctx)
    id = picking.member(desk, member).id
    changes = dict(_setting(each) for each in settings or ())
    members = desk.services.identity.members
    if changes:
        preferences: Preferences = desk.write(lambda tx: members.prefer(tx, desk.actor, id, changes))
    else:
        preferences = desk.read(lambda tx: members.preferences(tx, desk.actor, id))
    values = preferences.as_json()
    answer(ctx, values, list_of(f"{key}={json.dumps(value)}" for key, value in values.items()))


@app.command()
def invite(
    ctx: typer.Context,
    member: Annotated[
        str | None, typer.Argument(help="A member without an account; else somebody new.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="What somebody new is called.")] = None,
    role: Annotated[Role | None, typer.Option(help="What they are to the others.")] = None,
    permission: Annotated[Permission, typer.Option(help="What they may do.")] = Permission.EDITOR,
) -> None:
    """Make a token with which somebody signs up into the workspace."""
    desk = open_desk(ctx)
    id = picking.member(desk, member).id if member else None
    issued = desk.write(
        lambda tx: desk.services.identity.invitations.create(
            tx, desk.actor, name=name, role=role, permission=permission, member_id=id
        )
    )
    until = f"{issued.row.expires_at.astimezone(desk.tzinfo):%Y-%m-%d %H:%M}"
    answer(
        ctx,
        {"id": str(issued.row.id), "token": issued.secret, "expires_at": issued.row.expires_at.isoformat()},
        list_of([issued.secret, f"Shown only now, good until {until}."]),
    )


@app.command()
def export(
    ctx: typer.Context,
    member: Who,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE")] = None,
) -> None:
    """Give out all that is kept of a member, as JSON."""
    desk = open_desk(ctx)
    id = picking.member(desk, member).id
    more = desk.services.notifications.export, desk.services.calls.export
    data = desk.write(lambda tx: export_member(tx, desk.actor, id, *more))
    text = json.dumps(data, indent=2, ensure_ascii=False, default=str)
    if output is None:
        print(text)
        return
    output.write_text(text + "\n")
    answer(ctx, {"file": str(output)}, list_of([f"Wrote {output}."]))


@app.command()
def remove(
    ctx: typer.Context,
    member: Who,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Erase a member with all that is only theirs."""
    desk = open_desk(ctx)
    found = picking.member(desk, member)
    if not confirm(ctx, f"Erase {found.name} and their calendars? This cannot be undone.", yes=yes):
        raise InvalidInput(f"Erasing {found.name} cannot be undone: say --yes.", field="yes")
    desk.write(lambda tx: desk.services.identity.members.remove(tx, desk.actor, found.id))
    _tell(ctx, found, "Erased")


def _every_member(tx: Unit, desk: Desk) -> list[Member]:
    members = desk.services.identity.members
    return every(lambda cursor: members.list(tx, desk.actor, cursor, limit=LARGEST_LIMIT))


def _setting(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise InvalidInput(f"{text!r} is no setting: write max_events_per_day=4.", field="settings")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value  # 09:00 needs no quotes


def _as_json(member: Member) -> dict[str, Any]:
    return {
        "id": str(member.id),
        "name": member.name,
        "role": member.role,
        "permission": member.permission,
        "zone": member.zone,
        "auto_resolve": member.auto_resolve,
        "default_calendar_id": member.default_calendar_id and str(member.default_calendar_id),
        "has_account": member.account_id is not None,
        "version": member.version,
    }


def _tell(ctx: typer.Context, member: Member, done: str) -> None:
    told = f"{done} {member.name} ({picking.short(member.id)})."
    answer(ctx, _as_json(member), list_of([told]))
