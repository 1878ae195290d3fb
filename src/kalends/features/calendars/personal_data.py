"""What calendars hold of one member: given out on request, and erased with the member."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update

from kalends.features.calendars import objects
from kalends.features.calendars.models import (
    Calendar,
    CalendarGrant,
    CalendarKind,
    CalendarObject,
    CalendarVisibility,
    Event,
    FeedToken,
    Grant,
    Participant,
)
from kalends.features.calendars.objects import Image
from kalends.features.calendars.projection import member_of
from kalends.features.identity.models import Member
from kalends.ical import CalendarHead, ObjectText, compose
from kalends.storage import Unit

_SHARED_IN_PRIVATE = (
    Calendar.kind == CalendarKind.SHARED,
    Calendar.visibility == CalendarVisibility.PRIVATE,
)


def export(tx: Unit, member_id: UUID) -> dict[str, Any]:
    """Give the member's calendars as iCalendar text, and the events of others in which they take part."""
    calendars = []
    owned = select(Calendar).where(Calendar.owner_member_id == member_id).order_by(Calendar.id)
    for calendar in tx.execute(owned).scalars().all():
        texts = tx.execute(
            select(CalendarObject.text)
            .where(CalendarObject.calendar_id == calendar.id)
            .order_by(CalendarObject.id)
        ).scalars()
        file = b"".join(compose(texts, CalendarHead(name=calendar.name)))
        calendars.append(
            {
                "id": str(calendar.id),
                "name": calendar.name,
                "visibility": calendar.visibility.value,
                "icalendar": file.decode(),
            }
        )
    part = tx.execute(
        select(Event.object_id, Event.title, Event.start, Participant.response)
        .join(
            Participant,
            (Participant.workspace_id == Event.workspace_id)
            & (Participant.object_id == Event.object_id)
            & (Participant.recurrence_key == Event.recurrence_key),
        )
        .where(Participant.member_id == member_id)
        .order_by(Event.object_id, Event.recurrence_key)
    )
    return {
        "calendars": calendars,
        "takes_part": [
            {"event_id": str(id), "title": title, "start": start, "response": response.value}
            for id, title, start, response in part
        ],
    }


def erase(tx: Unit, member: Member) -> None:
    """Remove the member's calendars and feeds, and their name from the events of others."""
    calendars = tx.execute(select(Calendar.id, Calendar.owner_member_id)).all()
    objects.lock_all(tx)
    ids = tx.execute(select(Participant.object_id).where(Participant.member_id == member.id)).scalars()
    own = [id for id, owner in calendars if owner == member.id]
    shared = [row for row in objects.load(tx, set(ids)).values() if row.calendar_id not in own]
    objects.store(tx, [(row, replace(Image.of(row), text=_without(row.text, member.id))) for row in shared])
    tx.execute(delete(FeedToken).where(FeedToken.member_id == member.id))
    tx.execute(delete(CalendarGrant).where(CalendarGrant.member_id == member.id))
    tx.execute(delete(Calendar).where(Calendar.id.in_(own)))
    _hand_on(tx)


def _hand_on(tx: Unit) -> None:
    """Let those who read a private shared calendar keep it when nobody else does; one of nobody goes."""
    grants = tx.execute(select(CalendarGrant.calendar_id, CalendarGrant.access)).all()
    written = {id for id, access in grants if access is Grant.WRITE}
    read = {id for id, access in grants if access is Grant.READ} - written
    tx.execute(
        update(CalendarGrant)
        .where(CalendarGrant.calendar_id.in_(read), CalendarGrant.access == Grant.READ)
        .where(CalendarGrant.calendar_id.in_(select(Calendar.id).where(*_SHARED_IN_PRIVATE)))
        .values(access=Grant.WRITE)
    )
    tx.execute(delete(Calendar).where(*_SHARED_IN_PRIVATE, Calendar.id.not_in(written | read)))


def _without(text: str, member_id: UUID) -> str:
    found = ObjectText.parse(text)
    for event in found.events():
        rest = tuple(each for each in event.attendees if member_of(each.address) != member_id)
        found = found.with_fields(event.recurrence_id, attendees=rest)
    return found.render()
