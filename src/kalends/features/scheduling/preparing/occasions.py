"""When an event that may be prepared for takes place next, and for whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from sqlalchemy import select

from kalends.engine.recurrence.expansion import instant_of
from kalends.engine.recurrence.instances import occurrences
from kalends.engine.series import Occurrence, Start
from kalends.engine.spans import EPOCH
from kalends.engine.zones import Zone, zone
from kalends.features.calendars.models import GENERAL, Calendar, Category
from kalends.features.calendars.objects import Image
from kalends.features.calendars.projection import is_resource, member_of
from kalends.features.identity.models import Member
from kalends.features.identity.workspaces import workspace_of
from kalends.ical import EventFields, ObjectText
from kalends.ical.values import end_of
from kalends.storage import Unit

_FAR = timedelta(days=366)  # how far a series is looked through for an occurrence that takes place


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """The next time at which an event takes place."""

    title: str
    category_id: UUID
    start: Start
    members: frozenset[UUID]
    confidential: bool

    def alike(self, other: Occasion) -> bool:
        """Say whether what prepares for one serves the other as well, but for its title."""
        return (self.category_id, self.start, self.members) == (
            other.category_id,
            other.start,
            other.members,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """What texts are read with: the workspace's people, calendars and categories."""

    now: datetime
    home: Zone
    members: Mapping[UUID, Member]
    calendars: Mapping[UUID, Calendar]
    categories: Mapping[str, Category]  # by key

    @classmethod
    def of(cls, tx: Unit) -> Self:
        """Read it as it is stored."""
        return cls(
            now=tx.now,
            home=zone(workspace_of(tx).zone),
            members={each.id: each for each in tx.execute(select(Member)).scalars()},
            calendars={each.id: each for each in tx.execute(select(Calendar)).scalars()},
            categories={each.key: each for each in tx.execute(select(Category)).scalars()},
        )

    def category_of(self, event: EventFields) -> Category:
        """Give the category that an event is read to have."""
        known = (self.categories.get(label.casefold()) for label in event.categories)
        return next((each for each in known if each is not None), self.categories[GENERAL])

    def claimed(self, event: EventFields, calendar_id: UUID) -> frozenset[UUID]:
        """Give whose event it is: of its participants who have not declined, or of its calendar's owner."""
        answers = {
            member_of(each.address): each.response for each in event.attendees if not is_resource(each)
        }
        known = [id for id in answers if id in self.members]
        if known:
            return frozenset(id for id in known if id and answers[id] != "declined")
        owner = self.calendars[calendar_id].owner_member_id if calendar_id in self.calendars else None
        return frozenset(() if owner is None else (owner,))

    def next_occasion(self, image: Image | None) -> Occasion | None:
        """Give when the event of an image takes place next; None where it does not any more."""
        if image is None or image.component != "VEVENT" or image.calendar_id not in self.calendars:
            return None
        text = ObjectText.parse(image.text)
        for event, occurrence in instances(text, self.now, self.now + _FAR, self.home):
            start = occurrence.start
            if event.status == "cancelled" or event.completed or _instant(start, self.home) <= self.now:
                continue
            return Occasion(
                title=event.summary,
                category_id=self.category_of(event).id,
                start=start,
                members=self.claimed(event, image.calendar_id),
                confidential=event.classification != "PUBLIC",
            )
        return None


def instances(
    text: ObjectText, since: datetime, until: datetime, floating: Zone
) -> Iterator[tuple[EventFields, Occurrence]]:
    """Give the occurrences between two instants, in order, with what shapes each. An event that happens once
    is given whenever it is."""
    fields = text.events()
    if len(fields) == 1 and not (fields[0].rules or fields[0].additions or fields[0].exclusions):
        (event,) = fields
        end = end_of(event.start, event.length)
        yield event, Occurrence(recurrence_id=event.start, start=event.start, end=end)
        return
    series = text.series()
    first = min(_instant(each.start, floating) for each in fields)
    shift = max(timedelta(0), first - since)  # one that begins later is looked for from its beginning
    for occurrence in occurrences(series, since + shift, until + shift, floating_zone=floating):
        yield text.instance(occurrence.recurrence_id), occurrence


def _instant(moment: Start, floating: Zone) -> datetime:
    return EPOCH + timedelta(seconds=instant_of(moment, floating))
