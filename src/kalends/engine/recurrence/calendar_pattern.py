"""Rules whose period is a day or longer: days are chosen first, then times of day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from kalends.engine.recurrence.day_filters import day_filters, passing
from kalends.engine.recurrence.gregorian import FIRST_DAY, Days, Ints
from kalends.engine.recurrence.pattern import DAY, Budget, at_positions
from kalends.engine.recurrence.periods import period_of
from kalends.engine.recurrence.rule import Frequency, Rule, Skip, Weekday
from kalends.engine.recurrence.skipping import has_missing_dates, skipped_days


class CalendarPattern:
    """YEARLY, MONTHLY, WEEKLY and DAILY rules."""

    def __init__(self, rule: Rule, start: int, times: Sequence[int]) -> None:
        if rule.freq == Frequency.DAILY and rule.by_setpos:  # every day has the same times to pick from
            times, rule = at_positions(times, rule.by_setpos), replace(rule, by_setpos=())
        self._rule = rule = with_implied_days(rule, start)
        self._start = start  # a day
        self._times = np.array(times, np.int64)  # seconds into the day
        self._period = period_of(rule)
        self._filters = day_filters(rule)
        self._skips = rule.skip != Skip.OMIT and has_missing_dates(rule)
        self.per_day = len(times)

    def seek(self, first: int, last: int) -> int:
        return first  # looking at a day costs no more than seeking

    def between(self, first: int, last: int, budget: Budget) -> Ints:
        if not self._rule.by_setpos:
            days = self._days(first, last)[1]
            budget.spend(len(days) * self.per_day)
            found: Ints = days * DAY + self._times if self.per_day == 1 else _outer(days, self._times)
            return found
        periods, days = self._days(*self._period.whole(first, last))
        budget.spend(len(days) * self.per_day)
        times = self._in_position(self._period.number(Days(days)) if periods is None else periods, days)
        return times[np.searchsorted(times, first * DAY) : np.searchsorted(times, (last + 1) * DAY)]

    def _days(self, first: int, last: int) -> tuple[Ints | None, Ints]:
        """Give the days that match, with the periods that named them where SKIP may have moved them."""
        rule = self._rule
        if self._skips:
            anchor = int(self._period.number(Days(np.array([self._start])))[0])
            return skipped_days(rule, anchor, first, last)
        if rule.interval == 1:
            days = Days.range(first, last + 1)
        elif rule.freq == Frequency.DAILY:
            aligned = first + (self._start - first) % rule.interval
            days = Days(np.arange(aligned, last + 1, rule.interval))
        else:
            days = self._period.every(rule.interval, self._start, first, last)
        return None, passing(days, self._filters)

    def _in_position(self, periods: Ints, days: Ints) -> Ints:
        """Keep the times that BYSETPOS picks from each period."""
        if not len(days):
            return days
        per_day = len(self._times)
        edges = np.flatnonzero(np.diff(periods, prepend=periods[0] - 1, append=periods[-1] + 1)) * per_day
        begins, ends = edges[:-1], edges[1:]
        picked = []
        for position in self._rule.by_setpos:
            at = begins + position - 1 if position > 0 else ends + position
            picked.append(at[(begins <= at) & (at < ends)])
        chosen = np.unique(np.concatenate(picked))
        # SKIP can move a date into the next period, where the same one may be picked again.
        return np.unique(days[chosen // per_day] * DAY + self._times[chosen % per_day])


def _outer(days: Ints, times: Ints) -> Ints:
    return (days[:, None] * DAY + times).ravel()


def with_implied_days(rule: Rule, start: int) -> Rule:
    """Fill in what a rule leaves to the day it starts on: the month, the day of the month or the weekday."""
    if rule.by_day or rule.by_monthday or rule.by_yearday or rule.freq == Frequency.DAILY:
        return rule
    day = date.fromordinal(start + 1 - FIRST_DAY)
    if rule.freq == Frequency.WEEKLY or rule.by_weekno:
        return replace(rule, by_day=(Weekday(day.weekday()),))
    if rule.freq == Frequency.MONTHLY or rule.by_month:
        return replace(rule, by_monthday=(day.day,))
    return replace(rule, by_month=(day.month,), by_monthday=(day.day,))
