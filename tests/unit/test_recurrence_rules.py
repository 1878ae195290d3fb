"""Which instances a rule gives: tables by frequency and by BY part."""

from __future__ import annotations

from datetime import date, datetime
from itertools import islice, pairwise

import pytest

from kalends.engine.recurrence import expand, expand_utc
from kalends.engine.zones import zone

NEW_YORK = zone("America/New_York").tzinfo


def days(rule: str, start: date, limit: int = 6) -> list[str]:
    return [f"{day:%Y-%m-%d}" for day in expand(rule, start, limit=limit)]


@pytest.mark.parametrize(
    "rule, start, expected",
    [
        ("FREQ=DAILY", date(2024, 2, 28), ["2024-02-28", "2024-02-29", "2024-03-01"]),
        ("FREQ=DAILY;INTERVAL=30", date(2024, 1, 1), ["2024-01-01", "2024-01-31", "2024-03-01"]),
        ("FREQ=DAILY;BYMONTHDAY=-1", date(2023, 1, 1), ["2023-01-31", "2023-02-28", "2023-03-31"]),
        ("FREQ=DAILY;BYDAY=SA,SU;BYMONTH=1", date(2024, 1, 28), ["2024-01-28", "2025-01-04", "2025-01-05"]),
        ("FREQ=WEEKLY", date(2024, 5, 8), ["2024-05-08", "2024-05-15", "2024-05-22"]),
        ("FREQ=WEEKLY;BYDAY=TU,TH", date(2024, 5, 8), ["2024-05-09", "2024-05-14", "2024-05-16"]),
        # With a week begun on Monday the Sunday ends the start's own week; begun on Sunday it opens it.
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=MO",
            date(2024, 5, 7),
            ["2024-05-07", "2024-05-12", "2024-05-21"],
        ),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU",
            date(2024, 5, 7),
            ["2024-05-07", "2024-05-19", "2024-05-21"],
        ),
        ("FREQ=MONTHLY", date(2023, 1, 31), ["2023-01-31", "2023-03-31", "2023-05-31"]),
        ("FREQ=MONTHLY;BYDAY=-1FR", date(2024, 1, 1), ["2024-01-26", "2024-02-23", "2024-03-29"]),
        ("FREQ=MONTHLY;BYDAY=5WE", date(2024, 1, 1), ["2024-01-31", "2024-05-29", "2024-07-31"]),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", date(2024, 1, 1), ["2024-09-13", "2024-12-13", "2025-06-13"]),
        (
            "FREQ=MONTHLY;BYMONTHDAY=1,-1;BYMONTH=2",
            date(2023, 1, 1),
            ["2023-02-01", "2023-02-28", "2024-02-01"],
        ),
        (
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            date(2024, 3, 1),
            ["2024-03-29", "2024-04-30", "2024-05-31"],
        ),
        (
            "FREQ=MONTHLY;INTERVAL=13;BYMONTHDAY=15",
            date(2024, 1, 20),
            ["2025-02-15", "2026-03-15", "2027-04-15"],
        ),
        ("FREQ=YEARLY", date(2024, 2, 29), ["2024-02-29", "2028-02-29", "2032-02-29"]),
        ("FREQ=YEARLY;BYMONTH=5", date(2024, 1, 31), ["2024-05-31", "2025-05-31", "2026-05-31"]),
        ("FREQ=YEARLY;BYDAY=1MO", date(2024, 1, 1), ["2024-01-01", "2025-01-06", "2026-01-05"]),
        ("FREQ=YEARLY;BYDAY=53MO", date(2024, 1, 1), ["2024-12-30", "2029-12-31", "2035-12-31"]),
        ("FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3,10", date(2024, 1, 1), ["2024-03-31", "2024-10-27", "2025-03-30"]),
        ("FREQ=YEARLY;BYMONTHDAY=31;BYDAY=SU", date(2024, 1, 1), ["2024-03-31", "2025-08-31", "2026-05-31"]),
        ("FREQ=YEARLY;BYYEARDAY=-1,366", date(2023, 1, 1), ["2023-12-31", "2024-12-31", "2025-12-31"]),
        ("FREQ=YEARLY;BYYEARDAY=366", date(2023, 1, 1), ["2024-12-31", "2028-12-31", "2032-12-31"]),
        (
            "FREQ=YEARLY;BYYEARDAY=1,2;BYSETPOS=-1",
            date(2024, 1, 1),
            ["2024-01-02", "2025-01-02", "2026-01-02"],
        ),
        # 1900, 2100 and their like are no leap years.
        ("FREQ=YEARLY", date(2096, 2, 29), ["2096-02-29", "2104-02-29", "2108-02-29"]),
    ],
)
def test_rules_by_day_give(rule: str, start: date, expected: list[str]) -> None:
    assert days(rule, start, limit=3) == expected


@pytest.mark.parametrize(
    "rule, start, expected",
    [
        # Week 1 of 2025 begins in 2024, and belongs to the year 2025 for INTERVAL and BYSETPOS.
        ("FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO", date(2024, 1, 1), ["2024-01-01", "2024-12-30", "2025-12-29"]),
        (
            "FREQ=YEARLY;INTERVAL=2;BYWEEKNO=1;BYDAY=MO",
            date(2024, 1, 1),
            ["2024-01-01", "2025-12-29", "2028-01-03"],
        ),
        ("FREQ=YEARLY;BYWEEKNO=53;BYDAY=SU", date(2015, 1, 1), ["2016-01-03", "2021-01-03", "2027-01-03"]),
        ("FREQ=YEARLY;BYWEEKNO=-1;BYDAY=MO", date(2020, 1, 1), ["2020-12-28", "2021-12-27", "2022-12-26"]),
        ("FREQ=YEARLY;BYWEEKNO=20", date(2024, 1, 2), ["2024-05-14", "2025-05-13", "2026-05-12"]),
        (
            "FREQ=YEARLY;BYWEEKNO=1;BYDAY=SU;WKST=SU",
            date(2023, 1, 1),
            ["2023-01-01", "2023-12-31", "2024-12-29"],
        ),
        (
            "FREQ=YEARLY;BYWEEKNO=1;BYMONTH=1;BYDAY=MO",
            date(2023, 1, 1),
            ["2023-01-02", "2024-01-01", "2027-01-04"],
        ),
        (
            "FREQ=YEARLY;BYWEEKNO=1,2;BYDAY=MO;BYSETPOS=1",
            date(2024, 1, 1),
            ["2024-01-01", "2024-12-30", "2025-12-29"],
        ),
    ],
)
def test_numbered_weeks_reach_over_the_edges_of_years(rule: str, start: date, expected: list[str]) -> None:
    assert days(rule, start, limit=3) == expected


@pytest.mark.parametrize(
    "rule, start, expected",
    [
        ("FREQ=MONTHLY;SKIP=OMIT", date(2023, 1, 31), ["2023-01-31", "2023-03-31", "2023-05-31"]),
        ("FREQ=MONTHLY;SKIP=BACKWARD", date(2023, 1, 31), ["2023-01-31", "2023-02-28", "2023-03-31"]),
        ("FREQ=MONTHLY;SKIP=FORWARD", date(2023, 1, 31), ["2023-01-31", "2023-03-01", "2023-03-31"]),
        ("FREQ=YEARLY;SKIP=BACKWARD", date(2024, 2, 29), ["2024-02-29", "2025-02-28", "2026-02-28"]),
        ("FREQ=YEARLY;SKIP=FORWARD", date(2024, 2, 29), ["2024-02-29", "2025-03-01", "2026-03-01"]),
        (
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;SKIP=BACKWARD",
            date(2023, 1, 1),
            ["2023-02-28", "2024-02-29", "2025-02-28"],
        ),
        # A moved date that another one already holds is given once.
        (
            "FREQ=MONTHLY;BYMONTHDAY=28,31;SKIP=BACKWARD",
            date(2023, 2, 1),
            ["2023-02-28", "2023-03-28", "2023-03-31"],
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=1,31;SKIP=FORWARD",
            date(2023, 4, 1),
            ["2023-04-01", "2023-05-01", "2023-05-31"],
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=-31;SKIP=FORWARD",
            date(2023, 4, 1),
            ["2023-04-01", "2023-05-01", "2023-06-01"],
        ),
        # BYDAY and BYSETPOS come after the move.
        (
            "FREQ=MONTHLY;BYMONTHDAY=31;BYDAY=MO,TU,WE,TH,FR;SKIP=BACKWARD",
            date(2023, 1, 1),
            ["2023-01-31", "2023-02-28", "2023-03-31"],
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=30,31;BYSETPOS=-1;SKIP=FORWARD",
            date(2023, 2, 1),
            ["2023-03-01", "2023-03-31", "2023-05-01"],
        ),
        (
            "FREQ=YEARLY;BYYEARDAY=366;SKIP=FORWARD",
            date(2023, 1, 2),
            ["2024-01-01", "2024-12-31", "2026-01-01"],
        ),
    ],
)
def test_dates_that_do_not_exist_move_as_skip_says(rule: str, start: date, expected: list[str]) -> None:
    assert days(f"RSCALE=GREGORIAN;{rule}", start, limit=3) == expected


@pytest.mark.parametrize(
    "rule, expected",
    [
        (
            "FREQ=DAILY;BYHOUR=9,17;BYMINUTE=0,30",
            ["01 09:00", "01 09:30", "01 17:00", "01 17:30", "02 09:00"],
        ),
        ("FREQ=DAILY;BYHOUR=9,17;BYSETPOS=-1", ["01 17:00", "02 17:00", "03 17:00", "04 17:00", "05 17:00"]),
        ("FREQ=WEEKLY;BYHOUR=6;BYDAY=MO,WE", ["03 06:00", "08 06:00", "10 06:00", "15 06:00", "17 06:00"]),
        ("FREQ=HOURLY;INTERVAL=7", ["01 08:00", "01 15:00", "01 22:00", "02 05:00", "02 12:00"]),
        (
            "FREQ=HOURLY;BYHOUR=8,20;BYMINUTE=0,5",
            ["01 08:00", "01 08:05", "01 20:00", "01 20:05", "02 08:00"],
        ),
        ("FREQ=HOURLY;INTERVAL=36;BYHOUR=8", ["01 08:00", "04 08:00", "07 08:00", "10 08:00", "13 08:00"]),
        (
            "FREQ=HOURLY;BYMINUTE=0,20,40;BYSETPOS=2",
            ["01 08:20", "01 09:20", "01 10:20", "01 11:20", "01 12:20"],
        ),
        ("FREQ=MINUTELY;INTERVAL=90", ["01 08:00", "01 09:30", "01 11:00", "01 12:30", "01 14:00"]),
        (
            "FREQ=MINUTELY;BYHOUR=23;BYMINUTE=58,59",
            ["01 23:58", "01 23:59", "02 23:58", "02 23:59", "03 23:58"],
        ),
        ("FREQ=MINUTELY;INTERVAL=1441", ["01 08:00", "02 08:01", "03 08:02", "04 08:03", "05 08:04"]),
        (
            "FREQ=SECONDLY;INTERVAL=3600;BYHOUR=10,11",
            ["01 10:00", "01 11:00", "02 10:00", "02 11:00", "03 10:00"],
        ),
        ("FREQ=SECONDLY;BYYEARDAY=-1;BYHOUR=0;BYMINUTE=0,1;BYSECOND=0", ["31 00:00", "31 00:01"]),
    ],
)
def test_rules_by_time_give(rule: str, expected: list[str]) -> None:
    found = expand(rule, datetime(2024, 1, 1, 8), limit=len(expected))
    assert [f"{moment:%d %H:%M}" for moment in found] == expected


def test_a_leap_second_counts_as_the_second_before_it() -> None:
    found = expand("FREQ=MINUTELY;BYSECOND=59,60;COUNT=2", datetime(2016, 12, 31, 23, 59))
    assert [f"{moment:%M:%S}" for moment in found] == ["59:59", "00:59"]


@pytest.mark.parametrize(
    "until, last",
    [
        ("20240105T140000Z", 5),  # nine o'clock in New York, inclusive
        ("20240105T135959Z", 4),
        ("20240105T090000", 5),  # a wall-clock time: in the zone of the start
        ("20240105", 5),  # a date: all of that day
    ],
)
def test_until_is_inclusive_in_each_form(until: str, last: int) -> None:
    found = list(expand(f"FREQ=DAILY;UNTIL={until}", datetime(2024, 1, 1, 9, tzinfo=NEW_YORK)))
    assert found[-1].day == last


def test_until_with_a_time_ends_an_all_day_rule_on_its_day() -> None:
    assert days("FREQ=DAILY;UNTIL=20240103T235959Z", date(2024, 1, 1))[-1] == "2024-01-03"


def test_count_counts_only_instances_that_exist() -> None:
    assert days("FREQ=MONTHLY;COUNT=3", date(2024, 1, 31)) == ["2024-01-31", "2024-03-31", "2024-05-31"]


def test_a_bare_rule_gives_only_what_it_matches() -> None:
    assert days("FREQ=WEEKLY;BYDAY=MO;COUNT=2", date(2024, 5, 8)) == ["2024-05-13", "2024-05-20"]


def test_times_are_ignored_for_an_all_day_start() -> None:
    assert days("FREQ=DAILY;BYHOUR=9,10;BYMINUTE=5;COUNT=2", date(2024, 1, 1)) == ["2024-01-01", "2024-01-02"]


def test_an_endless_rule_comes_lazily_and_ends_with_the_calendar() -> None:
    assert [day.year for day in islice(expand("FREQ=YEARLY", date(2024, 1, 1)), 3)] == [2024, 2025, 2026]
    assert days("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31", date(9998, 1, 1)) == ["9998-12-31", "9999-12-31"]
    assert next(iter(expand("FREQ=DAILY", date(1, 1, 1)))) == date(1, 1, 1)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6",
        "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MINUTELY;INTERVAL=2;BYMINUTE=1,3",
        "FREQ=DAILY;BYHOUR=1;BYSETPOS=2",
        "FREQ=SECONDLY;BYSECOND=1;BYSETPOS=2",
    ],
)
def test_a_rule_that_never_matches_ends(rule: str) -> None:
    assert list(expand(rule, datetime(2024, 1, 1))) == []


@pytest.mark.parametrize(
    "start, end, expected",
    [
        (datetime(2034, 5, 1, tzinfo=NEW_YORK), datetime(2034, 5, 3, tzinfo=NEW_YORK), [1, 2]),
        (
            datetime(2034, 5, 1, 13, tzinfo=zone("UTC").tzinfo),
            datetime(2034, 5, 3, 13, tzinfo=zone("UTC").tzinfo),
            [1, 2],
        ),
        (datetime(2034, 5, 1, 9), datetime(2034, 5, 2, 9), [1]),
        (date(2034, 5, 1), date(2034, 5, 4), [1, 2, 3]),
    ],
)
def test_a_window_is_half_open_in_each_form(
    start: date | datetime, end: date | datetime, expected: list[int]
) -> None:
    found = expand("FREQ=DAILY", datetime(2024, 1, 1, 9, tzinfo=NEW_YORK), start=start, end=end)
    assert [moment.day for moment in found] == expected


def test_results_carry_the_zone_of_the_start() -> None:
    (only,) = expand("FREQ=DAILY;COUNT=1", datetime(2024, 1, 1, 9, tzinfo=NEW_YORK))
    assert isinstance(only, datetime)
    assert only.tzinfo is NEW_YORK


def test_instants_come_as_an_array_of_utc_seconds() -> None:
    found = expand_utc("FREQ=DAILY;COUNT=2", datetime(2024, 3, 9, 9, tzinfo=NEW_YORK))
    assert found.dtype == "datetime64[s]"
    assert found.astype(str).tolist() == ["2024-03-09T14:00:00", "2024-03-10T13:00:00"]


def test_months_after_each_other_keep_their_order() -> None:
    found = list(expand("FREQ=MONTHLY;BYMONTHDAY=-1,1,15", date(2024, 1, 1), limit=200))
    assert all(first < second for first, second in pairwise(found))


@pytest.mark.parametrize("freq", ["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"])
def test_an_interval_may_reach_past_the_calendar(freq: str) -> None:
    start = datetime(2024, 1, 31)
    found = list(expand(f"FREQ={freq};INTERVAL=999999999", start))
    assert found[0] == start
    assert len(found) < 400
