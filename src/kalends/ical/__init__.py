"""iCalendar (RFC 5545, 7986): text to engine values and back, without losing a property."""

from __future__ import annotations

from kalends.ical.document import Block, Calendar, CalendarObject, Document, write, write_chunks
from kalends.ical.errors import NotCalendar, Problem, Rejected
from kalends.ical.limits import DEFAULT_LIMITS, Limits
from kalends.ical.reading import read

__all__ = [
    "DEFAULT_LIMITS",
    "Block",
    "Calendar",
    "CalendarObject",
    "Document",
    "Limits",
    "NotCalendar",
    "Problem",
    "Rejected",
    "read",
    "write",
    "write_chunks",
]
