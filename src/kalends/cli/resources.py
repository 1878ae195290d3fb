"""`kalends resources`: what is shared, what is left of it, and who has it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

import typer
from sqlalchemy import select

from kalends.cli import picking
from kalends.cli.answering import answer, list_of, table_of
from kalends.cli.desk import Desk, open_desk
from kalends.cli.moments import ends_of, read_exact, read_moment, read_window, span_of
from kalends.engine.series import Start
from kalends.engine.starts import parse_start
from kalends.features.resources import availability as looking
from kalends.features.resources.models import Reservation, ReservationStatus, Resource, ResourceType
from kalends.features.resources.service import list_resources
from kalends.interfaces.rest.event_times import TimeReader
from kalends.interfaces.rest.resource_shapes import ReservationShown, ResourceShown, StretchShown
from kalends.kit.errors import InvalidInput

app = typer.Typer(no_args_is_help=True, help="List, make, change and reserve what is shared.")

Which = Annotated[str, typer.Argument(help="A resource, by name or id.")]
Capacity = Annotated[int | None, typer.Option(help="How many may use it at once; 1 by default.")]
With = Annotated[
    list[str] | None,
    typer.Option("--attribute", metavar="NAME=VALUE", help="Such as seats=5; can be repeated."),
]
Location = Annotated[str | None, typer.Option(help="Where it is.")]


@app.command("list")
def list_(
    ctx: typer.Context,
    type: Annotated[ResourceType | None, typer.Option(help="Of this type.")] = None,
    all: Annotated[bool, typer.Option("--all", help="Also those that were put away.")] = False,
) -> None:
    """List the resources."""
    desk = open_desk(ctx)
    found = desk.read(lambda tx: list_resources(tx, type=type, with_inactive=all))
    answer(
        ctx,
        [_json(each) for each in found],
        table_of(
            ["id", "name", "type", "serves", "where", "with"],
            [
                [
                    picking.short(each.id),
                    each.name + ("" if each.active else " (put away)"),
                    each.type,
                    each.capacity,
                    each.location or "",
                    " ".join(f"{name}={value}" for name, value in each.attributes.items()),
                ]
                for each in found
            ],
            empty="Nothing is shared yet.",
        ),
    )


@app.command()
def add(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="What it is called.")],
    type: Annotated[ResourceType, typer.Argument(help="What kind of thing it is.")],
    capacity: Capacity = None,
    attributes: With = None,
    location: Location = None,
) -> None:
    """Make a resource."""
    desk = open_desk(ctx)
    made = desk.write(
        lambda tx: desk.services.resources.create(
            tx,
            desk.actor,
            name=name,
            type=type,
            capacity=1 if capacity is None else capacity,
            attributes=dict(map(_attribute, attributes or ())),
            location=location,
        )
    )
    _tell(ctx, made, "Made")


@app.command()
def edit(
    ctx: typer.Context,
    resource: Which,
    name: Annotated[str | None, typer.Option(help="What it shall be called.")] = None,
    capacity: Capacity = None,
    attributes: With = None,
    location: Location = None,
    back: Annotated[bool, typer.Option("--back", help="Bring back what was put away.")] = False,
) -> None:
    """Change a resource; of its attributes those that are named, and an empty value takes one away."""
    desk = open_desk(ctx)
    stored = picking.resource(desk, resource)
    given: dict[str, Any] = {"name": name, "capacity": capacity, "location": location}
    changes = {key: value for key, value in given.items() if value is not None}
    if attributes:
        known = {**stored.attributes, **dict(map(_attribute, attributes))}
        changes["attributes"] = {key: value for key, value in known.items() if value != ""}
    if back:
        changes["active"] = True
    if not changes:
        raise InvalidInput("Say what to change; see kalends resources edit --help.", field="changes")
    row = desk.write(lambda tx: desk.services.resources.update(tx, desk.actor, stored.id, changes=changes))
    _tell(ctx, row, "Changed")


@app.command()
def remove(
    ctx: typer.Context,
    resource: Which,
    force: Annotated[bool, typer.Option("--force", help="Also while something to come needs it.")] = False,
) -> None:
    """Put a resource away: nobody can take it any more. `edit --back` brings it back."""
    desk = open_desk(ctx)
    id = picking.resource(desk, resource).id
    row = desk.write(lambda tx: desk.services.resources.remove(tx, desk.actor, id, force=force))
    _tell(ctx, row, "Put away")


@app.command()
def show(
    ctx: typer.Context,
    resource: Which,
    within: Annotated[
        str | None, typer.Option(metavar="FROM/TO", help="Days or times, such as mon/fri; by default a week.")
    ] = None,
) -> None:
    """Say what is left of a resource in a stretch of time, and who has it when."""
    desk = open_desk(ctx)
    since, until = ends_of(within, field="within")
    window = read_window(since, until, own=desk.actor.zone, now=desk.now, days=7, field="within")
    id, events = picking.resource(desk, resource).id, desk.services.resources.events
    left, steps = desk.read(
        lambda tx: (
            looking.availability(tx, events, id, window),
            looking.timeline(tx, events, desk.actor, id, window),
        )
    )
    told = "can be had" if left.available else "cannot be had"
    answer(
        ctx,
        {
            "resource": _json(left.resource),
            "available": left.available,
            "current_usage": left.current_usage,
            "max_capacity": left.max_capacity,
            "remaining": left.remaining,
            "timeline": [StretchShown.of_stretch(each).model_dump(mode="json") for each in steps],
        },
        list_of(
            [
                f"{left.resource.name} {told} all that time: {left.current_usage} of {left.max_capacity} "
                "taken at once at most.",
                *(_line(desk, each) for each in steps if each.by),
            ]
        ),
    )


@app.command()
def reserve(
    ctx: typer.Context,
    resource: Which,
    start: Annotated[str, typer.Argument(help='Such as "fri 18:00" or 2026-12-24.')],
    end: Annotated[str | None, typer.Argument(help="When it ends; of whole days the last one.")] = None,
    duration: Annotated[str | None, typer.Option("--duration", "-d", help="In place of END: 2h.")] = None,
    title: Annotated[str, typer.Option(help="What for.")] = "",
    notes: Annotated[str | None, typer.Option(help="What else there is to say.")] = None,
    of: Annotated[str | None, typer.Option("--for", metavar="MEMBER", help="Who has it: you.")] = None,
    proposed: Annotated[bool, typer.Option("--proposed", help="Not settled yet, but taken.")] = False,
) -> None:
    """Reserve a resource without an event."""
    desk = open_desk(ctx)
    id = picking.resource(desk, resource).id
    first, last = _times(desk, start, end, duration)
    whom = picking.member(desk, of).id if of else None
    row = desk.write(
        lambda tx: desk.services.resources.reserve(
            tx,
            desk.actor,
            id,
            start=first,
            end=last,
            title=title,
            notes=notes,
            status=ReservationStatus.PROPOSED if proposed else ReservationStatus.CONFIRMED,
            member_id=whom,
        )
    )
    _tell_reserved(ctx, desk, row, "Reserved")


@app.command()
def cancel(
    ctx: typer.Context,
    reservation: Annotated[str, typer.Argument(help="A reservation, by id or title.")],
) -> None:
    """Cancel a reservation that stands alone; what an event takes goes with the event."""
    desk = open_desk(ctx)
    standing = select(Reservation).where(Reservation.status != ReservationStatus.CANCELLED)
    known = desk.read(lambda tx: tx.execute(standing.order_by(Reservation.id)).scalars().all())
    id = picking.pick(
        reservation, known, kind="reservation", id=lambda each: each.id.hex, name=lambda each: each.title
    ).id
    row = desk.write(lambda tx: desk.services.resources.cancel_reservation(tx, desk.actor, id))
    _tell_reserved(ctx, desk, row, "Cancelled")


def _times(desk: Desk, start: str, end: str | None, duration: str | None) -> tuple[Start, Start]:
    """Read from when until when, exclusive; an end that is a time of day is on the day of the start."""
    if (end is None) == (duration is None):
        raise InvalidInput("Give an end or a duration.", field="end")
    reader = TimeReader(own=desk.actor.zone)
    first = read_moment(start, reader, today=desk.now.date(), field="start")
    if end is not None:
        day = first.date() if isinstance(first, datetime) else first
        last = read_moment(end, reader, today=day, field="end")
        return first, last if isinstance(last, datetime) else last + timedelta(days=1)
    if not isinstance(first, datetime):
        raise InvalidInput("A day has no duration: give the last day instead.", field="duration")
    return first, first + read_exact(duration or "", field="duration")


def _line(desk: Desk, stretch: looking.Stretch) -> str:
    by = ", ".join(each.title for each in stretch.by)
    return f"{span_of(stretch.span.start, stretch.span.end, desk.now)}: {by}"


def _attribute(said: str) -> tuple[str, Any]:
    """Read `seats=5`, `electric=true` or `colour=red`."""
    name, equals, value = said.partition("=")
    if not equals:
        raise InvalidInput(f"{said!r} says no value: write {said}=something.", field="attributes")
    if value in ("true", "false"):
        return name, value == "true"
    return name, int(value) if value.isdecimal() and len(value) < 15 else value


def _json(row: Resource) -> dict[str, Any]:
    return ResourceShown.model_validate(row).model_dump(mode="json")


def _tell(ctx: typer.Context, row: Resource, done: str) -> None:
    answer(ctx, _json(row), list_of([f"{done} {row.name} ({picking.short(row.id)})."]))


def _tell_reserved(ctx: typer.Context, desk: Desk, row: Reservation, done: str) -> None:
    name = desk.read(lambda tx: tx.get(Resource, row.resource_id).name)
    when = span_of(parse_start(row.start), parse_start(row.end), desk.now)
    answer(
        ctx,
        ReservationShown.of(row).model_dump(mode="json"),
        list_of([f"{done}: {name}, {when} ({picking.short(row.id)})."]),
    )
