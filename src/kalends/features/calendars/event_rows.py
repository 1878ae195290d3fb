"""Event rows of whole objects with what hangs on them, whoever may see them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import ColumnElement, and_, or_, select

from kalends.features.calendars.models import Category, Event, EventResource, Participant, Response, Status
from kalends.features.calendars.row_columns import (
    Bools,
    EventRow,
    Ints,
    Known,
    RowColumns,
    as_stored,
    as_uuid,
)
from kalends.storage import Unit

_Key = tuple[UUID, str]
"""Object id and recurrence key: what names a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taker:
    """A member's part in an event."""

    member_id: UUID
    required: bool
    response: Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Event rows of whole objects with what hangs on them, whoever may see them."""

    events: RowColumns
    takers: Mapping[_Key, Sequence[Taker]]
    categories: Mapping[UUID, Category]
    resources: Mapping[_Key, Sequence[UUID]] = field(default_factory=dict)

    def takers_of(self, row: EventRow) -> Sequence[Taker]:
        """Give the members who take part in a row's event, declined or not."""
        return self.takers.get((row.object_id, row.recurrence_key), ())

    def resources_of(self, row: EventRow) -> Sequence[UUID]:
        """Give what a row's event takes, where there is such a resource."""
        return self.resources.get((row.object_id, row.recurrence_key), ())

    def of_uids(self, uids: Collection[str]) -> Rows:
        """Give the rows of some events, in whichever calendars they stand."""
        return self.only(np.isin(self.events.uid, [self.events.numbers.uids.get(uid, -1) for uid in uids]))

    def only(self, which: Bools | Ints) -> Rows:
        """Give the rows that are marked, or at some places in ascending order, with all that hangs on any."""
        return replace(self, events=self.events.only(which))


def load_rows(tx: Unit, which: ColumnElement[bool]) -> Rows:
    """Read the rows that match, in at most four queries."""
    return rows_with(tx, RowColumns.of(tx, which), which, categories_by_id(tx))


def rows_with(
    tx: Unit, events: RowColumns, which: ColumnElement[bool], categories: Mapping[UUID, Category]
) -> Rows:
    """Read what hangs on rows that matched."""
    return Rows(
        events=events,
        takers=_participants(tx, which) if events.participants.any() else {},
        resources=_event_resources(tx, which) if events.resources.any() else {},
        categories=categories,
    )


def categories_by_id(tx: Unit) -> dict[UUID, Category]:
    """Give the workspace's categories."""
    return {category.id: category for category in tx.execute(select(Category)).scalars()}


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


def _event_resources(tx: Unit, which: ColumnElement[bool]) -> Mapping[_Key, Sequence[UUID]]:
    rows = tx.execute(
        select(
            as_stored(EventResource.object_id),
            EventResource.recurrence_key,
            as_stored(EventResource.resource_id),
        )
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
    found: dict[_Key, list[UUID]] = defaultdict(list)
    id = Known(as_uuid)
    for object_id, key, resource_id in rows:
        found[id[object_id], key].append(id[resource_id])
    return found


def _participants(tx: Unit, which: ColumnElement[bool]) -> Mapping[_Key, Sequence[Taker]]:
    rows = tx.execute(
        select(
            as_stored(Participant.object_id),
            Participant.recurrence_key,
            as_stored(Participant.member_id),
            as_stored(Participant.required),
            as_stored(Participant.response),
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
    takers: dict[_Key, list[Taker]] = defaultdict(list)
    id, taker = Known(as_uuid), Known(_taker)
    for object_id, key, *part in rows:
        takers[id[object_id], key].append(taker[tuple(part)])
    return takers


def _taker(stored: tuple[Any, ...]) -> Taker:
    member_id, required, response = stored
    return Taker(member_id=as_uuid(member_id), required=bool(required), response=Response(response))
