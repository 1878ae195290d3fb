"""What change sets mean for others than those who made them: whose events were made, moved or cancelled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kalends.features.calendars.models import Calendar, Response, Status
from kalends.features.calendars.objects import Image, directory
from kalends.features.calendars.projection import Directory, project_object
from kalends.features.changes import ChangeSet, Source
from kalends.features.changes.models import ChangeOperation
from kalends.features.reminders.telling import News
from kalends.kit.errors import KalendsError
from kalends.storage import Unit

_SILENT = (Source.IMPORT, Source.DEMO)  # what comes in by the thousand is no news
_MOST = 20  # events that one notification names

_TIMES = ("start", "length_days", "length_seconds", "recurrence")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """An event before or after a change: whom it concerns, and when it is."""

    people: frozenset[UUID]
    times: Mapping[str, tuple[str, ...]]  # by recurrence key; the start is the first
    on: bool

    def start(self, other: _Side | None) -> str:
        """Give when it is, or that part of it which is at another time than on the other side."""
        known = other.times if other is not None else {}
        changed = (times for key, times in self.times.items() if known.get(key) != times)
        return next(changed, next(iter(self.times.values())))[0]


def news_of(tx: Unit, change_set: ChangeSet) -> list[News]:
    """Give what others are to be told of a change set: each one thing for all that was done alike."""
    if change_set.source in _SILENT:
        return []
    names, owners = directory(tx), dict(tx.execute(select(Calendar.id, Calendar.owner_member_id)).all())
    found: dict[tuple[UUID, str], list[dict[str, Any]]] = defaultdict(list)
    rows = tx.execute(
        select(ChangeOperation.object_id, ChangeOperation.before, ChangeOperation.after)
        .where(ChangeOperation.change_set_id == change_set.id)
        .order_by(ChangeOperation.position)
    )
    for object_id, before_image, after_image in rows:
        before, after = _side(before_image, names, owners), _side(after_image, names, owners)
        for member_id in _people(before) | _people(after):
            name = _what(member_id, before, after)
            if name is not None and member_id != change_set.actor_member_id:
                shown, other = (before, after) if name == "event.cancelled" else (after, before)
                start = shown.start(other) if shown is not None else None
                found[member_id, name].append({"event_id": str(object_id), "start": start})
    return [
        News(
            member_id=member_id,
            key=f"{name}:{change_set.id}",
            name=name,
            subject=change_set.id,
            data={
                "actor": change_set.actor_member_id and str(change_set.actor_member_id),
                "count": len(events),
                "events": events[:_MOST],
            },
        )
        for (member_id, name), events in sorted(found.items())
    ]


def _people(side: _Side | None) -> frozenset[UUID]:
    return side.people if side is not None else frozenset()


def _what(member_id: UUID, before: _Side | None, after: _Side | None) -> str | None:
    """Say what was done to a member's event, None where it is nothing that is told."""
    was, now = (_concerns(side, member_id) for side in (before, after))
    if not was and now:
        return "event.added"
    if was and not now:
        return "event.cancelled"
    if was and now and before is not None and after is not None and before.times != after.times:
        return "event.moved"
    return None


def _concerns(side: _Side | None, member_id: UUID) -> bool:
    return side is not None and side.on and member_id in side.people


def _side(
    image: Mapping[str, Any] | None, names: Directory, owners: Mapping[UUID, UUID | None]
) -> _Side | None:
    if image is None:
        return None
    stored = Image.from_json(image)
    try:
        projected = project_object(stored.text, names)
    except KalendsError:
        return None
    if not projected.events:
        return None
    first = projected.events[0]
    people = {
        each["member_id"] for each in projected.participants if each["response"] is not Response.DECLINED
    }
    owner = owners.get(stored.calendar_id)
    if not first["has_participants"] and owner is not None:
        people = {owner}
    return _Side(
        people=frozenset(people),
        times={row["recurrence_key"]: _times(row) for row in projected.events if _is_apart(row, first)},
        on=first["status"] is not Status.CANCELLED,
    )


def _times(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(row[name]) for name in _TIMES)


def _is_apart(row: Mapping[str, Any], first: Mapping[str, Any]) -> bool:
    """Say whether a row has times of its own: the first, and overrides that do not stand where they were."""
    if row is first:
        return True
    stays = row["start"].startswith(row["recurrence_key"]) and _times(row)[1:3] == _times(first)[1:3]
    return not stays and row["status"] is not Status.CANCELLED
