"""Free time for one or many, and why other times are refused.

What stands against a time is said by filters. A filter lays blocks on the time line, each with its
reason; a candidate is refused exactly if it meets a block of someone who must come. So the blocks
that decide are the blocks that explain, and another kind of constraint is another filter.
Everything here counts whole seconds: what is taken is widened to them, what is free narrowed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from itertools import islice
from typing import NamedTuple, Protocol

import numpy as np

from kalends.engine import span_columns
from kalends.engine.hours import WeeklyHours
from kalends.engine.refusals import Busy, InUse, OutsideHours, OutsideWindow, TooClose
from kalends.engine.span_columns import IntColumn, SpanColumns
from kalends.engine.spans import EPOCH, Span
from kalends.engine.wording import Reason
from kalends.kit.errors import InvalidInput

QUARTER = timedelta(minutes=15)
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
        return replace(self, commitments=kept)


@dataclass(frozen=True, slots=True)
class NotTaken:
    """No overlap with a commitment, and no closer to one than `gap`."""

    subject: str
    commitments: Sequence[Commitment]
    gap: timedelta

    def blocks(self, start: int, end: int) -> Blocks:
        taken = _columns(commitment.span for commitment in self.commitments)
        gap = _whole_seconds(self.gap)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A time at which all who must come are free."""

    span: Span
    free: tuple[str, ...] = ()  # of those who need not come
    missing: tuple[str, ...] = ()  # the rest of them


def free_times(diaries: Iterable[Diary], window: Span) -> list[Span]:
    """Give all time in the window at which every required diary is free, in order."""
    free = _free(diaries, *_inner_seconds(window))
    return [Span.of_seconds(start, end) for start, end in zip(*free, strict=True)]


def free_slots(
    diaries: Iterable[Diary],
    window: Span,
    duration: timedelta,
    *,
    step: timedelta = QUARTER,
    limit: int | None = None,
) -> Iterator[Slot]:
    """Find the times of this duration in the window at which every required diary is free, in order.

    Slots begin at whole multiples of `step` after midnight, by the zone of the window's start, on
    its first day; they may overlap one another. At most `limit` are given; slots are made as they
    are asked for. Raises InvalidInput for a duration or a step that is not positive.
    """
    known = tuple(diaries)
    start, end = _inner_seconds(window)
    need, stride = _positive(duration, "duration"), _positive(step, "step")
    midnight = window.start.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    anchor = (midnight - EPOCH) // _SECOND
    optional = [
        (diary.subject, _free([replace(diary, required=True)], start, end))
        for diary in known
        if not diary.required
    ]
    starts = _grid(_free(known, start, end), need, stride, anchor)
    slots = (_slot(begin, begin + need, optional) for begin in starts)
    return islice(slots, limit)


def refusals(diaries: Iterable[Diary], window: Span, candidate: Span) -> list[Reason]:
    """Say all that stands against one time: nothing exactly if `free_slots` could give it."""
    reasons: list[Reason] = [] if window.contains(candidate) else [OutsideWindow(window=window)]
    start, end = _outer_seconds(candidate)
    for diary in diaries:
        for rule in diary.filters if diary.required else ():
            blocks = rule.blocks(start, end)
            met = np.flatnonzero((blocks.span.start < end) & (blocks.span.end > start))
            reasons.extend(blocks.explain(int(block), candidate) for block in met)
    return reasons


def nearest_free(
    diaries: Iterable[Diary], window: Span, occupied: Span, *, step: timedelta = QUARTER
) -> Iterator[Span]:
    """Find other times for something that now takes `occupied`, nearest first, of the same duration.

    Each free stretch gives the time in it that moves the least, by a whole number of `step`s; of an
    earlier and a later time at the same distance the later comes first, as it asks less of people.
    A stretch in which it could stay as it is gives nothing.
    """
    stride = _positive(step, "step")
    # The sum of a local time and a duration goes by the wall clock: across a DST change only UTC is right.
    occupied = Span(occupied.start.astimezone(UTC), occupied.end.astimezone(UTC))
    start, end = _outer_seconds(occupied)
    free = _free(diaries, *_inner_seconds(window))
    room = free.end - free.start >= end - start
    earliest, latest = free.start[room] - start, free.end[room] - end
    # How many steps lead to the nearest place: rounded away from where the thing stands now.
    steps = np.where(earliest > 0, -(-earliest // stride), np.minimum(latest // stride, 0))
    fitting = (steps * stride >= earliest) & (steps * stride <= latest) & (steps != 0)
    for count in sorted(steps[fitting].tolist(), key=lambda count: (abs(count), -count)):
        shift = count * stride * _SECOND
        yield Span(occupied.start + shift, occupied.end + shift)


def _free(diaries: Iterable[Diary], start: int, end: int) -> SpanColumns:
    """Give what no block of a required diary covers between two UTC seconds."""
    blocks = [f.blocks(start, end).span for diary in diaries if diary.required for f in diary.filters]
    empty: IntColumn = np.zeros(0, dtype=np.int64)
    starts = np.concatenate([empty, *(block.start for block in blocks)])
    ends = np.concatenate([empty, *(block.end for block in blocks)])
    return span_columns.gaps(SpanColumns(starts, ends), start, end)


def _grid(free: SpanColumns, need: int, stride: int, anchor: int) -> Iterator[int]:
    """Give every start on the grid at which `need` seconds fit into a free stretch."""
    for start, end in zip(free.start.tolist(), free.end.tolist(), strict=True):
        yield from range(start + (anchor - start) % stride, end - need + 1, stride)


def _slot(start: int, end: int, optional: Sequence[tuple[str, SpanColumns]]) -> Slot:
    free: list[str] = []
    missing: list[str] = []
    for subject, stretches in optional:
        stretch = bisect_right(stretches.start, start) - 1
        (free if stretch >= 0 and stretches.end[stretch] >= end else missing).append(subject)
    return Slot(span=Span.of_seconds(start, end), free=tuple(free), missing=tuple(missing))


def _columns(spans: Iterable[Span]) -> SpanColumns:
    table = np.array([_outer_seconds(span) for span in spans], dtype=np.int64).reshape(-1, 2)
    return SpanColumns(table[:, 0], table[:, 1])


def _outer_seconds(span: Span) -> tuple[int, int]:
    return (span.start - EPOCH) // _SECOND, -((EPOCH - span.end) // _SECOND)


def _inner_seconds(span: Span) -> tuple[int, int]:
    start = -((EPOCH - span.start) // _SECOND)
    return start, max((span.end - EPOCH) // _SECOND, start)


def _whole_seconds(duration: timedelta) -> int:
    return -(-duration // _SECOND)


def _positive(duration: timedelta, field: str) -> int:
    if duration <= timedelta(0):
        raise InvalidInput(f"The {field} must be positive, not {duration}.", field=field)
    return _whole_seconds(duration)
