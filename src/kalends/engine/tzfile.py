"""Reads the rules of a time zone out of a TZif file (RFC 9636), as arrays of transitions.

The standard library reads the same files but keeps its tables to itself, and whole arrays of times
cannot pass through it.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

_HEADER = struct.Struct(">4sc15x6I")
_EPOCH = date(1970, 1, 1).toordinal()
_DAY = 86_400


class Transition(NamedTuple):
    """From this instant on, local time is UTC plus `offset`."""

    at: int  # UTC seconds since 1970
    offset: int  # seconds east of UTC
    abbreviation: str = ""


class ZoneTable(NamedTuple):
    """What a zone does: the offset before its first transition, then its transitions in order."""

    initial: int  # seconds east of UTC
    transitions: tuple[Transition, ...]
    endless: bool  # what the last 401 years do, the next 400 repeat, and so on


def read_tzif(data: bytes, *, years: int = 403) -> ZoneTable:
    """Decode a TZif file of version 2 or later, its closing rule written out for so many `years`.

    Raises ValueError for data that is not TZif.
    """
    magic, version, *counts = _HEADER.unpack_from(data)
    if magic != b"TZif" or version < b"2":
        raise ValueError("not a TZif file of version 2 or later")
    # The first block repeats the second with 32-bit times; only its size is of interest.
    second = _HEADER.size + _block_size(counts, time_size=4)
    _, _, *counts = _HEADER.unpack_from(data, second)
    _, _, _, time_count, type_count, name_size = counts
    at = second + _HEADER.size
    times = struct.unpack_from(f">{time_count}q", data, at)
    kinds = data[at + 8 * time_count : at + 9 * time_count]
    at += 9 * time_count
    types = [struct.unpack_from(">iBB", data, at + 6 * index) for index in range(type_count)]
    names = data[at + 6 * type_count : at + 6 * type_count + name_size]
    footer = data[second + _HEADER.size + _block_size(counts, time_size=8) :].strip(b"\n").decode("ascii")

    def name(start: int) -> str:
        return names[start : names.index(b"\0", start)].decode("ascii")

    listed = [
        Transition(when, types[kind][0], name(types[kind][2]))
        for when, kind in zip(times, kinds, strict=True)
    ]
    last = listed[-1].at if listed else -(2**62)
    tail = [change for change in _closing_rule(footer, last, years) if change.at > last]
    return ZoneTable(types[0][0], tuple(listed + tail), endless=len(tail) > 1)


def _block_size(counts: list[int], *, time_size: int) -> int:
    is_utc, is_standard, leaps, times, types, names = counts
    return times * (time_size + 1) + types * 6 + names + leaps * (time_size + 4) + is_standard + is_utc


_NAME = r"(<[^>]+>|[A-Za-z]+)"
_CLOCK = r"([+-]?\d+(?::\d+){0,2})"
_FOOTER = re.compile(rf"{_NAME}{_CLOCK}(?:{_NAME}{_CLOCK}?,([^,/]+)(?:/{_CLOCK})?,([^,/]+)(?:/{_CLOCK})?)?")


def _closing_rule(footer: str, last: int, years: int) -> Iterator[Transition]:
    """Write out the rule that holds after the last listed transition (a POSIX TZ string)."""
    if not footer:
        return
    match = _FOOTER.fullmatch(footer)
    if match is None:
        raise ValueError(f"unreadable closing rule {footer!r}")
    standard, offset, summer, summer_offset, begin, begin_at, end, end_at = match.groups()
    if summer is None:
        return  # a constant offset: the last listed transition already says it
    west = _clock(offset)
    east = west - 3600 if summer_offset is None else _clock(summer_offset)
    first = date.fromordinal(max(_EPOCH + last // _DAY, date(1970, 1, 1).toordinal())).year
    for year in range(first, first + years + 2):
        yield from sorted(
            (
                Transition(
                    _day(begin, year) * _DAY + _clock(begin_at or "2") + west, -east, summer.strip("<>")
                ),
                Transition(
                    _day(end, year) * _DAY + _clock(end_at or "2") + east, -west, standard.strip("<>")
                ),
            )
        )


def _clock(text: str) -> int:
    """Give the seconds of `[+-]h[:mm[:ss]]`."""
    parts = [int(part) for part in text.lstrip("+-").split(":")] + [0, 0]
    return (-1 if text.startswith("-") else 1) * (parts[0] * 3600 + parts[1] * 60 + parts[2])


def _day(rule: str, year: int) -> int:
    """Give the day, counted from 1970-01-01, that a POSIX date rule names in a year."""
    if rule.startswith("M"):  # month.week.weekday, Sunday being 0 and week 5 the last
        month, week, weekday = map(int, rule[1:].split("."))
        first = date(year, month, 1).toordinal()
        day = first + (weekday - first) % 7 + 7 * (week - 1)
        following = date(year + month // 12, month % 12 + 1, 1).toordinal()
        return (day if day < following else day - 7) - _EPOCH
    january = date(year, 1, 1).toordinal() - _EPOCH
    if rule.startswith("J"):  # 1 to 365: February 29 is never counted
        ordinal = int(rule[1:])
        leap = date(year, 12, 31).timetuple().tm_yday == 366
        return january + ordinal - 1 + (1 if leap and ordinal > 59 else 0)
    return january + int(rule)  # 0 to 365, February 29 counted
