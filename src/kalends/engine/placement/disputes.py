"""Small tangles without a solver: all begin at their cheapest places, and disputes are settled one by one.

A node of the search leaves each free activity some options, of which it has the cheapest. Where two get into
each other's way at some instant, every placement has one of them elsewhere at that instant: two nodes, each
with fewer options. Where two pay for each other, one is pinned to its place, or goes before it, or after it;
what two pinned ones pay is certain. Nodes are taken in the order of what they cost at least, so the first
without a dispute is the best placement there is.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, count, product

import numpy as np

from kalends.engine.placement.evaluate import larger, swap_cost
from kalends.engine.placement.problem import Activity, Cost, Limit, Placed, Problem
from kalends.engine.placement.surroundings import Crowd, Mask, Settled, Surroundings, load
from kalends.engine.span_columns import IntColumn

Costs = tuple[int, ...]

NEVER = 1 << 62

MOST_NODES = 600
"""A tangle that has taken so many is left to the solver, which learns from its mistakes."""

NODE_SECONDS = 1e-4  # deterministic seconds that a node counts for


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """The best places, and what they cost."""

    placed: dict[int, Placed]
    costs: Costs


@dataclass(slots=True)
class _OnLane:
    """Which of an activity's options are on one lane, and how."""

    soft: Cost | None
    on: Mask
    arrived: Mask


class _Options:
    """What may become of one activity, the cheapest first."""

    def __init__(self, activity: Activity, around: Surroundings) -> None:
        self.activity = activity
        self._levels = len(around.problem.levels) + 1
        blocks = list(self._blocks(activity, around))
        table = np.concatenate([table for _, _, _, table in blocks], axis=1)
        order = np.lexsort(table[::-1])
        self.starts = np.concatenate([places for _, places, _, _ in blocks])[order]
        self.placed = np.concatenate([np.full(len(p), way is not None) for way, p, _, _ in blocks])[order]
        self._way = np.concatenate([np.full(len(p), n) for n, (_, p, _, _) in enumerate(blocks)])[order]
        self._ways = [way for way, _, _, _ in blocks]
        self.table = table[:, order]  # what each costs by itself: a row for each level
        self.present = self.placed | (activity.home is not None)
        self.lanes: dict[int, _OnLane] = {}
        for use in activity.uses:
            arrived = self.placed & (self.starts != activity.home if activity.home is not None else True)
            self.lanes[use.lane] = _OnLane(use.shared, self.present, arrived)
        for position, choice in enumerate(activity.choices):
            for index, lane in enumerate(choice.lanes):
                on = np.zeros(len(order), dtype=np.bool_)
                for number, (way, _, lanes, _) in enumerate(blocks):
                    if lane in lanes and (way is None or way[position] == index):
                        on |= self._way == number
                here = activity.home is not None and index == choice.current
                arrived = on & self.placed & ((self.starts != activity.home) if here else True)
                known = self.lanes.get(lane)
                self.lanes[lane] = (
                    _OnLane(None, on, arrived)
                    if known is None
                    else _OnLane(None, known.on | on, known.arrived | arrived)
                )

    def __len__(self) -> int:
        return len(self.starts)

    def place(self, index: int) -> Placed:
        way = self._ways[self._way[index]]
        return Placed(start=None) if way is None else Placed(start=int(self.starts[index]), choices=way)

    def same_place(self, index: int) -> Mask:
        """Mark the options that are at the same time on the same lanes as one of them."""
        same = (self.starts == self.starts[index]) & (self.present == self.present[index])
        for lane in self.lanes.values():
            same &= lane.on == lane.on[index]
        return np.asarray(same)

    def _blocks(
        self, activity: Activity, around: Surroundings
    ) -> Iterator[tuple[tuple[int, ...] | None, IntColumn, frozenset[int], IntColumn]]:
        """Give the options by their choices: the choices, places, chosen lanes and costs."""
        home, current = activity.home, [c.lanes[c.current] for c in activity.choices if c.current is not None]
        at = np.array([0 if home is None else home], dtype=np.int64)
        hard = [use.lane for use in activity.uses if use.shared is None]
        if home is None or all(
            around.lane(lane).may_stay(home, activity.duration) for lane in (*hard, *current)
        ):
            table = self._table(activity, around, at if home is not None else at[:0], current)
            table = table if home is not None else np.zeros((self._levels, 1), dtype=np.int64)
            if activity.unplaced is None:
                table[0] += 1
            else:
                table[activity.unplaced.level + 1] += activity.unplaced.weight
            yield None, at, frozenset(current), table
        for way in product(*(range(len(choice.lanes)) for choice in activity.choices)):
            chosen = [choice.lanes[index] for choice, index in zip(activity.choices, way, strict=True)]
            if len(set(chosen)) < len(chosen):
                continue
            kept = {
                *hard,
                *(c.lanes[i] for c, i in zip(activity.choices, way, strict=True) if i == c.current),
            }
            open_ = np.ones(len(activity.starts), dtype=np.bool_)
            at_home = activity.starts == home if home is not None else ~open_
            for lane in (*hard, *chosen):
                use = around.lane(lane)
                arriving = use.open_to_arrival(activity.starts, activity.duration)
                if home is not None and lane in kept:
                    arriving = np.where(at_home, use.open_at_home(home, activity.duration), arriving)
                open_ &= arriving
            places = activity.starts[open_]
            table = self._table(activity, around, places, chosen)
            if activity.costs is not None:
                table[activity.cost_level + 1] += activity.costs[open_]
            if home is not None:
                if activity.moved is not None:
                    table[activity.moved.level + 1] += activity.moved.weight * (places != home)
                if activity.shift is not None:
                    table[activity.shift.level + 1] += activity.shift.weight * np.abs(places - home)
            for choice, index in zip(activity.choices, way, strict=True):
                for cost in swap_cost(choice, index):
                    table[cost.level + 1] += cost.weight
            yield way, places, frozenset(chosen), table

    def _table(
        self, activity: Activity, around: Surroundings, places: IntColumn, chosen: Sequence[int]
    ) -> IntColumn:
        """Give what meeting the settled ones costs at each place: a row for each level."""
        table = np.zeros((self._levels, len(places)), dtype=np.int64)
        lanes = [*((use.lane, use.shared) for use in activity.uses), *((lane, None) for lane in chosen)]
        for lane, soft in lanes:
            for cost, times in around.lane(lane).costs(places, activity.duration, soft):
                table[cost.level + 1] += cost.weight * times
        return table


@dataclass(slots=True)
class _Node:
    costs: list[IntColumn]  # of each activity's options, beside those that are pinned; NEVER where ruled out
    picks: list[int]  # the cheapest option of each
    pinned: frozenset[int]
    least: int  # what the picks cost


_Dispute = list[tuple[int, Mask]]
"""Those that together are too many, with those of their options of which one must go."""


@dataclass(slots=True)
class _Way:
    """A step towards an agreement: some activities keep only some of their options."""

    kept: list[tuple[int, Mask]]
    pinned: int | None = None  # one of them, that now goes nowhere else


class Settling:
    """One search for the best places of some activities among settled ones."""

    def __init__(self, problem: Problem, free: Sequence[int], settled: Settled) -> None:
        self._problem = problem
        self.nodes = 0  # taken so far
        self._free = list(free)
        around = Surroundings(problem, frozenset(free), settled)
        self._around = around
        self._options = [_Options(problem.activities[number], around) for number in free]
        users: dict[int, list[int]] = defaultdict(list)
        for one, options in enumerate(self._options):
            for lane in options.lanes:
                users[lane].append(one)
        self._users = {lane: ones for lane, ones in sorted(users.items()) if len(ones) > 1}
        self._load: dict[tuple[int, int], tuple[int, int, bool]] = {}
        self._known: dict[tuple[int, ...], list[_Dispute]] = {}  # disputes on a lane, by picks
        self._limits: list[tuple[Limit, Crowd, dict[int, Mask]]] = []
        for number, limit in enumerate(problem.limits):
            inside = {
                one: options.present & (options.starts >= limit.first) & (options.starts < limit.last)
                for one, options in enumerate(self._options)
                if self._free[one] in limit.activities
            }
            inside = {one: mask for one, mask in inside.items() if mask.any()}
            if inside and len(limit.activities) > limit.most:
                crowd = around.crowd(number)
                if crowd.there + len(inside) > limit.most:
                    self._limits.append((limit, crowd, inside))
        self._paying = [
            (lane, one, other)
            for lane, ones in self._users.items()
            for one, other in combinations(ones, 2)
            if self._problem.lanes[lane].crowded is not None
            or larger(self._options[one].lanes[lane].soft, self._options[other].lanes[lane].soft) is not None
        ]
        self._units = self._fitting()

    def run(self, most: int) -> Agreement | None:
        """Give the best there is, or None where that takes too many nodes, or costs that are too large."""
        if self._units is None or not all(len(options) for options in self._options):
            return None
        tick = count()
        root = self._root(self._units)
        heap: list[tuple[int, int, _Node, list[_Way] | None]] = [(root.least, next(tick), root, None)]
        while heap and self.nodes < most:
            self.nodes += 1
            least, _, node, ways = heapq.heappop(heap)
            if ways is None:
                found = list(self._hard(node))
                if found:
                    hoped, ways = self._hope(node, found)
                    if hoped > least:
                        heapq.heappush(heap, (hoped, next(tick), node, ways))
                        continue
                else:
                    ways = self._soft(node)
            if ways is None:
                picked = zip(self._free, self._options, node.picks, strict=True)
                placed = {number: options.place(pick) for number, options, pick in picked}
                return Agreement(placed=placed, costs=self._unpacked(node.least))
            for way in ways:
                child = self._narrowed(node, way)
                if child is not None:
                    heapq.heappush(heap, (max(least, child.least), next(tick), child, None))
        return None

    def _fitting(self) -> list[int] | None:
        """Give what 1 on each level is worth, each more than all later ones can come to; None if too much."""
        most = sum(options.table.max(axis=1, initial=0) for options in self._options)
        for lane, one, other in self._paying:
            shared = larger(self._options[one].lanes[lane].soft, self._options[other].lanes[lane].soft)
            if shared is not None:
                most[shared.level + 1] += shared.weight * self._options[one].activity.duration
            crowded = self._problem.lanes[lane].crowded
            if crowded is not None:
                most[crowded.level + 1] += crowded.weight
        for limit, _, inside in self._limits:
            if limit.over is not None:
                most[limit.over.level + 1] += limit.over.weight * len(inside)
        units = [1]
        for span in most[:0:-1].tolist():
            units.append(units[-1] * (span + 1))
        return units[::-1] if units[-1] * (int(most[0]) + 1) < NEVER else None

    def _root(self, units: Sequence[int]) -> _Node:
        worth = np.array(units, dtype=np.int64)
        costs = [worth @ options.table for options in self._options]
        node = _Node(costs, [0] * len(costs), frozenset(), sum(int(column[0]) for column in costs))
        for limit, crowd, inside in self._limits:
            if limit.over is not None and crowd.there >= limit.most:
                for one, mask in inside.items():
                    self._raise(node, one, mask * self._packed(limit.over))
        return node

    def _raise(self, node: _Node, one: int, more: IntColumn) -> None:
        self._replace(node, one, np.minimum(node.costs[one] + more, NEVER))

    def _replace(self, node: _Node, one: int, column: IntColumn) -> None:
        before = int(node.costs[one][node.picks[one]])
        node.costs[one], node.picks[one] = column, int(column.argmin())
        node.least += int(column[node.picks[one]]) - before

    def _narrowed(self, node: _Node, way: _Way) -> _Node | None:
        child = _Node(list(node.costs), list(node.picks), node.pinned, node.least)
        for one, keep in way.kept:
            column = np.where(keep, child.costs[one], NEVER)
            if column.min() == NEVER:
                return None
            self._replace(child, one, column)
        if way.pinned is not None:
            self._pin(child, way.pinned)
        return child

    def _pin(self, node: _Node, one: int) -> None:
        """Make certain what others pay beside one that goes nowhere else."""
        for lane, first, second in self._paying:
            if one in (first, second):
                other = second if one == first else first
                if other not in node.pinned:
                    self._raise(node, other, self._beside(lane, other, one, node.picks[one]))
        node.pinned |= {one}
        for limit, crowd, inside in self._limits:
            if limit.over is not None and one in inside and inside[one][node.picks[one]]:
                there = sum(bool(inside[o][node.picks[o]]) for o in node.pinned if o in inside)
                if there + crowd.there == limit.most:
                    for other in inside.keys() - node.pinned:
                        self._raise(node, other, inside[other] * self._packed(limit.over))

    # What is in the way

    def _hard(self, node: _Node) -> Iterator[_Dispute]:
        """Give the disputes that must be settled: who takes part, and with which of their options."""
        for lane, users in self._users.items():
            picks = (lane, *(node.picks[one] for one in users))
            if picks not in self._known:
                self._known[picks] = list(self._crowded_out(node, lane, users))
            yield from self._known[picks]
        for limit, crowd, inside in self._limits:
            if limit.over is None:
                there = [one for one, mask in inside.items() if mask[node.picks[one]]]
                given = [one for one in there if self._options[one].placed[node.picks[one]]]
                came = [one for one in given if not self._home_in(one, limit.first, limit.last)]
                if (came or (there and crowd.arrived)) and len(there) + crowd.there > limit.most:
                    placed = set(came[:1])
                    yield [
                        (one, inside[one] & self._options[one].placed if one in placed else inside[one])
                        for one in there
                    ]
                elif given and len(given) + crowd.asking > limit.most:
                    yield [(one, inside[one] & self._options[one].placed) for one in given]

    def _home_in(self, one: int, first: int, last: int) -> bool:
        home = self._options[one].activity.home
        return home is not None and first <= home < last

    def _crowded_out(self, node: _Node, lane: int, users: Sequence[int]) -> Iterator[_Dispute]:
        gap, capacity = self._problem.lanes[lane].gap, self._problem.lanes[lane].capacity
        stays = []
        for one in users:
            options, pick = self._options[one], node.picks[one]
            on = options.lanes[lane]
            if on.soft is None and on.on[pick]:
                start = int(options.starts[pick])
                end = start + options.activity.duration + gap
                stays.append((start, end, one, bool(on.arrived[pick]), bool(options.placed[pick])))
        if len(stays) < 2:
            return
        stays.sort()
        # Room runs out where one begins, or the settled do; the last instants are other ways to say so.
        instants = {stay[0] for stay in stays} | {stay[1] - 1 for stay in stays}
        if capacity > 1:
            instants.update(self._around.lane(lane).there.start.tolist())
        for instant in sorted(instants):
            there = [stay for stay in stays if stay[0] <= instant < stay[1]]
            if len(there) < 2:
                continue
            taken, asking, settled_came = self._settled_at(lane, instant)
            came = next((stay[2] for stay in there if stay[3]), None)
            if came is not None or settled_came:
                if len(there) + taken > capacity:
                    yield [(s[2], self._covers(s[2], lane, instant, came=s[2] == came)) for s in there]
            else:
                placed = [stay[2] for stay in there if stay[4]]
                if placed and len(placed) + asking > capacity:
                    yield [
                        (one, self._covers(one, lane, instant) & self._options[one].placed) for one in placed
                    ]

    def _settled_at(self, lane: int, instant: int) -> tuple[int, int, bool]:
        if (lane, instant) not in self._load:
            use, at = self._around.lane(lane), np.array([instant])
            taken, asking, came = (int(load(each, at)[0]) for each in (use.there, use.asking, use.arrived))
            self._load[lane, instant] = taken, asking, came > 0
        return self._load[lane, instant]

    def _covers(self, one: int, lane: int, instant: int, *, came: bool = False) -> Mask:
        """Mark the options that are on a lane at an instant, or that arrive there."""
        options = self._options[one]
        on = options.lanes[lane].arrived if came else options.lanes[lane].on
        length = options.activity.duration + self._problem.lanes[lane].gap
        return np.asarray(on & (options.starts <= instant) & (options.starts > instant - length))

    def _hope(self, node: _Node, found: Sequence[_Dispute]) -> tuple[int, list[_Way]]:
        """Give what a node costs at least, and the dispute to settle first: the dearest.

        Each is settled by one that takes part in it. So the least costs of disputes between different ones
        add up.
        """
        dearer = [[self._dearer(node, one, ~mask) for one, mask in dispute] for dispute in found]
        order = sorted(range(len(found)), key=lambda number: -min(dearer[number]))
        least, busy = node.least, set[int]()
        for number in order:
            ones = {one for one, _ in found[number]}
            if busy.isdisjoint(ones):
                busy |= ones
                least += min(dearer[number])
        return least, list(_ways(found[order[0]]))

    def _dearer(self, node: _Node, one: int, keep: Mask) -> int:
        column = node.costs[one]
        return int(np.where(keep, column, NEVER).min() - column[node.picks[one]])

    # What is paid together

    def _soft(self, node: _Node) -> list[_Way] | None:
        """Give the ways of one that pays with others and is not pinned; None if nobody pays."""
        for lane, one, other in self._paying:
            if one not in node.pinned and other not in node.pinned:
                picks = node.picks[one], node.picks[other]
                if self._beside(lane, one, other, picks[1])[picks[0]]:
                    return self._around_pick(node, [one, other])
        for limit, crowd, inside in self._limits:
            if limit.over is not None and limit.over.weight:
                there = [one for one, mask in inside.items() if mask[node.picks[one]]]
                loose = [one for one in there if one not in node.pinned]
                pinned = len(there) - len(loose)
                if loose and crowd.there + pinned < limit.most < crowd.there + len(there):
                    return self._around_pick(node, loose)
        return None

    def _around_pick(self, node: _Node, loose: Sequence[int]) -> list[_Way]:
        """Pin the one that would pay most elsewhere; or let it go before, after or on other lanes."""
        same = {one: self._options[one].same_place(node.picks[one]) for one in loose}
        one = max(loose, key=lambda each: (self._dearer(node, each, ~same[each]), -each))
        options, pick = self._options[one], node.picks[one]
        before, after = options.starts < options.starts[pick], options.starts > options.starts[pick]
        beside = ~same[one] & ~before & ~after
        return [_Way([(one, same[one])], one), *(_Way([(one, keep)]) for keep in (before, after, beside))]

    def _beside(self, lane: int, one: int, other: int, pick: int) -> IntColumn:
        """Give what each option of one pays on a lane beside an option of another."""
        first, second = self._options[one], self._options[other]
        on, on_other = first.lanes[lane], second.lanes[lane]
        paid = np.zeros(len(first), dtype=np.int64)
        if not on_other.on[pick]:
            return paid
        start = int(second.starts[pick])
        end, ends = start + second.activity.duration, first.starts + first.activity.duration
        apart = np.maximum(first.starts, start) - np.minimum(ends, end)
        shared, crowded = larger(on.soft, on_other.soft), self._problem.lanes[lane].crowded
        if shared is not None:
            paid += np.maximum(-apart, 0) * self._packed(shared)
        if crowded is not None:
            near = (apart >= 0) & (apart < self._problem.lanes[lane].wished_gap)
            paid += near * self._packed(crowded)
        return paid * on.on

    def _packed(self, cost: Cost) -> int:
        assert self._units is not None
        return cost.weight * self._units[cost.level + 1]

    def _unpacked(self, number: int) -> Costs:
        assert self._units is not None
        costs = []
        for unit in self._units:
            cost, number = divmod(number, unit)
            costs.append(cost)
        return tuple(costs)


def _ways(dispute: _Dispute) -> Iterator[_Way]:
    """Give the ways to settle a dispute, no two alike: the first gives way, or only the second, and so on."""
    for number, (one, mask) in enumerate(dispute):
        yield _Way([(one, ~mask), *dispute[:number]])
