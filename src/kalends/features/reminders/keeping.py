"""Reminders that members make for themselves, beside what events and preferences say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, or_, select

from kalends.features.calendars.event_rows import load_rows
from kalends.features.calendars.models import CalendarObject, Event
from kalends.features.calendars.queries import get_event
from kalends.features.changes.models import ChangeOperation
from kalends.features.identity import audit
from kalends.features.identity.actor import Actor, Scope
from kalends.features.identity.models import Member
from kalends.features.reminders.cron import parse_cron
from kalends.features.reminders.due import has_occurrence
from kalends.features.reminders.models import Reminder, ReminderKind
from kalends.features.reminders.planning import Planning
from kalends.features.reminders.settings import Settings
from kalends.kit.errors import InvalidInput, NotFound, must_be_version
from kalends.kit.pagination import DEFAULT_LIMIT, Page, checked_limit, decode_id, page
from kalends.kit.text import checked_text
from kalends.storage import Unit

MOST_MESSAGE = 1000
MOST_MINUTES = 40_320  # four weeks
MOST_CHANNELS = 20
_MOST_OF_ONE = 1000  # reminders of one member
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)  # beyond it some clocks on earth have no name for a time
_TIMES = ("minutes", "at", "cron")
_CHANGEABLE = frozenset({*_TIMES, "message", "channels", "active"})


class Reminders:
    """The members' own reminders. Each sees and changes theirs; owners those of members without an account,
    whom they act for."""

    def __init__(self, planning: Planning, settings: Settings) -> None:
        self._planning, self._settings = planning, settings

    def list(
        self,
        tx: Unit,
        actor: Actor,
        *,
        member_id: UUID | None = None,
        event_id: UUID | None = None,
        cursor: str | None = None,
        limit: int = DEFAULT_LIMIT,
    ) -> Page[Reminder]:
        """Give a member's reminders, the actor's by default, in the order in which they were made."""
        actor.must_have(Scope.READ)
        whose = member_id or actor.member_id
        _must_act_for(tx, actor, whose)
        query = select(Reminder).where(Reminder.member_id == whose, is_here()).order_by(Reminder.id)
        if event_id is not None:
            query = query.where(Reminder.event_id == event_id)
        if cursor is not None:
            query = query.where(Reminder.id > decode_id(cursor))
        found = tx.execute(query.limit(checked_limit(limit) + 1)).scalars().all()
        return page(found, limit, lambda each: (str(each.id),))

    def get(self, tx: Unit, actor: Actor, reminder_id: UUID) -> Reminder:
        """Give a reminder, or raise `NotFound`."""
        actor.must_have(Scope.READ)
        query = select(Reminder).where(Reminder.id == reminder_id, is_here())
        reminder = tx.execute(query).scalar_one_or_none()
        if reminder is None or not _acts_for(tx, actor, reminder.member_id):
            raise NotFound(f"There is no reminder {reminder_id}.", kind="reminder", id=str(reminder_id))
        return reminder

    def add(
        self,
        tx: Unit,
        actor: Actor,
        *,
        member_id: UUID | None = None,
        event_id: UUID | None = None,
        occurrence: str | None = None,
        minutes: int | None = None,
        at: datetime | None = None,
        cron: str | None = None,
        message: str | None = None,
        channels: Sequence[str] | None = None,
    ) -> Reminder:
        """Make a reminder: `minutes` before its event, `at` an instant, or again and again by `cron`.

        `occurrence` is the recurrence key of the one occurrence that it is about. One without an event needs
        a message. Raises `InvalidInput`, `NotFound` for an event that the actor may not know of, `Forbidden`.
        """
        actor.must_have(Scope.WRITE)
        whose = member_id or actor.member_id
        tx.get(Member, whose)
        _must_act_for(tx, actor, whose)
        if occurrence is not None and event_id is None:
            raise InvalidInput("An occurrence is one of an event: say of which.", field="occurrence")
        if event_id is not None:
            get_event(tx, actor, event_id)
            rows = load_rows(tx, Event.object_id == event_id).events
            if occurrence is not None and not has_occurrence(tx, rows, occurrence):
                raise InvalidInput(f"The event has no occurrence {occurrence}.", field="occurrence")
        mine = select(Reminder.id).where(Reminder.member_id == whose, is_here())
        if len(tx.execute(mine.limit(_MOST_OF_ONE)).all()) == _MOST_OF_ONE:
            raise InvalidInput(f"A member keeps at most {_MOST_OF_ONE} reminders.", field="reminders")
        reminder = Reminder(
            id=tx.new_id(),
            member_id=whose,
            event_id=event_id,
            occurrence=occurrence,
            message=_message(message),
            channels=_channels(self._settings, channels),
            active=True,
            version=1,
            created_at=tx.now,
            **_times(tx, {"minutes": minutes, "at": at, "cron": cron}),
        )
        _must_make_sense(reminder)
        tx.add(reminder)
        self._noted(tx, actor, reminder, "reminder.added")
        return reminder

    def change(
        self,
        tx: Unit,
        actor: Actor,
        reminder_id: UUID,
        changes: Mapping[str, Any],
        *,
        expected_version: int | None = None,
    ) -> Reminder:
        """Change when it comes, what it says and by which channels, or switch it off. Raises as `add` does,
        and `Stale`."""
        actor.must_have(Scope.WRITE)
        tx.lock(Reminder, [reminder_id])
        reminder = self.get(tx, actor, reminder_id)
        must_be_version("reminder", reminder.version, expected_version)
        given = {name: value for name, value in changes.items() if name in _CHANGEABLE}
        if set(_TIMES) & given.keys():
            for name, value in _times(tx, {name: given.get(name) for name in _TIMES}).items():
                setattr(reminder, name, value)
        if "message" in given:
            reminder.message = _message(given["message"])
        if "channels" in given:
            reminder.channels = _channels(self._settings, given["channels"])
        reminder.active = given.get("active", reminder.active)
        _must_make_sense(reminder)
        reminder.version += 1
        tx.session.flush()
        self._noted(tx, actor, reminder, "reminder.changed", fields=sorted(given))
        return reminder

    def remove(
        self, tx: Unit, actor: Actor, reminder_id: UUID, *, expected_version: int | None = None
    ) -> None:
        """Forget a reminder. Raises `NotFound`, `Stale`."""
        actor.must_have(Scope.WRITE)
        tx.lock(Reminder, [reminder_id])
        reminder = self.get(tx, actor, reminder_id)
        must_be_version("reminder", reminder.version, expected_version)
        tx.session.delete(reminder)
        tx.session.flush()
        self._noted(tx, actor, reminder, "reminder.removed")

    def _noted(self, tx: Unit, actor: Actor, reminder: Reminder, action: str, **detail: Any) -> None:
        audit.record(tx, actor, action, kind="reminder", subject=reminder.id, **detail)
        if reminder.event_id is not None:
            self._planning.note_event(tx, reminder.event_id)
        elif action != "reminder.removed":
            self._planning.note_alone(tx, reminder.id)


def is_here() -> ColumnElement[bool]:
    """Give the condition that a reminder stands alone, or that its event is there."""
    there = select(CalendarObject.id).where(
        CalendarObject.workspace_id == Reminder.workspace_id, CalendarObject.id == Reminder.event_id
    )
    return or_(Reminder.event_id.is_(None), there.exists())


def purge(tx: Unit) -> int:
    """Forget reminders of events that are gone and that no change set can bring back; gives how many."""
    undoable = select(ChangeOperation.object_id).where(
        ChangeOperation.workspace_id == Reminder.workspace_id, ChangeOperation.object_id == Reminder.event_id
    )
    return tx.changed(delete(Reminder).where(~is_here(), ~undoable.exists()))


def _acts_for(tx: Unit, actor: Actor, member_id: UUID) -> bool:
    if member_id == actor.member_id:
        return True
    member = tx.find(Member, member_id)
    return member is not None and member.account_id is None and actor.owns_workspace


def _must_act_for(tx: Unit, actor: Actor, member_id: UUID) -> None:
    if not _acts_for(tx, actor, member_id):
        tx.get(Member, member_id)
        actor.must_own_workspace()
        raise InvalidInput("Members who sign in keep their reminders themselves.", field="member_id")


def _times(tx: Unit, given: Mapping[str, Any]) -> dict[str, Any]:
    """Give when a reminder comes, of which one of the three ways must be given."""
    said = [name for name in _TIMES if given[name] is not None]
    if len(said) != 1:
        raise InvalidInput("Give one of minutes, at and cron.", field=said[-1] if said else "minutes")
    minutes, at, cron = (given[name] for name in _TIMES)
    if cron is not None:
        parse_cron(cron)
        kind = ReminderKind.CRON
    elif at is not None:
        if at <= tx.now:
            raise InvalidInput(f"{at.isoformat()} has passed.", field="at")
        if at >= _NEVER:
            raise InvalidInput(f"{at.isoformat()} is too far away.", field="at")
        kind = ReminderKind.AT
    else:
        if not 0 <= minutes <= MOST_MINUTES:
            raise InvalidInput(f"Minutes before are 0 to {MOST_MINUTES}, not {minutes}.", field="minutes")
        kind = ReminderKind.BEFORE
    return {"kind": kind, "minutes": minutes, "at": at, "cron": cron}


def _must_make_sense(reminder: Reminder) -> None:
    if reminder.event_id is None:
        if reminder.kind is ReminderKind.BEFORE:
            raise InvalidInput("Minutes before what? Say of which event.", field="event_id")
        if not reminder.message:
            raise InvalidInput("A reminder without an event needs a message.", field="message")


def _message(message: str | None) -> str | None:
    return checked_text(message, field="message", limit=MOST_MESSAGE).strip() or None if message else None


def _channels(settings: Settings, channels: Sequence[str] | None) -> list[str] | None:
    if channels is None:
        return None
    if len(channels) > MOST_CHANNELS or len(set(channels)) < len(channels):
        raise InvalidInput("Give each channel once.", field="channels")
    settings.must_be_channels(channels, "channels")
    return list(channels)
