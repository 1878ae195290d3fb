"""What stands against a time, for one member or resource.

What stands against a time is said by filters. A filter lays blocks on the time line, each with its
reason; a candidate is refused exactly if it meets a block of someone who must come. So the blocks
that decide are the blocks that explain. What depends on more than where the time line is blocked, such as
how many events a day holds, is said by the constraints of a screen, for each start that the blocks leave.
Everything here counts whole seconds: what is taken is widened to them, what is free narrowed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NamedTuple, Protocol

import numpy as np

from kalends.engine import span_columns
from kalends.engine.claims import EventFacts
from kalends.engine.constraints.screen import Screen
from kalends.engine.hours import WeeklyHours
from kalends.engine.refusals import Busy, InUse, OutsideHours, TooClose
from kalends.engine.span_columns import SpanColumns
from kalends.engine.spans import EPOCH, Span
from kalends.engine.wording import Reason

_SECOND = timedelta(seconds=1)


class Blocks(NamedTuple):
    """Stretches that a filter forbids, in UTC seconds, in any order; `explain` says why of each."""

    span: SpanColumns
    explain: Callable[[int, Span], Reason]  # of the number of a block and the candidate that meets it


class Filter(Protocol):
    """One thing that can stand against a time, for one subject."""

    def blocks(self, start: int, end: int) -> Blocks:
        """Give all that is forbidden between two UTC seconds; blocks may reach beyond them."""
        ...


@dataclass(frozen=True, slots=True)
class Commitment:
    """Time that an event has taken."""

    span: Span
    uid: str = ""  # empty: taken, by nobody knows what


@dataclass(frozen=True, slots=True, kw_only=True)
class Diary:
    """What stands against a time for one member or resource."""

    subject: str
    required: bool = True  # no slot without it; otherwise slots tell whether it is free
    commitments: tuple[Commitment, ...] = ()
    capacity: int = 1  # a time is full when so many commitments share it
    gap: timedelta = timedelta(0)  # kept free beside each commitment, where the capacity is one
    hours: WeeklyHours | None = None  # None: all hours
    further: tuple[Filter, ...] = ()
    screen: Screen | None = None  # the constraints on what is put here

    @property
    def filters(self) -> tuple[Filter, ...]:
        """Give all that can stand against a time here."""
        taken: Filter = (
            NotTaken(self.subject, self.commitments, self.gap)
            if self.capacity == 1
            else NotFull(self.subject, self.commitments, self.capacity)
        )
        within = () if self.hours is None else (WithinHours(self.subject, self.hours),)
        return (taken, *within, *self.further)

    def without(self, uid: str, span: Span) -> Diary:
        """Give the diary as it were if one occurrence of one event were not in it."""
        kept = tuple(c for c in self.commitments if c.uid != uid or c.span != span)
        screen = self.screen and self.screen.without(uid, *outer_seconds(span))
        return replace(self, commitments=kept, screen=screen)

    def for_event(self, event: EventFacts) -> Diary:
        """Give the diary as it looks to one event: constraints may ask more or less of it than of others."""
        return replace(self, screen=self.screen and self.screen.for_event(event))


@dataclass(frozen=True, slots=True)
class NotTaken:
    """No overlap with a commitment, and no closer to one than `gap`."""

    subject: str
    commitments: Sequence[Commitment]
    gap: timedelta

    def blocks(self, start: int, end: int) -> Blocks:
        taken = _columns(commitment.span for commitment in self.commitments)
        gap = whole_seconds(self.gap)
        near = np.flatnonzero((taken.start - gap < end) & (taken.end + gap > start))

        def explain(block: int, candidate: Span) -> Reason:
            met = self.commitments[near[block]]
            if met.span.overlaps(candidate):
                return Busy(subject=self.subject, uid=met.uid, span=met.span)
            return TooClose(subject=self.subject, uid=met.uid, span=met.span, gap=self.gap)

        return Blocks(SpanColumns(taken.start[near] - gap, taken.end[near] + gap), explain)


@dataclass(frozen=True, slots=True)
class NotFull:
    """A place is left beside the commitments."""

    subject: str
    commitments: Sequence[Commitment]
    capacity: int

    def blocks(self, start: int, end: int) -> Blocks:
        if self.capacity < 1:
            full = SpanColumns(np.array([start]), np.array([end]))
        else:
            taken = _columns(commitment.span for commitment in self.commitments)
            full = span_columns.at_least(taken, self.capacity)

        def explain(block: int, candidate: Span) -> Reason:
            span = Span.of_seconds(full.start[block], full.end[block])
            users = tuple(c.uid for c in self.commitments if c.uid and c.span.overlaps(span))
            return InUse(subject=self.subject, uids=users, span=span, capacity=self.capacity)

        return Blocks(full, explain)


@dataclass(frozen=True, slots=True)
class WithinHours:
    """Wholly inside one opening, or openings that touch."""

    subject: str
    hours: WeeklyHours

    def blocks(self, start: int, end: int) -> Blocks:
        closed = self.hours.closed(start, end)

        def explain(block: int, candidate: Span) -> Reason:
            return OutsideHours(
                subject=self.subject, span=Span.of_seconds(closed.start[block], closed.end[block])
            )

        return Blocks(closed, explain)


def _columns(spans: Iterable[Span]) -> SpanColumns:
    table = np.array([outer_seconds(span) for span in spans], dtype=np.int64).reshape(-1, 2)
    return SpanColumns(table[:, 0], table[:, 1])


def outer_seconds(span: Span) -> tuple[int, int]:
    """Give the whole seconds that a span touches, from 1970 on."""
    return (span.start - EPOCH) // _SECOND, -((EPOCH - span.end) // _SECOND)


def whole_seconds(duration: timedelta) -> int:
    """Count the seconds that a duration takes, rounded up."""
    return -(-duration // _SECOND)
