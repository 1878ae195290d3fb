"""Times as clients write them, and as answers show them.

A time is a date (all day), a local time, or a time with an offset; `zone` beside it names the clock that an
event lives by. Without one, a local time is on the actor's own clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from kalends.engine.series import Length, Start
from kalends.engine.spans import Span
from kalends.engine.starts import parse_start
from kalends.engine.zones import UnknownZone, zone
from kalends.ical import Rejected
from kalends.ical.values import FIRST_YEAR, LAST_YEAR, read_duration
from kalends.kit.errors import InvalidInput

LONGEST = timedelta(days=3660)
"""How long one occurrence lasts at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeReader:
    """Reads the times of one event."""

    own: str  # the actor's zone
    zone: str | None = None  # the zone that was asked for
    stored: Start | None = None  # the start as it is; an event keeps its zone unless asked to change it
    floating: bool = False  # a local time is the same wall time wherever the viewer is

    def read(self, text: str, *, field: str) -> Start:
        """Give the time that `text` says. Raises `InvalidInput`."""
        given = parse_start(text, field=field)
        if not FIRST_YEAR <= given.year <= LAST_YEAR:
            raise InvalidInput(f"{text!r} is outside of the years {FIRST_YEAR} to {LAST_YEAR}.", field=field)
        if not isinstance(given, datetime):
            return given
        named = text.endswith("]")
        if self.floating:
            if given.tzinfo is not None:
                raise InvalidInput("A floating time has no offset and no zone.", field=field)
            return given
        if given.tzinfo is None:
            given = given.replace(tzinfo=_tz(self.zone or self.own, "zone" if self.zone else field))
        elif named and self.zone is None:
            return given
        return given.astimezone(self._clock(field))

    def rezoned(self, stored: Start) -> Start:
        """Give a stored start on the clock that was asked for, at the same wall time."""
        if not isinstance(stored, datetime):
            raise InvalidInput("An all-day event has no zone.", field="zone")
        if self.floating:
            return stored.replace(tzinfo=None)
        return stored.replace(tzinfo=_tz(self.zone or self.own, "zone"))

    def _clock(self, field: str) -> tzinfo:
        """Give the clock that the event lives by."""
        if self.zone is None and isinstance(self.stored, datetime) and self.stored.tzinfo is not None:
            return self.stored.tzinfo
        return _tz(self.zone or self.own, "zone" if self.zone else field)


def read_window(start: str, end: str, own: str) -> Span:
    """Give the stretch of time of a query: times without an offset, and dates, are in the zone `own`."""
    clock = TimeReader(own=own)
    first, last = clock.read(start, field="start"), clock.read(end, field="end")
    return Span(_midnight(first, own), _midnight(last, own))


def read_length(text: str, *, field: str = "duration") -> Length:
    """Read an ISO 8601 duration as RFC 5545 3.3.6 allows it: `PT45M`, `P1DT2H`, `P2W`."""
    try:
        duration = read_duration(text)
    except Rejected:
        raise InvalidInput(f"{text[:40]!r} is no duration: write PT45M or P1D.", field=field) from None
    length = duration.length
    if duration.negative or length.days > LONGEST.days or length.seconds > LONGEST.total_seconds():
        raise InvalidInput(f"An event lasts from nothing to {LONGEST.days} days.", field=field)
    return length


def read_exact_length(text: str, *, field: str = "duration") -> timedelta:
    """Read a duration whose days are of 24 hours."""
    length = read_length(text, field=field)
    return timedelta(days=length.days, seconds=length.seconds)


def show(moment: Start) -> str:
    """Write a time: a date, a floating time without an offset, any other with its offset."""
    return moment.isoformat(timespec="seconds") if isinstance(moment, datetime) else moment.isoformat()


def _tz(name: str, field: str) -> tzinfo:
    try:
        return zone(name).tzinfo
    except UnknownZone as error:
        raise InvalidInput(error.message, field=field) from None


def _midnight(moment: Start, own: str) -> datetime:
    if isinstance(moment, datetime):
        return moment
    return datetime(moment.year, moment.month, moment.day, tzinfo=zone(own).tzinfo)
