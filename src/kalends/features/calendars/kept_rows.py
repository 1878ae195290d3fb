"""All event rows of a workspace, kept in memory and kept current by the calendars' change numbers.

Whatever changes an event raises its calendar's change number in the same transaction. So a reading unit
compares the numbers, reads what changed since, and has what its snapshot holds, whichever process wrote it.
A writing unit gets nothing from here and leaves nothing: what it sees may be rolled back.
"""

from __future__ import annotations

import gc
from collections import OrderedDict, defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock
from typing import Any, TypeVar
from uuid import UUID

import numpy as np
from sqlalchemy import ColumnElement, and_, func, or_, select, true

from kalends.features.calendars.event_rows import Rows, categories_by_id, rows_with
from kalends.features.calendars.models import Calendar, CalendarObject, Event, Tombstone
from kalends.features.calendars.row_columns import RowColumns, as_stored, as_uuid
from kalends.storage import Unit

K = TypeVar("K")
V = TypeVar("V")

_MOST_KEPT = 250_000_000  # bytes, about
_BYTES_OF_A_ROW = 1_200  # besides its description
_MANY = 10_000  # rows that the garbage collector would take long to walk
_MOST_APART = 500  # objects that are read by their ids; more are read with their calendars

_Marks = Mapping[UUID, tuple[int, datetime]]
"""By calendar: its change number, and when it came to be. The time tells apart what a restored database
numbers alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """A workspace's rows at some change numbers; never changed, so that threads may share them."""

    marks: _Marks
    rows: Rows
    serial: int  # of the row that is read next
    size: int  # bytes, about


class _Workspaces:
    """What is kept of one database, up to `_MOST_KEPT`: those that were used last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[UUID, _Kept] = OrderedDict()
        self._reading: defaultdict[UUID, Lock] = defaultdict(Lock)
        self._lock = Lock()

    def reading(self, workspace_id: UUID) -> Lock:
        """Let one thread at a time bring a workspace up to date; the others would read the same."""
        with self._lock:
            return self._reading[workspace_id]

    def get(self, workspace_id: UUID) -> _Kept | None:
        return self._kept.get(workspace_id)

    def drop(self, workspace_id: UUID) -> None:
        with self._lock:
            self._kept.pop(workspace_id, None)

    def keep(self, workspace_id: UUID, kept: _Kept) -> None:
        with self._lock:
            self._kept[workspace_id] = kept
            self._kept.move_to_end(workspace_id)
            while sum(each.size for each in self._kept.values()) > _MOST_KEPT:
                self._kept.popitem(last=False)


def all_rows(tx: Unit) -> Rows | None:
    """Give all rows of the workspace; None where the unit writes, or they are too many to be kept."""
    if tx.writing:
        return None
    workspaces, marks = tx.memory.of(_Workspaces), _marks(tx)
    with workspaces.reading(tx.workspace_id):
        kept = workspaces.get(tx.workspace_id)
        if kept is None or _outgrown(kept):
            kept = _read(tx, marks)
        elif kept.marks != marks:
            kept = _followed(tx, kept, marks)
        if kept is None or kept.size > _MOST_KEPT:
            workspaces.drop(tx.workspace_id)
            return None
        workspaces.keep(tx.workspace_id, kept)
    return replace(kept.rows, categories=categories_by_id(tx))


def _marks(tx: Unit) -> _Marks:
    columns = Calendar.id, Calendar.change_number, Calendar.changed_at
    return {id: (number, at) for id, number, at in tx.execute(select(*columns))}


def _outgrown(kept: _Kept) -> bool:
    """Say whether most of what is numbered is gone."""
    events = kept.rows.events
    return len(events.numbers.objects) > 2 * len(events) + _MOST_APART


def _read(tx: Unit, marks: _Marks) -> _Kept | None:
    described = func.coalesce(func.sum(func.length(Event.description)), 0)
    count, characters = tx.execute(select(func.count(), described).select_from(Event)).one()
    size = int(count) * _BYTES_OF_A_ROW + int(characters)
    if size > _MOST_KEPT:
        return None
    with _no_collections():
        events = RowColumns.of(tx, true())
        rows = rows_with(tx, events, true(), {})
    if len(events) > _MANY:
        gc.freeze()  # they stay for long: no need for the collector to walk them after every few edits
    return _Kept(marks=marks, rows=rows, serial=len(events), size=size)


def _followed(tx: Unit, kept: _Kept, marks: _Marks) -> _Kept:
    """Read what changed since, and let go what went."""
    ahead = {id for id in kept.marks.keys() & marks.keys() if kept.marks[id][0] < marks[id][0]}
    # Those that came, went, or were taken back to an earlier state.
    whole = {id for id in kept.marks.keys() | marks.keys() if kept.marks.get(id) != marks.get(id)} - ahead
    touched = _touched(tx, {id: kept.marks[id][0] for id in ahead})
    if len(touched) > _MOST_APART:
        whole, ahead, touched = whole | ahead, set(), set()
    kept = replace(_exchanged(tx, kept, whole, touched), marks=marks)
    # A tombstone goes when its place is filled again, and with it the word that something else was there.
    lost = {id for id, count in _counts(tx, ahead).items() if count != _counted(kept, id)}
    return _exchanged(tx, kept, lost, set()) if lost else kept


def _touched(tx: Unit, since: Mapping[UUID, int]) -> set[Any]:
    """Give the objects, by their ids as stored, that came, changed or went after those change numbers."""
    found: set[Any] = set()
    for calendar_id, number in since.items():
        for table, id in ((CalendarObject, CalendarObject.id), (Tombstone, Tombstone.object_id)):
            later = and_(table.calendar_id == calendar_id, table.change_number > number)
            found.update(tx.execute(select(as_stored(id)).where(later)).scalars())
    return found


def _exchanged(tx: Unit, kept: _Kept, calendars: set[UUID], objects: set[Any]) -> _Kept:
    """Let go the rows of some calendars and objects, and read them anew."""
    events, numbers = kept.rows.events, kept.rows.events.numbers
    # Asked for in one breath with no calendars at all, SQLite would read every row to find some objects.
    which: ColumnElement[bool] = Event.object_id.in_(map(as_uuid, objects))
    if calendars:
        which = or_(Event.calendar_id.in_(calendars), which)
    fresh = rows_with(tx, RowColumns.of(tx, which, numbers, kept.serial), which, {})
    gone = np.isin(events.calendar, numbers.calendars.of(calendars))
    gone |= np.isin(events.object, numbers.objects.of(objects))
    keys = {(row.object_id, row.recurrence_key) for row in events.only(gone)}
    for serial in events.serial[gone].tolist():
        numbers.touched.pop(serial, None)
    rows = Rows(
        events=(events.only(~gone) if gone.any() else events).joined(fresh.events),
        takers={**_without(kept.rows.takers, keys), **fresh.takers},
        resources={**_without(kept.rows.resources, keys), **fresh.resources},
        categories={},
    )
    grown = len(rows.events) - len(events)
    return replace(
        kept, rows=rows, serial=kept.serial + len(fresh.events), size=kept.size + grown * _BYTES_OF_A_ROW
    )


def _without(values: Mapping[K, V], keys: Collection[K]) -> dict[K, V]:
    left = dict(values)
    for key in keys:
        left.pop(key, None)
    return left


def _counts(tx: Unit, calendars: set[UUID]) -> dict[UUID, int]:
    found = tx.execute(
        select(Event.calendar_id, func.count())
        .where(Event.calendar_id.in_(calendars))
        .group_by(Event.calendar_id)
    )
    return dict.fromkeys(calendars, 0) | dict(found.all())


def _counted(kept: _Kept, calendar_id: UUID) -> int:
    events = kept.rows.events
    return int((events.calendar == events.numbers.calendars.get(calendar_id, -1)).sum())


@contextmanager
def _no_collections() -> Iterator[None]:
    """Keep the garbage collector from walking, again and again, the rows that are just being read."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
