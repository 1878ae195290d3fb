"""Free time: slots for one and many, hours across DST, gaps, capacities, and reasons for refusals."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kalends.engine.availability import (
    Commitment,
    Diary,
    free_slots,
    free_times,
    nearest_free,
    refusals,
)
from kalends.engine.hours import WeeklyHours
from kalends.engine.spans import Span
from kalends.engine.wording import Wording
from kalends.engine.zones import zone
from kalends.kit.errors import InvalidInput
from strategies.spans import at, span_lists, spans, stretch

BERLIN = zone("Europe/Berlin")
HOUR = timedelta(hours=1)
WORDING = Wording(zone=UTC, title=str.title, name=str.title)


def berlin(day: int, hour: int, minute: int = 0, *, month: int = 3, fold: int = 0) -> datetime:
    return datetime(2025, month, day, hour, minute, fold=fold, tzinfo=BERLIN.tzinfo)


def diary(subject: str, *taken: tuple[int, int], **settings: object) -> Diary:
    commitments = tuple(Commitment(stretch(*pair), f"event {number}") for number, pair in enumerate(taken))
    return Diary(subject=subject, commitments=commitments, **settings)  # type: ignore[arg-type]


def starts(diaries: list[Diary], window: Span, duration: timedelta = HOUR, **options: object) -> list[int]:
    """Give the slots' starts in quarters of an hour after the origin."""
    slots = free_slots(diaries, window, duration, **options)  # type: ignore[arg-type]
    return [(slot.span.start - at(0)) // timedelta(minutes=15) for slot in slots]


@pytest.mark.parametrize(
    ("diaries", "expected"),
    [
        ([diary("anna")], [0, 1, 2, 3, 4]),
        ([diary("anna", (0, 4))], [4]),
        ([diary("anna", (3, 4))], [4]),
        ([diary("anna", (4, 5))], [0]),
        ([diary("anna", (0, 1)), diary("ben", (7, 9))], [1, 2, 3]),
        ([diary("anna", (0, 1)), diary("ben", (0, 8), required=False)], [1, 2, 3, 4]),
        ([diary("anna", (-8, -1), gap=timedelta(minutes=30))], [1, 2, 3, 4]),
        ([diary("anna", (8, 9), gap=timedelta(minutes=20))], [0, 1, 2]),
        ([diary("car", (0, 8), (2, 4), capacity=2)], [4]),
        ([diary("car", (0, 1), capacity=0)], []),
    ],
    ids=[
        "an empty diary",
        "after what is taken",
        "no room before it",
        "no room after it",
        "both are free",
        "optional ones do not hinder",
        "a gap after",
        "a gap before, in whole steps",
        "a place is left",
        "no places at all",
    ],
)
def test_slots_fit_between_what_is_taken(diaries: list[Diary], expected: list[int]) -> None:
    assert starts(diaries, stretch(0, 8)) == expected


def test_slots_say_who_else_is_free() -> None:
    diaries = [diary("anna"), diary("ben", (0, 4), required=False), diary("car", (6, 9), required=False)]
    first, last = free_slots(diaries, stretch(0, 8), HOUR, step=HOUR)
    assert (first.free, first.missing) == (("car",), ("ben",))
    assert (last.free, last.missing) == (("ben",), ("car",))


def test_slots_stand_on_a_grid_from_local_midnight() -> None:
    kathmandu = zone("Asia/Kathmandu").tzinfo  # 5:45 ahead
    window = Span(datetime(2025, 1, 1, 10, 7, tzinfo=kathmandu), datetime(2025, 1, 1, 13, tzinfo=kathmandu))
    slots = free_slots([], window, HOUR, step=HOUR)
    assert [slot.span.start.astimezone(kathmandu).strftime("%H:%M") for slot in slots] == ["11:00", "12:00"]


def test_slots_are_made_as_they_are_asked_for() -> None:
    ages = Span(datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC))
    second = timedelta(seconds=1)
    assert len(list(free_slots([], ages, second, step=second, limit=3))) == 3
    assert list(free_slots([], ages, HOUR, limit=0)) == []


def test_time_is_whole_seconds_taken_widely_and_freed_narrowly() -> None:
    tick = timedelta(microseconds=1)
    almost = Span(at(0) + tick, at(1) - tick)
    assert free_times([], almost) == [Span(at(0) + timedelta(seconds=1), at(1) - timedelta(seconds=1))]
    assert free_times([], Span(at(0) + tick, at(0) + 2 * tick)) == []
    touched = Diary(subject="anna", commitments=(Commitment(Span(at(0), at(1) + tick)),))
    assert free_times([touched], stretch(0, 2)) == [Span(at(1) + timedelta(seconds=1), at(2))]


@pytest.mark.parametrize(
    ("day", "month", "opening", "expected"),
    [
        (28, 3, (time(9), time(17)), (berlin(28, 9), berlin(28, 17))),
        (30, 3, (time(1), time(4)), (berlin(30, 1), berlin(30, 4))),
        (30, 3, (time(2, 30), time(5)), (berlin(30, 3, 30), berlin(30, 5))),
        (26, 10, (time(1), time(4)), (berlin(26, 1, month=10), berlin(26, 4, month=10))),
        (26, 10, (time(2, 30), time(4)), (berlin(26, 2, 30, month=10), berlin(26, 4, month=10))),
        (29, 3, (time(22), time(6)), (berlin(29, 22), berlin(30, 6))),
        (30, 3, (time(0), time(0)), (berlin(30, 0), berlin(31, 0))),
    ],
    ids=[
        "an ordinary day",
        "over the gap, two hours long",
        "from inside the gap",
        "over the fold, four hours long",
        "from inside the fold, first pass",
        "a night over the gap",
        "a whole day of 23 hours",
    ],
)
def test_hours_keep_to_the_wall_clock(
    day: int, month: int, opening: tuple[time, time], expected: tuple[datetime, datetime]
) -> None:
    weekday = datetime(2025, month, day).weekday()
    hours = WeeklyHours(zone=BERLIN, openings={weekday: [opening]})
    middle = datetime(2025, month, day, tzinfo=UTC)
    window = Span(middle - timedelta(days=2), middle + timedelta(days=3))
    assert free_times([Diary(subject="anna", hours=hours)], window) == [Span(*expected)]


def test_openings_that_touch_are_one() -> None:
    all_week = WeeklyHours.every(range(7), time(0), time(0), zone=BERLIN)
    window = Span(berlin(28, 9), berlin(31, 9))
    assert free_times([Diary(subject="anna", hours=all_week)], window) == [window]


def test_closed_for_good_means_never() -> None:
    never = WeeklyHours(zone=BERLIN, openings={})
    assert free_times([Diary(subject="anna", hours=never)], stretch(0, 8)) == []


@pytest.mark.parametrize(
    "openings", [{7: [(time(9), time(17))]}, {0: [(time(9, tzinfo=UTC), time(17))]}], ids=["day 7", "zoned"]
)
def test_hours_that_are_none_are_refused(openings: dict[int, list[tuple[time, time]]]) -> None:
    with pytest.raises(InvalidInput):
        WeeklyHours(zone=BERLIN, openings=openings)


@pytest.mark.parametrize("bad", [{"duration": timedelta(0)}, {"step": -HOUR}])
def test_a_duration_and_a_step_are_positive(bad: dict[str, timedelta]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        free_slots([], stretch(0, 8), **{"duration": HOUR, **bad})  # type: ignore[arg-type]
    assert refusal.value.field in bad


@pytest.mark.parametrize(
    ("candidate", "codes", "words"),
    [
        ((4, 8), [], ""),
        ((3, 7), ["busy"], "Anna has Event 0 (22:00-23:00)"),
        ((-2, 2), ["outside_window", "busy"], "it is not within 2025-03-29 22:00 to 2025-03-30 02:00"),
        ((12, 14), ["too_close"], "Anna wants 30 minutes free beside Event 1 (01:45-02:15)"),
    ],
)
def test_a_refusal_says_why(candidate: tuple[int, int], codes: list[str], words: str) -> None:
    anna = diary("anna", (-1, 4), (15, 17), gap=timedelta(minutes=0))
    if codes == ["too_close"]:
        anna = diary("anna", (0, 4), (15, 17), gap=timedelta(minutes=30))
    elif codes:
        anna = diary("anna", (0, 4), (15, 17))
    reasons = refusals([anna, diary("ben", (0, 20), required=False)], stretch(0, 16), stretch(*candidate))
    assert [reason.code for reason in reasons] == codes
    if codes:
        assert reasons[0].words(WORDING) == words


def test_a_full_resource_and_closed_hours_say_why() -> None:
    hours = WeeklyHours.every(range(7), time(9), time(23, 30), zone=zone("Etc/UTC"))
    car = diary("car", (0, 8), (2, 4), capacity=2, hours=hours)
    reasons = refusals([car], stretch(0, 8), stretch(3, 7))
    assert [reason.words(WORDING) for reason in reasons] == [
        "Car serves 2 and is taken by Event 0 and Event 1 (22:30-23:00)",
        "Car is not available 23:30-23:45",
    ]


@settings(max_examples=100)
@given(span_lists(), span_lists(), spans(), st.integers(0, 3), st.integers(0, 2))
def test_a_time_is_offered_exactly_if_nothing_stands_against_it(
    first: list[Span], second: list[Span], candidate: Span, gap: int, capacity: int
) -> None:
    window = stretch(2, 26)
    diaries = [
        Diary(
            subject="anna",
            commitments=tuple(map(Commitment, first)),
            gap=gap * timedelta(minutes=10),
            hours=WeeklyHours.every([5, 6], time(0), time(3), zone=BERLIN),
        ),
        Diary(subject="car", commitments=tuple(map(Commitment, second)), capacity=capacity),
    ]
    for known in ([], diaries[:1], diaries[1:], diaries):
        offered = {slot.span for slot in free_slots(known, window, candidate.duration)}
        assert (candidate in offered) == (not refusals(known, window, candidate))


@pytest.mark.parametrize(
    ("taken", "occupied", "expected"),
    [
        ([(8, 12)], (8, 12), [(12, 16), (4, 8)]),
        ([(8, 12), (12, 14)], (8, 12), [(4, 8), (14, 18)]),
        ([(6, 20)], (8, 12), [(2, 6), (20, 24)]),
        ([(0, 23)], (8, 12), []),
        ([(0, 7), (10, 20)], (8, 10), [(20, 22)]),
    ],
    ids=["later first", "nearer first", "both sides", "no room", "not where it stands"],
)
def test_the_nearest_free_time_comes_first(
    taken: list[tuple[int, int]], occupied: tuple[int, int], expected: list[tuple[int, int]]
) -> None:
    found = nearest_free([diary("anna", *taken)], stretch(0, 24), stretch(*occupied))
    assert list(found) == [stretch(*pair) for pair in expected]


def test_a_nearest_time_is_whole_steps_away_and_as_long_across_the_gap() -> None:
    evening = Span(berlin(29, 23, 10), berlin(30, 1, 10))
    taken = Diary(subject="anna", commitments=(Commitment(Span(berlin(29, 20), berlin(30, 1, 15))),))
    later = next(nearest_free([taken], Span(berlin(29, 21), berlin(31, 0)), evening, step=HOUR))
    assert later == Span(berlin(30, 3, 10), berlin(30, 5, 10))
    assert later.duration == timedelta(hours=2)
