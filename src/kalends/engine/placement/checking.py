"""What a problem must be before it can be solved; what is not is refused by the name of its field."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kalends.engine.placement.problem import Activity, Choice, Cost, Lane, Limit, Problem
from kalends.kit.errors import InvalidInput

FARTHEST = 1 << 31
"""Grains and weights stay below this in size, so that no sum of them overflows."""


def check(problem: Problem) -> None:
    """Raise InvalidInput with the first field that makes no sense."""
    levels = len(problem.levels)
    for number, lane in enumerate(problem.lanes):
        _check_lane(lane, f"lanes.{number}", levels)
    _check_unique([lane.id for lane in problem.lanes], "lanes")
    for number, activity in enumerate(problem.activities):
        _check_activity(activity, f"activities.{number}", problem)
    _check_unique([activity.id for activity in problem.activities], "activities")
    for number, limit in enumerate(problem.limits):
        _check_limit(limit, f"limits.{number}", problem)


def _check_lane(lane: Lane, field: str, levels: int) -> None:
    _check_number(lane.capacity, f"{field}.capacity")
    _check_number(lane.gap, f"{field}.gap")
    _check_number(lane.wished_gap, f"{field}.wished_gap")
    _check_cost(lane.crowded, f"{field}.crowded", levels)
    if lane.capacity != 1 and (lane.gap or lane.wished_gap):
        raise InvalidInput("A gap needs a capacity of 1.", field=f"{field}.gap", capacity=lane.capacity)


def _check_activity(activity: Activity, field: str, problem: Problem) -> None:
    levels = len(problem.levels)
    _check_number(activity.duration, f"{field}.duration", least=1)
    starts = activity.starts
    if starts.ndim != 1 or not np.issubdtype(starts.dtype, np.integer) or (np.diff(starts) <= 0).any():
        raise InvalidInput("Starts are whole numbers, ascending, each once.", field=f"{field}.starts")
    if len(starts):
        _check_number(int(starts[0]), f"{field}.starts", least=-FARTHEST)
        _check_number(int(starts[-1]), f"{field}.starts", least=-FARTHEST)
    if activity.home is not None:
        _check_number(activity.home, f"{field}.home", least=-FARTHEST)
    elif not activity.movable:
        raise InvalidInput("What cannot move needs a home.", field=f"{field}.home")
    for name in ("unplaced", "moved", "shift"):
        _check_cost(getattr(activity, name), f"{field}.{name}", levels)
    if activity.costs is not None:
        if activity.costs.shape != starts.shape:
            raise InvalidInput("Each start has one cost.", field=f"{field}.costs")
        for cost in (activity.costs.min(initial=0), activity.costs.max(initial=0)):
            _check_cost(Cost(level=activity.cost_level, weight=int(cost)), f"{field}.costs", levels)
    fixed = [use.lane for use in activity.uses]
    for number, use in enumerate(activity.uses):
        _check_index(use.lane, len(problem.lanes), f"{field}.uses.{number}.lane")
        _check_cost(use.shared, f"{field}.uses.{number}.shared", levels)
        if use.shared is not None and problem.lanes[use.lane].capacity != 1:
            raise InvalidInput(
                "A soft use needs a lane of capacity 1.", field=f"{field}.uses.{number}.shared"
            )
    _check_unique(fixed, f"{field}.uses")
    for number, choice in enumerate(activity.choices):
        _check_choice(choice, f"{field}.choices.{number}", activity, problem)
    _check_unique(list(_current_lanes(activity)), f"{field}.choices")


def _check_choice(choice: Choice, field: str, activity: Activity, problem: Problem) -> None:
    if not choice.lanes:
        raise InvalidInput("A choice needs at least one lane.", field=f"{field}.lanes")
    for lane in choice.lanes:
        _check_index(lane, len(problem.lanes), f"{field}.lanes")
    _check_unique([*choice.lanes, *(use.lane for use in activity.uses)], f"{field}.lanes")
    if choice.costs and len(choice.costs) != len(choice.lanes):
        raise InvalidInput("Each lane of a choice has one cost.", field=f"{field}.costs")
    for cost in (*choice.costs, choice.swapped):
        _check_cost(cost, f"{field}.costs", len(problem.levels))
    if choice.current is not None:
        _check_index(choice.current, len(choice.lanes), f"{field}.current")
        if activity.home is None:
            raise InvalidInput("What is nowhere now has no lane now.", field=f"{field}.current")
    elif not activity.movable:
        raise InvalidInput("What cannot move keeps its lane: say which.", field=f"{field}.current")


def _check_limit(limit: Limit, field: str, problem: Problem) -> None:
    for number in limit.activities:
        _check_index(number, len(problem.activities), f"{field}.activities")
    _check_number(limit.most, f"{field}.most")
    _check_cost(limit.over, f"{field}.over", len(problem.levels))
    if limit.first > limit.last:
        raise InvalidInput("A window ends after it begins.", field=f"{field}.last", first=limit.first)


def _check_cost(cost: Cost | None, field: str, levels: int) -> None:
    if cost is not None:
        _check_index(cost.level, levels, f"{field}.level")
        _check_number(cost.weight, f"{field}.weight")


def _check_index(value: int, count: int, field: str) -> None:
    if not 0 <= value < count:
        raise InvalidInput(f"{value} is not among the {count} there are.", field=field)


def _check_number(value: int, field: str, *, least: int = 0) -> None:
    if not least <= value < FARTHEST:
        raise InvalidInput(f"{value} is not between {least} and {FARTHEST - 1}.", field=field)


def _check_unique(values: list[str] | list[int], field: str) -> None:
    seen: set[str | int] = set()
    for value in values:
        if value in seen:
            raise InvalidInput(f"{value} is given twice.", field=field)
        seen.add(value)


def _current_lanes(activity: Activity) -> Iterator[int]:
    return (c.lanes[c.current] for c in activity.choices if c.current is not None)
