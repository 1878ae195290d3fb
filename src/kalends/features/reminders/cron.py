"""Cron patterns: five fields, read into recurrence rules on a member's clock.

Our rules see to what a pattern leaves open: a time that a clock change skips comes at the same offset as
before it, one that it repeats comes once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple, cast

from kalends.engine.recurrence import expand
from kalends.engine.zones import zone
from kalends.kit.errors import InvalidInput

LEAST_MINUTES = 5
"""How many minutes lie between two times of a pattern at least."""

_LONGEST_PAUSE = timedelta(days=366 * 8 + 1)  # of the 29th of February, around 2100
_MOMENT = timedelta(seconds=1)


class _Field(NamedTuple):
    name: str
    least: int
    most: int
    words: Mapping[str, int] = {}


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_BYDAY = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of the month", 1, 31),
    _Field("month", 1, 12, {word: number for number, word in enumerate(_MONTHS, 1)}),
    _Field("day of the week", 0, 7, {word: number for number, word in enumerate(_WEEKDAYS)}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cron:
    """When something comes back, as RRULE values: it comes when any of them says so."""

    rules: tuple[str, ...]

    def after(self, moment: datetime, zone_name: str) -> datetime | None:
        """Give the first time after a moment, on the clock of a zone; None where there is none for years."""
        local = moment.astimezone(zone(zone_name).tzinfo)
        # Rules count from a midnight, which no pattern can tell from any other.
        begin = (local - timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        start, end = moment + _MOMENT, moment + _LONGEST_PAUSE
        found = (next(expand(rule, begin, start=start, end=end, limit=1), None) for rule in self.rules)
        return min((cast(datetime, each) for each in found if each is not None), default=None)


@lru_cache
def parse_cron(text: str) -> Cron:
    """Read "minute hour day-of-month month day-of-week": numbers, names, ranges, lists and steps.

    Where both days are restricted, either will do, as cron has it. Raises `InvalidInput` naming the field of
    the pattern that is wrong, for a pattern that never comes, and for one that comes all the time.
    """
    parts = text.split()
    if len(parts) != len(_FIELDS):
        raise _wrong(f"A pattern has five fields, not {len(parts)}: minute, hour, day, month, weekday.")
    minutes, hours, days, months, weekdays = (
        _numbers(field, part.casefold()) for field, part in zip(_FIELDS, parts, strict=True)
    )
    gaps = [later - sooner for sooner, later in pairwise([*minutes, minutes[0] + 60])]
    if len(hours) * len(minutes) > 1 and min(gaps) < LEAST_MINUTES:
        raise _wrong(f"A reminder comes back after {LEAST_MINUTES} minutes at the earliest.")
    clock = f"FREQ=DAILY;BYHOUR={_list(hours)};BYMINUTE={_list(minutes)};BYSECOND=0"
    if len(months) < 12:
        clock += f";BYMONTH={_list(months)}"
    by_day = "" if len(days) == 31 else f";BYMONTHDAY={_list(days)}"
    named = list(dict.fromkeys(_BYDAY[number % 7] for number in weekdays))
    by_weekday = "" if len(named) == 7 else f";BYDAY={','.join(named)}"
    either = not parts[2].startswith("*") and not parts[4].startswith("*")
    rules = (clock + by_day, clock + by_weekday) if either else (clock + by_day + by_weekday,)
    cron = Cron(rules=rules)
    if cron.after(_SOME_DAY, "UTC") is None:
        raise _wrong(f"{text!r} never comes: no month has such a day.")
    return cron


_SOME_DAY = datetime(2000, 1, 1, tzinfo=zone("UTC").tzinfo)


def _numbers(field: _Field, part: str) -> list[int]:
    found: set[int] = set()
    for item in part.split(","):
        base, slash, step_text = item.partition("/")
        low, dash, high = base.partition("-")
        if base == "*":
            first, last = field.least, field.most
        else:
            first = _number(field, low, item)
            last = _number(field, high, item) if dash else field.most if slash else first
        step = 1
        if slash:
            if not (step_text.isascii() and step_text.isdecimal() and 0 < int(step_text[:9]) <= field.most):
                raise _wrong(f"{item!r} is no {field.name}: a step is a number from 1 to {field.most}.")
            step = int(step_text)
        if last < first:
            raise _wrong(f"{item!r} is no {field.name}: {low} comes after {high}.")
        found.update(range(first, last + 1, step))
    return sorted(found)


def _number(field: _Field, text: str, item: str) -> int:
    if text in field.words:
        return field.words[text]
    if text.isascii() and text.isdecimal() and field.least <= int(text[:9]) <= field.most:
        return int(text)
    raise _wrong(f"{item!r} is no {field.name}: write {field.least} to {field.most}, *, or a list of these.")


def _list(numbers: list[int]) -> str:
    return ",".join(map(str, numbers))


def _wrong(message: str) -> InvalidInput:
    return InvalidInput(message, field="cron")
