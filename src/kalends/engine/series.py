"""An event as the engine sees it: its first start, how long it lasts, and how it repeats."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

Start = date | datetime
"""The truth of a start: an aware datetime (local time, fold and zone in its ZoneInfo), a naive
datetime (floating: the same wall time wherever the viewer is), or a date (all day)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """How long an instance lasts: nominal days first, then exact seconds (RFC 5545 3.3.6).

    A DTEND gives exact seconds (days 0), so instances across a DST change keep their exact duration
    (RFC 5545 3.8.5.3); DURATION:P1D gives one nominal day; an all-day event has days only.
    """

    days: int = 0  # not negative
    seconds: int = 0  # not negative


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """An RDATE: a further start, with a length of its own where it was given as a PERIOD."""

    start: Start
    length: Length | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A stored change of the instance whose original start is `recurrence_id`.

    With `this_and_future` it shifts and resizes that instance and all that follow
    (RFC 5545 3.2.13 RANGE=THISANDFUTURE).
    """

    recurrence_id: Start
    start: Start
    length: Length
    this_and_future: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One UID's time: a single event has neither rules nor additions."""

    start: Start | None  # None: overrides without their master (RFC 5546 lets one be invited alone)
    length: Length = Length()
    rules: tuple[str, ...] = ()  # RRULE values
    exclusion_rules: tuple[str, ...] = ()  # EXRULE values: gone from RFC 5545, alive in old files
    additions: tuple[Addition, ...] = ()
    exclusions: tuple[Start, ...] = ()  # EXDATE
    overrides: tuple[Override, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One instance of a series. It is virtual: nothing stores it."""

    recurrence_id: Start  # the original start, which names the instance for ever
    start: Start
    end: Start  # exclusive; in the same form and zone as start
    override: int | None = None  # index into Series.overrides of the one that shaped it
