"""Whole series: additions, exclusions, overrides, THISANDFUTURE, bounds."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime, timedelta

import pytest

from kalends.engine.recurrence import compile_series, expand_many, lower_bound, occurrences, upper_bound
from kalends.engine.series import Addition, Length, Override, Series, Start
from kalends.engine.zones import zone

NEW_YORK = zone("America/New_York")
HOUR, DAY = Length(seconds=3600), Length(days=1)


def ny(day: int, hour: int = 9, minute: int = 0, *, month: int = 1, year: int = 2024) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=NEW_YORK.tzinfo)


def shown(series: Series, start: Start = date(2024, 1, 1), end: Start = date(2024, 2, 1)) -> list[str]:
    """Give "original day -> start/duration [override]" each, and check that the batch agrees."""
    found = occurrences(series, start, end)
    columns = expand_many([compile_series(series)], start, end)
    assert sorted(columns.start.tolist()) == [seconds(one.start) for one in found]
    assert sorted(columns.override.tolist()) == sorted(
        -1 if o.override is None else o.override for o in found
    )
    return [
        f"{one.recurrence_id:%d} -> {one.start:%d %H:%M}/{hours(one.start, one.end)}"
        + ("" if one.override is None else f" [{one.override}]")
        for one in found
    ]


def seconds(start: Start) -> int:
    if not isinstance(start, datetime):
        start = datetime(start.year, start.month, start.day, tzinfo=UTC)
    return round((start if start.tzinfo else start.replace(tzinfo=UTC)).timestamp())


def hours(start: Start, end: Start) -> str:
    return f"{(seconds(end) - seconds(start)) / 3600:g}h"


def daily(**more: object) -> Series:
    return Series(start=ny(1), length=HOUR, rules=("FREQ=DAILY;COUNT=4",), **more)  # type: ignore[arg-type]


def moved(day: int, to: datetime, length: Length = HOUR, *, future: bool = False) -> Override:
    return Override(recurrence_id=ny(day), start=to, length=length, this_and_future=future)


@pytest.mark.parametrize(
    "series, expected",
    [
        (Series(start=ny(1), length=HOUR), ["01 -> 01 09:00/1h"]),
        (daily(), [f"0{n} -> 0{n} 09:00/1h" for n in (1, 2, 3, 4)]),
        # The start is an instance, and counts, even where the rule does not give it (2024-01-01 is a Monday).
        (
            Series(start=ny(1), length=HOUR, rules=("FREQ=WEEKLY;BYDAY=TU;COUNT=3",)),
            ["01 -> 01 09:00/1h", "02 -> 02 09:00/1h", "09 -> 09 09:00/1h"],
        ),
        (Series(start=ny(1), length=HOUR, rules=("FREQ=WEEKLY;BYDAY=TU;COUNT=1",)), ["01 -> 01 09:00/1h"]),
        # Two rules that meet give one occurrence.
        (
            Series(start=ny(1), length=HOUR, rules=("FREQ=DAILY;COUNT=2", "FREQ=DAILY;INTERVAL=2;COUNT=2")),
            ["01 -> 01 09:00/1h", "02 -> 02 09:00/1h", "03 -> 03 09:00/1h"],
        ),
        (daily(exclusions=(ny(1), ny(3))), ["02 -> 02 09:00/1h", "04 -> 04 09:00/1h"]),
        # An exclusion names an instant, in whatever zone; a date names the whole day.
        (
            daily(exclusions=(datetime(2024, 1, 2, 14, tzinfo=UTC), date(2024, 1, 3))),
            ["01 -> 01 09:00/1h", "04 -> 04 09:00/1h"],
        ),
        (daily(exclusion_rules=("FREQ=DAILY;INTERVAL=2",)), ["02 -> 02 09:00/1h", "04 -> 04 09:00/1h"]),
        (
            Series(
                start=ny(1),
                length=HOUR,
                additions=(Addition(start=ny(5)), Addition(start=ny(6), length=Length(seconds=7200))),
            ),
            ["01 -> 01 09:00/1h", "05 -> 05 09:00/1h", "06 -> 06 09:00/2h"],
        ),
        (
            Series(
                start=ny(1), length=HOUR, additions=(Addition(start=date(2024, 1, 5)), Addition(start=ny(1)))
            ),
            ["01 -> 01 09:00/1h", "05 -> 05 09:00/1h"],
        ),
        (
            daily(overrides=(moved(2, ny(2, 15)),)),
            ["01 -> 01 09:00/1h", "02 -> 02 15:00/1h [0]", "03 -> 03 09:00/1h", "04 -> 04 09:00/1h"],
        ),
        # An override of an instance that no rule gives is an occurrence of its own.
        (
            daily(overrides=(moved(20, ny(21)),)),
            [*(f"0{n} -> 0{n} 09:00/1h" for n in (1, 2, 3, 4)), "20 -> 21 09:00/1h [0]"],
        ),
        (
            daily(overrides=(moved(3, ny(3, 11), Length(seconds=1800), future=True),)),
            ["01 -> 01 09:00/1h", "02 -> 02 09:00/1h", "03 -> 03 11:00/0.5h [0]", "04 -> 04 11:00/0.5h [0]"],
        ),
        # Of two changes to what follows, the later holds from its own instance on; a single one stands alone.
        (
            daily(
                overrides=(
                    moved(4, ny(4, 7), future=True),
                    moved(2, ny(2, 20), future=True),
                    moved(3, ny(3, 10)),
                )
            ),
            ["01 -> 01 09:00/1h", "02 -> 02 20:00/1h [1]", "03 -> 03 10:00/1h [2]", "04 -> 04 07:00/1h [0]"],
        ),
        (Series(start=None, overrides=(moved(2, ny(2, 15)),)), ["02 -> 02 15:00/1h [0]"]),
        (Series(start=date(2024, 1, 31), rules=("FREQ=MONTHLY;COUNT=2",)), ["31 -> 31 00:00/24h"]),
    ],
)
def test_a_series_gives(series: Series, expected: list[str]) -> None:
    assert shown(series) == expected


@pytest.mark.parametrize(
    "length, start, end, expected",
    [
        (HOUR, ny(2, 9, 30), ny(2, 9, 45), ["02"]),  # inside
        (HOUR, ny(2, 10), ny(3, 9), []),  # between two
        (HOUR, ny(2, 9, 59), ny(3, 9, 1), ["02", "03"]),
        (Length(seconds=0), ny(2, 9), ny(3, 9), ["02"]),  # counts at its instant
        (Length(days=2), ny(3, 10), ny(3, 11), ["02", "03"]),  # two at once
        (Length(days=40), ny(25, 0), ny(26, 0), ["01", "02", "03", "04"]),
    ],
)
def test_a_window_shows_what_meets_it(
    length: Length, start: datetime, end: datetime, expected: list[str]
) -> None:
    series = Series(start=ny(1), length=length, rules=("FREQ=DAILY;COUNT=4",))
    assert [line[:2] for line in shown(series, start, end)] == expected


def test_an_override_can_leave_and_enter_the_window() -> None:
    series = daily(overrides=(moved(2, ny(20, month=3)), moved(3, ny(2, 12))))
    assert shown(series, ny(2, 0), ny(3, 0)) == ["03 -> 02 12:00/1h [1]"]
    assert shown(series, ny(1, month=3), ny(1, month=4)) == ["02 -> 20 09:00/1h [0]"]


def test_exact_seconds_and_nominal_days_differ_where_the_clock_is_turned() -> None:
    exact = Series(start=ny(9, month=3), length=Length(seconds=86_400))
    nominal = Series(start=ny(9, month=3), length=DAY)
    window = date(2024, 3, 1), date(2024, 4, 1)
    assert [f"{one.end:%d %H:%M}" for one in occurrences(exact, *window)] == ["10 10:00"]
    assert [f"{one.end:%d %H:%M}" for one in occurrences(nominal, *window)] == ["10 09:00"]


def test_floating_and_all_day_times_happen_on_the_viewers_clock() -> None:
    window = datetime(2024, 1, 2, 5, tzinfo=UTC), datetime(2024, 1, 2, 6, tzinfo=UTC)
    floating = Series(start=datetime(2024, 1, 2), length=HOUR)
    all_day = Series(start=date(2024, 1, 1), rules=("FREQ=YEARLY",))
    for viewer, seen in ((NEW_YORK, (1, 0)), (zone("UTC"), (0, 0)), (zone("Pacific/Pago_Pago"), (0, 1))):
        found = tuple(len(occurrences(one, *window, floating_zone=viewer)) for one in (floating, all_day))
        assert found == seen
        columns = expand_many([floating, all_day], *window, zone_for_floating=viewer)
        assert tuple(columns.series.tolist().count(index) for index in (0, 1)) == seen


def test_this_and_future_can_move_a_series_to_another_zone() -> None:
    tokyo = zone("Asia/Tokyo").tzinfo
    later = Override(
        recurrence_id=ny(2), start=datetime(2024, 1, 3, 8, tzinfo=tokyo), length=HOUR, this_and_future=True
    )
    found = occurrences(daily(overrides=(later,)), date(2024, 1, 1), date(2024, 2, 1))
    assert [f"{one.start:%d %H:%M%z}" for one in found[1:]] == [
        "03 08:00+0900",
        "04 08:00+0900",
        "05 08:00+0900",
    ]


@pytest.mark.parametrize(
    "series, lower, upper",
    [
        (daily(), ny(1), ny(4, 10)),
        (Series(start=ny(1), length=HOUR, rules=("FREQ=DAILY",)), ny(1), None),
        (Series(start=ny(1), length=HOUR, rules=("FREQ=WEEKLY;UNTIL=20240120T000000Z",)), ny(1), ny(15, 10)),
        (
            Series(start=ny(1), length=HOUR, rules=("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;UNTIL=20990101",)),
            ny(1),
            ny(1, 10),
        ),
        (Series(start=date(2024, 1, 2)), datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 4, tzinfo=UTC)),
        (daily(additions=(Addition(start=ny(20), length=DAY),)), ny(1), ny(21)),
        (daily(overrides=(moved(2, ny(30, month=5, year=2023)),)), ny(30, month=5, year=2023), ny(4, 10)),
        (daily(overrides=(moved(2, ny(12), future=True),)), ny(1), ny(14, 10)),
        (Series(start=None, overrides=(moved(2, ny(5)),)), ny(5), ny(5, 10)),
    ],
)
def test_bounds_enclose_all_that_happens(series: Series, lower: datetime, upper: datetime | None) -> None:
    assert lower_bound(series) == lower
    assert upper_bound(series) == upper


def test_a_compiled_series_can_be_stored() -> None:
    compiled = compile_series(daily(exclusions=(ny(2),)))
    restored = pickle.loads(pickle.dumps(compiled))
    window = date(2024, 1, 1), date(2024, 2, 1)
    for kept in (compiled, restored):
        assert len(expand_many([kept], *window).series) == 3


def test_an_empty_batch_gives_empty_columns() -> None:
    assert [len(column) for column in expand_many([], date(2024, 1, 1), date(2024, 2, 1))] == [0] * 5


def test_the_limit_keeps_the_earliest() -> None:
    found = occurrences(daily(), date(2024, 1, 1), date(2024, 2, 1), limit=2)
    assert [one.start for one in found] == [ny(1), ny(1) + timedelta(days=1)]


@pytest.mark.parametrize("start", [date(9999, 12, 31), datetime(9999, 12, 31, 12)])
def test_an_end_past_the_last_year_is_cut_there(start: Start) -> None:
    (only,) = occurrences(
        Series(start=start, length=Length(days=3)), date(9999, 1, 1), datetime(9999, 12, 31, 23)
    )
    assert (only.end.year, only.end.month, only.end.day) == (9999, 12, 31)


def test_the_whole_calendar_is_a_window() -> None:
    series = [Series(start=date(9999, 12, 30), length=DAY, rules=("FREQ=DAILY",)), daily()]
    assert (
        len(expand_many(series, date.min, datetime(9999, 12, 31, 23), zone_for_floating=NEW_YORK).series) == 6
    )
