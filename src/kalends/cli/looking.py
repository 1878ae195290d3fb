"""`kalends calendars`, `events` and `week`: what there is."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any

import typer

from kalends.cli import picking
from kalends.cli.answering import answer, console, table_of
from kalends.cli.desk import Desk, open_desk
from kalends.cli.moments import read_moment, read_window, span_of
from kalends.cli.week import Entry, clashing, draw, listing
from kalends.engine.claims import Priority
from kalends.engine.spans import Span
from kalends.features.calendars.models import Status
from kalends.features.calendars.queries import EventFilter, Instance, instances
from kalends.features.calendars.service import list_calendars
from kalends.features.identity.models import Member
from kalends.interfaces.rest.event_json import content_json
from kalends.interfaces.rest.event_times import TimeReader, show
from kalends.storage import Unit

app = typer.Typer()

Members = Annotated[
    list[str] | None,
    typer.Option("--member", metavar="NAME", help="That claim this member; can be repeated."),
]
Calendars = Annotated[
    list[str] | None, typer.Option("--calendar", metavar="NAME", help="Of this calendar; can be repeated.")
]


@app.command()
def calendars(ctx: typer.Context) -> None:
    """List the calendars."""
    desk = open_desk(ctx)

    def read(tx: Unit) -> list[tuple[Any, str | None, bool]]:
        default = tx.get(Member, desk.actor.member_id).default_calendar_id
        found = []
        for view in list_calendars(tx, desk.actor):
            owner = view.calendar.owner_member_id
            found.append((view, tx.get(Member, owner).name if owner else None, view.id == default))
        return found

    found = desk.read(read)
    answer(
        ctx,
        [
            {
                "id": str(view.id),
                "name": view.calendar.name,
                "kind": view.calendar.kind,
                "owner": owner,
                "visibility": view.calendar.visibility,
                "color": view.calendar.color,
                "access": view.access.name.lower(),
                "default": default,
            }
            for view, owner, default in found
        ],
        table_of(
            ["id", "name", "kind", "of", "seen by", "you may"],
            [
                [
                    picking.short(view.id),
                    view.calendar.name + (" (default)" if default else ""),
                    view.calendar.kind,
                    owner,
                    view.calendar.visibility,
                    view.access.name.lower().replace("_", "-"),
                ]
                for view, owner, default in found
            ],
        ),
    )


@app.command()
def events(
    ctx: typer.Context,
    since: Annotated[str | None, typer.Option("--from", help="First day or time; by default today.")] = None,
    until: Annotated[str | None, typer.Option(help="Last day, or time; by default two weeks on.")] = None,
    members: Members = None,
    calendars: Calendars = None,
    category: Annotated[list[str] | None, typer.Option(help="Of this category; can be repeated.")] = None,
    priority: Annotated[list[Priority] | None, typer.Option(help="Can be repeated.")] = None,
    status: Annotated[list[Status] | None, typer.Option(help="Can be repeated.")] = None,
    search: Annotated[str | None, typer.Option(help="With this text in title, description or place.")] = None,
) -> None:
    """List what happens in a stretch of time, series expanded."""
    desk = open_desk(ctx)
    window = read_window(since, until, own=desk.actor.zone, now=desk.now, days=14)
    wanted = _filter(desk, members, calendars)
    wanted = EventFilter(
        calendars=wanted.calendars,
        members=wanted.members,
        categories={picking.category(desk, each) for each in category} if category else None,
        priorities=priority or None,
        statuses=status or None,
        text=search,
    )
    found = _instances(desk, window, wanted)
    answer(
        ctx,
        [_as_json(each) for each in found],
        table_of(
            ["id", "when", "what", "calendar"],
            [_row(each, desk.now) for each in found],
            empty="Nothing happens then.",
        ),
    )


@app.command()
def week(
    ctx: typer.Context,
    day: Annotated[str | None, typer.Argument(help="A day of the week; by default today.")] = None,
    members: Members = None,
    calendars: Calendars = None,
) -> None:
    """Draw a week: days side by side, hours below one another, clashes marked with !.

    Where there is no terminal, or a narrow one, the days are listed.
    """
    desk = open_desk(ctx)
    reader = TimeReader(own=desk.actor.zone)
    today = desk.now.date()
    chosen = read_moment(day, reader, today=today, field="day") if day else today
    monday = _day(chosen) - timedelta(days=_day(chosen).weekday())
    window = read_window(
        monday.isoformat(),
        (monday + timedelta(days=6)).isoformat(),
        own=desk.actor.zone,
        now=desk.now,
        days=7,
    )
    found = _instances(desk, window, _filter(desk, members, calendars))
    clashes = clashing(found)
    shown = [_entry(each, index in clashes, desk.now) for index, each in enumerate(found)]
    data = [{**_as_json(each), "clashes": index in clashes} for index, each in enumerate(found)]
    drawn = draw if sys.stdout.isatty() else listing
    answer(ctx, data, lambda: drawn(console(), monday, shown, desk.now))


def _instances(desk: Desk, window: Span, wanted: EventFilter) -> list[Instance]:
    limit = desk.settings.max_occurrences
    return desk.read(lambda tx: instances(tx, desk.actor, window, wanted, limit=limit))


def _filter(desk: Desk, members: Sequence[str] | None, calendars: Sequence[str] | None) -> EventFilter:
    return EventFilter(
        members={each.id for each in picking.members(desk, members)} if members else None,
        calendars={picking.calendar(desk, each).id for each in calendars} if calendars else None,
    )


def _day(start: date) -> date:
    return start.date() if isinstance(start, datetime) else start


def _row(found: Instance, now: datetime) -> list[object]:
    row = found.event.row
    marks = [] if row.status is Status.CONFIRMED else [str(row.status)]
    if row.repeats:
        marks.append("repeats")
    what = found.event.title + (f" ({', '.join(marks)})" if marks else "")
    return [
        picking.short(row.object_id),
        span_of(found.start, found.end, now),
        what,
        found.event.calendar.calendar.name,
    ]


def _as_json(found: Instance) -> dict[str, Any]:
    """Give an occurrence as REST does."""
    return {
        **content_json(found.event),
        "start": show(found.start),
        "end": show(found.end),
        "recurrence_key": found.recurrence_key,
    }


def _entry(found: Instance, clashes: bool, now: datetime) -> Entry:
    calendar = found.event.calendar.calendar
    timed = isinstance(found.start, datetime)
    return Entry(
        title=found.event.title,
        start=_local(found.start, now),
        end=_local(found.end, now),
        all_day=not timed,
        color=calendar.color,
        calendar=calendar.name,
        clashes=clashes,
        cancelled=found.event.row.status is Status.CANCELLED,
    )


def _local(start: date, now: datetime) -> datetime:
    if isinstance(start, datetime):
        return start.astimezone(now.tzinfo) if start.tzinfo else start.replace(tzinfo=now.tzinfo)
    return datetime(start.year, start.month, start.day, tzinfo=now.tzinfo)
