"""Half-open stretches of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from kalends.kit.errors import InvalidInput


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The instants from `start` up to, and without, `end`. Compares by instant, whatever the zones."""

    start: datetime  # aware
    end: datetime  # aware, after start

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise InvalidInput(f"A span needs aware times, not {self.start} and {self.end}.", field="start")
        # Two times of one zone would compare by the wall clock, wrongly across a DST change.
        if self.start.astimezone(UTC) >= self.end.astimezone(UTC):
            raise InvalidInput(f"A span must end after it starts: {self.start} to {self.end}.", field="end")

    @property
    def duration(self) -> timedelta:
        """Give the time that really passes, across any DST change."""
        return self.end.astimezone(UTC) - self.start.astimezone(UTC)

    def overlaps(self, other: Span) -> bool:
        """Say whether the two share an instant. Spans that merely touch do not."""
        return self.start.astimezone(UTC) < other.end.astimezone(UTC) and other.start.astimezone(
            UTC
        ) < self.end.astimezone(UTC)
