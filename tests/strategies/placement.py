"""Small placement problems, and the plain way to the best of them: trying everything."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from kalends.engine.placement import (
    Activity,
    Choice,
    Cost,
    Lane,
    Limit,
    Placed,
    Problem,
    Use,
    evaluate,
    violations_of,
)

LAST = 7  # starts and homes lie before it


def costs(levels: int) -> SearchStrategy[Cost]:
    return st.builds(Cost, level=st.integers(0, levels - 1), weight=st.integers(0, 3))


@st.composite
def lanes(draw: DrawFn, number: int, levels: int) -> Lane:
    capacity = draw(st.sampled_from([1, 1, 1, 2, 0]))
    if capacity != 1:
        return Lane(id=f"lane {number}", capacity=capacity)
    gap, wished = draw(st.sampled_from([0, 0, 1])), draw(st.sampled_from([0, 0, 2]))
    crowded = draw(st.none() | costs(levels))
    return Lane(id=f"lane {number}", gap=gap, wished_gap=wished, crowded=crowded)


@st.composite
def activities(draw: DrawFn, number: int, known: tuple[Lane, ...], levels: int) -> Activity:
    starts = sorted(draw(st.sets(st.integers(0, LAST - 1), max_size=4)))
    home = draw(st.none() | st.sampled_from(starts or [2]) | st.integers(0, LAST - 1))
    movable = home is None or draw(st.integers(0, 4)) > 0
    order = draw(st.permutations(list(range(len(known)))))
    used = draw(st.integers(0, len(order)))
    uses = tuple(
        Use(
            lane=lane,
            shared=draw(st.none() | st.none() | costs(levels)) if known[lane].capacity == 1 else None,
        )
        for lane in order[:used]
    )
    rest = order[used:]
    choices: tuple[Choice, ...] = ()
    if draw(st.booleans()) and rest:
        current = None if home is None else draw(st.integers(0, len(rest) - 1) | st.none())
        current = 0 if current is None and not movable else current
        choices = (Choice(lanes=tuple(rest), current=current, swapped=draw(st.none() | costs(levels))),)
    of_starts = draw(st.none() | st.lists(st.integers(0, 3), min_size=len(starts), max_size=len(starts)))
    return Activity(
        id=f"activity {number}",
        duration=draw(st.integers(1, 3)),
        starts=np.array(starts, dtype=np.int64),
        costs=None if of_starts is None else np.array(of_starts, dtype=np.int64),
        cost_level=draw(st.integers(0, levels - 1)),
        home=home,
        movable=movable,
        unplaced=draw(costs(levels) | costs(levels) | st.none()),
        moved=draw(st.none() | costs(levels)),
        shift=draw(st.none() | costs(levels)),
        uses=uses,
        choices=choices,
    )


@st.composite
def problems(draw: DrawFn) -> Problem:
    """Draw problems of up to four activities, with everything that the problem type can say."""
    levels = draw(st.integers(1, 3))
    known = tuple(draw(lanes(number, levels)) for number in range(draw(st.integers(1, 3))))
    drawn = tuple(draw(activities(number, known, levels)) for number in range(draw(st.integers(0, 4))))
    limits = []
    for _ in range(draw(st.integers(0, 2)) if drawn else 0):
        first = draw(st.integers(0, LAST - 1))
        counted = draw(st.frozensets(st.integers(0, len(drawn) - 1)))
        most, over = draw(st.integers(0, 2)), draw(st.none() | costs(levels))
        last = first + draw(st.integers(1, 4))
        limits.append(Limit(activities=counted, first=first, last=last, most=most, over=over))
    names = tuple(f"level {number}" for number in range(levels))
    return Problem(levels=names, lanes=known, activities=drawn, limits=tuple(limits))


def places(activity: Activity) -> Iterator[Placed]:
    """Give everything that may become of one activity."""
    if not activity.movable:
        yield as_it_is(activity)
        return
    yield Placed(start=None)
    for start in activity.starts.tolist():
        for chosen in product(*(range(len(choice.lanes)) for choice in activity.choices)):
            yield Placed(start=start, choices=chosen)


def as_it_is(activity: Activity) -> Placed:
    chosen = tuple(choice.current for choice in activity.choices if choice.current is not None)
    return Placed(start=activity.home, choices=chosen)


def worth(problem: Problem, placed: tuple[Placed, ...]) -> tuple[int, ...] | None:
    """Give how many are missing that must be placed, then the costs; None where something hard breaks."""
    broken = violations_of(problem, placed)
    missing = sum(violation.kind == "unplaced" for violation in broken)
    return (missing, *evaluate(problem, placed)) if missing == len(broken) else None


def best_of_all(problem: Problem) -> tuple[int, ...]:
    """Try everything."""
    tried = (worth(problem, placed) for placed in product(*map(places, problem.activities)))
    return min(each for each in tried if each is not None)
