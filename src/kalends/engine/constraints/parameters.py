"""Reading a rule's parameters: each value checked where it is taken, under its own name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from typing import Any

from kalends.kit.errors import InvalidInput

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_LONGEST_ID = 100
_MOST_IDS = 1_000


class Parameters:
    """Values that somebody gave for a rule.

    Each method takes one of them and raises `InvalidInput`, naming it, where it is missing or unfit; the
    `optional_` ones give None where it is missing. `done` refuses what nobody took.
    """

    def __init__(self, given: Mapping[str, Any]) -> None:
        if not isinstance(given, Mapping):
            raise InvalidInput("The parameters of a rule are an object.", field="parameters")
        self._left = dict(given)

    def clock_time(self, name: str) -> time:
        """Take a time of day, "HH:MM"."""
        given = self._take(name, 'a time such as "07:30"')
        match = _TIME.fullmatch(given) if isinstance(given, str) else None
        if match is None:
            raise _unfit(name, given, 'a time from "00:00" to "23:59"')
        return time(int(match[1]), int(match[2]))

    def optional_times(self, first: str, second: str) -> tuple[time, time] | None:
        """Take two times of day of which there are both or none."""
        if self._left.get(first) is None and self._left.get(second) is None:
            self._left.pop(first, None)
            self._left.pop(second, None)
            return None
        return self.clock_time(first), self.clock_time(second)

    def days(self, name: str) -> frozenset[int]:
        """Take weekdays, "mon" to "sun"; all seven where none are named. 0 is Monday."""
        given = self._left.pop(name, None)
        if given is None:
            return frozenset(range(7))
        if not isinstance(given, list | tuple) or not given or any(day not in WEEKDAYS for day in given):
            raise _unfit(name, given, 'a list of days, "mon" to "sun"')
        return frozenset(WEEKDAYS.index(day) for day in given)

    def number(self, name: str, least: int, most: int) -> int:
        """Take a whole number from `least` to `most`."""
        wanted = f"a whole number from {least} to {most}"
        given = self._take(name, wanted)
        if not isinstance(given, int) or isinstance(given, bool) or not least <= given <= most:
            raise _unfit(name, given, wanted)
        return given

    def optional_number(self, name: str, least: int, most: int) -> int | None:
        """Take a whole number, or None."""
        if self._left.get(name) is None:
            self._left.pop(name, None)
            return None
        return self.number(name, least, most)

    def text(self, name: str) -> str:
        """Take a text as it is."""
        given = self._take(name, "a text")
        if not isinstance(given, str):
            raise _unfit(name, given, "a text")
        return given

    def id(self, name: str) -> str:
        """Take the id of something."""
        given = self._take(name, "an id")
        if not _is_id(given):
            raise _unfit(name, given, "an id")
        return str(given)

    def ids(self, name: str) -> tuple[str, ...]:
        """Take one id or more, each once, in order."""
        given = self._take(name, "a list of ids")
        listed = isinstance(given, list | tuple) and 0 < len(given) <= _MOST_IDS
        if not listed or not all(map(_is_id, given)):
            raise _unfit(name, given, "a list of ids, at least one")
        return tuple(sorted(set(given)))

    def done(self) -> None:
        """Refuse what is left over."""
        for name in self._left:
            raise InvalidInput(f"This rule has no parameter {str(name)[:60]!r}.", field=str(name)[:60])

    def _take(self, name: str, wanted: str) -> Any:
        given = self._left.pop(name, None)
        if given is None:
            raise InvalidInput(f"This rule needs {name}: {wanted}.", field=name)
        return given


def time_text(moment: time) -> str:
    """Write a time of day as `Parameters.clock_time` reads it."""
    return f"{moment:%H:%M}"


def days_given(days: frozenset[int]) -> dict[str, list[str]]:
    """Write weekdays as the parameter `days`, which stays out where all seven are meant."""
    return {} if len(days) == 7 else {"days": [WEEKDAYS[day] for day in sorted(days)]}


def _is_id(given: object) -> bool:
    return isinstance(given, str) and 0 < len(given) <= _LONGEST_ID


def _unfit(name: str, given: object, wanted: str) -> InvalidInput:
    return InvalidInput(f"{name} must be {wanted}, not {repr(given)[:60]}.", field=name)
