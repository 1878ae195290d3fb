"""Times as people type and read them at a terminal, in the zone of whoever works there."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from kalends.engine.series import Length, Start
from kalends.engine.spans import Span
from kalends.engine.zones import zone
from kalends.interfaces.rest.event_times import TimeReader
from kalends.interfaces.rest.event_times import read_length as read_iso
from kalends.kit.errors import InvalidInput

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY_AND_CLOCK = re.compile(
    r"(?:(?P<day>[A-Za-z]+(?= )|\d{4}-\d\d-\d\d(?=[ T]))[ T])?(?P<clock>(?:[01]?\d|2[0-3]):[0-5]\d)"
)
_LENGTH = re.compile(r"(?:(\d{1,4})w)?(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m?)?")


def read_moment(text: str, reader: TimeReader, *, today: date, field: str) -> Start:
    """Read `2026-12-24`, `2026-12-24 18:00`, `tomorrow 18:00`, `fri`, `18:00` (today), or an RFC 9557 time.

    Raises `InvalidInput`.
    """
    said = text.strip()
    match = _DAY_AND_CLOCK.fullmatch(said)
    day, clock = (match["day"] or "today", match["clock"]) if match else (said, None)
    named = _day(day, today)
    if named is None:
        return reader.read(said, field=field)
    if clock is None:
        return named
    hour, minute = map(int, clock.split(":"))
    return reader.read(datetime.combine(named, time(hour, minute)).isoformat(), field=field)


def read_length(text: str, *, field: str) -> Length:
    """Read `90`, `90m`, `1h30m`, `2d`, `1w` or an ISO 8601 duration. Raises `InvalidInput`."""
    match = _LENGTH.fullmatch(text.strip().lower())
    if match and any(match.groups()):
        weeks, days, hours, minutes = (int(part or 0) for part in match.groups())
        return Length(days=7 * weeks + days, seconds=3600 * hours + 60 * minutes)
    return read_iso(text.strip().upper(), field=field)


def read_exact(text: str, *, field: str) -> timedelta:
    """Read a duration whose days are of 24 hours."""
    length = read_length(text, field=field)
    return timedelta(days=length.days, seconds=length.seconds)


def read_window(
    since: str | None, until: str | None, *, own: str, now: datetime, days: int, field: str = "from"
) -> Span:
    """Read a stretch of time, as `read_ends` does: from today's midnight and for so many days, unless told
    otherwise."""
    first, last = _ends(since or "today", until, own=own, now=now, field=field)
    assert first is not None, "today is a day"
    return Span(_midnight(first, own), _midnight(last or _date(first) + timedelta(days=days), own))


def read_ends(
    since: str | None, until: str | None, *, own: str, now: datetime
) -> tuple[datetime | None, datetime | None]:
    """Read the ends of a stretch of time, None for one that is not told.

    An `until` that is a date is the last day, not the first one outside; a weekday is the next one from the
    first day on, so that mon/sun is a week whatever the day. Raises `InvalidInput`.
    """
    first, last = _ends(since, until, own=own, now=now, field="from")
    start = None if first is None else _midnight(first, own)
    end = None if last is None else _midnight(last, own)
    if start is not None and end is not None:
        Span(start, end)  # refuses what ends before it begins
    return start, end


def _ends(
    since: str | None, until: str | None, *, own: str, now: datetime, field: str
) -> tuple[Start | None, Start | None]:
    reader, today = TimeReader(own=own), now.date()
    first = read_moment(since, reader, today=today, field=field) if since else None
    if until is None:
        return first, None
    weekday = until.split()[:1] and _weekday(until.split()[0]) is not None
    last = read_moment(until, reader, today=_date(first) if first and weekday else today, field="until")
    return first, last if isinstance(last, datetime) else last + timedelta(days=1)


def ends_of(stretch: str | None, *, field: str) -> tuple[str | None, str | None]:
    """Split `mon/fri` into its two ends, which `read_window` reads; None for both where nothing was said."""
    if stretch is None:
        return None, None
    since, slash, until = stretch.partition("/")
    if not slash or not since or not until:
        raise InvalidInput(
            f"{stretch!r} is no stretch of time: write mon/fri or 2026-11-23/2026-11-28.", field=field
        )
    return since, until


def day_of(start: Start, now: datetime) -> date:
    """Give the day on which something starts, by the clock of `now`."""
    if isinstance(start, datetime):
        return start.astimezone(now.tzinfo).date() if start.tzinfo else start.date()
    return start


def clock_of(start: Start, now: datetime) -> str:
    """Give the time of day as `14:30` by the clock of `now`, or `all day`."""
    if not isinstance(start, datetime):
        return "all day"
    return f"{start.astimezone(now.tzinfo) if start.tzinfo else start:%H:%M}"


def span_of(start: Start, end: Start, now: datetime) -> str:
    """Give when something is: `Mon 2026-11-23 14:30-15:30`, days only where it is all day."""
    first, last = day_of(start, now), day_of(end, now)
    if not isinstance(start, datetime):
        last -= timedelta(days=1)
        return f"{first:%a %Y-%m-%d}" + (f" to {last:%a %Y-%m-%d}" if last > first else "")
    through = f"-{clock_of(end, now)}" if last == first else f" to {last:%a %Y-%m-%d} {clock_of(end, now)}"
    return f"{first:%a %Y-%m-%d} {clock_of(start, now)}{through}"


def _day(word: str, today: date) -> date | None:
    word = word.lower()
    if word == "today":
        return today
    if word in ("tomorrow", "yesterday"):
        return today + timedelta(days=1 if word == "tomorrow" else -1)
    if (number := _weekday(word)) is not None:
        return today + timedelta(days=(number - today.weekday()) % 7)
    try:
        return date.fromisoformat(word)
    except ValueError:
        return None


def _weekday(word: str) -> int | None:
    """Give the number of a weekday by its name or the first three letters of it; None for another word."""
    known = (number for number, name in enumerate(_DAYS) if word.lower() in (name, name[:3]))
    return next(known, None)


def _date(start: Start) -> date:
    return start.date() if isinstance(start, datetime) else start


def _midnight(start: Start, own: str) -> datetime:
    if isinstance(start, datetime):
        if start.tzinfo is None:
            raise InvalidInput("A window has times in a zone.", field="from")
        return start
    return datetime(start.year, start.month, start.day, tzinfo=zone(own).tzinfo)
