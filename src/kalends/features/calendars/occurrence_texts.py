"""Occurrences as text, in bulk: what `local_start` and `instance_key` give one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kalends.engine.zones import UTC_ZONE, UnknownZone, Zone, zone
from kalends.features.calendars.expansion import EventRow, Expansion, Ints, zone_name


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
        _put(texts.keys, places, _iso(found.original[places], clock))
    return texts


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
    texts = _iso(local.astype("datetime64[s]"), clock)
    if clock in _NAMELESS:
        return texts
    offsets = (local - seconds).tolist()
    suffix = {offset: _offset(offset) for offset in set(offsets)}
    return [text + suffix[offset] for text, offset in zip(texts, offsets, strict=True)]


def _iso(local: NDArray[np.datetime64], clock: str) -> list[str]:
    """Write local times, or dates; what is not a time at all gives an empty text."""
    whole_days = clock == _ALL_DAY
    texts = np.datetime_as_string(local, unit="D" if whole_days else "s", casting="unsafe").tolist()
    return ["" if text == "NaT" else text for text in texts]


def _offset(seconds: int) -> str:
    """Write an offset as `datetime.isoformat` does."""
    minutes, rest = divmod(abs(seconds), 60)
    sign = "-" if seconds < 0 else "+"
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}" + (f":{rest:02}" if rest else "")


def _put(into: list[str], places: Ints, texts: list[str]) -> None:
    for place, text in zip(places.tolist(), texts, strict=True):
        into[place] = text
