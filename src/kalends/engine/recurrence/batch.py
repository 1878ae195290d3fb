"""Thousands of series into one window at once: the query behind every calendar screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kalends.engine.recurrence.compiled import (
    ALL_MONTHDAYS,
    ALL_MONTHS,
    ALL_WEEKDAYS,
    RULE,
    SINGLE,
    CompiledSeries,
    compile_series,
)
from kalends.engine.recurrence.day_filters import Bools
from kalends.engine.recurrence.expansion import MAX_WORK, instant_of
from kalends.engine.recurrence.gregorian import FIRST_DAY, LAST_DAY, Days, Ints
from kalends.engine.recurrence.instances import intersecting, placements
from kalends.engine.recurrence.pattern import DAY
from kalends.engine.recurrence.rule import Frequency
from kalends.engine.series import Series, Start
from kalends.engine.zones import UTC_ZONE, Zone

_MARGIN = 2 * DAY  # more than any clock is ever off UTC, or was turned by
_CELLS = 1 << 22  # series times days looked at in one go


class Occurrences(NamedTuple):
    """Occurrences of many series as columns of one length, series by series in no promised order."""

    series: NDArray[np.intp]  # index into the batch
    start: Ints  # UTC seconds since 1970-01-01
    end: Ints  # UTC seconds
    original: NDArray[np.datetime64]  # datetime64[s], the original start on the series' own wall clock
    override: NDArray[np.int32]  # index into the series' overrides, -1 for none


def expand_many(
    batch: Sequence[Series | CompiledSeries],
    start: Start,
    end: Start,
    *,
    zone_for_floating: Zone = UTC_ZONE,
    max_work: int = MAX_WORK,
) -> Occurrences:
    """Give the occurrences of every series that intersect [start, end), as `occurrences` does for one.

    Series that are asked for again and again should be compiled once, with `compile_series`. `max_work`
    bounds the candidates of each single series that needs expanding by itself (ExpansionLimit).
    """
    window = instant_of(start, zone_for_floating), instant_of(end, zone_for_floating)
    compiled = [
        item if isinstance(item, CompiledSeries) else compile_series(item, max_work=max_work)
        for item in batch
    ]
    parts = [_singles(compiled, window, zone_for_floating)]
    parts += _ruled(compiled, window, zone_for_floating)
    for index, item in enumerate(compiled):
        if item.rest is not None:
            parts += _alone(index, item.rest, window, zone_for_floating, max_work)
    return Occurrences(*map(np.concatenate, zip(*parts, strict=True)))


def _joined(blocks: list[bytes], dtype: np.dtype[Any]) -> tuple[NDArray[np.intp], NDArray[Any]]:
    """Join packed rows, each with the index of the series that it came from."""
    sizes = np.fromiter(map(len, blocks), np.intp, len(blocks)) // dtype.itemsize
    return np.repeat(np.arange(len(blocks)), sizes), np.frombuffer(b"".join(blocks), dtype)


def _singles(compiled: list[CompiledSeries], window: tuple[int, int], viewer: Zone) -> Occurrences:
    owner, rows = _joined([item.singles for item in compiled], SINGLE)
    near = (rows["begin"] < window[1] + _MARGIN) & (rows["finish"] >= window[0] - _MARGIN)
    owner, rows = owner[near], rows[near]
    begin, finish, floating = rows["begin"].copy(), rows["finish"].copy(), rows["floating"]
    if floating.any():
        begin[floating] = viewer.to_utc(begin[floating])
        finish[floating] = viewer.to_utc(finish[floating])
    kept = intersecting(begin, finish, window)
    original = rows["original"][kept].view("datetime64[s]")
    return Occurrences(owner[kept], begin[kept], finish[kept], original, rows["override"][kept])


def _alone(
    index: int, series: Series, window: tuple[int, int], viewer: Zone, max_work: int
) -> list[Occurrences]:
    parts = []
    for placed in placements(series, window, viewer, max_work):
        size = len(placed.begin)
        override = np.full(size, -1 if placed.override is None else placed.override, np.int32)
        original = placed.original_local.view("datetime64[s]")
        parts.append(Occurrences(np.full(size, index), placed.begin, placed.finish, original, override))
    return parts


def _ruled(compiled: list[CompiledSeries], window: tuple[int, int], viewer: Zone) -> list[Occurrences]:
    """Expand all rules that are rows of bit masks, some thousands of series times days at a time."""
    ruled = [(index, item) for index, item in enumerate(compiled) if item.rules]
    places = np.array([index for index, _ in ruled], np.intp)
    owner, rules = _joined([item.rules for _, item in ruled], RULE)
    zones = {id(item.zone): item.zone for _, item in ruled}
    clocks = np.array([id(item.zone) for _, item in ruled], np.intp)[owner]
    spoken_for, keys = _joined([item.taken for _, item in ruled], np.dtype(np.int64))
    taken, owner = _coded(places[spoken_for], keys), places[owner]
    reach = _MARGIN + rules["length_days"] * DAY + rules["length_seconds"]
    live = (rules["last"] > window[0] - reach) & (rules["start"] < window[1] + _MARGIN)
    owner, rules, clocks = owner[live], rules[live], clocks[live]
    if not len(rules):
        return []
    first = max((window[0] - int(reach[live].max())) // DAY, FIRST_DAY)
    last = min((window[1] + _MARGIN) // DAY, LAST_DAY)
    parts = []
    step = max(_CELLS // max(last - first + 1, 1), 1)
    for freq in Frequency:
        of_freq = np.flatnonzero(rules["freq"] == freq)
        for some in np.split(of_freq, range(step, len(of_freq), step)):
            if len(some) and first <= last:
                row, day = _matching(rules[some], freq, first, last)
                chosen = some[row]
                placed = _Matches(owner[chosen], rules[chosen], clocks[chosen], day)
                parts.append(_placed(placed, zones, window, viewer, taken))
    return parts


def _matching(rules: NDArray[Any], freq: Frequency, first: int, last: int) -> tuple[NDArray[np.intp], Ints]:
    """Test every rule against every day; give the (rule, day) pairs that match."""
    days = Days.range(first, last + 1)
    number = days.number.astype(np.int32)
    kept: Bools = rules["first_day"][:, None] <= number
    if (rules["interval"] > 1).any():
        kept &= _in_interval(rules, freq, days)
    if (rules["months"] != ALL_MONTHS).any():
        kept &= _bit(rules["months"], days.month)
    if ((rules["monthdays"] != ALL_MONTHDAYS) | (rules["monthdays_back"] != 0)).any():
        kept &= _either(rules["monthdays"], days.monthday - 1, rules["monthdays_back"], days.month_left)
    if ((rules["weekdays"] != ALL_WEEKDAYS) | (rules["weekdays_back"] != 0)).any():
        weeks, weeks_back = days.month_week, days.month_week_back
        kept &= _either(rules["weekdays"], weeks, rules["weekdays_back"], weeks_back)
    row, column = np.nonzero(kept)
    return row, days.number[column]


def _bit(masks: NDArray[Any], places: NDArray[Any]) -> Bools:
    """Say for each mask (down) and each place (across) whether that bit is set."""
    wanted = np.left_shift(np.uint64(1), places.astype(np.uint64)).astype(masks.dtype)
    found: Bools = (masks[:, None] & wanted) != 0
    return found


def _either(ahead: NDArray[Any], place: NDArray[Any], back: NDArray[Any], place_back: NDArray[Any]) -> Bools:
    found = _bit(ahead, place)
    if back.any():
        found |= _bit(back, place_back)
    return found


def _in_interval(rules: NDArray[Any], freq: Frequency, days: Days) -> Bools:
    match freq:
        case Frequency.YEARLY:
            periods = days.year_number[None, :]
        case Frequency.MONTHLY:
            periods = days.month_number[None, :]
        case Frequency.WEEKLY:
            begun = np.stack([days.week_number(weekday) for weekday in range(7)])
            periods = begun[rules["week_start"]]
        case _:
            periods = days.number[None, :]
    since = periods.astype(np.int32) - rules["first_period"][:, None]
    met: Bools = since % rules["interval"][:, None] == 0
    return met


class _Matches(NamedTuple):
    """Days on which rules match, in columns."""

    owner: NDArray[np.intp]  # index into the batch
    rules: NDArray[Any]  # rows of RULE
    clocks: NDArray[np.intp]  # which zone's wall clock the rule runs on
    day: Ints


def _placed(
    found: _Matches, zones: dict[int, Zone], window: tuple[int, int], viewer: Zone, taken: Ints
) -> Occurrences:
    """Turn matching days into occurrences: instants, ends, and what ends, exclusions and the window leave."""
    index, rules = found.owner, found.rules
    keys = found.day * DAY + rules["time"]
    days, seconds = rules["length_days"] * DAY, rules["length_seconds"]
    begin, finish, original = np.empty_like(keys), np.empty_like(keys), keys.copy()
    floating = rules["floating"]
    if floating.any():
        # Floating times are known by their wall clock, and happen on the viewer's.
        wall = keys[floating]
        begin[floating] = viewer.to_utc(wall)
        finish[floating] = viewer.to_utc(wall + (days + seconds)[floating])
    for clock, zone in zones.items():
        own = (found.clocks == clock) & ~floating
        instants = zone.to_utc(keys[own])
        shown = zone.to_local(instants)
        keys[own], begin[own], original[own] = instants, instants, shown
        nominal = days[own]
        finish[own] = (zone.to_utc(shown + nominal) if nominal.any() else instants) + seconds[own]
    kept = intersecting(begin, finish, window)
    kept &= (keys > rules["start"]) & (keys <= rules["last"])
    kept[1:] &= (index[1:] != index[:-1]) | (keys[1:] != keys[:-1])  # a skipped date falls on the next one
    if len(taken):
        kept &= ~np.isin(_coded(index, keys), taken)
    none = np.full(int(kept.sum()), -1, np.int32)
    return Occurrences(index[kept], begin[kept], finish[kept], original[kept].view("datetime64[s]"), none)


def _coded(index: NDArray[np.intp], keys: Ints) -> Ints:
    """Give one number for each (series, key): seconds from year 1 to 9999 fit in 39 bits and a sign."""
    return index * (1 << 40) + keys
