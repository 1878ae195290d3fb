"""Where a subject is wanted by more claims at once than it has places."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kalends.engine.conflicts.timeline import Timeline
from kalends.engine.span_columns import IntColumn, SpanColumns, levels


class Overloads(NamedTuple):
    """Maximal stretches of use above capacity, and the claims that take part in each.

    The k-th has the claims `claim[first[k]:first[k + 1]]`, in order of start; beside each stands, in
    `piece`, the part of it that lies inside the stretch.
    """

    subject: IntColumn
    span: SpanColumns
    peak: IntColumn  # the largest use at once
    first: IntColumn  # one longer than the columns above
    claim: IntColumn
    piece: SpanColumns

    def taking_part(self, index: int) -> IntColumn:
        """Give the claims of one overload."""
        return self.claim[self.first[index] : self.first[index + 1]]

    def only(self, kept: NDArray[np.bool_]) -> Overloads:
        """Give the stretches that are marked."""
        sizes = np.diff(self.first)
        part = np.repeat(kept, sizes)
        return Overloads(
            subject=self.subject[kept],
            span=self.span.only(kept),
            peak=self.peak[kept],
            first=np.append(0, np.cumsum(sizes[kept])),
            claim=self.claim[part],
            piece=self.piece.only(part),
        )

    def joined(self, more: Overloads) -> Overloads:
        """Add stretches behind."""
        return Overloads(
            subject=np.append(self.subject, more.subject),
            span=self.span.joined(more.span),
            peak=np.append(self.peak, more.peak),
            first=np.append(self.first, more.first[1:] + self.first[-1]),
            claim=np.append(self.claim, more.claim),
            piece=self.piece.joined(more.piece),
        )


def overloads(subject: IntColumn, columns: SpanColumns, capacity: IntColumn) -> Overloads:
    """Find each stretch where more claims want a subject than `capacity[subject]`, which is 0 or more.

    Capacity is weighed against concurrent use, not against the number of claims that overlap one
    another: two short uses in turn beside a long one need two places, not three.
    """
    real = np.flatnonzero(columns.end > columns.start)
    numbers, place = np.unique(subject[real], return_inverse=True)
    line = Timeline.of(place, SpanColumns(columns.start[real], columns.end[real]))
    steps = levels(line.keys)
    owner = numbers[line.group(steps.time)]
    stretches = steps.stretches(steps.level > capacity[owner])

    opening = np.searchsorted(steps.time, stretches.start)
    closing = np.searchsorted(steps.time, stretches.end)
    bounds = np.stack((opening, closing), axis=1).ravel()
    peak = np.maximum.reduceat(steps.level, bounds)[::2] if len(bounds) else bounds

    # The stretches are disjoint and in order, so those that a claim meets stand side by side.
    lowest = np.searchsorted(stretches.end, line.keys.start, side="right")
    met = np.searchsorted(stretches.start, line.keys.end) - lowest
    part = np.repeat(np.arange(len(real)), met)
    stretch = np.repeat(lowest - (np.cumsum(met) - met), met) + np.arange(len(part))
    order = np.lexsort((part, line.keys.start[part], stretch))
    part, stretch = part[order], stretch[order]
    return Overloads(
        subject=owner[opening],
        span=SpanColumns(line.time(stretches.start), line.time(stretches.end)),
        peak=peak,
        first=np.searchsorted(stretch, np.arange(len(opening) + 1)),
        claim=real[part],
        piece=SpanColumns(
            line.time(np.maximum(line.keys.start[part], stretches.start[stretch])),
            line.time(np.minimum(line.keys.end[part], stretches.end[stretch])),
        ),
    )
