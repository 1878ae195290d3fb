"""What whoever runs the server decides about calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from kalends.features.calls.quiet import QuietHours

NIGHT = QuietHours(since=21 * 3600, until=8 * 3600)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSettings:
    """Limits that protect those who are called, and the account that pays."""

    quiet_hours: QuietHours | None = NIGHT  # of the called person, on their clock
    concurrency: int = 5  # calls of the account at once
    per_minute: int = 60  # of the account
    per_number: int = 5  # attempts at one number within an hour
    region: str | None = None  # of numbers given without a country: ISO 3166, two letters
    grace: timedelta = timedelta(minutes=5)  # how late a call is made as if nothing had been
    # How long a telephone service may take to list a call that it was asked for: so long after it was asked,
    # nobody asks it again.
    settles: timedelta = timedelta(seconds=15)
