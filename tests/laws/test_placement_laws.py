"""Laws of placement, at the engine's own level."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kalends.engine.placement import (
    Activity,
    Cost,
    Lane,
    Problem,
    Progress,
    Use,
    solve,
    violations_of,
)
from kalends.engine.placement.disputes import MOST_NODES
from strategies.placement import as_it_is, best_of_all, problems, worth

LEVELS = tuple(f"{kind} {rank}" for rank in (6, 5, 4, 3, 2, 1) for kind in ("unplaced", "moved"))


@pytest.mark.parametrize("nodes", [MOST_NODES, 0], ids=["settled one by one", "by the solver"])
@settings(max_examples=200, deadline=None)
@given(problem=problems())
def test_nothing_better_exists_than_what_is_proven(nodes: int, problem: Problem) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kalends.engine.placement.exact.MOST_NODES", nodes)
        solution = solve(problem)
    assert solution.optimal
    assert solution.bounds == solution.costs
    assert worth(problem, solution.placed) == (len(solution.missing), *solution.costs) == best_of_all(problem)


@pytest.mark.law(5)
@settings(max_examples=100, deadline=None)
@given(problems())
def test_every_activity_is_answered_for_and_is_somewhere_if_it_was(problem: Problem) -> None:
    solution = solve(problem)
    assert len(solution.placed) == len(problem.activities)
    for activity, place in zip(problem.activities, solution.placed, strict=True):
        assert activity.movable or place == as_it_is(activity)
        assert place.start is None or place.start in [*activity.starts.tolist(), activity.home]


@pytest.mark.law(6)
@settings(max_examples=100, deadline=None)
@given(problems())
def test_what_moves_keeps_its_whole_duration_free(problem: Problem) -> None:
    solution = solve(problem)
    kinds = {violation.kind for violation in violations_of(problem, solution.placed)}
    assert kinds <= {"unplaced"}


@pytest.mark.law(8)
@settings(max_examples=100, deadline=None)
@given(problems(), st.integers(0, 5))
def test_a_search_cut_short_gives_a_whole_allowed_placement(problem: Problem, reports: int) -> None:
    heard: list[Progress] = []

    def watch(progress: Progress) -> bool:
        heard.append(progress)
        return len(heard) <= reports

    solution = solve(problem, progress=watch)
    value = worth(problem, solution.placed)
    assert value is not None
    assert value >= best_of_all(problem)
    assert value[1:] == solution.costs
    assert solution.missing or solution.bounds <= best_of_all(problem)[1:]
    assert not solution.optimal or solution.bounds == solution.costs


@pytest.mark.law(4)
@settings(max_examples=100, deadline=None)
@given(
    ranks=st.tuples(st.integers(1, 6), st.integers(1, 6)).filter(lambda pair: pair[0] != pair[1]),
    homes=st.tuples(st.integers(0, 9), st.integers(0, 1)),
    room=st.integers(0, 14),
)
def test_of_two_that_overlap_the_higher_stays_and_the_lower_moves_or_is_left(
    ranks: tuple[int, int], homes: tuple[int, int], room: int
) -> None:
    def event(number: int, home: int) -> Activity:
        level = 2 * (6 - ranks[number])
        return Activity(
            id=str(number),
            duration=2,
            starts=np.union1d(np.arange(room), [home]),
            home=home,
            unplaced=Cost(level=level),
            moved=Cost(level=level + 1),
            uses=(Use(lane=0),),
        )

    pair = (event(0, homes[0]), event(1, homes[0] + homes[1]))
    problem = Problem(levels=LEVELS, lanes=(Lane(id="dana"),), activities=pair)
    solution = solve(problem)
    higher, lower = (0, 1) if ranks[0] > ranks[1] else (1, 0)
    kept, other = pair[higher].home, pair[lower]
    assert kept is not None
    assert solution.placed[higher].start == kept
    free = [start for start in other.starts.tolist() if abs(start - kept) >= other.duration]
    assert solution.placed[lower].start in (free or [None])
    assert set(solution.blockers) == (set() if free else {lower})


@settings(max_examples=50, deadline=None)
@given(problems())
def test_the_same_problem_has_the_same_answer(problem: Problem) -> None:
    assert solve(problem) == solve(problem)
