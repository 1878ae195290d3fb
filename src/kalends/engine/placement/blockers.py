"""Who stands in the way of what could not be placed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from kalends.engine.placement.problem import Blocker, Placed, Problem
from kalends.engine.placement.surroundings import Surroundings


def blockers(problem: Problem, number: int, placed: Sequence[Placed]) -> tuple[Blocker, ...]:
    """Give who keeps an activity from its allowed starts, those that close the most of them first."""
    activity = problem.activities[number]
    around = Surroundings(problem, frozenset({number}), placed)
    starts = activity.starts if activity.home is None else activity.starts[activity.starts != activity.home]
    lanes = {use.lane for use in activity.uses if use.shared is None}
    lanes.update(lane for choice in activity.choices for lane in choice.lanes)
    closed: Counter[Blocker] = Counter()
    for lane in sorted(lanes):
        use = around.lane(lane)
        taken = starts[~use.open_to_arrival(starts, activity.duration)]
        for stay in use.stays:
            met = (taken < stay.end + use.lane.gap) & (taken + activity.duration + use.lane.gap > stay.start)
            if stay.soft is None and met.any():
                closed[Blocker(activity=stay.activity, lane=lane)] += int(np.count_nonzero(met))
    return tuple(sorted(closed, key=lambda b: (-closed[b], b.activity, b.lane)))
