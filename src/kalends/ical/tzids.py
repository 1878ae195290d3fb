"""From a TZID to a zone, by its name or else by the VTIMEZONE that came with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import tzinfo
from functools import lru_cache

from kalends.engine.zones import zone, zone_names
from kalends.ical.components import parse_component
from kalends.ical.errors import Rejected
from kalends.ical.tznames import iana_name
from kalends.ical.vtimezone import zone_from_rules

_TZID = re.compile(r';TZID=(?:"([^"\n]*)"|([^;:,"\n]*))', re.I)


class Zones:
    """The zones of one calendar: calling it with a TZID gives the tzinfo.

    In order: the IANA zone of that name; the one that the name stands for; the one that X-LIC-LOCATION
    names; the one that behaves as the VTIMEZONE says; a zone made from the VTIMEZONE alone.
    """

    def __init__(self, definitions: Mapping[str, str] | None = None) -> None:
        self._definitions = dict(definitions or {})  # TZID -> VTIMEZONE, unfolded
        self._known: dict[str, tzinfo] = {}

    def __call__(self, tzid: str) -> tzinfo:
        """Give the zone. Raises Rejected `unknown_zone`."""
        found = self._known.get(tzid)
        if found is None:
            found = self._known[tzid] = resolve(tzid, self._definitions.get(tzid))
        return found

    def definitions_for(self, tzids: Iterable[str]) -> list[str]:
        """Give the VTIMEZONEs, each once, of the TZIDs that are no IANA names."""
        foreign = dict.fromkeys(tzid for tzid in tzids if tzid not in zone_names())
        return [self._definitions[tzid] for tzid in foreign if tzid in self._definitions]


def tzids_in(text: str) -> list[str]:
    """Give every TZID that a component's unfolded text refers to, in order, each once."""
    return list(dict.fromkeys(quoted or plain for quoted, plain in _TZID.findall(text)))


@lru_cache(maxsize=1024)
def resolve(tzid: str, definition: str | None) -> tzinfo:
    """Give the zone of a TZID and the unfolded text of its VTIMEZONE, if there is one.

    Raises Rejected `unknown_zone` where neither says what it is.
    """
    name = iana_name(tzid)
    if name is not None:
        return zone(name).tzinfo
    if definition is None:
        raise Rejected(
            "unknown_zone",
            f"There is no time zone {tzid[:80]!r}, and no VTIMEZONE describes it; "
            "use an IANA name such as Europe/Paris.",
        )
    try:
        component = parse_component(definition.split("\n"))
        location = component.first("X-LIC-LOCATION")
        name = iana_name(location.text) if location is not None else None
        return (zone(name) if name is not None else zone_from_rules(component, tzid)).tzinfo
    except Rejected as error:
        raise Rejected(
            "unknown_zone", f"The VTIMEZONE of {tzid[:80]!r} says nothing usable: {error.message}"
        ) from None
