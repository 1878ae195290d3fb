"""Arithmetic on many half-open spans at once, held as two integer columns.

One sweep over the sorted ends carries everything here: it counts how many spans cover each stretch
of time, and each operation keeps the stretches with the right count. Any integer unit will do, as
long as it is one; bulk work counts seconds since 1970 in UTC. Spans without length cover nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

IntColumn = NDArray[np.int64]


class SpanColumns(NamedTuple):
    """Spans as columns: the k-th covers `start[k]` up to, and without, `end[k]`."""

    start: IntColumn
    end: IntColumn

    def only(self, kept: NDArray[np.bool_]) -> SpanColumns:
        """Give the spans that are marked."""
        return SpanColumns(self.start[kept], self.end[kept])

    def joined(self, more: SpanColumns) -> SpanColumns:
        """Add spans behind."""
        return SpanColumns(np.append(self.start, more.start), np.append(self.end, more.end))


class Levels(NamedTuple):
    """A step function: from `time[k]` until `time[k + 1]` the level is `level[k]`, before and after 0."""

    time: IntColumn  # strictly increasing
    level: IntColumn

    def stretches(self, inside: NDArray[np.bool_]) -> SpanColumns:
        """Give the maximal stretches of the steps that `inside` marks; the last step is never inside."""
        before = np.concatenate(([False], inside[:-1]))
        return SpanColumns(self.time[inside & ~before], self.time[~inside & before])


def levels(columns: SpanColumns, weight: IntColumn | int = 1) -> Levels:
    """Count the spans, each by its `weight`, over every stretch of time."""
    weights = np.broadcast_to(np.asarray(weight, dtype=np.int64), columns.start.shape)
    times = np.concatenate(columns)
    order = np.argsort(times)
    times = times[order]
    running = np.cumsum(np.concatenate((weights, -weights))[order])
    if not len(times):
        return Levels(times, running)
    # Of the ends at one instant only the last count is true: that of the stretch which follows.
    settled = np.append(times[1:] != times[:-1], True)
    return Levels(times[settled], running[settled])


def at_least(columns: SpanColumns, count: int) -> SpanColumns:
    """Give the stretches that `count` (1 or more) spans or more share."""
    steps = levels(columns)
    return steps.stretches(steps.level >= max(count, 1))


def union(columns: SpanColumns) -> SpanColumns:
    """Give the stretches that any span covers."""
    return at_least(columns, 1)


def intersection(left: SpanColumns, right: SpanColumns) -> SpanColumns:
    """Give the stretches that both sides cover."""
    return at_least(_joined(union(left), union(right)), 2)


def subtraction(columns: SpanColumns, taken: SpanColumns) -> SpanColumns:
    """Give the stretches of `columns` that `taken` leaves."""
    kept, cut = union(columns), union(taken)
    weight = np.repeat([1, -1], [len(kept.start), len(cut.start)])
    steps = levels(_joined(kept, cut), weight)
    return steps.stretches(steps.level == 1)


def gaps(columns: SpanColumns, start: int, end: int) -> SpanColumns:
    """Give what the spans leave of the window from `start` up to `end`."""
    return subtraction(SpanColumns(np.array([start]), np.array([end])), columns)


def peak_use(columns: SpanColumns) -> int:
    """Give the largest number of spans that share one instant."""
    return int(levels(columns).level.max(initial=0))


def _joined(left: SpanColumns, right: SpanColumns) -> SpanColumns:
    return SpanColumns(np.concatenate((left.start, right.start)), np.concatenate((left.end, right.end)))
