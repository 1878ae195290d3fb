"""One long time line on which every group of spans has a stretch of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kalends.engine.span_columns import IntColumn, SpanColumns


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Spans of many groups, shifted so that two overlap exactly if they did and are of one group.

    One sort and one search then serve all groups at once.
    """

    keys: SpanColumns
    width: int  # of each group's stretch
    origin: int  # the time at which every stretch begins

    @classmethod
    def of(cls, group: IntColumn, columns: SpanColumns) -> Timeline:
        """Lay out spans, each with length; groups are numbered from 0, the closer together the better."""
        if not len(group):
            return cls(keys=columns, width=1, origin=0)
        origin = int(columns.start.min())
        width = int(columns.end.max()) - origin + 1
        if (int(group.max()) + 1) * width >= 1 << 62:
            # Numbers too far apart to serve as they are; of ranks there are no more than of spans.
            group = np.unique(group, return_inverse=True)[1]
        shift = group * width - origin
        return cls(keys=SpanColumns(columns.start + shift, columns.end + shift), width=width, origin=origin)

    def group(self, key: IntColumn) -> IntColumn:
        """Give the group that owns a key; its rank instead where the numbers lay too far apart."""
        return key // self.width

    def time(self, key: IntColumn) -> IntColumn:
        """Give the time that a key stands for."""
        return key % self.width + self.origin
