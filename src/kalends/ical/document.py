"""A file of calendars: what was accepted of it, what was refused, and how it is written back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from kalends.engine.recurrence.instances import occurrences
from kalends.engine.series import Series, Start
from kalends.ical.components import Component, parse_component
from kalends.ical.errors import Problem
from kalends.ical.fields import EventFields
from kalends.ical.limits import DEFAULT_LIMITS, Limits
from kalends.ical.lines import Line, fold, parse_line
from kalends.ical.projection import project_component, series
from kalends.ical.timeline import as_instant
from kalends.ical.tzids import Zones, tzids_in
from kalends.kit.errors import TooLarge

PRODID = "-//Kalends//Kalends//EN"
OccurrenceRow = tuple[str, str, Start, Start]
"""uid, summary, start, end (exclusive)"""


@dataclass(frozen=True, slots=True)
class Block:
    """A component directly inside a VCALENDAR, as its unfolded lines."""

    name: str
    text: str
    zones: Zones
    line: int = 0  # physical line of its BEGIN in the file, from 1

    def parse(self) -> Component:
        """Read the lines. A block that a Document holds always parses."""
        return parse_component(self.text.split("\n"))


@dataclass(frozen=True, slots=True)
class Calendar:
    """One VCALENDAR: its properties (as unfolded lines) and components, in the order they came."""

    parts: list[str | Block]

    @property
    def properties(self) -> Iterator[Line]:
        """Give the calendar's own properties."""
        for part in self.parts:
            if isinstance(part, str):
                yield from map(parse_line, part.split("\n"))


@dataclass(frozen=True, slots=True)
class CalendarObject:
    """One UID: the master and its overrides, or overrides alone."""

    uid: str
    component: str  # VEVENT, VTODO, VJOURNAL or another
    blocks: tuple[Block, ...]  # the master first

    @property
    def text(self) -> str:
        """Give a VCALENDAR of its own, with the VTIMEZONEs that its zone names need."""
        needed = [
            definition
            for block in self.blocks
            for definition in block.zones.definitions_for(tzids_in(block.text))
        ]
        return standalone([*dict.fromkeys(needed), *(block.text for block in self.blocks)])

    @property
    def events(self) -> tuple[EventFields, ...]:
        """Give the fields of each VEVENT, the master first; empty for other components."""
        if self.component != "VEVENT":
            return ()
        return tuple(project_component(block.parse(), block.zones) for block in self.blocks)

    @property
    def series(self) -> Series:
        """Give the engine's view of it."""
        return series(self.events)


@dataclass(frozen=True, slots=True)
class Document:
    """What `read` gives: everything that was accepted, and a problem for everything that was not."""

    calendars: list[Calendar] = field(default_factory=list)
    objects: list[CalendarObject] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    limits: Limits = DEFAULT_LIMITS

    @property
    def name(self) -> str | None:
        """Give the calendar's name: NAME (RFC 7986 5.1), else X-WR-CALNAME."""
        return self._property("NAME", "X-WR-CALNAME")

    @property
    def color(self) -> str | None:
        """Give the calendar's colour: COLOR (RFC 7986 5.9), else Apple's property."""
        return self._property("COLOR", "X-APPLE-CALENDAR-COLOR")

    @property
    def timezone(self) -> str | None:
        """Give X-WR-TIMEZONE as written. It is a hint for display: floating times stay floating."""
        return self._property("X-WR-TIMEZONE", "TIMEZONE-ID")

    @property
    def method(self) -> str | None:
        """Give the iTIP METHOD, upper case."""
        value = self._property("METHOD")
        return value.upper() if value else None

    def occurrences(self, start: Start, end: Start) -> list[OccurrenceRow]:
        """Give every occurrence that intersects [start, end), ordered by its instant, then UID.

        A date stands for its midnight. Naive bounds, floating times and all-day events are laid on UTC
        for comparison; what is given back is aware, naive or a date as the event has it.
        Raises TooLarge where there are more than `limits.max_occurrences`.
        """
        window = (as_instant(start), as_instant(end))
        rows: list[OccurrenceRow] = []
        for each in self.objects:
            events = each.events
            if not events:
                continue
            room = self.limits.max_occurrences - len(rows)
            view = series(events)
            names = [event.summary for event in events if event.recurrence_id is not None]
            main = next((event.summary for event in events if event.recurrence_id is None), "")
            for found in occurrences(view, *window, limit=room + 1):
                if room == 0:
                    limit = self.limits.max_occurrences
                    raise TooLarge(
                        f"There are more than {limit} occurrences from {start} to {end}; narrow the window.",
                        limit=limit,
                        setting="ical_max_occurrences",
                        uid=each.uid,
                    )
                room -= 1
                name = main if found.override is None else names[found.override]
                rows.append((each.uid, name, found.start, found.end))
        rows.sort(key=lambda row: (as_instant(row[2]), as_instant(row[3]), row[0]))
        return rows

    def _property(self, *names: str) -> str | None:
        found: Mapping[str, str] = {
            line.name: line.text.strip()
            for calendar in reversed(self.calendars)
            for line in calendar.properties
            if line.name in names
        }
        return next((found[name] for name in names if found.get(name)), None)


def write(document: Document) -> bytes:
    """Give the file's text: what `read` accepted, every unknown property included, in its order."""
    return b"".join(write_chunks(document))


def write_chunks(document: Document) -> Iterator[bytes]:
    """Give the file's text piece by piece."""
    for calendar in document.calendars:
        yield fold("BEGIN:VCALENDAR")
        for part in calendar.parts:
            yield fold(part if isinstance(part, str) else part.text)
        yield fold("END:VCALENDAR")


def standalone(parts: list[str]) -> str:
    """Wrap components (unfolded texts) into the VCALENDAR that is stored for one object."""
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODID}"]
    return fold("\n".join([*head, *parts, "END:VCALENDAR"])).decode()
