"""Moments as tests compare them."""

from __future__ import annotations

from datetime import UTC, datetime

from kalends.engine.series import Start


def in_utc(start: Start) -> datetime:
    """Give a start that has a time of day, and must have one, in UTC."""
    assert isinstance(start, datetime)
    return start.astimezone(UTC)
