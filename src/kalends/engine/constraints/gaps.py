"""A rule about the time between two events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Self

import numpy as np

from kalends.engine.claims import EventFacts
from kalends.engine.constraints.agenda import Agenda
from kalends.engine.constraints.parameters import Parameters
from kalends.engine.constraints.reasons import GapTooSmall
from kalends.engine.constraints.rule import Breaches, Mask
from kalends.engine.span_columns import IntColumn, SpanColumns
from kalends.engine.wording import Reason
from kalends.kit.errors import TooLarge

_LONGEST = 1_440  # minutes: a gap is within a day
_MOST_PAIRS = 5_000_000


@dataclass(frozen=True, slots=True)
class MinGap:
    """Two events that do not overlap are at least so far apart.

    Events that overlap are a conflict of another kind. An event keeps no gap from itself: the occurrences of
    a series stand as it was made. An event between two others does not excuse them.
    """

    code: ClassVar[str] = "min_gap_minutes"
    minutes: int

    @classmethod
    def given(cls, parameters: Parameters) -> Self:
        return cls(parameters.number("minutes", 1, _LONGEST))

    def breaches(self, agenda: Agenda) -> Breaches:
        left, right = _neighbours(agenda, self.minutes * 60)

        def explain(breach: int) -> Reason:
            earlier, later = left[breach], right[breach]
            return GapTooSmall(
                subject=agenda.subject,
                uid=agenda.facts(earlier).uid,
                next=agenda.facts(later).uid,
                gap=timedelta(seconds=int(agenda.start[later] - agenda.end[earlier])),
                least=timedelta(minutes=self.minutes),
            )

        return Breaches(
            first=np.arange(len(left) + 1) * 2,
            row=np.stack((left, right), axis=1).ravel(),
            span=SpanColumns(agenda.start[left], agenda.end[right]),
            explain=explain,
        )

    def refused(self, agenda: Agenda, event: EventFacts, starts: IntColumn, duration: int) -> Mask:
        own = agenda.index(event.uid)
        others = agenda if own is None else agenda.only(agenda.event != own)
        if not len(others):
            return np.zeros(len(starts), dtype=bool)
        starts = np.asarray(starts, dtype=np.int64)
        # Only the last that ends before the event and the first that starts after it can be too close.
        ends = np.sort(others.end)
        before = np.searchsorted(ends, starts, side="right") - 1
        after = np.searchsorted(others.start, starts + duration)
        gap = self.minutes * 60
        close_before = (before >= 0) & (starts - ends[np.maximum(before, 0)] < gap)
        following = others.start[np.minimum(after, len(others) - 1)]
        return close_before | ((after < len(others)) & (following - starts - duration < gap))

    def parameters(self) -> dict[str, Any]:
        return {"minutes": self.minutes}


def _neighbours(agenda: Agenda, gap: int) -> tuple[IntColumn, IntColumn]:
    """Give each two rows of different events of which one starts less than `gap` after the other's end."""
    first = np.searchsorted(agenda.start, agenda.end)
    counts = np.searchsorted(agenda.start, agenda.end + gap) - first
    found = int(counts.sum())
    if found > _MOST_PAIRS:
        raise TooLarge(
            f"More than {_MOST_PAIRS} pairs of events stand closer than their gap: ask for a shorter time.",
            limit=_MOST_PAIRS,
        )
    left = np.repeat(np.arange(len(agenda)), counts)
    right = np.arange(found) + np.repeat(first - (np.cumsum(counts) - counts), counts)
    apart = agenda.event[left] != agenda.event[right]
    return left[apart], right[apart]
