"""From event rows to the occurrences inside a window, as columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from kalends.engine.recurrence import CompiledSeries, compile_series, expand_many
from kalends.engine.series import Start
from kalends.engine.spans import EPOCH
from kalends.engine.zones import UnknownZone, Zone, zone
from kalends.features.calendars.models import MASTER
from kalends.features.calendars.projection import series_of_rows
from kalends.features.calendars.row_columns import EventRow, Ints
from kalends.ical import project, series
from kalends.kit.recent import Recent


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Expansion:
    """Occurrences as columns of one length, ordered by start."""

    row: Ints  # index into the rows given
    start: Ints  # seconds since 1970, UTC
    end: Ints
    original: NDArray[np.datetime64]  # original local starts, which name instances

    def only(self, kept: NDArray[np.bool_]) -> Expansion:
        """Give the occurrences that are marked."""
        return Expansion(
            row=self.row[kept], start=self.start[kept], end=self.end[kept], original=self.original[kept]
        )


_compiled: Recent[UUID, tuple[tuple[EventRow, ...], CompiledSeries]] = Recent(20_000)
"""Compiled series by object, each with the rows that it was made of. Not by version: one that a preview or
a transaction rolled back had is given anew to another content."""


def expand_rows(
    rows: Sequence[EventRow],
    since: int,
    until: int,
    *,
    floating: Zone,
    text_of: Callable[[UUID], str],
) -> Expansion:
    """Give every occurrence of the rows' events that intersects [since, until).

    All rows of an object must be there, one after another, its master first. Floating and all-day times are
    taken in the zone `floating`. `text_of` gives an object's text, read only for times in a zone that no
    IANA name describes.
    """
    singles: list[int] = []
    objects: list[_Object] = []
    last: UUID | None = None
    for index, row in enumerate(rows):
        if row.recurrence_key == MASTER:
            if row.repeats or not row.start.endswith("]"):
                objects.append((index, []))
                last = row.object_id
            else:
                singles.append(index)
        else:
            if row.object_id != last:  # it lacks its master
                objects.append((None, []))
                last = row.object_id
            objects[-1][1].append(index)
    columns = [_exact(rows, singles, since, until)]
    if objects:
        columns.append(_expanded(rows, objects, since, until, floating, text_of))
    row, start, end, original = (np.concatenate(parts) for parts in zip(*columns, strict=True))
    order = np.lexsort((row, end, start))
    return Expansion(row=row[order], start=start[order], end=end[order], original=original[order])


def local_start(row: EventRow, seconds: int, floating: Zone) -> Start:
    """Give an instant in the form of the row's own start: in its zone, floating, or as a date."""
    name = zone_name(row.start)
    if name is not None:
        return datetime.fromtimestamp(seconds, _tzinfo(name))
    local = datetime.fromtimestamp(floating.local(seconds), UTC).replace(tzinfo=None)
    return local if "T" in row.start else local.date()


def instance_key(row: EventRow, original: datetime | None) -> str:
    """Give the recurrence key of an occurrence from its original local start; MASTER where it has none."""
    if original is None:
        return MASTER
    return original.isoformat(timespec="seconds") if "T" in row.start else original.date().isoformat()


def zone_name(start: str) -> str | None:
    """Give the zone of a start as stored, None for floating and all-day."""
    return start[start.index("[") + 1 : -1] if start.endswith("]") else None


def _tzinfo(name: str) -> tzinfo:
    try:
        return zone(name).tzinfo
    except UnknownZone:  # a calendar's own zone: its times are right, and shown in UTC
        return UTC


def _exact(rows: Sequence[EventRow], singles: Sequence[int], since: int, until: int) -> tuple[Any, ...]:
    """Take events that happen once in a zone of their own: their bounds are their times."""
    index = np.array(singles, np.int64)
    start = np.array([rows[i].since_utc for i in singles], np.int64)
    end = np.array([rows[i].until_utc for i in singles], np.int64)
    inside = (start < until) & ((end > since) | ((start == end) & (start >= since)))
    nowhere = np.full(int(inside.sum()), np.datetime64("NaT", "s"))
    return index[inside], start[inside], end[inside], nowhere


_Object = tuple[int | None, list[int]]
"""One object's rows: the index of its master, where it has one, and those of its overrides."""


def _expanded(
    rows: Sequence[EventRow],
    objects: Sequence[_Object],
    since: int,
    until: int,
    floating: Zone,
    text_of: Callable[[UUID], str],
) -> tuple[Any, ...]:
    """Expand whole objects in one batch."""
    batch = [
        _compile(None if master is None else rows[master], [rows[index] for index in overrides], text_of)
        for master, overrides in objects
    ]
    window = EPOCH + timedelta(seconds=since), EPOCH + timedelta(seconds=until)
    found = expand_many(batch, *window, zone_for_floating=floating)
    # An occurrence shows the row of the override that shaped it, else the master's.
    width = 1 + max(len(overrides) for _, overrides in objects)
    table = np.array([(master or 0, *_padded(overrides, width - 1)) for master, overrides in objects])
    return table[found.series, found.override + 1], found.start, found.end, found.original


def _padded(indexes: list[int], width: int) -> list[int]:
    return indexes + [0] * (width - len(indexes))


def _compile(master: EventRow, changed: Sequence[EventRow], text_of: Callable[[UUID], str]) -> CompiledSeries:
    """Compile an object's series, or take it from memory while its rows are the same."""
    rows = (master, *changed)
    id = (master or changed[0]).object_id
    kept = _compiled.get(id)
    if kept is not None and kept[0] == rows:
        return kept[1]
    try:
        compiled = compile_series(series_of_rows(master, changed))
    except UnknownZone:
        compiled = compile_series(series(project(text_of(id))))
    return _compiled.keep(id, (rows, compiled))[1]
