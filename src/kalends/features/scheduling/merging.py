"""Which of two texts of one object is newer, and what single occurrences of a file add to a series."""

from __future__ import annotations

from dataclasses import replace

from kalends.ical import ObjectText
from kalends.ical.components import Component
from kalends.ical.values import read_start

Age = tuple[int, str]
"""SEQUENCE, then the time of writing as text, which sorts (RFC 5546 2.1.5)."""


def age(text: ObjectText) -> Age:
    """Give what tells the newer of two texts of one object."""
    return max(map(_age, text.parts))


def joined(stored: ObjectText, arriving: ObjectText) -> ObjectText:
    """Put occurrences that came without their master into the stored series, where they are newer."""
    series = stored
    for part in arriving.parts:
        line = part.first("RECURRENCE-ID")
        if line is None:
            continue
        original = read_start(line, arriving.zones)
        old = next((each for each in series.parts if series.is_of(each, original)), None)
        if old is not None and _age(part) > _age(old):
            series = series.mapped(lambda each, old=old, part=part: part if each is old else each)  # type: ignore[misc]
        elif old is None and _sequence(part) >= max(map(_sequence, series.parts)):
            series = replace(series, calendar=series.calendar.with_components(lambda _: True, [part]))
    return series if series is stored else _with_zones_of(series, arriving)


def _with_zones_of(series: ObjectText, arriving: ObjectText) -> ObjectText:
    known = {_tzid(part) for part in series.calendar.components if part.name == "VTIMEZONE"}
    missing = [
        part for part in arriving.calendar.components if part.name == "VTIMEZONE" and _tzid(part) not in known
    ]
    return replace(series, calendar=series.calendar.with_components(lambda _: True, missing))


def _tzid(part: Component) -> str:
    line = part.first("TZID")
    return line.value.strip() if line else ""


def _age(part: Component) -> Age:
    # A DTSTAMP is often the time of a download: it counts where nothing else says when it was written.
    lines = (part.first(name) for name in ("LAST-MODIFIED", "DTSTAMP"))
    return _sequence(part), next((line.value for line in lines if line), "")


def _sequence(part: Component) -> int:
    line = part.first("SEQUENCE")
    return int(line.value) if line and line.value.isdecimal() and len(line.value) < 10 else 0
