"""What some activities meet that others have settled: the starts left to them, and what each costs.

The settled ones never enter a solver's model. On columns of starts they are a sweep, however many they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kalends.engine import span_columns
from kalends.engine.placement.evaluate import Stay, lanes_of, larger, position
from kalends.engine.placement.problem import Activity, Cost, Lane, Placed, Problem
from kalends.engine.span_columns import IntColumn, SpanColumns

Mask = NDArray[np.bool_]
Settled = Sequence[Placed | None]
"""Where each activity of a problem is; None: nowhere, and not to be thought of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """How many settled activities a limit counts, and how they came into its window."""

    there: int
    asking: int  # of them, all but those that stay in conflict
    arrived: bool  # one was moved into the window


class Surroundings:
    """The settled activities of a problem, as those in `free` meet them."""

    def __init__(self, problem: Problem, free: frozenset[int], settled: Settled) -> None:
        self.problem = problem
        self._settled = settled
        self._free = free
        lanes = {lane for number in free for lane in lanes_used(problem.activities[number])}
        self._stays: dict[int, list[tuple[Stay, bool]]] = {lane: [] for lane in lanes}
        for number, place in enumerate(settled):
            if place is not None and number not in free:
                self._settle(number, problem.activities[number], place)
        self._lanes: dict[int, LaneUse] = {}

    def _settle(self, number: int, activity: Activity, place: Placed) -> None:
        start = position(activity, place)
        if start is None:
            return
        placed = activity.movable and place.start is not None
        for lane, soft, before in lanes_of(activity, place):
            if lane in self._stays:
                arrived = placed and (start != activity.home or not before)
                stay = Stay(number, start, start + activity.duration, soft, placed, arrived)
                self._stays[lane].append((stay, placed or not activity.movable))

    def lane(self, lane: int) -> LaneUse:
        """Give who is on a lane that a free activity could use."""
        if lane not in self._lanes:
            self._lanes[lane] = LaneUse(self.problem.lanes[lane], self._stays[lane])
        return self._lanes[lane]

    def crowd(self, number: int) -> Crowd:
        """Count the settled activities of a limit."""
        limit = self.problem.limits[number]
        there, asking, arrived = 0, 0, False
        for member in limit.activities - self._free:
            place, activity = self._settled[member], self.problem.activities[member]
            start = None if place is None else position(activity, place)
            if place is not None and start is not None and limit.first <= start < limit.last:
                placed = activity.movable and place.start is not None
                there += 1
                asking += placed or not activity.movable
                home = activity.home
                arrived |= placed and not (home is not None and limit.first <= home < limit.last)
        return Crowd(there=there, asking=asking, arrived=arrived)


class LaneUse:
    """The settled activities on one lane."""

    def __init__(self, lane: Lane, stays: Sequence[tuple[Stay, bool]]) -> None:
        self.lane = lane
        self.stays = [stay for stay, _ in stays]
        self._asking = [stay for stay, asks in stays if asks]

    @cached_property
    def there(self) -> SpanColumns:
        """Give the time taken by those that must have the lane, each with the gap after it."""
        return self._taken(self.stays)

    @cached_property
    def asking(self) -> SpanColumns:
        """Give the same without those that stay in conflict."""
        return self._taken(self._asking)

    @cached_property
    def arrived(self) -> SpanColumns:
        """Give the same of those that are where they were not before."""
        return self._taken([stay for stay in self.stays if stay.arrived])

    @cached_property
    def _closed(self) -> SpanColumns:
        """Give where nothing can arrive."""
        return self._full(self.there)

    @cached_property
    def _kept(self) -> SpanColumns:
        """Give where nothing can be at all, as something settled arrived there and keeps clear."""
        if not len(self.arrived.start) or self.lane.capacity == 0:
            return self.arrived
        return span_columns.intersection(self.arrived, self._closed)

    @cached_property
    def _taken_home(self) -> SpanColumns:
        return self._full(self.asking)

    def open_to_arrival(self, starts: IntColumn, duration: int) -> Mask:
        """Mark the starts at which the lane has room for one more."""
        if self.lane.capacity < 1:
            return np.zeros(len(starts), dtype=np.bool_)
        return _clear(self._closed, starts, duration + self.lane.gap)

    def open_at_home(self, home: int, duration: int) -> bool:
        """Say whether something may be placed where it is."""
        start, length = np.array([home]), duration + self.lane.gap
        if self.lane.capacity < 1:
            return False
        return bool(_clear(self._taken_home, start, length)[0]) and self.may_stay(home, duration)

    def may_stay(self, home: int, duration: int) -> bool:
        """Say whether something may stay where it is in conflict."""
        return bool(_clear(self._kept, np.array([home]), duration + self.lane.gap)[0])

    def costs(self, starts: IntColumn, duration: int, soft: Cost | None) -> Iterator[tuple[Cost, IntColumn]]:
        """Give what meeting the settled costs: a cost and how many times it is paid at each start."""
        groups: dict[Cost, list[int]] = {}
        for number, stay in enumerate(self.stays):
            if (shared := larger(soft, stay.soft)) is not None:
                groups.setdefault(shared, []).append(number)
        if not len(starts) or not self.stays or (not groups and self.lane.crowded is None):
            return
        begin, end = self._columns
        # A row for each stay, a column for each start.
        overlap = np.minimum(end, starts + duration) - np.maximum(begin, starts)
        for shared, numbers in groups.items():
            grains = np.maximum(overlap[numbers], 0).sum(axis=0)
            if grains.any():
                yield shared, grains
        if self.lane.crowded is not None:
            near = ((overlap <= 0) & (-overlap < self.lane.wished_gap)).sum(axis=0)
            if near.any():
                yield self.lane.crowded, near

    @cached_property
    def _columns(self) -> tuple[IntColumn, IntColumn]:
        columns = np.array([(stay.start, stay.end) for stay in self.stays], dtype=np.int64)
        return columns[:, :1], columns[:, 1:]

    def _taken(self, stays: Sequence[Stay]) -> SpanColumns:
        spans = [(stay.start, stay.end + self.lane.gap) for stay in stays if stay.soft is None]
        columns = np.array(spans, dtype=np.int64).reshape(-1, 2)
        return SpanColumns(columns[:, 0], columns[:, 1])

    def _full(self, taken: SpanColumns) -> SpanColumns:
        return span_columns.at_least(taken, max(1, self.lane.capacity))


def lanes_used(activity: Activity) -> Iterator[int]:
    """Give every lane that an activity may be on."""
    yield from (use.lane for use in activity.uses)
    for choice in activity.choices:
        yield from choice.lanes


def load(taken: SpanColumns, instants: IntColumn) -> IntColumn:
    """Count the spans that cover each instant."""
    begun = np.searchsorted(np.sort(taken.start), instants, side="right")
    return begun - np.searchsorted(np.sort(taken.end), instants, side="right")


def _clear(blocks: SpanColumns, starts: IntColumn, length: int) -> Mask:
    """Mark the starts from which nothing of `length` meets any of the separate, ordered blocks."""
    if not len(blocks.start):
        return np.ones(len(starts), dtype=np.bool_)
    following = np.searchsorted(blocks.end, starts, side="right")
    begin = np.append(blocks.start, np.iinfo(np.int64).max)[following]
    return np.asarray(begin >= starts + length)
