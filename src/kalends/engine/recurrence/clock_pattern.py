"""Rules whose period is an hour, a minute or a second, expanded on the wall clock (RFC 5545 3.3.10)."""

from __future__ import annotations

from math import gcd

import numpy as np

from kalends.engine.recurrence.day_filters import Bools, day_filters, passing
from kalends.engine.recurrence.gregorian import Days, Ints
from kalends.engine.recurrence.pattern import DAY, Budget, at_positions
from kalends.engine.recurrence.rule import Frequency, Rule

_UNIT = {Frequency.HOURLY: 3600, Frequency.MINUTELY: 60, Frequency.SECONDLY: 1}  # seconds


class ClockPattern:
    """HOURLY, MINUTELY and SECONDLY rules, whose units are numbered from the start of 1970."""

    def __init__(self, rule: Rule, start: int) -> None:
        self._unit = _UNIT[rule.freq]
        self._interval = rule.interval
        self._filters = day_filters(rule)
        self._start = start // self._unit
        self._units_per_day = DAY // self._unit
        self._offsets = _offsets_within_unit(rule, start)
        self._units = self._units_of_day(rule)
        possible = len(self._units) and len(self._offsets)
        self._strides = -(-self._units_per_day // self._interval) < len(self._units)
        units = -(-self._units_per_day // self._interval) if self._strides else len(self._units)
        self.per_day = units * len(self._offsets) if possible else 0

    def seek(self, first: int, last: int) -> int:
        size = 512
        while self._filters and first <= last:
            days = passing(Days.range(first, min(first + size, last + 1)), self._filters)
            if len(days):
                return int(days[0])
            first, size = first + size, min(size * 4, 1 << 17)
        return first

    def between(self, first: int, last: int, budget: Budget) -> Ints:
        if not self.per_day:
            return np.empty(0, np.int64)
        days = passing(Days.range(first, last + 1), self._filters)
        units = self._by_stride(days, budget) if self._strides else self._by_candidate(days, budget)
        return (units[:, None] * self._unit + self._offsets).ravel()

    def _units_of_day(self, rule: Rule) -> Ints:
        """Give the units of a day that BYHOUR and its like let through and INTERVAL may ever reach."""
        units = np.arange(self._units_per_day)
        seconds = units * self._unit
        kept: Bools = np.ones(len(units), np.bool_)
        if rule.by_hour:
            kept &= np.isin(seconds // 3600, rule.by_hour)
        if rule.by_minute and rule.freq >= Frequency.MINUTELY:
            kept &= np.isin(seconds // 60 % 60, rule.by_minute)
        if rule.by_second and rule.freq == Frequency.SECONDLY:
            kept &= np.isin(seconds % 60, rule.by_second)
        # What the interval shares with a day decides, on every day alike, which units it can ever meet.
        shared = gcd(self._interval, self._units_per_day)
        kept &= (units - self._start) % shared == 0
        return units[kept]

    def _by_candidate(self, days: Ints, budget: Budget) -> Ints:
        """Try every allowed unit of every day against INTERVAL."""
        budget.spend(len(days) * self.per_day)
        units = (days[:, None] * self._units_per_day + self._units).ravel()
        if self._interval == 1:
            return units
        met: Bools = (units - self._start) % self._interval == 0
        return units[met]

    def _by_stride(self, days: Ints, budget: Budget) -> Ints:
        """Step through each day by INTERVAL and keep the allowed units: cheaper when few steps fit a day."""
        steps = np.arange(-(-self._units_per_day // self._interval)) * self._interval
        within = (self._start - days * self._units_per_day)[:, None] % self._interval + steps
        day, step = np.nonzero(within < self._units_per_day)
        budget.spend(len(day) * len(self._offsets))
        unit = within[day, step]
        allowed = np.zeros(self._units_per_day, np.bool_)
        allowed[self._units] = True
        kept = allowed[unit]
        return days[day[kept]] * self._units_per_day + unit[kept]  # type: ignore[no-any-return]


def _offsets_within_unit(rule: Rule, start: int) -> Ints:
    """Give the seconds into its unit of each instance; every unit holds the same ones, so BYSETPOS can pick
    among them once and for all.
    """
    seconds = rule.by_second or (start % 60,)
    minutes = rule.by_minute or (start // 60 % 60,)
    match rule.freq:
        case Frequency.HOURLY:
            offsets = [minute * 60 + second for minute in minutes for second in seconds]
        case Frequency.MINUTELY:
            offsets = list(seconds)
        case _:
            offsets = [0]
    return np.array(at_positions(offsets, rule.by_setpos), np.int64)
