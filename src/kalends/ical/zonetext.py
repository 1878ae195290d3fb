"""Writes the VTIMEZONE of an IANA zone (RFC 5545 3.6.5) out of the pinned tzdata.

Past changes are listed and the rule that holds today is written as an RRULE, so the text does not expire.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from kalends.engine.recurrence.rule import DAY_NAMES
from kalends.engine.tzfile import Transition, ZoneTable, read_tzif
from kalends.engine.zones import zone_names

_EPOCH = datetime(1970, 1, 1)
_RULE_YEARS = 28  # every weekday falls on every date in so many years, leap years included
_LISTED_YEARS = 75  # for a rule that RRULE cannot say: in Egypt, the day after October's last Thursday


class _Onset(NamedTuple):
    """A change of the offset, as an observance states it."""

    local: datetime  # by the clock before the change
    before: int  # seconds east of UTC
    after: int
    name: str


@lru_cache(maxsize=1024)
def timezone_text(name: str, tzid: str | None = None) -> str | None:
    """Give the unfolded VTIMEZONE of an IANA zone, under another `tzid` if one is given; None if unknown.

    It holds from 1970 on; what came before keeps the offset of 1970.
    """
    if name not in zone_names():
        return None
    data = files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()
    table = read_tzif(data, years=_RULE_YEARS)
    first, *later = _onsets(table)
    repeated = _closing_pair(later) if table.endless else ()
    if table.endless and not repeated:
        first, *later = _onsets(read_tzif(data, years=_LISTED_YEARS))
    lines = ["BEGIN:VTIMEZONE", f"TZID:{tzid or name}"]
    lines += _observance(first, [], None, dst=False)
    groups: dict[tuple[int, int, str], list[_Onset]] = {}
    for onset in later:
        if not repeated or onset.local < repeated[0][0].local:
            groups.setdefault((onset.before, onset.after, onset.name), []).append(onset)
    for group in groups.values():
        lines += _observance(group[0], group[1:], None, dst=group[0].after > group[0].before)
    for onset, rule in repeated:
        lines += _observance(onset, [], rule, dst=onset.after > onset.before)
    return "\n".join([*lines, "END:VTIMEZONE"])


def _onsets(table: ZoneTable) -> Iterator[_Onset]:
    """Give what holds in 1970, then each change of offset since."""
    past = [change for change in table.transitions if change.at <= 0]
    now = past[-1] if past else Transition(0, table.initial)
    if not now.abbreviation and table.transitions:
        now = now._replace(abbreviation=table.transitions[0].abbreviation)
    yield _Onset(_EPOCH, now.offset, now.offset, now.abbreviation)
    for change in table.transitions[len(past) :]:
        if (change.offset, change.abbreviation) != (now.offset, now.abbreviation):
            local = _EPOCH + timedelta(seconds=change.at + now.offset)
            yield _Onset(local, now.offset, change.offset, change.abbreviation)
            now = change


def _closing_pair(onsets: Sequence[_Onset]) -> tuple[tuple[_Onset, str], ...]:
    """Give the two changes of each year that go on for ever, each from its first year on, with its rule.

    Empty where the last years do not follow one rule each, as with none or with religious calendars.
    """
    found = []
    for last in onsets[-2:]:
        alike = [each for each in onsets if each[1:] == last[1:]]
        rule = _rule(alike[-_RULE_YEARS:])
        if rule is None:
            return ()
        # The rule may be older than the last years: take in every year before that it is true of.
        count = min(_RULE_YEARS, len(alike))
        while count < len(alike) and _rule(alike[-count - 1 :]) == rule:
            count += 1
        found.append((alike[-count], rule))
    # Both begin in the same year, or what came before would have to be told apart by year.
    start = max(onset.local for onset, _ in found)
    pair = []
    for onset, rule in found:
        same = [each for each in onsets if each[1:] == onset[1:] and each.local.year >= start.year]
        pair.append((same[0], rule))
    return tuple(sorted(pair, key=lambda each: each[0].local))


def _rule(onsets: Sequence[_Onset]) -> str | None:
    """Give the yearly rule that these onsets, one a year, all follow."""
    days = [onset.local for onset in onsets]
    years = [day.year for day in days]
    if len(days) < 2 or years != list(range(years[0], years[0] + len(years))):
        return None
    if len({(day.month, day.weekday(), day.time()) for day in days}) > 1:
        if len({(day.month, day.day, day.time()) for day in days}) > 1:
            return None
        return f"FREQ=YEARLY;BYMONTH={days[0].month};BYMONTHDAY={days[0].day}"
    month, weekday = days[0].month, DAY_NAMES[days[0].weekday()]
    if all(day.day + 7 > monthrange(day.year, month)[1] for day in days):
        return f"FREQ=YEARLY;BYMONTH={month};BYDAY=-1{weekday}"
    nth = {(day.day - 1) // 7 + 1 for day in days}
    if len(nth) == 1:
        return f"FREQ=YEARLY;BYMONTH={month};BYDAY={nth.pop()}{weekday}"
    first, last = min(day.day for day in days), max(day.day for day in days)
    if last - first != 6:
        return None
    week = ",".join(map(str, range(first, last + 1)))
    return f"FREQ=YEARLY;BYMONTH={month};BYMONTHDAY={week};BYDAY={weekday}"


def _observance(first: _Onset, more: Sequence[_Onset], rule: str | None, *, dst: bool) -> Iterator[str]:
    kind = "DAYLIGHT" if dst else "STANDARD"
    yield f"BEGIN:{kind}"
    yield f"DTSTART:{first.local:%Y%m%dT%H%M%S}"
    if more:
        yield "RDATE:" + ",".join(f"{onset.local:%Y%m%dT%H%M%S}" for onset in more)
    if rule is not None:
        yield f"RRULE:{rule}"
    if first.name:
        yield f"TZNAME:{first.name}"
    yield f"TZOFFSETFROM:{_offset(first.before)}"
    yield f"TZOFFSETTO:{_offset(first.after)}"
    yield f"END:{kind}"


def _offset(seconds: int) -> str:
    sign, seconds = "-" if seconds < 0 else "+", abs(seconds)
    rest = f"{seconds % 60:02}" if seconds % 60 else ""
    return f"{sign}{seconds // 3600:02}{seconds % 3600 // 60:02}{rest}"
