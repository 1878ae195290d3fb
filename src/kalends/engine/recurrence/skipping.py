"""RFC 7529 SKIP: dates that do not exist move to a neighbour instead of vanishing.

The parts apply in the order of RFC 7529 4.1: BYMONTH, then BYYEARDAY and BYMONTHDAY, then SKIP, then BYDAY
and the rest. So a date is made first, moved if it does not exist, and only then tested.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kalends.engine.recurrence.day_filters import day_filters, passing
from kalends.engine.recurrence.gregorian import Days, Ints, first_days
from kalends.engine.recurrence.rule import Frequency, Rule, Skip


def has_missing_dates(rule: Rule) -> bool:
    """Say whether the rule can name dates that some month or year lacks."""
    if rule.freq > Frequency.MONTHLY or rule.by_weekno:
        return False  # their days are found among those that exist
    if rule.by_monthday:
        return any(abs(number) > 28 for number in rule.by_monthday)
    return any(abs(number) == 366 for number in rule.by_yearday)


def skipped_days(rule: Rule, first_period: int, first: int, last: int) -> tuple[Ints, Ints]:
    """Give (period, day) pairs for the days first..last, in order.

    A moved date stays in the period that named it.
    """
    if rule.by_monthday:
        periods, days = _monthdays(rule, first_period, first, last)
        done = replace(rule, by_month=(), by_monthday=())
    else:
        periods, days = _yeardays(rule, first_period, first, last)
        done = replace(rule, by_yearday=())
    if rule.by_month and any(entry.nth for entry in rule.by_day):
        done = replace(done, freq=Frequency.MONTHLY)  # numbered days keep counting within the month
    pairs = np.unique(np.stack([periods, days])[:, (first <= days) & (days <= last)], axis=1)
    kept = np.isin(pairs[1], passing(Days(np.unique(pairs[1])), day_filters(done)))
    periods, days = pairs[0][kept], pairs[1][kept]
    if not rule.by_setpos:
        days = np.unique(days)
    return periods, days


def _monthdays(rule: Rule, first_period: int, first: int, last: int) -> tuple[Ints, Ints]:
    edges = Days(np.array([first, last])).month_number
    months = np.arange(edges[0] - 1, edges[1] + 2)
    if rule.by_month:
        months = months[np.isin(months % 12 + 1, rule.by_month)]
    periods = months // 12 if rule.freq == Frequency.YEARLY else months
    wanted = (periods - first_period) % rule.interval == 0
    periods, months = periods[wanted], months[wanted]
    return _moved(rule.skip, periods, rule.by_monthday, first_days(months), first_days(months + 1))


def _yeardays(rule: Rule, first_period: int, first: int, last: int) -> tuple[Ints, Ints]:
    edges = Days(np.array([first, last])).year_number
    years = np.arange(edges[0] - 1, edges[1] + 2)
    years = years[(years - first_period) % rule.interval == 0]
    return _moved(rule.skip, years, rule.by_yearday, first_days(years * 12), first_days(years * 12 + 12))


def _moved(skip: Skip, periods: Ints, numbers: tuple[int, ...], begin: Ints, end: Ints) -> tuple[Ints, Ints]:
    """Make the numbered days of stretches [begin, end), those outside moved to the nearest day by SKIP."""
    number = np.array(numbers, np.int64)
    begin, end = begin[:, None], end[:, None]
    days = np.where(number > 0, begin + number - 1, end + number)
    if skip == Skip.FORWARD:
        days = np.where(days >= end, end, np.maximum(days, begin))
    else:
        days = np.where(days < begin, begin - 1, np.minimum(days, end - 1))
    return np.repeat(periods, len(number)), days.ravel()
