"""What is refused, and in which words."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from kalends.engine.recurrence import ExpansionLimit, InvalidRule, expand
from kalends.kit.errors import KalendsError

START = datetime(2024, 1, 1, 9)


@pytest.mark.parametrize(
    "rule, part",
    [
        ("", ""),
        ("FREQ", "FREQ"),
        ("FREQ=", "FREQ"),
        ("INTERVAL=2", "FREQ"),
        ("FREQ=FORTNIGHTLY", "FREQ"),
        ("FREQ=DAILY;", ""),
        ("FREQ=DAILY;FREQ=DAILY", "FREQ"),
        ("FREQ=DAILY;BYEASTER=1", "BYEASTER"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL"),
        ("FREQ=DAILY;INTERVAL=-1", "INTERVAL"),
        ("FREQ=DAILY;INTERVAL=1.5", "INTERVAL"),
        ("FREQ=DAILY;COUNT=0", "COUNT"),
        ("FREQ=DAILY;COUNT=٣", "COUNT"),
        ("FREQ=DAILY;COUNT=3;UNTIL=20240101", "COUNT"),
        ("FREQ=DAILY;UNTIL=20240230", "UNTIL"),
        ("FREQ=DAILY;UNTIL=2024-01-01", "UNTIL"),
        ("FREQ=DAILY;UNTIL=20240101T250000Z", "UNTIL"),
        ("FREQ=DAILY;BYSECOND=61", "BYSECOND"),
        ("FREQ=DAILY;BYMINUTE=60", "BYMINUTE"),
        ("FREQ=DAILY;BYHOUR=24", "BYHOUR"),
        ("FREQ=DAILY;BYHOUR=-1", "BYHOUR"),
        ("FREQ=DAILY;BYHOUR=1,,2", "BYHOUR"),
        ("FREQ=DAILY;BYDAY=XX", "BYDAY"),
        ("FREQ=DAILY;BYDAY=MO TU", "BYDAY"),
        ("FREQ=MONTHLY;BYDAY=0MO", "BYDAY"),
        ("FREQ=MONTHLY;BYDAY=54MO", "BYDAY"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY"),
        ("FREQ=YEARLY;BYYEARDAY=367", "BYYEARDAY"),
        ("FREQ=YEARLY;BYWEEKNO=54", "BYWEEKNO"),
        ("FREQ=YEARLY;BYMONTH=13", "BYMONTH"),
        ("FREQ=YEARLY;BYMONTH=5L", "BYMONTH"),
        ("FREQ=YEARLY;BYMONTH=-1", "BYMONTH"),
        ("FREQ=YEARLY;BYMONTH=1;BYSETPOS=0", "BYSETPOS"),
        ("FREQ=DAILY;WKST=1", "WKST"),
        # What RFC 5545 3.3.10 forbids to stand together.
        ("FREQ=DAILY;BYSETPOS=1", "BYSETPOS"),
        ("FREQ=MONTHLY;BYWEEKNO=1", "BYWEEKNO"),
        ("FREQ=WEEKLY;BYDAY=1MO", "BYDAY"),
        ("FREQ=DAILY;BYDAY=-1MO", "BYDAY"),
        ("FREQ=HOURLY;BYDAY=2TU", "BYDAY"),
        ("FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO", "BYDAY"),
        ("FREQ=DAILY;BYYEARDAY=1", "BYYEARDAY"),
        ("FREQ=WEEKLY;BYYEARDAY=1", "BYYEARDAY"),
        ("FREQ=MONTHLY;BYYEARDAY=1", "BYYEARDAY"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY"),
        # RFC 7529.
        ("FREQ=DAILY;SKIP=FORWARD", "SKIP"),
        ("RSCALE=GREGORIAN;FREQ=DAILY;SKIP=SIDEWAYS", "SKIP"),
        ("RSCALE=HEBREW;FREQ=YEARLY", "RSCALE"),
    ],
)
def test_rules_are_refused_at_once_and_name_the_part(rule: str, part: str) -> None:
    with pytest.raises(InvalidRule) as refusal:
        expand(rule, START)
    assert refusal.value.code == "invalid_rule"
    assert refusal.value.fields["part"] == part


def test_a_rule_of_absurd_length_is_refused() -> None:
    with pytest.raises(InvalidRule, match="characters"):
        expand("FREQ=DAILY;BYHOUR=" + "1," * 100_000 + "1", START)


@pytest.mark.parametrize("freq", ["HOURLY", "MINUTELY", "SECONDLY"])
def test_a_date_cannot_repeat_within_the_day(freq: str) -> None:
    with pytest.raises(InvalidRule, match="not a date"):
        expand(f"FREQ={freq}", date(2024, 1, 1))


@pytest.mark.parametrize("rule", ["FREQ=SECONDLY", "FREQ=SECONDLY;BYDAY=MO;COUNT=90000000"])
def test_a_rule_too_dense_for_the_limit_says_so(rule: str) -> None:
    with pytest.raises(ExpansionLimit, match="50000") as refusal:
        list(expand(rule, START, end=date(2090, 1, 1), max_work=50_000))
    assert isinstance(refusal.value, KalendsError)
    assert refusal.value.code == "expansion_limit"


@pytest.mark.parametrize("rule", ["RRULE:FREQ=DAILY;COUNT=1", "freq=daily;count=1", " FREQ=DAILY;COUNT=01 "])
def test_harmless_spellings_are_tolerated(rule: str) -> None:
    assert list(expand(rule, START)) == [START]
