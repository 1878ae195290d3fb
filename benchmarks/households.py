"""A household's week to be put in order, drawn from a published seed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.random import Generator, default_rng

from kalends.engine.placement import (
    Activity,
    Choice,
    Cost,
    Lane,
    Limit,
    Placed,
    Problem,
    Use,
    violations_of,
)

SEED = 20_260_302
DAY, DAYS = 96, 7  # grains of a quarter of an hour
MORNING, NIGHT = 28, 88  # 07:00 and 22:00
RANKS = 6
SOFT, SHIFT = 2 * RANKS, 2 * RANKS + 1
LEVELS = (
    *(f"{kind} {rank}" for rank in range(RANKS, 0, -1) for kind in ("unplaced", "moved")),
    "soft",
    "shift",
)


def week(
    *, members: int = 8, resources: int = 20, events: int = 200, conflicting: int = 60, seed: int = SEED
) -> Problem:
    """Draw a week in which `conflicting` of the events are in conflict.

    All events are first given free time. Then some are thrown onto others, until enough of them clash.
    Members want a quarter of an hour between events and no more than eight a day; of the resources two are
    cars, of which either will do, and one is a kitchen for three.
    """
    random = default_rng(seed)
    lanes = (
        *(
            Lane(id=f"member {n}", wished_gap=n % 2, crowded=Cost(level=SOFT, weight=3) if n % 2 else None)
            for n in range(members)
        ),
        *(Lane(id=f"resource {n}", capacity=3 if n == 2 else 1) for n in range(resources)),
    )
    drawn: list[Activity] = []
    empty = Problem(levels=LEVELS, lanes=lanes, activities=())
    while len(drawn) < events:
        activity = _activity(random, len(drawn), members, resources)
        together = replace(
            empty, activities=(*(other for other in drawn if _near(other, activity)), activity)
        )
        if not _clashing(together):
            drawn.append(activity)
    clashing: set[int] = set()
    while len(clashing) < conflicting:
        thrown, onto = (int(n) for n in random.integers(0, events, 2))
        one, other = drawn[thrown], drawn[onto]
        if one.movable and thrown not in clashing and thrown != onto:
            moved = replace(one, home=other.home)
            near = [n for n in range(events) if n != thrown and _near(drawn[n], moved)]
            found = {
                [*near, thrown][n]
                for n in _clashing(replace(empty, activities=(*(drawn[n] for n in near), moved)))
            }
            if thrown in found and len(clashing | found) <= conflicting:
                drawn[thrown] = moved
                clashing |= found
    problem = replace(empty, activities=tuple(drawn))
    return replace(problem, limits=tuple(_limits(problem, members)))


def _activity(random: Generator, number: int, members: int, resources: int) -> Activity:
    rank = int(random.integers(1, RANKS + 1))
    level = 2 * (RANKS - rank)
    duration = int(random.choice([2, 4, 4, 6, 8]))
    who = random.permutation(members)[: int(random.choice([1, 1, 2, 3]))].tolist()
    uses = [Use(lane=int(who[0])), *(Use(lane=int(n), shared=_optional(random)) for n in who[1:])]
    choices: tuple[Choice, ...] = ()
    if random.random() < 0.15:
        cars = (members, members + 1)
        choices = (Choice(lanes=cars, current=int(random.integers(2)), swapped=Cost(level=level + 1)),)
    elif random.random() < 0.4:
        uses.append(Use(lane=members + int(random.integers(2, resources))))
    starts = np.concatenate([np.arange(MORNING, NIGHT - duration + 1) + day * DAY for day in range(DAYS)])
    evening = (starts % DAY >= 80).astype(np.int64)
    return Activity(
        id=f"event {number}",
        duration=duration,
        starts=starts,
        costs=evening * int(random.integers(0, 6)),
        cost_level=SOFT,
        home=int(random.choice(starts)),
        movable=bool(random.random() < 0.85),
        unplaced=Cost(level=level),
        moved=Cost(level=level + 1, weight=int(random.integers(1, 3))),
        shift=Cost(level=SHIFT),
        uses=tuple(uses),
        choices=choices,
    )


def _optional(random: Generator) -> Cost | None:
    return Cost(level=SOFT) if random.random() < 0.3 else None


def _limits(problem: Problem, members: int) -> list[Limit]:
    """Ask for no more than eight events a day of each member."""
    of = [
        frozenset(n for n, a in enumerate(problem.activities) if m in {u.lane for u in a.uses})
        for m in range(members)
    ]
    return [
        Limit(activities=each, first=day * DAY, last=(day + 1) * DAY, most=8, over=Cost(level=SOFT, weight=4))
        for each in of
        for day in range(DAYS)
    ]


def _near(one: Activity, other: Activity) -> bool:
    """Say whether two events are near enough in time to clash."""
    assert one.home is not None
    assert other.home is not None
    return abs(one.home - other.home) < 16


def _clashing(problem: Problem) -> set[int]:
    """Give the events that clash where they are."""
    places = [
        Placed(start=a.home, choices=tuple(c.current for c in a.choices if c.current is not None))
        for a in problem.activities
    ]
    still = replace(problem, activities=tuple(replace(a, movable=True) for a in problem.activities))
    return {n for violation in violations_of(still, places) for n in violation.activities}
