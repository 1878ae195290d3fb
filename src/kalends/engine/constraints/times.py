"""Rules about the times of day at which events may be, by the member's clock.

An event belongs to the day on which it begins: one until 01:00 ends late on its day, it does not begin early
on the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import Any, ClassVar, Self

import numpy as np

from kalends.engine.constraints.agenda import DAY, Agenda, weekdays
from kalends.engine.constraints.parameters import Parameters, time_text
from kalends.engine.constraints.reasons import BeginsTooEarly, InBlockedWindow, LastsTooLong, NotInWindow
from kalends.engine.constraints.rule import EventRule, Mask
from kalends.engine.constraints.window import Window, seconds_of
from kalends.engine.span_columns import IntColumn
from kalends.engine.wording import Reason


@dataclass(frozen=True, slots=True)
class NoEventsBefore(EventRule):
    """No event begins before a time of day."""

    code: ClassVar[str] = "no_events_before"
    limit: time

    @classmethod
    def given(cls, parameters: Parameters) -> Self:
        return cls(parameters.clock_time("time"))

    def broken(self, agenda: Agenda) -> Mask:
        return agenda.opens - agenda.day * DAY < seconds_of(self.limit)

    def reason(self, agenda: Agenda, row: int) -> Reason:
        return BeginsTooEarly(
            subject=agenda.subject,
            uid=agenda.facts(row).uid,
            begins=_reading(agenda.opens[row]),
            limit=self.limit,
        )

    def parameters(self) -> dict[str, Any]:
        return {"time": time_text(self.limit)}


@dataclass(frozen=True, slots=True)
class NoEventsAfter(EventRule):
    """No event goes on after a time of its day, nor begins then."""

    code: ClassVar[str] = "no_events_after"
    limit: time  # midnight is that at the end of the day

    @classmethod
    def given(cls, parameters: Parameters) -> Self:
        return cls(parameters.clock_time("time"))

    def broken(self, agenda: Agenda) -> Mask:
        midnight = agenda.day * DAY
        limit = seconds_of(self.limit) or DAY
        # Where the clock is set back, an event may end at an earlier reading than it begins.
        return (agenda.closes - midnight > limit) | (agenda.opens - midnight >= limit)

    def reason(self, agenda: Agenda, row: int) -> Reason:
        return LastsTooLong(
            subject=agenda.subject,
            uid=agenda.facts(row).uid,
            ends=_reading(agenda.closes[row]),
            limit=self.limit,
        )

    def parameters(self) -> dict[str, Any]:
        return {"time": time_text(self.limit)}


@dataclass(frozen=True, slots=True)
class PreferredWindow(EventRule):
    """Events that begin on the window's days lie wholly within it. Of other days it says nothing."""

    code: ClassVar[str] = "preferred_window"
    window: Window

    @classmethod
    def given(cls, parameters: Parameters) -> Self:
        return cls(Window.given(parameters))

    def broken(self, agenda: Agenda) -> Mask:
        # A window over midnight also takes what begins in its part of the next day.
        within = self._within(agenda, agenda.day) | self._within(agenda, agenda.day - 1)
        return self._on(agenda.day) & ~within

    def _within(self, agenda: Agenda, day: IntColumn) -> Mask:
        first, last = self.window.seconds
        midnight = day * DAY
        inside = (agenda.opens >= midnight + first) & (agenda.closes <= midnight + last)
        return self._on(day) & inside

    def _on(self, day: IntColumn) -> Mask:
        return np.isin(weekdays(day), sorted(self.window.days))

    def reason(self, agenda: Agenda, row: int) -> Reason:
        return NotInWindow(
            subject=agenda.subject,
            uid=agenda.facts(row).uid,
            begins=_reading(agenda.opens[row]),
            ends=_reading(agenda.closes[row]),
            window=self.window,
        )

    def parameters(self) -> dict[str, Any]:
        return self.window.parameters()


@dataclass(frozen=True, slots=True)
class BlockedWindow(EventRule):
    """No event shares an instant with the window."""

    code: ClassVar[str] = "blocked_window"
    window: Window

    @classmethod
    def given(cls, parameters: Parameters) -> Self:
        return cls(Window.given(parameters))

    def broken(self, agenda: Agenda) -> Mask:
        return self.window.met(agenda)

    def reason(self, agenda: Agenda, row: int) -> Reason:
        return InBlockedWindow(
            subject=agenda.subject,
            uid=agenda.facts(row).uid,
            begins=_reading(agenda.opens[row]),
            ends=_reading(agenda.closes[row]),
            window=self.window,
        )

    def parameters(self) -> dict[str, Any]:
        return self.window.parameters()


def _reading(local: int) -> time:
    second = int(local) % DAY
    return time(second // 3600, second // 60 % 60, second % 60)
