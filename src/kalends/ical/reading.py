"""Reads a file of calendars: keeps what is sound, and says of the rest what was refused, and where."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from kalends.ical.components import Component, parse_component
from kalends.ical.document import Block, Calendar, CalendarObject, Document
from kalends.ical.errors import Problem, Rejected
from kalends.ical.limits import DEFAULT_LIMITS, Limits
from kalends.ical.lines import make_line, parse_line
from kalends.ical.projection import project_component
from kalends.ical.source import Source
from kalends.ical.structure import Stretch, Structure
from kalends.ical.timeline import instant_key
from kalends.ical.tzids import Zones
from kalends.ical.values import read_utc

_NEED_UID = frozenset({"VEVENT", "VTODO", "VJOURNAL"})
_VOLATILE = ("DTSTAMP", "CREATED", "LAST-MODIFIED")  # an exporter may write these anew each time
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


def read(data: bytes | str, *, limits: Limits = DEFAULT_LIMITS) -> Document:
    """Read iCalendar text: one or more VCALENDARs, in UTF-8 or what old writers make of it.

    Whatever cannot be accepted is named in `Document.problems` with its line, and left out; everything
    else is kept as it was written. Raises NotCalendar where there is no VCALENDAR at all, and TooLarge
    beyond `limits` of size, depth and number.
    """
    return _Reader(Source(data, limits), limits).document()


@dataclass(frozen=True, slots=True)
class _Version:
    """A component with a UID: which instance it describes, and how new it is."""

    instance: str  # empty for the master
    revision: tuple[int, datetime]  # SEQUENCE, then when it was written
    block: Block
    line: int


class _Reader:
    def __init__(self, source: Source, limits: Limits) -> None:
        self._source = source
        self._limits = limits
        self._structure = Structure(source, limits)
        self._problems = self._structure.problems
        self._objects: dict[str, dict[str, _Version]] = {}  # by UID, then by instance
        self._superseded: set[int] = set()  # ids of blocks that a newer version replaced

    def document(self) -> Document:
        calendars = [self._calendar(stretches) for stretches in self._structure.calendars]
        for calendar in calendars:
            calendar.parts[:] = [part for part in calendar.parts if id(part) not in self._superseded]
        objects = []
        for uid, versions in self._objects.items():
            ordered = sorted(versions.values(), key=lambda version: version.instance != "")
            blocks = tuple(version.block for version in ordered)
            objects.append(CalendarObject(uid, blocks[0].name, blocks))
        self._problems.sort(key=lambda problem: problem.line)
        return Document(calendars, objects, self._problems, self._limits)

    def _calendar(self, stretches: list[Stretch]) -> Calendar:
        zones, definitions = self._zones(stretches)
        parts: list[str | Block] = []
        for stretch in stretches:
            part: str | Block | None
            if stretch.name is None:
                part = self._properties(stretch)
            elif stretch.name == "VTIMEZONE":
                part = definitions.get(stretch.start)
            else:
                part = self._block(stretch, zones)
            if part:
                parts.append(part)
        return Calendar(parts)

    def _zones(self, stretches: list[Stretch]) -> tuple[Zones, dict[int, Block]]:
        """Read the VTIMEZONEs first: they may stand behind the events that use them."""
        definitions: dict[int, Block] = {}
        texts: dict[str, str] = {}
        for stretch in stretches:
            block = self._block(stretch, Zones()) if stretch.name == "VTIMEZONE" else None
            if block is not None:
                definitions[stretch.start] = block
                tzid = block.parse().first("TZID")
                if tzid is not None:
                    texts.setdefault(tzid.value.strip(), block.text)
        return Zones(texts), definitions

    def _properties(self, stretch: Stretch) -> str:
        """Give the calendar's own properties that can be read, as unfolded lines."""
        kept = []
        for number, raw in enumerate(self._source.lines(stretch.start, stretch.end), 1):
            try:
                if raw.strip():
                    kept.append(parse_line(raw, number).raw)
            except Rejected as error:
                self._refuse(stretch, error, None)
        return "\n".join(kept)

    def _block(self, stretch: Stretch, zones: Zones) -> Block | None:
        lines = self._source.lines(stretch.start, stretch.end)
        uid = next((line[4:].strip() for line in lines if line[:4].upper() == "UID:"), None)
        dropped: list[Rejected] = []
        try:
            self._check_lengths(lines)
            found = parse_component(lines, max_depth=self._limits.max_depth, bad_line=dropped.append)
            component = _with_uid(found) if found.name in _NEED_UID else found
            as_it_stands = component is found and not dropped and all(map(str.strip, lines))
            line = self._source.line_at(stretch.start)
            text = "\n".join(lines) if as_it_stands else component.render()
            block = Block(component.name, text, zones, line)
            if component.first("UID") is not None:
                self._claim(component, block, line)
        except Rejected as error:
            self._refuse(stretch, error, uid)
            return None
        for each in dropped:
            self._refuse(stretch, each, uid)
        return block

    def _check_lengths(self, lines: list[str]) -> None:
        longest = max(lines, key=len, default="")
        if len(longest) > self._limits.max_line:
            message = f"The line has {len(longest)} characters; at most {self._limits.max_line} are read."
            raise Rejected("line_too_long", message, line=lines.index(longest) + 1)

    def _claim(self, component: Component, block: Block, line: int) -> None:
        """Enter a component under its UID; of two for one instance the newer stays."""
        version, uid = _version(component, block, line), _uid(component)
        versions = self._objects.setdefault(uid, {})
        if any(other.block.name != block.name for other in versions.values()):
            message = f"The UID belongs to another kind of component than {block.name}."
            raise Rejected("uid_taken", message, line=component.number)
        older = versions.get(version.instance)
        if older is not None and older.revision > version.revision:
            older, version = version, older
        versions[version.instance] = version
        if older is not None:
            self._superseded.add(id(older.block))
            message = f"Line {version.line} has the same UID and instance, and is as new or newer."
            self._problems.append(Problem(line=older.line, uid=uid, code="superseded", message=message))

    def _refuse(self, stretch: Stretch, error: Rejected, uid: str | None) -> None:
        offset = self._source.offset_of(stretch.start, max(error.line, 1))
        line = self._source.line_at(offset)
        self._problems.append(Problem(line=line, uid=uid, code=error.issue, message=error.message))


def _version(component: Component, block: Block, line: int) -> _Version:
    if component.name == "VEVENT":
        fields = project_component(component, block.zones)
        instance = "" if fields.recurrence_id is None else str(instant_key(fields.recurrence_id))
        written = fields.stamp or fields.last_modified or _LONG_AGO
        return _Version(instance, (fields.sequence, written), block, line)
    recurrence_id, sequence, stamp = map(component.first, ("RECURRENCE-ID", "SEQUENCE", "DTSTAMP"))
    number = int(sequence.value) if sequence is not None and sequence.value.isdecimal() else 0
    try:
        written = _LONG_AGO if stamp is None else read_utc(stamp)
    except Rejected:
        written = _LONG_AGO
    return _Version(recurrence_id.value if recurrence_id is not None else "", (number, written), block, line)


def _uid(component: Component) -> str:
    line = component.first("UID")
    return line.text.strip() if line is not None else ""


def _with_uid(component: Component) -> Component:
    """Give a component without UID one that is drawn from its content, so that it is the same next time."""
    if _uid(component):
        return component
    content = "\n".join(raw for raw in component.raw_lines() if not raw.upper().startswith(_VOLATILE))
    uid = hashlib.sha256(content.encode()).hexdigest()[:32]
    return component.with_lines("UID", [make_line("UID", uid)])
