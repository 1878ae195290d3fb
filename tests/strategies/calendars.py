"""Calendars' worth of events: what people would create, in and around one spring."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st

from kalends.engine.claims import Flexibility, Priority
from kalends.engine.series import Length
from kalends.engine.zones import zone
from kalends.features.calendars.models import Status

FIRST, LAST = date(2026, 2, 20), date(2026, 5, 10)  # both of the changes to summer time are inside
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC")

days = st.dates(FIRST, LAST)
clock_times = st.builds(time, st.integers(0, 23), st.sampled_from((0, 30)))
titles = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=0, max_size=20)
zones = st.sampled_from([zone(name).tzinfo for name in ZONES])


@st.composite
def starts(draw: st.DrawFn) -> date | datetime:
    """Draw a start of any form: in a zone, floating, or all day."""
    day = draw(days)
    if draw(st.integers(0, 3)) == 0:
        return day
    local = datetime.combine(day, draw(clock_times))
    return local if draw(st.integers(0, 4)) == 0 else local.replace(tzinfo=draw(zones))


@st.composite
def rules(draw: st.DrawFn) -> tuple[str, ...]:
    """Draw no rule, or one that gives a handful of occurrences, or one without end."""
    freq = draw(st.sampled_from(("", "", "DAILY", "WEEKLY", "MONTHLY")))
    if not freq:
        return ()
    interval = draw(st.integers(1, 3))
    end = draw(st.sampled_from(("", ";COUNT=4", ";COUNT=9")))
    return (f"FREQ={freq};INTERVAL={interval}{end}",)


@st.composite
def events(draw: st.DrawFn) -> dict[str, Any]:
    """Draw what somebody gives to create an event."""
    start = draw(starts())
    timed = isinstance(start, datetime)
    minutes = draw(st.sampled_from((0, 30, 60, 90, 1_440, 3_000)))
    event: dict[str, Any] = {
        "title": draw(titles),
        "start": start,
        "length": Length(seconds=minutes * 60) if timed else Length(days=draw(st.integers(1, 3))),
        "rules": draw(rules()),
    }
    for name, values in (
        ("priority", st.sampled_from(Priority)),
        ("status", st.sampled_from(Status)),
        ("flexibility", st.sampled_from(Flexibility)),
        ("transparent", st.booleans()),
        ("confidential", st.booleans()),
        ("description", titles),
        ("location", titles),
    ):
        if draw(st.integers(0, 3)) == 0:
            event[name] = draw(values)
    return event


@st.composite
def windows(draw: st.DrawFn) -> tuple[datetime, datetime]:
    """Draw a stretch of time, from an instant to weeks."""
    start = datetime.combine(draw(days), draw(clock_times), zone("Europe/Berlin").tzinfo)
    return start, start + draw(st.sampled_from([timedelta(minutes=1), timedelta(days=1), timedelta(days=20)]))
