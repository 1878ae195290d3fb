"""A CP-SAT model of placing some activities among settled ones.

Each free activity is in one of three states: moved to another start, placed at home, or unplaced (at home in
conflict, or nowhere). On a lane, those that arrive are intervals, and those that stay are fixed stretches of
the time line: constants that need no more than one literal for each stretch where homes meet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np

from kalends.engine.placement.evaluate import larger, swap_cost
from kalends.engine.placement.objective import Objective
from kalends.engine.placement.problem import Activity, Cost, Limit, Placed, Problem
from kalends.engine.placement.surroundings import Settled, Surroundings, lanes_used, load
from kalends.engine.span_columns import IntColumn

Expression = Any  # ortools has no types: a literal, a variable or a sum of them


@dataclass(slots=True)
class Lot:
    """What becomes of one free activity, in variables."""

    activity: Activity
    start: Expression  # where it is; fixed at home, or at anything, where it is not moved
    moved: Expression  # literals, of which exactly one holds
    at_home: Expression
    unplaced: Expression
    starts: IntColumn  # that it may move to
    choices: list[list[Expression]] = field(default_factory=list)  # literals of each choice's lanes

    @property
    def home(self) -> int | None:
        return self.activity.home

    @property
    def reach(self) -> tuple[int, int]:
        """Give the first and the last place where it may be."""
        places = [] if self.home is None else [self.home]
        places += [int(self.starts[0]), int(self.starts[-1])] if len(self.starts) else []
        return (min(places), max(places)) if places else (0, 0)


@dataclass(slots=True)
class _Users:
    """The free activities that must have one lane."""

    arriving: list[tuple[Expression, Lot]] = field(default_factory=list)  # if the literal holds
    staying: list[tuple[Expression, Expression, Lot]] = field(default_factory=list)  # placed; or at all


class Model:
    """The free activities of a problem among the settled ones, to be solved level by level.

    The first level of its objective counts those that must be placed and are not; the problem's follow.
    """

    def __init__(self, problem: Problem, free: frozenset[int], settled: Settled) -> None:
        from ortools.sat.python import cp_model  # 1.4 s and 188 MB: only those who solve pay for it

        self._cp = cp_model
        self.cp: Any = cp_model.CpModel()
        self.problem = problem
        self.objective = Objective(len(problem.levels) + 1)
        self._around = Surroundings(problem, free, settled)
        self._yes, self._no = self.cp.new_constant(1), self.cp.new_constant(0)
        self._users: dict[int, _Users] = defaultdict(_Users)
        # Of each lane: who is on it if a literal holds, and what a grain shared with it costs.
        self._company: dict[int, list[tuple[Expression, int, Cost | None]]] = defaultdict(list)
        self._free = free
        binding = [n for n, limit in enumerate(problem.limits) if self._may_bind(n, limit.activities & free)]
        self._limited = frozenset().union(*(problem.limits[number].activities for number in binding))
        self.lots = {number: self._lot(number) for number in sorted(free)}
        for lane, users in self._users.items():
            self._keep_capacity(lane, users)
        self._pay_for_company()
        for number in binding:
            self._keep_limit(number)

    def hint(self, places: Mapping[int, Placed]) -> None:
        """Tell the solver where to begin."""
        for number, place in places.items():
            lot = self.lots[number]
            start = lot.home if place.start is None else place.start
            if start is not None:
                self.cp.add_hint(lot.start, start)
            for literals, index in zip(lot.choices, place.choices, strict=False):
                for literal in literals:
                    self.cp.add_hint(literal, literal is literals[index])
            self.cp.add_hint(lot.unplaced, place.start is None)

    def placed(self, solver: Any) -> dict[int, Placed]:
        """Read where everything went."""
        return {number: self._placed(solver, lot) for number, lot in self.lots.items()}

    def _placed(self, solver: Any, lot: Lot) -> Placed:
        if solver.value(lot.unplaced):
            return Placed(start=None)
        chosen = (
            next(index for index, literal in enumerate(literals) if solver.value(literal))
            for literals in lot.choices
        )
        return Placed(start=int(solver.value(lot.start)), choices=tuple(chosen))

    # One activity

    def _lot(self, number: int) -> Lot:
        activity = self.problem.activities[number]
        home, duration = activity.home, activity.duration
        starts = activity.starts
        elsewhere = np.ones(len(starts), dtype=np.bool_) if home is None else starts != home
        may_be_home = home is not None and not elsewhere.all()
        for use in activity.uses:
            if use.shared is None:
                lane = self._around.lane(use.lane)
                elsewhere &= lane.open_to_arrival(starts, duration)
                may_be_home &= home is not None and lane.open_at_home(home, duration)
        starts = self._worthwhile(number, starts[elsewhere])
        lot = Lot(
            activity=activity,
            start=self._start_variable(starts, home),
            moved=self.cp.new_bool_var("") if len(starts) else self._no,
            at_home=self.cp.new_bool_var("") if may_be_home else self._no,
            unplaced=self.cp.new_bool_var("") if self._may_stay(activity) else self._no,
            starts=starts,
        )
        self.cp.add_exactly_one(lot.moved, lot.at_home, lot.unplaced)
        if home is not None:
            self.cp.add(lot.start == home).only_enforce_if(~lot.moved)
            self.cp.add(lot.start != home).only_enforce_if(lot.moved)
        elif len(starts):
            self.cp.add(lot.start == int(starts[0])).only_enforce_if(lot.unplaced)
        for use in activity.uses:
            if use.shared is None:
                self._users[use.lane].arriving.append((lot.moved, lot))
                if home is not None:
                    self._users[use.lane].staying.append((lot.at_home, ~lot.moved, lot))
            there = lot.moved if home is None else self._yes
            self._company[use.lane].append((there, number, use.shared))
        self._choose(number, lot)
        self._pay_alone(lot)
        return lot

    def _worthwhile(self, number: int, starts: IntColumn) -> IntColumn:
        """Leave out the starts that something better always beats.

        Each other free activity is at one place, and there meets so many starts at most. Of the starts in the
        order of their own cost, one more than all of them can meet are enough: one of these meets nobody.
        """
        activity = self.problem.activities[number]
        if activity.choices or number in self._limited:
            return starts
        most = sum(self._met_at_most(activity, self.problem.activities[n]) for n in self._free if n != number)
        if len(starts) <= most + 1:
            return starts
        table = np.zeros((len(self.problem.levels), len(starts)), dtype=np.int64)
        for cost, times in self._own_costs(activity, starts):
            table[cost.level] += cost.weight * times
        return np.sort(starts[np.lexsort(table[::-1])[: most + 1]])

    def _met_at_most(self, one: Activity, other: Activity) -> int:
        """Give how many starts of one activity can have to do with another, wherever that one is."""
        shared = {use.lane for use in one.uses}.intersection(lanes_used(other))
        if not shared:
            return 0
        lanes = [self.problem.lanes[lane] for lane in shared]
        gap = max(max(lane.gap, lane.wished_gap) for lane in lanes)
        return one.duration + other.duration + 2 * gap - 1

    def _own_costs(self, activity: Activity, starts: IntColumn) -> Iterator[tuple[Cost, IntColumn]]:
        """Give what each start away from home costs by itself, and by the settled that it meets."""
        if activity.costs is not None:
            at = np.searchsorted(activity.starts, starts)
            yield Cost(level=activity.cost_level), activity.costs[at]
        if activity.home is not None and activity.shift is not None:
            yield activity.shift, np.abs(starts - activity.home)
        for use in activity.uses:
            yield from self._around.lane(use.lane).costs(starts, activity.duration, use.shared)

    def _may_bind(self, number: int, members: frozenset[int]) -> bool:
        """Say whether a limit could matter to the free activities that it counts."""
        limit = self.problem.limits[number]
        can = sum(
            _counts(limit, activity.home)
            or bool(((activity.starts >= limit.first) & (activity.starts < limit.last)).any())
            for activity in (self.problem.activities[member] for member in members)
        )
        return can > 0 and self._around.crowd(number).there + can > limit.most

    def _start_variable(self, starts: IntColumn, home: int | None) -> Expression:
        places = starts if home is None else np.append(starts, home)
        return self.cp.new_int_var_from_domain(self._domain(places if len(places) else np.array([0])), "")

    def _may_stay(self, activity: Activity) -> bool:
        """Say whether an activity may be left where it is, if anywhere, without being placed."""
        home = activity.home
        if home is None:
            return True
        lanes = [use.lane for use in activity.uses if use.shared is None]
        lanes += [c.lanes[c.current] for c in activity.choices if c.current is not None]
        return all(self._around.lane(lane).may_stay(home, activity.duration) for lane in lanes)

    def _choose(self, number: int, lot: Lot) -> None:
        """Give an activity one lane of each of its choices while it is placed."""
        activity = lot.activity
        by_lane: dict[int, list[Expression]] = defaultdict(list)
        for choice in activity.choices:
            literals = [self.cp.new_bool_var("") for _ in choice.lanes]
            lot.choices.append(literals)
            self.cp.add_exactly_one(*literals, lot.unplaced)
            for index, (lane, literal) in enumerate(zip(choice.lanes, literals, strict=True)):
                by_lane[lane].append(literal)
                self._use_chosen(number, lot, lane, literal, current=index == choice.current)
                for cost in swap_cost(choice, index):
                    self._pay(cost, literal)
        for literals in by_lane.values():
            if len(literals) > 1:
                self.cp.add_at_most_one(*literals)

    def _use_chosen(self, number: int, lot: Lot, lane: int, chosen: Expression, *, current: bool) -> None:
        around, duration, home = self._around.lane(lane), lot.activity.duration, lot.home
        arrives = chosen
        if current and home is not None:
            arrives, kept, stays = (self.cp.new_bool_var("") for _ in range(3))
            self._define_and(arrives, chosen, lot.moved)
            self._define_and(kept, chosen, lot.at_home)
            self.cp.add_implication(kept, stays)
            self.cp.add_implication(lot.unplaced, stays)
            if not around.open_at_home(home, duration):
                self.cp.add(kept == 0)
            self._users[lane].staying.append((kept, stays, lot))
            there = self.cp.new_bool_var("")
            self.cp.add(there == arrives + kept + lot.unplaced)
        else:
            there = chosen
        places = lot.starts
        if home is not None and not current and lot.at_home is not self._no:
            places = np.sort(np.append(places, home))
        allowed = places[around.open_to_arrival(places, duration)]
        self._restrict(lot, places, allowed, arrives)
        self._users[lane].arriving.append((arrives, lot))
        self._company[lane].append((there, number, None))
        where = places if home is None else np.unique(np.append(places, home))
        self._pay_for_places(lot, where, list(around.costs(where, duration, None)), there)

    def _define_and(self, both: Expression, one: Expression, other: Expression) -> None:
        self.cp.add_bool_or(~one, ~other, both)
        self.cp.add_implication(both, one)
        self.cp.add_implication(both, other)

    def _restrict(self, lot: Lot, places: IntColumn, allowed: IntColumn, condition: Expression) -> None:
        """Keep a start within the allowed ones of its places while the condition holds."""
        if not len(allowed):
            self.cp.add(condition == 0)
        elif len(allowed) < len(places):
            domain = self._domain(allowed)
            self.cp.add_linear_expression_in_domain(lot.start, domain).only_enforce_if(condition)

    def _domain(self, values: IntColumn) -> Any:
        """Give a domain of ascending or unordered values, as runs."""
        values = np.unique(values)
        breaks = np.flatnonzero(np.diff(values) > 1)
        first = values[np.append(0, breaks + 1)]
        last = values[np.append(breaks, len(values) - 1)]
        return self._cp.Domain.from_flat_intervals(np.stack((first, last), axis=1).ravel().tolist())

    # Costs

    def _pay(self, cost: Cost | None, times: Expression, first: int = 0, last: int = 1) -> None:
        if cost is not None:
            self.objective.add(cost.level + 1, cost.weight, times, first, last)

    def _pay_alone(self, lot: Lot) -> None:
        """Add what depends on the place of one activity."""
        activity, home = lot.activity, lot.home
        if activity.unplaced is None:
            self.objective.add(0, 1, lot.unplaced)
        self._pay(activity.unplaced, lot.unplaced)
        if activity.costs is not None:
            keep = np.isin(activity.starts, lot.starts)
            cost = Cost(level=activity.cost_level)
            self._pay_for_places(lot, activity.starts[keep], [(cost, activity.costs[keep])], lot.moved)
            if lot.at_home is not self._no:
                at_home = int(activity.costs[activity.starts == home][0])
                self._pay(Cost(level=activity.cost_level, weight=at_home), lot.at_home)
        if home is not None and len(lot.starts):
            self._pay(activity.moved, lot.moved)
            if activity.shift is not None:
                self._pay(activity.shift, *self._shift(lot, home))
        there = self._yes if home is not None else lot.moved
        places = lot.starts if home is None else np.unique(np.append(lot.starts, home))
        met: list[tuple[Cost, IntColumn]] = []
        for use in activity.uses:
            met += self._around.lane(use.lane).costs(places, activity.duration, use.shared)
        self._pay_for_places(lot, places, met, there)

    def _shift(self, lot: Lot, home: int) -> tuple[Expression, int, int]:
        """Give the distance from home, and the least and the most it can be."""
        first, last = lot.reach
        most = max(last - home, home - first)
        if first == home:
            return lot.start - home, 0, most
        if last == home:
            return home - lot.start, 0, most
        distance = self.cp.new_int_var(0, most, "")
        self.cp.add(distance >= lot.start - home)
        self.cp.add(distance >= home - lot.start)
        return distance, 0, most

    def _pay_for_places(
        self, lot: Lot, places: IntColumn, costs: Iterable[tuple[Cost, IntColumn]], condition: Expression
    ) -> None:
        """Add costs given for each place of an activity, due while the condition holds."""
        table = np.zeros((len(self.problem.levels), len(places)), dtype=np.int64)
        for cost, times in costs:
            table[cost.level] += cost.weight * times
        if not table.any():
            return
        rows, which = np.unique(table, axis=1, return_inverse=True)
        which = which.reshape(-1)
        literals = [condition] if rows.shape[1] == 1 else [self.cp.new_bool_var("") for _ in rows.T]
        if len(literals) > 1:
            self.cp.add(sum(literals) == condition)
        for number, literal in enumerate(literals):
            self._restrict(lot, places, places[which == number], literal)
            for level in np.flatnonzero(rows[:, number]).tolist():
                self._pay(Cost(level=level, weight=int(rows[level, number])), literal)

    def _pay_for_company(self) -> None:
        """Add what pairs of free activities cost by sharing grains, and by being closer than wished."""
        shared: dict[tuple[int, int, Any], list[Cost]] = defaultdict(list)
        conditions: dict[Any, list[Expression]] = {}
        near: list[tuple[int, int, list[Expression], int, Cost]] = []
        for lane, company in self._company.items():
            for (there, one, soft), (too, other, as_soft) in combinations(company, 2):
                if one == other:
                    continue
                both = [literal for literal in (there, too) if literal is not self._yes]
                cost = larger(soft, as_soft)
                if cost is not None:
                    key = tuple(sorted(literal.index for literal in both))
                    conditions[key] = both
                    shared[one, other, key].append(cost)
                crowded = self.problem.lanes[lane].crowded
                if crowded is not None:
                    near.append((one, other, both, self.problem.lanes[lane].wished_gap, crowded))
        for (one, other, key), costs in shared.items():
            self._pay_for_sharing(self.lots[one], self.lots[other], conditions[key], costs)
        for one, other, both, gap, cost in near:
            self._pay_for_nearness(self.lots[one], self.lots[other], both, gap, cost)

    def _pay_for_sharing(self, one: Lot, other: Lot, both: list[Expression], costs: Sequence[Cost]) -> None:
        if self._always_apart(one, other):
            return
        most = min(one.activity.duration, other.activity.duration)
        overlap = self.cp.new_int_var(0, most, "")
        cases = [self.cp.new_bool_var("") for _ in range(3)]
        self.cp.add(overlap >= one.start + one.activity.duration - other.start).only_enforce_if(cases[0])
        self.cp.add(overlap >= other.start + other.activity.duration - one.start).only_enforce_if(cases[1])
        self.cp.add(overlap >= most).only_enforce_if(cases[2])
        self.cp.add_bool_or(*cases, *(~literal for literal in both))
        for cost in costs:
            self._pay(cost, overlap, 0, most)

    def _pay_for_nearness(self, one: Lot, other: Lot, both: list[Expression], gap: int, cost: Cost) -> None:
        if self._always_apart(one, other, gap):
            return
        near, after, before, together = (self.cp.new_bool_var("") for _ in range(4))
        one_end, other_end = one.start + one.activity.duration, other.start + other.activity.duration
        self.cp.add(other.start >= one_end + gap).only_enforce_if(after)
        self.cp.add(one.start >= other_end + gap).only_enforce_if(before)
        self.cp.add(one.start < other_end).only_enforce_if(together)
        self.cp.add(other.start < one_end).only_enforce_if(together)
        self.cp.add_bool_or(near, after, before, together, *(~literal for literal in both))
        self._pay(cost, near)

    def _always_apart(self, one: Lot, other: Lot, gap: int = 0) -> bool:
        (first, last), (first_other, last_other) = one.reach, other.reach
        return (
            last + one.activity.duration + gap <= first_other
            or last_other + other.activity.duration + gap <= first
        )

    # What must hold between activities

    def _keep_capacity(self, lane: int, users: _Users) -> None:
        """Let those that arrive on a lane find room beside all others, those at home beside the placed."""
        gap, capacity = self.problem.lanes[lane].gap, self.problem.lanes[lane].capacity
        intervals, demands = [], []
        for literal, lot in users.arriving:
            length = lot.activity.duration + gap
            intervals.append(self.cp.new_optional_fixed_size_interval_var(lot.start, length, literal, ""))
            demands.append(1)
        for begin, end, demand in self._standing(lane, users):
            if capacity == 1:
                interval = self.cp.new_optional_fixed_size_interval_var(begin, end - begin, demand, "")
            else:
                interval = self.cp.new_fixed_size_interval_var(begin, end - begin, "")
            intervals.append(interval)
            demands.append(demand)
        if capacity == 1 and len(intervals) > 1:
            self.cp.add_no_overlap(intervals)
        elif capacity > 1:
            self.cp.add_cumulative(intervals, demands, capacity)

    def _standing(self, lane: int, users: _Users) -> Iterable[tuple[int, int, Expression]]:
        """Give stretches of a lane with what is taken there by those that stay: free and settled ones."""
        capacity, gap = self.problem.lanes[lane].capacity, self.problem.lanes[lane].gap
        homes = np.array([lot.home for *_, lot in users.staying], dtype=np.int64)
        ends = homes + np.array([lot.activity.duration + gap for *_, lot in users.staying], dtype=np.int64)
        there = self._around.lane(lane).there
        # With room for one, what is settled has closed the starts that meet it.
        steps = [homes, ends] if capacity <= 1 else [homes, ends, there.start, there.end]
        bounds = np.unique(np.concatenate(steps))
        taken = load(there, bounds)
        asking, arrived = (
            load(columns, bounds)
            for columns in (self._around.lane(lane).asking, self._around.lane(lane).arrived)
        )
        for number, (begin, end) in enumerate(zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)):
            covering = np.flatnonzero((homes <= begin) & (ends >= end)).tolist()
            placed = [users.staying[index][0] for index in covering]
            staying = [users.staying[index][1] for index in covering]
            base = int(taken[number])
            room = max(0, capacity - int(asking[number]))
            if len(placed) > room:
                self.cp.add(sum(placed) <= room)
            if arrived[number] and len(staying) > capacity - base:
                self.cp.add(sum(staying) <= max(0, capacity - base))
            if capacity == 1:
                if staying:
                    yield begin, end, self._any(staying)
            elif not staying or base >= capacity:
                if base:
                    yield begin, end, min(base, capacity)
            else:
                yield begin, end, self._taken(base, staying, capacity)

    def _any(self, literals: list[Expression]) -> Expression:
        if len(literals) == 1:
            return literals[0]
        found = self.cp.new_bool_var("")
        for literal in literals:
            self.cp.add_implication(literal, found)
        return found

    def _taken(self, base: int, staying: list[Expression], capacity: int) -> Expression:
        """Give a number that is at least the sum of all that stay, or the capacity if that is less."""
        if base + len(staying) <= capacity:
            most = base + len(staying)
            taken = self.cp.new_int_var(base, most, "")
            self.cp.add(taken >= base + sum(staying))
            return taken
        taken, full = self.cp.new_int_var(base, capacity, ""), self.cp.new_bool_var("")
        self.cp.add(taken >= base + sum(staying)).only_enforce_if(~full)
        self.cp.add(taken >= capacity).only_enforce_if(full)
        return taken

    def _keep_limit(self, number: int) -> None:
        limit, crowd = self.problem.limits[number], self._around.crowd(number)
        placed, left, arriving = [], [], []
        for member in sorted(limit.activities & self.lots.keys()):
            lot = self.lots[member]
            at_home = _counts(limit, lot.home)
            inside = (lot.starts >= limit.first) & (lot.starts < limit.last)
            if inside.any():
                literal = lot.moved
                if not inside.all():
                    literal = self.cp.new_bool_var("")
                    outside = self._domain(lot.starts[~inside])
                    self.cp.add_linear_expression_in_domain(lot.start, outside).only_enforce_if(
                        lot.moved, ~literal
                    )
                placed.append(literal)
                if not at_home:
                    arriving.append(literal)
            if at_home:
                placed.append(lot.at_home)
                left.append(lot.unplaced)
        if limit.over is not None:
            self._pay_over(limit.most, limit.over, crowd.there, placed + left)
            return
        room = max(0, limit.most - crowd.asking)
        if len(placed) > room:
            self.cp.add(sum(placed) <= room)
        beside_all = limit.most - crowd.there
        if crowd.arrived:
            self.cp.add(sum(placed + left) <= max(0, beside_all))
        elif len(left) or beside_all < room:
            for literal in arriving:
                self.cp.add(sum(placed + left) <= beside_all).only_enforce_if(literal)

    def _pay_over(self, most: int, cost: Cost, there: int, counted: list[Expression]) -> None:
        """Add what more of `counted` than there is room for costs, beyond what is there anyway."""
        spare = max(0, most - there)
        if len(counted) > spare:
            over = self.cp.new_int_var(0, len(counted) - spare, "")
            self.cp.add(over >= sum(counted) - spare)
            self._pay(cost, over, 0, len(counted) - spare)


def _counts(limit: Limit, start: int | None) -> bool:
    return start is not None and limit.first <= start < limit.last
