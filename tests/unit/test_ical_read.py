"""Files as they come: structure, encodings, and what is refused of them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kalends.ical import Limits, NotCalendar, read, write
from kalends.kit.errors import TooLarge
from moments import in_utc

BERLIN = ZoneInfo("Europe/Berlin")
OUTLOOK = (Path(__file__).parent.parent / "data" / "ical" / "outlook.ics").read_bytes()


def calendar(*components: str) -> str:
    return "\r\n".join(
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//T//T//EN", *components, "END:VCALENDAR", ""]
    )


def event(*lines: str, uid: str = "a") -> str:
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", *lines, "END:VEVENT"])


GOOD = event("DTSTART:20260101T090000Z", "SUMMARY:Good", uid="good")


def refused(data: str | bytes) -> list[tuple[int, str | None, str]]:
    return [(problem.line, problem.uid, problem.code) for problem in read(data).problems]


def kept(data: str | bytes) -> list[str]:
    return [each.uid for each in read(data).objects]


def test_an_export_is_read_whole():
    document = read(OUTLOOK)
    assert not document.problems
    assert [(each.uid, each.component, len(each.blocks)) for each in document.objects] == [
        ("standup@example.org", "VEVENT", 2),
        ("call@example.org", "VEVENT", 1),
        ("todo@example.org", "VTODO", 1),
    ]
    assert (document.name, document.color, document.timezone, document.method) == (
        "Work, mostly",
        "#3B82F6FF",
        "Europe/Berlin",
        "PUBLISH",
    )


def test_what_was_read_is_written_back():
    assert write(read(OUTLOOK)).replace(b"\r\n ", b"") == OUTLOOK.replace(b"\n ", b"").replace(b"\n", b"\r\n")


def test_occurrences_come_in_order_as_the_engine_expands_them():
    rows = read(OUTLOOK).occurrences(date(2026, 3, 1), date(2026, 4, 1))
    assert [(uid.partition("@")[0], summary, f"{start:%m-%d %H:%M}") for uid, summary, start, _ in rows] == [
        ("standup", "Stand-up", "03-02 09:30"),
        ("standup", "Stand-up", "03-04 09:30"),
        ("standup", "Stand-up, in the afternoon", "03-11 14:00"),
        ("standup", "Stand-up", "03-16 09:30"),
        ("standup", "Stand-up", "03-18 09:30"),
        ("call", "Call with New York", "03-30 09:00"),
    ]
    assert rows[0][2] == datetime(2026, 3, 2, 9, 30, tzinfo=BERLIN)
    assert rows[-1][2] == datetime(2026, 3, 30, 13, 0, tzinfo=UTC)
    assert rows[-1][3] == datetime(2026, 3, 30, 13, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "start, end",
    [
        (date(2026, 1, 1), date(2026, 1, 2)),
        (datetime(2026, 1, 1), datetime(2026, 1, 2)),
        (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)),
        (datetime(2026, 1, 1, 1, tzinfo=BERLIN), datetime(2026, 1, 2, 1, tzinfo=BERLIN)),
    ],
)
def test_a_window_may_be_of_dates_or_of_times(start, end):
    data = calendar(
        event("DTSTART;VALUE=DATE:20260101", uid="day"),
        event("DTSTART:20260101T120000", uid="floating"),
        event("DTSTART:20260101T235900Z", uid="utc"),
        event("DTSTART:20260102T000000Z", uid="later"),
    )
    rows = read(data).occurrences(start, end)
    assert [(row[0], row[2], row[3]) for row in rows] == [
        ("day", date(2026, 1, 1), date(2026, 1, 2)),
        ("floating", datetime(2026, 1, 1, 12), datetime(2026, 1, 1, 12)),
        ("utc", datetime(2026, 1, 1, 23, 59, tzinfo=UTC), datetime(2026, 1, 1, 23, 59, tzinfo=UTC)),
    ]


FILE = calendar(event("DTSTART:20260101T090000Z", "SUMMARY:Grüße an " + "Zoë " * 30, "X-A;B=c:d"))


@pytest.mark.parametrize(
    "data",
    [
        FILE.encode(),
        "\ufeff" + FILE,
        FILE.replace("\r\n", "\n").encode(),
        FILE.replace("\r\n", "\r").encode(),
        FILE.replace("\r\n", "\r\r\n").encode(),
        FILE.replace("\r\n", "\r\n\r\n").encode(),
        b"\xef\xbb\xbf" + FILE.encode(),
        FILE.encode("utf-16"),
        FILE.encode("cp1252"),
        FILE.rstrip(),
        FILE.replace("VEVENT", "vevent").replace("BEGIN", "begin"),
    ],
    ids=[
        "plain",
        "text with BOM",
        "LF",
        "CR",
        "CRCRLF",
        "blank lines",
        "BOM",
        "UTF-16",
        "Windows-1252",
        "no last line end",
        "lower case",
    ],
)
def test_line_ends_and_encodings_of_every_sort_mean_the_same(data):
    document = read(data)
    assert not document.problems
    (fields,) = document.objects[0].events
    assert fields.summary == "Grüße an " + "Zoë " * 30
    assert write(document).upper().replace(b"\r\n ", b"") == FILE.encode().upper()


@pytest.mark.parametrize("width", [1, 2, 9, 10, 74])
@pytest.mark.parametrize("mark", ["\r\n ", "\n\t"])
def test_folds_may_stand_anywhere_even_inside_a_character(width, mark):
    octets = [
        mark.encode().join(line[at : at + width] for at in range(0, len(line), width))
        for line in FILE.encode().split(b"\r\n")
    ]
    document = read(b"\r\n".join(octets))
    assert not document.problems
    assert write(document).replace(b"\r\n ", b"") == FILE.encode()


@pytest.mark.parametrize(
    "lines, code, line",
    [
        (["SUMMARY:x"], "no_start", 4),
        (["DTSTART:yesterday"], "bad_time", 6),
        (["DTSTART:20260230T090000"], "bad_time", 6),
        (["DTSTART:00010101T000000Z"], "bad_time", 6),
        (["DTSTART:99991231T235959Z"], "bad_time", 6),
        (["DTSTART;VALUE=DATE:20260101T090000"], "bad_time", 6),
        (["DTSTART;TZID=Nowhere/Town:20260101T090000"], "unknown_zone", 6),
        (["DTSTART:20260101T090000Z", "DTEND:20260101T080000Z"], "ends_before_start", 7),
        (["DTSTART;VALUE=DATE:20260102", "DTEND;VALUE=DATE:20260101"], "ends_before_start", 7),
        (["DTSTART:20260101T090000Z", "DTEND;VALUE=DATE:20260102"], "mixed_forms", 7),
        (["DTSTART:20260101T090000Z", "DTEND:20260101T100000"], "mixed_forms", 7),
        (["DTSTART:20260101T090000Z", "DTEND:20260101T100000Z", "DURATION:PT2H"], "two_ends", 7),
        (["DTSTART:20260101T090000Z", "DURATION:-PT1H"], "bad_duration", 7),
        (["DTSTART:20260101T090000Z", "DURATION:soon"], "bad_duration", 7),
        (["DTSTART:20260101T090000Z", "DURATION:P999999W"], "bad_duration", 7),
        (["DTSTART;VALUE=DATE:20260101", "DURATION:PT1H"], "bad_duration", 7),
        (["DTSTART:20260101T090000Z", "RRULE:FREQ=SOMETIMES"], "bad_rule", 7),
        (["DTSTART;VALUE=DATE:20260101", "RRULE:FREQ=HOURLY"], "bad_rule", 7),
        (["DTSTART:20260101T090000Z", "RRULE:FREQ=DAILY;COUNT=2;UNTIL=20270101"], "bad_rule", 7),
        (["DTSTART:20260101T090000Z", "EXDATE:20260101T090000Z,never"], "bad_time", 7),
        (["DTSTART:20260101T090000Z", "RDATE;VALUE=PERIOD:20260101T090000Z/-PT1H"], "bad_duration", 7),
        (["DTSTART:20260101T090000Z", "RECURRENCE-ID;RANGE=THISANDPRIOR:20260101T090000Z"], "bad_range", 7),
        (["DTSTART:20260101T090000Z", "SUMMARY:a\x00b"], "control_character", 7),
        (["DTSTART:20260101T090000Z", "SUMMARY:a", " \x0bb"], "control_character", 7),
        (["DTSTART:20260101T090000Z", "END:X-NOTHING"], "stray_end", 7),
    ],
)
def test_an_event_that_makes_no_sense_is_refused_with_its_line_and_the_others_stay(lines, code, line):
    data = calendar(event(*lines), GOOD)
    assert refused(data) == [(line, "a", code)]
    assert kept(data) == ["good"]
    assert b"UID:a" not in write(read(data))


@pytest.mark.parametrize(
    "data, problems, uids",
    [
        (
            calendar("BEGIN:VEVENT\r\nUID:a\r\nDTSTART:20260101T090000Z", GOOD),
            [(4, "a", "missing_end")],
            ["good"],
        ),
        (
            calendar(GOOD, "BEGIN:VEVENT\r\nUID:a\r\nDTSTART:20260101T090000Z"),
            [(9, "a", "missing_end")],
            ["good"],
        ),
        (
            calendar(event("DTSTART:20260101T090000Z", "BEGIN:VALARM", "ACTION:AUDIO"), GOOD),
            [(4, "a", "missing_end")],
            ["good"],
        ),
        (calendar(event("BEGIN:X-A", "BEGIN:X-B", "END:X-A"), GOOD), [(8, "a", "stray_end")], ["good"]),
        (calendar("END:VEVENT", GOOD), [(4, None, "stray_end")], ["good"]),
        (calendar(GOOD).replace("END:VCALENDAR\r\n", ""), [(1, None, "missing_end")], ["good"]),
        (calendar(GOOD) + "END:VCALENDAR\r\n", [(10, None, "stray_end")], ["good"]),
        (calendar(GOOD) + event("DTSTART:20260101"), [(10, None, "outside_calendar")], ["good"]),
        (calendar(event("DTSTART:20260101T090000Z", "not a property")), [(7, "a", "bad_line")], ["a"]),
        (calendar("not a property", GOOD), [(4, None, "bad_line")], ["good"]),
        (
            calendar(GOOD, event("DTSTART:20260101"), event("DTSTART:20260102")),
            [(9, "a", "superseded")],
            ["good", "a"],
        ),
        (
            calendar(event("DTSTART:20260101"), "BEGIN:VTODO\r\nUID:a\r\nEND:VTODO"),
            [(8, "a", "uid_taken")],
            ["a"],
        ),
    ],
    ids=[
        "event not closed",
        "last event not closed",
        "alarm not closed",
        "crossed",
        "stray end",
        "calendar not closed",
        "closed twice",
        "outside",
        "bad line in an event",
        "bad line in the calendar",
        "twice",
        "two kinds",
    ],
)
def test_broken_structure_costs_only_what_is_broken(data, problems, uids):
    assert refused(data) == problems
    assert kept(data) == uids


def test_lines_are_counted_as_they_stand_in_the_file_folds_and_blanks_included():
    data = calendar(event("DTSTART:2026", " 0101T0900", " 00Z", "", "SUMMARY:x", "RRULE:FREQ=", "\tNEVER"))
    assert refused(data) == [(11, "a", "bad_rule")]


@pytest.mark.parametrize(
    "data",
    [
        "",
        "hello",
        b"\x00\xff" * 50,
        "BEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\n",
        "<html>BEGIN:VCALENDAR</html>",
    ],
)
def test_data_without_a_calendar_is_no_icalendar(data):
    with pytest.raises(NotCalendar):
        read(data)


@pytest.mark.parametrize(
    "data, limits, setting",
    [
        (calendar(GOOD), Limits(max_bytes=50), "ical_max_bytes"),
        (calendar(GOOD, GOOD, GOOD), Limits(max_components=2), "ical_max_components"),
        (calendar(event(*["BEGIN:X-DEEP"] * 10_000)), Limits(), "ical_max_depth"),
    ],
)
def test_input_over_a_limit_is_refused_by_the_name_of_the_setting(data, limits, setting):
    with pytest.raises(TooLarge) as caught:
        read(data, limits=limits)
    assert caught.value.fields["setting"] == setting


def test_an_overlong_line_refuses_its_event_alone():
    data = calendar(event("DTSTART:20260101", "SUMMARY:" + "x" * 100), GOOD)
    assert [problem.code for problem in read(data, limits=Limits(max_line=99)).problems] == ["line_too_long"]


def test_a_window_may_be_all_of_time():
    document = read(calendar(GOOD))
    for zone in (None, UTC, BERLIN):
        window = datetime.min.replace(tzinfo=zone), datetime.max.replace(tzinfo=zone)
        assert len(document.occurrences(*window)) == 1
    assert len(document.occurrences(date.min, date.max)) == 1


def test_endless_and_dense_rules_stop_at_the_limit():
    data = calendar(event("DTSTART:20260101T000000Z", "RRULE:FREQ=MINUTELY"))
    document = read(data, limits=Limits(max_occurrences=1000))
    assert len(document.occurrences(date(2026, 1, 1), datetime(2026, 1, 1, 16, 40))) == 1000
    with pytest.raises(TooLarge) as caught:
        document.occurrences(date(2026, 1, 1), date(2026, 1, 2))
    assert caught.value.fields["uid"] == "a"


@pytest.mark.parametrize(
    "older, newer",
    [
        (("SEQUENCE:1", "DTSTAMP:20260102T000000Z"), ("SEQUENCE:2", "DTSTAMP:20260101T000000Z")),
        (("DTSTAMP:20260101T000000Z",), ("DTSTAMP:20260102T000000Z",)),
        (("SEQUENCE:1",), ("SEQUENCE:1",)),
    ],
)
def test_of_two_with_one_uid_the_newer_stays(older, newer):
    first = event("DTSTART:20260101", "SUMMARY:older", *older)
    second = event("DTSTART:20260101", "SUMMARY:newer", *newer)
    for data in (
        (calendar(first, second),) if older == newer else (calendar(first, second), calendar(second, first))
    ):
        document = read(data)
        assert [each.summary for each in document.objects[0].events] == ["newer"]
        assert [problem.code for problem in document.problems] == ["superseded"]
        assert b"SUMMARY:older" not in write(document)


def test_an_event_without_uid_gets_the_same_one_each_time():
    def data(stamp: str) -> str:
        return calendar(event("DTSTART:20260101", f"DTSTAMP:{stamp}", "SUMMARY:x")).replace("UID:a\r\n", "")

    (uid,) = kept(data("20260101T000000Z"))
    assert uid
    assert kept(data("20260909T000000Z")) == [uid]
    assert kept(write(read(data("20260101T000000Z")))) == [uid]
    assert kept(data("20260101T000000Z").replace("SUMMARY:x", "SUMMARY:y")) != [uid]


def test_several_calendars_in_one_file_keep_their_own_zones():
    zone = "BEGIN:VTIMEZONE\r\nTZID:Mine\r\nX-LIC-LOCATION:{}\r\nEND:VTIMEZONE"
    first = calendar(zone.format("Europe/Berlin"), event("DTSTART;TZID=Mine:20260101T120000", uid="b"))
    second = calendar(zone.format("Asia/Tokyo"), event("DTSTART;TZID=Mine:20260101T120000", uid="t"))
    document = read(first + second)
    assert [in_utc(each.events[0].start).hour for each in document.objects] == [11, 3]
    assert write(document) == (first + second).encode()
