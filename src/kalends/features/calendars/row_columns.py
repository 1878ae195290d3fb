"""Event rows as columns: numbers say which of thousands are wanted, the rest is read when it is touched."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, Self, cast, overload
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Dialect, select, type_coerce
from sqlalchemy.types import NullType

from kalends.features.calendars.models import MASTER, Event, Status
from kalends.storage import Memory, Unit

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
EventRow = Any
"""A row of the `event` table, as mapped object or as query result: read by attribute."""


def as_stored(column: Any) -> ColumnElement[Any]:
    """Ask for values as the driver gives them: to make ids and times of all takes longer than the query."""
    return type_coerce(column, NullType())


_COLUMNS = [each.class_attribute for each in Event.__mapper__.column_attrs if each.key != "workspace_id"]
_NAMES = [column.key for column in _COLUMNS]
_Row = cast(Any, namedtuple)("_Row", _NAMES)
_AS_STORED = [as_stored(column) for column in _COLUMNS]
_REMEMBERED = 4_096  # values of a column
_ORDER = Event.object_id, Event.recurrence_key


class Numbering(dict[Hashable, int]):
    """Numbers for names, given in order of their first mention and never twice."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[Any] = []

    def __missing__(self, name: Hashable) -> int:
        self.names.append(name)
        self[name] = len(self.names) - 1
        return self[name]

    def of(self, names: Iterable[Hashable]) -> Ints:
        """Number names, known or new."""
        return np.array(list(map(self.__getitem__, names)), np.int64)


class Numbers:
    """What the columns of ids number; columns that are joined share it, and name their rows apart."""

    def __init__(self) -> None:
        self.touched: dict[int, EventRow] = {}  # rows, by their serials
        self.derived = Memory()  # what others have made of the rows, for as long as these are kept
        self.objects = Numbering()  # ids as the driver gives them
        self.uids = Numbering()
        self.calendars = Numbering()  # UUIDs


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RowColumns(Sequence[EventRow]):
    """Rows of whole objects, an object's one after another and its master first; columns of one length."""

    numbers: Numbers
    dialect: Dialect
    stored: NDArray[np.object_]  # tuples, as the driver gave them
    serial: Ints  # names a row as it was read: ascending, and given to no other
    object: Ints  # index into `numbers`, like the next two
    uid: Ints
    calendar: Ints
    since: Ints  # seconds since 1970 around all that is in the object
    until: Ints
    exact: Bools  # it happens once, from `since` to `until`
    floating: Bools  # it follows the clock of whoever looks
    claiming: Bools  # neither transparent nor cancelled
    completed: Bools
    proposed: Bools
    participants: Bools  # it has any
    resources: Bools  # it takes any

    @classmethod
    def of(
        cls, tx: Unit, which: ColumnElement[bool], numbers: Numbers | None = None, serial: int = 0
    ) -> Self:
        """Read the rows that match, which must be of whole objects; `serial` names the first of them."""
        numbers = numbers or Numbers()
        found = tx.execute(select(*_AS_STORED).where(which).order_by(*_ORDER))
        stored = [tuple(row) for row in found.all()]
        columns = zip(*stored, strict=True) if stored else [()] * len(_NAMES)
        column = dict(zip(_NAMES, columns, strict=True))
        repeats = _bools(column["repeats"])
        masters = _bools(key == MASTER for key in column["recurrence_key"])
        floating = ~_bools(start.endswith("]") for start in column["start"])
        gone = _bools(column["transparent"]) | _bools(each == Status.CANCELLED for each in column["status"])
        return cls(
            numbers=numbers,
            dialect=tx.session.get_bind().dialect,
            stored=np.fromiter(stored, object, len(stored)),
            serial=np.arange(serial, serial + len(stored)),
            object=numbers.objects.of(column["object_id"]),
            uid=numbers.uids.of(column["uid"]),
            calendar=numbers.calendars.of(map(Known(as_uuid), column["calendar_id"])),
            since=np.array(column["since_utc"], np.int64),
            until=np.array(column["until_utc"], np.int64),
            exact=masters & ~repeats & ~floating,
            floating=floating,
            claiming=~gone,
            completed=_bools(each is not None for each in column["completed_at"]),
            proposed=_bools(each == Status.PROPOSED for each in column["status"]),
            participants=_bools(column["has_participants"]),
            resources=_bools(column["has_resources"]),
        )

    def __len__(self) -> int:
        return len(self.stored)

    @overload
    def __getitem__(self, index: int) -> EventRow: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[EventRow]: ...

    def __getitem__(self, index: int | slice) -> EventRow:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        serial, touched = int(self.serial[index]), self.numbers.touched
        row = touched.get(serial)
        if row is None:
            row = touched[serial] = _Row._make(
                value if read is None else read(value)
                for read, value in zip(_readers(self.dialect), self.stored[index], strict=True)
            )
        return row

    def only(self, which: Bools | Ints) -> Self:
        """Give the rows that are marked, or at some places in ascending order."""
        columns = {name: getattr(self, name)[which] for name in _ARRAYS}
        return type(self)(numbers=self.numbers, dialect=self.dialect, **columns)

    def joined(self, more: RowColumns) -> Self:
        """Add rows behind, of other objects and with later serials, that were read with the same numbers."""
        columns = {name: np.append(getattr(self, name), getattr(more, name)) for name in _ARRAYS}
        return type(self)(numbers=self.numbers, dialect=self.dialect, **columns)

    def of_uid(self, uid: str) -> list[EventRow]:
        """Give the rows of an event, in whichever calendars it stands."""
        number = self.numbers.uids.get(uid, -1)
        return [self[index] for index in np.flatnonzero(self.uid == number).tolist()]


_ARRAYS = [each.name for each in fields(RowColumns)][2:]


def as_uuid(id: object) -> UUID:
    """Make a UUID of an id as the driver gives it."""
    return id if isinstance(id, UUID) else UUID(str(id))


class Known(dict[Any, Any]):
    """A function that is asked the same things again and again."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, value: Any) -> Any:
        self[value] = made = self._make(value)
        return made

    def __call__(self, value: Any) -> Any:
        return self[value]


def _bools(values: Iterable[Any]) -> Bools:
    return np.array(list(values), bool)


@lru_cache
def _readers(dialect: Dialect) -> list[Callable[[Any], Any] | None]:
    """Give for each column what makes its value of the driver's, None where they are the same.

    Most values are those of many rows, which then share them.
    """
    makers = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in _COLUMNS]
    return [make and lru_cache(_REMEMBERED)(make) for make in makers]
