"""A whole series: its rules, additions, exclusions and overrides, as occurrences in a window.

The start of a series is always its first instance and the first that COUNT counts, even where a rule would
not give it (RFC 5545 3.8.5.3). An instance is named by its key, the UTC second of its original start (the
wall-clock second where the series is floating or all day), so a RECURRENCE-ID or EXDATE matches in whatever
zone it is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

import numpy as np

from kalends.engine.recurrence.day_filters import Bools
from kalends.engine.recurrence.expansion import (
    FOREVER,
    MAX_WORK,
    Origin,
    instant_of,
    instants,
    origin_of,
    present,
)
from kalends.engine.recurrence.gregorian import Ints
from kalends.engine.recurrence.pattern import DAY, Budget
from kalends.engine.recurrence.rule import parse_rule
from kalends.engine.series import Length, Occurrence, Series, Start
from kalends.engine.zones import UTC_ZONE, Zone

# No zone's clock is further from UTC than this, and none was ever turned by more.
_SLACK = 26 * 3600


def occurrences(
    series: Series,
    start: Start,
    end: Start,
    *,
    floating_zone: Zone | None = None,
    limit: int | None = None,
    max_work: int = MAX_WORK,
) -> list[Occurrence]:
    """Give the occurrences that intersect [start, end), in order of their starts.

    One that began before `start` and still lasts is included; one without length counts at its instant.
    Floating and all-day times, and bounds without a zone, are read in `floating_zone` (UTC by default).

    Raises InvalidRule, UnknownZone, or ExpansionLimit when the rules need more than `max_work` candidates.
    """
    viewer = floating_zone or UTC_ZONE
    window = instant_of(start, viewer), instant_of(end, viewer)
    found = [
        (begin, occurrence)
        for placed in placements(series, window, viewer, max_work)
        for begin, occurrence in zip(placed.begin.tolist(), placed.present(), strict=True)
    ]
    found.sort(key=lambda pair: pair[0])
    return [occurrence for _, occurrence in found[:limit]]


class Shape(NamedTuple):
    """How the instances from some key on are placed: the series' own way, or a THISANDFUTURE override's."""

    origin: Origin  # whose form, zone and wall-clock time they take
    anchor: int  # the wall-clock second, in the series' own zone, of the instance that is placed at `origin`
    length: Length
    override: int | None  # index into Series.overrides
    first: int  # key from which it holds
    stop: int  # key of the next shape

    def place(self, keys: Ints, series_origin: Origin) -> Ints:
        """Give the UTC seconds (wall-clock seconds in a floating form) at which the keyed instances start."""
        if self.override is None:
            return keys
        return self.origin.zone.to_utc(series_origin.zone.to_local(keys) - self.anchor + self.origin.local)


class Frame(NamedTuple):
    """The parts of a series with a start, read once: what the expansion of any window needs."""

    series: Series
    origin: Origin
    shapes: tuple[Shape, ...]  # in order, together covering all keys
    added: dict[int, Length | None]  # key -> a length of its own
    excluded: Ints  # sorted keys: EXDATEs and what overrides replace
    excluded_days: Ints  # sorted wall-clock days: EXDATEs given as dates in a timed series
    override_keys: tuple[int, ...]  # one for each override


def frame_of(series: Series) -> Frame:
    """Read a series that has a start."""
    assert series.start is not None
    origin = origin_of(series.start)
    added = {_added_key(addition.start, origin): addition.length for addition in reversed(series.additions)}
    exact = [_key(moment, origin) for moment in series.exclusions if _exact(moment, origin)]
    whole = [origin_of(moment).local // DAY for moment in series.exclusions if not _exact(moment, origin)]
    bare = Frame(series, origin, (), added, _sorted(exact), _sorted(whole), ())
    keys = tuple(_override_key(override.recurrence_id, bare) for override in series.overrides)
    return bare._replace(
        shapes=_shapes(series, origin, keys), excluded=_sorted([*exact, *keys]), override_keys=keys
    )


def _sorted(values: list[int]) -> Ints:
    return np.array(sorted(set(values)), np.int64)


def _exact(moment: Start, origin: Origin) -> bool:
    """Say whether a time names one instance; a date in a timed series names a whole day."""
    return isinstance(moment, datetime) or origin.all_day


def _key(moment: Start, origin: Origin) -> int:
    """Give the key that a RECURRENCE-ID, EXDATE or RDATE means, in whatever form it is written."""
    given = origin_of(moment)
    if origin.all_day:
        return given.local // DAY * DAY
    if origin.tzinfo is None:
        return given.local
    return given.utc if given.tzinfo is not None else origin.zone.instant(given.local)


def _added_key(moment: Start, origin: Origin) -> int:
    if _exact(moment, origin):
        return _key(moment, origin)
    # A date added to a timed series: that day, at the usual time.
    return origin.zone.instant(origin_of(moment).local + origin.local % DAY)


def _override_key(moment: Start, frame: Frame) -> int:
    key = _key(moment, frame.origin)
    if _exact(moment, frame.origin):
        return key
    # A date that names an instance of a timed series: the first one of that day.
    on_day = master_keys(frame, key, key + DAY, Budget(MAX_WORK))
    return int(on_day[0]) if len(on_day) else key


def _shapes(series: Series, origin: Origin, keys: tuple[int, ...]) -> tuple[Shape, ...]:
    shapes = [Shape(origin, origin.local, series.length, None, -FOREVER, FOREVER)]
    ranged = (place for place, override in enumerate(series.overrides) if override.this_and_future)
    for index in sorted(ranged, key=keys.__getitem__):
        override = series.overrides[index]
        shapes[-1] = shapes[-1]._replace(stop=keys[index])
        anchor = origin.zone.local(keys[index])
        shapes.append(Shape(origin_of(override.start), anchor, override.length, index, keys[index], FOREVER))
    return tuple(shapes)


def master_keys(frame: Frame, start: int, stop: int, budget: Budget) -> Ints:
    """Give the keys in [start, stop) that rules and additions give and exclusions leave, sorted."""
    origin, series = frame.origin, frame.series
    extra = [key for key in (origin.utc, *frame.added) if start <= key < stop]
    keys = _rule_keys(series.rules, origin, (start, stop), budget, start_counts=True)
    if extra or len(series.rules) > 1:
        keys = np.unique(np.concatenate([keys, np.array(extra, np.int64)]))
    if len(frame.excluded):
        keys = keys[~np.isin(keys, frame.excluded)]
    if len(frame.excluded_days):
        keys = keys[~np.isin(origin.zone.to_local(keys) // DAY, frame.excluded_days)]
    if series.exclusion_rules:
        keys = keys[~np.isin(keys, _rule_keys(series.exclusion_rules, origin, (start, stop), budget))]
    return keys


def _rule_keys(
    rules: tuple[str, ...],
    origin: Origin,
    window: tuple[int, int],
    budget: Budget,
    *,
    start_counts: bool = False,
) -> Ints:
    found = [
        chunk
        for text in rules
        for chunk in instants(parse_rule(text), origin, window, budget, start_counts=start_counts)
    ]
    return np.concatenate([np.empty(0, np.int64), *found])


def ends(starts: Ints, origin: Origin, length: Length) -> Ints:
    """Add a length to starts of the origin's form: nominal days on the wall clock, then exact seconds."""
    days, seconds = length.days, length.seconds
    if origin.all_day:
        # An all-day event fills whole days, and one without a length its own (RFC 5545 3.6.1).
        days, seconds = max(days + -(-seconds // DAY), 1), 0
    if days:
        starts = origin.zone.to_utc(origin.zone.to_local(starts) + days * DAY)
    return starts + seconds


def longest(length: Length) -> int:
    """Give an upper bound, in seconds, on how long this can last."""
    return (length.days + 1) * DAY + length.seconds + (_SLACK if length.days else 0)


class Placed(NamedTuple):
    """Some occurrences of one shape, in columns."""

    begin: Ints  # UTC seconds
    finish: Ints  # UTC seconds
    starts: Ints  # UTC seconds, or wall-clock seconds in a floating form
    stops: Ints  # the same
    keys: Ints
    origin: Origin  # whose form starts and stops have
    named_by: Origin | None  # whose form the original starts have; None: as the override says
    override: int | None
    series: Series

    @property
    def original_local(self) -> Ints:
        """Give the wall-clock seconds of the original starts, which name the occurrences."""
        return self.keys if self.named_by is None else self.named_by.zone.to_local(self.keys)

    def where(self, kept: Bools) -> Placed:
        """Give only those that are marked."""
        return self._replace(
            begin=self.begin[kept],
            finish=self.finish[kept],
            starts=self.starts[kept],
            stops=self.stops[kept],
            keys=self.keys[kept],
        )

    def present(self) -> list[Occurrence]:
        """Turn the columns into values."""
        starts = present(self.origin, self.starts, folds=True)
        stops = present(self.origin, self.stops, folds=True)
        if self.named_by is None:
            assert self.override is not None
            names = [self.series.overrides[self.override].recurrence_id]
        elif self.override is None:
            names = starts
        else:
            names = present(self.named_by, self.keys, folds=True)
        return [
            Occurrence(recurrence_id=name, start=start, end=end, override=self.override)
            for name, start, end in zip(names, starts, stops, strict=True)
        ]


def placements(series: Series, window: tuple[int, int], viewer: Zone, max_work: int) -> Iterator[Placed]:
    """Give what intersects the window (UTC seconds), shape by shape and override by override."""
    frame = frame_of(series) if series.start is not None else None
    budget = Budget(max_work)
    if frame is not None:
        for shape in frame.shapes:
            placed = _of_shape(frame, shape, window, viewer, budget)
            if placed is not None:
                yield placed
    for index in range(len(series.overrides)):
        alone = of_override(series, frame, index, viewer)
        if intersecting(alone.begin, alone.finish, window)[0]:
            yield alone


def key_window(frame: Frame, shape: Shape, window: tuple[int, int]) -> tuple[int, int]:
    """Give the keys whose instances, so placed, may intersect the window."""
    lengths = [shape.length, *filter(None, frame.added.values())]
    reach = max(map(longest, lengths))
    shift = shape.anchor - shape.origin.local
    slack = 0 if shape.override is None and frame.origin.tzinfo is not None else 2 * _SLACK
    return (
        max(window[0] - reach + shift - slack, shape.first),
        min(window[1] + shift + slack, shape.stop),
    )


def _of_shape(
    frame: Frame, shape: Shape, window: tuple[int, int], viewer: Zone, budget: Budget
) -> Placed | None:
    first, stop = key_window(frame, shape, window)
    if first >= stop:
        return None
    keys = master_keys(frame, first, stop, budget)
    starts = shape.place(keys, frame.origin)
    stops = ends(starts, shape.origin, shape.length)
    if shape.override is None:
        for key, length in frame.added.items():
            if length is not None:
                stops[keys == key] = ends(np.array([key]), shape.origin, length)
    begin, finish = seen(starts, shape.origin, viewer), seen(stops, shape.origin, viewer)
    everything = Placed(
        begin, finish, starts, stops, keys, shape.origin, frame.origin, shape.override, frame.series
    )
    return everything.where(intersecting(begin, finish, window))


def of_override(series: Series, frame: Frame | None, index: int, viewer: Zone) -> Placed:
    """Place one override by itself, wherever it lies."""
    override = series.overrides[index]
    origin = origin_of(override.start)
    starts = np.array([origin.utc])
    stops = ends(starts, origin, override.length)
    begin, finish = seen(starts, origin, viewer), seen(stops, origin, viewer)
    named_by = frame.origin if frame is not None else None
    key = frame.override_keys[index] if frame is not None else origin_of(override.recurrence_id).local
    return Placed(begin, finish, starts, stops, np.array([key]), origin, named_by, index, series)


def seen(seconds: Ints, origin: Origin, viewer: Zone) -> Ints:
    """Give true instants: floating and all-day times happen on the viewer's clock."""
    return seconds if origin.tzinfo is not None else viewer.to_utc(seconds)


def intersecting(begin: Ints, finish: Ints, window: tuple[int, int]) -> Bools:
    """Say which stretches [begin, finish) meet the window; those without length count at their instant."""
    start, end = window
    met: Bools = (begin < end) & ((finish > start) | ((begin == finish) & (begin >= start)))
    return met
