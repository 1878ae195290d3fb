"""The stretches of days that INTERVAL counts and BYSETPOS picks from: years, months, weeks, days."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from kalends.engine.recurrence.gregorian import Days, Ints, first_days
from kalends.engine.recurrence.rule import Frequency, Rule


class Period(NamedTuple):
    """How one kind of period divides the days."""

    number: Callable[[Days], Ints]  # the period that each day belongs to
    begin: Callable[[Ints], Ints]  # the first day of each period
    longest: int  # days

    def every(self, interval: int, anchor: int, first: int, last: int) -> Days:
        """Give the days of every `interval`th period, counted from the one that holds the day `anchor`,
        which touch first..last.
        """
        base, low, high = (int(self.number(Days(np.array([day])))[0]) for day in (anchor, first, last))
        wanted = np.arange(low + (base - low) % interval, high + 1, interval)
        grid = self.begin(wanted)[:, None] + np.arange(self.longest)
        days = grid[grid < self.begin(wanted + 1)[:, None]]
        return Days(days[np.searchsorted(days, first) : np.searchsorted(days, last + 1)])

    def whole(self, first: int, last: int) -> tuple[int, int]:
        """Widen first..last to whole periods, with one more on either side."""
        low, high = self.number(Days(np.array([first, last])))
        begin, stop = self.begin(np.array([low - 1, high + 2])).tolist()
        return begin, stop - 1


def period_of(rule: Rule) -> Period:
    """Give the kind of period that a rule from DAILY to YEARLY counts in."""
    match rule.freq:
        case Frequency.YEARLY if rule.by_weekno:
            return _weeks_years(rule.wkst)
        case Frequency.YEARLY:
            return Period(lambda days: days.year_number, lambda years: first_days(years * 12), 366)
        case Frequency.MONTHLY:
            return Period(lambda days: days.month_number, first_days, 31)
        case Frequency.WEEKLY:
            shift = (3 - rule.wkst) % 7
            return Period(lambda days: days.week_number(rule.wkst), lambda weeks: weeks * 7 - shift, 7)
        case _:
            return Period(lambda days: days.number, lambda days: days, 1)


def _weeks_years(first_weekday: int) -> Period:
    """Years of whole weeks: each begins with the week that holds January 4 (ISO 8601)."""

    def begin(years: Ints) -> Ints:
        fourth = first_days(years * 12) + 3
        return fourth - (fourth + 3 - first_weekday) % 7

    return Period(lambda days: days.middles_of_weeks(first_weekday).year_number, begin, 371)
