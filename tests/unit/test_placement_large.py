"""The large-neighbourhood search, held against the plain meaning of a problem."""

from __future__ import annotations

import random
from itertools import product

import numpy as np
import pytest
from benchmarks.meetings import instance, problem, size
from hypothesis import given, settings
from hypothesis import strategies as st

from kalends.engine.placement.effort import Effort, Progress
from kalends.engine.placement.evaluate import evaluate, violations_of
from kalends.engine.placement.large import Annealing, begin, search
from kalends.engine.placement.large_pieces import Scale
from kalends.engine.placement.large_state import State
from kalends.engine.placement.neighbourhoods import anywhere, make_room, side_by_side
from kalends.engine.placement.problem import (
    Activity,
    Blocker,
    Choice,
    Cost,
    Lane,
    Limit,
    Placed,
    Problem,
    Use,
    any_start,
)
from kalends.engine.span_columns import IntColumn

HORIZON = 12


@st.composite
def problems(draw: st.DrawFn, most: int = 7, levels: int = 3, starts_each: int = HORIZON) -> Problem:
    """Draw small and crowded problems that use every word of the problem type."""
    number = st.integers(0, 3)
    cost = st.builds(Cost, level=st.integers(0, levels - 1), weight=number)
    costs = st.none() | cost
    lanes = [
        Lane(id="one", gap=draw(st.integers(0, 2)), wished_gap=draw(number), crowded=draw(costs)),
        Lane(id="many", capacity=draw(number)),
        Lane(id="wanted", wished_gap=draw(number), crowded=draw(costs)),
        Lane(id="room"),
        Lane(id="other room", gap=draw(st.integers(0, 1))),
    ]
    count = draw(st.integers(1, most))
    activities = []
    for index in range(count):
        starts = draw(st.sets(st.integers(0, HORIZON), max_size=starts_each))
        used = draw(st.sets(st.sampled_from([0, 1, 2])))
        rooms = draw(st.sampled_from([(), (3,), (3, 4), (4, 3)]))
        home = draw(st.none() | st.integers(0, HORIZON))
        choices = tuple(
            Choice(
                lanes=rooms,
                costs=draw(st.just(()) | st.tuples(*[costs] * len(rooms))),
                current=draw(st.none() | st.integers(0, len(rooms) - 1)),
                swapped=draw(costs),
            )
            for _ in range(min(1, len(rooms)))
        )
        activities.append(
            Activity(
                id=str(index),
                duration=draw(st.integers(1, 4)),
                starts=np.array(sorted(starts), dtype=np.int64),
                costs=draw(st.none() | _column(len(starts))),
                cost_level=draw(st.integers(0, levels - 1)),
                home=home,
                movable=home is None or draw(st.integers(0, 4)) > 0,
                unplaced=draw(costs),
                moved=draw(costs),
                shift=draw(costs),
                uses=tuple(Use(lane=lane, shared=draw(cost if lane == 2 else st.none())) for lane in used),
                choices=choices,
            )
        )
    limits = []
    for _ in range(draw(st.integers(0, 2))):
        members = draw(st.sets(st.integers(0, count - 1), min_size=1))
        first = draw(st.integers(0, HORIZON))
        limits.append(
            Limit(
                activities=frozenset(members),
                first=first,
                last=first + draw(st.integers(1, 6)),
                most=draw(st.integers(0, 2)),
                over=draw(costs),
            )
        )
    return Problem(
        levels=tuple(f"level {n}" for n in range(levels)),
        lanes=tuple(lanes),
        activities=tuple(activities),
        limits=tuple(limits),
    )


def _column(length: int) -> st.SearchStrategy[IntColumn]:
    values = st.lists(st.integers(-2, 4), min_size=length, max_size=length)
    return values.map(lambda drawn: np.array(drawn, dtype=np.int64))


def _missing(problem: Problem, placed: tuple[Placed, ...]) -> int:
    pairs = zip(problem.activities, placed, strict=True)
    return sum(a.movable and a.unplaced is None and place.start is None for a, place in pairs)


def _assert_true(problem: Problem, state: State) -> None:
    """The running total is what the placement costs, and nothing hard is broken but what is missing."""
    placed = state.placed()
    costs = state.scale.fold_all(evaluate(problem, placed))
    assert state.total == costs + _missing(problem, placed) * state.scale.missing
    assert {violation.kind for violation in violations_of(problem, placed)} <= {"unplaced"}


@given(problems(), st.integers(0, 99))
@settings(max_examples=100, deadline=None)
def test_every_trial_leaves_the_true_total_and_an_allowed_placement_and_can_be_undone(
    drawn: Problem, seed: int
) -> None:
    state, draw = State(drawn), random.Random(seed)
    begin(state, drawn, None)
    _assert_true(drawn, state)
    for trial in range(12 if state.movable else 0):
        before = state.placed()
        state.rebuild((make_room, side_by_side, anywhere)[trial % 3](state, draw))
        _assert_true(drawn, state)
        if trial % 2:
            state.undo()
            assert state.placed() == before
            _assert_true(drawn, state)
        else:
            state.keep()


@pytest.mark.parametrize(("meetings", "effort", "every"), [(50, 1.2, 200), (200, 0.6, 100)])
def test_the_running_total_of_a_long_search_stays_true(meetings: int, effort: float, every: int) -> None:
    drawn = problem(instance(meetings, **size(meetings)))
    state = State(drawn)
    begin(state, drawn, None)
    least = [state.total]
    trials = 0

    class Audited(Annealing):
        def _trial(self, heat: float) -> int:
            nonlocal trials
            change = super()._trial(heat)
            trials += 1
            least.append(min(least[-1], state.total))
            if trials % every == 0:
                _assert_true(drawn, state)
            return change

    def watch(progress: Progress) -> bool:
        assert progress.costs == state.scale.unfold(least[-1])
        return True

    lowest = (0,) * len(drawn.levels)
    annealing = Audited(state, Effort(deterministic_seconds=effort), watch, lowest)
    annealing.run()
    _assert_true(drawn, state)  # also after the returns to the best that end each level
    assert annealing.costs == evaluate(drawn, annealing.best)
    assert state.total == annealing.least == least[-1]
    assert trials > 5 * every


@given(problems(), st.data())
@settings(max_examples=100, deadline=None)
def test_the_cheapest_place_is_the_cheapest_that_the_rules_allow(drawn: Problem, data: st.DataObject) -> None:
    state = State(drawn)
    begin(state, drawn, None)
    if not state.movable:
        return
    piece = data.draw(st.sampled_from(state.movable))
    placed = list(state.placed())
    state.lift(piece)
    offer = state.board.cheapest(piece)
    without = state.total

    allowed = []
    choices = drawn.activities[piece.number].choices
    for start, *chosen in product(piece.starts.tolist(), *(range(len(choice.lanes)) for choice in choices)):
        placed[piece.number] = Placed(start=start, choices=tuple(chosen))
        if all(violation.kind == "unplaced" for violation in violations_of(drawn, placed)):
            costs = state.scale.fold_all(evaluate(drawn, placed))
            allowed.append(costs + _missing(drawn, tuple(placed)) * state.scale.missing)
    assert (offer is None) == (not allowed)
    assert offer is None or without + offer.price == min(allowed)


@given(problems(levels=2), st.integers(0, 3))
@settings(max_examples=40, deadline=None)
def test_a_search_breaks_nothing_and_is_no_worse_than_its_start(drawn: Problem, seed: int) -> None:
    effort = Effort(seed=seed, deterministic_seconds=0.02)
    told: list[tuple[int, ...]] = []

    def watch(progress: Progress) -> bool:
        told.append(progress.costs)
        return True

    first = search(drawn, effort=effort, progress=watch)
    assert len(first.missing) == _missing(drawn, first.placed)
    if not first.missing:
        assert first.costs <= told[-1], "no progress is told that was not made"
    assert set(first.blockers) == {
        number
        for number, (activity, place) in enumerate(zip(drawn.activities, first.placed, strict=True))
        if activity.movable and place.start is None
    }
    assert {violation.kind for violation in violations_of(drawn, first.placed)} <= {"unplaced"}
    assert first.costs == evaluate(drawn, first.placed)
    assert first.bounds <= first.costs
    assert not first.optimal or first.costs == first.bounds

    second = search(drawn, effort=effort, start=first.placed)
    assert (_missing(drawn, second.placed), second.costs) <= (_missing(drawn, first.placed), first.costs)


@given(problems(most=3, levels=2, starts_each=4))
@settings(max_examples=25, deadline=None)
def test_a_search_of_a_tiny_problem_finds_the_best(drawn: Problem) -> None:
    found = search(drawn, effort=Effort(deterministic_seconds=0.1))
    best = min(
        (_missing(drawn, placed), evaluate(drawn, placed))
        for placed in product(*map(_places, drawn.activities))
        if all(violation.kind == "unplaced" for violation in violations_of(drawn, placed))
    )
    assert (_missing(drawn, found.placed), found.costs) == best


def _places(activity: Activity) -> list[Placed]:
    if not activity.movable:
        return [Placed(start=activity.home)]
    chosen = list(product(*(range(len(choice.lanes)) for choice in activity.choices)))
    placed = [
        Placed(start=start, choices=choices) for start in activity.starts.tolist() for choices in chosen
    ]
    return [Placed(start=None), *placed]


@given(problems())
def test_a_folded_cost_unfolds_to_itself_and_compares_as_its_levels_do(drawn: Problem) -> None:
    scale = Scale(drawn)
    state = State(drawn)
    outset = evaluate(drawn, state.placed())
    begin(state, drawn, None)
    outcome = evaluate(drawn, state.placed())
    assert scale.unfold(scale.fold_all(outcome)) == outcome
    assert (scale.fold_all(outset) < scale.fold_all(outcome)) == (outset < outcome)


def test_costs_that_pass_62_bits_are_counted_all_the_same() -> None:
    levels = 9
    activities = tuple(
        Activity(
            id=str(number),
            duration=2,
            starts=any_start(0, 9),
            costs=any_start(0, 9) * 1_000,
            cost_level=number,
            unplaced=Cost(level=0, weight=1_000),
            uses=(Use(lane=0), Use(lane=1, shared=Cost(level=8 - number, weight=1_000))),
        )
        for number in range(levels)
    )
    crowded = Problem(
        levels=tuple(f"level {n}" for n in range(levels)),
        lanes=(Lane(id="one"), Lane(id="wanted")),
        activities=activities,
    )
    assert Scale(crowded).dtype is np.object_
    found = search(crowded, effort=Effort(deterministic_seconds=0.3))
    assert not violations_of(crowded, found.placed)
    assert found.costs == evaluate(crowded, found.placed)
    assert found.costs[0] == 4_000  # at most five fit side by side


@pytest.mark.parametrize("meetings", [20, 30])
def test_meetings_are_all_held_and_the_same_effort_has_the_same_answer(meetings: int) -> None:
    drawn = problem(instance(meetings, grains=120))
    effort = Effort(seed=3, deterministic_seconds=0.5)
    found = search(drawn, effort=effort)
    assert found.costs[0] == 0
    assert not violations_of(drawn, found.placed)
    assert found.placed == search(drawn, effort=effort).placed


def test_progress_tells_of_ever_lower_costs_and_may_end_the_search() -> None:
    drawn = problem(instance(20, grains=80))
    told: list[Progress] = []

    def watch(progress: Progress) -> bool:
        told.append(progress)
        return len(told) < 5

    found = search(drawn, effort=Effort(deterministic_seconds=5), progress=watch)
    assert len(told) == 5
    assert [progress.costs for progress in told] == sorted((p.costs for p in told), reverse=True)
    assert [progress.done for progress in told] == sorted({progress.done for progress in told})
    assert found.costs == told[-1].costs


def test_the_clock_that_is_handed_in_stops_what_takes_too_long() -> None:
    drawn = problem(instance(20, grains=80))
    seconds = iter(range(1_000))
    effort = Effort(deterministic_seconds=1e6, wall_seconds=50, clock=lambda: float(next(seconds)))
    found = search(drawn, effort=effort)
    assert found.costs == evaluate(drawn, found.placed)
    assert next(seconds) == 51


def test_what_finds_no_room_says_who_stands_in_its_way() -> None:
    both = tuple(
        Activity(
            id=name,
            duration=3,
            starts=any_start(0, 2),
            unplaced=None if number else Cost(level=0),
            uses=(Use(lane=0),),
        )
        for number, name in enumerate(("may", "must"))
    )
    full = Problem(levels=("only",), lanes=(Lane(id="one"),), activities=both)
    found = search(full, effort=Effort(deterministic_seconds=0.1))
    assert found.costs == (1,)
    assert found.blockers == {0: (Blocker(activity=1, lane=0),)}
    assert not found.missing


def test_nothing_to_place_costs_nothing() -> None:
    found = search(Problem(levels=("only",), lanes=(), activities=()), effort=Effort(deterministic_seconds=1))
    assert (found.placed, found.costs, found.optimal) == ((), (0,), True)


def test_what_must_be_placed_finds_its_place_though_nothing_else_costs() -> None:
    # The long one fits only beside the short one's other start.
    must = Problem(
        levels=("only",),
        lanes=(Lane(id="one"),),
        activities=(
            Activity(id="short", duration=1, starts=any_start(0, 4), uses=(Use(lane=0),)),
            Activity(id="long", duration=3, starts=any_start(1, 2), uses=(Use(lane=0),)),
        ),
    )
    settled = (Placed(start=1), Placed(start=None))
    found = search(must, effort=Effort(deterministic_seconds=1), start=settled)
    assert not violations_of(must, found.placed)
    assert found.optimal
