"""Half-open stretches of time, one by one and in lists; `span_columns` does the arithmetic."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from kalends.engine import span_columns
from kalends.engine.span_columns import SpanColumns
from kalends.kit.errors import InvalidInput

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """The instants from `start` up to, and without, `end`. Compares by instant, whatever the zones."""

    start: datetime  # aware
    end: datetime  # aware, after start

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise InvalidInput(f"A span needs aware times, not {self.start} and {self.end}.", field="start")
        start, end = self._instants
        if start >= end:
            raise InvalidInput(f"A span must end after it starts: {self.start} to {self.end}.", field="end")

    @classmethod
    def of_seconds(cls, start: int, end: int) -> Span:
        """Make the span between two counts of seconds since 1970 in UTC."""
        return cls(EPOCH + int(start) * _SECOND, EPOCH + int(end) * _SECOND)

    @property
    def _instants(self) -> tuple[datetime, datetime]:
        # Two times of one zone would compare by the wall clock, wrongly across a DST change, and a
        # repeated time equals nothing in another zone (PEP 495): only UTC is safe to compare.
        return self.start.astimezone(UTC), self.end.astimezone(UTC)

    @property
    def duration(self) -> timedelta:
        """Give the time that really passes, across any DST change."""
        start, end = self._instants
        return end - start

    def overlaps(self, other: Span) -> bool:
        """Say whether the two share an instant. Spans that merely touch do not."""
        start, end = self._instants
        other_start, other_end = other._instants
        return start < other_end and other_start < end

    def contains(self, other: Span) -> bool:
        """Say whether every instant of the other lies in this one."""
        start, end = self._instants
        other_start, other_end = other._instants
        return start <= other_start and other_end <= end

    def __eq__(self, other: object) -> bool:
        return self._instants == other._instants if isinstance(other, Span) else NotImplemented

    def __lt__(self, other: Span) -> bool:
        return self._instants < other._instants

    def __le__(self, other: Span) -> bool:
        return self._instants <= other._instants

    def __hash__(self) -> int:
        return hash(self._instants)


def union(spans: Iterable[Span]) -> list[Span]:
    """Give the instants in any of the spans, as disjoint spans in order that do not even touch."""
    return _from_columns(span_columns.union(_to_columns(spans)))


def intersection(left: Iterable[Span], right: Iterable[Span]) -> list[Span]:
    """Give the instants that both sides cover, as disjoint spans in order."""
    return _from_columns(span_columns.intersection(_to_columns(left), _to_columns(right)))


def subtraction(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """Give the instants of `spans` that no span of `taken` covers, as disjoint spans in order."""
    return _from_columns(span_columns.subtraction(_to_columns(spans), _to_columns(taken)))


def gaps(spans: Iterable[Span], within: Span) -> list[Span]:
    """Give what the spans leave free of `within`, as disjoint spans in order."""
    return subtraction([within], spans)


def peak_use(spans: Iterable[Span]) -> int:
    """Give the largest number of spans that share one instant; none share where they merely touch."""
    return span_columns.peak_use(_to_columns(spans))


def over_capacity(spans: Iterable[Span], capacity: int) -> list[Span]:
    """Give the stretches where more than `capacity` spans share an instant."""
    return _from_columns(span_columns.at_least(_to_columns(spans), capacity + 1))


# Lists are counted in microseconds, so that nothing a datetime can say is rounded.


def _to_columns(spans: Iterable[Span]) -> SpanColumns:
    counts = [((s.start - EPOCH) // _MICROSECOND, (s.end - EPOCH) // _MICROSECOND) for s in spans]
    table = np.array(counts, dtype=np.int64).reshape(-1, 2)
    return SpanColumns(table[:, 0], table[:, 1])


def _from_columns(columns: SpanColumns) -> list[Span]:
    ends = zip(columns.start.tolist(), columns.end.tolist(), strict=True)
    return [Span(EPOCH + start * _MICROSECOND, EPOCH + end * _MICROSECOND) for start, end in ends]
