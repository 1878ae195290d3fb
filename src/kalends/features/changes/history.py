"""What change sets did, as one viewer may know it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select

from kalends.engine.series import Start
from kalends.features.calendars import objects
from kalends.features.calendars.access import CalendarView, Sight, all_calendars, visible
from kalends.features.calendars.event_rows import load_rows
from kalends.features.calendars.models import Event
from kalends.features.calendars.objects import Image
from kalends.features.calendars.projection import member_of, recurrence_key
from kalends.features.calendars.queries import BUSY, views_of
from kalends.features.changes.models import ChangeOperation, ChangeSet, Source, State
from kalends.features.changes.service import operation_of, operations_of
from kalends.features.changes.values import Operation
from kalends.features.identity.actor import Actor
from kalends.ical import EventFields, project
from kalends.ical.values import end_of
from kalends.kit.errors import NotFound
from kalends.kit.pagination import DEFAULT_LIMIT, Page, checked_limit, decode_id, page
from kalends.storage import Unit


class Kind(StrEnum):
    """What an operation did."""

    CREATED = "created"
    UPDATED = "updated"
    MOVED = "moved"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """An event's time and title before or after a change, as the viewer may see them."""

    calendar_id: UUID
    title: str
    full: bool  # whether they see more than that somebody is busy
    start: Start
    end: Start
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationView:
    """What became of one event."""

    object_id: UUID
    uid: str
    kind: Kind
    recurrence_key: str | None  # of the occurrence, where one alone was changed
    holder: str | None  # the booking, call or session that owns the event
    before: Moment | None
    after: Moment | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSetView:
    """A change set with those of its operations that the viewer may know of."""

    change_set: ChangeSet
    operations: Sequence[OperationView]
    hidden: int  # operations on events that the viewer may not know of


def list_change_sets(
    tx: Unit,
    actor: Actor,
    *,
    actor_member_id: UUID | None = None,
    source: Source | None = None,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Page[ChangeSetView]:
    """Give the applied sets of which the actor may know an operation or which they made, newest first: all,
    or those of one member or source."""
    query = select(ChangeSet).where(ChangeSet.state == State.APPLIED)
    if actor_member_id is not None:
        query = query.where(ChangeSet.actor_member_id == actor_member_id)
    if source is not None:
        query = query.where(ChangeSet.source == source)
    if cursor is not None:
        query = query.where(ChangeSet.id < decode_id(cursor))
    rows = tx.execute(query.order_by(ChangeSet.id.desc()).limit(checked_limit(limit) + 1)).scalars().all()
    found = page(rows, limit, lambda row: (str(row.id),))
    views = describe(tx, actor, [row.id for row in found.items])
    shown = (
        ChangeSetView(change_set=row, operations=views[row.id][0], hidden=views[row.id][1])
        for row in found.items
    )
    known = [view for view in shown if view.operations or view.change_set.actor_member_id == actor.member_id]
    return Page(items=tuple(known), next=found.next)


def get_change_set(tx: Unit, actor: Actor, change_set_id: UUID) -> ChangeSetView:
    """Give one set, or raise `NotFound` where the actor may not know of it."""
    row = tx.find(ChangeSet, change_set_id)
    operations, hidden = describe(tx, actor, [change_set_id])[change_set_id]
    if row is None or (not operations and row.actor_member_id != actor.member_id):
        raise NotFound(f"There is no change set {change_set_id}.", kind="change_set", id=str(change_set_id))
    return ChangeSetView(change_set=row, operations=operations, hidden=hidden)


def describe(
    tx: Unit, actor: Actor, change_set_ids: Sequence[UUID]
) -> dict[UUID, tuple[list[OperationView], int]]:
    """Give the operations that the actor may know of, and how many more there are, by set."""
    calendars = all_calendars(tx, actor)
    rows = tx.execute(operations_of(change_set_ids)).scalars().all()
    sights = _sights_now(tx, actor, calendars, {row.object_id for row in rows})
    found: dict[UUID, tuple[list[OperationView], int]] = {id: ([], 0) for id in change_set_ids}
    for row in rows:
        view = _describe_operation(actor, calendars, operation_of(row), sights[row.object_id])
        views, hidden = found[row.change_set_id]
        if view is None:
            found[row.change_set_id] = views, hidden + 1
        else:
            views.append(view)
    return found


def _describe_operation(
    actor: Actor, calendars: Mapping[UUID, CalendarView], op: Operation, now: Sight
) -> OperationView | None:
    """Say what one operation did, None where the actor may see neither side."""
    before, after = _events(op.before), _events(op.after)
    key = _changed_part(before, after)
    sides = [
        _moment(actor, calendars, image, _instance(part, key), now)
        for image, part in ((op.before, before), (op.after, after))
    ]
    image = op.after or op.before
    if sides == [None, None] or image is None:
        return None
    return OperationView(
        object_id=op.object_id,
        uid=image.uid,
        kind=_kind(op, _instance(before, key), _instance(after, key)),
        recurrence_key=None if key is None else recurrence_key(key, _clock(before, after)),
        holder=image.holder,
        before=sides[0],
        after=sides[1],
    )


def _sights_now(
    tx: Unit, actor: Actor, calendars: Mapping[UUID, CalendarView], ids: Collection[UUID]
) -> dict[UUID, Sight]:
    """Give how much the actor sees of events as they stand, or stood last: history tells no more."""
    sights = dict.fromkeys(ids, Sight.NOTHING)
    gone = set(ids)
    for chunk in objects.chunks(sorted(ids)):
        rows = load_rows(tx, Event.object_id.in_(chunk))
        gone -= {row.object_id for row in rows.events}
        least: dict[UUID, Sight] = {}
        for view in views_of(rows, actor, calendars):
            least[view.row.object_id] = min(view.sight, least.get(view.row.object_id, Sight.FULL))
        sights.update(least)
    for chunk in objects.chunks(sorted(gone)):
        last = select(ChangeOperation).where(ChangeOperation.object_id.in_(chunk))
        for row in tx.execute(last.order_by(ChangeOperation.change_set_id)).scalars():
            op = operation_of(row)
            image = op.after or op.before
            parts = _events(image).values()
            sights[row.object_id] = min(
                (_sight(actor, calendars, image, event) for event in parts), default=Sight.NOTHING
            )
    return sights


def _events(image: Image | None) -> dict[Start | None, EventFields]:
    if image is None or image.component != "VEVENT":
        return {}
    return {event.recurrence_id: event for event in project(image.text)}


def _changed_part(
    before: Mapping[Start | None, EventFields], after: Mapping[Start | None, EventFields]
) -> Start | None:
    """Give which instance an operation changed: None for the whole event."""
    if not before or not after or _times(before.get(None)) != _times(after.get(None)):
        return None
    changed = [key for key in {**before, **after} if before.get(key) != after.get(key) and key is not None]
    return changed[0] if len(changed) == 1 else None


def _clock(*sides: Mapping[Start | None, EventFields]) -> Start | None:
    """Give a time on the clock by which the event's occurrences are named: its master's."""
    return next((side[None].start for side in sides if None in side), None)


def _instance(events: Mapping[Start | None, EventFields], key: Start | None) -> EventFields | None:
    """Give the part that a change is about: an occurrence without an override is as its master."""
    if key in events:
        return events[key]
    master = events.get(None)
    if master is not None and key is not None:
        return replace(master, start=key)
    return next(iter(events.values()), None)


def _times(event: EventFields | None) -> object:
    return event and (event.start, event.length, event.rules, event.summary, event.status)


def _kind(op: Operation, before: EventFields | None, after: EventFields | None) -> Kind:
    if op.before is None:
        return Kind.CREATED
    if op.after is None:
        return Kind.DELETED
    if before and after and (before.start, before.length) == (after.start, after.length):
        return Kind.UPDATED
    return Kind.MOVED if after else Kind.UPDATED


def _moment(
    actor: Actor,
    calendars: Mapping[UUID, CalendarView],
    image: Image | None,
    event: EventFields | None,
    now: Sight,
) -> Moment | None:
    sight = min(now, _sight(actor, calendars, image, event))
    if image is None or event is None or sight is Sight.NOTHING:
        return None
    return Moment(
        calendar_id=image.calendar_id,
        title=event.summary if sight is Sight.FULL else BUSY,
        full=sight is Sight.FULL,
        start=event.start,
        end=end_of(event.start, event.length),
        status=event.status,
    )


def _sight(
    actor: Actor, calendars: Mapping[UUID, CalendarView], image: Image | None, event: EventFields | None
) -> Sight:
    if image is None or event is None or image.calendar_id not in calendars:
        return Sight.NOTHING
    calendar = calendars[image.calendar_id]
    return visible(
        actor,
        calendar.access,
        confidential=event.classification != "PUBLIC",
        created_by=image.created_by,
        owner_member_id=calendar.calendar.owner_member_id,
        participants=[id for attendee in event.attendees if (id := member_of(attendee.address))],
    )
