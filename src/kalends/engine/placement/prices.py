"""What it costs one activity to stay at home, and what it would cost it to leave: vectors, level by level.

Vectors begin with the number of activities that must be placed and are not; the problem's levels follow.
Compared as tuples, and added and taken away number by number, they are an ordered group: all that the proof
in `relax_and_merge` needs.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from kalends.engine.placement.evaluate import swap_cost
from kalends.engine.placement.problem import Activity, Choice, Cost
from kalends.engine.placement.surroundings import Surroundings
from kalends.engine.span_columns import IntColumn

Costs = tuple[int, ...]


def total(levels: int, vectors: Iterable[Costs]) -> Costs:
    """Add vectors up."""
    return tuple(map(sum, zip((0,) * (levels + 1), *vectors, strict=True)))


def difference(one: Costs, other: Costs) -> Costs:
    """Take one vector from another."""
    return tuple(left - right for left, right in zip(one, other, strict=True))


def at_home(activity: Activity, around: Surroundings) -> Costs:
    """Give what staying costs an activity that is content at home, beside those around."""
    assert activity.home is not None
    home = np.array([activity.home])
    table = _met(
        activity, home, around, [c.lanes[c.current] for c in activity.choices if c.current is not None]
    )
    if activity.costs is not None:
        table[activity.cost_level + 1] += activity.costs[activity.starts == activity.home]
    for choice in activity.choices:
        if choice.current is not None:
            table += _column(swap_cost(choice, choice.current), len(table))
    return _least(table)


def elsewhere(activity: Activity, around: Surroundings) -> Costs:
    """Give what an activity costs at least where it is not placed at home as it is, beside those around."""
    home = activity.home
    assert home is not None
    away = activity.starts != home
    levels = len(around.problem.levels) + 1
    left = _met(activity, np.array([home]), around, [])
    if activity.unplaced is None:
        left[0] += 1
    left += _column([] if activity.unplaced is None else [activity.unplaced], levels)
    options = [_least(left)]
    if away.any():
        places = activity.starts[away]
        table = _met(activity, places, around, [])
        if activity.costs is not None:
            table[activity.cost_level + 1] += activity.costs[away]
        if activity.shift is not None:
            table[activity.shift.level + 1] += activity.shift.weight * np.abs(places - home)
        table += _column([] if activity.moved is None else [activity.moved], levels)
        options.append(total(levels - 1, [_least(table), *(_cheapest(c, levels) for c in activity.choices)]))
    for choice in activity.choices:
        others = [index for index in range(len(choice.lanes)) if index != choice.current]
        if others:
            table = _met(activity, np.array([home]), around, [])
            if activity.costs is not None:
                table[activity.cost_level + 1] += activity.costs[activity.starts == home]
            rest = [_cheapest(c, levels) for c in activity.choices if c is not choice]
            swapped = min(_least(_column(swap_cost(choice, index), levels)) for index in others)
            options.append(total(levels - 1, [_least(table), swapped, *rest]))
    return min(options)


def _met(activity: Activity, places: IntColumn, around: Surroundings, chosen: list[int]) -> IntColumn:
    """Give what meeting those around costs at each place: a row for each level, a column for each place."""
    table = np.zeros((len(around.problem.levels) + 1, len(places)), dtype=np.int64)
    lanes = [*((use.lane, use.shared) for use in activity.uses), *((lane, None) for lane in chosen)]
    for lane, soft in lanes:
        for cost, times in around.lane(lane).costs(places, activity.duration, soft):
            table[cost.level + 1] += cost.weight * times
    return table


def _column(costs: Iterable[Cost], levels: int) -> IntColumn:
    column = np.zeros((levels, 1), dtype=np.int64)
    for cost in costs:
        column[cost.level + 1] += cost.weight
    return column


def _cheapest(choice: Choice, levels: int) -> Costs:
    return min(_least(_column(swap_cost(choice, index), levels)) for index in range(len(choice.lanes)))


def _least(table: IntColumn) -> Costs:
    """Give the column that comes first."""
    return tuple(table[:, np.lexsort(table[::-1])[0]].tolist())
