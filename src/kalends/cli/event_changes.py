"""From the options of `add` and `edit` to the changes that plans take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from kalends.cli import picking
from kalends.cli.desk import Desk
from kalends.cli.moments import read_exact, read_length, read_moment
from kalends.engine.series import Start
from kalends.engine.starts import parse_start
from kalends.features.calendars.models import CalendarObject
from kalends.features.scheduling import Invitee, Scope, Target
from kalends.ical import ObjectText
from kalends.interfaces.rest.event_times import TimeReader
from kalends.kit.errors import InvalidInput

Changes = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Reads when an event shall be."""

    desk: Desk
    reader: TimeReader
    day: date  # that a time of day alone is on

    def changes(self, start: str | None, end: str | None, duration: str | None) -> Changes:
        """Give the changes of time that were asked for. Raises `InvalidInput`."""
        changes: Changes = {}
        day = self.day
        if start is not None:
            changes["start"] = self._read(start, day, "start")
            day = _day(changes["start"])
        elif self.reader.stored is not None and (self.reader.zone or self.reader.floating != self._floats):
            changes["start"] = self.reader.rezoned(self.reader.stored)
        if end is not None and duration is not None:
            raise InvalidInput("Give an end or a duration, not both.", field="end")
        if end is not None:
            changes["end"] = self._end(end, day, changes.get("start", self.reader.stored))
        if duration is not None:
            changes["length"] = read_length(duration, field="duration")
        return changes

    @property
    def _floats(self) -> bool:
        return floats(self.reader.stored)

    def _read(self, text: str, day: date, field: str) -> Start:
        return read_moment(text, self.reader, today=day, field=field)

    def _end(self, text: str, day: date, start: Start | None) -> Start:
        end = self._read(text, day, "end")
        if not isinstance(end, datetime):
            return end + timedelta(days=1)  # people name the last day, plans the first one after it
        only_clock = ":" in text and len(text.strip()) <= len("23:59")
        if only_clock and isinstance(start, datetime) and end <= start and _day(start) == end.date():
            return end + timedelta(days=1)  # past midnight
        return end


def content(desk: Desk, **given: Any) -> Changes:
    """Give the other changes; what is None was not asked for."""
    known = {name: value for name, value in given.items() if value is not None}
    required, optional = known.pop("takers", None), known.pop("optional", None)
    if required is not None or optional is not None:
        known["participants"] = [
            *_invitees(desk, required or (), required=True),
            *_invitees(desk, optional or (), required=False),
        ]
    if "resources" in known:
        known["resources"] = [picking.resource(desk, each).id for each in known["resources"] if each]
    if "category" in known:
        name = known.pop("category")
        known["category_id"] = picking.category(desk, name) if name else None
    if "reminders" in known:
        known["reminders"] = [_minutes(each) for each in known["reminders"] if each]
    for name in ("description", "location", "url"):
        if known.get(name) == "":
            known[name] = None
    return known


def target(event_id: UUID, scope: Scope | None, occurrence: str | None) -> Target:
    """Give what an edit is about: the occurrence that was named, unless more was said, else all."""
    chosen = scope or (Scope.SINGLE if occurrence else Scope.ALL)
    return Target(event_id=event_id, scope=chosen, occurrence=occurrence)


def stored_start(desk: Desk, event_id: UUID) -> Start:
    """Give when an event starts, as its text has it."""
    text = ObjectText.parse(desk.read(lambda tx: tx.get(CalendarObject, event_id)).text)
    return (text.event() if text.has(None) else text.events()[0]).start


def named_day(stored: Start, occurrence: str | None) -> date:
    """Give the day of the occurrence that an edit is about."""
    return _day(parse_start(occurrence, field="occurrence") if occurrence else stored)


def floats(start: Start | None) -> bool:
    """Say whether a start has a time of day and no zone."""
    return isinstance(start, datetime) and start.tzinfo is None


def _invitees(desk: Desk, names: Sequence[str], *, required: bool) -> list[Invitee]:
    return [Invitee(member_id=each.id, required=required) for each in picking.members(desk, names)]


def _minutes(text: str) -> int:
    return int(read_exact(text, field="reminder").total_seconds() // 60)


def _day(start: Start) -> date:
    return start.date() if isinstance(start, datetime) else start
