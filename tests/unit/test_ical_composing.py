"""Exports and feeds: many objects as one file, and what may be seen of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from icalendar import Calendar as PeerCalendar

from kalends.ical import CalendarHead, busy, compose, project, read
from moments import in_utc

OUTLOOK = (Path(__file__).parent.parent / "data" / "ical" / "outlook.ics").read_bytes()


def text(*lines: str, zone: str | None = None, uid: str = "a") -> str:
    parts = ["BEGIN:VCALENDAR", "VERSION:2.0"]
    if zone:
        parts += ["BEGIN:VTIMEZONE", "TZID:Own", f"X-LIC-LOCATION:{zone}", "END:VTIMEZONE"]
    return "\r\n".join([*parts, "BEGIN:VEVENT", f"UID:{uid}", *lines, "END:VEVENT", "END:VCALENDAR", ""])


def test_what_is_exported_is_imported_again_as_it_was():
    first = read(OUTLOOK)
    second = read(b"".join(compose(each.text for each in first.objects)))
    assert not second.problems
    assert [each.text for each in second.objects] == [each.text for each in first.objects]


def test_each_zone_comes_once_and_before_it_is_needed():
    texts = [text("DTSTART;TZID=Europe/Berlin:20260101T090000", uid=str(n)) for n in range(3)]
    lines = b"".join(compose(texts)).split(b"\r\n")
    assert lines.count(b"BEGIN:VTIMEZONE") == 1
    assert lines.index(b"BEGIN:VTIMEZONE") < lines.index(b"BEGIN:VEVENT")


def test_a_windows_name_without_definition_gets_one():
    data = b"".join(compose([text('DTSTART;TZID="W. Europe Standard Time":20260101T090000')]))
    (event,) = PeerCalendar.from_ical(data).events
    assert in_utc(event.start) == datetime(2026, 1, 1, 8, tzinfo=UTC)
    assert b"TZID:W. Europe Standard Time" in data


def test_two_zones_of_one_name_stay_two():
    texts = [
        text("DTSTART;TZID=Own:20260101T090000", "X-A;TZID=Own:x", zone="Europe/Berlin", uid="b"),
        text("DTSTART;TZID=Own:20260101T090000", "DESCRIPTION:;TZID=Own:", zone="Asia/Tokyo", uid="t"),
        text("DTSTART;TZID=Own:20260102T090000", zone="Asia/Tokyo", uid="u"),
    ]
    document = read(b"".join(compose(texts)))
    assert [in_utc(each.events[0].start).hour for each in document.objects] == [8, 0, 0]
    assert [
        len([block for block in document.calendars[0].parts if "VTIMEZONE" in getattr(block, "text", "")])
    ] == [2]
    assert document.objects[1].events[0].description == ";TZID=Own:"


def test_the_head_says_what_rfc_7986_asks_and_old_readers_know():
    head = CalendarHead(
        name="Family, all",
        description="Ours",
        uid="c1",
        color="teal",
        source="https://example.org/f.ics",
        refresh=timedelta(hours=12),
        last_modified=datetime(2026, 1, 1, tzinfo=UTC),
        timezone="Europe/Berlin",
        method="PUBLISH",
    )
    data = b"".join(compose([], head))
    assert data.decode().split("\r\n")[1:-2] == [
        "VERSION:2.0",
        "PRODID:-//Kalends//Kalends//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        r"NAME:Family\, all",
        r"X-WR-CALNAME:Family\, all",
        "DESCRIPTION:Ours",
        "X-WR-CALDESC:Ours",
        "X-WR-TIMEZONE:Europe/Berlin",
        "UID:c1",
        "COLOR:teal",
        "LAST-MODIFIED:20260101T000000Z",
        "SOURCE;VALUE=URI:https://example.org/f.ics",
        "REFRESH-INTERVAL;VALUE=DURATION:PT12H",
        "X-PUBLISHED-TTL:PT12H",
    ]
    assert (read(data).name, read(data).color) == ("Family, all", "teal")
    assert b"X-APPLE-CALENDAR-COLOR:#3b82f6" in b"".join(compose([], CalendarHead(color="#3b82f6")))


def test_busy_shows_times_and_nothing_else():
    found = read(OUTLOOK).objects[0]
    shown = busy(found.text)
    for secret in ("Stand-up", "Room", "Work", "Ann", "Bo", "Reminder", "as it is", "MICROSOFT", "PRIORITY"):
        assert secret not in shown
    master, override = project(shown)
    full_master, full_override = found.events
    for name in ("start", "length", "rules", "exclusions", "recurrence_id", "transparent", "status"):
        assert getattr(master, name) == getattr(full_master, name)
        assert getattr(override, name) == getattr(full_override, name)
    assert (master.summary, master.classification, override.summary) == ("Busy", "PRIVATE", "Busy")


def test_busy_hides_parameters_head_and_todos():
    event = text("DTSTART;X-NOTE=secret;TZID=Europe/Berlin:20260101T090000").replace(
        "VERSION:2.0", "VERSION:2.0\r\nX-WR-CALNAME:secret"
    )
    assert "secret" not in busy(event)
    todo = "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nUID:t\r\nSUMMARY:secret\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
    assert "secret" not in busy(todo)
