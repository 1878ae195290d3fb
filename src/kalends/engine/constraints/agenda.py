"""One member's time as the rules look at it: columns in order of start, by that member's clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kalends.engine.claims import Claims, EventFacts, SubjectKind
from kalends.engine.span_columns import IntColumn
from kalends.engine.zones import Zone

_DAY = 86_400
_EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Whose days and weeks a rule speaks of."""

    zone: Zone
    week_start: int = 0  # the weekday on which a week begins, 0 is Monday

    def days(self, seconds: IntColumn) -> IntColumn:
        """Give the local days of UTC seconds, counted since 1970-01-01."""
        return self.zone.local(seconds) // _DAY

    def weeks(self, days: IntColumn) -> IntColumn:
        """Give the weeks of local days, counted from the one in which 1970 begins."""
        return (days + _EPOCH_WEEKDAY - self.week_start) // 7

    def weekdays(self, days: IntColumn) -> IntColumn:
        """Give the weekdays of local days, 0 is Monday."""
        return (days + _EPOCH_WEEKDAY) % 7


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Agenda:
    """What claims one member's time, in order of start; claims without length are left out."""

    subject: str
    clock: Clock
    start: IntColumn  # seconds since 1970 in UTC
    end: IntColumn
    event: IntColumn  # index into `events`
    events: Sequence[EventFacts]
    row: IntColumn  # of the claims it was taken from

    @classmethod
    def of(cls, claims: Claims, subject: int, clock: Clock) -> Agenda:
        """Take the claims on one subject."""
        assert claims.subjects[subject].kind is SubjectKind.MEMBER
        rows = np.flatnonzero((claims.subject == subject) & (claims.end > claims.start))
        rows = rows[np.lexsort((rows, claims.end[rows], claims.start[rows]))]
        return cls(
            subject=claims.subjects[subject].id,
            clock=clock,
            start=claims.start[rows],
            end=claims.end[rows],
            event=claims.event[rows],
            events=claims.events,
            row=rows,
        )

    def __len__(self) -> int:
        return len(self.start)

    def only(self, kept: NDArray[np.bool_]) -> Agenda:
        """Give the agenda with only the rows that are marked."""
        return Agenda(
            subject=self.subject,
            clock=self.clock,
            start=self.start[kept],
            end=self.end[kept],
            event=self.event[kept],
            events=self.events,
            row=self.row[kept],
        )
