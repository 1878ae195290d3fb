"""The stored text of one object: what is read out of it, and what a change leaves alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from kalends.engine.recurrence import InvalidRule
from kalends.engine.series import Addition, Length
from kalends.engine.zones import zone
from kalends.ical import Alarm, Attendee, ObjectText, Rejected, project, read, series
from kalends.kit.errors import InvalidInput, NotFound

BERLIN, TOKYO = zone("Europe/Berlin").tzinfo, zone("Asia/Tokyo").tzinfo
OUTLOOK = (Path(__file__).parent.parent / "data" / "ical" / "outlook.ics").read_bytes()
STANDUP = read(OUTLOOK).objects[0].text
OVERRIDE = datetime(2026, 3, 11, 9, 30, tzinfo=BERLIN)


def one(*lines: str) -> ObjectText:
    text = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "BEGIN:VEVENT",
        "UID:a",
        *lines,
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    return ObjectText.parse("\r\n".join(text))


def lines_of(found: ObjectText, *names: str) -> list[str]:
    return [line.raw for line in found.parts[0].lines if line.name in names]


def test_everything_kalends_knows_is_read():
    master, override = project(STANDUP)
    assert master.uid == override.uid == "standup@example.org"
    assert master.start == datetime(2026, 3, 2, 9, 30, tzinfo=BERLIN)
    assert (master.length, master.end_form) == (Length(seconds=900), "end")
    assert (master.rules, master.exclusions) == (
        ("FREQ=WEEKLY;BYDAY=MO,WE;COUNT=6",),
        (datetime(2026, 3, 9, 9, 30, tzinfo=BERLIN),),
    )
    assert (master.location, master.categories, master.priority) == (
        "Room 4; north wing",
        ("Work", "Team"),
        "high",
    )
    assert master.organizer == Attendee(address="mailto:ann@example.org", name="Ann Example")
    assert master.attendees == (
        Attendee(address="mailto:bo@example.org", name="Example, Bo", response="accepted"),
        Attendee(address="mailto:cy@example.org", role="optional"),
    )
    assert master.alarms == (Alarm(action="DISPLAY", minutes_before=15),)
    assert (override.recurrence_id, override.summary, override.sequence) == (
        OVERRIDE,
        "Stand-up, in the afternoon",
        2,
    )
    assert len(series([master, override]).overrides) == 1


@pytest.mark.parametrize(
    "lines, expected",
    [
        (["DTSTART:20260101T090000Z"], {"length": Length(), "transparent": False, "end_form": "none"}),
        (["DTSTART;VALUE=DATE:20260101"], {"length": Length(days=1), "transparent": True, "all_day": True}),
        (["DTSTART:20260101"], {"start": date(2026, 1, 1)}),
        (["DTSTART;VALUE=DATE:20260101", "DTEND;VALUE=DATE:20260101"], {"length": Length(days=1)}),
        (["DTSTART;VALUE=DATE:20260101", "TRANSP:OPAQUE"], {"transparent": False}),
        (["DTSTART:20260101T090000"], {"start": datetime(2026, 1, 1, 9)}),
        (["DTSTART:20260101T0900Z"], {"start": datetime(2026, 1, 1, 9, tzinfo=UTC)}),
        (["DTSTART:20260101T235960Z"], {"start": datetime(2026, 1, 1, 23, 59, 59, tzinfo=UTC)}),
        (["DTSTART;TZID=Europe/Berlin:20260328T120000", "DURATION:P1D"], {"length": Length(days=1)}),
        (
            ["DTSTART;TZID=Europe/Berlin:20260328T120000", "DTEND;TZID=Europe/Berlin:20260329T120000"],
            {"length": Length(seconds=23 * 3600)},
        ),
        (
            ["DTSTART;TZID=Europe/Berlin:20260328T120000", "DTEND;TZID=Asia/Tokyo:20260329T120000"],
            {"length": Length(seconds=16 * 3600)},
        ),
        (["DTSTART:20260101T090000Z", "DURATION:P1W2DT3H4M5S"], {"length": Length(days=9, seconds=11045)}),
        (["DTSTART;VALUE=DATE:20260101", "DURATION:PT48H"], {"length": Length(days=2)}),
        (
            ["DTSTART:20260101T090000Z", "DTEND:20260101T100000Z", "DURATION:PT1H"],
            {"length": Length(seconds=3600)},
        ),
        (
            ["DTSTART:20260101", "STATUS:TENTATIVE", "PRIORITY:1", "CLASS:private"],
            {"status": "proposed", "priority": "critical", "classification": "PRIVATE"},
        ),
        (["DTSTART:20260101", "STATUS:CANCELLED", "PRIORITY:9"], {"status": "cancelled", "priority": "low"}),
        (
            [
                "DTSTART:20260101",
                "STATUS:WHATEVER",
                "PRIORITY:high",
                "SEQUENCE:x",
                "CREATED:00001231T000000Z",
            ],
            {"status": "confirmed", "priority": None, "sequence": 0, "created": None},
        ),
        (["DTSTART:20260101", "PRIORITY:0"], {"priority": None}),
        (["DTSTART:20260101", "CATEGORIES:A\\,B,C", "CATEGORIES:D, "], {"categories": ("A,B", "C", "D")}),
        (
            [
                "DTSTART:20260101T090000Z",
                "RDATE;VALUE=PERIOD:20260102T090000Z/PT2H,20260103T090000Z/20260103T093000Z",
            ],
            {
                "additions": (
                    Addition(start=datetime(2026, 1, 2, 9, tzinfo=UTC), length=Length(seconds=7200)),
                    Addition(start=datetime(2026, 1, 3, 9, tzinfo=UTC), length=Length(seconds=1800)),
                )
            },
        ),
        (
            ["DTSTART:20260101T090000Z", "EXDATE;VALUE=DATE:20260102,20260103"],
            {"exclusions": (date(2026, 1, 2), date(2026, 1, 3))},
        ),
        (
            [
                "DTSTART:20260101T090000Z",
                "X-KALENDS-FLEXIBILITY:flexible",
                "X-KALENDS-COMPLETED:20260101T100000Z",
            ],
            {"flexibility": "flexible", "completed": datetime(2026, 1, 1, 10, tzinfo=UTC)},
        ),
        (
            [
                "DTSTART:20260101T090000Z",
                "BEGIN:VALARM",
                "TRIGGER;RELATED=END:P1D",
                "ACTION:email",
                "END:VALARM",
                "BEGIN:VALARM",
                "TRIGGER;VALUE=DATE-TIME:20260101T080000Z",
                "END:VALARM",
                "BEGIN:VALARM",
                "TRIGGER:sometime",
                "END:VALARM",
            ],
            {
                "alarms": (
                    Alarm(action="EMAIL", minutes_before=-1440, from_end=True),
                    Alarm(action="DISPLAY", at=datetime(2026, 1, 1, 8, tzinfo=UTC)),
                )
            },
        ),
    ],
)
def test_a_property_is_read_as_the_rfc_and_practice_have_it(lines, expected):
    fields = one(*lines).event()
    assert {name: getattr(fields, name) for name in expected} == expected


def test_the_same_change_again_changes_no_octet():
    found = ObjectText.parse(STANDUP)
    again = found.with_fields(
        summary="Stand-up",
        start=datetime(2026, 3, 2, 9, 30, tzinfo=BERLIN),
        priority="high",
        attendees=found.event().attendees,
        exclusions=found.event().exclusions,
    )
    assert again.render() == found.render() == STANDUP


def test_a_change_touches_only_its_own_properties():
    changed = ObjectText.parse(STANDUP).with_fields(location="Hall, left", status="proposed")
    before, after = STANDUP.split("\r\n"), changed.render().split("\r\n")
    assert [line for line in before if line not in after] == ["LOCATION;LANGUAGE=en:Room 4\\; north wing"]
    assert [line for line in after if line not in before] == [
        "LOCATION;LANGUAGE=en:Hall\\, left",
        "STATUS:TENTATIVE",
    ]


@pytest.mark.parametrize(
    "start, length, lines",
    [
        (
            datetime(2026, 3, 3, 8, tzinfo=BERLIN),
            Length(seconds=3600),
            [
                "DTSTART;TZID=W. Europe Standard Time:20260303T080000",
                "DTEND;TZID=W. Europe Standard Time:20260303T090000",
            ],
        ),
        (
            datetime(2026, 3, 3, 8, tzinfo=TOKYO),
            Length(seconds=3600),
            ["DTSTART;TZID=Asia/Tokyo:20260303T080000", "DTEND;TZID=Asia/Tokyo:20260303T090000"],
        ),
        (
            datetime(2026, 3, 3, 8, tzinfo=UTC),
            Length(days=1, seconds=60),
            ["DTSTART:20260303T080000Z", "DURATION:P1DT1M"],
        ),
        (datetime(2026, 3, 3, 8), Length(seconds=60), ["DTSTART:20260303T080000", "DTEND:20260303T080100"]),
        (date(2026, 3, 3), Length(days=2), ["DTSTART;VALUE=DATE:20260303", "DTEND;VALUE=DATE:20260305"]),
        (
            datetime(2026, 10, 25, 1, 30, tzinfo=BERLIN),
            Length(seconds=5400),
            ["DTSTART;TZID=W. Europe Standard Time:20261025T013000", "DTEND:20261025T010000Z"],
        ),
    ],
)
def test_times_are_written_in_the_zone_and_form_they_have(start, length, lines):
    changed = ObjectText.parse(STANDUP).with_fields(start=start, length=length, rules=(), exclusions=())
    assert lines_of(changed, "DTSTART", "DTEND", "DURATION") == lines
    fields = changed.event()
    assert (fields.start, fields.length) == (start, length)


def test_the_second_pass_of_a_repeated_hour_survives():
    start = datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=BERLIN)
    fields = one("DTSTART:20260101T000000Z").with_fields(start=start, length=Length(seconds=60)).event()
    assert isinstance(fields.start, datetime)
    assert fields.start.astimezone(UTC) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert (str(fields.start.tzinfo), fields.start.fold) == ("Europe/Berlin", 1)
    assert fields.length == Length(seconds=60)


def test_a_flight_keeps_the_zone_it_lands_in():
    flight = one("DTSTART;TZID=Europe/Berlin:20260105T100000", "DTEND;TZID=Asia/Tokyo:20260106T060000")
    later = flight.with_fields(start=datetime(2026, 1, 5, 11, tzinfo=BERLIN))
    assert lines_of(later, "DTEND") == ["DTEND;TZID=Asia/Tokyo:20260106T070000"]


@pytest.mark.parametrize(
    "changes, lines",
    [
        ({"summary": "a, b; c\nd"}, [r"SUMMARY:a\, b\; c\nd"]),
        ({"categories": ("One, two", "Three")}, [r"CATEGORIES:One\, two,Three"]),
        ({"priority": "low"}, ["PRIORITY:7"]),
        ({"transparent": True}, ["TRANSP:TRANSPARENT"]),
        ({"sequence": 4}, ["SEQUENCE:4"]),
        ({"flexibility": "fixed"}, ["X-KALENDS-FLEXIBILITY:fixed"]),
        ({"stamp": datetime(2026, 1, 1, 10, tzinfo=BERLIN)}, ["DTSTAMP:20260101T090000Z"]),
        ({"rules": ("FREQ=DAILY;COUNT=3",)}, ["RRULE:FREQ=DAILY;COUNT=3"]),
        (
            {
                "additions": (
                    Addition(start=datetime(2026, 1, 3, 9, tzinfo=BERLIN), length=Length(seconds=60)),
                )
            },
            ["RDATE;VALUE=PERIOD;TZID=Europe/Berlin:20260103T090000/PT1M"],
        ),
        (
            {"exclusions": (datetime(2026, 1, 3, 9, tzinfo=BERLIN),)},
            ["EXDATE;TZID=Europe/Berlin:20260103T090000"],
        ),
        (
            {
                "attendees": (
                    Attendee(address="urn:uuid:1", name="Ann", response="needs_action", role="optional"),
                )
            },
            ["ATTENDEE;CN=Ann;ROLE=OPT-PARTICIPANT;PARTSTAT=NEEDS-ACTION:urn:uuid:1"],
        ),
    ],
)
def test_a_field_is_written_and_reads_back(changes, lines):
    found = ObjectText.new("new", datetime(2026, 1, 1, 9, tzinfo=BERLIN), **changes)
    (name,) = changes
    assert getattr(found.event(), name) == changes[name]
    assert [line.raw for line in found.parts[0].lines if line.name not in ("UID", "DTSTART")] == lines


def test_taking_a_field_away_takes_its_property_away():
    cleared = ObjectText.parse(STANDUP).with_fields(
        location="", priority=None, categories=(), attendees=(), rules=(), exclusions=()
    )
    assert not lines_of(cleared, "LOCATION", "PRIORITY", "CATEGORIES", "ATTENDEE", "RRULE", "EXDATE")


def test_one_exclusion_of_several_on_a_line_can_go():
    found = one(
        "DTSTART:20260101T090000Z", "RRULE:FREQ=DAILY", "EXDATE;X-A=b:20260102T090000Z,20260103T090000Z"
    )
    kept = found.with_fields(exclusions=(datetime(2026, 1, 3, 9, tzinfo=UTC),))
    assert lines_of(kept, "EXDATE") == ["EXDATE;X-A=b:20260103T090000Z"]


def test_an_answer_of_one_attendee_leaves_every_other_parameter():
    found = ObjectText.parse(STANDUP)
    bo, cy = found.event().attendees
    changed = found.with_fields(
        attendees=(Attendee(address=bo.address, name=bo.name, response="declined"), cy)
    )
    assert lines_of(changed, "ATTENDEE") == [
        'ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=DECLINED;RSVP=TRUE;CN="Example, Bo":mailto:bo@example.org',
        "ATTENDEE;ROLE=OPT-PARTICIPANT;PARTSTAT=NEEDS-ACTION:mailto:cy@example.org",
    ]


def test_an_override_is_made_from_its_master():
    at = datetime(2026, 3, 16, 9, 30, tzinfo=BERLIN)
    changed = ObjectText.parse(STANDUP).with_override(at, summary="Longer", length=Length(seconds=1800))
    override = changed.event(at)
    assert (override.start, override.summary, override.rules) == (at, "Longer", ())
    assert (override.location, override.alarms) == (
        "Room 4; north wing",
        (Alarm(action="DISPLAY", minutes_before=15),),
    )
    assert len(changed.events()) == 3
    assert changed.with_override(at, summary="Longer").render() == changed.render()
    assert changed.without_override(at).render() == STANDUP


def test_an_excluded_instance_loses_its_override():
    changed = ObjectText.parse(STANDUP).with_exclusion(OVERRIDE.astimezone(UTC))
    assert len(changed.parts) == 1
    assert OVERRIDE in changed.event().exclusions
    assert changed.with_exclusion(OVERRIDE) == changed


@pytest.mark.parametrize(
    "change, error",
    [
        (lambda found: found.with_fields(datetime(2026, 3, 4, 9, 30, tzinfo=BERLIN), summary="x"), NotFound),
        (lambda found: found.without_override(datetime(2026, 3, 4, 9, 30, tzinfo=BERLIN)), NotFound),
        (lambda found: found.with_fields(summary="bell \x07"), Rejected),
        (lambda found: found.with_fields(url="https://example.org\r\nATTACH:x"), Rejected),
        (lambda found: found.with_fields(rules=("FREQ=NEVER",)), InvalidRule),
        (lambda found: found.with_fields(stamp=datetime(2026, 1, 1)), InvalidInput),
        (lambda found: found.with_fields(uid="other"), InvalidInput),
    ],
)
def test_a_change_that_cannot_be_is_refused(change, error):
    with pytest.raises(error):
        change(ObjectText.parse(STANDUP))


@pytest.mark.parametrize(
    "text, issue",
    [
        ("", "not_a_component"),
        ("BEGIN:VCALENDAR\r\nEND:VCALENDAR", "no_component"),
        ("BEGIN:VEVENT\r\nUID:a\r\nEND:VEVENT", "not_a_calendar"),
        ("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nEND:VCALENDAR", "stray_end"),
        ("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a", "missing_end"),
        ("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR", "not_a_component"),
        ("\r\n".join(["BEGIN:VCALENDAR", *["BEGIN:X"] * 20]), "too_deep"),
        (
            "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:b\r\nEND:VEVENT\r\nEND:VCALENDAR",
            "several_uids",
        ),
    ],
)
def test_text_that_is_no_calendar_object_is_refused(text, issue):
    with pytest.raises(Rejected) as caught:
        ObjectText.parse(text)
    assert caught.value.issue == issue


def test_a_todo_is_kept_without_fields():
    todo = read(OUTLOOK).objects[2]
    assert (todo.events, ObjectText.parse(todo.text).component) == ((), "VTODO")


def test_the_length_of_an_override_follows_its_master():
    found = one("DTSTART:20260101T090000Z", "DTEND:20260101T100000Z", "RRULE:FREQ=DAILY")
    override = found.with_override(datetime(2026, 1, 2, 9, tzinfo=UTC)).event(
        datetime(2026, 1, 2, 9, tzinfo=UTC)
    )
    assert override.length == Length(seconds=3600)
    assert override.start + timedelta(hours=1) == datetime(2026, 1, 2, 10, tzinfo=UTC)


def test_an_occurrence_under_a_lasting_change_is_changed_from_there() -> None:
    lasting = """BEGIN:VEVENT
UID:a
DTSTAMP:20260101T000000Z
RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260316T090000
DTSTART;TZID=Europe/Berlin:20260317T110000
DTEND;TZID=Europe/Berlin:20260317T113000
SUMMARY:Later
END:VEVENT
"""
    series = """BEGIN:VEVENT
UID:a
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Berlin:20260302T090000
DTEND;TZID=Europe/Berlin:20260302T100000
RRULE:FREQ=WEEKLY
SUMMARY:Early
END:VEVENT
"""
    found = ObjectText.parse(f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//\n{series}{lasting}END:VCALENDAR\n")
    berlin = zone("Europe/Berlin").tzinfo
    early, late = datetime(2026, 3, 9, 9, tzinfo=berlin), datetime(2026, 4, 6, 9, tzinfo=berlin)
    assert found.instance(early).start == early
    assert found.instance(late).start == datetime(2026, 4, 7, 11, tzinfo=berlin)

    changed = found.with_override(late, location="Hall").event(late)
    assert changed.start == datetime(2026, 4, 7, 11, tzinfo=berlin)
    assert (changed.length.seconds, changed.summary, changed.location) == (1800, "Later", "Hall")
    assert not changed.this_and_future
    assert found.with_override(early, location="Hall").event(early).summary == "Early"
