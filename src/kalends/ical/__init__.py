"""iCalendar (RFC 5545, 7986): text to engine values and back, without losing a property.

`read` and `write` take whole files; `ObjectText` and `project` the stored text of one calendar object.
"""

from __future__ import annotations

from kalends.ical.changes import Changes
from kalends.ical.composing import CalendarHead, busy, compose
from kalends.ical.document import Block, Calendar, CalendarObject, Document, write, write_chunks
from kalends.ical.errors import NotCalendar, Problem, Rejected
from kalends.ical.fields import Alarm, Attendee, EventFields
from kalends.ical.limits import DEFAULT_LIMITS, Limits
from kalends.ical.moving import moved
from kalends.ical.objects import ObjectText, project
from kalends.ical.projection import series
from kalends.ical.reading import read
from kalends.ical.splitting import split

__all__ = [
    "DEFAULT_LIMITS",
    "Alarm",
    "Attendee",
    "Block",
    "Calendar",
    "CalendarHead",
    "CalendarObject",
    "Changes",
    "Document",
    "EventFields",
    "Limits",
    "NotCalendar",
    "ObjectText",
    "Problem",
    "Rejected",
    "busy",
    "compose",
    "moved",
    "project",
    "read",
    "series",
    "split",
    "write",
    "write_chunks",
]
