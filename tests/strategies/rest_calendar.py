"""What clients send to the routes of calendars: sound events, and anything at all."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st

from strategies.rest import json_values

SPRING = {"start": "2026-02-15", "end": "2026-05-20"}
"""A range that holds every event of `new_events`."""

_titles = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=30)
_days = st.dates(date(2026, 2, 20), date(2026, 5, 10)).map(date.isoformat)
_times = st.builds("T{:02}:{:02}".format, st.integers(0, 23), st.sampled_from((0, 30)))
_offsets = st.sampled_from(("", "", "Z", "+01:00", "-09:30"))
_zones = st.sampled_from(("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"))
_durations = st.sampled_from(("PT0S", "PT30M", "PT1H30M", "P1DT1H"))
_rules = st.sampled_from(((), (), ("FREQ=DAILY;COUNT=3",), ("FREQ=WEEKLY;INTERVAL=2;COUNT=2",)))

_contents = st.fixed_dictionaries(
    {},
    optional={
        "description": _titles,
        "location": _titles,
        "url": st.just("https://example.org/a?b=c,d;e"),
        "status": st.sampled_from(("proposed", "confirmed", "cancelled")),
        "flexibility": st.sampled_from(("fixed", "preferred", "flexible")),
        "priority": st.sampled_from(("low", "medium", "high", "critical")),
        "transparent": st.booleans(),
        "confidential": st.booleans(),
    },
)


@st.composite
def times(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a start and a length, all day, floating, or on some clock."""
    day = draw(_days)
    if draw(st.integers(0, 3)) == 0:
        return {"start": day, "duration": draw(st.sampled_from(("P1D", "P2D")))}
    start, duration = day + draw(_times), draw(_durations)
    if draw(st.integers(0, 4)) == 0:
        return {"start": start, "duration": duration, "floating": True}
    given: dict[str, Any] = {"start": start + draw(_offsets), "duration": duration}
    return given if draw(st.booleans()) else {**given, "zone": draw(_zones)}


@st.composite
def new_events(draw: st.DrawFn) -> dict[str, Any]:
    """Draw an event as a client sends it."""
    return {"title": draw(_titles), **draw(times()), **draw(_contents), "rules": list(draw(_rules))}


@st.composite
def patches(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a change that is valid for whatever event of `new_events`."""
    wanted = {**draw(_contents), **draw(st.fixed_dictionaries({}, optional={"title": _titles}))}
    cleared = draw(st.sets(st.sampled_from(("description", "location", "url", "priority"))))
    if draw(st.booleans()):
        wanted.update(draw(times()))
    return {**wanted, **dict.fromkeys(cleared)}


_FIELDS = [
    *("title", "start", "end", "duration", "zone", "floating", "rules", "additions", "exclusions", "url"),
    *("status", "priority", "category_id", "participants", "calendar_id", "completed", "uid", "events"),
    *("name", "kind", "visibility", "color", "level", "access", "option", "preview", "response", "required"),
]
_plausible: st.SearchStrategy[Any] = st.sampled_from(
    [
        *("", "Exam", "2026-03-10", "2026-03-10T09:00", "2026-03-10T09:00+01:00", "1583-01-01", "9998-12-31"),
        *(
            "9999-12-31T23:59:59-12:00",
            "0001-01-01",
            "2026-03-29T02:30:00",
            "P1D",
            "PT99999999H",
            "P9999999W",
        ),
        *("Europe/Berlin", "../etc/passwd", "FREQ=SECONDLY", "high", "confirmed", "#ffffff", "write", "\0"),
        *("\ud800", "a" * 3000, None, True, 3, -1, 1e308, 10**30),
        *([], ["FREQ=DAILY"], ["FREQ=YEARLY;BYMONTHDAY=31"], ["2026-03-10"], [{"member_id": None}], {}),
    ]
)
bodies = st.dictionaries(st.sampled_from(_FIELDS), _plausible | json_values, max_size=6) | json_values

_hostile = st.sampled_from(["", "%00", "..", "null", "-1", "x" * 300, "%F0%9F%A6%86", "%ff", "0" * 32])
_queries = st.dictionaries(
    st.sampled_from(
        [
            *(
                "start",
                "end",
                "occurrence",
                "scope",
                "preview",
                "member",
                "category",
                "priority",
                "status",
                "q",
            ),
            *(
                "duration",
                "step",
                "limit",
                "cursor",
                "ignored",
                "kind",
                "severity",
                "with_events",
                "calendar",
            ),
        ]
    ),
    st.sampled_from(
        [
            "",
            "2026-03-01",
            "2026-03-31T10:00Z",
            "9998-12-31",
            "1583-01-01",
            "single",
            "all",
            "true",
            "PT1H",
            "-1",
        ]
    )
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=10),
    max_size=5,
)


@st.composite
def requests(draw: st.DrawFn, known: tuple[str, ...]) -> tuple[str, dict[str, str]]:
    """Draw an address with ids of all sorts, `known` ones among them, and a query of all sorts."""
    id = draw(st.sampled_from(known) | st.uuids().map(str) | _hostile)
    other = draw(st.sampled_from(known) | _hostile)
    path = draw(
        st.sampled_from(
            [
                *("/events", "/events/batch", f"/events/{id}", f"/events/{id}/ics", f"/events/{id}/response"),
                *(f"/events/{id}/participants", f"/events/{id}/participants/{other}"),
                *(
                    "/calendars",
                    f"/calendars/{id}",
                    f"/calendars/{id}/grants/{other}",
                    f"/calendars/{id}/grants",
                ),
                *(f"/calendars/{id}/import", f"/calendars/{id}/export.ics", f"/calendars/{id}/feeds"),
                *(f"/calendars/{id}/feeds/{other}", "/categories", f"/categories/{id}"),
                *("/conflicts", f"/conflicts/{id}/resolutions", f"/conflicts/{id}/resolve"),
                *(f"/conflicts/{id}/ignore", "/change-sets", f"/change-sets/{id}", f"/change-sets/{id}/undo"),
                *("/free", "/free/why"),
            ]
        )
    )
    return path, draw(_queries)
