"""Plans: what an edit asks for, as operations on the calendar objects that are stored right now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from sqlalchemy import select

from kalends.engine.recurrence.instances import occurrences
from kalends.engine.series import Length, Start
from kalends.engine.starts import parse_start
from kalends.engine.zones import zone
from kalends.features.calendars.access import Access, CalendarView, Sight, calendars_of, require
from kalends.features.calendars.models import CalendarObject, Category, Response, Status
from kalends.features.calendars.objects import Division, Image
from kalends.features.calendars.projection import recurrence_key
from kalends.features.calendars.queries import get_event
from kalends.features.changes import Operation
from kalends.features.identity.actor import Actor
from kalends.features.identity.actor import Scope as KeyScope
from kalends.features.identity.models import Member
from kalends.features.identity.preferences import Preferences
from kalends.features.resources.models import Resource
from kalends.features.scheduling.editing import EventChanges, Scope, Scribe
from kalends.ical import ObjectText
from kalends.kit.errors import Forbidden, InvalidInput, NotFound, Stale
from kalends.storage import Unit

MAX_TOGETHER = 1000
"""How many events are created in one command at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDraft:
    """An event to be created."""

    changes: EventChanges  # with a title and a start
    calendar_id: UUID | None = None  # None: the actor's default calendar
    uid: str | None = None  # None: a fresh one
    holder: str | None = None  # the booking, call or session that owns it


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The event that an edit is about."""

    event_id: UUID
    scope: Scope = Scope.ALL
    occurrence: str | None = None  # the original start of the occurrence; needed unless the scope is all
    expected_version: int | None = None

    @classmethod
    def single(cls, event_id: UUID, key: str | None, version: int) -> Self:
        """Name one occurrence by its key; where it has none, the event happens once."""
        scope = Scope.SINGLE if key else Scope.ALL
        return cls(event_id=event_id, scope=scope, occurrence=key or None, expected_version=version)


def scribe(tx: Unit) -> Scribe:
    """Give a scribe who knows the workspace's members, categories and resources."""
    members = tx.execute(select(Member.id, Member.name)).all()
    categories = tx.execute(select(Category.id, Category.name)).all()
    things = {thing.id: thing for thing in tx.execute(select(Resource)).scalars()}
    return Scribe(now=tx.now, names=dict(members), categories=dict(categories), resources=things)


def create(tx: Unit, actor: Actor, drafts: Sequence[EventDraft]) -> list[Operation]:
    """Plan new events, 1 to `MAX_TOGETHER`, all or none.

    What a draft leaves out is filled in: the default calendar, the length that the actor prefers, the status.
    Raises `Forbidden` without write access to the calendar, `InvalidInput` and `InvalidRule` by field.
    """
    actor.must_write()
    if not 1 <= len(drafts) <= MAX_TOGETHER:
        raise InvalidInput(f"Create 1 to {MAX_TOGETHER} events at once.", field="events", limit=MAX_TOGETHER)
    calendars, writer, me = calendars_of(tx, actor), scribe(tx), tx.get(Member, actor.member_id)
    operations = []
    for draft in drafts:
        calendar = require(calendars, draft.calendar_id or _default(me), Access.WRITE)
        changes = _completed(tx, actor, me, calendar, draft.changes)
        object_id = tx.new_id()
        uid = draft.uid or f"{object_id}@kalends"
        text = writer.write_new(uid, changes).render()
        image = Image(
            object_id=object_id,
            calendar_id=calendar.id,
            uid=uid,
            href=f"{object_id}.ics",
            component="VEVENT",
            text=text,
            created_at=tx.now,
            created_by=actor.member_id,
            holder=draft.holder,
        )
        operations.append(Operation(before=None, after=image))
    return operations


def update(
    tx: Unit,
    actor: Actor,
    target: Target,
    changes: EventChanges,
    *,
    calendar_id: UUID | None = None,
    onto: Image | None = None,
) -> list[Operation]:
    """Plan a change of an event: of one occurrence, of it and all that follow, or of all.

    `calendar_id` moves the whole event to another calendar; `onto` is what an earlier part of the same plan
    makes of it. Raises `NotFound` for an event or occurrence that
    is none or may not be known, `Forbidden`, `Stale`, and `InvalidInput` by field.
    """
    row, text = _editable(tx, actor, target)
    if onto is not None:
        text = ObjectText.parse(onto.text)
    writer, before = scribe(tx), Image.of(row)
    occurrence = _occurrence(text, target)
    if calendar_id is not None and calendar_id != row.calendar_id:
        if target.scope is not Scope.ALL:
            raise InvalidInput("Only a whole series moves to another calendar.", field="scope")
        require(calendars_of(tx, actor), calendar_id, Access.WRITE)
    added: list[Operation] = []
    if occurrence is not None and (target.scope is Scope.SINGLE or not text.has(None)):
        edited = writer.edit_single(text, occurrence, changes)
    elif occurrence is None or target.scope is Scope.ALL:
        edited = writer.edit_all(text, changes, relative_to=occurrence)
    else:
        new_id = tx.new_id()
        edited, rest = writer.edit_future(text, occurrence, changes, f"{new_id}@kalends")
        following = replace(
            before,
            object_id=new_id,
            uid=rest.uid,
            href=f"{new_id}.ics",
            text=rest.render(),
            created_at=tx.now,
            created_by=actor.member_id,
            divided=Division(object_id=row.id, occurrence=recurrence_key(occurrence, text.event().start)),
        )
        added.append(Operation(before=None, after=following))
    after = replace(before, calendar_id=calendar_id or row.calendar_id)
    if onto is not None or edited != text:
        after = replace(after, text=edited.render())
    return [Operation(before=before, after=after, expected_version=row.version), *added]


def remove(tx: Unit, actor: Actor, target: Target) -> list[Operation]:
    """Plan the deletion of an event: of one occurrence, of it and all that follow, or of all.

    Raises `NotFound`, `Forbidden` and `Stale` as `update` does.
    """
    row, text = _editable(tx, actor, target)
    before, after = Image.of(row), None
    occurrence = _occurrence(text, target)
    last = not text.has(None) and len(text.events()) == 1
    if occurrence is not None and target.scope is not Scope.ALL and not last:
        writer = scribe(tx)
        cut = writer.end_before if target.scope is Scope.FUTURE and text.has(None) else writer.exclude
        after = replace(before, text=cut(text, occurrence).render())
    return [Operation(before=before, after=after, expected_version=row.version)]


def respond(tx: Unit, actor: Actor, target: Target, response: Response) -> list[Operation]:
    """Plan a participant's own answer, for one occurrence or all; it needs no access to the calendar.

    To be carried out with `own_part_only`. Raises `Forbidden` for who takes no part.
    """
    actor.must_have(KeyScope.WRITE)
    get_event(tx, actor, target.event_id)  # refuses what they may not know of
    row = tx.get(CalendarObject, target.event_id)
    _must_be_version(row, target)
    if target.scope is Scope.FUTURE:
        raise InvalidInput("Answer for one occurrence, or for all.", field="scope")
    text, before = ObjectText.parse(row.text), Image.of(row)
    occurrence = _occurrence(text, target) if target.scope is Scope.SINGLE else None
    answered = scribe(tx).answer(text, actor.member_id, response, occurrence)
    if answered is None:
        raise Forbidden("Only a participant answers for themselves.", event_id=str(target.event_id))
    after = before if answered == text else replace(before, text=answered.render())
    return [Operation(before=before, after=after, expected_version=row.version)]


def call_off(tx: Unit, event_id: UUID) -> list[Operation]:
    """Plan that an event does not take place, as what holds it decides: nobody's access to it is asked for.

    To be carried out with `own_part_only`, for who may end what holds it.
    """
    row = tx.get(CalendarObject, event_id)
    before = Image.of(row)
    text = scribe(tx).edit_all(ObjectText.parse(row.text), {"status": Status.CANCELLED}, relative_to=None)
    return [Operation(before=before, after=replace(before, text=text.render()), expected_version=row.version)]


def _editable(tx: Unit, actor: Actor, target: Target) -> tuple[CalendarObject, ObjectText]:
    """Give a stored object that the actor may change; what they may not know of is not found."""
    actor.must_write()
    detail = get_event(tx, actor, target.event_id)
    if detail.first.sight is not Sight.FULL:
        raise Forbidden("The event shows you no more than busy time.", event_id=str(target.event_id))
    require(calendars_of(tx, actor), detail.first.calendar.id, Access.WRITE)
    row = tx.get(CalendarObject, target.event_id)
    _must_be_version(row, target)
    return row, ObjectText.parse(row.text)


def _must_be_version(row: CalendarObject, target: Target) -> None:
    if target.expected_version not in (None, row.version):
        raise Stale(
            f"The event is at version {row.version}, not {target.expected_version}: read it again.",
            object_id=str(row.id),
            version=row.version,
        )


def _occurrence(text: ObjectText, target: Target) -> Start | None:
    """Give the original start of the occurrence an edit names; None for one that is about all there is."""
    if not text.has(None):
        first = text.events()[0].recurrence_id
        if target.occurrence is None and (target.scope is Scope.ALL or len(text.events()) == 1):
            return first if len(text.events()) == 1 else None
        occurrence = _named(first, target)
        if not text.has(occurrence):
            raise _no_occurrence(target)
        return occurrence
    master = text.event()
    repeats = bool(master.rules or master.additions or len(text.events()) > 1)
    if target.occurrence is None:
        if target.scope is not Scope.ALL and repeats:
            raise InvalidInput("Say which occurrence, by its original start.", field="occurrence")
        return None
    occurrence = _named(master.start, target)
    if not repeats and occurrence == master.start:
        return None
    step = timedelta(seconds=1) if isinstance(occurrence, datetime) else timedelta(days=1)
    series = replace(text.series(), overrides=())
    if not text.has(occurrence) and not any(
        found.recurrence_id == occurrence
        for found in occurrences(series, occurrence, occurrence + step, floating_zone=zone("UTC"))
    ):
        raise _no_occurrence(target)
    if target.scope is Scope.FUTURE and occurrence == master.start:
        return None
    return occurrence


def _named(like: Start | None, target: Target) -> Start:
    """Read the occurrence's key in the form and zone of the series."""
    assert like is not None, "an object without a master has overrides"
    if target.occurrence is None:
        raise InvalidInput("Say which occurrence, by its original start.", field="occurrence")
    given = parse_start(target.occurrence, field="occurrence")
    if isinstance(given, datetime) != isinstance(like, datetime):
        raise NotFound(
            f"There is no occurrence {target.occurrence}.", kind="occurrence", id=target.occurrence
        )
    if isinstance(given, datetime) and isinstance(like, datetime) and like.tzinfo is not None:
        if given.tzinfo is not None:
            return given.astimezone(like.tzinfo)
        return given.replace(tzinfo=like.tzinfo)
    return given


def _no_occurrence(target: Target) -> NotFound:
    return NotFound(
        f"The event has no occurrence that starts at {target.occurrence}.",
        kind="occurrence",
        id=target.occurrence,
    )


def _completed(
    tx: Unit, actor: Actor, me: Member, calendar: CalendarView, given: EventChanges
) -> EventChanges:
    """Fill in what a person who creates an event need not say."""
    changes: EventChanges = {**given}
    if "start" not in changes:
        raise InvalidInput("An event needs a start.", field="start")
    if "end" not in changes and "length" not in changes:
        minutes = Preferences.stored(me.preferences).default_event_duration_minutes
        timed = isinstance(changes["start"], datetime)
        changes["length"] = Length(seconds=minutes * 60) if timed else Length(days=1)
    if "status" not in changes:
        changes["status"] = _standing(tx, actor, calendar)
    if "transparent" not in changes:
        # Said in so many words, since readers differ in what they take an all-day event for. One that
        # takes a resource is meant to keep it.
        changes["transparent"] = not (isinstance(changes["start"], datetime) or changes.get("resources"))
    return changes


def _standing(tx: Unit, actor: Actor, calendar: CalendarView) -> Status:
    """Confirm a person's own entry; propose what is made for someone who can answer for themselves."""
    owner = calendar.calendar.owner_member_id
    if owner is None or owner == actor.member_id or tx.get(Member, owner).account_id is None:
        return Status.CONFIRMED
    return Status.PROPOSED


def _default(me: Member) -> UUID:
    if me.default_calendar_id is None:
        raise InvalidInput("You have no default calendar: say which calendar.", field="calendar_id")
    return me.default_calendar_id
