"""Hours that come back every week by the local clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time

import numpy as np

from kalends.engine.span_columns import SpanColumns, gaps
from kalends.engine.zones import Zone
from kalends.kit.errors import InvalidInput

_DAY = 86_400
_EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday

Opening = tuple[time, time]
"""From the first local time up to, and without, the second. A second that is not later lies on the
next day, so that (22:00, 06:00) is a night and (00:00, 00:00) the whole day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyHours:
    """Openings for each weekday (0 is Monday) in one zone. A weekday that is not named stays closed.

    The hours keep to the wall clock: across a DST change they begin and end at the same local times.
    A time that the change skips or repeats is read as everywhere: with the offset before it.
    """

    zone: Zone
    openings: Mapping[int, Sequence[Opening]]

    def __post_init__(self) -> None:
        for weekday, openings in self.openings.items():
            if not 0 <= weekday <= 6:
                raise InvalidInput(f"Weekdays are 0 (Monday) to 6, not {weekday}.", field="openings")
            if any(moment.tzinfo is not None for opening in openings for moment in opening):
                raise InvalidInput("Opening times are local to the hours' zone: give none.", field="openings")

    @classmethod
    def every(cls, weekdays: Sequence[int], start: time, end: time, *, zone: Zone) -> WeeklyHours:
        """Open at the same hours on each of the weekdays."""
        return cls(zone=zone, openings=dict.fromkeys(weekdays, ((start, end),)))

    def open(self, start: int, end: int) -> SpanColumns:
        """Give the open stretches that meet a window of UTC seconds; they may reach beyond it."""
        # An opening lasts up to a day and a zone lies up to a day off UTC.
        days = np.arange(start // _DAY - 2, end // _DAY + 2, dtype=np.int64)
        weekdays = (days + _EPOCH_WEEKDAY) % 7
        opens, closes = [], []
        for weekday, openings in self.openings.items():
            midnights = days[weekdays == weekday] * _DAY
            for first, last in openings:
                opens.append(midnights + _seconds(first))
                closes.append(midnights + _seconds(last) + (_DAY if last <= first else 0))
        empty = np.zeros(0, dtype=np.int64)
        begins = self.zone.to_utc(np.concatenate([empty, *opens]))
        ends = self.zone.to_utc(np.concatenate([empty, *closes]))
        kept = (begins < end) & (ends > start)
        return SpanColumns(begins[kept], ends[kept])

    def closed(self, start: int, end: int) -> SpanColumns:
        """Give the closed stretches of a window of UTC seconds, in order."""
        return gaps(self.open(start, end), start, end)


def _seconds(moment: time) -> int:
    return moment.hour * 3600 + moment.minute * 60 + moment.second
