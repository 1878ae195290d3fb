"""A start as one line of text, in the notation of RFC 9557: local time, offset and zone name together.

`2026-12-24` is all day, `2026-12-24T18:00:00` floating, `2026-12-24T18:00:00+01:00[Europe/Berlin]` in a zone.
The local time and the zone are the truth; the offset only tells the two passes of a repeated hour apart,
so that a text written before a change of the zone's rules still means the same wall time.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from kalends.engine.series import Start
from kalends.engine.zones import zone
from kalends.kit.errors import InvalidInput

_FORM = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d)?)(Z|[+-]\d\d:\d\d(?::\d\d)?)?(?:\[([^\]]+)\])?)?"
)


def format_start(start: Start) -> str:
    """Give the start as text, to the second."""
    if not isinstance(start, datetime):
        return start.isoformat()
    if start.tzinfo is None:
        return start.isoformat(timespec="seconds")
    name = getattr(start.tzinfo, "key", None) or str(start.tzinfo)
    return f"{start.isoformat(timespec='seconds')}[{name}]"


def parse_start(text: str, *, field: str = "start") -> Start:
    """Read what `format_start` wrote, or an ISO 8601 time; an offset without a zone name gives UTC.

    Raises InvalidInput for any other text and UnknownZone for a zone that the pinned tzdata lacks.
    """
    match = _FORM.fullmatch(text)
    if match is None:
        raise InvalidInput(
            f"{text[:60]!r} is no time: write 2026-12-24, 2026-12-24T18:00:00 or 2026-12-24T18:00:00+01:00.",
            field=field,
        )
    day, time, offset, name = match.groups()
    try:
        if time is None:
            return date.fromisoformat(day)
        local = datetime.fromisoformat(f"{day}T{time}")
        if name is None:
            return (
                local if offset is None else datetime.fromisoformat(f"{day}T{time}{offset}").astimezone(UTC)
            )
    except (ValueError, OverflowError) as error:
        raise InvalidInput(f"{text[:60]!r} is no time: {error}.", field=field) from error
    local = local.replace(tzinfo=zone(name).tzinfo)
    if offset and local.isoformat()[19:] != offset.replace("Z", "+00:00"):
        second = local.replace(fold=1)
        return second if second.isoformat()[19:] == offset else local
    return local
