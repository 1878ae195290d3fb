"""A problem in the form that a search turns over thousands of times a second.

All of a placement's costs become one integer: each level gets a factor larger than all that the levels after
it can add up to, so that integers compare as the costs do. Where that needs more than 62 bits, columns hold
Python's integers: slower, and as exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kalends.engine.placement.evaluate import swap_cost
from kalends.engine.placement.problem import Activity, Cost, Lane, Problem
from kalends.engine.span_columns import IntColumn

Column = NDArray[Any]
"""Costs: int64 where they fit, else Python's integers."""


class Scale:
    """The levels of a problem folded into one integer, and back."""

    def __init__(self, problem: Problem) -> None:
        reach = _reach(problem)
        self.factors: list[int] = []
        factor = 1
        for most in reversed(reach):
            self.factors.insert(0, factor)
            factor *= 2 * most + 1
        self._reach = reach
        self.missing = factor  # costs more than all else together: what must be placed and is not
        must = sum(activity.movable and activity.unplaced is None for activity in problem.activities)
        self.dtype = np.int64 if factor * 2 * (must + 1) < 2**62 else np.object_

    def fold(self, cost: Cost | None, times: int = 1) -> int:
        return 0 if cost is None else cost.weight * times * self.factors[cost.level]

    def fold_all(self, costs: tuple[int, ...]) -> int:
        return sum(cost * factor for cost, factor in zip(costs, self.factors, strict=True))

    def unfold(self, folded: int) -> tuple[int, ...]:
        """Give the cost on each level, leaving aside what must be placed and is not."""
        costs = []
        for most in reversed(self._reach):
            folded, digit = divmod(folded + most, 2 * most + 1)
            costs.append(digit - most)
        return tuple(reversed(costs))

    def missing_in(self, folded: int) -> int:
        """Give how many must be placed and are not."""
        return (folded + self.missing // 2) // self.missing


def _reach(problem: Problem) -> list[int]:
    """Give for each level more than any placement can cost there."""
    reach = [1] * len(problem.levels)

    def add(cost: Cost | None, times: int = 1) -> None:
        if cost is not None:
            reach[cost.level] += cost.weight * times

    on_lane: list[list[Activity]] = [[] for _ in problem.lanes]
    for activity in problem.activities:
        if activity.costs is not None and len(activity.costs):
            reach[activity.cost_level] += int(np.abs(activity.costs).max())
        if activity.home is not None and len(activity.starts):
            add(activity.shift, int(np.abs(activity.starts - activity.home).max()))
        add(activity.unplaced)
        add(activity.moved)
        for choice in activity.choices:
            for cost in (*choice.costs, choice.swapped):
                add(cost)
        for used in {use.lane for use in activity.uses} | {n for c in activity.choices for n in c.lanes}:
            on_lane[used].append(activity)
    for number, (lane, there) in enumerate(zip(problem.lanes, on_lane, strict=True)):
        add(lane.crowded, len(there) ** 2)
        for activity in there:
            for use in activity.uses:
                if use.lane == number:
                    add(use.shared, activity.duration * len(there))
    for limit in problem.limits:
        add(limit.over, len(limit.activities))
    return reach


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One lane for each of an activity's choices."""

    chosen: tuple[int, ...]  # the index of the lane within each choice
    lanes: tuple[int, ...]
    kept: tuple[bool, ...]  # whether each is the lane that it has now
    price: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Toll:
    """What being on some lanes costs an activity, and what its being there costs others.

    The tolls of a board are a matrix of rows x grains. A row belongs to one kind of user of one lane and
    holds what such a user would pay for each grain.
    """

    pays: IntColumn  # rows to add up
    leaves: IntColumn  # rows to add to
    amounts: Column  # how much, as a column beside `leaves`


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Piece:
    """One activity, ready to be tried at all its starts at once."""

    number: int
    duration: int
    starts: IntColumn
    ends: IntColumn
    prices: Column  # of each start: its own cost, moving and shifting
    allowed: int  # bit mask of the starts
    home: int | None
    home_allowed: bool
    movable: bool
    unplaced: int  # price of not being placed
    hard: tuple[int, ...]  # lanes that it must have
    soft: tuple[int, ...]  # lanes that it would like
    toll: Toll  # of hard and soft ones
    ways: tuple[Way, ...]
    way_prices: Column  # of the ways, as a column beside them
    present: Way  # the lanes of its choices where it is now
    limits: tuple[int, ...]

    def price_of_start(self, start: int) -> int:
        return int(self.prices[np.searchsorted(self.starts, start)])


class Pieces:
    """All pieces of a problem, with the rows that their tolls are kept in."""

    def __init__(self, problem: Problem) -> None:
        self.scale = Scale(problem)
        self.lanes = problem.lanes
        self.limits = problem.limits
        self.horizon = max((_last(activity, problem.lanes) for activity in problem.activities), default=0) + 1
        kinds: list[dict[int, None]] = [{} for _ in problem.lanes]
        for activity in problem.activities:
            for use in activity.uses:
                if use.shared is not None:
                    kinds[use.lane][self.scale.fold(use.shared)] = None
        # On each lane with a soft user, the kinds: 0 for those who must have it, else what they pay a grain.
        self._kinds = [[0, *(fee for fee in found if fee)] if found else [] for found in kinds]
        rows = iter(range(sum(map(len, self._kinds))))
        self._rows = [[next(rows) for _ in found] for found in self._kinds]
        self.rows = sum(map(len, self._kinds))
        self.lane_tolls = tuple(self._toll([(lane, 0)]) for lane in range(len(problem.lanes)))
        self.pieces = tuple(
            self._piece(n, activity, problem) for n, activity in enumerate(problem.activities)
        )

    def _toll(self, users: list[tuple[int, int]]) -> Toll:
        """Give the toll of being on some lanes as users of some kinds."""
        pays, leaves, amounts = [], [], []
        for lane, kind in users:
            for row, other in zip(self._rows[lane], self._kinds[lane], strict=True):
                if other == kind:
                    pays.append(row)
                if fee := max(kind, other):
                    leaves.append(row)
                    amounts.append(fee)
        return Toll(
            pays=np.array(pays, dtype=np.int64),
            leaves=np.array(leaves, dtype=np.int64),
            amounts=np.array(amounts, dtype=self.scale.dtype)[:, None],
        )

    def _piece(self, number: int, activity: Activity, problem: Problem) -> Piece:
        fold = self.scale.fold
        starts = np.asarray(activity.starts, dtype=np.int64)
        prices: Column = np.zeros(len(starts), dtype=self.scale.dtype)
        if activity.costs is not None:
            prices = (
                prices + activity.costs.astype(self.scale.dtype) * self.scale.factors[activity.cost_level]
            )
        if activity.home is not None:
            away = starts - activity.home
            prices = prices + (away != 0).astype(self.scale.dtype) * fold(activity.moved)
            prices = prices + np.abs(away).astype(self.scale.dtype) * fold(activity.shift)
        hard = tuple(use.lane for use in activity.uses if use.shared is None)
        soft = tuple(use.lane for use in activity.uses if use.shared is not None)
        users = [(use.lane, fold(use.shared)) for use in activity.uses]
        now = [choice.current for choice in activity.choices]
        present = [
            (choice.lanes[i], i) for choice, i in zip(activity.choices, now, strict=True) if i is not None
        ]
        ways = tuple(self._ways(activity))
        return Piece(
            number=number,
            duration=activity.duration,
            starts=starts,
            ends=starts + activity.duration,
            prices=prices,
            allowed=sum(1 << start for start in starts.tolist()),
            home=activity.home,
            home_allowed=activity.home is not None and activity.home in starts,
            movable=activity.movable,
            unplaced=self.scale.missing if activity.unplaced is None else fold(activity.unplaced),
            hard=hard,
            soft=soft,
            toll=self._toll(users),
            ways=ways,
            way_prices=np.array([way.price for way in ways], dtype=self.scale.dtype)[:, None],
            present=Way(
                chosen=tuple(index for _, index in present),
                lanes=tuple(lane for lane, _ in present),
                kept=(True,) * len(present),
                price=0,
            ),
            limits=tuple(n for n, limit in enumerate(problem.limits) if number in limit.activities),
        )

    def _ways(self, activity: Activity) -> Iterator[Way]:
        """Give every way to choose, the cheapest first, no lane twice."""
        used = [use.lane for use in activity.uses]
        found = []
        for chosen in product(*(range(len(choice.lanes)) for choice in activity.choices)):
            pairs = list(zip(activity.choices, chosen, strict=True))
            lanes = tuple(choice.lanes[index] for choice, index in pairs)
            if len({*lanes, *used}) < len(lanes) + len(used):
                continue
            price = sum(self.scale.fold(cost) for pair in pairs for cost in swap_cost(*pair))
            kept = tuple(choice.current == index for choice, index in pairs)
            found.append(Way(chosen=chosen, lanes=lanes, kept=kept, price=price))
        yield from sorted(found, key=lambda way: way.price)


def _last(activity: Activity, lanes: tuple[Lane, ...]) -> int:
    """Give a grain that an activity never passes, gaps included."""
    last = max(
        [*activity.starts[-1:].tolist(), *([] if activity.home is None else [activity.home])], default=0
    )
    gap = max((lane.gap for lane in lanes), default=0)
    return last + activity.duration + gap
