"""Quiet hours: when nobody is to be called, on the clock of whoever would be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from kalends.engine.zones import wall_seconds, zone

_FORM = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
_DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """From one time of day up to, and without, another; over midnight where the first is the later."""

    since: int  # seconds from midnight
    until: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read `21:00-08:00`; None for an empty text, or hours that are none. Raises `ValueError`."""
        if not text:
            return None
        match = _FORM.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} are no hours: write 21:00-08:00, or nothing.")
        first, second, third, fourth = map(int, match.groups())
        hours = cls(since=first * 3600 + second * 60, until=third * 3600 + fourth * 60)
        return None if hours.since == hours.until else hours

    def over_at(self, now: datetime, zone_name: str) -> datetime | None:
        """Give when the quiet hours end that an instant is in; None where it is in none.

        Where the clock skips their end, they end with the gap; where it repeats it, at the first pass.
        """
        clock = zone(zone_name)
        local = wall_seconds(now.astimezone(clock.tzinfo))
        midnight, time = local - local % _DAY, local % _DAY
        if self.since < self.until:
            if not self.since <= time < self.until:
                return None
            end = midnight + self.until
        elif time >= self.since:
            end = midnight + _DAY + self.until
        elif time < self.until:
            end = midnight + self.until
        else:
            return None
        return datetime.fromtimestamp(max(clock.instant(end), int(now.timestamp()) + 1), UTC)
