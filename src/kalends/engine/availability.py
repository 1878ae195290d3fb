"""Free time for one or many, and why other times are refused.

Both questions are put to the same diaries: a time is given exactly if nothing there stands against it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from itertools import islice
from typing import NamedTuple

import numpy as np

from kalends.engine import span_columns
from kalends.engine.constraints.rule import Mask
from kalends.engine.constraints.screen import Screen
from kalends.engine.diary import Commitment, Diary, outer_seconds, whole_seconds
from kalends.engine.refusals import OutsideWindow
from kalends.engine.span_columns import IntColumn, SpanColumns
from kalends.engine.spans import EPOCH, Span
from kalends.engine.wording import Reason
from kalends.kit.errors import InvalidInput, TooLarge

__all__ = [
    "QUARTER",
    "Commitment",
    "Diary",
    "Slot",
    "free_slots",
    "free_times",
    "nearest_free",
    "refusals",
]

QUARTER = timedelta(minutes=15)
_SECOND = timedelta(seconds=1)
_MOST_AT_ONCE = 4_096  # starts that constraints judge together
_MOST_PLACES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A time at which all who must come are free."""

    span: Span
    free: tuple[str, ...] = ()  # of those who need not come
    missing: tuple[str, ...] = ()  # the rest of them
    penalty: int = 0  # the priorities, added up, of the soft constraints that it would break
    broken: tuple[str, ...] = ()  # the ids of those, of anyone who would be there


def free_times(diaries: Iterable[Diary], window: Span) -> list[Span]:
    """Give all time in the window at which every required diary is free, in order.

    Constraints are left out of account: they judge an event of some duration, not the time.
    """
    free = _free(diaries, *_inner_seconds(window))
    return [Span.of_seconds(start, end) for start, end in zip(*free, strict=True)]


def free_slots(
    diaries: Iterable[Diary],
    window: Span,
    duration: timedelta,
    *,
    step: timedelta = QUARTER,
    limit: int | None = None,
    ranked: bool = False,
) -> Iterator[Slot]:
    """Find the times of this duration in the window at which every required diary is free and no hard
    constraint of theirs is broken, in order.

    Slots begin at whole multiples of `step` after midnight, by the zone of the window's start, on
    its first day; they may overlap one another. At most `limit` are given; slots are made as they
    are asked for. `ranked` makes them all and puts first those that break the least soft constraints, then
    those at which the fewest are missing. Raises InvalidInput for a duration or a step that is not positive.
    """
    known = tuple(diaries)
    start, end = _inner_seconds(window)
    need, stride = _positive(duration, "duration"), _positive(step, "step")
    midnight = window.start.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    anchor = (midnight - EPOCH) // _SECOND
    starts = _grid(_free(known, start, end), need, stride, anchor)
    parties = [
        _Party(diary, None if diary.required else _free([replace(diary, required=True)], start, end))
        for diary in known
    ]
    slots = _slots(starts, need, parties)
    if ranked:
        slots = iter(sorted(slots, key=lambda slot: (slot.penalty, len(slot.missing), slot.span)))
    return islice(slots, limit)


def refusals(diaries: Iterable[Diary], window: Span, candidate: Span) -> list[Reason]:
    """Say all that stands against one time: nothing exactly if `free_slots` could give it."""
    reasons: list[Reason] = [] if window.contains(candidate) else [OutsideWindow(window=window)]
    start, end = outer_seconds(candidate)
    for diary in diaries:
        for rule in diary.filters if diary.required else ():
            blocks = rule.blocks(start, end)
            met = np.flatnonzero((blocks.span.start < end) & (blocks.span.end > start))
            reasons.extend(blocks.explain(int(block), candidate) for block in met)
        if diary.required and diary.screen is not None:
            reasons.extend(diary.screen.explain(start, end - start))
    return reasons


def nearest_free(
    diaries: Iterable[Diary], window: Span, occupied: Span, *, step: timedelta = QUARTER
) -> Iterator[Span]:
    """Find other times for something that now takes `occupied`, nearest first, of the same duration.

    Each free stretch gives the time in it that moves the least, by a whole number of `step`s; of an
    earlier and a later time at the same distance the later comes first, as it asks less of people.
    A stretch in which it could stay as it is gives nothing. Where hard constraints refuse some of a stretch,
    what is left counts as stretches of its own.
    """
    stride = _positive(step, "step")
    known = tuple(diaries)
    # The sum of a local time and a duration goes by the wall clock: across a DST change only UTC is right.
    occupied = Span(occupied.start.astimezone(UTC), occupied.end.astimezone(UTC))
    start, end = outer_seconds(occupied)
    free = _free(known, *_inner_seconds(window))
    # How many steps lead to the first and to the last place in each stretch; some stretches have none.
    first, last = -((start - free.start) // stride), (free.end - end) // stride
    room = first <= last
    first, last = first[room], last[room]
    screens = [diary.screen for diary in known if diary.required and diary.screen is not None]
    if screens:
        first, last = _unrefused(screens, first, last, start, end - start, stride)
    steps = np.clip(0, first, last)
    for count in sorted(steps[steps != 0].tolist(), key=lambda count: (abs(count), -count)):
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


class _Party(NamedTuple):
    """Somebody for whom slots are looked for."""

    diary: Diary
    free: SpanColumns | None  # when they are, of those who need not come


def _slots(starts: Iterator[int], need: int, parties: Sequence[_Party]) -> Iterator[Slot]:
    """Make slots of the starts that no constraint refuses, some at a time."""
    some = 16
    while batch := list(islice(starts, some)):
        some = min(2 * some, _MOST_AT_ONCE)
        yield from _slots_of(np.array(batch, dtype=np.int64), need, parties)


def _slots_of(starts: IntColumn, need: int, parties: Sequence[_Party]) -> Iterator[Slot]:
    for diary, _ in parties:
        if diary.required and diary.screen is not None:
            starts = starts[~diary.screen.refused(starts, need)]
    there = []  # of each party, at which starts they would be
    broken: list[tuple[str, Mask]] = []
    penalty = np.zeros(len(starts), dtype=np.int64)
    for diary, free in parties:
        present = np.ones(len(starts), dtype=bool)
        if free is not None:
            present = _fits(free, starts, need)
            if diary.screen is not None:
                present &= ~diary.screen.refused(starts, need)
        if diary.screen is not None:
            weighed = diary.screen.weighed(starts, need)
            penalty += weighed.penalty * present
            broken += [(id, mask & present) for id, mask in weighed.broken]
        there.append(present)
    optional = [
        (diary.subject, present)
        for (diary, _), present in zip(parties, there, strict=True)
        if not diary.required
    ]
    for row, begin in enumerate(starts.tolist()):
        yield Slot(
            span=Span.of_seconds(begin, begin + need),
            free=tuple(subject for subject, present in optional if present[row]),
            missing=tuple(subject for subject, present in optional if not present[row]),
            penalty=int(penalty[row]),
            broken=tuple(dict.fromkeys(id for id, mask in broken if mask[row])),
        )


def _fits(free: SpanColumns, starts: IntColumn, need: int) -> Mask:
    """Say of each start whether `need` seconds from there lie in one free stretch."""
    if not len(free.start):
        return np.zeros(len(starts), dtype=bool)
    stretch = np.searchsorted(free.start, starts, side="right") - 1
    return (stretch >= 0) & (free.end[np.maximum(stretch, 0)] >= starts + need)


def _unrefused(
    screens: Sequence[Screen], first: IntColumn, last: IntColumn, start: int, need: int, stride: int
) -> tuple[IntColumn, IntColumn]:
    """Cut ranges of steps from `start`, both ends included, down to what no screen refuses."""
    sizes = last - first + 1
    if int(sizes.sum()) > _MOST_PLACES:
        raise TooLarge(
            f"There are more than {_MOST_PLACES} times to look at: ask for a shorter window or longer steps.",
            limit=_MOST_PLACES,
        )
    steps = np.arange(int(sizes.sum())) + np.repeat(first - (np.cumsum(sizes) - sizes), sizes)
    allowed = np.ones(len(steps), dtype=bool)
    for screen in screens:
        allowed &= ~screen.refused(start + steps * stride, need)
    stretch = np.repeat(np.arange(len(sizes)), sizes)[allowed]
    steps = steps[allowed]
    if not len(steps):
        return steps, steps
    joined = (np.diff(steps) == 1) & (np.diff(stretch) == 0)
    return steps[np.append(True, ~joined)], steps[np.append(~joined, True)]


def _inner_seconds(span: Span) -> tuple[int, int]:
    start = -((EPOCH - span.start) // _SECOND)
    return start, max((span.end - EPOCH) // _SECOND, start)


def _positive(duration: timedelta, field: str) -> int:
    if duration <= timedelta(0):
        raise InvalidInput(f"The {field} must be positive, not {duration}.", field=field)
    return whole_seconds(duration)
