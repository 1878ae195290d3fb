"""In what way a rule is broken. Times are by the clock of the member whose rule it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import ClassVar

from kalends.engine.wording import Wording, counted, length, listed


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginsTooEarly:
    """An event begins before the earliest time of day."""

    code: ClassVar[str] = "no_events_before"
    subject: str
    uid: str
    begins: time
    limit: time

    def words(self, wording: Wording) -> str:
        return (
            f"{wording.title(self.uid)} begins at {self.begins:%H:%M}, but {wording.name(self.subject)} "
            f"wants no events before {self.limit:%H:%M}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LastsTooLong:
    """An event goes on after the latest time of day."""

    code: ClassVar[str] = "no_events_after"
    subject: str
    uid: str
    ends: time
    limit: time

    def words(self, wording: Wording) -> str:
        return (
            f"{wording.title(self.uid)} lasts until {self.ends:%H:%M}, but {wording.name(self.subject)} "
            f"wants no events after {self.limit:%H:%M}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NotInWindow:
    """An event is not wholly within the hours that are liked."""

    code: ClassVar[str] = "preferred_window"
    subject: str
    uid: str
    begins: time
    ends: time
    window: str  # as in "09:00-17:00 on Mon and Tue"

    def words(self, wording: Wording) -> str:
        return (
            f"{wording.title(self.uid)} ({self.begins:%H:%M}-{self.ends:%H:%M}) is not within "
            f"{self.window}, as {wording.name(self.subject)} wants it"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class InBlockedWindow:
    """An event takes time that is kept free."""

    code: ClassVar[str] = "blocked_window"
    subject: str
    uid: str
    begins: time
    ends: time
    window: str  # as in "09:00-17:00 on Mon and Tue"

    def words(self, wording: Wording) -> str:
        return (
            f"{wording.title(self.uid)} ({self.begins:%H:%M}-{self.ends:%H:%M}) takes time that "
            f"{wording.name(self.subject)} keeps free ({self.window})"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GapTooSmall:
    """Too little time lies between two events."""

    code: ClassVar[str] = "min_gap_minutes"
    subject: str
    uid: str  # of the earlier event
    next: str  # of the later one
    gap: timedelta
    least: timedelta

    def words(self, wording: Wording) -> str:
        apart = f"are only {length(self.gap)} apart" if self.gap else "follow each other at once"
        return (
            f"{wording.title(self.uid)} and {wording.title(self.next)} {apart}, "
            f"but {wording.name(self.subject)} wants {length(self.least)} between them"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TooManyThatDay:
    """A day holds more events than it should."""

    code: ClassVar[str] = "max_events_per_day"
    subject: str
    day: date
    count: int
    most: int

    def words(self, wording: Wording) -> str:
        return (
            f"{wording.name(self.subject)} has {counted(self.count, 'event')} on {self.day:%Y-%m-%d}, "
            f"but wants no more than {self.most} a day"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TooManyThatWeek:
    """A week holds more events than it should."""

    code: ClassVar[str] = "max_events_per_week"
    subject: str
    first_day: date
    count: int
    most: int

    def words(self, wording: Wording) -> str:
        return (
            f"{wording.name(self.subject)} has {counted(self.count, 'event')} in the week of "
            f"{self.first_day:%Y-%m-%d}, but wants no more than {self.most} a week"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptForOthers:
    """An event uses a resource while it is kept for members of whom none takes part."""

    code: ClassVar[str] = "resource_priority"
    uid: str
    resource: str
    members: tuple[str, ...]
    window: str  # as in "09:00-17:00 on Mon", empty for always

    def words(self, wording: Wording) -> str:
        kept = f" ({self.window})" if self.window else ""
        return (
            f"{wording.title(self.uid)} uses {wording.name(self.resource)}, which is kept for "
            f"{listed([wording.name(member) for member in self.members])}{kept}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAsAsked:
    """What was asked of every event does not hold for one."""

    code: ClassVar[str] = "custom"
    subject: str
    uid: str
    expression: str

    def words(self, wording: Wording) -> str:
        return (
            f"{wording.title(self.uid)} is not as {wording.name(self.subject)} asks of events: "
            f"{self.expression}"
        )
