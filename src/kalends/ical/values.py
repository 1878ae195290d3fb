"""Times and lengths (RFC 5545 3.3.4 to 3.3.9) as the engine's values, and back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from kalends.engine.series import Addition, Length, Start
from kalends.engine.zones import CustomTimeZone
from kalends.ical.errors import Rejected
from kalends.ical.lines import Line, make_line

ZoneOf = Callable[[str], tzinfo]
"""Gives the zone that a TZID means; raises Rejected `unknown_zone`."""

_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)", re.A)
_TIME = re.compile(r"(\d{8}[Tt]\d{4})(\d\d)?([Zz])?", re.A)
_DURATION = re.compile(
    r"([+-])?P(?=[\dT])(?:(\d{1,6})W)?(?:(\d{1,6})D)?"
    r"(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?",
    re.A,
)
_ZONE_KEPT = "X-KALENDS-TZID"
_UTC_NAMES = frozenset({"UTC", "Etc/UTC"})

FIRST_YEAR = 1583  # the Gregorian calendar's first whole year
LAST_YEAR = 9998  # so that no zone and no length of a day moves a time out of Python's years


class Duration(NamedTuple):
    """A DURATION value, which may be negative (an alarm before its event)."""

    negative: bool
    length: Length

    @property
    def seconds(self) -> int:
        """Give the signed seconds, a day counted as 24 hours."""
        total = self.length.days * 86_400 + self.length.seconds
        return -total if self.negative else total


def read_start(line: Line, zone_of: ZoneOf) -> Start:
    """Read the one DATE or DATE-TIME of a property such as DTSTART.

    Raises Rejected `bad_time` or `unknown_zone`.
    """
    return _read_time(line.value.strip(), line, zone_of)


def read_starts(line: Line, zone_of: ZoneOf) -> list[Start]:
    """Read the comma-separated times of an EXDATE."""
    return [_read_time(value.strip(), line, zone_of) for value in line.value.split(",") if value.strip()]


def read_additions(line: Line, zone_of: ZoneOf) -> list[Addition]:
    """Read an RDATE: dates, times, or periods that bring a length of their own."""
    return [_read_addition(value.strip(), line, zone_of) for value in line.value.split(",") if value.strip()]


def read_utc(line: Line) -> datetime:
    """Read an instant such as DTSTAMP; without the Z that the RFC asks for it is still taken for UTC."""
    value = _read_time(line.value.strip(), line, _any_zone)
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return value.replace(tzinfo=UTC)


def read_duration(value: str, line: int = 0) -> Duration:
    """Read a DURATION value (RFC 5545 3.3.6). Raises Rejected `bad_duration`."""
    match = _DURATION.fullmatch(value.strip())
    if match is None:
        raise Rejected("bad_duration", f"{value[:40]!r} is no duration such as PT1H30M or P1D.", line=line)
    weeks, days, hours, minutes, seconds = (int(group or 0) for group in match.groups()[1:])
    return Duration(
        match[1] == "-", Length(days=weeks * 7 + days, seconds=hours * 3600 + minutes * 60 + seconds)
    )


def length_between(start: Start, end: Start, line: int = 0) -> Length:
    """Give what a DTEND means: days between dates, exact seconds between times (RFC 5545 3.8.5.3).

    An all-day event that ends on its own first day, as some writers have it, lasts that day.
    Raises Rejected: `mixed_forms`, `ends_before_start`.
    """
    if isinstance(start, datetime) and isinstance(end, datetime):
        if (start.tzinfo is None) != (end.tzinfo is None):
            message = f"It starts at {start} and ends at {end}: give both a zone."
            raise Rejected("mixed_forms", message, line=line)
        gone = _instant(end) - _instant(start)
        length = Length(seconds=gone.days * 86_400 + gone.seconds)
    elif isinstance(start, datetime) or isinstance(end, datetime):
        raise Rejected("mixed_forms", f"It starts at {start} and ends at {end}: one is a date.", line=line)
    else:
        gone = end - start
        length = Length(days=gone.days or 1)
    if gone < timedelta(0):
        raise Rejected("ends_before_start", f"It ends at {end}, before it starts at {start}.", line=line)
    return length


def end_of(start: Start, length: Length) -> Start:
    """Give where an event of this length ends: nominal days first, then exact seconds."""
    # Adding nothing would still forget which pass of a repeated hour it is.
    nominal = start + timedelta(days=length.days) if length.days else start
    if not length.seconds or not isinstance(nominal, datetime):
        return nominal
    exact = timedelta(seconds=length.seconds)
    if nominal.tzinfo is None:
        return nominal + exact
    return (nominal.astimezone(UTC) + exact).astimezone(nominal.tzinfo)


def write_start(name: str, start: Start, tzid: str | None = None) -> Line:
    """Write a DTSTART-like property; `tzid` names the zone where the file has its own name for it.

    iCalendar cannot say the second pass of a repeated hour in local time, so that one is written in
    UTC, with its zone kept aside.
    """
    if not isinstance(start, datetime):
        return make_line(name, f"{start:%Y%m%d}".zfill(8), {"VALUE": "DATE"})
    zone = None if start.tzinfo is None else tzid or zone_key(start.tzinfo)
    if zone is None or zone in _UTC_NAMES:
        return make_line(name, format_time(start))
    if second_pass(start):
        return make_line(name, format_time(start.astimezone(UTC)), {_ZONE_KEPT: zone})
    return make_line(name, _digits(start), {"TZID": zone})


def write_end(name: str, end: Start, tzid: str | None = None) -> Line:
    """Write a DTEND, which has no say in recurrence and may therefore be in UTC where that is exact."""
    if isinstance(end, datetime) and end.tzinfo is not None and second_pass(end):
        return make_line(name, format_time(end.astimezone(UTC)))
    return write_start(name, end, tzid)


def write_addition(addition: Addition, tzid: str | None = None) -> Line:
    """Write an RDATE, as a PERIOD where it has a length of its own."""
    line = write_start("RDATE", addition.start, tzid)
    if addition.length is None or not isinstance(addition.start, datetime):
        return line
    parameters = {key: values for key, values in line.parameters.items() if key != "VALUE"}
    value = f"{line.value}/{format_length(addition.length)}"
    return make_line("RDATE", value, {"VALUE": "PERIOD", **parameters})


def format_time(moment: datetime) -> str:
    """Give a DATE-TIME: with Z where the zone is UTC, else the local time alone."""
    utc = moment.tzinfo is not None and zone_key(moment.tzinfo) in _UTC_NAMES
    return _digits(moment) + ("Z" if utc else "")


def format_length(length: Length) -> str:
    """Give a DURATION value."""
    hours, rest = divmod(length.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    time = "".join(f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if n)
    days = f"{length.days}D" if length.days or not time else ""
    return f"P{days}" + (f"T{time}" if time else "")


def zone_key(zone: tzinfo) -> str:
    """Give the name under which a zone is written."""
    return zone.key if isinstance(zone, ZoneInfo | CustomTimeZone) and zone.key else str(zone)


def second_pass(moment: datetime) -> bool:
    """Say whether a local time is the later one of a repeated hour."""
    return moment.fold == 1 and moment.utcoffset() != moment.replace(fold=0).utcoffset()


def _digits(moment: datetime) -> str:
    return (
        f"{moment.year:04}{moment.month:02}{moment.day:02}"
        f"T{moment.hour:02}{moment.minute:02}{moment.second:02}"
    )


def _read_time(value: str, line: Line, zone_of: ZoneOf) -> Start:
    form = line.parameter("VALUE")
    match = _TIME.fullmatch(value)
    try:
        if match is None:
            found = _DATE.fullmatch(value)
            if found is None or (form or "").upper() in ("DATE-TIME", "PERIOD"):
                raise ValueError("a time is written 20260131T090000, a date 20260131")
            return _in_range(date(int(found[1]), int(found[2]), int(found[3])))
        if form is not None and form.upper() == "DATE":
            raise ValueError("VALUE=DATE announces a date, but a time follows")
        # Digits as they stand are ISO 8601; a leap second is taken for the one before (RFC 5545 3.3.12).
        seconds = match[2] or "00"
        moment = datetime.fromisoformat(match[1] + ("59" if seconds == "60" else seconds))
        _in_range(moment)
    except ValueError as error:
        message = f"{line.name} {value[:40]!r} is no time: {error}."
        raise Rejected("bad_time", message, line=line.number) from None
    if match[3]:
        kept = line.parameter(_ZONE_KEPT)
        moment = moment.replace(tzinfo=UTC)
        return moment if kept is None else moment.astimezone(_zone(kept, line, zone_of))
    tzid = line.parameter("TZID")
    return moment if not tzid else moment.replace(tzinfo=_zone(tzid, line, zone_of))


def _zone(tzid: str, line: Line, zone_of: ZoneOf) -> tzinfo:
    try:
        return zone_of(tzid)
    except Rejected as error:
        raise Rejected(error.issue, error.message, line=line.number) from None


def _in_range(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"year {day.year} is outside of {FIRST_YEAR} to {LAST_YEAR}")
    return day


def _read_addition(value: str, line: Line, zone_of: ZoneOf) -> Addition:
    first, slash, second = value.partition("/")
    start = _read_time(first, line, zone_of)
    if not slash:
        return Addition(start=start)
    if second[:1] in ("P", "p", "+", "-"):
        duration = read_duration(second.upper(), line.number)
        if duration.negative:
            message = f"The period {value[:60]!r} has a negative length."
            raise Rejected("bad_duration", message, line=line.number)
        return Addition(start=start, length=duration.length)
    end = _read_time(second, line, zone_of)
    return Addition(start=start, length=length_between(start, end, line.number))


def _instant(moment: datetime) -> datetime:
    return moment if moment.tzinfo is None else moment.astimezone(UTC)


def _any_zone(_: str) -> tzinfo:
    return UTC
