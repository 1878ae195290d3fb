"""Spans: what they refuse, how they compare, and their arithmetic."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from kalends.engine.spans import Span, gaps, intersection, over_capacity, peak_use, subtraction, union
from kalends.kit.errors import InvalidInput
from strategies.spans import stretch

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        (NOON, NOON, "end"),
        (NOON, NOON - timedelta(seconds=1), "end"),
        (NOON.replace(tzinfo=None), NOON, "start"),
        # The clock says later, the sun says earlier: the second pass of 02:30 comes after 02:45's first.
        (
            datetime(2025, 10, 26, 2, 30, fold=1, tzinfo=BERLIN),
            datetime(2025, 10, 26, 2, 45, tzinfo=BERLIN),
            "end",
        ),
    ],
    ids=["empty", "backwards", "naive", "backwards across the fold"],
)
def test_a_span_that_is_none_is_refused(start: datetime, end: datetime, field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        Span(start, end)
    assert refusal.value.field == field


def test_spans_compare_and_hash_by_instant_whatever_the_zone() -> None:
    inside_the_fold = Span(
        datetime(2025, 10, 26, 2, 30, tzinfo=BERLIN), datetime(2025, 10, 26, 2, 30, fold=1, tzinfo=BERLIN)
    )
    in_utc = Span(datetime(2025, 10, 26, 0, 30, tzinfo=UTC), datetime(2025, 10, 26, 1, 30, tzinfo=UTC))
    assert inside_the_fold == in_utc
    assert len({inside_the_fold, in_utc}) == 1
    assert inside_the_fold.duration == timedelta(hours=1)
    assert inside_the_fold <= in_utc
    assert not inside_the_fold < in_utc
    assert in_utc != "a span"


def test_a_day_that_loses_an_hour_is_23_hours_long() -> None:
    day = Span(datetime(2025, 3, 30, tzinfo=BERLIN), datetime(2025, 3, 31, tzinfo=BERLIN))
    assert day.duration == timedelta(hours=23)


@pytest.mark.parametrize(
    ("left", "right", "overlap", "contained"),
    [
        ((0, 4), (4, 8), False, False),
        ((0, 4), (3, 8), True, False),
        ((0, 8), (2, 4), True, True),
        ((0, 4), (0, 4), True, True),
        ((0, 2), (4, 8), False, False),
    ],
    ids=["touching", "crossing", "nested", "equal", "apart"],
)
def test_overlap_needs_a_shared_instant(
    left: tuple[int, int], right: tuple[int, int], overlap: bool, contained: bool
) -> None:
    assert stretch(*left).overlaps(stretch(*right)) is overlap
    assert stretch(*right).overlaps(stretch(*left)) is overlap
    assert stretch(*left).contains(stretch(*right)) is contained


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], []),
        ([(0, 2), (2, 4)], [(0, 4)]),
        ([(6, 8), (0, 2), (1, 3)], [(0, 3), (6, 8)]),
        ([(0, 9), (2, 3), (4, 5)], [(0, 9)]),
    ],
)
def test_a_union_is_disjoint_and_joins_what_touches(
    given: list[tuple[int, int]], expected: list[tuple[int, int]]
) -> None:
    assert union(stretch(*pair) for pair in given) == [stretch(*pair) for pair in expected]


def test_what_is_taken_is_cut_out() -> None:
    assert subtraction([stretch(0, 4), stretch(3, 10)], [stretch(2, 5), stretch(9, 12)]) == [
        stretch(0, 2),
        stretch(5, 9),
    ]


def test_an_intersection_counts_each_side_once() -> None:
    doubled = [stretch(0, 4), stretch(1, 3)]
    assert intersection(doubled, []) == []
    assert intersection(doubled, [stretch(2, 8)]) == [stretch(2, 4)]


def test_gaps_reach_to_the_ends_of_the_window() -> None:
    window = stretch(0, 10)
    assert gaps([], window) == [window]
    assert gaps([stretch(-5, 2), stretch(4, 6), stretch(8, 20)], window) == [stretch(2, 4), stretch(6, 8)]


def test_peak_use_counts_who_is_there_together() -> None:
    assert peak_use([]) == 0
    assert peak_use([stretch(0, 2), stretch(2, 4)]) == 1
    assert peak_use([stretch(0, 3), stretch(2, 4), stretch(2, 3)]) == 3


def test_over_capacity_names_the_stretches() -> None:
    uses = [stretch(0, 4), stretch(2, 6), stretch(3, 8), stretch(10, 12)]
    assert over_capacity(uses, 0) == [stretch(0, 8), stretch(10, 12)]
    assert over_capacity(uses, 1) == [stretch(2, 6)]
    assert over_capacity(uses, 2) == [stretch(3, 4)]
    assert over_capacity(uses, 3) == []


def test_nothing_is_rounded() -> None:
    tiny = Span(NOON, NOON + timedelta(microseconds=1))
    assert union([tiny]) == [tiny]
    far = Span(datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC))
    assert gaps([tiny], far)[0].end == NOON
