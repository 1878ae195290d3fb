"""Calendars as iCalendar feeds, for whoever knows their secret address."""

from kalends.interfaces.feeds.feed import feed_routes

__all__ = ["feed_routes"]
