"""Rules about how many events a day or a week may hold. An event counts where it begins."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from kalends.engine.claims import EventFacts
from kalends.engine.constraints.agenda import Agenda, date_of
from kalends.engine.constraints.parameters import Parameters
from kalends.engine.constraints.reasons import TooManyThatDay, TooManyThatWeek
from kalends.engine.constraints.rule import Breaches, Mask
from kalends.engine.span_columns import IntColumn, SpanColumns
from kalends.engine.wording import Reason

_MOST = 1_000


class _Cap(ABC):
    """No more than `count` events begin in one period."""

    __slots__ = ()
    count: int

    @abstractmethod
    def period(self, agenda: Agenda) -> IntColumn:
        """Give the period on which each row counts."""

    @abstractmethod
    def reason(self, agenda: Agenda, period: int, count: int) -> Reason:
        """Say that a period holds so many."""

    def breaches(self, agenda: Agenda) -> Breaches:
        periods, place, counts = np.unique(self.period(agenda), return_inverse=True, return_counts=True)
        over = np.flatnonzero(counts > self.count)
        order = np.argsort(place, kind="stable")
        row = order[np.isin(place[order], over)]
        first = np.concatenate(([0], np.cumsum(counts[over])))
        cuts = first[:-1]
        latest = np.maximum.reduceat(agenda.end[row], cuts) if len(over) else agenda.end[:0]
        return Breaches(
            first=first,
            row=row,
            span=SpanColumns(agenda.start[row[cuts]], latest),
            explain=lambda breach: self.reason(agenda, int(periods[over[breach]]), int(counts[over[breach]])),
        )

    def refused(self, agenda: Agenda, event: EventFacts, starts: IntColumn, duration: int) -> Mask:
        periods, counts = np.unique(self.period(agenda), return_counts=True)
        wanted = self.period(agenda.candidates(event, starts, duration))
        return count_at(periods, counts, wanted) >= self.count

    def parameters(self) -> dict[str, Any]:
        return {"count": self.count}


@dataclass(frozen=True, slots=True)
class MaxEventsPerDay(_Cap):
    """No more than so many events begin on one local day."""

    code: ClassVar[str] = "max_events_per_day"
    count: int

    @classmethod
    def given(cls, parameters: Parameters) -> Self:
        return cls(parameters.number("count", 1, _MOST))

    def period(self, agenda: Agenda) -> IntColumn:
        return agenda.day

    def reason(self, agenda: Agenda, period: int, count: int) -> Reason:
        return TooManyThatDay(subject=agenda.subject, day=date_of(period), count=count, most=self.count)


@dataclass(frozen=True, slots=True)
class MaxEventsPerWeek(_Cap):
    """No more than so many events begin in one week of the member's."""

    code: ClassVar[str] = "max_events_per_week"
    count: int

    @classmethod
    def given(cls, parameters: Parameters) -> Self:
        return cls(parameters.number("count", 1, _MOST))

    def period(self, agenda: Agenda) -> IntColumn:
        return agenda.clock.weeks(agenda.day)

    def reason(self, agenda: Agenda, period: int, count: int) -> Reason:
        first_day = date_of(agenda.clock.first_day(period))
        return TooManyThatWeek(subject=agenda.subject, first_day=first_day, count=count, most=self.count)


def count_at(periods: IntColumn, counts: IntColumn, wanted: IntColumn) -> IntColumn:
    """Look up the count of each wanted period, 0 for one that is not among the ascending `periods`."""
    if not len(periods):
        return np.zeros(len(wanted), dtype=np.int64)
    place = np.minimum(np.searchsorted(periods, wanted), len(periods) - 1)
    return np.where(periods[place] == wanted, counts[place], 0)
