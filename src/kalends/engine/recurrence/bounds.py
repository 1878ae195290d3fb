"""How early and how late a series can happen, for indexes: safe in every zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from kalends.engine.recurrence.expansion import (
    FOREVER,
    MAX_WORK,
    Origin,
    instants,
    last_instant,
    origin_of,
)
from kalends.engine.recurrence.gregorian import FIRST_DAY, LAST_DAY
from kalends.engine.recurrence.instances import Frame, ends, frame_of
from kalends.engine.recurrence.pattern import DAY, Budget
from kalends.engine.recurrence.rule import parse_rule
from kalends.engine.series import Length, Series

# Floating and all-day times happen when the viewer's clock shows them: at most a day from UTC, either way.
_ANYWHERE = DAY
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def upper_bound(series: Series, *, max_work: int = MAX_WORK) -> datetime | None:
    """Give the end of the last occurrence in UTC, or None for a series without end.

    Exclusions are not looked at, so the last occurrence may be one that is excluded; floating and all-day
    series get a day more, so that no viewer's zone reaches past the bound. A series whose rule runs on to
    the year 9999 has no end either. Raises InvalidRule, UnknownZone or ExpansionLimit.
    """
    latest = [
        _reach(origin_of(override.start), [origin_of(override.start).utc], override.length)
        for override in series.overrides
    ]
    if series.start is not None:
        frame = frame_of(series)
        last = _last_key(frame, max_work)
        if last >= FOREVER:
            return None
        for shape in frame.shapes:
            if shape.first <= last:
                placed = shape.place(np.array([min(last, shape.stop - 1)]), frame.origin)
                latest.append(_reach(shape.origin, placed.tolist(), shape.length))
        for key, length in frame.added.items():
            latest.append(_reach(frame.origin, [key], length or series.length))
    bound = max(latest, default=-FOREVER)
    return _moment(bound) if bound <= LAST_DAY * DAY else None


def lower_bound(series: Series) -> datetime | None:
    """Give an instant in UTC, before or at which the first occurrence starts; None if there is none at all.

    Floating and all-day series get a day more, as in `upper_bound`.
    """
    earliest = [
        _from(origin_of(override.start), origin_of(override.start).utc) for override in series.overrides
    ]
    if series.start is not None:
        frame = frame_of(series)
        earliest += [_from(frame.origin, key) for key in (frame.origin.utc, *frame.added)]
    return _moment(max(min(earliest), FIRST_DAY * DAY)) if earliest else None


def _moment(seconds: int) -> datetime:
    return _EPOCH + timedelta(seconds=seconds)


def _from(origin: Origin, seconds: int) -> int:
    return seconds if origin.tzinfo is not None else seconds - _ANYWHERE


def _reach(origin: Origin, starts: list[int], length: Length) -> int:
    finish = int(ends(np.array(starts), origin, length).max())
    return finish if origin.tzinfo is not None else finish + _ANYWHERE


def _last_key(frame: Frame, max_work: int) -> int:
    origin = frame.origin
    finals = [_final_instance(text, origin, max_work) for text in frame.series.rules]
    return max([origin.utc, *frame.added, *finals])


def _final_instance(text: str, origin: Origin, max_work: int) -> int:
    """Give the last instance of a rule by looking back from its end in windows that double."""
    rule = parse_rule(text)
    end = last_instant(rule, origin, max_work, start_counts=True)
    if end >= FOREVER or rule.count is not None:
        return end
    days = 32
    while end >= origin.utc:
        window = max(end - days * DAY, origin.utc), end + 1
        found = [chunk for chunk in instants(rule, origin, window, Budget(max_work)) if len(chunk)]
        if found:
            return int(found[-1][-1])
        end, days = window[0] - 1, days * 4
    return origin.utc
