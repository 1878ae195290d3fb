"""Which IANA zone a name means that is not quite one: prefixed, from Windows, or made for people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from kalends.engine.zones import zone, zone_names

_DISPLAY = re.compile(r"\((?:UTC|GMT)(?:([+-])(\d\d):?(\d\d))?\)\s*(.+)")
_JANUARY = 1_768_478_400  # 2026-01-15T12:00Z, when the north has standard time
_JULY = 1_784_116_800  # 2026-07-15T12:00Z, when the south has


@lru_cache(maxsize=4096)
def iana_name(tzid: str) -> str | None:
    """Give the IANA name that a TZID stands for, or None if its name alone does not say.

    Understood are IANA names in any case, behind any prefix (`/mozilla.org/20050126_1/Europe/Berlin`),
    Windows names (`W. Europe Standard Time`) and Microsoft's labels
    (`(UTC+01:00) Amsterdam, Berlin, Bern`), the last only where the offset agrees.
    """
    name = tzid.strip().strip('"').strip()
    if name in zone_names():
        return name
    if name in windows_zones():
        return windows_zones()[name]
    parts = name.split("/")
    for start in range(len(parts)):
        found = _by_lower_case().get("/".join(parts[start:]).lower())
        # A bare last part such as "EST" behind a vendor's path would be a guess.
        if found is not None and (start == 0 or "/" in found):
            return found
    label = _DISPLAY.fullmatch(name)
    if label is None:
        return None
    sign, hours, minutes, places = label.groups()
    offset = (int(hours or 0) * 3600 + int(minutes or 0) * 60) * (-1 if sign == "-" else 1)
    return next((found for found in _named_places(places) if offset in _standard_offsets(found)), None)


@cache
def windows_zones() -> dict[str, str]:
    """Give Unicode's table of Windows zone names; its IANA zones are one for each behaviour of today."""
    # Imported late: the package takes 90 ms, and most calendars need no Windows name.
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    return WINDOWS_TO_OLSON


def _named_places(places: str) -> Iterator[str]:
    if places.startswith("Coordinated Universal Time"):
        yield "UTC"
    region = re.match(r"(.+?) Time\b", places)
    if region is not None and f"{region[1]} Standard Time" in windows_zones():
        yield windows_zones()[f"{region[1]} Standard Time"]
    for place in re.split(r"[,/]", places):
        found = _by_city().get(place.strip().replace(" ", "_").lower())
        if found is not None:
            yield found


def _standard_offsets(name: str) -> tuple[int, int]:
    known = zone(name)
    return known.local(_JANUARY) - _JANUARY, known.local(_JULY) - _JULY


@cache
def _by_lower_case() -> dict[str, str]:
    return {name.lower(): name for name in zone_names()}


@cache
def _by_city() -> dict[str, str]:
    return {name.rpartition("/")[2].lower(): name for name in sorted(zone_names()) if "/" in name}
