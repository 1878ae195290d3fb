"""From a VEVENT's text to its fields, and from an object's fields to the engine's series."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import TypeVar, get_args

from kalends.engine.recurrence import InvalidRule, expand
from kalends.engine.series import Length, Override, Series, Start
from kalends.ical.attendees import read_attendee
from kalends.ical.components import Component
from kalends.ical.errors import Rejected
from kalends.ical.fields import (
    Alarm,
    EndForm,
    EventFields,
    Flexibility,
    Priority,
    Status,
)
from kalends.ical.lines import Line
from kalends.ical.values import (
    LAST_YEAR,
    ZoneOf,
    length_between,
    read_additions,
    read_duration,
    read_start,
    read_starts,
    read_utc,
)

_T = TypeVar("_T")
_STATUS: dict[str, Status] = {"TENTATIVE": "proposed", "CANCELLED": "cancelled"}
_FLEXIBILITIES: dict[str, Flexibility] = {value: value for value in get_args(Flexibility)}


def project_component(event: Component, zone_of: ZoneOf) -> EventFields:
    """Read one VEVENT.

    What says when the event is must be right; anything else that cannot be read counts as absent.
    Raises Rejected: `no_uid`, `no_start`, `bad_time`, `unknown_zone`, `bad_duration`, `mixed_forms`,
    `ends_before_start`, `two_ends`, `bad_range`, `bad_rule`.
    """
    many: dict[str, list[Line]] = {}
    for item in event.items:
        if isinstance(item, Line):
            many.setdefault(item.name, []).append(item)
    one = {name: lines[0] for name, lines in many.items()}
    if "UID" not in one or not one["UID"].value.strip():
        raise Rejected("no_uid", "The event has no UID.", line=event.number)
    recurrence_id, this_and_future = _recurrence_id(one.get("RECURRENCE-ID"), zone_of)
    if "DTSTART" in one:
        start = read_start(one["DTSTART"], zone_of)
    elif recurrence_id is not None:
        start = recurrence_id
    else:
        raise Rejected("no_start", "The event has no DTSTART.", line=event.number)
    length, end_form = _length(start, one.get("DTEND"), one.get("DURATION"), zone_of)
    all_day = not isinstance(start, datetime)
    return EventFields(
        uid=one["UID"].text.strip(),
        start=start,
        length=length,
        end_form=end_form,
        recurrence_id=recurrence_id,
        this_and_future=this_and_future,
        rules=tuple(_rule(line, start) for line in many.get("RRULE", ())),
        exclusion_rules=tuple(_rule(line, start) for line in many.get("EXRULE", ())),
        additions=_flat(read_additions(line, zone_of) for line in many.get("RDATE", ())),
        exclusions=_flat(read_starts(line, zone_of) for line in many.get("EXDATE", ())),
        summary=_text(one, "SUMMARY"),
        description=_text(one, "DESCRIPTION"),
        location=_text(one, "LOCATION"),
        url=one["URL"].value if "URL" in one else None,
        status=_STATUS.get(_word(one, "STATUS"), "confirmed"),
        transparent=_word(one, "TRANSP") == "TRANSPARENT" if "TRANSP" in one else all_day,
        priority=read_priority(one["PRIORITY"].value) if "PRIORITY" in one else None,
        categories=_flat(filter(None, map(str.strip, line.texts)) for line in many.get("CATEGORIES", ())),
        classification=_word(one, "CLASS") or "PUBLIC",
        organizer=read_attendee(one["ORGANIZER"]) if "ORGANIZER" in one else None,
        attendees=tuple(read_attendee(line) for line in many.get("ATTENDEE", ())),
        alarms=tuple(_alarms(event)),
        sequence=_integer(one.get("SEQUENCE")),
        stamp=_instant(one.get("DTSTAMP")),
        created=_instant(one.get("CREATED")),
        last_modified=_instant(one.get("LAST-MODIFIED")),
        flexibility=_FLEXIBILITIES.get(_word(one, "X-KALENDS-FLEXIBILITY").lower()),
        completed=_instant(one.get("X-KALENDS-COMPLETED")),
        proposed_at=_instant(one.get("X-KALENDS-PROPOSED-AT")),
        confirmed_at=_instant(one.get("X-KALENDS-CONFIRMED-AT")),
        cancelled_at=_instant(one.get("X-KALENDS-CANCELLED-AT")),
    )


def series(events: Sequence[EventFields]) -> Series:
    """Give the engine's view of one object's events; overrides keep their order, so indexes agree."""
    master = next((event for event in events if event.recurrence_id is None), None)
    overrides = tuple(
        Override(
            recurrence_id=event.recurrence_id,
            start=event.start,
            length=event.length,
            this_and_future=event.this_and_future,
        )
        for event in events
        if event.recurrence_id is not None
    )
    if master is None:
        return Series(start=None, overrides=overrides)
    return Series(
        start=master.start,
        length=master.length,
        rules=master.rules,
        exclusion_rules=master.exclusion_rules,
        additions=master.additions,
        exclusions=master.exclusions,
        overrides=overrides,
    )


def read_priority(value: str) -> Priority | None:
    """Give the level of an iCalendar priority: 1 critical, 2-4 high, 5 medium, 6-9 low, else none."""
    number = int(value) if value.strip().isdecimal() and len(value) < 4 else 0
    if number == 0 or number > 9:
        return None
    return "critical" if number == 1 else "high" if number < 5 else "medium" if number == 5 else "low"


def _rule(line: Line, start: Start) -> str:
    value = line.value.strip()
    try:
        check_rule(value, all_day=not isinstance(start, datetime))
    except InvalidRule as error:
        raise Rejected("bad_rule", f"{line.name}: {error.message}", line=line.number) from None
    return value


@lru_cache(maxsize=4096)
def check_rule(value: str, *, all_day: bool) -> None:
    """Raise InvalidRule for a rule that contradicts itself, or the form of the start it is read with."""
    expand(value, date(2000, 1, 1) if all_day else datetime(2000, 1, 1))


def _recurrence_id(line: Line | None, zone_of: ZoneOf) -> tuple[Start | None, bool]:
    if line is None:
        return None, False
    reach = (line.parameter("RANGE") or "").upper()
    if reach not in ("", "THISANDFUTURE"):
        raise Rejected("bad_range", f"RANGE={reach[:40]} is not THISANDFUTURE.", line=line.number)
    return read_start(line, zone_of), reach == "THISANDFUTURE"


def _length(start: Start, end: Line | None, duration: Line | None, zone_of: ZoneOf) -> tuple[Length, EndForm]:
    if end is None and duration is None:  # RFC 5545 3.6.1
        return Length() if isinstance(start, datetime) else Length(days=1), "none"
    given = None if duration is None else _duration(start, duration)
    if given is not None and start.year + given.days // 365 + given.seconds // 31_536_000 > LAST_YEAR:
        assert duration is not None
        raise Rejected("bad_duration", f"It would end after the year {LAST_YEAR}.", line=duration.number)
    if end is None:
        assert given is not None
        return given, "duration"
    length = length_between(start, read_start(end, zone_of), end.number)
    if given is not None and given.days * 86_400 + given.seconds != length.days * 86_400 + length.seconds:
        raise Rejected("two_ends", "DTEND and DURATION contradict each other; give one.", line=end.number)
    return length, "end"


def _duration(start: Start, line: Line) -> Length:
    negative, length = read_duration(line.value, line.number)
    if negative and length != Length():
        raise Rejected("bad_duration", f"The duration {line.value[:40]} is negative.", line=line.number)
    if isinstance(start, datetime):
        return length
    days, rest = divmod(length.seconds, 86_400)
    if rest:
        raise Rejected(
            "bad_duration", f"An all-day event lasts whole days, not {line.value[:40]}.", line=line.number
        )
    return Length(days=length.days + days or 1)


def minutes_before(component: Component) -> int | None:
    """Give how many minutes before the start of its event an alarm goes off; None for what is none such."""
    alarm = next(_alarms(Component("VEVENT", (component,))), None)
    return alarm.minutes_before if alarm is not None and not alarm.from_end else None


def _alarms(event: Component) -> Iterator[Alarm]:
    for component in event.components:
        trigger = component.first("TRIGGER") if component.name == "VALARM" else None
        if trigger is None:
            continue
        action = component.first("ACTION")
        name = action.value.strip().upper() if action is not None else "DISPLAY"
        try:
            if (trigger.parameter("VALUE") or "").upper() == "DATE-TIME":
                yield Alarm(action=name, at=read_utc(trigger))
            else:
                seconds = -read_duration(trigger.value, trigger.number).seconds
                from_end = (trigger.parameter("RELATED") or "").upper() == "END"
                yield Alarm(action=name, minutes_before=seconds // 60, from_end=from_end)
        except Rejected:
            continue  # an alarm that cannot be understood stays in the text


def _text(one: dict[str, Line], name: str) -> str:
    return one[name].text if name in one else ""


def _word(one: dict[str, Line], name: str) -> str:
    return one[name].value.strip().upper() if name in one else ""


def _integer(line: Line | None) -> int:
    value = line.value.strip() if line is not None else ""
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else 0


def _instant(line: Line | None) -> datetime | None:
    try:
        return None if line is None else read_utc(line)
    except Rejected:  # Google writes CREATED:00001231T000000Z for "unknown"
        return None


def _flat(groups: Iterable[Iterable[_T]]) -> tuple[_T, ...]:
    return tuple(value for group in groups for value in group)
