"""Event rows of whole objects, whoever may see them; those that were lately read from memory."""

from __future__ import annotations

from collections import defaultdict, namedtuple
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, String, and_, or_, select, type_coerce

from kalends.features.calendars.expansion import EventRow
from kalends.features.calendars.models import Category, Event, EventResource, Participant, Response, Status
from kalends.kit.recent import Recent
from kalends.storage import Unit

# Rows rather than mapped objects: a week of a large calendar is read several times faster.
_EVENT_COLUMNS = [attribute.class_attribute for attribute in Event.__mapper__.column_attrs]
_Row = cast(Any, namedtuple)("_Row", [column.key for column in _EVENT_COLUMNS])


@dataclass(frozen=True, slots=True, kw_only=True)
class Taker:
    """A member's part in an event."""

    member_id: UUID
    required: bool
    response: Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Event rows of whole objects with what hangs on them, whoever may see them."""

    events: Sequence[EventRow]
    takers: Mapping[tuple[UUID, str], Sequence[Taker]]  # by object id and recurrence key
    categories: Mapping[UUID, Category]
    resources: Mapping[tuple[UUID, str], Sequence[UUID]] = field(default_factory=dict)  # by the same

    def takers_of(self, row: EventRow) -> Sequence[Taker]:
        """Give the members who take part in a row's event, declined or not."""
        return self.takers.get((row.object_id, row.recurrence_key), ())

    def resources_of(self, row: EventRow) -> Sequence[UUID]:
        """Give what a row's event takes, where there is such a resource."""
        return self.resources.get((row.object_id, row.recurrence_key), ())


def load_rows(tx: Unit, which: ColumnElement[bool]) -> Rows:
    """Read the rows that match, in at most four queries."""
    events, takers, resources = _load(tx, which)
    return Rows(events=events, takers=takers, resources=resources, categories=categories_by_id(tx))


_Takers = Mapping[tuple[UUID, str], Sequence[Taker]]
_Resources = Mapping[tuple[UUID, str], Sequence[UUID]]
_Loaded = tuple[Sequence[EventRow], _Takers, _Resources]


def _load(tx: Unit, which: ColumnElement[bool]) -> _Loaded:
    found = tx.execute(select(*_EVENT_COLUMNS).where(which).order_by(Event.object_id, Event.recurrence_key))
    events = [_Row._make(row) for row in found]
    takers = _participants(tx, which) if any(row.has_participants for row in events) else {}
    resources = _event_resources(tx, which) if any(row.has_resources for row in events) else {}
    return events, takers, resources


def categories_by_id(tx: Unit) -> dict[UUID, Category]:
    """Give the workspace's categories."""
    return {category.id: category for category in tx.execute(select(Category)).scalars()}


@dataclass(frozen=True, slots=True)
class _Kept:
    """An object's rows at one version."""

    version: int
    events: Sequence[EventRow]
    takers: _Takers
    resources: _Resources


_recent: Recent[object, _Kept] = Recent(10_000)  # by object id as the database has it
_LONGEST_KEPT = 4_000  # characters of a description; longer ones would fill the memory
_MOST_BY_ID = 500


def recent_rows(tx: Unit, which: ColumnElement[bool], categories: Mapping[UUID, Category]) -> Rows:
    """Read the rows that match as `load_rows` does, but take from memory what is still at its version."""
    if tx.writing:  # what it sees may be rolled back, and its versions given to other content
        events, takers, resources = _load(tx, which)
        return Rows(events=events, takers=takers, resources=resources, categories=categories)
    # In no order: asked for one, SQLite would walk the primary key instead of the index of windows. And ids
    # as the database has them: to make hundreds of UUIDs takes longer than the query.
    found = tx.execute(select(type_coerce(Event.object_id, String), Event.version).where(which))
    versions: dict[object, int] = dict(found.all())
    objects = {
        id: kept
        for id, version in versions.items()
        if (kept := _recent.get(id)) is not None and kept.version == version
    }
    if missing := {_uuid(id): id for id in versions.keys() - objects.keys()}:
        by_id = Event.object_id.in_(missing)
        loaded = _keep(_load(tx, by_id if len(missing) <= _MOST_BY_ID else which), missing)
        objects.update(loaded)
    in_order = [objects[id] for id in versions]
    return Rows(
        events=[row for kept in in_order for row in kept.events],
        takers={key: takers for kept in in_order for key, takers in kept.takers.items()},
        resources={key: ids for kept in in_order for key, ids in kept.resources.items()},
        categories=categories,
    )


def _uuid(id: object) -> UUID:
    return id if isinstance(id, UUID) else UUID(str(id))


def _keep(loaded: _Loaded, wanted: Mapping[UUID, object]) -> Iterable[tuple[object, _Kept]]:
    events, takers, resources = loaded
    for id, group in groupby(events, attrgetter("object_id")):
        if id not in wanted:
            continue
        rows = tuple(group)
        keys = [(id, row.recurrence_key) for row in rows]
        kept = _Kept(
            rows[0].version,
            rows,
            {key: takers[key] for key in keys if key in takers},
            {key: resources[key] for key in keys if key in resources},
        )
        if all(len(row.description or "") <= _LONGEST_KEPT for row in rows):
            _recent.keep(wanted[id], kept)
        yield wanted[id], kept


def in_window(since: int, until: int) -> ColumnElement[bool]:
    """Match objects with anything in [since, until), in seconds since 1970."""
    return and_(Event.until_utc >= since, Event.since_utc < until)


def claims_time(row: EventRow, *, completed: bool = False) -> bool:
    """Say whether a row's event claims anything: no transparent or cancelled one does, and a `completed` one
    only if asked for, by whoever looks back."""
    open_still = completed or row.completed_at is None
    return open_still and not row.transparent and row.status is not Status.CANCELLED


def claims_any_of(members: Collection[UUID], own_calendars: Collection[UUID]) -> ColumnElement[bool]:
    """Match objects that claim one of the members, who own these calendars, in any of their rows."""
    # A list and no EXISTS: without statistics SQLite reads all that a member takes part in for each event.
    taking = select(Participant.object_id).where(Participant.member_id.in_(members))
    return or_(Event.object_id.in_(taking), Event.calendar_id.in_(own_calendars))


def takes_any_of(resources: Collection[UUID]) -> ColumnElement[bool]:
    """Match objects that take one of the resources in any of their rows."""
    taking = select(EventResource.object_id).where(EventResource.resource_id.in_(resources))
    return Event.object_id.in_(taking)


def _event_resources(tx: Unit, which: ColumnElement[bool]) -> _Resources:
    rows = tx.execute(
        select(EventResource.object_id, EventResource.recurrence_key, EventResource.resource_id)
        .join(
            Event,
            and_(
                Event.workspace_id == EventResource.workspace_id,
                Event.object_id == EventResource.object_id,
                Event.recurrence_key == EventResource.recurrence_key,
            ),
        )
        .where(which)
        .order_by(EventResource.resource_id)
    )
    found: dict[tuple[UUID, str], list[UUID]] = defaultdict(list)
    for object_id, key, resource_id in rows:
        found[object_id, key].append(resource_id)
    return found


def _participants(tx: Unit, which: ColumnElement[bool]) -> Mapping[tuple[UUID, str], list[Taker]]:
    rows = tx.execute(
        select(
            Participant.object_id,
            Participant.recurrence_key,
            Participant.member_id,
            Participant.required,
            Participant.response,
        )
        .join(
            Event,
            and_(
                Event.workspace_id == Participant.workspace_id,
                Event.object_id == Participant.object_id,
                Event.recurrence_key == Participant.recurrence_key,
            ),
        )
        .where(which)
        .order_by(Participant.member_id)
    )
    takers: dict[tuple[UUID, str], list[Taker]] = defaultdict(list)
    for object_id, key, member_id, required, response in rows:
        takers[object_id, key].append(Taker(member_id=member_id, required=required, response=response))
    return takers
