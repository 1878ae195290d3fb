"""Events that something else holds: sessions, pieces of tasks, blocks. They happen once, in a zone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from kalends.engine.spans import Span
from kalends.features.calendars.access import Access, all_calendars
from kalends.features.calendars.event_rows import load_rows
from kalends.features.calendars.models import CalendarObject, Event, Status
from kalends.features.calendars.objects import Image, chunks
from kalends.features.calendars.queries import EventView, views_of
from kalends.features.changes import Operation
from kalends.features.identity.actor import Actor
from kalends.storage import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One stored event that is held, as the actor sees it."""

    view: EventView

    @property
    def id(self) -> UUID:
        """Give the event's id."""
        id: UUID = self.view.row.object_id
        return id

    @property
    def uid(self) -> str:
        """Give the event's UID."""
        uid: str = self.view.row.uid
        return uid

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
    def holder(self) -> str:
        """Give what holds it."""
        holder: str = self.view.row.holder
        return holder

    @property
    def member_id(self) -> UUID | None:
        """Give whose time it takes; None where that is not one member alone."""
        takers = self.view.claimed_members
        return takers[0].member_id if len(takers) == 1 else None

    @property
    def span(self) -> Span:
        """Give its time."""
        return Span.of_seconds(self.view.row.since_utc, self.view.row.until_utc)

    @property
    def minutes(self) -> int:
        """Give how long it lasts."""
        return round(self.span.duration.total_seconds() / 60)

    @property
    def completed(self) -> bool:
        """Say whether somebody has done it."""
        return self.view.row.completed_at is not None

    @property
    def cancelled(self) -> bool:
        """Say whether it was called off."""
        return self.view.row.status is Status.CANCELLED

    @property
    def reachable(self) -> bool:
        """Say whether the actor may change it."""
        return self.view.full and self.view.calendar.access >= Access.WRITE

    def is_open(self, now: datetime) -> bool:
        """Say whether it is still to come, and neither done nor called off."""
        return self.span.start > now and not self.completed and not self.cancelled

    def removal(self, tx: Unit) -> Operation:
        """Plan that it goes."""
        row = tx.get(CalendarObject, self.id)
        return Operation(before=Image.of(row), after=None, expected_version=row.version)


def held_by(tx: Unit, actor: Actor, holders: Iterable[str]) -> dict[str, list[Held]]:
    """Give what each of these holds, in order of time, whoever may see it. What somebody made repeat, or
    gave no length, is theirs from then on."""
    found: dict[str, list[Held]] = defaultdict(list)
    for chunk in chunks(sorted(holders)):
        ids = tx.execute(select(Event.object_id).where(Event.holder.in_(chunk))).scalars().all()
        if not ids:
            continue
        for view in views_of(load_rows(tx, Event.object_id.in_(ids)), actor, all_calendars(tx, actor)):
            if not view.row.repeats and view.row.since_utc < view.row.until_utc:
                found[view.row.holder].append(Held(view=view))
    return {holder: sorted(each, key=lambda held: held.span.start) for holder, each in found.items()}
