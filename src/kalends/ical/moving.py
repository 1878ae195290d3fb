"""Moving a whole series in time, and cutting one in two."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from kalends.engine.recurrence import expand
from kalends.engine.recurrence.instances import occurrences
from kalends.engine.series import Addition, Length, Start
from kalends.engine.zones import zone_of
from kalends.ical.components import Component
from kalends.ical.fields import EventFields
from kalends.ical.lines import make_line
from kalends.ical.objects import ObjectText
from kalends.ical.timeline import instant_key, wall_time
from kalends.ical.values import format_time, read_start, write_start
from kalends.kit.errors import InvalidInput, NotFound

_UNTIL = re.compile(r"UNTIL=([0-9TZ]+)", re.I)
_COUNT = re.compile(r"COUNT=(\d+)", re.I)


# Moving -------------------------------------------------------------------------------------------------


def moved(found: ObjectText, start: Start, length: Length | None = None) -> ObjectText:
    """Give the object with its master at `start`, and all that hangs on it moved by the same local shift.

    UNTIL, EXDATEs, RDATEs, and the original and new times of overrides follow, across zones too. The
    rules' own BY parts stay: whoever moves a Monday series to Tuesday changes BYDAY as well. Raises
    NotFound without a master, InvalidInput where an all-day event gets a time, or the other way round,
    without a `length`.
    """
    master = found.event()
    if length is None and master.all_day != (not isinstance(start, datetime)):
        raise InvalidInput("An event that gets or loses its time of day needs a length.", field="length")
    shift = _Shift.between(master.start, start)
    for event in found.events():
        if event.recurrence_id is not None:
            found = _moved_override(found, event, shift, length)
    return found.with_fields(
        start=start,
        length=master.length if length is None else length,
        rules=tuple(_moved_rule(rule, shift) for rule in master.rules),
        exclusion_rules=tuple(_moved_rule(rule, shift) for rule in master.exclusion_rules),
        additions=tuple(replace(each, start=shift.apply(each.start)) for each in master.additions),
        exclusions=tuple(shift.apply(each) for each in master.exclusions),
    )


@dataclass(frozen=True, slots=True)
class _Shift:
    """How a series moves: wall-clock time from the old start's zone to the new one's."""

    old: Start
    new: Start
    by: timedelta  # of wall-clock time

    @classmethod
    def between(cls, old: Start, new: Start) -> _Shift:
        return cls(old, new, wall_time(new, None) - wall_time(old, None))

    @property
    def changes_form(self) -> bool:
        return isinstance(self.old, datetime) != isinstance(self.new, datetime)

    def apply(self, start: Start) -> Start:
        """Move a time that belongs to the series into the form and zone of the new start."""
        zone = self.old.tzinfo if isinstance(self.old, datetime) else None
        wall = wall_time(start, zone) + self.by
        if not isinstance(self.new, datetime):
            return wall.date()
        fold = start.fold if isinstance(start, datetime) and not self.by else 0
        return wall.replace(tzinfo=self.new.tzinfo, fold=fold)

    def apply_to_own(self, start: Start) -> Start:
        """Move a time that may be in a zone or form of its own, which it keeps if the series keeps its form."""
        if self.changes_form or _form(start) == _form(self.old):
            return self.apply(start)
        if not isinstance(start, datetime):
            return start + timedelta(days=self.by.days)
        return (start.replace(tzinfo=None) + self.by).replace(tzinfo=start.tzinfo)


def _moved_override(
    found: ObjectText, event: EventFields, shift: _Shift, length: Length | None
) -> ObjectText:
    assert event.recurrence_id is not None
    new_id = shift.apply(event.recurrence_id)
    changed = found.with_fields(
        event.recurrence_id,
        start=shift.apply_to_own(event.start),
        length=length if shift.changes_form and length is not None else event.length,
    )
    return _with_recurrence_id(changed, event.recurrence_id, new_id)


def _with_recurrence_id(found: ObjectText, old: Start, new: Start) -> ObjectText:
    zones = found.zones

    def change(part: Component) -> Component:
        line = part.first("RECURRENCE-ID")
        if line is None or instant_key(read_start(line, zones)) != instant_key(old):
            return part
        fresh = write_start("RECURRENCE-ID", new)
        reach = line.parameter("RANGE")
        if reach:
            fresh = make_line(fresh.name, fresh.value, {**fresh.parameters, "RANGE": reach})
        return part.with_lines("RECURRENCE-ID", [fresh])

    return found.mapped(change)


def _moved_rule(rule: str, shift: _Shift) -> str:
    match = _UNTIL.search(rule)
    if match is None or shift.old == shift.new:
        return rule
    until = _read_until(match[1])
    if isinstance(until, datetime) or not isinstance(shift.old, datetime):
        until = shift.apply(until)
    else:  # a day, by the calendar of a timed series
        until += wall_time(shift.new, None).date() - wall_time(shift.old, None).date()
    return rule.replace(match[0], f"UNTIL={_until_text(until)}")


# Splitting ----------------------------------------------------------------------------------------------


def split(found: ObjectText, at: Start, new_uid: str) -> tuple[ObjectText, ObjectText]:
    """Cut a series before the instance that starts at `at`: what comes before keeps the UID.

    The second part begins at `at` under `new_uid`. UNTIL or COUNT, EXDATEs, RDATEs and overrides go to
    the part they belong to. Raises NotFound where `at` is no instance, InvalidInput where it is the
    first one: that is a change of the whole series.
    """
    events = found.events()
    master = found.event()
    bare = replace(found.series(), overrides=())
    key = instant_key(at)
    step = timedelta(seconds=1) if isinstance(at, datetime) else timedelta(days=1)
    if not any(
        instant_key(each.recurrence_id) == key
        for each in occurrences(bare, at, at + step, floating_zone=UTC)
    ):
        raise NotFound(f"{found.uid[:80]} has no instance that starts at {at}.", uid=found.uid)
    if key <= instant_key(master.start):
        raise InvalidInput("A split needs instances on both sides; change the whole series.", field="at")

    def early(start: Start) -> bool:
        return _wall(start, master.start) < _wall(at, master.start)

    rules = [_divided(rule, master.start, at) for rule in master.rules]
    exclusion_rules = [_divided(rule, master.start, at) for rule in master.exclusion_rules]
    before = _only(found, lambda event: event.recurrence_id is None or early(event.recurrence_id))
    after = _only(found, lambda event: event.recurrence_id is None or not early(event.recurrence_id))
    before = before.with_fields(
        rules=tuple(first for first, _ in rules),
        exclusion_rules=tuple(first for first, _ in exclusion_rules),
        additions=tuple(each for each in master.additions if early(each.start)),
        exclusions=tuple(each for each in master.exclusions if early(each)),
    )
    after = after.with_fields(
        start=at,
        rules=tuple(rest for _, rest in rules if rest is not None),
        exclusion_rules=tuple(rest for _, rest in exclusion_rules if rest is not None),
        additions=_later(master.additions, at, early),
        exclusions=tuple(each for each in master.exclusions if not early(each)),
    )
    after = _with_lasting_change(found, after, events, at, early)
    return before, after.with_uid(new_uid)
