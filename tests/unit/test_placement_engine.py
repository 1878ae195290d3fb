"""Placing activities: what moves, what stays, who stands in the way, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kalends.engine.placement import (
    Activity,
    Blocker,
    Choice,
    Cost,
    Effort,
    Lane,
    Limit,
    Placed,
    Problem,
    Progress,
    Use,
    evaluate,
    solve,
    solve_part,
    violations_of,
)
from kalends.kit.errors import InvalidInput

LEVELS = ("unplaced high", "moved high", "unplaced low", "moved low", "soft", "shift")
SOFT, SHIFT = 4, 5
DANA = Lane(id="dana")


def event(home: int | None, *, high: bool = False, lanes: tuple[int, ...] = (0,), **changes: Any) -> Activity:
    """Make an event of two grains that may start at 0 to 9, and would rather stay than move."""
    level = 0 if high else 2
    values: dict[str, Any] = {
        "id": f"{home} {high} {lanes} {sorted(changes)}",
        "duration": 2,
        "starts": np.arange(10),
        "home": home,
        "unplaced": Cost(level=level),
        "moved": Cost(level=level + 1),
        "shift": Cost(level=SHIFT),
        "uses": tuple(Use(lane=lane) for lane in lanes),
    }
    return Activity(**(values | changes))


def problem(
    *activities: Activity, lanes: tuple[Lane, ...] = (DANA,), limits: tuple[Limit, ...] = ()
) -> Problem:
    return Problem(levels=LEVELS, lanes=lanes, activities=activities, limits=limits)


def starts(given: Problem) -> list[int | None]:
    solution = solve(given)
    assert solution.optimal
    return [place.start for place in solution.placed]


ROOM = Choice(lanes=(1, 2), current=0, swapped=Cost(level=3))
ROOMS = (DANA, Lane(id="kitchen"), Lane(id="porch"))
LUNCH = event(4, movable=False, id="lunch")


@pytest.mark.parametrize(
    "given, expected",
    [
        pytest.param(
            problem(event(4, high=True), event(5)), [4, 6], id="the lower moves, no further than it must"
        ),
        pytest.param(problem(event(4), LUNCH), [2, 4], id="what cannot move is gone around"),
        pytest.param(
            problem(event(4), LUNCH, lanes=(Lane(id="dana", gap=1),)),
            [1, 4],
            id="a gap is kept on both sides",
        ),
        pytest.param(
            problem(event(4), event(4, id="b"), lanes=(Lane(id="car", capacity=2),)),
            [4, 4],
            id="room for two",
        ),
        pytest.param(
            problem(
                event(None, high=True, duration=6, starts=np.array([0]), id="long"),
                event(None, duration=6, starts=np.array([0]), id="other"),
                event(2, movable=False, id="in the middle"),
                lanes=(Lane(id="car", capacity=2),),
            ),
            [0, None, 2],
            id="room for two, but not while a third is there",
        ),
        pytest.param(
            problem(event(4, starts=np.arange(4, 6), high=True), event(5, starts=np.arange(4, 7))),
            [4, 6],
            id="touching is not overlapping",
        ),
        pytest.param(
            problem(event(4, starts=np.array([4]), high=True), event(5, starts=np.array([5]))),
            [4, None],
            id="what has no room stays in conflict",
        ),
        pytest.param(
            problem(
                event(None, starts=np.array([3, 5, 6]), id="new"),
                LUNCH,
                event(6, high=True, starts=np.arange(6, 9)),
            ),
            [None, 4, 6],
            id="nothing moves for what counts no more",
        ),
        pytest.param(
            problem(
                event(None, high=True, starts=np.array([6]), id="new"),
                LUNCH,
                event(6, starts=np.arange(6, 9)),
            ),
            [6, 4, 8],
            id="something content makes way for what counts more",
        ),
        pytest.param(
            problem(
                event(None, starts=np.array([2, 3, 4]), costs=np.array([3, 2, 0]), cost_level=SOFT, id="new"),
                event(5, movable=False, uses=(Use(lane=0, shared=Cost(level=SOFT)),)),
            ),
            [4, 5],
            id="a shared grain may be the least of all",
        ),
        pytest.param(
            problem(
                event(1),
                event(4, id="b"),
                limits=(Limit(activities=frozenset({0, 1}), first=0, last=5, most=1),),
            ),
            [1, 5],
            id="one too many goes over to the next day",
        ),
        pytest.param(problem(event(4, starts=np.array([], dtype=np.int64))), [None], id="no starts at all"),
        pytest.param(
            problem(event(None), lanes=(Lane(id="gone", capacity=0),)), [None], id="nothing fits on no room"
        ),
        pytest.param(
            problem(event(None), limits=(Limit(activities=frozenset({0}), first=0, last=10, most=0),)),
            [None],
            id="a limit of none",
        ),
        pytest.param(problem(event(None, uses=()), lanes=()), [0], id="nothing to compete for"),
        pytest.param(problem(), [], id="nothing at all"),
    ],
)
def test_what_becomes_of_a_calendar(given: Problem, expected: list[int | None]) -> None:
    assert starts(given) == expected


def test_a_room_is_swapped_before_the_time_is_changed() -> None:
    guest = event(4, high=True, lanes=(1,), id="guest")
    solution = solve(problem(event(4, choices=(ROOM,)), guest, lanes=ROOMS))
    assert solution.placed[0] == Placed(start=4, choices=(1,))
    assert solution.costs == (0, 0, 0, 1, 0, 0)


def test_what_moves_keeps_clear_of_what_stays_in_conflict() -> None:
    stuck = event(4, starts=np.array([7]), id="stuck")
    given = problem(
        stuck, event(4, high=True, starts=np.array([4]), id="high"), event(7, movable=False, id="fixed")
    )
    assert starts(given) == [None, 4, 7]
    newcomer = event(None, starts=np.array([5]), id="new")
    assert starts(problem(*given.activities, newcomer)) == [None, 4, 7, None]


def test_those_in_the_way_are_named_the_most_frequent_first() -> None:
    given = problem(
        event(None, starts=np.arange(1, 5), id="new"),
        event(1, movable=False, duration=1, id="short"),
        event(2, movable=False, duration=4, id="long"),
    )
    solution = solve(given)
    assert solution.blockers == {0: (Blocker(activity=2, lane=0), Blocker(activity=1, lane=0))}


def test_what_must_be_placed_and_cannot_be_is_named() -> None:
    solution = solve(problem(event(4, unplaced=None, starts=np.array([5])), LUNCH))
    assert solution.missing == (0,)
    assert [violation.kind for violation in violations_of(problem(LUNCH), [Placed(start=4)])] == []


def test_a_long_row_of_clashes_is_merged_and_proven() -> None:
    row = [event(2 * (number // 2), starts=np.arange(30), id=str(number)) for number in range(8)]
    given = problem(*row)
    solution = solve(given)
    assert solution.optimal
    assert violations_of(given, solution.placed) == []
    assert solution.costs == evaluate(given, solution.placed)
    assert solution.costs[:4] == (0, 0, 0, 4)


@pytest.mark.parametrize("stop_first", [False, True])
def test_a_tangle_too_large_to_prove_is_searched(monkeypatch: pytest.MonkeyPatch, stop_first: bool) -> None:
    row = [event(4, starts=np.arange(20), high=n == 0, id=str(n)) for n in range(5)]
    given = problem(*row)
    best = solve(given)
    monkeypatch.setattr("kalends.engine.placement.relax_and_merge.LARGE", 4)
    effort = Effort(deterministic_seconds=0 if stop_first else 0.05)
    found = solve(given, effort=effort)
    assert violations_of(given, found.placed) == []
    assert found.costs == evaluate(given, found.placed)
    assert found.costs <= evaluate(given, [Placed(start=None)] * 5)
    assert not found.optimal
    assert found.bounds <= best.costs <= found.costs


def test_without_effort_everything_stays_as_it_is() -> None:
    given = problem(event(4, high=True), event(5))
    solution = solve(given, effort=Effort(deterministic_seconds=0))
    assert [place.start for place in solution.placed] == [None, None]
    assert (solution.optimal, solution.costs) == (False, (1, 0, 1, 0, 0, 0))
    assert solution.bounds <= solve(given).costs
    assert solution.gap == 1.0


def test_a_search_tells_of_its_progress_and_ends_when_told() -> None:
    pairs = [event(4, lanes=(lane,), id=f"{lane} {n}") for lane in range(3) for n in range(2)]
    given = problem(*pairs, lanes=tuple(Lane(id=str(lane)) for lane in range(3)))
    heard: list[Progress] = []

    def watch(progress: Progress) -> bool:
        heard.append(progress)
        return len(heard) < 2

    solution = solve(given, progress=watch)
    assert [(progress.done, progress.total) for progress in heard] == [(1, 3), (2, 3)]
    assert heard[0].costs > heard[1].costs == solution.costs
    assert (solution.optimal, solution.groups) == (False, 3)


def test_a_part_is_placed_among_the_rest_at_its_own_cost() -> None:
    given = problem(event(4, high=True), event(5), event(5, id="third"))
    before = [Placed(start=4), Placed(start=6), Placed(start=None)]
    solution = solve_part(given, frozenset({2}), before, Effort())
    assert solution.placed == (Placed(start=4), Placed(start=6), Placed(start=2))
    assert solution.costs == (0, 0, 0, 1, 0, 3)


@pytest.mark.parametrize(
    "given, field",
    [
        (problem(event(4, duration=0)), "activities.0.duration"),
        (problem(event(4, starts=np.array([3, 3]))), "activities.0.starts"),
        (problem(event(4, costs=np.array([1]))), "activities.0.costs"),
        (problem(event(4, costs=np.full(10, -1))), "activities.0.costs.weight"),
        (problem(event(None, movable=False)), "activities.0.home"),
        (problem(event(4, moved=Cost(level=9))), "activities.0.moved.level"),
        (problem(event(4, shift=Cost(level=0, weight=-1))), "activities.0.shift.weight"),
        (problem(event(4, lanes=(7,))), "activities.0.uses.0.lane"),
        (problem(event(4, lanes=(0, 0))), "activities.0.uses"),
        (problem(event(4), event(4)), "activities"),
        (problem(lanes=(DANA, DANA)), "lanes"),
        (problem(lanes=(Lane(id="car", capacity=2, gap=1),)), "lanes.0.gap"),
        (problem(lanes=(Lane(id="car", capacity=-1),)), "lanes.0.capacity"),
        (
            problem(event(4, uses=(Use(lane=0, shared=Cost(level=0)),)), lanes=(Lane(id="car", capacity=2),)),
            "activities.0.uses.0.shared",
        ),
        (problem(event(4, choices=(Choice(lanes=()),))), "activities.0.choices.0.lanes"),
        (problem(event(4, choices=(Choice(lanes=(0,)),))), "activities.0.choices.0.lanes"),
        (
            problem(event(4, lanes=(), choices=(Choice(lanes=(0,), current=1),))),
            "activities.0.choices.0.current",
        ),
        (
            problem(event(4, lanes=(), movable=False, choices=(Choice(lanes=(0,)),))),
            "activities.0.choices.0.current",
        ),
        (problem(limits=(Limit(activities=frozenset({0}), first=0, last=1, most=1),)), "limits.0.activities"),
        (problem(limits=(Limit(activities=frozenset(), first=2, last=1, most=1),)), "limits.0.last"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_field(given: Problem, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        solve(given)
    assert refused.value.field == field
