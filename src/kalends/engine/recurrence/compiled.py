"""A series boiled down to numbers, so that thousands of them expand together without touching Python values.

What happens at known times (the start, additions, overrides) becomes one row each; a plain calendar rule
becomes one row of bit masks for each time of day. Whatever is rarer (rules by the hour, BYSETPOS, BYWEEKNO,
several rules, THISANDFUTURE) stays a Series and is expanded by itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kalends.engine.recurrence.calendar_pattern import with_implied_days
from kalends.engine.recurrence.expansion import MAX_WORK, Origin, last_instant, times_of_day
from kalends.engine.recurrence.gregorian import Days
from kalends.engine.recurrence.instances import Frame, ends, frame_of, of_override
from kalends.engine.recurrence.pattern import DAY
from kalends.engine.recurrence.periods import period_of
from kalends.engine.recurrence.rule import Frequency, Rule, Skip, parse_rule
from kalends.engine.series import Length, Series
from kalends.engine.zones import UTC_ZONE, Zone

SINGLE = np.dtype(
    [
        ("begin", np.int64),  # UTC seconds, or wall-clock seconds of the viewer where `floating`
        ("finish", np.int64),
        ("original", np.int64),  # wall-clock seconds of the original start
        ("override", np.int32),  # -1: none
        ("floating", np.bool_),
    ]
)
RULE = np.dtype(
    [
        ("start", np.int64),  # key of the start; the rule's instances come after it
        ("last", np.int64),  # key of the last instance that COUNT or UNTIL allows
        ("first_day", np.int32),
        ("time", np.int32),  # seconds into the day
        ("interval", np.int32),
        ("first_period", np.int32),  # in the unit of the frequency
        ("length_days", np.int64),
        ("length_seconds", np.int64),
        ("months", np.uint16),  # bit m: month m is wanted
        ("monthdays", np.uint32),  # bit d-1: day d of the month is wanted
        ("monthdays_back", np.uint32),  # bit d-1: the dth day from its end
        ("weekdays", np.uint64),  # bit 5w+n-1: the nth weekday w of the month
        ("weekdays_back", np.uint64),  # the same, from its end
        ("freq", np.int8),
        ("week_start", np.int8),
        ("floating", np.bool_),
    ]
)
ALL_MONTHS, ALL_MONTHDAYS, ALL_WEEKDAYS = 0x1FFE, (1 << 31) - 1, (1 << 35) - 1
_MOST_TIMES = 24  # times of day; more are better kept as a rule
_LONGEST = 2 * DAY  # longer instances are rare, and would widen the window for everybody


@dataclass(frozen=True, slots=True)
class CompiledSeries:
    """What `compile_series` makes of a Series; cheap to keep, to pickle and to expand in bulk."""

    singles: bytes = b""  # rows of SINGLE
    rules: bytes = b""  # rows of RULE, one for each time of day
    taken: bytes = b""  # int64 keys at which the rule's instances are not wanted
    zone: Zone = UTC_ZONE  # whose wall clock the rule runs on
    rest: Series | None = None  # what no row can say: expanded by itself


def compile_series(series: Series, *, max_work: int = MAX_WORK) -> CompiledSeries:
    """Boil a series down. Raises what expanding it would raise for its rules and zones."""
    if series.start is None:
        rows = [_override_row(series, None, index) for index in range(len(series.overrides))]
        return CompiledSeries(singles=_pack(rows))
    frame = frame_of(series)
    rule = parse_rule(series.rules[0]) if len(series.rules) == 1 else None
    if series.exclusion_rules or len(frame.excluded_days) or len(frame.shapes) > 1 or len(series.rules) > 1:
        return CompiledSeries(rest=series)
    if rule is not None and not (_plain(rule, frame.origin) and _short(series.length)):
        return CompiledSeries(rest=series)
    dropped = set(frame.excluded.tolist())
    listed = {frame.origin.utc: None, **frame.added}
    rows = [
        _key_row(frame, key, length or series.length) for key, length in listed.items() if key not in dropped
    ]
    rows += [_override_row(series, frame, index) for index in range(len(series.overrides))]
    if rule is None:
        return CompiledSeries(singles=_pack(rows))
    taken = np.array([*dropped, *frame.added], np.int64)
    rules = _rule_rows(rule, frame.origin, series.length, max_work)
    return CompiledSeries(_pack(rows), rules, taken.tobytes(), frame.origin.zone)


def _plain(rule: Rule, origin: Origin) -> bool:
    """Say whether months, days of the month, weekdays and a few times of day say it all."""
    times = max(len(rule.by_hour), 1) * max(len(rule.by_minute), 1) * max(len(rule.by_second), 1)
    return (
        rule.freq <= Frequency.DAILY
        and not (rule.by_setpos or rule.by_weekno or rule.by_yearday)
        and rule.skip == Skip.OMIT
        # A gap may throw two times of a day together, which rows by themselves would not notice.
        and (origin.all_day or times == 1 or (times <= _MOST_TIMES and origin.zone.fixed))
        and not (rule.freq == Frequency.YEARLY and not rule.by_month and any(day.nth for day in rule.by_day))
    )


def _short(length: Length) -> bool:
    return length.days * DAY + length.seconds <= _LONGEST


def _pack(rows: list[tuple[int, int, int, int, bool]]) -> bytes:
    return np.array(rows, SINGLE).tobytes()


def _key_row(frame: Frame, key: int, length: Length) -> tuple[int, int, int, int, bool]:
    origin = frame.origin
    finish = int(ends(np.array([key]), origin, length)[0])
    return key, finish, origin.zone.local(key), -1, origin.tzinfo is None


def _override_row(series: Series, frame: Frame | None, index: int) -> tuple[int, int, int, int, bool]:
    placed = of_override(series, frame, index, UTC_ZONE)
    floating = placed.origin.tzinfo is None
    return int(placed.starts[0]), int(placed.stops[0]), int(placed.original_local[0]), index, floating


def _rule_rows(rule: Rule, origin: Origin, length: Length, max_work: int) -> bytes:
    start = origin.local // DAY
    full = with_implied_days(rule, start)
    times = times_of_day(rule, origin.local)
    if origin.all_day:
        times, length = [0], Length(days=max(length.days + -(-length.seconds // DAY), 1))
    period = int(period_of(rule).number(Days(np.array([start])))[0]) if rule.interval > 1 else 0
    last = last_instant(rule, origin, max_work, start_counts=True)
    rows = [
        (
            *(origin.utc, last, start, time),
            *(min(rule.interval, 1 << 30), period, length.days, length.seconds),
            sum(1 << month for month in full.by_month) or ALL_MONTHS,
            *_monthday_bits(full),
            *_weekday_bits(full),
            *(rule.freq, rule.wkst, origin.tzinfo is None),
        )
        for time in times
    ]
    return np.array(rows, RULE).tobytes()


def _monthday_bits(rule: Rule) -> tuple[int, int]:
    if not rule.by_monthday:
        return ALL_MONTHDAYS, 0
    ahead = sum(1 << number - 1 for number in rule.by_monthday if number > 0)
    return ahead, sum(1 << -number - 1 for number in rule.by_monthday if number < 0)


def _weekday_bits(rule: Rule) -> tuple[int, int]:
    if not rule.by_day:
        return ALL_WEEKDAYS, 0
    ahead = back = 0
    for day, nth in rule.by_day:
        if nth == 0:
            ahead |= 0b11111 << 5 * day
        elif 0 < nth <= 5:
            ahead |= 1 << 5 * day + nth - 1
        elif -5 <= nth < 0:
            back |= 1 << 5 * day - nth - 1
    return ahead, back
