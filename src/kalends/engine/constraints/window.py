"""A stretch of the day that comes back on certain weekdays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import Any, Self

import numpy as np

from kalends.engine.constraints.agenda import Agenda
from kalends.engine.constraints.parameters import Parameters, days_given, time_text
from kalends.engine.constraints.rule import Mask
from kalends.engine.hours import WeeklyHours
from kalends.engine.wording import Speech

EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From `start` up to, and without, `end` on the clock; an end that is not later lies on the next day."""

    start: time
    end: time
    days: frozenset[int] = EVERY_DAY  # on which it begins, 0 is Monday

    @classmethod
    def given(cls, parameters: Parameters) -> Self:
        """Take start, end and days from a rule's parameters."""
        return cls(
            start=parameters.clock_time("start"),
            end=parameters.clock_time("end"),
            days=parameters.days("days"),
        )

    @classmethod
    def whole(cls, days: frozenset[int]) -> Self:
        """Make the window of whole days."""
        return cls(start=time(0), end=time(0), days=days)

    @property
    def seconds(self) -> tuple[int, int]:
        """Give start and end in seconds after the midnight of the day on which it begins."""
        start, end = seconds_of(self.start), seconds_of(self.end)
        return start, end if end > start else end + 86_400

    def met(self, agenda: Agenda) -> Mask:
        """Say of each row whether it shares an instant with the window on any of its days."""
        if not len(agenda):
            return np.zeros(0, dtype=bool)
        hours = WeeklyHours.every(sorted(self.days), self.start, self.end, zone=agenda.clock.zone)
        opens, closes = hours.open(int(agenda.start.min()), int(agenda.end.max()))
        # Where the clock skips the whole window, it has no length that day.
        real = closes > opens
        opens, closes = np.sort(opens[real]), np.sort(closes[real])
        following = np.searchsorted(closes, agenda.start, side="right")
        return following < np.searchsorted(opens, agenda.end)

    def parameters(self) -> dict[str, Any]:
        """Give start, end and days as a rule's parameters."""
        return {"start": time_text(self.start), "end": time_text(self.end), **days_given(self.days)}

    def said(self, speech: Speech) -> str:
        """Say when: "22:00-06:00", "09:00-17:00 on Mon, Tue and Fri"."""
        hours = speech.say("{begins}-{ends}", begins=f"{self.start:%H:%M}", ends=f"{self.end:%H:%M}")
        if self.days == EVERY_DAY:
            return hours
        days = speech.listed([speech.weekday(day) for day in sorted(self.days)])
        return speech.say("{hours} on {days}", hours=hours, days=days)


def seconds_of(moment: time) -> int:
    """Give a time of day in seconds after midnight."""
    return moment.hour * 3600 + moment.minute * 60 + moment.second
