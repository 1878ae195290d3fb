"""Why a time is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from kalends.engine.spans import Span
from kalends.engine.wording import Wording, length


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideWindow:
    """The time does not lie wholly in the window that was asked for."""

    code: ClassVar[str] = "outside_window"
    window: Span

    def words(self, wording: Wording) -> str:
        return f"it is not within {wording.time(self.window)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Busy:
    """An event has taken some of the time."""

    code: ClassVar[str] = "busy"
    subject: str
    uid: str  # empty where nobody knows
    span: Span  # the event's

    def words(self, wording: Wording) -> str:
        event = wording.title(self.uid) if self.uid else "something else"
        return f"{wording.name(self.subject)} has {event} ({wording.time(self.span)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class TooClose:
    """An event is nearer than the gap that is to be kept."""

    code: ClassVar[str] = "too_close"
    subject: str
    uid: str  # empty where nobody knows
    span: Span  # the event's
    gap: timedelta

    def words(self, wording: Wording) -> str:
        event = wording.title(self.uid) if self.uid else "something else"
        return (
            f"{wording.name(self.subject)} wants {length(self.gap)} free "
            f"beside {event} ({wording.time(self.span)})"
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
        users = f" by {wording.titles(self.uids)}" if self.uids else ""
        return (
            f"{wording.name(self.subject)} serves {self.capacity} and is taken{users} "
            f"({wording.time(self.span)})"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideHours:
    """Some of the time lies outside the subject's hours."""

    code: ClassVar[str] = "outside_hours"
    subject: str
    span: Span  # the part of the time that does, or one of them

    def words(self, wording: Wording) -> str:
        return f"{wording.name(self.subject)} is not available {wording.time(self.span)}"
