"""What whoever runs the server decides about calls."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSettings:
    """Limits that protect those who are called, and the account that pays."""

    quiet_hours: str = "21:00-08:00"  # of the called person, on their clock; empty: none
    concurrency: int = 5  # calls of the account at once
    per_minute: int = 60  # of the account
    per_number: int = 5  # attempts at one number within an hour
    region: str | None = None  # of numbers given without a country: ISO 3166, two letters
