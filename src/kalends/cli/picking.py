"""Finding what somebody means by a name, or by as much of an id as they care to type."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select

from kalends.cli.acting import Ambiguous, matching_members
from kalends.cli.desk import Desk
from kalends.features.calendars.access import Access, CalendarView, calendars_of
from kalends.features.calendars.models import MASTER, CalendarObject, Category, Event
from kalends.features.calendars.queries import EventFilter, event_views
from kalends.features.calendars.service import list_calendars
from kalends.features.changes.models import ChangeSet
from kalends.features.identity.models import Member
from kalends.features.resources.models import Resource
from kalends.kit.errors import NotFound
from kalends.storage import Unit

T = TypeVar("T")

_SHOWN = 8
_LEAST = 4  # characters of an id that are taken for a part of it


def short(id: UUID | str) -> str:
    """Shorten an id for people to type: the end of a UUIDv7, whose beginning is the time; else the start."""
    return id.hex[-_SHOWN:] if isinstance(id, UUID) else id[:_SHOWN]


def pick(
    wanted: str, things: Iterable[T], *, kind: str, id: Callable[[T], str], name: Callable[[T], str]
) -> T:
    """Give the one thing whose id, unique beginning or end of an id, or name that is.

    Raises `NotFound` and `Ambiguous`.
    """
    things, said = list(things), wanted.strip().casefold()
    bare = said.replace("-", "")
    found = [each for each in things if id(each) == bare]
    found = found or [each for each in things if name(each).casefold() == said]
    if not found and len(bare) >= _LEAST:
        found = [each for each in things if id(each).startswith(bare) or id(each).endswith(bare)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise NotFound(f"There is no {kind} {wanted!r}.", kind=kind, id=wanted)
    candidates = [f"{name(each)} ({id(each)})" for each in found[:10]]
    raise Ambiguous(f"{len(found)} match {wanted!r}: {', '.join(candidates)}.", candidates=candidates)


def calendar(desk: Desk, wanted: str | None, *, at_least: Access = Access.FREE_BUSY) -> CalendarView:
    """Give the calendar of that name or id; by default the actor's own default calendar."""

    def find(tx: Unit) -> CalendarView:
        known = [view for view in list_calendars(tx, desk.actor) if view.access >= at_least]
        if wanted is None:
            default = tx.get(Member, desk.actor.member_id).default_calendar_id
            return pick(str(default), known, kind="calendar", id=lambda v: v.id.hex, name=lambda v: "")
        return pick(
            wanted, known, kind="calendar", id=lambda view: view.id.hex, name=lambda view: view.calendar.name
        )

    return desk.read(find)


def member(desk: Desk, wanted: str) -> Member:
    """Give the member of the workspace of that name or id."""
    return members(desk, [wanted])[0]


def members(desk: Desk, wanted: Iterable[str]) -> list[Member]:
    """Give the members of the workspace of those names or ids, in that order."""
    known = desk.read(lambda tx: tx.execute(select(Member).order_by(Member.id)).scalars().all())
    return [
        pick(
            each,
            matching_members(known, each) or known,
            kind="member",
            id=lambda found: found.id.hex,
            name=lambda found: found.name,
        )
        for each in wanted
    ]


def category(desk: Desk, wanted: str) -> UUID:
    """Give the category of that name."""
    known = desk.read(lambda tx: tx.execute(select(Category)).scalars().all())
    return pick(wanted, known, kind="category", id=lambda each: each.id.hex, name=lambda each: each.name).id


def resource(desk: Desk, wanted: str) -> Resource:
    """Give the resource of that name or id."""
    known = desk.read(lambda tx: tx.execute(select(Resource).order_by(Resource.id)).scalars().all())
    return pick(wanted, known, kind="resource", id=lambda each: each.id.hex, name=lambda each: each.name)


def event(desk: Desk, wanted: str) -> UUID:
    """Give the event of that id or title, of those that the actor may see in full."""

    def find(tx: Unit) -> UUID:
        known = calendars_of(tx, desk.actor)
        rows = tx.execute(
            select(Event.object_id, Event.title).where(
                Event.recurrence_key == MASTER, Event.calendar_id.in_(known)
            )
        )
        titles = dict(rows.all())
        # An override without its master has no title to be found by, but its id.
        ids = tx.execute(
            select(CalendarObject.id).where(
                CalendarObject.calendar_id.in_(known), CalendarObject.component == "VEVENT"
            )
        ).scalars()
        every = [(id, titles.get(id, "")) for id in ids]
        likely = [each for each in every if _may_be(wanted, *each)]
        seen = {
            view.row.object_id
            for view in event_views(
                tx, desk.actor, Event.object_id.in_([id for id, _ in likely]), EventFilter()
            )
            if view.full
        }
        candidates = [each for each in likely if each[0] in seen]
        return pick(wanted, candidates, kind="event", id=lambda each: each[0].hex, name=lambda each: each[1])[
            0
        ]

    return desk.read(find)


def change_set(desk: Desk, wanted: str) -> UUID:
    """Give the change set of that id; whether the actor may know of it is for the service to say."""
    ids = desk.read(lambda tx: tx.execute(select(ChangeSet.id)).scalars().all())
    return pick(wanted, ids, kind="change set", id=lambda each: each.hex, name=lambda each: "")


def _may_be(wanted: str, id: UUID, title: str) -> bool:
    said = wanted.strip().casefold()
    bare = said.replace("-", "")
    return title.casefold() == said or (
        len(bare) >= _LEAST and (id.hex.startswith(bare) or id.hex.endswith(bare))
    )
