"""What is to come of the reminders that members made: what each is about, and when it is told next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from kalends.engine.wording import Speech
from kalends.engine.zones import zone
from kalends.features.calendars.event_rows import Rows, load_rows
from kalends.features.calendars.expansion import expand_rows, instance_key
from kalends.features.calendars.models import MASTER, CalendarObject, Event, Response
from kalends.features.calendars.queries import EventFilter, event_views
from kalends.features.identity.actor import Actor
from kalends.features.identity.models import Member
from kalends.features.reminders.cron import parse_cron
from kalends.features.reminders.due import is_on
from kalends.features.reminders.models import Reminder, ReminderKind
from kalends.storage import Unit

AHEAD = timedelta(days=366)
"""How far ahead an event's next occurrence is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderView:
    """A reminder, what its event is called, and when it is told next."""

    reminder: Reminder
    title: str | None  # None: it stands alone, or its event may no longer be seen
    next_at: datetime | None  # UTC; None: never again, or not within `AHEAD`


def view_reminders(tx: Unit, actor: Actor, reminders: Sequence[Reminder]) -> list[ReminderView]:
    """Give reminders as the actor sees them, in as many queries for many as for one."""
    ids = {each.event_id for each in reminders if each.event_id is not None}
    members = {each.member_id for each in reminders}
    zones = dict(tx.execute(select(Member.id, Member.zone).where(Member.id.in_(members))).all())
    rows, titles = load_rows(tx, Event.object_id.in_(ids)), _titles(tx, actor, ids)
    most = max((each.minutes or 0 for each in reminders), default=0)
    starts = {name: _starts(tx, rows, name, most) for name in {*zones.values()} if ids}
    return [
        ReminderView(
            reminder=each,
            title=titles.get(each.event_id) if each.event_id else None,
            next_at=_next(tx, each, rows, starts.get(zones[each.member_id], {}), zones[each.member_id]),
        )
        for each in reminders
    ]


def next_times(cron: str, zone_name: str, after: datetime, count: int) -> list[datetime]:
    """Give when a pattern comes next on the clock of a zone. Raises `InvalidInput` for what is no pattern."""
    pattern = parse_cron(cron)
    found: list[datetime] = []
    at = pattern.after(after, zone_name)
    while at is not None and len(found) < count:
        found.append(at)
        at = pattern.after(at, zone_name)
    return found


def _titles(tx: Unit, actor: Actor, ids: Collection[UUID]) -> Mapping[UUID, str]:
    if not ids:
        return {}
    speech = Speech(zone=zone(actor.zone).tzinfo, language=actor.language)
    views = event_views(tx, actor, Event.object_id.in_(ids), EventFilter())
    titles: dict[UUID, str] = {}
    for view in sorted(views, key=lambda each: each.row.recurrence_key != MASTER):
        named = view.title if view.full and view.row.title else speech.say(view.title)
        titles.setdefault(view.row.object_id, named)
    return titles


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    at: datetime  # UTC
    key: str
    declined: frozenset[UUID]  # who does not come


def _starts(tx: Unit, rows: Rows, zone_name: str, most: int) -> Mapping[UUID, Sequence[_Start]]:
    """Give when the occurrences of events begin that are still to be, on the clock of a zone."""
    now = int(tx.now.timestamp())
    found = expand_rows(
        rows.events,
        now,
        now + int(AHEAD.total_seconds()) + most * 60,
        floating=zone(zone_name),
        text_of=lambda id: tx.get(CalendarObject, id).text,
    )
    starts: dict[UUID, list[_Start]] = defaultdict(list)
    for index, start, original in zip(
        found.row.tolist(), found.start.tolist(), found.original.tolist(), strict=True
    ):
        row = rows.events[index]
        if start >= now and is_on(row):
            declined = {each.member_id for each in rows.takers_of(row) if each.response is Response.DECLINED}
            at, key = datetime.fromtimestamp(start, UTC), instance_key(row, original)
            starts[row.object_id].append(_Start(at=at, key=key, declined=frozenset(declined)))
    return starts


def _next(
    tx: Unit,
    reminder: Reminder,
    rows: Rows,
    starts: Mapping[UUID, Sequence[_Start]],
    zone_name: str,
) -> datetime | None:
    if not reminder.active:
        return None
    if reminder.event_id is None:
        return _of_itself(tx, reminder, zone_name)
    about = [
        each for each in starts.get(reminder.event_id, ()) if reminder.occurrence in (None, MASTER, each.key)
    ]
    if reminder.kind is ReminderKind.BEFORE:
        lead = timedelta(minutes=reminder.minutes or 0)
        times = (each.at - lead for each in about if reminder.member_id not in each.declined)
        return min((at for at in times if at > tx.now), default=None)
    on = [row for row in rows.events if row.object_id == reminder.event_id and is_on(row)]
    at = _of_itself(tx, reminder, zone_name)
    if at is None or not on:
        return None
    over = reminder.kind is ReminderKind.CRON and at.timestamp() >= on[0].until_utc
    return None if over else at


def _of_itself(tx: Unit, reminder: Reminder, zone_name: str) -> datetime | None:
    if reminder.kind is ReminderKind.AT:
        return reminder.at if reminder.at is not None and reminder.at > tx.now else None
    found = parse_cron(reminder.cron or "").after(tx.now, zone_name)
    return found and found.astimezone(UTC)
