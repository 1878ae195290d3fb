"""What a TZID means, and how a zone is written."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from kalends.engine.zones import zone, zone_names
from kalends.ical import Rejected, read
from kalends.ical.components import parse_component
from kalends.ical.tzids import Zones, resolve
from kalends.ical.tznames import iana_name
from kalends.ical.vtimezone import zone_from_rules
from kalends.ical.zonetext import timezone_text
from moments import in_utc

MOMENTS = np.arange(0, 4_102_444_800, 11 * 3600, dtype=np.int64)  # 1970 to 2100


def definition(*lines: str) -> str:
    return "\n".join(["BEGIN:VTIMEZONE", "TZID:Own", *lines, "END:VTIMEZONE"])


def observance(kind: str, *lines: str) -> list[str]:
    return [f"BEGIN:{kind}", *lines, f"END:{kind}"]


EUROPE = [
    *observance(
        "STANDARD",
        "DTSTART:19701025T030000",
        "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
        "TZOFFSETFROM:+0200",
        "TZOFFSETTO:+0100",
    ),
    *observance(
        "DAYLIGHT",
        "DTSTART:19700329T020000",
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0200",
    ),
]


@pytest.mark.parametrize(
    "tzid, name",
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("/Europe/Berlin", "Europe/Berlin"),
        ("/mozilla.org/20050126_1/Europe/Berlin", "Europe/Berlin"),
        ("/freeassociation.sourceforge.net/Tzfile/America/Argentina/Ushuaia", "America/Argentina/Ushuaia"),
        ("/citadel.org/20070227_1/Europe/London", "Europe/London"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("Eastern Standard Time", "America/New_York"),
        ("US/Pacific", "US/Pacific"),
        ("UTC", "UTC"),
        ("(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", "Europe/Amsterdam"),
        ("(GMT-05.00) Eastern Time (US & Canada)", None),
        ("(GMT-05:00) Eastern Time (US & Canada)", "America/New_York"),
        ("(UTC) Coordinated Universal Time", "UTC"),
        ("(UTC-03:00) Berlin", None),
        ("Customized Time Zone", None),
        ("Nowhere/Town", None),
        ("/vendor/EST", None),
        ("", None),
    ],
)
def test_a_name_that_means_a_zone_is_understood(tzid, name):
    assert iana_name(tzid) == name


def test_a_definition_is_matched_to_the_zone_that_behaves_so():
    found = resolve("Own", definition(*EUROPE))
    assert str(found) in zone_names()  # Berlin, Budapest and others are alike today
    assert np.array_equal(
        zone(str(found)).to_local(MOMENTS[-20_000:]), zone("Europe/Berlin").to_local(MOMENTS[-20_000:])
    )


def test_the_location_that_a_definition_names_comes_before_its_rules():
    assert str(resolve("Own", definition("X-LIC-LOCATION:Asia/Tokyo", *EUROPE))) == "Asia/Tokyo"


def test_rules_that_no_zone_follows_make_a_zone_of_their_own():
    found = resolve(
        "Own",
        definition(
            *observance("STANDARD", "DTSTART:20000101T000000", "TZOFFSETFROM:+0500", "TZOFFSETTO:+0517"),
            *observance(
                "DAYLIGHT",
                "DTSTART:20260601T000000",
                "RDATE:20280601T000000",
                "TZOFFSETFROM:+0517",
                "TZOFFSETTO:+0630",
            ),
            *observance(
                "STANDARD",
                "DTSTART:20260701T000000",
                "RRULE:FREQ=YEARLY;UNTIL=20280630T173000Z",
                "TZOFFSETFROM:+0630",
                "TZOFFSETTO:+0517",
            ),
        ),
    )
    offsets = [
        int(found.utcoffset(datetime(*when)).total_seconds() // 60)  # type: ignore[union-attr]
        for when in [(1990, 1, 1), (2026, 1, 1), (2026, 6, 15), (2026, 8, 1), (2028, 6, 15), (2028, 8, 1)]
    ]
    assert offsets == [300, 317, 390, 317, 390, 317]


@pytest.mark.parametrize(
    "lines",
    [
        [],
        observance("STANDARD", "DTSTART:20000101T000000", "TZOFFSETTO:+0100"),
        observance("STANDARD", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0100"),
        observance("STANDARD", "DTSTART:20000101T000000", "TZOFFSETFROM:+9900", "TZOFFSETTO:+0100"),
        observance("STANDARD", "DTSTART:20000101", "TZOFFSETFROM:+0000", "TZOFFSETTO:+0100"),
        observance(
            "STANDARD", "DTSTART:20000101T000000", "TZOFFSETFROM:+0000", "TZOFFSETTO:+0100", "RRULE:FREQ=X"
        ),
        observance(
            "STANDARD",
            "DTSTART:20000101T000000",
            "TZOFFSETFROM:+0000",
            "TZOFFSETTO:+0100",
            "RRULE:FREQ=SECONDLY",
        ),
    ],
    ids=[
        "empty",
        "no offset before",
        "no start",
        "offset over a day",
        "start without time",
        "bad rule",
        "dense rule",
    ],
)
def test_a_definition_that_says_nothing_usable_leaves_the_zone_unknown(lines):
    with pytest.raises(Rejected) as caught:
        Zones({"Own": definition(*lines)})("Own")
    assert caught.value.issue == "unknown_zone"


def test_only_the_definitions_of_foreign_names_go_with_an_object():
    zones = Zones({"Own": definition(*EUROPE), "Europe/Berlin": definition(*EUROPE)})
    assert zones.definitions_for(["Europe/Berlin", "Own", "Own", "Other"]) == [definition(*EUROPE)]


def test_the_second_pass_of_a_repeated_hour_is_the_zones_own_affair():
    (each,) = read(
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART;TZID=Europe/Berlin:20261025T023000\r\n"
        "DTEND:20261025T013000Z\r\nEND:VEVENT\r\nEND:VCALENDAR"
    ).objects
    assert in_utc(each.events[0].start) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert each.events[0].length.seconds == 3600


@pytest.mark.parametrize(
    "name",
    [
        "Europe/Berlin",
        "America/New_York",
        "Europe/Dublin",
        "Africa/Casablanca",
        "Africa/Cairo",
        "Asia/Jerusalem",
        "Asia/Gaza",
        "America/Nuuk",
        "Australia/Lord_Howe",
        "America/Santiago",
        "Asia/Kolkata",
        "Pacific/Apia",
        "Antarctica/Troll",
        "Asia/Tehran",
        "Africa/Monrovia",
        "UTC",
        "Etc/GMT+12",
    ],
)
def test_a_zone_is_written_so_that_it_reads_back_as_it_is(name):
    text = timezone_text(name)
    assert text is not None
    written = zone_from_rules(parse_component(text.split("\n")), name)
    known = zone(name)
    assert np.array_equal(written.to_local(MOMENTS), known.to_local(MOMENTS))


def test_a_zone_that_is_none_has_no_text():
    assert timezone_text("Nowhere/Town") is None
    assert "Nowhere/Town" not in zone_names()
