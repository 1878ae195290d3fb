"""`kalends calendar`: make, change, share and remove calendars."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from kalends.cli import picking
from kalends.cli.answering import answer, confirm, list_of, table_of
from kalends.cli.desk import Desk, open_desk
from kalends.features.calendars import service
from kalends.features.calendars.access import CalendarView
from kalends.features.calendars.models import CalendarKind, CalendarVisibility, Grant
from kalends.kit.errors import InvalidInput

app = typer.Typer(no_args_is_help=True, help="Make, change, share and remove calendars.")

Name = Annotated[str, typer.Argument(help="A calendar, by name or id.")]
Visibility = Annotated[CalendarVisibility | None, typer.Option(help="Who sees more than busy.")]
Color = Annotated[str | None, typer.Option(metavar="#RRGGBB")]


class Sharing(StrEnum):
    """What a member is given."""

    NONE = "none"
    FREE_BUSY = "free_busy"
    READ = "read"
    WRITE = "write"


@app.command()
def add(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="What it is called.")],
    shared: Annotated[bool, typer.Option("--shared", help="A list of members', not one's own.")] = False,
    of: Annotated[str | None, typer.Option(metavar="MEMBER", help="Whose it is; by default yours.")] = None,
    visibility: Visibility = None,
    color: Color = None,
) -> None:
    """Make a calendar."""
    desk = open_desk(ctx)
    owner = picking.member(desk, of).id if of else None
    kind = CalendarKind.SHARED if shared else CalendarKind.PERSONAL
    view = desk.write(
        lambda tx: service.create_calendar(
            tx, desk.actor, name=name, kind=kind, visibility=visibility, color=color, owner_member_id=owner
        )
    )
    _tell(ctx, view, "Made")


@app.command()
def edit(
    ctx: typer.Context,
    calendar: Name,
    name: Annotated[str | None, typer.Option(help="What it shall be called.")] = None,
    visibility: Visibility = None,
    color: Color = None,
) -> None:
    """Change a calendar's name, colour or visibility."""
    desk = open_desk(ctx)
    given: dict[str, Any] = {"name": name, "visibility": visibility, "color": color}
    changes = {key: value for key, value in given.items() if value is not None}
    if not changes:
        raise InvalidInput("Say what to change: --name, --visibility or --color.", field="changes")
    id = picking.calendar(desk, calendar).id
    view = desk.write(lambda tx: service.update_calendar(tx, desk.actor, id, changes=changes))
    _tell(ctx, view, "Changed")


@app.command()
def remove(
    ctx: typer.Context,
    calendar: Name,
    with_events: Annotated[bool, typer.Option("--with-events", help="Also when it holds events.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove a calendar for good."""
    desk = open_desk(ctx)
    view = picking.calendar(desk, calendar)
    if not confirm(ctx, f"Remove {view.calendar.name}? This cannot be undone.", yes=yes):
        raise InvalidInput(f"Removing {view.calendar.name} cannot be undone: say --yes.", field="yes")
    desk.write(lambda tx: service.delete_calendar(tx, desk.actor, view.id, with_events=with_events))
    _tell(ctx, view, "Removed")


@app.command()
def share(
    ctx: typer.Context,
    calendar: Name,
    member: Annotated[str | None, typer.Argument(help="With whom; nobody: list what was given.")] = None,
    access: Annotated[Sharing, typer.Option(help="What they may do.")] = Sharing.READ,
) -> None:
    """Let a member do more with a calendar than its visibility gives, or list who may."""
    desk = open_desk(ctx)
    id = picking.calendar(desk, calendar).id
    if member is not None:
        whom = picking.member(desk, member).id
        grant = None if access is Sharing.NONE else Grant(access.value)
        desk.write(lambda tx: service.grant(tx, desk.actor, id, whom, grant))
    _tell_grants(ctx, desk, id)


def _tell_grants(ctx: typer.Context, desk: Desk, calendar_id: Any) -> None:
    grants = desk.read(lambda tx: service.list_grants(tx, desk.actor, calendar_id))
    known = picking.members(desk, map(str, grants))
    answer(
        ctx,
        [{"member_id": str(each.id), "name": each.name, "access": grants[each.id]} for each in known],
        table_of(
            ["member", "may"],
            [[each.name, grants[each.id].replace("_", "-")] for each in known],
            empty="Nobody was given more than its visibility gives.",
        ),
    )


def _tell(ctx: typer.Context, view: CalendarView, done: str) -> None:
    calendar = view.calendar
    data = {
        "id": str(calendar.id),
        "name": calendar.name,
        "kind": calendar.kind,
        "visibility": calendar.visibility,
        "color": calendar.color,
    }
    told = f"{done} {calendar.name} ({picking.short(calendar.id)})."
    answer(ctx, data, list_of([told]))
