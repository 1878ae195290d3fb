"""When reminders are due: from what is stored now, for many events at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any, TypeGuard
from uuid import UUID

import numpy as np
from sqlalchemy import select

from kalends.engine.series import Start
from kalends.engine.starts import format_start, parse_start
from kalends.engine.zones import wall_seconds, zone
from kalends.features.calendars.event_rows import Rows, load_rows
from kalends.features.calendars.expansion import expand_rows, instance_key, local_start
from kalends.features.calendars.models import (
    MASTER,
    Calendar,
    CalendarObject,
    Event,
    Response,
    Status,
)
from kalends.features.calendars.row_columns import EventRow
from kalends.features.identity.models import Member
from kalends.features.identity.preferences import Preferences
from kalends.features.reminders.cron import parse_cron
from kalends.features.reminders.models import Reminder, ReminderKind
from kalends.kit.errors import InvalidInput
from kalends.storage import Unit

AHEAD = timedelta(days=35)
"""How far ahead a reminder is looked for at once; where none is due by then, it is looked again."""

LATE = timedelta(minutes=5)
"""After which nobody is reminded any more of what is over."""

_MINUTE = 60
_UNATTENDED = "call:"  # what the holders of such events begin with


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """That a member is to be reminded at an instant.

    `key` names it for ever: of the same event at another time it is another. What is `about` the same is told
    once where several were missed.
    """

    member_id: UUID
    event_id: UUID | None
    key: str
    about: str
    at: datetime  # UTC
    over: datetime | None = None  # when what it is about ends; None: it does not grow stale
    urgent: bool = False
    reminder: Reminder | None = None  # whose own it is
    data: Mapping[str, Any] = field(default_factory=dict)  # JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """What is due of one thing by now, in order, and when to look again."""

    due: Sequence[Due]
    again: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _People:
    zones: Mapping[UUID, str]
    minutes: Mapping[UUID, Sequence[int]]  # that they like to be reminded before


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    member_id: UUID
    minutes: int
    reminder: Reminder | None = None


def due_of_events(tx: Unit, ids: Collection[UUID], since: Mapping[UUID, datetime]) -> dict[UUID, Ahead]:
    """Give what has fallen due of each event after an instant of its own; one that is gone has no entry."""
    rows = load_rows(tx, Event.object_id.in_(ids))
    owners = dict(tx.execute(select(Calendar.id, Calendar.owner_member_id)).all())
    own: dict[UUID, list[Reminder]] = defaultdict(list)
    found = tx.execute(select(Reminder).where(Reminder.event_id.in_(ids), Reminder.active)).scalars()
    for reminder in found:
        if reminder.event_id is not None:
            own[reminder.event_id].append(reminder)
    people = _people(tx)
    objects: dict[UUID, list[int]] = defaultdict(list)
    for index, row in enumerate(rows.events):
        objects[row.object_id].append(index)
    wishes = [_wishes(rows, row, owners, own.get(row.object_id, ()), people) for row in rows.events]
    coming = _before(tx, rows, wishes, people, min(since.values(), default=tx.now))
    ahead: dict[UUID, Ahead] = {}
    for id, indexes in objects.items():
        some = [rows.events[index] for index in indexes]
        minutes = [wish.minutes for index in indexes for wish in wishes[index]]
        parts = [
            _of_occurrences(coming[id], some, minutes, since[id], tx.now),
            *(
                _of_itself(each, people.zones[each.member_id], since[id], tx.now, until=_end(some, each))
                for each in own.get(id, ())
                if each.kind is not ReminderKind.BEFORE and _concerns(tx, some, each)
            ),
        ]
        ahead[id] = _together(parts)
    return ahead


def due_alone(tx: Unit, reminder: Reminder, since: datetime) -> Ahead:
    """Give what has fallen due of a reminder that stands alone: of one that is switched off, nothing."""
    if not reminder.active:
        return Ahead(due=(), again=None)
    return _of_itself(reminder, tx.get(Member, reminder.member_id).zone, since, tx.now)


def is_still_due(tx: Unit, member: Member, event_id: UUID, occurrence: str, start: Start, own: bool) -> bool:
    """Say whether an occurrence is still at that time and not over, and still this member's, or one that they
    asked to be reminded of."""
    place = zone(member.zone)
    at = place.instant(wall_seconds(_midnight(start))) if not _has_zone(start) else int(start.timestamp())
    rows = load_rows(tx, Event.object_id == event_id)
    found = expand_rows(
        rows.events, at, at + 1, floating=place, text_of=lambda id: tx.get(CalendarObject, id).text
    )
    columns = found.row.tolist(), found.start.tolist(), found.end.tolist(), found.original.tolist()
    for index, begins, ends, original in zip(*columns, strict=True):
        row = rows.events[index]
        if begins == at and instance_key(row, original) == occurrence:
            owner = tx.get(Calendar, row.calendar_id).owner_member_id
            timely = _seconds(tx.now - LATE) < max(begins, ends)
            return timely and is_on(row) and (own or member.id in claimed(rows, row, owner))
    return False


def _together(parts: Sequence[Ahead]) -> Ahead:
    due = [each for part in parts for each in part.due]
    agains = [part.again for part in parts if part.again is not None]
    return Ahead(due=sorted(due, key=lambda each: each.at), again=min(agains, default=None))


# Of events -----------------------------------------------------------------------------------------------


def _people(tx: Unit) -> _People:
    found = tx.execute(select(Member.id, Member.zone, Member.preferences)).all()
    return _People(
        zones={id: zone_name for id, zone_name, _ in found},
        minutes={id: Preferences.stored(likes).reminder_minutes_before for id, _, likes in found},
    )


def is_on(row: EventRow) -> bool:
    """Say whether an event is still to be: neither cancelled nor completed."""
    return row.status is not Status.CANCELLED and row.completed_at is None


def claimed(rows: Rows, row: EventRow, owner: UUID | None) -> list[UUID]:
    """Give whom an event concerns: who takes part and did not decline, else the calendar's owner, and where
    there is none who made it."""
    if row.has_participants:
        return [each.member_id for each in rows.takers_of(row) if each.response is not Response.DECLINED]
    concerned = owner or row.created_by
    return [concerned] if concerned else []


def _wishes(
    rows: Rows,
    row: EventRow,
    owners: Mapping[UUID, UUID | None],
    own: Sequence[Reminder],
    people: _People,
) -> list[_Wish]:
    """Give who is reminded of a row's occurrences, how many minutes before."""
    if not is_on(row):
        return []
    wanted: dict[tuple[UUID, int], _Wish] = {}
    for member_id in claimed(rows, row, owners.get(row.calendar_id)):
        if member_id in people.zones:  # who made it may be gone
            for minutes in row.reminders or (() if _is_unattended(row) else people.minutes[member_id]):
                wanted[member_id, minutes] = _Wish(member_id=member_id, minutes=minutes)
    for reminder in own:
        if reminder.kind is ReminderKind.BEFORE and not _declined(rows, row, reminder.member_id):
            minutes = reminder.minutes or 0
            wish = _Wish(member_id=reminder.member_id, minutes=minutes, reminder=reminder)
            if reminder.occurrence is None:
                wanted[reminder.member_id, minutes] = wish
            else:  # beside what all occurrences have
                wanted[reminder.id, minutes] = wish
    return list(wanted.values())


def _is_unattended(row: EventRow) -> bool:
    """Say whether an event takes nobody: the server makes a call by itself, ten thousand of them perhaps."""
    return row.holder is not None and row.holder.startswith(_UNATTENDED)


def _declined(rows: Rows, row: EventRow, member_id: UUID) -> bool:
    return any(
        each.member_id == member_id and each.response is Response.DECLINED for each in rows.takers_of(row)
    )


def _before(
    tx: Unit,
    rows: Rows,
    wishes: Sequence[Sequence[_Wish]],
    people: _People,
    since: datetime,
) -> dict[UUID, list[Due]]:
    """Give what is due before or after occurrences begin, from `since` to as far as is looked ahead."""
    minutes = [wish.minutes for each in wishes for wish in each]
    if not minutes:
        return defaultdict(list)
    low, high = _seconds(since), _seconds(tx.now + AHEAD)
    first = low + min(0, *minutes) * _MINUTE
    last = high + max(0, *minutes) * _MINUTE + 1
    events = list(rows.events)
    floating = {row.object_id for row in events if not row.start.endswith("]")}
    concerned = {wish.member_id for each in wishes for wish in each}
    found: dict[UUID, list[Due]] = defaultdict(list)
    # What lives by a clock of its own is the same for all; the rest is at other instants in each zone.
    for name in ("", *sorted({people.zones[id] for id in concerned})) if floating else ("",):
        place = zone(name or "UTC")
        some = [index for index, row in enumerate(events) if (row.object_id in floating) == bool(name)]
        if not some:
            continue
        part = [events[index] for index in some]
        occurrences = expand_rows(
            part, first, last, floating=place, text_of=lambda id: tx.get(CalendarObject, id).text
        )
        columns = zip(
            occurrences.row.tolist(),
            occurrences.start.tolist(),
            occurrences.end.tolist(),
            occurrences.original.tolist(),
            strict=True,
        )
        for index, start, end, original in columns:
            row = part[index]
            for wish in wishes[some[index]]:
                at = start - wish.minutes * _MINUTE
                if low < at <= high and (not name or people.zones[wish.member_id] == name):
                    key = instance_key(row, original)
                    if wish.reminder is None or wish.reminder.occurrence in (None, key):
                        begins = local_start(row, start, place)
                        found[row.object_id].append(_due(row, wish, at, key, start, end, begins))
    return found


def _due(row: EventRow, wish: _Wish, at: int, key: str, start: int, end: int, begins: Any) -> Due:
    return Due(
        member_id=wish.member_id,
        event_id=row.object_id,
        key=f"reminder:{row.object_id}:{key}:{start}:{wish.minutes}",
        about=f"{row.object_id}:{key}:{start}",
        at=_moment(at),
        over=_moment(max(end, start)),
        urgent=row.priority == "critical",
        reminder=wish.reminder,
        data={"occurrence": key, "start": format_start(begins), "minutes": wish.minutes},
    )


def _of_occurrences(
    coming: Sequence[Due], rows: Sequence[EventRow], minutes: Sequence[int], since: datetime, now: datetime
) -> Ahead:
    """Say what is due of one event's occurrences, and when the next is, or may be."""
    due = [each for each in coming if since < each.at <= now]
    later = [each.at for each in coming if each.at > now]
    looked = _seconds(now + AHEAD)
    if not later and minutes and rows[0].until_utc - min(0, *minutes) * _MINUTE > looked:
        # Nothing comes before the first of it does.
        later = [_moment(max(looked, rows[0].since_utc - max(minutes) * _MINUTE))]
    return Ahead(due=due, again=min(later, default=None))


def _end(rows: Sequence[EventRow], reminder: Reminder) -> datetime | None:
    """Give when a pattern ends that is about an event: with the event's last occurrence."""
    return _moment(rows[0].until_utc) if reminder.kind is ReminderKind.CRON else None


def _concerns(tx: Unit, rows: Sequence[EventRow], reminder: Reminder) -> bool:
    """Say whether what a reminder is about is still to be."""
    master = next((row for row in rows if row.recurrence_key == MASTER), None)
    if reminder.occurrence in (None, MASTER):
        return any(is_on(row) for row in rows)
    override = next((row for row in rows if row.recurrence_key == reminder.occurrence), None)
    shown = override or master
    return shown is not None and is_on(shown) and has_occurrence(tx, rows, reminder.occurrence)


def has_occurrence(tx: Unit, rows: Sequence[EventRow], key: str) -> bool:
    """Say whether there is such an occurrence among an event's rows, by its recurrence key."""
    if any(row.recurrence_key == key for row in rows):
        return True
    try:
        original = parse_start(key, field="occurrence")
    except InvalidInput:
        return False
    day = _seconds(datetime(original.year, original.month, original.day, tzinfo=UTC))
    found = expand_rows(
        rows,
        day - 2 * 86_400,
        day + 3 * 86_400,
        floating=zone("UTC"),
        text_of=lambda id: tx.get(CalendarObject, id).text,
    )
    return any(
        instance_key(rows[index], each) == key
        for index, each in zip(found.row.tolist(), found.original.tolist(), strict=True)
    )


# Of themselves -------------------------------------------------------------------------------------------


def _of_itself(
    reminder: Reminder, zone_name: str, since: datetime, now: datetime, until: datetime | None = None
) -> Ahead:
    """Give what is due of a reminder with times of its own: of a pattern the last time that was missed."""
    at, again = _last(reminder, zone_name, since, now), _next(reminder, zone_name, now)
    due = Due(
        member_id=reminder.member_id,
        event_id=reminder.event_id,
        key=f"own:{reminder.id}:{_seconds(at or now)}",
        about=f"own:{reminder.id}",
        at=at or now,
        reminder=reminder,
        data={"occurrence": reminder.occurrence} if reminder.occurrence else {},
    )
    ended = until or datetime.max.replace(tzinfo=UTC)
    return Ahead(due=[due] if at and at < ended else [], again=again if again and again < ended else None)


def _last(reminder: Reminder, zone_name: str, since: datetime, now: datetime) -> datetime | None:
    """Give the last time of a reminder after `since` and up to now."""
    for back in (timedelta(hours=1), timedelta(days=1), timedelta(days=32), now - since):
        last, at = None, _next(reminder, zone_name, max(since, now - back))
        while at is not None and at <= now:
            last, at = at, _next(reminder, zone_name, at)
        if last is not None or now - back <= since:
            return last
    return None


def _next(reminder: Reminder, zone_name: str, after: datetime) -> datetime | None:
    if reminder.kind is ReminderKind.AT:
        return reminder.at if reminder.at is not None and reminder.at > after else None
    found = parse_cron(reminder.cron or "").after(after, zone_name)
    return found and found.astimezone(UTC)


def latest(due: Sequence[Due]) -> list[Due]:
    """Give of what was missed about one thing, for one member, the last."""
    kept = {(each.member_id, each.about): each for each in sorted(due, key=lambda each: each.at)}
    return list(kept.values())


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(int(np.clip(seconds, _FIRST, _LAST)), UTC)


_FIRST, _LAST = -62_135_596_800, 253_402_300_799  # of what a datetime can hold


def _has_zone(start: Start) -> TypeGuard[datetime]:
    return isinstance(start, datetime) and start.tzinfo is not None


def _midnight(start: Start) -> datetime:
    return start if isinstance(start, datetime) else datetime.combine(start, time())


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
