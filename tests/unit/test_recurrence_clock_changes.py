"""Rules where the clock is turned: skipped and repeated local times, and a whole day that was lost."""

from __future__ import annotations

from datetime import datetime

import pytest

from kalends.engine.recurrence import expand
from kalends.engine.zones import zone

NEW_YORK = zone("America/New_York").tzinfo


def shown(rule: str, start: datetime) -> list[str]:
    return [f"{moment:%d %H:%M%z}" for moment in expand(rule, start)]


@pytest.mark.parametrize(
    "rule, start, expected",
    [
        # 02:30 on March 10 does not exist: the offset before the gap makes it 03:30 (RFC 5545 3.3.5).
        (
            "FREQ=DAILY;COUNT=3",
            datetime(2024, 3, 9, 2, 30),
            ["09 02:30-0500", "10 03:30-0400", "11 02:30-0400"],
        ),
        (
            "FREQ=HOURLY;COUNT=4",
            datetime(2024, 3, 10, 0, 30),
            ["10 00:30-0500", "10 01:30-0500", "10 03:30-0400", "10 04:30-0400"],
        ),
        (
            "FREQ=DAILY;BYHOUR=2,3;COUNT=3",
            datetime(2024, 3, 10, 0, 30),
            ["10 03:30-0400", "11 02:30-0400", "11 03:30-0400"],
        ),
        # 01:30 on November 3 happens twice, and is meant the first time.
        ("FREQ=DAILY;COUNT=2", datetime(2024, 11, 3, 1, 30), ["03 01:30-0400", "04 01:30-0500"]),
        (
            "FREQ=HOURLY;COUNT=3",
            datetime(2024, 11, 3, 0, 30),
            ["03 00:30-0400", "03 01:30-0400", "03 02:30-0500"],
        ),
        # A start in the second pass stays there, and what follows it too.
        (
            "FREQ=MINUTELY;INTERVAL=20;COUNT=3",
            datetime(2024, 11, 3, 1, 30, fold=1),
            ["03 01:30-0500", "03 01:50-0500", "03 02:10-0500"],
        ),
        ("FREQ=DAILY;COUNT=2", datetime(2024, 11, 3, 1, 30, fold=1), ["03 01:30-0500", "04 01:30-0500"]),
        (
            "FREQ=MINUTELY;INTERVAL=30;COUNT=5",
            datetime(2024, 3, 10, 1, 0),
            ["10 01:00-0500", "10 01:30-0500", "10 03:00-0400", "10 03:30-0400", "10 04:00-0400"],
        ),
    ],
)
def test_in_new_york(rule: str, start: datetime, expected: list[str]) -> None:
    assert shown(rule, start.replace(tzinfo=NEW_YORK)) == expected


def test_a_day_that_a_zone_lost_falls_on_the_next_and_is_given_once() -> None:
    apia = zone("Pacific/Apia").tzinfo
    found = shown("FREQ=DAILY;COUNT=3", datetime(2011, 12, 29, 9, tzinfo=apia))
    assert found == ["29 09:00-1000", "31 09:00+1400", "01 09:00+1400"]


def test_times_skipped_around_midnight_stay_in_order_across_chunks() -> None:
    # Paraguay's clocks jumped from 00:00 to 01:00.
    asuncion = zone("America/Asuncion").tzinfo
    found = shown("FREQ=HOURLY;UNTIL=20101003T060000Z", datetime(2010, 10, 2, 22, 15, tzinfo=asuncion))
    assert found == ["02 22:15-0400", "02 23:15-0400", "03 01:15-0300", "03 02:15-0300"]
