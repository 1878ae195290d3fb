"""VTIMEZONE (RFC 5545 3.6.5): what a file's own definition of a zone means."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np

from kalends.engine.recurrence import InvalidRule, expand
from kalends.engine.zones import Transition, Zone, custom_zone, zone
from kalends.ical.components import Component
from kalends.ical.errors import Rejected
from kalends.ical.lines import Line
from kalends.ical.tznames import windows_zones
from kalends.ical.values import read_additions, read_start

_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d):?(\d\d)?", re.A)
_UNTIL = re.compile(r"(UNTIL=)(\d{8}T\d{6})Z", re.I)
_FROM, _TO = datetime(1900, 1, 1), datetime(2101, 1, 1)  # the years that rules are written out for
_MAX_ONSETS = 1000  # of one observance: five a year
_COMPARED_FROM = datetime(2007, 3, 1)  # before it, the rules of North America were others
_COMPARED_TO = datetime(2037, 12, 31)  # where 32-bit definitions end


def zone_from_rules(definition: Component, tzid: str) -> Zone:
    """Give the IANA zone that behaves as a VTIMEZONE says, or else a zone of its own.

    Raises Rejected `bad_timezone` where it has no readable observance.
    """
    transitions = sorted(_transitions(definition))
    first = next(c for c in _observances(definition) if c.first("TZOFFSETFROM") is not None)
    own = custom_zone(tzid, transitions, initial=_offset(first, "TZOFFSETFROM"))
    endless = any(
        "UNTIL" not in line.value.upper() for c in _observances(definition) for line in c.all("RRULE")
    )
    return (_twin(own, transitions) if endless else None) or own


def _twin(own: Zone, transitions: list[Transition]) -> Zone | None:
    """Find an IANA zone of the same offsets before and after each change of the compared years."""
    begin = max(_seconds(_COMPARED_FROM), transitions[0].at)
    ats = [change.at for change in transitions if begin < change.at < _seconds(_COMPARED_TO)]
    moments = np.array([moment for at in ats for moment in (at - 1, at)], np.int64)
    if not len(moments):
        return None
    # A zone that changes at other moments too would agree by chance at ours; each month's middle shows it.
    middles = np.arange(begin, ats[-1], 30 * 86_400 // 2, dtype=np.int64)
    moments = np.concatenate([moments, middles])
    wanted = own.to_local(moments)
    candidates = (zone(name) for name in dict.fromkeys(windows_zones().values()))
    return next((each for each in candidates if np.array_equal(each.to_local(moments), wanted)), None)


def _observances(definition: Component) -> Iterator[Component]:
    found = [c for c in definition.components if c.name in ("STANDARD", "DAYLIGHT")]
    if not found:
        raise Rejected(
            "bad_timezone", "The VTIMEZONE has neither STANDARD nor DAYLIGHT.", line=definition.number
        )
    yield from sorted(found, key=lambda c: line.value if (line := c.first("DTSTART")) else "")


def _transitions(definition: Component) -> Iterator[Transition]:
    for observance in _observances(definition):
        before, after = _offset(observance, "TZOFFSETFROM"), _offset(observance, "TZOFFSETTO")
        name = observance.first("TZNAME")
        for onset in _onsets(observance, before):
            yield Transition(_seconds(onset) - before, after, name.text if name is not None else "")


def _onsets(observance: Component, before: int) -> Iterator[datetime]:
    """Give the local times at which an observance begins."""
    line = observance.first("DTSTART")
    if line is None:
        raise Rejected("bad_timezone", "An observance has no DTSTART.", line=observance.number)
    first = _local(line, before)
    yield first
    for line in observance.all("RDATE"):
        for addition in read_additions(line, lambda _: UTC):
            yield _as_local(addition.start, before)
    for line in observance.all("RRULE"):
        # UNTIL is in UTC here (RFC 5545 3.3.10), the onsets are local times under the offset before them.
        rule = _UNTIL.sub(lambda m: f"{m[1]}{_shifted(m[2], before)}", line.value.strip())
        try:
            found = list(expand(rule, first, start=max(first, _FROM), end=_TO, limit=_MAX_ONSETS))
        except InvalidRule as error:
            raise Rejected("bad_timezone", f"RRULE: {error.message}", line=line.number) from None
        if len(found) == _MAX_ONSETS:
            raise Rejected("bad_timezone", "The zone changes more than five times a year.", line=line.number)
        yield from (onset for onset in found if isinstance(onset, datetime) and onset != first)


def _local(line: Line, before: int) -> datetime:
    return _as_local(read_start(line, lambda _: UTC), before)


def _as_local(value: object, before: int) -> datetime:
    if not isinstance(value, datetime):
        raise Rejected("bad_timezone", f"An observance begins at a time, not on {value}.")
    if value.tzinfo is None:
        return value
    return value.replace(tzinfo=None) + timedelta(seconds=before)


def _shifted(digits: str, seconds: int) -> str:
    moment = datetime.strptime(digits.upper(), "%Y%m%dT%H%M%S") + timedelta(seconds=seconds)
    return f"{moment:%Y%m%dT%H%M%S}"


def _offset(observance: Component, name: str) -> int:
    line = observance.first(name)
    match = _OFFSET.fullmatch(line.value.strip()) if line is not None else None
    if match is None:
        raise Rejected("bad_timezone", f"An observance needs {name} such as +0100.", line=observance.number)
    seconds = int(match[2]) * 3600 + int(match[3]) * 60 + int(match[4] or 0)
    if seconds >= 86_400:
        raise Rejected("bad_timezone", f"{name} must be less than a day.", line=observance.number)
    return -seconds if match[1] == "-" else seconds


def _seconds(local: datetime) -> int:
    return round((local - datetime(1970, 1, 1)).total_seconds())
