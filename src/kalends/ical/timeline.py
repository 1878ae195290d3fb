"""Starts of every form on one line, so that they can be ordered and compared."""

from __future__ import annotations

from datetime import UTC, datetime, time, tzinfo

from kalends.engine.series import Start


def as_instant(start: Start) -> datetime:
    """Give an instant that orders starts: floating times and midnights of dates are laid on UTC."""
    if not isinstance(start, datetime):
        return datetime.combine(start, time(), UTC)
    if start.tzinfo is None:
        return start.replace(tzinfo=UTC)
    try:
        return start.astimezone(UTC)
    except OverflowError:  # the first or last hours of Python's calendar
        return start.replace(tzinfo=UTC)


def instant_key(start: Start) -> tuple[str, datetime]:
    """Give what names an instance of a series: its form, and its instant within that form."""
    if not isinstance(start, datetime):
        return "date", as_instant(start)
    return "floating" if start.tzinfo is None else "zoned", as_instant(start)


def wall_time(start: Start, zone: tzinfo | None) -> datetime:
    """Give the local time in `zone`; floating times and dates (their midnight) have theirs already."""
    if not isinstance(start, datetime):
        return datetime.combine(start, time())
    if start.tzinfo is None or zone is None:
        return start.replace(tzinfo=None)
    return start.astimezone(zone).replace(tzinfo=None)
