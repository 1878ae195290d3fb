"""The sessions that prepare for an event, as they are stored: events that its preparation holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from kalends.engine.spans import Span
from kalends.features.calendars.access import Access, all_calendars
from kalends.features.calendars.event_rows import load_rows
from kalends.features.calendars.models import CalendarObject, Event, Status
from kalends.features.calendars.objects import Image, chunks
from kalends.features.calendars.queries import EventView, views_of
from kalends.features.changes import Operation, OperationView
from kalends.features.identity.actor import Actor
from kalends.ical import project
from kalends.storage import Unit

PREPARATION = "preparation"
_KEPT = "kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A stored session of one event."""

    view: EventView
    member_id: UUID | None  # whose time it takes
    kept: bool  # a person put it where it is

    @property
    def id(self) -> UUID:
        """Give the event's id."""
        id: UUID = self.view.row.object_id
        return id

    @property
    def title(self) -> str:
        """Give the event's title."""
        title: str = self.view.row.title
        return title

    @property
    def category_id(self) -> UUID | None:
        """Give the event's category."""
        category_id: UUID | None = self.view.row.category_id
        return category_id

    @property
    def span(self) -> Span:
        """Give its time; a session happens once, in a zone of its own."""
        return Span.of_seconds(self.view.row.since_utc, self.view.row.until_utc)

    @property
    def reachable(self) -> bool:
        """Say whether the actor may change it."""
        return self.view.full and self.view.calendar.access >= Access.WRITE

    def is_open(self, now: datetime) -> bool:
        """Say whether it is still to come, and not done or called off already."""
        row = self.view.row
        return self.span.start > now and row.completed_at is None and row.status is not Status.CANCELLED


def holder_of(event_id: UUID) -> str:
    """Name the preparation for an event as holder of its sessions."""
    return f"{PREPARATION}:{event_id}"


def prepares(thing: Image | OperationView | None) -> bool:
    """Say whether an event is a session itself."""
    return bool(thing and thing.holder and thing.holder.startswith(f"{PREPARATION}:"))


def sessions_of(tx: Unit, actor: Actor, event_ids: Collection[UUID]) -> dict[UUID, list[Session]]:
    """Give the stored sessions of some events, in order of time."""
    held = {holder_of(id): id for id in event_ids}
    held |= {f"{holder}:{_KEPT}": id for holder, id in held.items()}
    found: dict[UUID, list[Session]] = defaultdict(list)
    calendars = None
    for chunk in chunks(sorted(held)):
        ids = tx.execute(select(Event.object_id).where(Event.holder.in_(chunk))).scalars().all()
        if not ids:
            continue
        calendars = calendars or all_calendars(tx, actor)
        for view in views_of(load_rows(tx, Event.object_id.in_(ids)), actor, calendars):
            if view.row.repeats or view.row.since_utc >= view.row.until_utc:
                continue  # somebody made something else of it
            takers = view.claimed_members
            found[held[view.row.holder]].append(
                Session(
                    view=view,
                    member_id=takers[0].member_id if len(takers) == 1 else None,
                    kept=view.row.holder.endswith(f":{_KEPT}"),
                )
            )
    return {id: sorted(each, key=lambda session: session.span.start) for id, each in found.items()}


def marked(operations: Sequence[Operation]) -> list[Operation]:
    """Mark the sessions that a person puts elsewhere: from then on they stay where they were put."""
    return [_marked(op) if prepares(op.before) and prepares(op.after) else op for op in operations]


def removal(tx: Unit, session: Session) -> Operation:
    """Plan that a session goes."""
    row = tx.get(CalendarObject, session.id)
    return Operation(before=Image.of(row), after=None, expected_version=row.version)


def _marked(op: Operation) -> Operation:
    before, after = op.before, op.after
    if before is None or after is None or (after.holder or "").endswith(f":{_KEPT}"):
        return op
    if [(e.start, e.length) for e in project(before.text)] == [
        (e.start, e.length) for e in project(after.text)
    ]:
        return op
    return replace(op, after=replace(after, holder=f"{after.holder}:{_KEPT}"))
