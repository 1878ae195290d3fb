"""A rule follows when its whole series is moved."""

from datetime import datetime

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
    ],
)
def test_a_moved_series_takes_its_rule_along(rule: str, after: datetime, moved: str) -> None:
    assert moved_rule(rule, MONDAY, after) == moved


@pytest.mark.parametrize(
    "rule",
    ["FREQ=MONTHLY;BYMONTHDAY=2,16", "FREQ=YEARLY;BYYEARDAY=61", "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1"],
)
def test_a_rule_that_names_several_days_is_not_guessed_at(rule: str) -> None:
    with pytest.raises(InvalidRule, match="give the new rule"):
        moved_rule(rule, MONDAY, MONDAY.replace(day=3))
