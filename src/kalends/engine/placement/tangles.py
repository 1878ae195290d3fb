"""Who is in whose way: at home before anything is solved, and between solved parts.

Both are sweeps over each lane by the one rule of `evaluate`: what arrives needs room beside all that is
there, what is placed at home beside all but those that stay in conflict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kalends.engine.placement.evaluate import Stay, lanes_of, larger, position
from kalends.engine.placement.problem import Activity, Lane, Limit, Placed, Problem
from kalends.engine.placement.surroundings import lanes_used


@dataclass(slots=True)
class Groups:
    """Disjoint sets of activities that grow together."""

    _above: dict[int, int] = field(default_factory=dict)

    def join(self, members: Iterable[int]) -> None:
        """Put activities, and all that are with them, into one set."""
        roots = sorted({self._root(member) for member in members})
        for root in roots[1:]:
            self._above[root] = roots[0]

    def sets(self) -> list[frozenset[int]]:
        """Give the sets, in the order of their first members."""
        found: dict[int, set[int]] = {}
        for member in sorted(self._above):
            found.setdefault(self._root(member), set()).add(member)
        return [frozenset(members) for _, members in sorted(found.items())]

    def _root(self, member: int) -> int:
        above = self._above.setdefault(member, member)
        while above != self._above[above]:
            self._above[member] = above = self._above[above]
        return above


def as_it_is(activity: Activity) -> Placed:
    """Place an activity where it is now, on the lanes that it has now; all choices must have one."""
    current = tuple(choice.current for choice in activity.choices if choice.current is not None)
    assert len(current) == len(activity.choices)
    return Placed(start=activity.home, choices=current)


def may_be_content(activity: Activity) -> bool:
    """Say whether an activity can be placed just as it is, as far as itself goes."""
    return (
        activity.home is not None
        and bool((activity.starts == activity.home).any())
        and all(choice.current is not None for choice in activity.choices)
    )


def tangles(problem: Problem) -> list[frozenset[int]]:
    """Give the movable activities that cannot stay as they are, those together that break something together.

    What has no home begins in one tangle with all such things that want the same lane, or that one limit
    counts: they would only choose the same time.
    """
    groups = Groups()
    homeless: dict[tuple[str, int], list[int]] = {}
    for number, activity in enumerate(problem.activities):
        if activity.movable and not may_be_content(activity):
            groups.join([number])
            if activity.home is None:
                for lane in lanes_used(activity):
                    homeless.setdefault(("lane", lane), []).append(number)
    for index, limit in enumerate(problem.limits):
        homeless["limit", index] = [n for n in limit.activities if problem.activities[n].home is None]
    for together in homeless.values():
        groups.join(together)
    homes = {
        number: Placed(start=None) if activity.movable else as_it_is(activity)
        for number, activity in enumerate(problem.activities)
    }
    for lane, stays in enumerate(_stays(problem, homes)):
        for there in _instants([stay for stay in stays if stay.soft is None], problem.lanes[lane]):
            if len(there) > problem.lanes[lane].capacity:
                groups.join(s.activity for s in there if problem.activities[s.activity].movable)
    for limit in problem.limits:
        inside = [n for n in limit.activities if _inside(problem.activities[n].home, limit)]
        if limit.over is None and len(inside) > limit.most:
            groups.join(n for n in inside if problem.activities[n].movable)
    return groups.sets()


def clashes(problem: Problem, placed: Mapping[int, Placed], part: Mapping[int, int]) -> Iterator[set[int]]:
    """Give the parts that together break something, or cost more than each alone.

    `placed` holds all that is anywhere. What is in no part is settled, and each part gets on with it.
    """
    for lane, stays in zip(problem.lanes, _stays(problem, placed), strict=True):
        for there in _instants([stay for stay in stays if stay.soft is None], lane):
            parts = _parts(there, part)
            if len(parts) > 1 and len(there) > lane.capacity and _over(problem, there, lane.capacity):
                yield parts
        for one, other in _paying(stays, lane):
            parts = _parts([one, other], part)
            if len(parts) > 1:
                yield parts
    for number in range(len(problem.limits)):
        yield from _beyond(problem, number, placed, part)


def pairs_at_home(problem: Problem, placed: Mapping[int, Placed]) -> Iterator[tuple[int, int, int, int]]:
    """Give each two that cost something together where they are: both, the cost's level, and how much."""
    for lane, stays in zip(problem.lanes, _stays(problem, placed), strict=True):
        for one, other in _paying(stays, lane):
            apart = max(one.start, other.start) - min(one.end, other.end)
            cost = larger(one.soft, other.soft) if apart < 0 else lane.crowded
            assert cost is not None
            yield one.activity, other.activity, cost.level, cost.weight * (-apart if apart < 0 else 1)


def _stays(problem: Problem, placed: Mapping[int, Placed]) -> list[list[Stay]]:
    """Give for each lane who is on it, by start."""
    lanes: list[list[Stay]] = [[] for _ in problem.lanes]
    for number, place in placed.items():
        activity = problem.activities[number]
        start = position(activity, place)
        if start is not None:
            given = activity.movable and place.start is not None
            for lane, soft, before in lanes_of(activity, place):
                arrived = given and (start != activity.home or not before)
                end = start + activity.duration
                lanes[lane].append(Stay(number, start, end, soft, given, arrived))
    return [sorted(stays, key=lambda stay: (stay.start, stay.activity)) for stays in lanes]


def _instants(stays: Sequence[Stay], lane: Lane) -> Iterator[list[Stay]]:
    """Give all that are on a lane each time that something joins them, gaps included."""
    there: list[Stay] = []
    for stay in stays:
        there = [other for other in there if other.end + lane.gap > stay.start]
        there.append(stay)
        yield there


def _over(problem: Problem, there: Sequence[Stay], capacity: int) -> bool:
    if any(stay.arrived for stay in there):
        return True
    asking = [s for s in there if s.placed or not problem.activities[s.activity].movable]
    return len(asking) > capacity and any(stay.placed for stay in there)


def _paying(stays: Sequence[Stay], lane: Lane) -> Iterator[tuple[Stay, Stay]]:
    """Give each two that pay for sharing time, or for being too close."""
    if lane.crowded is None and all(stay.soft is None for stay in stays):
        return
    near = lane.wished_gap if lane.crowded is not None and lane.crowded.weight else 0
    recent: list[Stay] = []
    for stay in stays:
        recent = [other for other in recent if other.end + near > stay.start]
        for other in recent:
            if stay.start >= other.end or larger(stay.soft, other.soft) is not None:
                yield other, stay
        recent.append(stay)


def _beyond(
    problem: Problem, number: int, placed: Mapping[int, Placed], part: Mapping[int, int]
) -> Iterator[set[int]]:
    """Give the parts that together go beyond a limit, or pay more for it than each alone."""
    limit = problem.limits[number]
    counts: dict[int, int] = {}
    there, asking, given, arrived = 0, 0, False, False
    for member in limit.activities & placed.keys():
        activity = problem.activities[member]
        if _inside(position(activity, placed[member]), limit):
            is_given = activity.movable and placed[member].start is not None
            there += 1
            asking += is_given or not activity.movable
            given |= is_given
            arrived |= is_given and not _inside(activity.home, limit)
            if member in part:
                counts[part[member]] = counts.get(part[member], 0) + 1
    if len(counts) < 2:
        return
    if limit.over is None:
        if given and (there if arrived else asking) > limit.most:
            yield set(counts)
    elif limit.over.weight:
        base = there - sum(counts.values())
        spare = max(0, limit.most - base)
        alone = sum(max(0, count - spare) for count in counts.values())
        if max(0, sum(counts.values()) - spare) > alone:
            yield set(counts)


def _parts(stays: Iterable[Stay], part: Mapping[int, int]) -> set[int]:
    return {part[stay.activity] for stay in stays if stay.activity in part}


def _inside(start: int | None, limit: Limit) -> bool:
    return start is not None and limit.first <= start < limit.last
