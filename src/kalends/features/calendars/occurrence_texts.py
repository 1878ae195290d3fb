"""Occurrences as text, in bulk: what `local_start` and `instance_key` give one by one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from kalends.engine.zones import UTC_ZONE, UnknownZone, Zone, zone
from kalends.features.calendars.expansion import Expansion, zone_name
from kalends.features.calendars.row_columns import EventRow, Ints


class OccurrenceTexts(NamedTuple):
    """ISO 8601 texts, one for each occurrence: dates, floating times, or times with their offset."""

    starts: list[str]
    ends: list[str]
    keys: list[str]  # recurrence keys


def texts_of(rows: Sequence[EventRow], found: Expansion, floating: Zone) -> OccurrenceTexts:
    """Write the starts, ends and recurrence keys of occurrences; `rows` are those they came from."""
    size = len(found.row)
    texts = OccurrenceTexts([""] * size, [""] * size, [""] * size)
    for clock, places in _by_clock(rows, found.row).items():
        zone_of_clock = floating if clock in _NAMELESS else _known(clock)
        for seconds, written in ((found.start, texts.starts), (found.end, texts.ends)):
            _put(written, places, _written(seconds[places], clock, zone_of_clock))
        _put(texts.keys, places, _iso(found.original[places].view(np.int64), clock))
    return texts


_DAY = 86_400
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_NO_TIME = np.datetime64("NaT", "s").view(np.int64).item()
_ALL_DAY, _FLOATING = "all day", "floating"  # no zone has a blank or a small letter first
_NAMELESS = (_ALL_DAY, _FLOATING)


def _by_clock(rows: Sequence[EventRow], used: Ints) -> dict[str, Ints]:
    """Give the places of the occurrences that share a clock: a zone's, or none of their own."""
    clocks: dict[str, int] = {}
    code_of_row = np.zeros(len(rows), np.int64)
    for index in np.unique(used).tolist():
        start = rows[index].start
        clock = zone_name(start) or (_FLOATING if "T" in start else _ALL_DAY)
        code_of_row[index] = clocks.setdefault(clock, len(clocks))
    codes = code_of_row[used]
    return {clock: np.flatnonzero(codes == code) for clock, code in clocks.items()}


def _known(name: str) -> Zone:
    try:
        return zone(name)
    except UnknownZone:  # a calendar's own zone: its times are right, and shown in UTC
        return UTC_ZONE


def _written(seconds: Ints, clock: str, zone_of_clock: Zone) -> list[str]:
    local = zone_of_clock.to_local(seconds)
    texts = _iso(local, clock)
    if clock in _NAMELESS:
        return texts
    offsets = (local - seconds).tolist()
    return [text + _offset(offset) for text, offset in zip(texts, offsets, strict=True)]


def _iso(local: Ints, clock: str) -> list[str]:
    """Write local times, or dates; what is not a time at all gives an empty text."""
    if clock == _ALL_DAY:
        return [_day(each // _DAY) if each != _NO_TIME else "" for each in local.tolist()]
    return [
        f"{_day(each // _DAY)}T{_time(each % _DAY)}" if each != _NO_TIME else "" for each in local.tolist()
    ]


# A window has few days, and a calendar few times of day.
@lru_cache(maxsize=4096)
def _day(days: int) -> str:
    return date.fromordinal(_EPOCH_DAY + days).isoformat()


@lru_cache(maxsize=4096)
def _time(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


@lru_cache(maxsize=256)
def _offset(seconds: int) -> str:
    """Write an offset as `datetime.isoformat` does."""
    minutes, rest = divmod(abs(seconds), 60)
    sign = "-" if seconds < 0 else "+"
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}" + (f":{rest:02}" if rest else "")


def _put(into: list[str], places: Ints, texts: list[str]) -> None:
    for place, text in zip(places.tolist(), texts, strict=True):
        into[place] = text
