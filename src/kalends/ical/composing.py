"""Many calendar objects as one file: exports and feeds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from kalends.engine.series import Length
from kalends.ical.changes import utc_line
from kalends.ical.components import Component
from kalends.ical.document import PRODID
from kalends.ical.lines import Line, escape, fold, make_line, with_parameters
from kalends.ical.objects import ObjectText
from kalends.ical.tzids import tzids_in
from kalends.ical.tznames import iana_name
from kalends.ical.values import format_length
from kalends.ical.zonetext import timezone_text

_SHOWN_WHEN_BUSY = frozenset(
    {
        *("UID", "RECURRENCE-ID", "SEQUENCE", "DTSTAMP", "CREATED", "LAST-MODIFIED", "STATUS", "TRANSP"),
        *("DTSTART", "DTEND", "DURATION", "RRULE", "EXRULE", "RDATE", "EXDATE"),
    }
)
_PARAMETERS_OF_TIME = frozenset({"TZID", "VALUE", "RANGE", "X-KALENDS-TZID"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarHead:
    """What a file says of its calendar as a whole (RFC 7986 5)."""

    name: str | None = None
    description: str | None = None
    uid: str | None = None
    color: str | None = None  # a CSS colour name; others are written only for those who read Apple's property
    source: str | None = None  # the address that the file can be fetched from again
    url: str | None = None
    refresh: timedelta | None = None  # how long a subscriber may wait before it looks again
    last_modified: datetime | None = None  # aware
    timezone: str | None = None  # IANA name, for display
    method: str | None = None  # iTIP
    prodid: str = PRODID

    def lines(self) -> Iterator[Line]:
        """Give the properties, those of old readers beside those of the RFC."""
        yield make_line("VERSION", "2.0")
        yield make_line("PRODID", escape(self.prodid))
        yield make_line("CALSCALE", "GREGORIAN")
        if self.method:
            yield make_line("METHOD", self.method)
        for name, value in (("NAME", self.name), ("X-WR-CALNAME", self.name)):
            if value:
                yield make_line(name, escape(value))
        for name, value in (("DESCRIPTION", self.description), ("X-WR-CALDESC", self.description)):
            if value:
                yield make_line(name, escape(value))
        if self.timezone:
            yield make_line("X-WR-TIMEZONE", self.timezone)
        if self.uid:
            yield make_line("UID", escape(self.uid))
        if self.color:
            # RFC 7986 5.9 takes CSS names; a number such as #3b82f6 is Apple's way.
            yield make_line("COLOR" if self.color.isalpha() else "X-APPLE-CALENDAR-COLOR", self.color)
        if self.last_modified:
            yield utc_line("LAST-MODIFIED", self.last_modified)
        if self.url:
            yield make_line("URL", self.url, {"VALUE": "URI"})
        if self.source:
            yield make_line("SOURCE", self.source, {"VALUE": "URI"})
        if self.refresh is not None:
            length = format_length(Length(seconds=int(self.refresh.total_seconds())))
            yield make_line("REFRESH-INTERVAL", length, {"VALUE": "DURATION"})
            yield make_line("X-PUBLISHED-TTL", length)


def compose(texts: Iterable[str], head: CalendarHead = CalendarHead()) -> Iterator[bytes]:
    """Merge the texts of calendar objects into one VCALENDAR, given piece by piece.

    Each VTIMEZONE comes once, before the first object that needs it: an object's own for names of its
    own, else one made from tzdata. Where two objects mean different zones by one name, the later's gets
    a number. Raises Rejected for a text that is no calendar object.
    """
    yield fold("\n".join(["BEGIN:VCALENDAR", *(line.raw for line in head.lines())]))
    written: dict[str, str] = {}  # TZID -> VTIMEZONE
    for text in texts:
        yield fold("\n".join(_with_zones(ObjectText.parse(text), written)))
    yield fold("END:VCALENDAR")


def busy(text: str, *, summary: str = "Busy") -> str:
    """Give an object's text with nothing but its times: what somebody may see who may not see more.

    Kept are times, recurrence, status and transparency; every other property, parameter, alarm and
    nested component is left out. CLASS says that there is more.
    """
    found = ObjectText.parse(text)
    head = tuple(line for line in found.calendar.lines if line.name in ("VERSION", "PRODID"))
    bare = (_bare(part, summary) for part in found.calendar.components)
    return ObjectText(Component("VCALENDAR", (*head, *bare))).render()


def _bare(part: Component, summary: str) -> Component:
    if part.name == "VTIMEZONE":
        return part
    shown = _SHOWN_WHEN_BUSY if part.name == "VEVENT" else {"UID"}
    kept = tuple(_with_parameters_of_time(line) for line in part.lines if line.name in shown)
    return Component(part.name, (*kept, make_line("SUMMARY", escape(summary)), make_line("CLASS", "PRIVATE")))


def _with_parameters_of_time(line: Line) -> Line:
    kept = {name: values for name, values in line.parameters.items() if name in _PARAMETERS_OF_TIME}
    return line if len(kept) == len(line.parameters) else make_line(line.name, line.value, kept)


def _with_zones(found: ObjectText, written: dict[str, str]) -> Iterator[str]:
    """Give the VTIMEZONEs that are still missing, then the object's components."""
    zones = found.zones
    names: dict[str, str] = {}  # TZID in the object -> TZID in the file
    for tzid in dict.fromkeys(tzid for part in found.parts for tzid in tzids_in(part.render())):
        own = zones.definitions_for([tzid])
        definition = own[0] if own else _standard_definition(tzid)
        if definition is None:
            continue
        name, number = tzid, 1
        while written.get(name, definition) != definition:
            number += 1
            name, definition = f"{tzid} {number}", _renamed(definition, f"{tzid} {number}")
        if name not in written:
            written[name] = definition
            yield definition
        if name != tzid:
            names[tzid] = name
    for part in found.parts:
        yield (part.mapped(lambda line: _rezoned(line, names)) if names else part).render()


def _rezoned(line: Line, names: Mapping[str, str]) -> Line:
    new = names.get(line.parameter("TZID") or "")
    return line if new is None else with_parameters(line, {"TZID": new})


def _standard_definition(tzid: str) -> str | None:
    name = iana_name(tzid)
    return None if name is None else timezone_text(name, tzid)


def _renamed(definition: str, tzid: str) -> str:
    return re.sub(r"^TZID(;[^:]*)?:.*$", lambda _: f"TZID:{tzid}", definition, count=1, flags=re.M)
