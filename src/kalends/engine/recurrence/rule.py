"""A recurrence rule as a value, and its reading from RRULE text (RFC 5545 3.3.10, RFC 7529)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from functools import lru_cache
from typing import Any, NamedTuple

from kalends.kit.errors import InvalidInput


class InvalidRule(InvalidInput):
    """A recurrence rule that is malformed, contradicts itself or asks for what does not exist."""

    code = "invalid_rule"

    def __init__(self, message: str, **fields: Any) -> None:
        super().__init__(message, field=fields.pop("field", "rule"), **fields)


class Frequency(IntEnum):
    """How often a rule's period comes round, from the longest period to the shortest."""

    YEARLY = 0
    MONTHLY = 1
    WEEKLY = 2
    DAILY = 3
    HOURLY = 4
    MINUTELY = 5
    SECONDLY = 6


class Skip(IntEnum):
    """What becomes of a date that does not exist, such as February 30 (RFC 7529 4.1)."""

    OMIT = 0
    BACKWARD = -1
    FORWARD = 1


class Weekday(NamedTuple):
    """A BYDAY entry: every such day of the period, or its nth (from the end when negative)."""

    day: int  # Monday is 0
    nth: int = 0  # 0: every one


class Until(NamedTuple):
    """The inclusive end of a rule, in one of its three forms."""

    local: datetime | date  # a naive datetime, or a date
    utc: bool  # the time is in UTC rather than on the wall clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One RRULE. BY parts are sorted and without duplicates; an empty one was not given."""

    freq: Frequency
    interval: int = 1  # positive
    count: int | None = None  # positive; never together with until
    until: Until | None = None
    by_second: tuple[int, ...] = ()
    by_minute: tuple[int, ...] = ()
    by_hour: tuple[int, ...] = ()
    by_day: tuple[Weekday, ...] = ()
    by_monthday: tuple[int, ...] = ()
    by_yearday: tuple[int, ...] = ()
    by_weekno: tuple[int, ...] = ()
    by_month: tuple[int, ...] = ()
    by_setpos: tuple[int, ...] = ()
    wkst: int = 0  # Monday is 0
    skip: Skip = Skip.OMIT


DAY_NAMES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MAX_RULE_LENGTH = 5_000  # characters; every number of every part, written out, needs less

_DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,3}", re.ASCII)
_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?", re.ASCII)


@lru_cache(maxsize=16_384)
def parse_rule(text: str) -> Rule:
    """Read an RRULE value; a leading "RRULE:" and lower case are tolerated.

    Raises InvalidRule, which names the part and says what is wrong with it.
    """
    if len(text) > MAX_RULE_LENGTH:
        raise InvalidRule(f"A rule has at most {MAX_RULE_LENGTH} characters, not {len(text)}.")
    value = text.strip().upper().removeprefix("RRULE:")
    parts: dict[str, str] = {}
    for part in value.split(";"):
        name, equals, content = part.partition("=")
        if not equals or not content:
            raise InvalidRule(f"{part[:40]!r} is not of the form NAME=VALUE.", part=name[:40])
        if name not in _READERS and name != "RSCALE":
            raise InvalidRule(f"There is no rule part {name[:40]!r}.", part=name[:40])
        if name in parts:
            raise InvalidRule(f"{name} is given twice.", part=name)
        parts[name] = content
    if "FREQ" not in parts:
        raise InvalidRule("A rule needs a FREQ, such as FREQ=DAILY.", part="FREQ")
    _check_scale(parts)
    fields = {
        _FIELDS.get(name, name.lower()): _READERS[name](name, parts[name])
        for name in parts
        if name != "RSCALE"
    }
    rule = Rule(**fields)
    for contradiction in _CONTRADICTIONS:
        contradiction(rule)
    return rule


def _check_scale(parts: dict[str, str]) -> None:
    scale = parts.get("RSCALE")
    if scale is None and "SKIP" in parts:
        raise InvalidRule("SKIP needs RSCALE beside it (RFC 7529 4.1).", part="SKIP")
    if scale not in (None, "GREGORIAN", "GREGORY"):
        raise InvalidRule(
            f"The calendar {scale[:40]} is not supported; only RSCALE=GREGORIAN is.", part="RSCALE"
        )


# Readers of one part's text ---------------------------------------------------------------------------


def _number(name: str, text: str, low: int, high: int, *, signed: bool) -> int:
    number = int(text) if _NUMBER.fullmatch(text) else None
    if number is None or not (low <= number <= high or (signed and low <= -number <= high)):
        either = " or its negative" if signed else ""
        raise InvalidRule(f"{name} takes numbers from {low} to {high}{either}, not {text[:20]!r}.", part=name)
    return number


def _numbers(low: int, high: int, *, signed: bool = False) -> Callable[[str, str], tuple[int, ...]]:
    def read(name: str, text: str) -> tuple[int, ...]:
        return tuple(sorted({_number(name, item, low, high, signed=signed) for item in text.split(",")}))

    return read


def _seconds(name: str, text: str) -> tuple[int, ...]:
    # Without a table of leap seconds, the 60th counts as the 59th (RFC 5545 3.3.12).
    return tuple(sorted({min(second, 59) for second in _numbers(0, 60)(name, text)}))


def _positive(name: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) == 0:
        raise InvalidRule(f"{name} takes a whole number from 1 to 999999999, not {text[:20]!r}.", part=name)
    return int(text)


def _days(name: str, text: str) -> tuple[Weekday, ...]:
    days = set()
    for item in text.split(","):
        match = _DAY.fullmatch(item)
        nth = int(match[1] or 0) if match else 0
        if match is None or abs(nth) > 53 or (match[1] and nth == 0):
            raise InvalidRule(f"BYDAY takes days such as MO, 2TU or -1FR, not {item[:20]!r}.", part=name)
        days.add(Weekday(DAY_NAMES.index(match[2]), nth))
    return tuple(sorted(days))


def _week_start(name: str, text: str) -> int:
    if text not in DAY_NAMES:
        raise InvalidRule(f"WKST takes one of {', '.join(DAY_NAMES)}, not {text[:20]!r}.", part=name)
    return DAY_NAMES.index(text)


def _frequency(name: str, text: str) -> Frequency:
    if text not in Frequency.__members__:
        raise InvalidRule(
            f"FREQ takes one of {', '.join(Frequency.__members__)}, not {text[:20]!r}.", part=name
        )
    return Frequency[text]


def _skip(name: str, text: str) -> Skip:
    if text not in Skip.__members__:
        raise InvalidRule(f"SKIP takes OMIT, BACKWARD or FORWARD, not {text[:20]!r}.", part=name)
    return Skip[text]


def _until(name: str, text: str) -> Until:
    match = _MOMENT.fullmatch(text)
    try:
        if match is None:
            raise ValueError
        year, month, day = (int(group) for group in match.groups()[:3])
        if match[4] is None:
            return Until(date(year, month, day), utc=False)
        hour, minute, second = (int(group) for group in match.groups()[3:6])
        leap = second == 60  # stands for the 59th, as in BYSECOND
        moment = datetime(year, month, day, hour, minute, second - leap)
    except ValueError:
        example = "20301231, 20301231T235959 or 20301231T235959Z"
        raise InvalidRule(
            f"UNTIL takes a date or time such as {example}, not {text[:20]!r}.", part=name
        ) from None
    return Until(moment, utc=match[7] == "Z")


_READERS: dict[str, Callable[[str, str], Any]] = {
    "FREQ": _frequency,
    "INTERVAL": _positive,
    "COUNT": _positive,
    "UNTIL": _until,
    "BYSECOND": _seconds,
    "BYMINUTE": _numbers(0, 59),
    "BYHOUR": _numbers(0, 23),
    "BYDAY": _days,
    "BYMONTHDAY": _numbers(1, 31, signed=True),
    "BYYEARDAY": _numbers(1, 366, signed=True),
    "BYWEEKNO": _numbers(1, 53, signed=True),
    "BYMONTH": _numbers(1, 12),
    "BYSETPOS": _numbers(1, 366, signed=True),
    "WKST": _week_start,
    "SKIP": _skip,
}
_FIELDS = {name: f"by_{name.removeprefix('BY').lower()}" for name in _READERS if name.startswith("BY")}


# Contradictions: each raises InvalidRule for one thing that RFC 5545 3.3.10 forbids ---------------------


def _one_end(rule: Rule) -> None:
    if rule.count is not None and rule.until is not None:
        raise InvalidRule("COUNT and UNTIL cannot stand in one rule.", part="COUNT")


def _weeks_of_a_year_only(rule: Rule) -> None:
    if rule.by_weekno and rule.freq != Frequency.YEARLY:
        raise InvalidRule(f"BYWEEKNO works with FREQ=YEARLY only, not {rule.freq.name}.", part="BYWEEKNO")


def _days_of_a_year_only_where_a_year_is_seen(rule: Rule) -> None:
    if rule.by_yearday and rule.freq in (Frequency.DAILY, Frequency.WEEKLY, Frequency.MONTHLY):
        raise InvalidRule(f"BYYEARDAY does not work with FREQ={rule.freq.name}.", part="BYYEARDAY")


def _no_days_of_a_month_in_a_week(rule: Rule) -> None:
    if rule.by_monthday and rule.freq == Frequency.WEEKLY:
        raise InvalidRule("BYMONTHDAY does not work with FREQ=WEEKLY.", part="BYMONTHDAY")


def _nth_days_of_a_month_or_year(rule: Rule) -> None:
    if not any(entry.nth for entry in rule.by_day):
        return
    if rule.freq > Frequency.MONTHLY:
        message = f"Numbered days such as 2TU work with FREQ=MONTHLY and YEARLY only, not {rule.freq.name}."
        raise InvalidRule(message, part="BYDAY")
    if rule.by_weekno:
        raise InvalidRule("Numbered days such as 2TU cannot stand beside BYWEEKNO.", part="BYDAY")


def _positions_in_a_set(rule: Rule) -> None:
    others = (
        *(rule.by_second, rule.by_minute, rule.by_hour, rule.by_day, rule.by_monthday),
        *(rule.by_yearday, rule.by_weekno, rule.by_month),
    )
    if rule.by_setpos and not any(others):
        raise InvalidRule("BYSETPOS needs another BY part to pick from.", part="BYSETPOS")


_CONTRADICTIONS = (
    _one_end,
    _weeks_of_a_year_only,
    _days_of_a_year_only_where_a_year_is_seen,
    _no_days_of_a_month_in_a_week,
    _nth_days_of_a_month_or_year,
    _positions_in_a_set,
)
