"""iCalendar as the world writes it: well-formed files with unknown parts, edits, and plain damage."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from kalends.engine.series import Length, Start
from kalends.engine.zones import zone
from kalends.ical import Attendee
from kalends.ical.lines import escape, make_line

ZONES = [
    zone(name).tzinfo for name in ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")
]

text = st.text(st.sampled_from("abc ,;:=\\\n\t\"^'éü日🎉\x85\u2028"), max_size=60) | st.text(
    st.characters(min_codepoint=32, codec="utf-8", exclude_characters="\x7f"), max_size=30
)
"""Any text that iCalendar can hold."""

labels = text.map(str.strip).filter(len)
_names = st.sampled_from(["X-A", "X-KEPT-AS-IT-IS", "FUTURE-PROPERTY", "x-lower", "ATTACH"])
_raw_values = st.text(st.sampled_from('abc ,;:=\\\t"^é日🎉'), max_size=120)


def starts(
    *, day: st.SearchStrategy[date] = st.dates(date(1990, 1, 1), date(2040, 12, 31))
) -> st.SearchStrategy[Start]:
    """Starts of every form: dates, floating, in UTC, in a zone."""
    clock = st.times().map(lambda time: time.replace(microsecond=0))
    local = st.builds(datetime.combine, day, clock)
    zoned = st.builds(
        lambda moment, tz, fold: moment.replace(tzinfo=tz, fold=fold),
        local,
        st.sampled_from(ZONES),
        st.sampled_from([0, 0, 1]),
    )
    return day | local | local.map(lambda moment: moment.replace(tzinfo=UTC)) | zoned.map(_real)


def _real(moment: datetime) -> datetime:
    """Keep clear of skipped local times and of folds that are none: neither is a time that a clock shows."""
    return moment.astimezone(UTC).astimezone(moment.tzinfo)


_unknown_line = st.builds(
    lambda name, parameters, value: make_line(name, value, parameters).raw,
    _names,
    st.dictionaries(st.sampled_from(["X-P", "LANGUAGE", "ALTREP"]), labels, max_size=2),
    _raw_values,
)


def unknown_lines(depth: int = 2) -> st.SearchStrategy[list[str]]:
    """Properties and components that Kalends has never heard of."""
    lines = st.lists(_unknown_line, max_size=3)
    if not depth:
        return lines
    nested = unknown_lines(depth - 1).map(lambda inner: ["BEGIN:X-PART", *inner, "END:X-PART"])
    return st.builds(lambda before, inside: before + inside, lines, nested | st.just([]))


@st.composite
def edits(draw: st.DrawFn) -> dict[str, Any]:
    """Fields that can be set together on one event, as keyword arguments."""
    utc = st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1)).map(
        lambda d: d.replace(microsecond=0, tzinfo=UTC)
    )
    start = draw(starts())
    timed = isinstance(start, datetime)
    length = st.builds(Length, days=st.integers(0, 5), seconds=st.integers(0, 200_000))
    attendee = st.builds(
        Attendee,
        address=st.uuids().map(lambda uuid: f"urn:uuid:{uuid}"),
        name=st.none() | text.map(lambda name: name.replace("\r", "")).filter(len),
        role=st.sampled_from(["required", "optional"]),
        response=st.sampled_from(["accepted", "declined", "tentative", "needs_action"]),
    )
    fields: dict[str, st.SearchStrategy[Any]] = {
        "summary": text,
        "description": text,
        "location": text,
        "status": st.sampled_from(["proposed", "confirmed", "cancelled"]),
        "transparent": st.booleans(),
        "priority": st.sampled_from([None, "low", "medium", "high", "critical"]),
        "categories": st.lists(labels, max_size=3).map(tuple),
        "sequence": st.integers(0, 10**6),
        "stamp": utc,
        "last_modified": utc,
        "flexibility": st.sampled_from([None, "fixed", "preferred", "flexible"]),
        "completed": st.none() | utc,
        "attendees": st.lists(attendee, max_size=3, unique_by=lambda each: each.address).map(tuple),
        "rules": st.sampled_from([(), ("FREQ=DAILY",), ("FREQ=WEEKLY;COUNT=5", "FREQ=MONTHLY")]),
        "exclusions": st.lists(
            st.integers(1, 400).map(lambda days: start + timedelta(days=days)), max_size=3, unique=True
        ).map(tuple),
    }
    chosen = draw(st.sets(st.sampled_from(sorted(fields))))
    changes = {name: draw(fields[name]) for name in sorted(chosen)}
    if draw(st.booleans()):
        changes["start"] = start
        changes["length"] = draw(length) if timed else Length(days=draw(st.integers(1, 9)))
    else:
        changes.pop("exclusions", None)
    return changes


@st.composite
def calendars(draw: st.DrawFn) -> list[str]:
    """The content lines of a well-formed file, unknown properties and components included."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", *draw(unknown_lines())]
    for uid in draw(st.lists(labels, max_size=3, unique=True)):
        kind = draw(st.sampled_from(["VEVENT", "VEVENT", "VTODO", "VJOURNAL"]))
        lines += [f"BEGIN:{kind}", f"UID:{escape(uid)}"]
        lines += draw(
            st.sampled_from(
                [
                    ["DTSTART:20260101T090000Z"],
                    ["DTSTART;VALUE=DATE:20260101", "RRULE:FREQ=WEEKLY;BYDAY=TH"],
                    [
                        "DTSTART;X-A=1;TZID=Europe/Berlin:20260101T090000",
                        "DURATION:PT90M",
                        "RRULE:FREQ=DAILY;COUNT=3",
                    ],
                ]
            )
        )
        lines += [f"SUMMARY:{escape(draw(text))}", *draw(unknown_lines()), f"END:{kind}"]
    return [*lines, "END:VCALENDAR"]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A file in which lines are lost, doubled, moved or filled with junk; or junk alone."""
    lines = [line.encode() for line in draw(calendars())]
    junk = st.sampled_from(
        [
            b"BEGIN:VEVENT",
            b"END:VEVENT",
            b"BEGIN:VCALENDAR",
            b"END:VCALENDAR",
            b"BEGIN:",
            b"END:VALARM",
            b"BEGIN:VALARM",
            b"DTSTART:",
            b"DTSTART;TZID=:20260101T000000",
            b"DTSTART;VALUE=DATE:99990101",
            b"DTEND:00000000T000000",
            b"RRULE:FREQ=SECONDLY;BYSETPOS=-1",
            b"RRULE:FREQ=YEARLY;BYMONTHDAY=31;BYMONTH=2",
            b"RDATE:20260101/P1D,/,",
            b"EXDATE;VALUE=DATE:,",
            b"DURATION:P",
            b"DURATION:-P99999W",
            b"UID:",
            b"TRIGGER:x",
            b"SEQUENCE:99999999999999",
            b"RECURRENCE-ID;RANGE=THISANDFUTURE:20260101T090000Z",
            b'DTSTART;TZID="":20260101T090000',
            b"\xff\xfe\x00",
            b"BEGIN:VTIMEZONE",
            b"TZID:Own",
            b"END:VTIMEZONE",
            b"DTSTART;TZID=Own:20260101T090000",
            b" folded",
            b"",
        ]
    ) | st.binary(max_size=20)
    for at, what, extra in draw(
        st.lists(
            st.tuples(st.integers(0, 40), st.sampled_from(["lose", "double", "junk"]), junk), max_size=12
        )
    ):
        if what == "junk":
            lines.insert(at, extra)
        elif at < len(lines):
            lines[at : at + 1] = [] if what == "lose" else [lines[at], lines[at]]
    return b"\r\n".join(lines)
