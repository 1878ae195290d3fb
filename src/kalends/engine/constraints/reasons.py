"""In what way a rule is broken. Times are by the clock of the member whose rule it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import ClassVar

from kalends.engine.constraints.window import Window
from kalends.engine.wording import Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginsTooEarly:
    """An event begins before the earliest time of day."""

    code: ClassVar[str] = "no_events_before"
    subject: str
    uid: str
    begins: time
    limit: time

    def words(self, wording: Wording) -> str:
        return wording.say(
            "{title} begins at {begins:%H:%M}, but {name} wants no events before {limit:%H:%M}",
            title=wording.title(self.uid),
            begins=self.begins,
            name=wording.name(self.subject),
            limit=self.limit,
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
        return wording.say(
            "{title} lasts until {ends:%H:%M}, but {name} wants no events after {limit:%H:%M}",
            title=wording.title(self.uid),
            ends=self.ends,
            name=wording.name(self.subject),
            limit=self.limit,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NotInWindow:
    """An event is not wholly within the hours that are liked."""

    code: ClassVar[str] = "preferred_window"
    subject: str
    uid: str
    begins: time
    ends: time
    window: Window

    def words(self, wording: Wording) -> str:
        return wording.say(
            "{title} ({begins:%H:%M}-{ends:%H:%M}) is not within {window}, as {name} wants it",
            title=wording.title(self.uid),
            begins=self.begins,
            ends=self.ends,
            window=self.window.said(wording),
            name=wording.name(self.subject),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class InBlockedWindow:
    """An event takes time that is kept free."""

    code: ClassVar[str] = "blocked_window"
    subject: str
    uid: str
    begins: time
    ends: time
    window: Window

    def words(self, wording: Wording) -> str:
        return wording.say(
            "{title} ({begins:%H:%M}-{ends:%H:%M}) takes time that {name} keeps free ({window})",
            title=wording.title(self.uid),
            begins=self.begins,
            ends=self.ends,
            name=wording.name(self.subject),
            window=self.window.said(wording),
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
        return wording.say(
            "{first} and {second} are only {gap} apart, but {name} wants {least} between them"
            if self.gap
            else "{first} and {second} follow each other at once, but {name} wants {least} between them",
            first=wording.title(self.uid),
            second=wording.title(self.next),
            gap=wording.length(self.gap),
            name=wording.name(self.subject),
            least=wording.length(self.least),
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
        return wording.count(
            self.count,
            "{name} has {count} event on {day}, but wants no more than {most} a day",
            "{name} has {count} events on {day}, but wants no more than {most} a day",
            name=wording.name(self.subject),
            day=wording.day(self.day),
            most=self.most,
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
        return wording.count(
            self.count,
            "{name} has {count} event in the week of {day}, but wants no more than {most} a week",
            "{name} has {count} events in the week of {day}, but wants no more than {most} a week",
            name=wording.name(self.subject),
            day=wording.day(self.first_day),
            most=self.most,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptForOthers:
    """An event uses a resource while it is kept for members of whom none takes part."""

    code: ClassVar[str] = "resource_priority"
    uid: str
    resource: str
    members: tuple[str, ...]
    window: Window | None  # None for always

    def words(self, wording: Wording) -> str:
        said = wording.say(
            "{title} uses {resource}, which is kept for {members}",
            title=wording.title(self.uid),
            resource=wording.name(self.resource),
            members=wording.listed([wording.name(member) for member in self.members]),
        )
        return said if self.window is None else f"{said} ({self.window.said(wording)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAsAsked:
    """What was asked of every event does not hold for one."""

    code: ClassVar[str] = "custom"
    subject: str
    uid: str
    expression: str

    def words(self, wording: Wording) -> str:
        return wording.say(
            "{title} is not as {name} asks of events: {expression}",
            title=wording.title(self.uid),
            name=wording.name(self.subject),
            expression=self.expression,
        )
