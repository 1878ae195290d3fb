"""One member's time as the rules look at it: columns in order of start, by that member's clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from kalends.engine.claims import Claims, EventFacts
from kalends.engine.span_columns import IntColumn
from kalends.engine.zones import Zone

DAY = 86_400
_EPOCH = date(1970, 1, 1)
_EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Whose days and weeks a rule speaks of."""

    zone: Zone
    week_start: int = 0  # the weekday on which a week begins, 0 is Monday

    def local(self, seconds: IntColumn) -> IntColumn:
        """Give what the wall clock reads at UTC seconds, in seconds since 1970-01-01."""
        return self.zone.to_local(seconds)

    def days(self, seconds: IntColumn) -> IntColumn:
        """Give the local days of UTC seconds, counted since 1970-01-01."""
        return self.local(seconds) // DAY

    def weeks(self, days: IntColumn) -> IntColumn:
        """Give the weeks of local days, counted from the one in which 1970 begins."""
        return (days + _EPOCH_WEEKDAY - self.week_start) // 7

    def first_day(self, week: int) -> int:
        """Give the day on which a week begins, as `days` counts them."""
        return week * 7 - _EPOCH_WEEKDAY + self.week_start


def weekdays(days: IntColumn) -> IntColumn:
    """Give the weekdays of local days, 0 is Monday."""
    return (days + _EPOCH_WEEKDAY) % 7


def date_of(day: int) -> date:
    """Give the date of a local day."""
    return _EPOCH + timedelta(days=int(day))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Agenda:
    """What claims one member's time, in order of start; claims without length are left out.

    One event may stand there many times, once for each occurrence.
    """

    subject: str
    clock: Clock
    start: IntColumn  # seconds since 1970 in UTC
    end: IntColumn
    event: IntColumn  # index into `events`
    events: Sequence[EventFacts]  # one UID is one entry
    row: IntColumn  # of the claims it was taken from, -1 for none
    opens: IntColumn = field(init=False)  # what the clock reads at the start
    closes: IntColumn = field(init=False)  # and at the end
    day: IntColumn = field(init=False)  # the local day on which it starts: the day that it counts on

    def __post_init__(self) -> None:
        opens = self.clock.local(self.start)
        object.__setattr__(self, "opens", opens)
        object.__setattr__(self, "closes", self.clock.local(self.end))
        object.__setattr__(self, "day", opens // DAY)

    @classmethod
    def of(cls, claims: Claims, subject: int, clock: Clock) -> Agenda:
        """Take the claims on one subject; copies of an occurrence, in several calendars, are there once."""
        return cls._of_rows(claims, np.flatnonzero(claims.subject == subject), subject, clock)

    @classmethod
    def all_of(cls, claims: Claims, clocks: Mapping[str, Clock]) -> dict[str, Agenda]:
        """Take the claims on every subject that has a clock, by its id."""
        order = np.argsort(claims.subject, kind="stable")
        cuts = np.searchsorted(claims.subject[order], np.arange(len(claims.subjects) + 1))
        return {
            subject.id: cls._of_rows(claims, order[cuts[index] : cuts[index + 1]], index, clocks[subject.id])
            for index, subject in enumerate(claims.subjects)
            if subject.id in clocks
        }

    @classmethod
    def _of_rows(cls, claims: Claims, rows: IntColumn, subject: int, clock: Clock) -> Agenda:
        rows = rows[claims.end[rows] > claims.start[rows]]
        keys = np.stack((claims.event[rows], claims.end[rows], claims.start[rows]))
        order = np.lexsort(keys)
        keys = keys[:, order]
        fresh = np.ones(len(rows), dtype=bool)
        fresh[1:] = (keys[:, 1:] != keys[:, :-1]).any(axis=0)
        event, end, start = keys[:, fresh]
        return cls(
            subject=claims.subjects[subject].id,
            clock=clock,
            start=start,
            end=end,
            event=event,
            events=claims.events,
            row=rows[order][fresh],
        )

    def __len__(self) -> int:
        return len(self.start)

    def facts(self, row: int) -> EventFacts:
        """Give the event that a row is an occurrence of."""
        return self.events[int(self.event[row])]

    def only(self, kept: NDArray[np.bool_]) -> Agenda:
        """Give the agenda with only the rows that are marked."""
        return replace(
            self,
            start=self.start[kept],
            end=self.end[kept],
            event=self.event[kept],
            row=self.row[kept],
        )

    def index(self, uid: str) -> int | None:
        """Give the entry of an event in `events`, if it has a row."""
        found = (number for number in np.unique(self.event).tolist() if self.events[number].uid == uid)
        return next(found, None)

    def candidates(self, event: EventFacts, starts: IntColumn, duration: int) -> Agenda:
        """Give, in place of what is there, the times at which an event could be put, in the order given."""
        starts = np.asarray(starts, dtype=np.int64)
        return replace(
            self,
            start=starts,
            end=starts + duration,
            event=np.zeros(len(starts), dtype=np.int64),
            events=(event,),
            row=np.full(len(starts), -1),
        )

    def put(self, event: EventFacts, start: int, duration: int) -> Agenda:
        """Give the agenda with one occurrence more, in a row whose `row` is -1."""
        known = self.index(event.uid)
        events = [*self.events, event]
        if known is not None:
            events[known] = event
        columns = (
            np.append(self.start, start),
            np.append(self.end, start + duration),
            np.append(self.event, len(self.events) if known is None else known),
            np.append(self.row, -1),
        )
        order = np.lexsort(columns[2::-1])
        starts, ends, numbers, rows = (column[order] for column in columns)
        return replace(self, start=starts, end=ends, event=numbers, events=events, row=rows)
