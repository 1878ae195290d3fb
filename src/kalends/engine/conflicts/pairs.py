"""Every pair of spans that overlap, in columns, at a cost that follows the number of answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kalends.engine.conflicts.timeline import Timeline
from kalends.engine.span_columns import IntColumn, SpanColumns
from kalends.kit.errors import TooLarge

MOST_PAIRS = 5_000_000  # 80 MB of index pairs, twice that while they are put together
_BATCH = 1 << 20  # candidate pairs laid out at once


class Pairs(NamedTuple):
    """Index pairs into the columns that were searched; `left` starts no later than `right`."""

    left: IntColumn
    right: IntColumn


def overlapping_pairs(
    group: IntColumn, columns: SpanColumns, *, apart: IntColumn | None = None, most: int = MOST_PAIRS
) -> Pairs:
    """Find each pair of spans that share an instant and a `group`, ordered by group and start.

    Where `apart` is given, only pairs that differ in it count. Spans without length overlap nothing.
    More than `most` pairs are refused with `TooLarge`.
    """
    # In order of start, the partners of a span that start within it stand right behind it, all of
    # them true ones: no span, however long, ever meets a candidate that is not an answer.
    real = np.flatnonzero(columns.end > columns.start)
    keys = Timeline.of(group[real], SpanColumns(columns.start[real], columns.end[real])).keys
    order = _in_order(keys.start)
    starts = keys.start[order]
    ends = keys.end[order]
    rows = real[order]
    labels = None if apart is None else apart[rows]

    openers = np.flatnonzero(ends[:-1] > starts[1:])
    partners = np.searchsorted(starts, ends[openers]) - openers - 1
    lefts: list[IntColumn] = []
    rights: list[IntColumn] = []
    found = 0
    for batch in _batches(partners):
        left, right = _laid_out(openers[batch], partners[batch])
        if labels is not None:
            differing = labels[left] != labels[right]
            left, right = left[differing], right[differing]
        found += len(left)
        if found > most:
            raise TooLarge(
                f"More than {most} pairs overlap: ask for a shorter time or fewer calendars.",
                limit=most,
            )
        lefts.append(rows[left])
        rights.append(rows[right])
    empty: IntColumn = np.zeros(0, dtype=np.int64)
    return Pairs(np.concatenate([empty, *lefts]), np.concatenate([empty, *rights]))


def _in_order(keys: IntColumn) -> IntColumn:
    """Sort stably, but at the speed of NumPy's unstable sort: only equal keys are put right after it."""
    order = np.argsort(keys)
    equal = np.flatnonzero(keys[order[1:]] == keys[order[:-1]])
    tied = np.union1d(equal, equal + 1)
    rows = order[tied]
    order[tied] = rows[np.lexsort((rows, keys[rows]))]
    return order


def _batches(partners: IntColumn) -> Iterator[slice]:
    """Cut the openers so that each cut has about `_BATCH` pairs: same answer, bounded memory."""
    total = np.cumsum(partners)
    start = 0
    while start < len(partners):
        reached = int(total[start - 1]) if start else 0
        stop = max(int(np.searchsorted(total, reached + _BATCH, side="right")), start + 1)
        yield slice(start, stop)
        start = stop


def _laid_out(openers: IntColumn, partners: IntColumn) -> tuple[IntColumn, IntColumn]:
    """Write out each opener with its `partners` followers, one pair a row."""
    left = np.repeat(openers, partners)
    before: NDArray[np.int64] = np.cumsum(partners) - partners
    right = left + 1 + np.arange(len(left)) - np.repeat(before, partners)
    return left, right
