"""From a rule and its first start to its instances, by seeking to a window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, tzinfo
from functools import lru_cache, partial
from itertools import chain, islice, repeat
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kalends.engine.recurrence.calendar_pattern import CalendarPattern
from kalends.engine.recurrence.clock_pattern import ClockPattern
from kalends.engine.recurrence.gregorian import FIRST_DAY, LAST_DAY, Ints
from kalends.engine.recurrence.pattern import DAY, Budget, Pattern
from kalends.engine.recurrence.rule import Frequency, InvalidRule, Rule, Until, parse_rule
from kalends.engine.series import Start
from kalends.engine.zones import UTC_ZONE, Zone, wall_seconds, zone_of

MAX_WORK = 2_000_000  # candidate times; some seconds and some hundred megabytes at most
_LARGEST_CHUNK = 1 << 18  # candidate times made at once
FOREVER = 1 << 62  # later than any instant
_NEVER = -FOREVER


class Origin(NamedTuple):
    """A start taken apart: where a series begins, on its wall clock and as an instant."""

    local: int  # wall-clock seconds since 1970-01-01
    utc: int  # the same as an instant; equal to local where there is no zone
    fold: int
    zone: Zone  # UTC for floating and all-day starts
    tzinfo: tzinfo | None  # as given, for the results to carry
    all_day: bool


def origin_of(start: Start) -> Origin:
    """Take a start apart. Fractions of a second, which iCalendar has not, are dropped."""
    if not isinstance(start, datetime):
        seconds = (start.toordinal() - (1 - FIRST_DAY)) * DAY
        return Origin(seconds, seconds, 0, UTC_ZONE, None, True)
    local = wall_seconds(start)
    if start.tzinfo is None:
        return Origin(local, local, 0, UTC_ZONE, None, False)
    zone = zone_of(start.tzinfo)
    utc = local if zone is UTC_ZONE else zone.instant(local, fold=start.fold)
    # A skipped start stands for the time that really is shown then; fold 0 or 1 stays as given.
    return Origin(local, utc, start.fold, zone, start.tzinfo, False)


def expand(
    rule: str,
    dtstart: Start,
    *,
    start: Start | None = None,
    end: Start | None = None,
    limit: int | None = None,
    max_work: int = MAX_WORK,
) -> Iterator[Start]:
    """Give the instances of an RRULE in order, in the form and zone of `dtstart`.

    Instances are what the rule matches from `dtstart` on; `dtstart` itself is among them, and counts for
    COUNT, only if it matches. (In a Series it always is: RFC 5545 3.8.5.3.)

    `start` and `end` bound a half-open window of instants, and reaching it takes no longer however far
    `dtstart` lies behind. A date there means its midnight and a naive time a wall-clock time, both in the
    zone of `dtstart`; floating and all-day instances count as if they were in UTC. `limit` is the most
    instances to give. Without an end the instances come lazily, up to the year 9999.

    A wall-clock time that the zone skips is given as the time the clock then really shows (the offset
    before the gap, RFC 5545 3.3.5); one that it repeats is its first pass. No instant is given twice.

    Raises InvalidRule (an error in the rule, at once), UnknownZone, or ExpansionLimit when more than
    `max_work` candidate times would have to be looked at, while iterating.
    """
    origin = origin_of(dtstart)
    chunks = _windowed(parse_rule(rule), origin, start, end, limit, max_work)
    instances = chain.from_iterable(map(partial(present, origin), chunks))
    return instances if limit is None else islice(instances, limit)


def expand_utc(
    rule: str,
    dtstart: Start,
    *,
    start: Start | None = None,
    end: Start | None = None,
    limit: int | None = None,
    max_work: int = MAX_WORK,
) -> NDArray[np.datetime64]:
    """Give the same instances as `expand`, as an array of UTC instants (datetime64[s])."""
    origin = origin_of(dtstart)
    chunks = list(_windowed(parse_rule(rule), origin, start, end, limit, max_work))
    found = chunks[0] if len(chunks) == 1 else np.concatenate([np.empty(0, np.int64), *chunks])
    return found[:limit].view("datetime64[s]")


def _windowed(
    rule: Rule, origin: Origin, start: Start | None, end: Start | None, limit: int | None, max_work: int
) -> Iterator[Ints]:
    """Prepare at once, so that errors in the rule show at once; then expand lazily."""
    pattern = pattern_of(rule, origin)
    window = (
        -FOREVER if start is None else instant_of(start, origin.zone),
        FOREVER if end is None else instant_of(end, origin.zone),
    )
    return _limited(instants(rule, origin, window, Budget(max_work), pattern=pattern), limit)


def _limited(chunks: Iterator[Ints], limit: int | None) -> Iterator[Ints]:
    if limit is None:
        yield from chunks
        return
    for chunk in chunks:
        yield chunk[:limit]
        limit -= len(chunk)
        if limit <= 0:
            return


def instant_of(moment: Start, zone: Zone) -> int:
    """Give the UTC seconds of a bound, read in `zone` where it has none of its own."""
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        return origin_of(moment).utc
    return zone.instant(origin_of(moment).local)


@lru_cache(maxsize=2048)
def pattern_of(rule: Rule, origin: Origin) -> Pattern:
    """Join a rule and the start it is read with. Raises InvalidRule where they do not fit together."""
    if origin.all_day:
        if rule.freq > Frequency.DAILY:
            raise InvalidRule(f"FREQ={rule.freq.name} needs a start with a time, not a date.", part="FREQ")
        # RFC 5545 3.3.10: with a DATE start these parts must be ignored.
        rule = replace(rule, by_hour=(), by_minute=(), by_second=())
    if rule.freq > Frequency.DAILY:
        return ClockPattern(rule, origin.local)
    return CalendarPattern(rule, origin.local // DAY, times_of_day(rule, origin.local))


def times_of_day(rule: Rule, local: int) -> list[int]:
    """Give the seconds into the day that BYHOUR, BYMINUTE and BYSECOND make with what the start implies."""
    hours = rule.by_hour or (local // 3600 % 24,)
    minutes = rule.by_minute or (local // 60 % 60,)
    seconds = rule.by_second or (local % 60,)
    return [h * 3600 + m * 60 + s for h in hours for m in minutes for s in seconds]


def instants(
    rule: Rule,
    origin: Origin,
    window: tuple[int, int],
    budget: Budget,
    *,
    pattern: Pattern | None = None,
    start_counts: bool = False,
) -> Iterator[Ints]:
    """Give the UTC seconds of a rule's instances inside [start, end), in ascending chunks.

    With `start_counts`, COUNT counts the origin even if the rule does not match it.
    """
    pattern = pattern or pattern_of(rule, origin)
    final = last_instant(rule, origin, budget.limit, start_counts=start_counts)
    start, end = max(window[0], origin.utc), min(window[1], final + 1)
    if start >= end:
        return
    for chunk in _stream(pattern, origin, start, end, budget):
        low, high = chunk.searchsorted((start, end)).tolist()
        if low < high:
            yield chunk[low:high]
        if high < len(chunk):
            return


def last_instant(rule: Rule, origin: Origin, max_work: int, *, start_counts: bool = False) -> int:
    """Give the latest UTC second that COUNT or UNTIL allows; far in the future for an endless rule."""
    if rule.until is not None:
        return _until_instant(rule.until, origin)
    if rule.count is not None:
        return _counted_instant(rule, origin, max_work, start_counts)
    return FOREVER


def _until_instant(until: Until, origin: Origin) -> int:
    """Give the last second that UNTIL lets through; it is inclusive."""
    if not isinstance(until.local, datetime) or origin.all_day:
        # One of the two has no time: the whole of UNTIL's day counts, by the calendar of the start.
        return origin.zone.instant(origin_of(date(*until.local.timetuple()[:3])).local + DAY - 1, fold=1)
    local = wall_seconds(until.local)
    return local if until.utc else origin.zone.instant(local, fold=1)


@lru_cache(maxsize=16_384)
def _counted_instant(rule: Rule, origin: Origin, max_work: int, start_counts: bool) -> int:
    """Give the instant of the COUNTth instance, so that any window can be sought without counting again."""
    assert rule.count is not None
    left, last = rule.count, _NEVER
    pattern = pattern_of(rule, origin)
    if rule.count > pattern.per_day * (LAST_DAY - origin.local // DAY + 1):
        return FOREVER  # the calendar ends before the count can
    for chunk in _stream(pattern, origin, origin.utc, FOREVER, Budget(max_work)):
        later = chunk[np.searchsorted(chunk, origin.utc) :]
        if start_counts and len(later):
            start_counts = False
            if later[0] != origin.utc:
                left, last = left - 1, origin.utc
        if left <= len(later):
            return int(later[left - 1]) if left else last
        left -= len(later)
    return FOREVER  # the calendar ends before the count does


def _stream(pattern: Pattern, origin: Origin, start: int, end: int, budget: Budget) -> Iterator[Ints]:
    """Give all instants around [start, end), ascending and without duplicates, some days at a time."""
    if not pattern.per_day:
        return
    zone = origin.zone
    # Two days are more than any zone's clock was ever turned by, a skipped date included.
    margin = 0 if zone.fixed else 2
    first = max(zone.local(start) // DAY - margin, origin.local // DAY)
    last = LAST_DAY if end >= FOREVER else min(zone.local(end) // DAY + margin, LAST_DAY)
    most = max(_LARGEST_CHUNK // pattern.per_day, 1)
    # With an end the caller wants it all; without one, perhaps only the next few.
    size = most if end < FOREVER else min(most, max(1024 // pattern.per_day, 1))
    carried = np.empty(0, np.int64)
    while (first := pattern.seek(first, last)) <= last:
        until = min(first + size - 1, last)
        utc = _to_instants(pattern.between(first, until, budget), origin)
        if len(carried):
            utc = np.concatenate([carried, utc])
        if len(utc) > 1 and (utc[1:] <= utc[:-1]).any():
            utc = np.unique(utc)  # around a gap, skipped times fall among those that follow it
        first = until + 1
        if first <= last and not zone.fixed:
            # Skipped times of these days may still come after the first of the next.
            settled = min(zone.instant(first * DAY), zone.instant(first * DAY, fold=1))
            cut = int(utc.searchsorted(settled))
            utc, carried = utc[:cut], utc[cut:]
        else:
            carried = carried[:0]
        yield utc
        size = min(size * 2, most)
    yield carried


def _to_instants(local: Ints, origin: Origin) -> Ints:
    if len(local) and local[0] < origin.local:
        local = local[local.searchsorted(origin.local) :]
    utc = origin.zone.to_utc(local, ascending=True)
    if origin.fold:
        # A start in the second pass of a repeated hour is followed by the rest of that pass.
        again = utc < origin.utc
        utc[again] = origin.zone.to_utc(local[again], fold=1)
    return utc


def present(origin: Origin, utc: Ints, *, folds: bool = False) -> list[Start]:
    """Turn instants into dates or datetimes of the origin's form and zone.

    Without `folds` they ascend, and only those of an origin there lie in the second pass of a repeated hour.
    """
    if not len(utc):
        return []
    if folds:
        utc = np.minimum(utc, _latest(origin))  # ends may lie past the last day that Python knows
    if origin.all_day:
        return (utc // DAY).astype("datetime64[D]").tolist()  # type: ignore[no-any-return]
    local = origin.zone.to_local(utc, ascending=not folds)
    if origin.tzinfo is None:
        return local.view("datetime64[s]").tolist()  # type: ignore[no-any-return]
    days, times = np.divmod(local, DAY)
    dates = days.astype("datetime64[D]").tolist()
    if (times == times[0]).all():
        moments = list(map(datetime.combine, dates, repeat(_time(int(times[0]), origin.tzinfo))))
    else:
        clock = {seconds: _time(seconds, origin.tzinfo) for seconds in set(times.tolist())}
        moments = list(map(datetime.combine, dates, map(clock.__getitem__, times.tolist())))
    if folds or origin.fold:
        for place in np.flatnonzero(origin.zone.to_utc(local) != utc).tolist():
            moments[place] = moments[place].replace(fold=1)
    return moments  # type: ignore[return-value]


def _latest(origin: Origin) -> int:
    return origin.zone.instant((LAST_DAY + 1) * DAY - 1)


def _time(seconds: int, tz: tzinfo) -> time:
    return time(seconds // 3600, seconds // 60 % 60, seconds % 60, tzinfo=tz)
