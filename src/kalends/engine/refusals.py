"""Why a time is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from kalends.engine.spans import Span
from kalends.engine.wording import Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideWindow:
    """The time does not lie wholly in the window that was asked for."""

    code: ClassVar[str] = "outside_window"
    window: Span

    def words(self, wording: Wording) -> str:
        return wording.say("it is not within {window}", window=wording.time(self.window))


@dataclass(frozen=True, slots=True, kw_only=True)
class Busy:
    """An event has taken some of the time."""

    code: ClassVar[str] = "busy"
    subject: str
    uid: str  # empty where nobody knows
    span: Span  # the event's

    def words(self, wording: Wording) -> str:
        event = wording.title(self.uid) if self.uid else wording.say("something else")
        return wording.say(
            "{name} has {title} ({time})",
            name=wording.name(self.subject),
            title=event,
            time=wording.time(self.span),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TooClose:
    """An event is nearer than the gap that is to be kept."""

    code: ClassVar[str] = "too_close"
    subject: str
    uid: str  # empty where nobody knows
    span: Span  # the event's
    gap: timedelta

    def words(self, wording: Wording) -> str:
        event = wording.title(self.uid) if self.uid else wording.say("something else")
        return wording.say(
            "{name} wants {gap} free beside {title} ({time})",
            name=wording.name(self.subject),
            gap=wording.length(self.gap),
            title=event,
            time=wording.time(self.span),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class InUse:
    """Every place of a resource is taken."""

    code: ClassVar[str] = "in_use"
    subject: str
    uids: tuple[str, ...]
    span: Span  # while no place is left
    capacity: int

    def words(self, wording: Wording) -> str:
        return wording.say(
            "{name} serves {capacity} and is taken by {titles} ({time})"
            if self.uids
            else "{name} serves {capacity} and is taken ({time})",
            name=wording.name(self.subject),
            capacity=self.capacity,
            titles=wording.titles(self.uids),
            time=wording.time(self.span),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideHours:
    """Some of the time lies outside the subject's hours."""

    code: ClassVar[str] = "outside_hours"
    subject: str
    span: Span  # the part of the time that does, or one of them

    def words(self, wording: Wording) -> str:
        return wording.say(
            "{name} is not available {time}", name=wording.name(self.subject), time=wording.time(self.span)
        )
