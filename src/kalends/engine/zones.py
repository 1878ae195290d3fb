"""Time zones over whole arrays: the one place where local time becomes an instant.

The policy (RFC 5545 3.3.5): a local time that a zone skips counts with the offset before the gap; one
that it repeats counts as its first pass, unless the caller asks for the second (`fold` 1, PEP 495).
Zones come from the pinned `tzdata` package alone, so that every machine agrees on them. Times are seconds
since 1970-01-01 on the zone's own wall clock ("local") or in UTC, as int64 or datetime64[s], from year 1
to 9999.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from kalends.engine.tzfile import Transition, ZoneTable, read_tzif
from kalends.kit.errors import InvalidInput

__all__ = [
    "UTC_ZONE",
    "CustomTimeZone",
    "Transition",
    "UnknownZone",
    "Zone",
    "custom_zone",
    "zone",
    "zone_of",
]

_EPOCH_DAY = 719_163  # the ordinal of 1970-01-01
_CYCLE = 146_097 * 86_400  # the Gregorian calendar repeats, weekdays included, after 400 years

Seconds = NDArray[np.int64]
Times = TypeVar("Times", NDArray[np.int64], NDArray[np.datetime64])


class UnknownZone(InvalidInput):
    """No such time zone in the pinned tzdata."""

    code = "unknown_zone"


def wall_seconds(moment: datetime) -> int:
    """Give the reading of the wall clock, in seconds since 1970-01-01, whatever the zone."""
    day = moment.toordinal() - _EPOCH_DAY
    return day * 86_400 + moment.hour * 3600 + moment.minute * 60 + moment.second


class Changes:
    """The same numbers twice: a list answers for one time, an array for many."""

    __slots__ = ("array", "listed")

    def __init__(self, listed: list[int]) -> None:
        self.listed = listed
        self.array = np.array(listed, np.int64)


class Zone:
    """A time zone as arrays: where its offset changes, and to what."""

    __slots__ = ("_changes", "_cycled_from", "_first_pass", "_offsets", "_second_pass", "name", "tzinfo")

    def __init__(self, name: str, tz: tzinfo, table: ZoneTable) -> None:
        self.name = name
        self.tzinfo = tz
        changes = [change.at for change in table.transitions]
        offsets = [table.initial, *(change.offset for change in table.transitions)]
        steps = list(zip(changes, offsets, offsets[1:], strict=False))
        # A skipped time keeps the offset before the gap and a repeated one that of its first pass: the wall
        # clock takes up the new offset at the later of its two readings of the change.
        self._first_pass = Changes([at + max(before, after) for at, before, after in steps])
        self._second_pass = Changes([at + min(before, after) for at, before, after in steps])
        self._changes, self._offsets = Changes(changes), Changes(offsets)
        # Times from here on are looked up a whole number of cycles earlier, still under the closing rule.
        self._cycled_from = changes[-1] - 366 * 86_400 if table.endless else None

    def __repr__(self) -> str:
        return f"Zone({self.name!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return zone_of, (self.tzinfo,)

    @property
    def fixed(self) -> bool:
        """Say whether the offset never changes."""
        return not self._changes.listed

    def to_utc(self, local: Times, *, fold: int = 0, ascending: bool = False) -> Times:
        """Turn wall-clock times into instants. `ascending` promises that they are sorted, and is faster."""
        seconds = local.view(np.int64)
        found = self._lookup(self._second_pass if fold else self._first_pass, seconds, ascending)
        return (seconds - found).view(local.dtype)

    def to_local(self, utc: Times, *, ascending: bool = False) -> Times:
        """Turn instants into wall-clock times. `ascending` promises that they are sorted, and is faster."""
        seconds = utc.view(np.int64)
        return (seconds + self._lookup(self._changes, seconds, ascending)).view(utc.dtype)

    def instant(self, local: int, *, fold: int = 0) -> int:
        """Turn one wall-clock time into UTC seconds."""
        return local - self._offset(self._second_pass if fold else self._first_pass, local)

    def local(self, utc: int) -> int:
        """Turn one instant into wall-clock seconds."""
        return utc + self._offset(self._changes, utc)

    def changes_before(self, local: int, *, fold: int = 0) -> int:
        """Give how many changes of offset the wall clock has taken up, far-off repetitions aside."""
        return bisect_right((self._second_pass if fold else self._first_pass).listed, local)

    def _offset(self, changes: Changes, seconds: int) -> int:
        if self._cycled_from is not None and seconds >= self._cycled_from:
            seconds -= ((seconds - self._cycled_from) // _CYCLE + 1) * _CYCLE
        return self._offsets.listed[bisect_right(changes.listed, seconds)]

    def _lookup(self, changes: Changes, seconds: Seconds, ascending: bool) -> Seconds:
        """Give the offset in force at each time; one for all of them where that is enough."""
        offsets = self._offsets.array
        if not changes.listed or not len(seconds):
            return offsets[:1]
        low, high = (seconds[0], seconds[-1]) if ascending else (seconds.min(), seconds.max())
        if self._cycled_from is not None and high >= self._cycled_from:
            beyond = np.maximum((seconds - self._cycled_from) // _CYCLE + 1, 0)
            seconds, ascending = seconds - beyond * _CYCLE, False
            low, high = seconds.min(), seconds.max()
        first, last = bisect_right(changes.listed, low), bisect_right(changes.listed, high)
        if first == last:
            return offsets[first : first + 1]
        if ascending:
            found, begin = np.empty(len(seconds), np.int64), 0
            for place, cut in enumerate(seconds.searchsorted(changes.array[first:last]).tolist(), first):
                found[begin:cut] = self._offsets.listed[place]
                begin = cut
            found[begin:] = self._offsets.listed[last]
            return found
        if last - first > 4:
            return offsets.take(first + np.searchsorted(changes.array[first:last], seconds, side="right"))
        # The windows people look at hold few changes: comparing beats a binary search for each time.
        passed = np.full(len(seconds), first, np.intp)
        for change in changes.listed[first:last]:
            passed += seconds >= change
        return offsets.take(passed)


class _PinnedZoneInfo(ZoneInfo):
    """A ZoneInfo of the pinned tzdata; unlike others that are read from a file, it can be pickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _pinned, (self.key,)


def _pinned(name: str) -> tzinfo:
    return zone(name).tzinfo


@cache
def zone_names() -> frozenset[str]:
    """Give every IANA name, links included, that the pinned tzdata knows."""
    return frozenset(files("tzdata").joinpath("zones").read_text("ascii").split())


@cache
def _known_zone(name: str) -> Zone:
    data = files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()
    return Zone(name, _PinnedZoneInfo.from_file(BytesIO(data), key=name), read_tzif(data))


def zone(name: str) -> Zone:
    """Give the zone with this exact IANA name. Raises UnknownZone for any other text."""
    if name not in zone_names():
        raise UnknownZone(
            f"There is no time zone {name[:80]!r}; use an IANA name such as Europe/Paris.",
            field="zone",
            zone=name[:80],
        )
    return _known_zone(name)


UTC_ZONE = Zone("UTC", UTC, ZoneTable(0, (), endless=False))


class CustomTimeZone(tzinfo):
    """A tzinfo made from listed transitions: it honours `fold` as ZoneInfo does, and can be pickled."""

    def __init__(self, key: str, table: ZoneTable) -> None:
        self.key = key
        self.zone = Zone(key, self, table)
        self._table = table

    def __reduce__(self) -> tuple[Any, ...]:
        return CustomTimeZone, (self.key, self._table)

    def __repr__(self) -> str:
        return f"CustomTimeZone({self.key!r})"

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        if moment is None:
            return None
        local = wall_seconds(moment)
        return timedelta(seconds=local - self.zone.instant(local, fold=moment.fold))

    def dst(self, moment: datetime | None) -> None:
        return None

    def tzname(self, moment: datetime | None) -> str:
        if moment is None:
            return self.key
        passed = self.zone.changes_before(wall_seconds(moment), fold=moment.fold)
        return (self._table.transitions[passed - 1].abbreviation if passed else "") or self.key

    def fromutc(self, moment: datetime) -> datetime:
        utc = wall_seconds(moment)
        local = self.zone.local(utc)
        fold = int(self.zone.instant(local) != utc)
        return (moment + timedelta(seconds=local - utc)).replace(fold=fold)


def custom_zone(name: str, transitions: Iterable[Transition], *, initial: int = 0) -> Zone:
    """Make a zone that no IANA name describes, from a calendar's own VTIMEZONE.

    `initial` is the offset, in seconds east of UTC, before the first transition; the last one holds for ever.
    The zone's `tzinfo` is a CustomTimeZone.
    """
    ordered = tuple(sorted(Transition(*change) for change in transitions))
    return CustomTimeZone(name, ZoneTable(initial, ordered, endless=False)).zone


@lru_cache(maxsize=256)
def _fixed_zone(tz: timezone) -> Zone:
    offset = tz.utcoffset(None)
    return Zone(str(tz), tz, ZoneTable(round(offset.total_seconds()), (), endless=False))


def zone_of(tz: tzinfo) -> Zone:
    """Give the zone that a datetime's tzinfo stands for: a ZoneInfo with its IANA key, a CustomTimeZone or a
    `datetime.timezone`. Raises UnknownZone for others: what they do in other years cannot be known.
    """
    if tz is UTC:
        return UTC_ZONE
    if isinstance(tz, ZoneInfo) and tz.key is not None:
        return zone(tz.key)
    if isinstance(tz, CustomTimeZone):
        return tz.zone
    if isinstance(tz, timezone):
        return _fixed_zone(tz)
    raise UnknownZone(
        f"Times must carry a ZoneInfo with an IANA name, not {tz!r}.", field="zone", zone=repr(tz)[:80]
    )


def instant(moment: datetime) -> int:
    """Give the UTC seconds of an aware datetime."""
    if moment.tzinfo is None:
        raise InvalidInput(f"{moment} has no zone, so it is no instant.", field="time")
    return zone_of(moment.tzinfo).instant(wall_seconds(moment), fold=moment.fold)
