"""Rules whose period is a day or longer: days are chosen first, then times of day."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kalends.engine.recurrence.day_filters import Bools, DayFilter, day_filters, passing
from kalends.engine.recurrence.gregorian import Days, Ints
from kalends.engine.recurrence.pattern import DAY, Budget
from kalends.engine.recurrence.rule import Frequency, Rule, Skip, Weekday
from kalends.engine.recurrence.skipping import has_missing_dates, skipped_days

# A window widened by this many days holds every period that touches it, whole; a week-numbered year
# begins up to three days before January 1 and ends as many after December 31.
_LONGEST = {Frequency.YEARLY: 372, Frequency.MONTHLY: 33, Frequency.WEEKLY: 7, Frequency.DAILY: 0}


class CalendarPattern:
    """YEARLY, MONTHLY, WEEKLY and DAILY rules."""

    def __init__(self, rule: Rule, start: Days, times: Ints) -> None:
        self._rule = rule = with_implied_days(rule, start)
        self._start = int(start.number[0])
        self._times = times
        self._filters: tuple[DayFilter, ...] = day_filters(rule)
        self._skips = rule.skip != Skip.OMIT and has_missing_dates(rule)
        self._first_period = int(self._periods(start)[0])
        if rule.interval > 1 and rule.freq != Frequency.DAILY:
            self._filters = (self._in_interval, *self._filters)
        self.per_day = len(times)

    def seek(self, first: int, last: int) -> int:
        return first  # looking at a day costs no more than seeking

    def between(self, first: int, last: int, budget: Budget) -> Ints:
        reach = _LONGEST[self._rule.freq] if self._rule.by_setpos else 0
        if self._skips:
            periods, days = skipped_days(self._rule, self._first_period, first - reach, last + reach)
        else:
            periods, days = None, passing(self._candidates(first - reach, last + reach), self._filters)
        budget.spend(len(days) * len(self._times))
        if not self._rule.by_setpos:
            found: Ints = days * DAY + self._times if self.per_day == 1 else _outer(days, self._times)
            return found
        times = self._in_position(self._periods(Days(days)) if periods is None else periods, days)
        return times[np.searchsorted(times, first * DAY) : np.searchsorted(times, (last + 1) * DAY)]

    def _candidates(self, first: int, last: int) -> Days:
        if self._rule.freq != Frequency.DAILY or self._rule.interval == 1:
            return Days.range(first, last + 1)
        step = self._rule.interval
        aligned = first + (self._start - first) % step
        return Days(np.arange(aligned, last + 1, step, dtype=np.int64))

    def _periods(self, days: Days) -> Ints:
        """Number the periods that days belong to."""
        match self._rule.freq:
            case Frequency.YEARLY if self._rule.by_weekno:
                return days.middles_of_weeks(self._rule.wkst).year_number
            case Frequency.YEARLY:
                return days.year_number
            case Frequency.MONTHLY:
                return days.month_number
            case Frequency.WEEKLY:
                return days.week_number(self._rule.wkst)
            case _:
                return days.number

    def _in_interval(self, days: Days) -> Bools:
        met: Bools = (self._periods(days) - self._first_period) % self._rule.interval == 0
        return met

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


def with_implied_days(rule: Rule, start: Days) -> Rule:
    """Fill in what a rule leaves to its first start: the month, the day of the month or the weekday."""
    month, monthday = (int(start.month[0]),), (int(start.monthday[0]),)
    weekday = (Weekday(int(start.weekday[0])),)
    names_days = rule.by_day or rule.by_monthday or rule.by_yearday
    match rule.freq:
        case Frequency.YEARLY if rule.by_weekno and not names_days:
            return replace(rule, by_day=weekday)
        case Frequency.YEARLY if not names_days and not rule.by_weekno:
            return replace(rule, by_month=rule.by_month or month, by_monthday=monthday)
        case Frequency.MONTHLY if not names_days:
            return replace(rule, by_monthday=monthday)
        case Frequency.WEEKLY if not names_days:
            return replace(rule, by_day=weekday)
        case _:
            return rule
