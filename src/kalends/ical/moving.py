"""Moving a whole series in time, with all that hangs on it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, tzinfo

from kalends.engine.recurrence.moving import moved_rule
from kalends.engine.series import Length, Start
from kalends.ical.changes import Changes, apply_changes
from kalends.ical.components import Component
from kalends.ical.lines import make_line
from kalends.ical.objects import ObjectText
from kalends.ical.projection import project_component
from kalends.ical.shift import Shift
from kalends.ical.timeline import wall_time
from kalends.ical.tzids import Zones
from kalends.ical.values import read_start, write_start
from kalends.kit.errors import InvalidInput

_UNTIL = re.compile(r"UNTIL=([0-9TZ]+)", re.I)


def moved(
    found: ObjectText, start: Start, *, length: Length | None = None, rules: tuple[str, ...] | None = None
) -> ObjectText:
    """Give the object with its master at `start`, and all that hangs on it moved by the same local shift.

    The rules with their UNTIL, EXDATEs, RDATEs, and the original and new times of overrides follow, across
    zones too. Raises NotFound without a master; InvalidInput where an all-day event gets a time, or the
    other way round, without a `length`; InvalidRule where it is not clear what a rule becomes and none is
    given in `rules`.
    """
    master = found.event()
    if length is None and master.all_day != (not isinstance(start, datetime)):
        raise InvalidInput("An event that gets or loses its time of day needs a length.", field="length")
    shift = Shift.between(master.start, start)
    # In one pass: moved by a week, one override takes the place that the next one leaves.
    found = found.mapped(lambda part: _moved_override(part, shift, length, found.zones))
    return found.with_fields(
        start=start,
        length=master.length if length is None else length,
        rules=tuple(_moved_rule(rule, shift) for rule in master.rules) if rules is None else rules,
        exclusion_rules=tuple(_moved_rule(rule, shift) for rule in master.exclusion_rules),
        additions=tuple(replace(each, start=shift.apply(each.start)) for each in master.additions),
        exclusions=tuple(shift.apply(each) for each in master.exclusions),
    )


def _moved_override(part: Component, shift: Shift, length: Length | None, zones: Zones) -> Component:
    fields = project_component(part, zones)
    if fields.recurrence_id is None:
        return part
    changes: Changes = {"start": shift.apply_to_own(fields.start)}
    if shift.changes_form and length is not None:
        changes["length"] = length
    part = apply_changes(part, fields, changes, zones)
    return with_recurrence_id(part, shift.apply(fields.recurrence_id))


def with_recurrence_id(part: Component, new: Start) -> Component:
    """Let an override be that of another instance; its RANGE stays."""
    old = part.first("RECURRENCE-ID")
    reach = old.parameter("RANGE") if old is not None else None
    line = write_start("RECURRENCE-ID", new)
    if reach:
        line = make_line(line.name, line.value, {**line.parameters, "RANGE": reach})
    return part.with_lines("RECURRENCE-ID", [line])


def _moved_rule(rule: str, shift: Shift) -> str:
    match = _UNTIL.search(rule)
    if match is not None:
        until = read_start(make_line("UNTIL", match[1].upper()), _no_zone)
        if isinstance(shift.old, datetime) and not isinstance(until, datetime):
            # A day ends a timed series by that day's end; it moves by whole days.
            until += wall_time(shift.new, None).date() - wall_time(shift.old, None).date()
        else:
            until = shift.apply(until)
        rule = rule.replace(match[0], f"UNTIL={until_text(until)}")
    return rule if shift.changes_form else moved_rule(rule, shift.old, shift.new)


def _no_zone(_: str) -> tzinfo:
    return UTC


def until_text(until: Start) -> str:
    """Give an UNTIL value: a zoned time is written in UTC."""
    if isinstance(until, datetime) and until.tzinfo is not None:
        until = until.astimezone(UTC)
    return write_start("UNTIL", until).value
