"""A rule follows when its whole series is moved."""

from datetime import date, datetime

import pytest

from kalends.engine.recurrence.moving import moved_rule
from kalends.engine.recurrence.rule import InvalidRule
from kalends.engine.zones import zone

BERLIN = zone("Europe/Berlin").tzinfo
MONDAY = datetime(2026, 3, 2, 9, tzinfo=BERLIN)


@pytest.mark.parametrize(
    "rule, after, moved",
    [
        ("FREQ=DAILY", MONDAY.replace(day=4), "FREQ=DAILY"),
        ("FREQ=WEEKLY;BYDAY=MO", MONDAY.replace(day=3), "FREQ=WEEKLY;BYDAY=TU"),
        ("FREQ=WEEKLY;BYDAY=MO,WE,SU", MONDAY.replace(day=3), "FREQ=WEEKLY;BYDAY=MO,TU,TH"),
        ("FREQ=MONTHLY;BYDAY=1MO", MONDAY.replace(day=10), "FREQ=MONTHLY;BYDAY=2TU"),
        ("FREQ=MONTHLY;BYDAY=-5MO", MONDAY.replace(day=31), "FREQ=MONTHLY;BYDAY=-1TU"),
        ("FREQ=MONTHLY;BYMONTHDAY=2", MONDAY.replace(day=5), "FREQ=MONTHLY;BYMONTHDAY=5"),
        ("FREQ=DAILY;BYHOUR=9", MONDAY.replace(hour=17), "FREQ=DAILY;BYHOUR=17"),
        ("FREQ=WEEKLY;BYDAY=MO", MONDAY.replace(hour=17), "FREQ=WEEKLY;BYDAY=MO"),
        # The last instance, 9:00 in summer time, keeps its place at 17:00.
        (
            "FREQ=WEEKLY;UNTIL=20260601T070000Z",
            MONDAY.replace(hour=17),
            "FREQ=WEEKLY;UNTIL=20260601T150000Z",
        ),
    ],
)
def test_a_moved_series_takes_its_rule_along(rule, after, moved):
    assert moved_rule(rule, MONDAY, after) == moved


def test_an_all_day_series_moves_its_end_by_days():
    assert (
        moved_rule("FREQ=DAILY;UNTIL=20260310", date(2026, 3, 2), date(2026, 3, 4))
        == "FREQ=DAILY;UNTIL=20260312"
    )


@pytest.mark.parametrize(
    "rule",
    ["FREQ=MONTHLY;BYMONTHDAY=2,16", "FREQ=YEARLY;BYYEARDAY=61", "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1"],
)
def test_a_rule_that_names_several_days_is_not_guessed_at(rule):
    with pytest.raises(InvalidRule, match="give the new rule"):
        moved_rule(rule, MONDAY, MONDAY.replace(day=3))
