"""A rule that nobody can mean for a calendar does not get into one."""

from __future__ import annotations

import pytest

from kalends.features.calendars.projection import TooDense, must_be_sparse
from kalends.ical import ObjectText, read
from workspaces import Town

EVENT = """BEGIN:VEVENT
UID:{uid}
DTSTAMP:20260101T000000Z
DTSTART:20260101T090000Z
DTEND:20260101T091000Z
RRULE:{rule}
END:VEVENT
"""


def calendar(*rules: str) -> str:
    events = "".join(EVENT.format(uid=f"{number}", rule=rule) for number, rule in enumerate(rules))
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//\n{events}END:VCALENDAR\n"


MINUTES = ",".join(map(str, range(60)))


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY",
        "FREQ=SECONDLY;COUNT=100000000",
        "FREQ=SECONDLY;COUNT=999999999",
        f"FREQ=DAILY;BYHOUR=1,2;BYMINUTE={MINUTES};BYSECOND=0,30",
    ],
)
def test_rules_that_flood_a_calendar_are_refused(rule: str) -> None:
    (found,) = read(calendar(rule)).objects
    with pytest.raises(TooDense, match="40000 times a year"):
        must_be_sparse(found.series)


@pytest.mark.parametrize(
    "rule",
    ["FREQ=HOURLY", "FREQ=MINUTELY;INTERVAL=15", "FREQ=SECONDLY;COUNT=1000", "FREQ=DAILY;COUNT=999999999"],
)
def test_rules_that_people_use_are_kept(rule: str) -> None:
    must_be_sparse(ObjectText.parse(calendar(rule)).series())


def test_an_import_keeps_what_can_be_kept_and_names_the_line_of_the_rest(home: Town) -> None:
    (anna,) = home.household("Anna")
    file = calendar("FREQ=WEEKLY", "FREQ=SECONDLY", "FREQ=DAILY;COUNT=999999999").encode()
    report = home.services.exchange.import_file(anna, home.default(anna), file)
    assert report.added == 2
    assert [(problem.code, problem.uid, problem.line) for problem in report.problems] == [
        ("too_dense", "1", 11)
    ]
