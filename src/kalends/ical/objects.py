"""A calendar object as stored text that can be read, changed and written, one event at a time.

Every change starts from the text and replaces only the properties it is about. A change that changes
nothing gives the identical text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Unpack

from kalends.engine.series import Series, Start
from kalends.ical.changes import Changes, apply_changes, zone_name_kept
from kalends.ical.components import Component, parse_component
from kalends.ical.document import PRODID
from kalends.ical.errors import Rejected
from kalends.ical.fields import EventFields
from kalends.ical.limits import DEFAULT_LIMITS, Limits
from kalends.ical.lines import Line, escape, fold, make_line
from kalends.ical.projection import project_component, series
from kalends.ical.shift import Shift
from kalends.ical.source import Source
from kalends.ical.timeline import instant_key
from kalends.ical.tzids import Zones
from kalends.ical.values import read_start, write_start
from kalends.kit.errors import NotFound

_OF_THE_SERIES = frozenset({"RRULE", "EXRULE", "RDATE", "EXDATE", "RECURRENCE-ID"})


def project(text: str) -> list[EventFields]:
    """Read the fields of every VEVENT of a calendar object's text, the master first.

    Raises Rejected with the line, as `ObjectText.parse` and `project_component` do.
    """
    return ObjectText.parse(text).events()


@dataclass(frozen=True, slots=True)
class ObjectText:
    """The components of one UID, inside their VCALENDAR. A value: each change gives another one."""

    calendar: Component  # VCALENDAR, with its VTIMEZONEs

    @classmethod
    def parse(cls, text: str, *, limits: Limits = DEFAULT_LIMITS) -> ObjectText:
        """Read a calendar object: one VCALENDAR whose components, but for VTIMEZONEs, share a UID.

        Raises Rejected: what `parse_component` does, `no_component`, `several_uids`.
        """
        source = Source(text, limits)
        calendar = parse_component(source.lines(0, len(source.data)), max_depth=limits.max_depth)
        if calendar.name != "VCALENDAR":
            raise Rejected("not_a_calendar", f"The text is a {calendar.name[:40]}, not a VCALENDAR.")
        found = cls(calendar)
        parts = found.parts
        if not parts:
            raise Rejected("no_component", "The calendar object holds no component.")
        uids = {line.text.strip() if (line := part.first("UID")) else "" for part in parts}
        if len(uids) > 1 or len({part.name for part in parts}) > 1:
            raise Rejected("several_uids", f"One object has one UID and kind, not {sorted(uids)[:3]}.")
        return found

    @classmethod
    def new(cls, uid: str, start: Start, **changes: Unpack[Changes]) -> ObjectText:  # type: ignore[misc]
        """Make an object of one VEVENT."""
        event = Component("VEVENT", (make_line("UID", escape(uid)), write_start("DTSTART", start)))
        head = (make_line("VERSION", "2.0"), make_line("PRODID", PRODID))
        return cls(Component("VCALENDAR", (*head, event))).with_fields(None, **changes)

    @property
    def parts(self) -> list[Component]:
        """Give the components of the UID, VTIMEZONEs left out."""
        return [part for part in self.calendar.components if part.name != "VTIMEZONE"]

    @property
    def component(self) -> str:
        """Give the kind of the object: VEVENT, VTODO, VJOURNAL or another."""
        return self.parts[0].name

    @property
    def uid(self) -> str:
        """Give the UID, empty where the text lacks it."""
        line = self.parts[0].first("UID")
        return line.text.strip() if line is not None else ""

    @property
    def zones(self) -> Zones:
        """Give the zones that the object's TZIDs mean."""
        return Zones(
            {
                tzid.value.strip(): part.render()
                for part in self.calendar.components
                if part.name == "VTIMEZONE" and (tzid := part.first("TZID")) is not None
            }
        )

    def events(self) -> list[EventFields]:
        """Read the fields of each VEVENT, the master first. Raises what `project_component` does."""
        zones = self.zones
        found = [project_component(part, zones) for part in self.parts if part.name == "VEVENT"]
        return sorted(found, key=lambda event: event.recurrence_id is not None)

    def series(self) -> Series:
        """Give the engine's view of it."""
        return series(self.events())

    def event(self, recurrence_id: Start | None = None) -> EventFields:
        """Give the fields of the master, or of an override. Raises NotFound."""
        return self._read(recurrence_id)[1]

    def has(self, recurrence_id: Start | None) -> bool:
        """Say whether there is a master (None), or an override of this instance."""
        return any(self.is_of(part, recurrence_id) for part in self.parts)

    def is_of(self, part: Component, recurrence_id: Start | None) -> bool:
        """Say whether a component is the master (None), or the override of this instance."""
        line = part.first("RECURRENCE-ID")
        if line is None or recurrence_id is None:
            return line is None and recurrence_id is None
        return instant_key(read_start(line, self.zones)) == instant_key(recurrence_id)

    def with_fields(self, recurrence_id: Start | None = None, **changes: Unpack[Changes]) -> ObjectText:
        """Set fields of the master, or of an override that is there. Raises NotFound, InvalidInput."""
        part, fields = self._read(recurrence_id)
        return self._replaced(part, apply_changes(part, fields, changes, self.zones))

    def instance(self, recurrence_id: Start) -> EventFields:
        """Give the fields of one occurrence: its override's, or what the series gives it. Raises NotFound."""
        if self.has(recurrence_id):
            return self.event(recurrence_id)
        _, fields, start = self._shaping(recurrence_id)
        return replace(fields, start=start, recurrence_id=recurrence_id, this_and_future=False)

    def with_override(self, recurrence_id: Start, **changes: Unpack[Changes]) -> ObjectText:
        """Set fields of one instance: of its override, made here from the series if there is none yet."""
        if self.has(recurrence_id):
            return self.with_fields(recurrence_id, **changes)
        part, fields, start = self._shaping(recurrence_id)
        master, _ = self._read(None)
        line = write_start("RECURRENCE-ID", recurrence_id, self._tzid(master, recurrence_id))
        kept = [item for item in part.items if not isinstance(item, Line) or item.name not in _OF_THE_SERIES]
        at = next((n + 1 for n, item in enumerate(kept) if isinstance(item, Line) and item.name == "UID"), 0)
        copy = replace(part, items=(*kept[:at], line, *kept[at:]))
        copy = apply_changes(copy, fields, {"start": start}, self.zones)
        calendar = self.calendar.with_components(lambda _: True, [copy])
        return replace(self, calendar=calendar).with_fields(recurrence_id, **changes)

    def _shaping(self, recurrence_id: Start) -> tuple[Component, EventFields, Start]:
        """Give what shapes an instance without an override of its own, and when it starts.

        That is the last change for this and all following ones before it, else the master.
        """
        lasting = [
            (instant_key(fields.recurrence_id), part, fields)
            for part, fields in self._read_all()
            if fields.this_and_future and fields.recurrence_id is not None
        ]
        reached = [each for each in lasting if each[0] <= instant_key(recurrence_id)]
        if not reached:
            return *self._read(None), recurrence_id
        _, part, fields = max(reached, key=lambda each: each[0])
        assert fields.recurrence_id is not None
        return part, fields, Shift.between(fields.recurrence_id, fields.start).apply(recurrence_id)

    def without_override(self, recurrence_id: Start) -> ObjectText:
        """Take an override away, so that the instance is again as the series has it. Raises NotFound."""
        part, _ = self._read(recurrence_id)
        return replace(self, calendar=self.calendar.with_components(lambda each: each is not part))

    def with_exclusion(self, recurrence_id: Start) -> ObjectText:
        """Take one instance out of the series (EXDATE), and its override with it."""
        found = self.without_override(recurrence_id) if self.has(recurrence_id) else self
        exclusions = found.event(None).exclusions
        if recurrence_id in exclusions:
            return found
        return found.with_fields(None, exclusions=(*exclusions, recurrence_id))

    def with_uid(self, uid: str) -> ObjectText:
        """Give the same object under another UID."""
        line = make_line("UID", escape(uid))
        return self.mapped(lambda part: part.with_lines("UID", [line]))

    def mapped(self, change: Callable[[Component], Component | None]) -> ObjectText:
        """Pass each component of the UID through `change`; None takes it away."""
        items: list[Line | Component] = []
        for item in self.calendar.items:
            changed = change(item) if isinstance(item, Component) and item.name != "VTIMEZONE" else item
            if changed is not None:
                items.append(changed)
        return replace(self, calendar=replace(self.calendar, items=tuple(items)))

    def render(self) -> str:
        """Give the text: CRLF line ends, folded at 75 octets."""
        return fold(self.calendar.render()).decode()

    def _read_all(self) -> Iterator[tuple[Component, EventFields]]:
        zones = self.zones
        return ((part, project_component(part, zones)) for part in self.parts if part.name == "VEVENT")

    def _read(self, recurrence_id: Start | None) -> tuple[Component, EventFields]:
        for part in self.parts:
            if part.name == "VEVENT" and self.is_of(part, recurrence_id):
                return part, project_component(part, self.zones)
        wanted = "a master event" if recurrence_id is None else f"a changed instance of {recurrence_id}"
        raise NotFound(f"{self.uid[:80]} has no {wanted}.", uid=self.uid)

    def _replaced(self, old: Component, new: Component) -> ObjectText:
        return self if old is new else self.mapped(lambda part: new if part is old else part)

    def _tzid(self, part: Component, start: Start) -> str | None:
        return zone_name_kept(part.first("DTSTART"), start, self.zones)
