"""Moving a series with all that hangs on it, and cutting one in two."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from kalends.engine.recurrence.instances import occurrences
from kalends.engine.series import Length
from kalends.engine.zones import zone
from kalends.ical import ObjectText, moved, split
from kalends.kit.errors import InvalidInput, NotFound

BERLIN, NEW_YORK = zone("Europe/Berlin").tzinfo, zone("America/New_York").tzinfo
FROM, UNTIL = date(2026, 1, 1), date(2027, 1, 1)


def at(day: int, hour: int = 9, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=BERLIN)


def weekly(*rules: str, **changes: Any) -> ObjectText:
    found = ObjectText.new("a", at(2), length=Length(seconds=3600), rules=rules, **changes)
    return found.with_fields(summary="Weekly")


def times(found: ObjectText) -> list[tuple[object, str]]:
    events = found.events()
    summaries = [event.summary for event in events if event.recurrence_id is not None]
    return [
        (each.start, "Weekly" if each.override is None else summaries[each.override])
        for each in occurrences(found.series(), FROM, UNTIL)
    ]


def test_overrides_exclusions_and_the_end_move_along():
    found = weekly("FREQ=WEEKLY;UNTIL=20260330T070000Z").with_exclusion(at(9))
    found = found.with_override(at(16), summary="Changed").with_override(
        at(23), start=at(24, 14), summary="Moved"
    )
    assert times(found) == [(at(2), "Weekly"), (at(16), "Changed"), (at(24, 14), "Moved"), (at(30), "Weekly")]
    later = moved(found, at(2, 11))
    assert times(later) == [
        (at(2, 11), "Weekly"),
        (at(16, 11), "Changed"),
        (at(24, 16), "Moved"),
        (at(30, 11), "Weekly"),
    ]
    assert times(moved(later, at(2))) == times(found)


def test_a_move_by_exactly_one_interval_keeps_every_override_on_its_own():
    found = weekly("FREQ=WEEKLY;COUNT=4")
    found = found.with_override(at(9), summary="second").with_override(at(16), summary="third")
    assert times(moved(found, at(9))) == [
        (at(9), "Weekly"),
        (at(16), "second"),
        (at(23), "third"),
        (at(30), "Weekly"),
    ]


def test_a_move_to_another_zone_keeps_the_wall_clock_given():
    found = weekly("FREQ=WEEKLY;COUNT=3").with_exclusion(at(9))
    assert times(moved(found, datetime(2026, 3, 2, 9, tzinfo=NEW_YORK))) == [
        (datetime(2026, 3, 2, 9, tzinfo=NEW_YORK), "Weekly"),
        (datetime(2026, 3, 16, 9, tzinfo=NEW_YORK), "Weekly"),
    ]


def test_a_timed_series_becomes_all_day_and_back():
    found = (
        weekly("FREQ=WEEKLY;UNTIL=20260323T080000Z")
        .with_exclusion(at(9))
        .with_override(at(16), summary="Changed")
    )
    days = moved(found, date(2026, 3, 3), length=Length(days=1))
    assert times(days) == [
        (date(2026, 3, 3), "Weekly"),
        (date(2026, 3, 17), "Changed"),
        (date(2026, 3, 24), "Weekly"),
    ]
    assert times(moved(days, at(2), length=Length(seconds=3600))) == times(found)
    with pytest.raises(InvalidInput):
        moved(found, date(2026, 3, 3))


def test_a_move_past_the_calendar_is_refused():
    found = weekly("FREQ=WEEKLY;UNTIL=99981231T235959Z").with_override(
        at(9), start=datetime(9998, 12, 31, 12)
    )
    with pytest.raises(InvalidInput):
        moved(found, at(2).replace(year=9000))


@pytest.mark.parametrize(
    "rule, first, second",
    [
        ("FREQ=WEEKLY;COUNT=5", "FREQ=WEEKLY;COUNT=2", "FREQ=WEEKLY;COUNT=3"),
        ("FREQ=WEEKLY", "FREQ=WEEKLY;UNTIL=20260316T075959Z", "FREQ=WEEKLY"),
        (
            "UNTIL=20260330T070000Z;FREQ=WEEKLY",
            "FREQ=WEEKLY;UNTIL=20260316T075959Z",
            "UNTIL=20260330T070000Z;FREQ=WEEKLY",
        ),
        ("FREQ=WEEKLY;UNTIL=20260401", "FREQ=WEEKLY;UNTIL=20260316T075959Z", "FREQ=WEEKLY;UNTIL=20260401"),
        (
            "FREQ=WEEKLY;BYDAY=MO,TU;COUNT=5",
            "FREQ=WEEKLY;BYDAY=MO,TU;COUNT=4",
            "FREQ=WEEKLY;BYDAY=MO,TU;COUNT=1",
        ),
    ],
)
def test_a_split_divides_the_rule(rule, first, second):
    found = weekly(rule)
    before, after = split(found, at(16), "b")
    assert (before.event().rules, after.event().rules) == ((first,), (second,))
    assert (before.uid, after.uid) == ("a", "b")
    assert times(before) + times(after) == times(found)


def test_a_split_gives_each_side_its_own():
    found = weekly("FREQ=WEEKLY;COUNT=6").with_exclusion(at(9)).with_exclusion(at(23))
    found = found.with_override(at(2), summary="First").with_override(
        at(30), start=at(31, 10), summary="Late"
    )
    before, after = split(found, at(16), "b")
    assert times(before) + times(after) == times(found)
    assert (before.event().exclusions, after.event().exclusions) == ((at(9),), (at(23),))
    assert [event.summary for event in before.events()] == ["Weekly", "First"]
    assert [event.summary for event in after.events()] == ["Weekly", "Late"]


def test_a_split_counts_a_start_that_the_rule_does_not_give():
    found = weekly("FREQ=WEEKLY;BYDAY=WE;COUNT=4")
    assert times(found) == [(at(day), "Weekly") for day in (2, 4, 11, 18)]
    before, after = split(found, at(11), "b")
    assert times(before) + times(after) == times(found)


@pytest.mark.parametrize("replaced", [False, True])
def test_a_change_that_lasts_is_carried_over_the_cut(replaced):
    found = weekly("FREQ=WEEKLY;COUNT=5").with_override(at(9), start=at(9, 15), summary="Afternoons")
    text = found.render().replace("RECURRENCE-ID;", "RECURRENCE-ID;RANGE=THISANDFUTURE;")
    found = ObjectText.parse(text)
    if replaced:
        found = found.with_override(at(16), start=at(17, 8), summary="Once")
    before, after = split(found, at(16), "b")
    assert times(before) + times(after) == times(found)


def test_a_split_of_days_and_of_floating_times():
    days = ObjectText.new("a", date(2026, 3, 2), rules=("FREQ=DAILY;INTERVAL=2",))
    before, after = split(days, date(2026, 3, 6), "b")
    assert before.event().rules == ("FREQ=DAILY;INTERVAL=2;UNTIL=20260305",)
    assert times(before) + times(after) == times(days)
    floating = ObjectText.new("a", datetime(2026, 3, 2, 9), rules=("FREQ=DAILY;COUNT=9",))
    before, after = split(floating, datetime(2026, 3, 6, 9), "b")
    assert times(before) + times(after) == times(floating)


@pytest.mark.parametrize(
    "cut, error",
    [(at(2), InvalidInput), (at(3), NotFound), (at(16, 10), NotFound), (date(2026, 3, 16), NotFound)],
)
def test_a_split_needs_an_instance_and_something_before_it(cut, error):
    with pytest.raises(error):
        split(weekly("FREQ=WEEKLY"), cut, "b")


def test_a_split_leaves_an_override_of_another_zone_in_place():
    found = weekly("FREQ=WEEKLY;COUNT=4").with_override(
        at(23), start=datetime(2026, 3, 23, 9, tzinfo=NEW_YORK)
    )
    moment = replace(found.events()[1]).start
    assert isinstance(moment, datetime)
    before, after = split(found, at(16).astimezone(UTC), "b")
    assert times(before) + times(after) == times(found)
    assert (moment, "Weekly") in times(after)
    assert moved(found, at(2) + timedelta(hours=1)).events()[1].start == moment + timedelta(hours=1)
