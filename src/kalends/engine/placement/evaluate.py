"""What a placement costs and what hard things it breaks: plainly, one definition after the other.

This is the meaning of a problem. The solvers are quicker ways to the same answers and are tested against it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, NamedTuple

from kalends.engine.placement.problem import Activity, Choice, Cost, Limit, Placed, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """Something hard that a placement breaks."""

    kind: Literal["start", "choice", "unplaced", "immovable", "lane", "limit"]
    activities: tuple[int, ...]  # that take part
    lane: int | None = None
    limit: int | None = None


class Stay(NamedTuple):
    """An activity where it is on one lane."""

    activity: int
    start: int
    end: int
    soft: Cost | None  # what each shared grain costs, where it would only like the lane
    placed: bool  # movable and given a start, not left where it was
    arrived: bool  # placed where it was not before: at another time, or on another lane


def position(activity: Activity, placed: Placed) -> int | None:
    """Give where an activity is: at its start, else at home, else nowhere."""
    if placed.start is None or not activity.movable:
        return activity.home
    return placed.start


def swap_cost(choice: Choice, index: int) -> list[Cost]:
    """Give what getting one lane of a choice costs."""
    own = choice.costs[index] if choice.costs else None
    swapped = choice.swapped if choice.current not in (None, index) else None
    return [cost for cost in (own, swapped) if cost is not None]


def larger(one: Cost | None, other: Cost | None) -> Cost | None:
    """Give the cost that decides before the other; None costs nothing."""
    costs = [cost for cost in (one, other) if cost is not None and cost.weight]
    return min(costs, key=lambda cost: (cost.level, -cost.weight), default=None)


def lanes_of(activity: Activity, placed: Placed) -> Iterator[tuple[int, Cost | None, bool]]:
    """Give the lanes that an activity is on: each with its soft cost and whether it was on it before."""
    for use in activity.uses:
        yield use.lane, use.shared, True
    for number, choice in enumerate(activity.choices):
        index = choice.current if placed.start is None or not activity.movable else placed.choices[number]
        if index is not None:
            yield choice.lanes[index], None, index == choice.current


def evaluate(problem: Problem, placed: Sequence[Placed]) -> tuple[int, ...]:
    """Give what a placement costs on each level, whatever it breaks."""
    costs = [0] * len(problem.levels)

    def pay(cost: Cost | None, times: int = 1) -> None:
        if cost is not None:
            costs[cost.level] += cost.weight * times

    for activity, place in zip(problem.activities, placed, strict=True):
        if not activity.movable:
            continue
        if place.start is None:
            pay(activity.unplaced)
            continue
        if activity.costs is not None:
            of_start = activity.costs[activity.starts == place.start].tolist()
            pay(Cost(level=activity.cost_level, weight=sum(of_start)))
        if activity.home is not None:
            pay(activity.moved, int(place.start != activity.home))
            pay(activity.shift, abs(place.start - activity.home))
        for choice, index in zip(activity.choices, place.choices, strict=True):
            for cost in swap_cost(choice, index):
                pay(cost)
    for lane, stays in zip(problem.lanes, stays_by_lane(problem, placed), strict=True):
        if lane.crowded is None and all(stay.soft is None for stay in stays):
            continue
        for one, other in combinations(stays, 2):
            apart = max(one.start, other.start) - min(one.end, other.end)
            if apart < 0:
                pay(larger(one.soft, other.soft), -apart)
            elif apart < lane.wished_gap:
                pay(lane.crowded)
    for limit in problem.limits:
        pay(limit.over, max(0, len(_starting(problem, placed, limit)) - limit.most))
    return tuple(costs)


def violations_of(problem: Problem, placed: Sequence[Placed]) -> list[Violation]:
    """Give everything hard that a placement breaks: nothing exactly if it is allowed."""
    found: list[Violation] = []
    for number, (activity, place) in enumerate(zip(problem.activities, placed, strict=True)):
        if not activity.movable:
            if place.start != activity.home:
                found.append(Violation(kind="immovable", activities=(number,)))
        elif place.start is None:
            if activity.unplaced is None:
                found.append(Violation(kind="unplaced", activities=(number,)))
        elif place.start not in activity.starts.tolist():
            found.append(Violation(kind="start", activities=(number,)))
        elif len(place.choices) != len(activity.choices) or _twice(activity, place):
            found.append(Violation(kind="choice", activities=(number,)))
    for lane, stays in enumerate(stays_by_lane(problem, placed)):
        found += _over_capacity(problem, lane, [stay for stay in stays if stay.soft is None])
    for number, limit in enumerate(problem.limits):
        if limit.over is None and _exceeded(problem, placed, limit):
            starting = tuple(_starting(problem, placed, limit))
            found.append(Violation(kind="limit", activities=starting, limit=number))
    return found


def stays_by_lane(problem: Problem, placed: Sequence[Placed]) -> list[list[Stay]]:
    """Give for each lane the activities that are on it, in the order of the problem."""
    lanes: list[list[Stay]] = [[] for _ in problem.lanes]
    for number, (activity, place) in enumerate(zip(problem.activities, placed, strict=True)):
        start = position(activity, place)
        if start is None:
            continue
        given = activity.movable and place.start is not None
        for lane, soft, before in lanes_of(activity, place):
            lanes[lane].append(
                Stay(
                    activity=number,
                    start=start,
                    end=start + activity.duration,
                    soft=soft,
                    placed=given,
                    arrived=given and (start != activity.home or not before),
                )
            )
    return lanes


def _twice(activity: Activity, place: Placed) -> bool:
    """Say whether two choices got the same lane."""
    got = [choice.lanes[index] for choice, index in zip(activity.choices, place.choices, strict=True)]
    return len(set(got)) < len(got)


def _over_capacity(problem: Problem, lane: int, stays: list[Stay]) -> Iterator[Violation]:
    """Give the instants, each a start of something, at which too many are on a lane.

    What arrives must find room beside all that is there; what is placed at home, beside all but those that
    stay in conflict; what stays in conflict or cannot move asks for nothing.
    """
    gap, capacity = problem.lanes[lane].gap, problem.lanes[lane].capacity
    for instant in sorted({stay.start for stay in stays}):
        there = [stay for stay in stays if stay.start <= instant < stay.end + gap]
        if not any(stay.arrived for stay in there):
            there = [s for s in there if s.placed or not problem.activities[s.activity].movable]
        if len(there) > capacity and any(stay.placed for stay in there):
            yield Violation(kind="lane", activities=tuple(stay.activity for stay in there), lane=lane)


def _starting(problem: Problem, placed: Sequence[Placed], limit: Limit) -> list[int]:
    """Give the activities that a limit counts."""
    positions = {n: position(problem.activities[n], placed[n]) for n in sorted(limit.activities)}
    return [n for n, start in positions.items() if start is not None and limit.first <= start < limit.last]


def _exceeded(problem: Problem, placed: Sequence[Placed], limit: Limit) -> bool:
    """Say whether too many start in a limit's window, seen as on a lane."""
    there = _starting(problem, placed, limit)
    movable = {n for n in there if problem.activities[n].movable}
    given = {n for n in movable if placed[n].start is not None}
    homes = {n: problem.activities[n].home for n in given}
    if all(home is not None and limit.first <= home < limit.last for home in homes.values()):
        there = [n for n in there if n in given or n not in movable]
    return bool(given) and len(there) > limit.most
