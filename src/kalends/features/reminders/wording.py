"""Notifications in words, for whom they are: with the titles that they may see, in their language."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kalends.engine.series import Start
from kalends.engine.starts import parse_start
from kalends.engine.wording import Speech
from kalends.engine.zones import zone
from kalends.features.calendars.models import MASTER, Event
from kalends.features.calendars.objects import Image
from kalends.features.calendars.queries import EventFilter, EventView, event_views
from kalends.features.changes.models import ChangeOperation
from kalends.features.identity.actor import Actor
from kalends.features.identity.models import Member
from kalends.features.reminders.models import Notification, Reminder
from kalends.ical import project
from kalends.kit.errors import KalendsError
from kalends.storage import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A notification as one member reads it."""

    title: str  # one line
    lines: Sequence[str]  # what else there is to say
    event_id: UUID | None  # of the one event that it is about, where there is such

    @property
    def text(self) -> str:
        """Give what else there is to say."""
        return "\n".join(self.lines)


def put_in_words(tx: Unit, actor: Actor, notifications: Sequence[Notification]) -> list[Told]:
    """Say notifications to whom they are for, in at most five queries."""
    ids = {UUID(text) for each in notifications for text in _event_ids(each)}
    reminder_ids = {UUID(each.data["reminder_id"]) for each in notifications if "reminder_id" in each.data}
    reminders = tx.execute(select(Reminder).where(Reminder.id.in_(reminder_ids))).scalars()
    teller = _Words(
        speech=Speech(zone=zone(actor.zone).tzinfo, language=actor.language),
        views=_views(tx, actor, ids),
        gone=_titles_before(tx, notifications),
        messages={each.id: each.message for each in reminders},
        names=dict(tx.execute(select(Member.id, Member.name)).all()),
    )
    return [teller.told(each) for each in notifications]


def _event_ids(notification: Notification) -> list[str]:
    named = [each["event_id"] for each in notification.data.get("events", ())]
    one = notification.data.get("event_id")
    about = [str(notification.subject)] if notification.name == "reminder" and notification.subject else []
    return [*named, *([one] if one else []), *about]


def _views(tx: Unit, actor: Actor, ids: Collection[UUID]) -> Mapping[UUID, Mapping[str, EventView]]:
    found: dict[UUID, dict[str, EventView]] = {}
    if ids:
        for view in event_views(tx, actor, Event.object_id.in_(ids), EventFilter()):
            found.setdefault(view.row.object_id, {})[view.row.recurrence_key] = view
    return found


def _titles_before(tx: Unit, notifications: Sequence[Notification]) -> Mapping[tuple[UUID, UUID], str]:
    """Give what changed events were called, by change set and event: those told of it were part of them."""
    sets = {each.subject for each in notifications if "events" in each.data and each.subject}
    if not sets:
        return {}
    rows = tx.execute(
        select(
            ChangeOperation.change_set_id,
            ChangeOperation.object_id,
            ChangeOperation.before,
            ChangeOperation.after,
        ).where(ChangeOperation.change_set_id.in_(sets))
    )
    return {(set_id, id): title for set_id, id, *images in rows if (title := _title(*images))}


def _title(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> str | None:
    image = after or before
    if image is None:
        return None
    try:
        return next((each.summary for each in project(Image.from_json(image).text)), None)
    except KalendsError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    speech: Speech
    views: Mapping[UUID, Mapping[str, EventView]]
    gone: Mapping[tuple[UUID, UUID], str]
    messages: Mapping[UUID, str | None]
    names: Mapping[UUID, str]

    def told(self, notification: Notification) -> Told:
        match notification.name:
            case "reminder":
                return self._reminder(notification)
            case "call.failed" | "call.completed":
                return self._call(notification)
            case _:
                return self._change(notification)

    def _reminder(self, notification: Notification) -> Told:
        data, event_id = notification.data, notification.subject
        own = data.get("reminder_id")
        message = self.messages.get(UUID(own)) if own else None
        if event_id is None:
            return Told(title=message or self.speech.say("Reminder"), lines=(), event_id=None)
        title = self._named(event_id, data.get("occurrence", MASTER))
        if "start" in data:
            title = self.speech.say("{title}: {when}", title=title, when=self._when(data["start"]))
        view = self._view(event_id, data.get("occurrence", MASTER))
        place = view.row.location if view is not None and view.full else None
        return Told(title=title, lines=[line for line in (message, place) if line], event_id=event_id)

    def _change(self, notification: Notification) -> Told:
        data = notification.data
        actor = data.get("actor")
        name = self.names.get(UUID(actor), self.speech.say("somebody who is gone")) if actor else (
            self.speech.say("the server")
        )  # fmt: skip
        events = data["events"]
        if data["count"] == 1:
            (event,) = events
            words = {"name": name, "title": self._called(notification, event), "when": self._of(event)}
            match notification.name:
                case "event.added":
                    title = self.speech.say("{name} added {title} ({when})", **words)
                case "event.moved":
                    title = self.speech.say("{name} moved {title} to {when}", **words)
                case _:
                    title = self.speech.say("{name} cancelled {title} ({when})", **words)
            return Told(title=title, lines=(), event_id=UUID(event["event_id"]))
        words = {"name": name, "count": data["count"]}
        match notification.name:
            case "event.added":
                title = self.speech.say("{name} added {count} events", **words)
            case "event.moved":
                title = self.speech.say("{name} moved {count} events", **words)
            case _:
                title = self.speech.say("{name} cancelled {count} events", **words)
        lines = [
            self.speech.say("{title}: {when}", title=self._called(notification, event), when=self._of(event))
            for event in events
        ]
        return Told(title=title, lines=lines, event_id=None)

    def _call(self, notification: Notification) -> Told:
        event_id = notification.data.get("event_id")
        id = UUID(event_id) if event_id else None
        title = self._named(id, MASTER) if id else self.speech.say("something else")
        if notification.name == "call.failed":
            return Told(title=self.speech.say("The call failed: {title}", title=title), lines=(), event_id=id)
        return Told(title=self.speech.say("The call was made: {title}", title=title), lines=(), event_id=id)

    def _view(self, event_id: UUID, key: str) -> EventView | None:
        rows = self.views.get(event_id, {})
        return rows.get(key) or rows.get(MASTER) or next(iter(rows.values()), None)

    def _named(self, event_id: UUID, key: str) -> str:
        view = self._view(event_id, key)
        if view is None:
            return self.speech.say("something else")
        return view.title if view.full and view.row.title else self.speech.say(view.title)

    def _called(self, notification: Notification, event: Mapping[str, Any]) -> str:
        id = UUID(event["event_id"])
        before = self.gone.get((notification.subject, id)) if notification.subject else None
        known = self._view(id, MASTER) is not None and notification.name != "event.cancelled"
        return self._named(id, MASTER) if known or before is None else before

    def _of(self, event: Mapping[str, Any]) -> str:
        return self._when(event["start"]) if event.get("start") else ""

    def _when(self, text: str) -> str:
        start: Start = parse_start(text)
        if isinstance(start, datetime) and start.tzinfo is not None:
            start = start.astimezone(self.speech.zone)
        return self.speech.dated_moment(start)
