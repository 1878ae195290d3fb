"""The BY parts that speak of days, each as a small test over columns of days (RFC 5545 3.3.10)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kalends.engine.recurrence.gregorian import Days, Ints
from kalends.engine.recurrence.rule import Frequency, Rule, Weekday

Bools = NDArray[np.bool_]
DayFilter = Callable[[Days], Bools]


@lru_cache(maxsize=4096)
def day_filters(rule: Rule) -> tuple[DayFilter, ...]:
    """Give the tests that a day of this rule passes, INTERVAL aside."""
    filters: list[DayFilter] = []
    if rule.by_month:
        filters.append(_in_months(rule.by_month))
    if rule.by_weekno:
        filters.append(_in_weeks(rule.by_weekno, rule.wkst))
    if rule.by_yearday:
        filters.append(_on_yeardays(rule.by_yearday))
    if rule.by_monthday:
        filters.append(_on_monthdays(rule.by_monthday))
    if rule.by_day:
        filters.append(_by_day(rule))
    return tuple(filters)


def passing(days: Days, filters: Iterable[DayFilter]) -> Ints:
    """Give the numbers of the days that pass every filter."""
    kept: Bools | None = None
    for passes in filters:
        kept = passes(days) if kept is None else kept & passes(days)
    return days.number if kept is None else days.number[kept]


def _marks(size: int, places: Iterable[int]) -> Bools:
    marks = np.zeros(size, np.bool_)
    marks[[place for place in places if place < size]] = True
    return marks


def _from_both_ends(numbers: tuple[int, ...], size: int) -> tuple[Bools, Bools]:
    """Mark the positive numbers, 1 at index 0, and the negative ones, -1 at index 0."""
    ahead = _marks(size, (number - 1 for number in numbers if number > 0))
    return ahead, _marks(size, (-number - 1 for number in numbers if number < 0))


def _in_months(months: tuple[int, ...]) -> DayFilter:
    marks = _marks(13, months)
    return lambda days: marks.take(days.month)


def _in_weeks(weeks: tuple[int, ...], first_weekday: int) -> DayFilter:
    ahead, back = _from_both_ends(weeks, 53)

    def passes(days: Days) -> Bools:
        # A week belongs to the year that holds its fourth day (ISO 8601), so a year has as many weeks as
        # fourth days, and they are numbered by where those stand in it.
        middle = days.middles_of_weeks(first_weekday)
        return ahead.take((middle.yearday - 1) // 7) | back.take(middle.year_left // 7)

    return passes


def _on_yeardays(numbers: tuple[int, ...]) -> DayFilter:
    ahead, back = _from_both_ends(numbers, 366)
    return lambda days: ahead.take(days.yearday - 1) | back.take(days.year_left)


def _on_monthdays(numbers: tuple[int, ...]) -> DayFilter:
    ahead, back = _from_both_ends(numbers, 31)
    return lambda days: ahead.take(days.monthday - 1) | back.take(days.month_left)


def _by_day(rule: Rule) -> DayFilter:
    if not any(entry.nth for entry in rule.by_day):
        marks = _marks(7, (entry.day for entry in rule.by_day))
        return lambda days: marks.take(days.weekday)
    # Numbered days count within the month if the rule speaks of months, else within the year.
    if rule.freq == Frequency.MONTHLY or rule.by_month:
        ahead, back = _numbered(rule.by_day, weeks=5)
        return lambda days: ahead.take(days.month_week) | back.take(days.month_week_back)
    ahead, back = _numbered(rule.by_day, weeks=53)
    return lambda days: (
        ahead.take(days.weekday * 53 + (days.yearday - 1) // 7)
        | back.take(days.weekday * 53 + days.year_left // 7)
    )


def _numbered(entries: tuple[Weekday, ...], weeks: int) -> tuple[Bools, Bools]:
    """Mark the wanted (weekday, nth) pairs, counted from the start and from the end."""
    ahead, back = np.zeros((7, weeks), np.bool_), np.zeros((7, weeks), np.bool_)
    for day, nth in entries:
        if nth == 0:
            ahead[day] = True
        elif abs(nth) <= weeks:
            (ahead if nth > 0 else back)[day, abs(nth) - 1] = True
    return ahead.ravel(), back.ravel()
