"""A digest of all that shapes an event's times, and of nothing else."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from kalends.engine.series import Length, Series, Start


def timing(series: Series) -> str:
    """Give a text that stays the same, on every machine, exactly as long as the series' times do.

    The order in which rules, additions, exclusions and overrides were written does not count. It is
    what `EventFacts.timing` wants: an ignored conflict wakes when one of its events changes it.
    """
    shape = [
        None if series.start is None else _start(series.start),
        _length(series.length),
        sorted(series.rules),
        sorted(series.exclusion_rules),
        sorted([_start(a.start), "" if a.length is None else _length(a.length)] for a in series.additions),
        sorted(_start(exclusion) for exclusion in series.exclusions),
        sorted(
            [_start(o.recurrence_id), _start(o.start), _length(o.length), str(o.this_and_future)]
            for o in series.overrides
        ),
    ]
    return hashlib.blake2b(json.dumps(shape).encode(), digest_size=16).hexdigest()


def _start(start: Start) -> str:
    if not isinstance(start, datetime):
        return start.isoformat()
    # The zone by its name where it has one: of two with one offset now, one may change it next year.
    zone = "" if start.tzinfo is None else getattr(start.tzinfo, "key", None) or str(start.tzinfo)
    return f"{start.replace(tzinfo=None).isoformat()} {start.fold} {zone}"


def _length(length: Length) -> str:
    return f"{length.days}d{length.seconds}s"
