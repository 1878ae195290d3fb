"""What is to be placed, and what it costs: the public problem type.

Time is counted in grains of any length, from any origin. Costs are compared level by level: the first level
decides, the second only between equals, and so on. A cost of None stands for "never".
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from kalends.engine.span_columns import IntColumn


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What something counts for: `weight` on one of the problem's levels."""

    level: int
    weight: int = 1  # at least 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A person, a room or anything else that can be used by only so many activities at once."""

    id: str
    capacity: int = 1  # 0 or more; soft uses and gaps need a capacity of 1
    gap: int = 0  # grains kept free between two of its activities, always
    wished_gap: int = 0  # grains that should be free between any two that do not overlap
    crowded: Cost | None = None  # of each two that are closer


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A lane that an activity needs.

    Two activities of which each must have the lane (`shared` None) never overlap beyond its capacity. Where
    one would only like it, each grain they share costs its `shared`; where both would, the larger of the two.
    """

    lane: int
    shared: Cost | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One lane to be had out of several, such as any room that is large enough.

    What is placed gets one for each of its choices, all different. What stays unplaced at home keeps the
    current one, if it has any.
    """

    lanes: tuple[int, ...]  # at least one, each once
    costs: tuple[Cost | None, ...] = ()  # of each; none where empty
    current: int | None = None  # index into `lanes` of the one it has now
    swapped: Cost | None = None  # of getting another than the current


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Activity:
    """Something that takes `duration` grains at one of its `starts`.

    One with a `home` that cannot be placed stays there, in the way it is now: it may go on overlapping what
    else stays at home, and whatever moves keeps clear of it. One without a home is then left out. What is not
    `movable` stays at home whatever it overlaps there.
    """

    id: str
    duration: int  # 1 or more
    starts: IntColumn  # allowed, ascending, each once; without its home where that breaks something
    costs: IntColumn | None = None  # of each start, 0 or more, on `cost_level`
    cost_level: int = 0
    home: int | None = None  # where it is now
    movable: bool = True
    unplaced: Cost | None = None  # None: it must be placed
    moved: Cost | None = None  # of any start but home
    shift: Cost | None = None  # of each grain between home and start
    uses: tuple[Use, ...] = ()
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """No more than `most` of some activities may start within [first, last): so many a day, a week."""

    activities: frozenset[int]
    first: int
    last: int
    most: int
    over: Cost | None = None  # of each beyond; None: never, though what cannot move counts and may exceed it


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Activities to be placed together."""

    levels: tuple[str, ...]  # names, the first to decide first
    lanes: tuple[Lane, ...]
    activities: tuple[Activity, ...]
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where one activity goes."""

    start: int | None  # None: nowhere; with a home it stays there, in the way it is
    choices: tuple[int, ...] = ()  # for each of the activity's choices, an index into its lanes


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocker:
    """What keeps one activity from one lane's time: the reason for a start that was not to be had."""

    activity: int  # that stands in the way
    lane: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """The best placement found."""

    placed: tuple[Placed, ...]  # in the order of the problem's activities
    costs: tuple[int, ...]  # on each level
    bounds: tuple[int, ...]  # what no placement can go below, level by level
    optimal: bool  # nothing better exists
    groups: int = 0  # independent tangles that were solved apart
    missing: tuple[int, ...] = ()  # must be placed, and cannot be: the problem contradicts itself
    # Of each activity that could not be placed: who stands in its way, the most frequent first.
    blockers: dict[int, Sequence[Blocker]] = field(default_factory=dict)

    @property
    def gap(self) -> float:
        """Give how far the deciding cost may lie above the best: 0 where optimal, else up to 1."""
        for cost, bound in zip(self.costs, self.bounds, strict=True):
            if cost != bound:
                return 1.0 if cost == 0 else min(1.0, (cost - bound) / max(1, abs(cost)))
        return 0.0


def restricted(problem: Problem, kept: Sequence[int], *, frozen: Collection[int] = ()) -> Problem:
    """Give the problem of some of the activities, in this order, of which the frozen stay as they are."""
    index = {number: position for position, number in enumerate(kept)}
    activities = (problem.activities[number] for number in kept)
    return replace(
        problem,
        activities=tuple(
            replace(activity, movable=activity.movable and number not in frozen)
            for number, activity in zip(kept, activities, strict=True)
        ),
        limits=tuple(
            replace(limit, activities=frozenset(index[n] for n in limit.activities if n in index))
            for limit in problem.limits
        ),
    )


def any_start(first: int, last: int) -> IntColumn:
    """Give every start in [first, last)."""
    return np.arange(first, last, dtype=np.int64)
