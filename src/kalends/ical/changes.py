"""How each field that Kalends owns is written into a VEVENT. Everything else in it is left alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any, TypedDict

from kalends.engine.series import Addition, Length, Start
from kalends.ical.attendees import attendee_line
from kalends.ical.components import Component
from kalends.ical.fields import Attendee, EndForm, EventFields, Flexibility, Priority, Status
from kalends.ical.lines import Line, escape, make_line
from kalends.ical.projection import check_rule, minutes_before
from kalends.ical.values import (
    ZoneOf,
    end_of,
    format_length,
    format_time,
    read_additions,
    read_starts,
    write_addition,
    write_end,
    write_start,
)
from kalends.kit.errors import InvalidInput


class Changes(TypedDict, total=False):
    """The fields of EventFields that can be set; one that is left out stays as it is."""

    start: Start
    length: Length
    end_form: EndForm
    rules: tuple[str, ...]
    exclusion_rules: tuple[str, ...]
    additions: tuple[Addition, ...]
    exclusions: tuple[Start, ...]
    summary: str
    description: str
    location: str
    url: str | None
    status: Status
    transparent: bool
    priority: Priority | None
    categories: tuple[str, ...]
    classification: str
    attendees: tuple[Attendee, ...]
    sequence: int
    stamp: datetime | None
    created: datetime | None
    last_modified: datetime | None
    flexibility: Flexibility | None
    completed: datetime | None
    proposed_at: datetime | None
    confirmed_at: datetime | None
    cancelled_at: datetime | None
    reminders: tuple[int, ...]  # minutes before the start


_TEXTS = {"summary": "SUMMARY", "description": "DESCRIPTION", "location": "LOCATION"}
_WORDS = {"url": "URL", "classification": "CLASS", "flexibility": "X-KALENDS-FLEXIBILITY"}
_INSTANTS = {
    "stamp": "DTSTAMP",
    "created": "CREATED",
    "last_modified": "LAST-MODIFIED",
    "completed": "X-KALENDS-COMPLETED",
    "proposed_at": "X-KALENDS-PROPOSED-AT",
    "confirmed_at": "X-KALENDS-CONFIRMED-AT",
    "cancelled_at": "X-KALENDS-CANCELLED-AT",
}
_RULES = {"rules": "RRULE", "exclusion_rules": "EXRULE"}
_TIMES = ("start", "length", "end_form")
_STATUS = {"proposed": "TENTATIVE", "confirmed": "CONFIRMED", "cancelled": "CANCELLED"}
_PRIORITY = {"critical": "1", "high": "3", "medium": "5", "low": "7"}
_ZONE_PARAMETERS = ("TZID", "VALUE", "X-KALENDS-TZID")


def apply_changes(event: Component, before: EventFields, changes: Changes, zone_of: ZoneOf) -> Component:
    """Write the fields that differ from `before` into a VEVENT whose projection `before` is.

    Raises InvalidInput for a field that cannot be set, InvalidRule for a bad rule, and Rejected
    `control_character` for text that iCalendar cannot hold.
    """
    given: dict[str, Any] = {name: value for name, value in changes.items() if _differs(before, name, value)}
    if "transparent" in changes and "start" in given and event.first("TRANSP") is None:
        given["transparent"] = changes["transparent"]  # what goes without saying differs for all-day events
    if any(name in given for name in _TIMES):
        start, length = given.get("start", before.start), given.get("length", before.length)
        event = _with_times(event, before, start, length, given.get("end_form", before.end_form), zone_of)
    for name, value in given.items():
        if name in _TIMES:
            continue
        writer = _WRITERS.get(name)
        if writer is None:
            raise InvalidInput(f"{name!r} is not a field of an event that can be set.", field=name)
        event = writer(event, value, zone_of)
    return event


def _differs(before: EventFields, name: str, value: object) -> bool:
    old = getattr(before, name, None)
    if name == "start":
        return not same_start(before.start, value)  # type: ignore[arg-type]
    if name == "exclusions":
        return [start_key(each) for each in before.exclusions] != [start_key(each) for each in value]  # type: ignore[attr-defined]
    return bool(old != value)


def start_key(start: Start) -> tuple[str, str]:
    """Give what makes two starts the same: local time, pass and zone; datetimes would compare instants."""
    if not isinstance(start, datetime):
        return start.isoformat(), "date"
    return start.isoformat(), "floating" if start.tzinfo is None else str(start.tzinfo)


def same_start(a: Start, b: Start) -> bool:
    """Say whether two starts are the same local time in the same zone."""
    return start_key(a) == start_key(b)


def _with_times(
    event: Component, before: EventFields, start: Start, length: Length, form: EndForm, zone_of: ZoneOf
) -> Component:
    old_start, old_end = event.first("DTSTART"), event.first("DTEND")
    tzid = zone_name_kept(old_start, start, zone_of)
    line = write_start("DTSTART", start, tzid)
    event = event.with_lines("DTSTART", [_with_extras(line, old_start)])
    timed = isinstance(start, datetime)
    if form == "none" and length != (Length() if timed else Length(days=1)):
        form = "end"
    if form == "end" and timed and length.days:
        form = "duration"  # only a DURATION counts nominal days
    lines: list[Line] = []
    if form == "duration":
        lines = [_with_extras(make_line("DURATION", format_length(length)), event.first("DURATION"))]
    elif form == "end":
        end, end_tzid = _end_in_its_zone(end_of(start, length), tzid, old_start, old_end, zone_of)
        lines = [_with_extras(write_end("DTEND", end, end_tzid), old_end)]
    if not (event.first("DTEND") or event.first("DURATION")) and lines:
        first = event.first("DTSTART")
        assert first is not None
        return event.with_lines("DTSTART", [first, *lines])
    return event.with_lines(("DTEND", "DURATION"), lines)


def _end_in_its_zone(
    end: Start, tzid: str | None, old_start: Line | None, old_end: Line | None, zone_of: ZoneOf
) -> tuple[Start, str | None]:
    """Keep an end in the zone of its own that it had (a flight), else put it in the start's."""
    own = old_end.parameter("TZID") if old_end is not None else None
    if not own or old_start is None or own == old_start.parameter("TZID"):
        return end, tzid
    if not isinstance(end, datetime) or end.tzinfo is None:
        return end, tzid
    return end.astimezone(zone_of(own)), own


def zone_name_kept(old: Line | None, start: Start, zone_of: ZoneOf) -> str | None:
    """Give the TZID that the text already uses for this start's zone, or None to name it anew."""
    tzid = old.parameter("TZID") if old is not None else None
    if not tzid or not isinstance(start, datetime) or start.tzinfo is None:
        return None
    return tzid if _same_zone(zone_of(tzid), start.tzinfo) else None


def _same_zone(a: tzinfo, b: tzinfo) -> bool:
    return a is b or str(a) == str(b)


def _with_extras(line: Line, old: Line | None) -> Line:
    """Carry over the parameters of the line that this one replaces, but for those of zone and form."""
    if old is None or not old.parameter_text:
        return line
    kept = {name: values for name, values in old.parameters.items() if name not in _ZONE_PARAMETERS}
    return make_line(line.name, line.value, {**line.parameters, **kept}) if kept else line


# One writer for each field -------------------------------------------------------------------------------

_Writer = Callable[[Component, Any, ZoneOf], Component]


def _text(name: str) -> _Writer:
    def write(event: Component, value: str, _: ZoneOf) -> Component:
        old = event.first(name)
        if not value:
            return event.with_lines(name, [])
        kept = {} if old is None else {k: v for k, v in old.parameters.items() if k != "ALTREP"}
        return event.with_lines(name, [make_line(name, escape(value), kept)])

    return write


def _word(name: str) -> _Writer:
    def write(event: Component, value: str | None, _: ZoneOf) -> Component:
        return event.with_lines(name, [make_line(name, value)] if value else [])

    return write


def _instant(name: str) -> _Writer:
    def write(event: Component, value: datetime | None, _: ZoneOf) -> Component:
        if value is not None and value.tzinfo is None:
            raise InvalidInput(f"{name} is an instant and needs a zone, unlike {value}.", field=name.lower())
        return event.with_lines(name, [] if value is None else [utc_line(name, value)])

    return write


def utc_line(name: str, moment: datetime) -> Line:
    """Write an instant such as DTSTAMP, in UTC to the second."""
    return make_line(name, format_time(moment.astimezone(UTC)))


def _rules(name: str) -> _Writer:
    def write(event: Component, value: Sequence[str], _: ZoneOf) -> Component:
        start = event.first("DTSTART")
        for rule in value:
            check_rule(rule, all_day=start is not None and "T" not in start.value)
        return event.with_lines(name, [make_line(name, rule) for rule in value])

    return write


def _status(event: Component, value: Status, _: ZoneOf) -> Component:
    return event.with_lines("STATUS", [make_line("STATUS", _STATUS[value])])


def _transparent(event: Component, value: bool, _: ZoneOf) -> Component:
    return event.with_lines("TRANSP", [make_line("TRANSP", "TRANSPARENT" if value else "OPAQUE")])


def _priority(event: Component, value: Priority | None, _: ZoneOf) -> Component:
    return event.with_lines("PRIORITY", [] if value is None else [make_line("PRIORITY", _PRIORITY[value])])


def _sequence(event: Component, value: int, _: ZoneOf) -> Component:
    return event.with_lines("SEQUENCE", [make_line("SEQUENCE", str(value))])


def _categories(event: Component, value: Sequence[str], _: ZoneOf) -> Component:
    lines = [make_line("CATEGORIES", ",".join(map(escape, value)))] if value else []
    return event.with_lines("CATEGORIES", lines)


def _attendees(event: Component, value: Sequence[Attendee], _: ZoneOf) -> Component:
    old = {line.value.strip(): line for line in event.all("ATTENDEE")}
    return event.with_lines("ATTENDEE", [attendee_line(each, old.get(each.address)) for each in value])


def _reminders(event: Component, value: Sequence[int], _: ZoneOf) -> Component:
    """Leave the alarms that stand for wanted minutes, and those of other kinds, as they are."""
    minutes = {index: minutes_before(part) for index, part in enumerate(event.components)}
    missing = [each for each in dict.fromkeys(value) if each not in minutes.values()]
    stale = {id(part) for part in event.components if minutes_before(part) not in (None, *value)}
    fresh = [_alarm(event, each) for each in missing]
    return event.with_components(lambda part: id(part) not in stale, fresh)


def _alarm(event: Component, minutes: int) -> Component:
    days, rest = divmod(minutes, 24 * 60)
    summary = event.first("SUMMARY")
    lines = (
        make_line("ACTION", "DISPLAY"),
        make_line("DESCRIPTION", summary.value if summary is not None and summary.value else "Reminder"),
        make_line("TRIGGER", f"-{format_length(Length(days=days, seconds=rest * 60))}"),
    )
    return Component("VALARM", lines)


def _exclusions(event: Component, value: Sequence[Start], zone_of: ZoneOf) -> Component:
    first = event.first("DTSTART")
    kept, missing = _kept_values(
        event.all("EXDATE"), value, lambda line: read_starts(line, zone_of), start_key
    )
    fresh = [write_start("EXDATE", start, zone_name_kept(first, start, zone_of)) for start in missing]
    return event.with_lines("EXDATE", [*kept, *fresh])


def _additions(event: Component, value: Sequence[Addition], zone_of: ZoneOf) -> Component:
    def key(addition: Addition) -> tuple[object, ...]:
        return start_key(addition.start), addition.length

    first = event.first("DTSTART")
    kept, missing = _kept_values(event.all("RDATE"), value, lambda line: read_additions(line, zone_of), key)
    fresh = [write_addition(each, zone_name_kept(first, each.start, zone_of)) for each in missing]
    return event.with_lines("RDATE", [*kept, *fresh])


def _kept_values(
    lines: Iterable[Line],
    wanted: Sequence[Any],
    read: Callable[[Line], Sequence[Any]],
    key: Callable[[Any], object],
) -> tuple[list[Line], list[Any]]:
    """Give the lines with only their wanted values left in them, and the values that stand on none."""
    keys = {key(value) for value in wanted}
    kept: list[Line] = []
    found: set[object] = set()
    for line in lines:
        texts = [text for text in line.value.split(",") if text.strip()]
        values = [key(value) for value in read(line)]
        staying = [text for text, value in zip(texts, values, strict=True) if value in keys]
        found.update(value for value in values if value in keys)
        if len(staying) == len(texts):
            kept.append(line)
        elif staying:
            kept.append(make_line(line.name, ",".join(staying), line.parameters))
    return kept, [value for value in wanted if key(value) not in found]


_WRITERS: dict[str, _Writer] = {
    **{field: _text(name) for field, name in _TEXTS.items()},
    **{field: _word(name) for field, name in _WORDS.items()},
    **{field: _instant(name) for field, name in _INSTANTS.items()},
    **{field: _rules(name) for field, name in _RULES.items()},
    "additions": _additions,
    "attendees": _attendees,
    "categories": _categories,
    "exclusions": _exclusions,
    "priority": _priority,
    "reminders": _reminders,
    "sequence": _sequence,
    "status": _status,
    "transparent": _transparent,
}
