"""Whole calendars in and out, as iCalendar files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any, Self
from uuid import UUID

from sqlalchemy import select

from kalends.engine.spans import Span
from kalends.features.calendars import objects
from kalends.features.calendars.access import Access, CalendarView, Sight, calendars_of, require
from kalends.features.calendars.models import Calendar, CalendarObject, Event
from kalends.features.calendars.objects import Image
from kalends.features.calendars.projection import must_be_sparse
from kalends.features.calendars.queries import EventFilter, event_views
from kalends.features.changes import Changes, ChangeSet, Operation, Source
from kalends.features.identity.actor import Actor
from kalends.features.scheduling.conflicts import ConflictView
from kalends.features.scheduling.merging import age, joined
from kalends.features.scheduling.service import Scheduling
from kalends.ical import (
    DEFAULT_LIMITS,
    CalendarHead,
    Limits,
    ObjectText,
    Problem,
    busy,
    compose,
    read,
)
from kalends.ical import CalendarObject as IcalObject
from kalends.kit.errors import InvalidInput, NotFound
from kalends.storage import Database, Unit

Progress = Callable[[int, int], None]
"""Is told how many of how many objects have been looked at."""

_STEP = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """A resource that an event did not get: so many would have had it at once at that time."""

    object_id: UUID
    uid: str
    resource_id: UUID
    resource: str  # its name
    span: Span
    capacity: int
    wanted: int

    @classmethod
    def of(cls, reason: Mapping[str, Any]) -> Self:
        """Read it from the reasons of the change set."""
        return cls(
            object_id=UUID(reason["object_id"]),
            uid=reason["uid"],
            resource_id=UUID(reason["resource_id"]),
            resource=reason["resource"],
            span=Span(datetime.fromisoformat(reason["start"]), datetime.fromisoformat(reason["end"])),
            capacity=reason["capacity"],
            wanted=reason["wanted"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did, or in a preview would do."""

    change_set_id: UUID | None  # None where nothing changed, and for a preview
    calendar_id: UUID
    added: int
    updated: int
    unchanged: int
    older: int  # in the file, than what is stored: left alone
    problems: Sequence[Problem]  # what the file holds that could not be taken
    declined: Sequence[Declined]  # what events asked for and did not get: they were stored without it
    conflicts: Sequence[ConflictView]  # of the events that came in: the first of them
    conflict_count: int  # and how many there are in all


class _Fate(Enum):
    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    OLDER = "older"


@dataclass(frozen=True, slots=True)
class _Entry:
    """A calendar object from a file."""

    uid: str
    component: str
    text: str


class Exchange:
    """Imports and exports."""

    def __init__(
        self,
        database: Database,
        changes: Changes,
        scheduling: Scheduling,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self._database = database
        self._changes = changes
        self._scheduling = scheduling
        self._limits = limits

    def import_file(
        self,
        actor: Actor,
        calendar_id: UUID,
        data: bytes,
        *,
        preview: bool = False,
        progress: Progress | None = None,
    ) -> ImportReport:
        """Take a file's objects into a calendar, in one change set.

        An object that is there already is replaced when the file's is newer: by SEQUENCE, and where that is
        equal by LAST-MODIFIED or else DTSTAMP. So the same file twice changes nothing. Occurrences that come
        without their master join a stored series. Raises `NotCalendar` and
        `TooLarge`; what is wrong with single objects is among the report's problems.
        """
        with self._database.read(actor.workspace_id) as tx:  # refuse before the work of reading
            require(calendars_of(tx, actor), calendar_id, Access.WRITE)
        document = read(data, limits=self._limits)
        tell = progress or (lambda done, total: None)
        entries, problems = [], list(document.problems)
        for number, found in enumerate(document.objects):
            problem = _problem(found)
            if problem is None:
                entries.append(_Entry(found.uid, found.component, found.text))
            else:
                problems.append(problem)
            if number % _STEP == 0:
                tell(number, len(document.objects))
        total = len(document.objects)
        del document
        fates: dict[_Fate, int] = {}

        def plan(tx: Unit) -> list[Operation]:
            fates.clear()
            fates.update(dict.fromkeys(_Fate, 0))
            stored = objects.find_uids(tx, calendar_id, [entry.uid for entry in entries])
            operations = []
            for entry in entries:
                fate, operation = _incoming(tx, actor, calendar_id, stored.get(entry.uid), entry)
                fates[fate] += 1
                if operation is not None:
                    operations.append(operation)
            return operations

        uids = [entry.uid for entry in entries]
        change_set_id: UUID | None = None
        declined: list[Declined] = []
        conflicts: list[ConflictView] = []
        count = 0

        def apply(tx: Unit) -> ChangeSet | None:
            return self._changes.apply(tx, actor, plan(tx), source=Source.IMPORT)

        def rehearse(tx: Unit) -> tuple[list[Declined], list[ConflictView], int]:
            applied = apply(tx)
            if applied is None:
                return [], [], 0
            return _declined(applied), *self._scheduling.foresee_import(tx, actor, uids)

        if preview:
            declined, conflicts, count = self._database.rehearse(actor.workspace_id, rehearse)
        elif applied := self._database.write(actor.workspace_id, apply):
            change_set_id, declined = applied.id, _declined(applied)
            conflicts, count = self._scheduling.note_import(actor, uids)
        tell(total, total)
        return ImportReport(
            change_set_id=change_set_id,
            calendar_id=calendar_id,
            added=fates[_Fate.ADDED],
            updated=fates[_Fate.UPDATED],
            unchanged=fates[_Fate.UNCHANGED],
            older=fates[_Fate.OLDER],
            problems=problems,
            declined=declined,
            conflicts=conflicts,
            conflict_count=count,
        )


def export_calendar(
    tx: Unit, actor: Actor, calendar_id: UUID, *, busy_only: bool = False, head: CalendarHead | None = None
) -> Iterator[bytes]:
    """Give a calendar as a file, piece by piece, as far as the actor may see it; the rest as busy time.

    Raises `NotFound` for a calendar that the actor may not know of.
    """
    view = require(calendars_of(tx, actor), calendar_id, Access.FREE_BUSY)
    rows = tx.execute(
        select(CalendarObject.id, CalendarObject.component, CalendarObject.text, CalendarObject.created_by)
        .where(CalendarObject.calendar_id == calendar_id)
        .order_by(CalendarObject.id)
    ).all()
    sights = _sights(tx, actor, calendar_id)
    texts = []
    for id, component, text, created_by in rows:
        if component == "VEVENT":
            full = view.access >= Access.READ and sights.get(id) is Sight.FULL and not busy_only
            texts.append(text if full else busy(text))
        elif view.access >= Access.READ and not busy_only:
            own = actor.member_id in (created_by, view.calendar.owner_member_id)
            if own or not _confidential(text):
                texts.append(text)
    return compose(texts, head or head_of(view))


def export_event(
    tx: Unit, actor: Actor, event_id: UUID, *, head: CalendarHead = CalendarHead()
) -> Iterator[bytes]:
    """Give one event as a file, as far as the actor may see it, or raise `NotFound`."""
    views = event_views(tx, actor, Event.object_id == event_id, EventFilter())
    if not views:
        raise NotFound(f"There is no event {event_id}.", kind="event", id=str(event_id))
    text = tx.get(CalendarObject, event_id).text
    return compose([text if all(view.full for view in views) else busy(text)], head)


def head_of(view: CalendarView) -> CalendarHead:
    """Say what a file tells of its calendar (RFC 7986)."""
    calendar: Calendar = view.calendar
    return CalendarHead(
        name=calendar.name,
        uid=str(calendar.id),
        color=calendar.color,
        last_modified=calendar.changed_at,
    )


def _sights(tx: Unit, actor: Actor, calendar_id: UUID) -> dict[UUID, Sight]:
    """Give the least that the actor sees of each event of a calendar, overrides included."""
    views = event_views(tx, actor, Event.calendar_id == calendar_id, EventFilter())
    least: dict[UUID, Sight] = {}
    for view in views:
        least[view.row.object_id] = min(view.sight, least.get(view.row.object_id, Sight.FULL))
    return least


def _confidential(text: str) -> bool:
    lines = (part.first("CLASS") for part in ObjectText.parse(text).parts)
    return any(line is not None and line.value.strip().upper() != "PUBLIC" for line in lines)


def _declined(applied: ChangeSet) -> list[Declined]:
    return [Declined.of(reason) for reason in applied.reasons]


def _problem(found: IcalObject) -> Problem | None:
    """Say why an object that can be read cannot be kept all the same."""
    first = found.blocks[0]
    try:
        if any("\nRRULE" in block.text for block in found.blocks):
            must_be_sparse(found.series)
    except InvalidInput as error:
        return Problem(line=first.line, uid=found.uid, code=error.code, message=error.message)
    return None


def _incoming(
    tx: Unit, actor: Actor, calendar_id: UUID, stored: CalendarObject | None, entry: _Entry
) -> tuple[_Fate, Operation | None]:
    """Decide what becomes of one object of a file."""
    if stored is None:
        object_id = tx.new_id()
        image = Image(
            object_id=object_id,
            calendar_id=calendar_id,
            uid=entry.uid,
            href=f"{object_id}.ics",
            component=entry.component,
            text=entry.text,
            created_at=tx.now,
            created_by=actor.member_id,
        )
        return _Fate.ADDED, Operation(before=None, after=image)
    if stored.text == entry.text:
        return _Fate.UNCHANGED, None
    ours, theirs = ObjectText.parse(stored.text), ObjectText.parse(entry.text)
    if ours.has(None) and not theirs.has(None):
        theirs = joined(ours, theirs)
        if theirs is ours:
            return _Fate.UNCHANGED, None
        text = theirs.render()
    elif age(theirs) <= age(ours):
        return (_Fate.OLDER if age(theirs) < age(ours) else _Fate.UNCHANGED), None
    else:
        text = entry.text
    before = Image.of(stored)
    after = replace(before, component=entry.component, text=text)
    return _Fate.UPDATED, Operation(before=before, after=after, expected_version=stored.version)
