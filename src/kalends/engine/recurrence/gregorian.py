"""The Gregorian calendar as columns: for arrays of days, their months, weekdays, weeks and years.

A day is the number of days since 1970-01-01. The calendar repeats, weekdays included, every 400 years, so
one table of 146,097 rows answers for every day from year 1 to 9999.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Small = NDArray[np.int16]

CYCLE_DAYS = 146_097
CYCLE_YEARS = 400
_TABLE_YEAR = 1800  # the table runs from here to 2199, so that today's windows are plain slices of it

FIRST_DAY = -719_162  # 0001-01-01
LAST_DAY = 2_932_896  # 9999-12-31


def day_of(year: int, month: int = 1, day: int = 1) -> int:
    """Give the day number of a date; any year, also outside 1 to 9999."""
    months = (year - 1970) * 12 + month - 1
    return int(np.datetime64(months, "M").astype("datetime64[D]").astype(np.int64)) + day - 1


def first_days(months: Ints) -> Ints:
    """Give the first day of each month, the months counted from January 1970."""
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


_TABLE_DAY = day_of(_TABLE_YEAR)


class _Table(NamedTuple):
    weekday: Small  # 0 to 6, Monday is 0
    month: Small  # 1 to 12
    monthday: Small  # 1 to 31
    month_left: Small  # days of the month that come after this one
    yearday: Small  # 1 to 366
    year_left: Small  # days of the year that come after this one
    month_week: Small  # 5 * weekday + n - 1, for the nth such weekday of the month
    month_week_back: Small  # the same, counted from its end
    month_index: Small  # months since the table began
    year_index: Small  # years since the table began


@cache
def _table() -> _Table:
    days = np.arange(CYCLE_DAYS) + _TABLE_DAY
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    years = months // 12
    month_start, year_start = first_days(months), first_days(years * 12)
    weekdays, month_left = (days + 3) % 7, first_days(months + 1) - days - 1
    columns = (
        weekdays,
        months % 12 + 1,
        days - month_start + 1,
        month_left,
        days - year_start + 1,
        first_days(years * 12 + 12) - days - 1,
        weekdays * 5 + (days - month_start) // 7,
        weekdays * 5 + month_left // 7,
        months - (_TABLE_YEAR - 1970) * 12,
        years - (_TABLE_YEAR - 1970),
    )
    return _Table(*(column.astype(np.int16) for column in columns))


class Days:
    """Days in ascending order (they may repeat), with the columns of the calendar for them."""

    __slots__ = ("_cycle", "_rows", "number")

    def __init__(self, number: Ints) -> None:
        self.number = number
        row = number - _TABLE_DAY
        self._cycle: Ints | int = row // CYCLE_DAYS
        self._rows: Ints | slice = row % CYCLE_DAYS

    @classmethod
    def range(cls, first: int, stop: int) -> Days:
        """Give the days from `first` up to, and without, `stop`."""
        cycle, row = divmod(first - _TABLE_DAY, CYCLE_DAYS)
        if row + stop - first > CYCLE_DAYS:
            return cls(np.arange(first, stop, dtype=np.int64))
        days = cls.__new__(cls)
        days.number = np.arange(first, stop, dtype=np.int64)
        days._cycle = cycle
        days._rows = slice(row, row + max(stop - first, 0))
        return days

    def __len__(self) -> int:
        return len(self.number)

    @property
    def weekday(self) -> Small:
        """Give 0 (Monday) to 6."""
        return _table().weekday[self._rows]

    @property
    def month(self) -> Small:
        """Give 1 to 12."""
        return _table().month[self._rows]

    @property
    def monthday(self) -> Small:
        """Give 1 to 31."""
        return _table().monthday[self._rows]

    @property
    def month_left(self) -> Small:
        """Give how many days of the month are still to come: 0 on its last day."""
        return _table().month_left[self._rows]

    @property
    def yearday(self) -> Small:
        """Give 1 to 366."""
        return _table().yearday[self._rows]

    @property
    def year_left(self) -> Small:
        """Give how many days of the year are still to come: 0 on December 31."""
        return _table().year_left[self._rows]

    @property
    def month_week(self) -> Small:
        """Give 5 * weekday + n - 1 for the nth such weekday of its month."""
        return _table().month_week[self._rows]

    @property
    def month_week_back(self) -> Small:
        """Give 5 * weekday + n - 1 for the nth such weekday before the end of its month."""
        return _table().month_week_back[self._rows]

    @property
    def month_number(self) -> Ints:
        """Give the months since January 1970."""
        months = _table().month_index[self._rows].astype(np.int64)
        return months + (self._cycle * (CYCLE_YEARS * 12) + (_TABLE_YEAR - 1970) * 12)

    @property
    def year_number(self) -> Ints:
        """Give the years since 1970."""
        years = _table().year_index[self._rows].astype(np.int64)
        return years + (self._cycle * CYCLE_YEARS + (_TABLE_YEAR - 1970))

    def week_number(self, first_weekday: int) -> Ints:
        """Give the weeks, begun on `first_weekday`, since the one that holds 1970-01-01 (a Thursday)."""
        return (self.number + (3 - first_weekday) % 7) // 7

    def middles_of_weeks(self, first_weekday: int) -> Days:
        """Give each day's week by its fourth day, which lies in the year that the week belongs to.

        The result repeats days, but stays in order.
        """
        return Days(self.week_number(first_weekday) * 7 - (3 - first_weekday) % 7 + 3)
